"""Whether what a terminal gets is harmless: looked at on the screen, in the bytes, and in what can be clicked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from rich.cells import cell_len
from textual.geometry import Size
from textual.pilot import Pilot

from qdrill.console.app import QdrillApp
from qdrill.names import cell_width
from tests.console.support.hostile import raw_controls
from tests.console.support.screens import toasts, wait_until

# Colours, attributes and the places of the cursor: all that Textual sends to paint a screen.
_PAINTING = re.compile(r"\x1b\[[0-9;]*m|\x1b\[\d+;\d+H")


def painted(app: QdrillApp) -> str:
    """What the terminal is sent to paint the whole screen, dialogues and what shows behind them."""
    update: Any = app.screen._compositor.render_update(full=True, screen_stack=app._background_screens)
    return str(update.render_segments(app.console))


def look(app: QdrillApp) -> str:
    """The screen as text, once it is seen to be harmless."""
    width, height = app.size
    strips = app.screen._compositor.render_strips(Size(width, height))
    lines = ["".join(segment.text for segment in strip) for strip in strips]
    for line in lines:
        assert not raw_controls(line) and "\n" not in line, repr(line)
        # By rich's table of widths, by which Textual paints, and by our own, which knows what terminals do.
        assert (cell_len(line), cell_width(line)) == (width, width), repr(line)
    for strip in strips:
        for segment in strip:
            clicked = segment.style.meta.get("@click", "") if segment.style else ""
            assert "quit" not in str(clicked), "a text became an action"
            assert segment.style is None or segment.style.link is None, "a text became a link"
    sent = _PAINTING.sub("", painted(app))
    assert not raw_controls(sent), repr(sent)
    sent.encode()
    return "\n".join(lines)


async def look_through(app: QdrillApp, pilot: Pilot[int], *keys: str) -> None:
    """Look at the screen, and again after each of the keys."""
    look(app)
    for key in keys:
        await pilot.press(key)
        look(app)


async def answered(app: QdrillApp, pilot: Pilot[int]) -> None:
    """Wait until nothing is asked any more; the screen is harmless then."""
    await wait_until(pilot, lambda: not any(one.is_running and one.group != "themes" for one in app.workers))
    look(app)


def unharmed(app: QdrillApp, calls: Sequence[str] = ()) -> None:
    """Nothing was done that nobody asked for, and nothing broke.

    Args:
        calls: methods of the engine that nobody may have called.
    """
    assert app._exception is None and app._exit is False and app.return_code is None
    assert not list(app.engine.config.artifacts.glob("logs/*")), toasts(app)
    made = {call.method for call in getattr(app.engine, "calls", ())}
    assert not made & set(calls)
