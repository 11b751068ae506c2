"""Pictures of the screen as SVG, in two halves: what is on the screen now, at once; the SVG, which takes long, later.

Textual's `export_screenshot` does both in the screen's loop, and keys wait for it.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from io import StringIO
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from textual.app import App

_TEXT = re.compile(r'(<text [^>]*?)textLength="([\d.]+)"([^>]*)>([^<]*)</text>')


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
    return lambda: with_true_widths(console.export_svg(title=title))


def with_true_widths(svg: str) -> str:
    """`svg` as rich exports it, with every text as long as its cells: rich counts characters, and squeezes Chinese."""
    return _TEXT.sub(_true_width, svg)


def _true_width(found: re.Match[str]) -> str:
    before, length, between, content = found.groups()
    text = html.unescape(content)
    if not text or text.isascii():
        return found[0]
    wide = float(length) / len(text) * cell_len(text)
    return f'{before}textLength="{round(wide, 2):g}"{between}>{content}</text>'
