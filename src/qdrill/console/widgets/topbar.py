"""The two lines at the top: what is at hand, and the screens to go to."""

from __future__ import annotations

from textual.app import ComposeResult, RenderResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from qdrill.console.actions import action
from qdrill.console.text import plain
from qdrill.console.widgets.say import InConsole, Localised

MODES = ("drill", "collections", "search", "compare", "metrics", "records")


class Tab(Widget, InConsole):
    """One screen to go to."""

    DEFAULT_CSS = """
    Tab { width: auto; height: 1; padding: 0 1; color: $text-muted; }
    Tab:hover { background: $boost; }
    Tab.-active { color: $text; text-style: bold reverse; }
    """

    def __init__(self, mode: str, active: bool) -> None:
        super().__init__(classes="-active" if active else None)
        self._action = action(f"app.{mode}")

    def render(self) -> RenderResult:
        """`1 Drill`."""
        app = self.console_app
        return Content(f"{app.key_of(self._action.id)} {app.say(self._action.label_key)}")

    async def on_click(self) -> None:
        """Go there."""
        await self.console_app.action_do(self._action.id)


class TopBar(Vertical, Localised):
    """Title and screens; `show` changes what the title says."""

    DEFAULT_CSS = """
    TopBar { dock: top; height: 2; background: $panel; }
    TopBar #title { width: 1fr; height: 1; text-style: bold; padding: 0 1; text-overflow: ellipsis; text-wrap: nowrap; }
    TopBar #aside { width: auto; max-width: 60%; height: 1; padding: 0 1; text-overflow: ellipsis; text-wrap: nowrap; }
    TopBar Horizontal { height: 1; }
    """

    def __init__(self, mode: str) -> None:
        super().__init__()
        self._mode = mode

    def compose(self) -> ComposeResult:
        """The two lines."""
        with Horizontal():
            yield Static("qdrill", id="title", markup=False)
            yield Static("", id="aside", markup=False)
        with Horizontal(id="tabs"):
            for mode in MODES:
                yield Tab(mode, mode == self._mode)

    def show(self, title: str, aside: Content | str = "") -> None:
        """Say what is at hand; `title` may be hostile."""
        self.query_one("#title", Static).update(Content.assemble("qdrill  ", plain(title)))
        self.query_one("#aside", Static).update(plain(aside) if isinstance(aside, str) else aside)

    def relabel(self) -> None:
        """Names of the screens, in the app's language."""
        for tab in self.query(Tab):
            tab.refresh(layout=True)
