"""What to write into drills.toml where nothing is configured: any one of the tables makes the screen work."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from qdrill.console.text import plain
from qdrill.console.widgets.say import Localised

LINES = """\
[metrics.qdrant]
url = "http://localhost:6333/metrics"
[metrics.rag]
url = "http://localhost:8000/metrics"

[prometheus]
url = "http://localhost:9090"
scrape_interval_seconds = 15
"""
"""Tables of drills.toml, each of use without the others."""


class SetupPanel(VerticalScroll, Localised):
    """What the screen could show, and the lines that make it."""

    DEFAULT_CSS = """
    SetupPanel { height: 1fr; }
    SetupPanel Static { height: auto; margin-bottom: 1; }
    SetupPanel #setup-lines { color: $accent; padding: 0 2; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, classes="panel")
        self._path = ""

    def compose(self) -> ComposeResult:
        """Why, the lines, what then."""
        yield Static(id="setup-why", markup=False)
        yield Static(Content(LINES.rstrip("\n")), id="setup-lines", markup=False)
        yield Static(id="setup-then", markup=False)

    def show(self, path: str) -> None:
        """`path` of drills.toml, which may be hostile."""
        self._path = path
        self.relabel()

    def on_mount(self) -> None:
        """The words."""
        self.relabel()

    def relabel(self) -> None:
        """The words in the app's language."""
        self.border_title = Content(self.say("metrics.setup.title"))
        self.query_one("#setup-why", Static).update(Content(self.say("metrics.setup.why")))
        press = {"retry": self.console_app.key_of("app.retry"), "copy": self.console_app.key_of("app.copy")}
        then = self.say("metrics.setup.then", path=self._path or "drills.toml", **press)
        self.query_one("#setup-then", Static).update(plain(then))
