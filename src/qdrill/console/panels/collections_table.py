"""The table of all stores' collections, its filter, and a line for what is wrong with the row under the cursor."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import cast

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from qdrill.console.panels.collections_cells import Guard, all_words, columns_for, grid_row, words_in
from qdrill.console.panels.collections_list import ColumnKey, Listed, Order, filtered, sorted_rows
from qdrill.console.text import plain
from qdrill.console.widgets.grid import Grid
from qdrill.console.widgets.line import Line
from qdrill.console.widgets.say import Localised


class TablePanel(Vertical, Localised):
    """Shows rows it is given, in the order and by the filter that somebody chose here."""

    DEFAULT_CSS = """
    TablePanel Input { display: none; height: 1; border: none; padding: 0; }
    TablePanel.-filter Input { display: block; }
    TablePanel #row-problem { display: none; height: auto; max-height: 3; color: $text-error; }
    TablePanel.-problem #row-problem { display: block; }
    TablePanel #offer { display: none; height: auto; margin-bottom: 1; }
    TablePanel.-offer #offer { display: block; }
    """

    class RowChanged(Message):
        """Another row is under the cursor, moved there or come there.

        The table's own message ends at whoever made it paint, and that may be this panel.
        """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, classes="panel")
        self.order = Order()
        self._rows: tuple[Listed, ...] = ()
        self._shown: dict[str, Listed] = {}
        self._stores: tuple[str, ...] = ()
        self._guards: dict[str, Guard] = {}
        self._asking, self._moved = False, False
        self._as_of = ""

    def compose(self) -> ComposeResult:
        """Table, offer, problem, filter."""
        yield Grid(id="collections")
        yield Static(id="offer", markup=False)
        yield Static(id="row-problem", markup=False)
        yield Line(id="filter", compact=True)

    @property
    def grid(self) -> Grid:
        """The table itself."""
        return self.query_one(Grid)

    @property
    def selected(self) -> Listed | None:
        """The row under the cursor."""
        return self._shown.get(self.grid.cursor or "")

    def relabel(self) -> None:
        """Titles, words and hints in the app's language."""
        app = self.console_app
        self.query_one(Input).placeholder = self.say("collections.filter_hint")
        keys = {name: app.key_of(f"collections.{name}") for name in ("address", "demo")}
        self.query_one("#offer", Static).update(Content(self.say("collections.offer", **keys)))
        self._paint()

    def show(
        self,
        rows: Iterable[Listed],
        stores: Sequence[str],
        guards: Mapping[str, Guard],
        *,
        asking: bool,
        as_of: str = "",
    ) -> None:
        """Show these rows of the stores of these labels; `asking`: more may come; `as_of`: of when older ones are."""
        self._rows, self._asking, self._as_of = tuple(rows), asking, as_of
        self._stores, self._guards = tuple(stores), dict(guards)
        self._paint()

    def show_asking(self, asking: bool) -> None:
        """Whether more may come."""
        if asking != self._asking:
            self._asking = asking
            self._paint()

    def sort_next(self) -> None:
        """The other way round, or by the next column."""
        self.order = self.order.next()
        shown = [column.key for column in self.grid.columns]
        while self.order.column not in shown:
            self.order = Order(self.order.column, reverse=True).next()
        self._paint()

    def open_filter(self) -> None:
        """Let a filter be typed."""
        self.add_class("-filter")
        self.query_one(Input).focus()

    def close_filter(self) -> bool:
        """Take the filter away; False where there is none."""
        if not self.has_class("-filter"):
            return False
        self.query_one(Input).value = ""
        self.remove_class("-filter")
        self.grid.focus()
        return True

    def on_mount(self) -> None:
        """Words."""
        self.relabel()

    def on_resize(self) -> None:
        """Other columns may fit."""
        self._paint()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Filter while it is typed."""
        event.stop()
        self._paint()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Back to the rows."""
        event.stop()
        self.set_class(bool(event.value), "-filter")
        self.grid.focus()

    def on_key(self, event: events.Key) -> None:
        """Esc takes the filter away."""
        if event.key == "escape" and self.query_one(Input).has_focus:
            event.stop()
            self.close_filter()

    @on(Grid.HeaderClicked)
    def _sort_by(self, event: Grid.HeaderClicked) -> None:
        event.stop()
        self.order = self.order.by(cast(ColumnKey, event.column))
        self._paint()

    @on(Grid.Moved)
    def _row_moved(self, event: Grid.Moved) -> None:
        event.stop()
        self._moved |= event.by_hand
        self.post_message(self.RowChanged())
        self._show_problem()

    def _paint(self) -> None:
        if not self.is_mounted or not self.size.width:
            return
        words, grid = words_in(self.say, self.sentence), self.grid
        columns = columns_for(self.say, grid.scrollable_content_region.width or self.size.width - 4)
        matching = filtered(self._rows, self.query_one(Input).value, lambda row: all_words(row, words))
        # What a store that is down holds may match too: that it is not there must be seen.
        found = sorted_rows([*matching, *(row for row in self._rows if row.down and row not in matching)], self.order)
        self._shown = {row.key: row for row in found}
        grid.show_columns(columns, (self.order.column, self.order.reverse))
        rows = [grid_row(row, columns, words, self._guards.get(row.summary.store, "")) for row in found]
        # Until somebody moves the cursor it stays on top: rows come in any order.
        first = rows[0].key if rows and not self._moved else None
        grid.show(rows, self._empty(), cursor=first)
        self.set_class(self._wants_offer, "-offer")
        self._show_titles(len(matching))
        self._show_problem()

    @property
    def _wants_offer(self) -> bool:
        """Without a drills.toml, and with no collection found, there is nothing to do here but to name a store."""
        configured = self.console_app.engine.config.file is not None
        return not configured and not self._asking and all(row.down for row in self._rows)

    def _empty(self) -> str:
        if self._asking:
            return self.say("collections.asking")
        return self.say("collections.no_match" if self._rows else "collections.empty")

    def _show_titles(self, matching: int) -> None:
        number = sum(not row.down for row in self._rows)
        title = self.say("collections.title", n=number, stores=len(self._stores))
        if wanted := self.query_one(Input).value:
            title = self.say("collections.filtered", n=matching, all=len(self._rows), wanted=wanted)
        self._title("border_title", title)
        before = any(row.mark == "before" for row in self._rows)
        waiting = self.say("collections.asking_again", at=self._as_of) if before else self.say("collections.asking")
        self._title("border_subtitle", waiting if self._asking else "")

    def _show_problem(self) -> None:
        row = self.selected
        text = "" if row is None else self._problem(row)
        self.set_class(bool(text), "-problem")
        if getattr(self, "_problem_shown", None) != text:
            self._problem_shown = text
            self.query_one("#row-problem", Static).update(plain(text))

    def _problem(self, row: Listed) -> str:
        app = self.console_app
        if row.mark and row.mark != "before":
            key = app.key_of("collections.reload" if row.mark == "gone" else "app.retry")
            return self.say(f"collections.{row.mark}", name=row.summary.address, press=key)
        if row.summary.error is None:
            return ""
        key = app.key_of("app.retry")
        error = self.sentence(row.summary.error)
        return self.say("collections.down", error=error, press=key) if row.down else error

    def _title(self, name: str, text: str) -> None:
        shown = plain(text, max(20, self.size.width - 8))
        if getattr(self, f"_{name}_shown", None) != shown.plain:
            setattr(self, f"_{name}_shown", shown.plain)
            setattr(self, name, shown)
