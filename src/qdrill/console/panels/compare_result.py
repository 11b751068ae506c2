"""How a comparison ended: the verdict in words, its figures, and three tables of what differs."""

from __future__ import annotations

from typing import cast

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import DataTable, Static

from qdrill import units
from qdrill.console.panels.compare_tables import SECTIONS, Item, Section, cells, columns, items
from qdrill.console.panels.compare_words import CLASSES, Ending, figures, reason, searches_right, unlisted, wrapped
from qdrill.console.text import UNKNOWN, Cell, lines, plain
from qdrill.console.widgets.say import Localised
from qdrill.console.widgets.state import GLYPHS, css_class
from qdrill.drill.verify import Verification
from qdrill.results import DifferenceClass


class CompareTab(Static):
    """The name of a section and how much it lists; a click shows it."""

    class Chosen(Message):
        """Somebody clicked it."""

        def __init__(self, section: Section) -> None:
            super().__init__()
            self.section: Section = section

    def __init__(self, section: Section) -> None:
        super().__init__(id=f"tab-{section}", markup=False)
        self.section: Section = section

    def on_click(self) -> None:
        """Show that section."""
        self.post_message(self.Chosen(self.section))


class CompareResultPanel(Vertical, Localised):
    """Verdict and figures over the tables. Without a result only the verdict, which then says what happened."""

    DEFAULT_CSS = """
    CompareResultPanel {
        height: 1fr;
        & #verdict { height: auto; padding: 0 1; text-style: bold; border: dashed $state-inconclusive; color: $state-inconclusive; }
        & #verdict.-pass { color: $state-pass; border: heavy $state-pass; }
        & #verdict.-fail { color: $state-fail; border: heavy $state-fail; }
        & #verdict.-interrupted { color: $state-interrupted; border: dashed $state-interrupted; }
        & #figures { height: auto; padding: 0 1; }
        & #tabs-of-result { height: 1; margin-top: 1; }
        & CompareTab { width: auto; padding: 0 1; color: $text-muted; }
        & CompareTab:hover { background: $boost; }
        & CompareTab.-active { color: $text; text-style: bold reverse; }
        & DataTable { height: 1fr; min-height: 3; display: none; }
        & DataTable.-active { display: block; }
        & #nothing { height: auto; padding: 1 1; color: $text-muted; display: none; }
        & #nothing.-active { display: block; }
        & #more { height: auto; padding: 0 1; color: $text-warning; }
        &.-bare #figures, &.-bare #tabs-of-result, &.-bare #more { display: none; }
    }
    """  # noqa: E501

    class Opened(Message):
        """Somebody wants to see a row in full."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._ending: Ending | None = None
        self.section: Section = "points"
        self.kind: DifferenceClass | None = None
        self._drawn: dict[str, tuple[object, ...]] = {}
        # Rows take the focus once they are there, which is after this panel has got its size.
        self._focus_due = False

    def compose(self) -> ComposeResult:
        """Verdict, figures, names of the sections, the tables."""
        yield Static(id="verdict", markup=False)
        yield Static(id="figures", markup=False)
        with Horizontal(id="tabs-of-result"):
            for section in SECTIONS:
                yield CompareTab(section)
        for section in SECTIONS:
            yield DataTable[Cell](id=f"table-{section}", cursor_type="row", zebra_stripes=True)
        yield Static(id="nothing", markup=False)
        yield Static(id="more", markup=False)

    @property
    def found(self) -> Verification | None:
        """The result that is shown; None where there is none."""
        return self._ending.found if self._ending is not None else None

    @property
    def table(self) -> DataTable[Cell]:
        """The table of the section that is shown."""
        return self._table(self.section)

    @property
    def listed(self) -> bool:
        """Whether what was found stands in the table; a panel draws nothing before it has its size."""
        return self.found is None or self._drawn.get(self.section, ())[:1] == (self._items(self.section),)

    @property
    def selected(self) -> Item | None:
        """The row under the cursor."""
        listed = self._items(self.section)
        row = self.table.cursor_row
        return listed[row] if 0 <= row < len(listed) else None

    def show(self, ending: Ending) -> None:
        """Show how a comparison ended: first the section that has something to tell."""
        if ending != self._ending:
            # An ending may only gain what an error speaks of; the result stays the one that is looked at.
            if self._ending is None or ending.found is not self._ending.found:
                self.kind, self.section, self._focus_due = None, _telling(ending.found), True
            self._ending = ending
            self.relabel()

    def next_section(self) -> None:
        """The next section."""
        self.turn_to(SECTIONS[(SECTIONS.index(self.section) + 1) % len(SECTIONS)])

    def turn_to(self, section: Section) -> None:
        """Show a section."""
        self.section = section
        self.relabel()
        self.focus_rows()

    def focus_rows(self) -> None:
        """The rows of the section get the keys."""
        if self.table.has_class("-active"):
            self.table.focus()

    def kinds(self) -> list[DifferenceClass]:
        """The classes that occur."""
        return [kind for kind in CLASSES if self.found is not None and getattr(self.found.result, kind)]

    def next_kind(self) -> None:
        """The points of the next class that occurs; after the last, all of them."""
        kinds: list[DifferenceClass | None] = [None, *self.kinds()]
        self.kind = kinds[(kinds.index(self.kind) + 1) % len(kinds)]
        self.section = "points"
        self.relabel()

    def on_mount(self) -> None:
        """Nothing to show yet."""
        self.relabel()

    def on_resize(self) -> None:
        """Columns as wide as there is room for."""
        self.relabel()

    def relabel(self) -> None:
        """Everything, in the app's language; what is the same is not painted again."""
        ending, width = self._ending, self.size.width
        if ending is None or not width:
            return
        app = self.console_app
        self._show_verdict(ending)
        found = ending.found
        self.set_class(found is None, "-bare")
        listed = self._items(self.section)
        for section in SECTIONS:
            shown = section == self.section and bool(listed)
            self._table(section).set_class(shown, "-active")
            self.query_one(f"#tab-{section}").set_class(section == self.section, "-active")
        nothing = self.query_one("#nothing", Static)
        nothing.set_class(not listed, "-active")
        if found is None:
            keys = {name: app.key_of(f"{scope}.{name}") for scope, name in (("compare", "start"), ("app", "retry"))}
            nothing.update(plain(self.say("compare.nothing.again", **keys)))
            return
        self.query_one("#figures", Static).update(Content(wrapped(figures(self.say, found), width - 2)))
        nothing.update(plain(self._nothing(found)))
        self.query_one("#more", Static).update(plain(self._more(found) if self.section == "points" else ""))
        self._show_tabs(found)
        self._draw_table(listed, width - 2)
        if self._focus_due:
            self._focus_due = False
            self.focus_rows()

    def _table(self, section: Section) -> DataTable[Cell]:
        return cast("DataTable[Cell]", self.query_one(f"#table-{section}", DataTable))

    def _items(self, section: Section) -> tuple[Item, ...]:
        return () if self.found is None else items(self.found, section, self.kind)

    def _show_verdict(self, ending: Ending) -> None:
        verdict = self.query_one("#verdict", Static)
        verdict.set_classes(css_class(ending.state))
        word = f"{GLYPHS[ending.state]} {self.say(f'compare.verdict.{ending.state}')}"
        verdict.update(lines(f"{word}   {reason(self.say, self.console_app.language, ending)}"))

    def _show_tabs(self, found: Verification) -> None:
        result = found.result
        differing = sum(getattr(result, kind) for kind in CLASSES)
        numbers: dict[Section, str] = {
            # What was not looked at is unknown, not 0.
            "points": UNKNOWN if result.level == "count" else units.count(differing),
            "settings": units.count(len(result.config)),
            "searches": searches_right(found),
        }
        for section in SECTIONS:
            words = self.say(f"compare.section.{section}", n=numbers[section])
            if section == "points" and self.kind is not None:
                shown = units.count(getattr(result, self.kind))
                words += "  " + self.say("compare.section.only", n=shown, kind=self.say(f"compare.class.{self.kind}"))
            self.query_one(f"#tab-{section}", CompareTab).update(plain(words))

    def _nothing(self, found: Verification) -> str:
        """Why a section lists nothing: not looked at is something else than nothing found."""
        if self.section == "points" and found.result.level != "full":
            return self.say(f"compare.nothing.points_{found.result.level}")
        return self.say(f"compare.nothing.{self.section}")

    def _more(self, found: Verification) -> str:
        """How many points are counted and not listed."""
        parts = [
            self.say("compare.more", kind=self.say(f"compare.class.{kind}"), listed=listed, n=units.count(counted))
            for kind, listed, counted in unlisted(found.result, self.kind)
        ]
        return self.say("compare.reason.comma").join(parts)

    def _draw_table(self, listed: tuple[Item, ...], width: int) -> None:
        """The rows; the cursor stays where it was unless the rows are others."""
        app = self.console_app
        drawn = (listed, app.language, width)
        before = self._drawn.get(self.section, ())
        if drawn == before:
            return
        self._drawn[self.section] = drawn
        table, wanted = self.table, columns(self.section, listed, width)
        cursor = table.cursor_row if before[:1] == (listed,) else 0
        with self.app.batch_update():
            table.clear(columns=True)
            for column in wanted:
                table.add_column(Text(self.say(f"compare.column.{column.key}")), width=column.width)
            for item in listed:
                table.add_row(*cells(self.say, app.language, item, wanted))
            table.move_cursor(row=cursor)

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        """Enter or a click on a row."""
        event.stop()
        self.post_message(self.Opened())

    def on_compare_tab_chosen(self, event: CompareTab.Chosen) -> None:
        """A click on the name of a section."""
        event.stop()
        self.turn_to(event.section)


def _telling(found: Verification | None) -> Section:
    """The first section that speaks against a pass."""
    if found is None or items(found, "points"):
        return "points"
    if found.result.config:
        return "settings"
    return "searches" if any(one.state != "pass" for one in found.searches) else "points"
