"""What `start` would compare: the two places, how closely, how many searches; and what keeps it from starting."""

from __future__ import annotations

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from qdrill.console.panels.compare_places import Comparison
from qdrill.console.text import UNKNOWN, pad, plain, shown
from qdrill.console.widgets.say import Localised


class ComparePlanPanel(Vertical, Localised):
    """The comparison at hand in three lines, and a note where one is due."""

    DEFAULT_CSS = """
    ComparePlanPanel {
        height: auto;
        & #plan-rows { height: 3; }
        & #plan-note { height: auto; display: none; color: $text-warning; }
        &.-note #plan-note { display: block; }
        & #plan-keys { height: auto; margin-top: 1; color: $text-muted; display: none; }
        &.-keys #plan-keys { display: block; }
    }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, classes="panel")
        self._asked = Comparison()
        self._note, self._keys = "", False

    def compose(self) -> ComposeResult:
        """Places, note, keys."""
        yield Static(id="plan-rows", markup=False)
        yield Static(id="plan-note", markup=False)
        yield Static(id="plan-keys", markup=False)

    def on_mount(self) -> None:
        """The words."""
        self.relabel()

    def show(self, asked: Comparison, note: str, *, keys: bool) -> None:
        """Show a comparison; `keys` says what to press."""
        if (asked, note, keys) != (self._asked, self._note, self._keys):
            self._asked, self._note, self._keys = asked, note, keys
            self.relabel()

    def on_resize(self) -> None:
        """Places are cut elsewhere."""
        self.relabel()

    def relabel(self) -> None:
        """Everything, in the app's language."""
        self.border_title = self.say("compare.plan.title")
        self.set_class(bool(self._note), "-note").set_class(self._keys, "-keys")
        self.query_one("#plan-rows", Static).update(self._rows())
        self.query_one("#plan-note", Static).update(plain(f"! {self._note}" if self._note else ""))
        app = self.console_app
        keys = {name: app.key_of(f"compare.{name}") for name in ("start", "places", "level")}
        words = "keys" if self._asked.complete else "choose"
        self.query_one("#plan-keys", Static).update(plain(self.say(f"compare.plan.{words}", **keys)))

    def _rows(self) -> Content:
        asked = self._asked
        searches = (
            self.say("compare.plan.searches", n=asked.searches) if asked.searches else self.say("compare.plan.none")
        )
        rows = [
            (self.say("compare.field.left"), asked.left or UNKNOWN),
            (self.say("compare.field.right"), asked.right or UNKNOWN),
            (self.say("compare.plan.how"), f"{self.say(f'compare.level_is.{asked.level}')}   {searches}"),
        ]
        names = max(cell_len(name) for name, _ in rows)
        room = max(20, self.size.width - names - 2)
        pieces: list[tuple[str, str] | str] = []
        for name, value in rows:
            pieces += [(f"{pad(name, names)}  ", "$foreground 60%"), f"{shown(value, room)}\n"]
        return Content.assemble(*pieces).rstrip()
