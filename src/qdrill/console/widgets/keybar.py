"""The bar at the foot: the keys of the screen at hand, in the app's language, as many as fit. Each can be clicked."""

from __future__ import annotations

from rich.cells import cell_len
from textual.app import ComposeResult, RenderResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget

from qdrill.console.actions import Action, of_scope
from qdrill.console.widgets.say import InConsole, Localised

_ALWAYS = ("app.help", "app.commands", "app.quit")


class KeyItem(Widget, InConsole):
    """One key and what it does; greyed while it cannot be done."""

    DEFAULT_CSS = """
    KeyItem { width: auto; height: 1; padding: 0 1; }
    KeyItem:hover { background: $boost; }
    """

    def __init__(self, wanted: Action) -> None:
        super().__init__()
        self.wanted = wanted
        self.key = self.label = ""
        self.off = False

    def render(self) -> RenderResult:
        """`s Start`."""
        style = "$foreground 55%" if self.off else "bold $accent"
        return Content.assemble((self.key, style), " ", (self.label, "$foreground 55%" if self.off else ""))

    @property
    def cells(self) -> int:
        """Width it takes."""
        return cell_len(self.key) + cell_len(self.label) + 3

    async def on_click(self) -> None:
        """Do it."""
        await self.console_app.action_do(self.wanted.id)


class KeyBar(Horizontal, Localised):
    """The keys of a scope, then those that every screen has."""

    DEFAULT_CSS = """
    KeyBar { dock: bottom; height: 1; background: $panel; }
    """

    def __init__(self, scope: str) -> None:
        super().__init__()
        shown = [one for one in of_scope(scope) if one.shown]
        self._items = [KeyItem(one) for one in (*shown, *(one for one in of_scope("app") if one.id in _ALWAYS))]

    def compose(self) -> ComposeResult:
        """The items."""
        yield from self._items

    def on_mount(self) -> None:
        """Show the names."""
        self.relabel()

    def on_resize(self) -> None:
        """Show as many as fit."""
        self._fit()

    def relabel(self) -> None:
        """Names and keys, as they are now."""
        app = self.console_app
        for item in self._items:
            item.key = app.key_of(item.wanted.id)
            item.label = self.say(item.wanted.label_key)
            item.refresh(layout=True)
        self._fit()

    def update_states(self) -> None:
        """Grey what cannot be done now."""
        app = self.console_app
        for item in self._items:
            off = app.why_not_now(item.wanted.id) is not None
            if off != item.off:
                item.off = off
                item.refresh()

    def _fit(self) -> None:
        """Leave out from the end of the screen's own; help, commands and quit stay."""
        room = self.size.width
        if not room:
            return
        always = [item for item in self._items if item.wanted.id in _ALWAYS]
        room -= sum(item.cells for item in always)
        for item in self._items:
            if item in always:
                continue
            room -= item.cells
            item.display = room >= 0
