"""The two lines at the top: what is at hand, and the screens to go to.

Each line is one widget. Textual cuts what lies over several widgets at their edges, and a wide character of a toast
that lies over such an edge would be lost.
"""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult, RenderResult
from textual.containers import Vertical
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from qdrill.console.actions import action
from qdrill.console.text import plain
from qdrill.console.widgets.say import InConsole, Localised

MODES = ("drill", "collections", "search", "compare", "metrics", "records")
_LONGEST_ASIDE = 0.6
_BETWEEN = 2


class TitleLine(Widget):
    """What is at hand, and at the right edge what came of it, which may take the greater part of the line."""

    DEFAULT_CSS = """
    TitleLine { height: 1; padding: 0 1; }
    """

    title: reactive[Content] = reactive(Content("qdrill"))
    aside: reactive[Content] = reactive(Content(""))

    def render(self) -> RenderResult:
        """Both, cut to the width there is."""
        width = self.content_size.width
        aside = self.aside.truncate(int(width * _LONGEST_ASIDE), ellipsis=True)
        room = width - (aside.cell_length + _BETWEEN if aside else 0)
        title = self.title.truncate(max(0, room), ellipsis=True)
        gap = " " * max(0, width - title.cell_length - aside.cell_length)
        return Content.assemble(title.stylize("bold"), gap, aside)


class Tabs(Widget, InConsole):
    """The screens to go to, each by its key or a click."""

    DEFAULT_CSS = """
    Tabs { height: 1; }
    """

    hovered: reactive[int | None] = reactive(None)

    def __init__(self, mode: str) -> None:
        super().__init__(id="tabs")
        self._mode = mode

    def render(self) -> RenderResult:
        """`1 Drill  2 Collections`."""
        return Content("").join(self._labels())

    def _labels(self) -> list[Content]:
        app, narrow = self.console_app, self.screen.has_class("-narrow")
        labels = []
        for number, mode in enumerate(MODES):
            wanted = action(f"app.{mode}")
            label = Content(f"{app.key_of(wanted.id)} {app.say(wanted.label_key)} ").pad_left(0 if narrow else 1)
            style = "bold reverse $text" if mode == self._mode else "$text-muted"
            labels.append(label.stylize(f"{style} on $boost" if number == self.hovered else style))
        return labels

    def _at(self, x: int) -> int | None:
        """The screen whose name stands at column `x`."""
        for number, label in enumerate(self._labels()):
            x -= label.cell_length
            if x < 0:
                return number
        return None

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """The name under the mouse."""
        self.hovered = self._at(event.x)

    def on_leave(self) -> None:
        """None."""
        self.hovered = None

    async def on_click(self, event: events.Click) -> None:
        """Go there."""
        wanted = self._at(event.x)
        if wanted is not None:
            await self.console_app.action_do(action(f"app.{MODES[wanted]}").id)


class TopBar(Vertical, Localised):
    """Title and screens; `show` changes what the title says."""

    DEFAULT_CSS = """
    TopBar { dock: top; height: 2; background: $panel; }
    """

    def __init__(self, mode: str) -> None:
        super().__init__()
        self._mode = mode

    def compose(self) -> ComposeResult:
        """The two lines."""
        yield TitleLine()
        yield Tabs(self._mode)

    def show(self, title: str, aside: Content | str = "") -> None:
        """Say what is at hand; `title` may be hostile."""
        line = self.query_one(TitleLine)
        line.title = Content.assemble("qdrill  ", plain(title))
        line.aside = plain(aside) if isinstance(aside, str) else aside

    def relabel(self) -> None:
        """Names of the screens, in the app's language."""
        self.query_one(Tabs).refresh()
