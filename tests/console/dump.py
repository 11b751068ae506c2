"""A widget alone on a screen, and the screen as plain text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.widget import Widget

from qdrill.console.themes import adopt_themes, load_themes, theme_variables

HOSTILE = (
    "[/",
    "[/foo]",
    "[bold",
    "[@click=app.quit]x[/]",
    "\x1b[31mred\x1b[0m",
    "\x1b]52;c;aGk=\x07",
    "a\u202eb\u2066c",
    "x" * 10_000,
    "登录失败怎么办" * 20,
    "line\nbreak",
    "tab\there",
    "lone \udc80 surrogate",
    "e" + "\u0301" * 40,
    "",
)
"""What names, payloads and server answers may hold."""


class OneWidget(App[None]):
    """Widgets one below the other, under any theme."""

    def __init__(self, *widgets: Widget, theme: str = "qdrill-dark") -> None:
        super().__init__()
        self._widgets = widgets
        adopt_themes(self, load_themes())
        self.theme = theme

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Our variables under Textual's themes."""
        return theme_variables(self.current_theme)

    def compose(self) -> ComposeResult:
        """The widgets."""
        yield from self._widgets


def screen_lines(app: App[Any]) -> list[str]:
    """What the screen shows, without colours and without spaces at the end of lines."""
    strips = app.screen._compositor.render_strips(app.size)
    return ["".join(segment.text for segment in strip).rstrip() for strip in strips]


def shown_lines(app: App[Any]) -> list[str]:
    """The lines that are not blank."""
    return [line for line in screen_lines(app) if line]


def color_of(app: App[Any], text: str) -> str | None:
    """The colour, `#rrggbb`, in which the first run that holds `text` is painted."""
    for strip in app.screen._compositor.render_strips(app.size):
        for segment in strip:
            if text in segment.text and segment.style is not None and segment.style.color is not None:
                return segment.style.color.get_truecolor().hex
    return None


async def until(pilot: Pilot[Any], lines: Sequence[str]) -> None:
    """Wait until the screen shows `lines`; after 100 turns the assertion tells what it shows instead."""
    for _ in range(100):
        if shown_lines(pilot.app) == list(lines):
            return
        await pilot.pause()
    assert shown_lines(pilot.app) == list(lines)
