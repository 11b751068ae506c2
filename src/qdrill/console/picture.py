"""Pictures of the screen as SVG, in two halves: what is on the screen now, at once; the SVG, which takes long, later.

Textual's `export_screenshot` does both in the screen's loop, and keys wait for it.
"""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from typing import Any

from rich.console import Console
from textual.app import App


def take_picture(app: App[Any], title: str) -> Callable[[], str]:
    """Keep what the screen shows now; call what comes back, from any thread, for its SVG."""
    width, height = app.size
    console = Console(
        width=width,
        height=height,
        file=StringIO(),
        force_terminal=True,
        color_system="truecolor",
        record=True,
        legacy_windows=False,
        safe_box=False,
    )
    # Private, but it is what `export_screenshot` prints, and there is no other way to the screen as it stands.
    console.print(app.screen._compositor.render_update(full=True, screen_stack=app._background_screens, simplify=True))
    return lambda: console.export_svg(title=title)
