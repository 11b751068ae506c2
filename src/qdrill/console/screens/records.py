"""The Records screen: the drills so far, how the recovery time moves, a record in full, and the form to sign it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePath
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import Input, Static

from qdrill.console.actions import bindings_for
from qdrill.console.i18n import Language
from qdrill.console.modals.choose import Choose
from qdrill.console.modals.dialogue import open_dialogue
from qdrill.console.panels.records_entries import Entry, SortKey, matching, ordered
from qdrill.console.panels.records_lines import detail_lines, origin_text, word_of
from qdrill.console.panels.records_list import RecordsList
from qdrill.console.panels.records_page import RecordPage
from qdrill.console.panels.records_trend import Pair, TrendPanel, trend_value
from qdrill.console.panels.records_view import Opened, RecordView, read_record
from qdrill.console.screens.records_deeds import Deeds
from qdrill.console.text import lines, plain
from qdrill.console.widgets.line import Line
from qdrill.names import terminal_text

_NEED_ONE = ("open", "sign", "folder", "copy")
_SORTS: tuple[SortKey, ...] = (
    *("when", "verdict", "name", "source", "target", "restored", "mb", "rta", "rto", "origin"),
)


class RecordsScreen(Deeds):
    """A table over a chart; or one record over all of it."""

    MODE = "records"
    CSS_PATH: ClassVar[list[str | PurePath]] = ["base.tcss", "records.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = bindings_for("records")

    def __init__(self) -> None:
        super().__init__()
        self._drill: tuple[object, ...] = ()
        self._language: Language | None = None

    def body(self) -> ComposeResult:
        """Table, details and chart; the record."""
        with Vertical(id="shelf"):
            with Vertical(id="table-panel", classes="panel"):
                yield RecordsList(id="records")
                yield Line(id="records-filter", compact=True)
                yield Static(id="records-detail", markup=False)
            yield TrendPanel(id="trend")
        yield RecordView(id="record")

    def on_mount(self) -> None:
        """Words; what there is to read is read when the screen comes to the front."""
        self.relabel()
        self.table.focus()

    def _show_again(self) -> None:
        """Other screens and other processes drill too."""
        super()._show_again()
        self.reload(again=False)

    @property
    def table(self) -> RecordsList:
        """The drills."""
        return self.query_one(RecordsList)

    @property
    def view(self) -> RecordView:
        """The record that is open."""
        return self.query_one(RecordView)

    @property
    def selected(self) -> Entry | None:
        """The drill at hand."""
        return self.table.selected

    @property
    def first(self) -> Sequence[Entry]:
        """What is selected, then what is in sight, then what is in the chart."""
        entry = self.selected
        return [*([entry] if entry else []), *self.table.in_sight, *self.query_one(TrendPanel).value.entries]

    def relabel(self) -> None:
        """Titles in the app's language; the panels do their own."""
        self.query_one("#records-filter", Input).placeholder = self.say("records.filter_hint")
        self.show_shelf()
        opened = self.view.opened
        if opened is not None and self._language is None and opened.language != self.console_app.language:
            self._open(opened.directory)

    def show_shelf(self) -> None:
        """The drills that match, in order; details and chart of the one at hand."""
        wanted = self.query_one("#records-filter", Input).value
        found = matching(self.shelf.entries, wanted, self._words)
        self.table.show(ordered(found, self.table.sorted_by, self.table.down))
        self._show_selected()
        self._show_titles(wanted)

    def _words(self, entry: Entry) -> str:
        return f"{word_of(self.say, entry)} {origin_text(self.say, entry)}"

    def _show_titles(self, wanted: str) -> None:
        total, shown = len(self.shelf.entries), len(self.table.entries)
        key = "filtered" if wanted else "title"
        title = self.say(f"records.{key}", n=f"{total:,}", shown=f"{shown:,}", wanted=wanted)
        panel = self.query_one("#table-panel")
        panel.border_title = plain(title, 60)
        panel.border_subtitle = plain("" if self.shelf.complete or self.failure else self.say("records.reading"))
        self.top.show(self.say("action.app.records"), plain(terminal_text(str(self.engine.drills), 60)))

    def _show_selected(self) -> None:
        entry = self.selected
        detail = self.query_one("#records-detail", Static)
        detail.set_class(bool(self.failure), "error")
        detail.update(lines("\n".join(self._detail(entry))))
        pair: Pair | None = (entry.row.source, entry.row.target) if entry and entry.row.problem is None else None
        self.query_one(TrendPanel).show(trend_value(self.shelf.entries, pair))

    def _detail(self, entry: Entry | None) -> list[str]:
        if self.failure:
            return [f"✗ {self.sentence(self.failure)}"]
        if entry is not None:
            return detail_lines(self.say, entry)
        if not self.shelf.complete:
            return [self.say("records.reading")]
        if self.shelf.entries:
            return [self.say("records.no_match")]
        return [self.say("records.empty", path=str(self.engine.drills), drill=self.console_app.key_of("app.drill"))]

    def tick(self) -> None:
        """A drill that began or ended has a record: read again."""
        super().tick()
        job = self.console_app.jobs.last("drill")
        if job is None:
            return
        drill = (job, job.ended, job.snapshot().drill_id)
        if drill != self._drill:
            self._drill = drill
            self.shelf.running = "" if job.ended else job.snapshot().drill_id
            self.reload()

    def why_not(self, identifier: str) -> str | None:
        """Why an action cannot be done now."""
        name, entry = identifier.partition(".")[2], self.selected
        if name in _NEED_ONE and entry is None:
            return self.say("records.why.none")
        if name == "markdown" and self.view.opened is None:
            return self.say("records.why.closed")
        if name in ("filter", "sort") and self.view.opened is not None:
            return self.say("records.why.open")
        return self._why_not_sign(entry) if name == "sign" and entry is not None else None

    def _why_not_sign(self, entry: Entry) -> str | None:
        if entry.bad:
            return self.say("records.why.bad", problem=entry.bad)
        return self.say("records.why.unfinished") if entry.row.finished is None else None

    def do_reload(self) -> None:
        """Read the records again, and the one that is open."""
        self.reload()
        if self.view.opened is not None:
            self._open(self.view.opened.directory)

    def do_retry(self) -> None:
        """The same."""
        self.do_reload()

    def do_open(self) -> None:
        """Show the record under the cursor."""
        if self.selected is not None and self.view.opened is None:
            self._open(self.selected.row.directory)

    def do_close(self) -> None:
        """Close the record; or take the filter away."""
        field = self.query_one("#records-filter", Input)
        if self.view.opened is not None:
            self.view.close()
            self._language = None
            self.remove_class("-record")
        elif self.has_class("-filter"):
            field.value = ""
            self.remove_class("-filter")
        self.table.focus()

    def do_markdown(self) -> None:
        """The record in the other language."""
        opened = self.view.opened
        if opened is not None:
            self._language = "zh" if opened.language == "en" else "en"
            self._open(opened.directory)

    def _open(self, directory: Path) -> None:
        engine, language = self.engine, self._language or self.console_app.language
        entry = self.shelf.get(directory.name)
        unproven = entry is not None and entry.trust == "unproven"
        self.ask(lambda: read_record(engine, directory, language, unproven), self._show_record, group="records-open")

    def _show_record(self, opened: Opened) -> None:
        self.add_class("-record")
        self.view.show(opened)
        self.query_one(RecordPage).focus()

    def do_filter(self) -> None:
        """Let a filter be typed."""
        self.add_class("-filter")
        self.query_one("#records-filter", Input).focus()

    @on(Input.Changed, "#records-filter")
    def _filtered(self) -> None:
        self.show_shelf()

    @on(Input.Submitted, "#records-filter")
    def _filter_done(self, event: Input.Submitted) -> None:
        self.set_class(bool(event.value), "-filter")
        self.table.focus()

    def do_sort(self) -> None:
        """Choose a column; the one in force turns the order round."""

        def choice() -> Choose:
            options = [(key, self.say(f"records.column.{key}")) for key in _SORTS]
            return Choose(self.say("records.sort_title"), options, self.table.sorted_by)

        open_dialogue(self.app, choice, lambda key: self._sort(next((one for one in _SORTS if one == key), None)))

    @on(RecordsList.HeaderClicked)
    def _sort_asked(self, event: RecordsList.HeaderClicked) -> None:
        self._sort(next((one for one in _SORTS if one == event.column), None))

    def _sort(self, key: SortKey | None) -> None:
        if key is None:
            return
        table = self.table
        # Times and amounts are looked at from the largest down, verdicts from the worst, names from A.
        table.down = not table.down if key == table.sorted_by else key not in ("verdict", "name", "source", "target")
        table.sorted_by = key
        self.show_shelf()

    @on(RecordsList.Moved)
    def _moved(self) -> None:
        self._show_selected()

    @on(RecordsList.Opened)
    def _opened(self) -> None:
        self.do_open()
