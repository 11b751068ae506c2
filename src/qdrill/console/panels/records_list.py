"""The table of past drills: any number of them, of which only those in sight are made into lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, cast

from qdrill.console.panels.records_entries import Entry, SortKey
from qdrill.console.panels.records_lines import GAP, columns_for, entry_row
from qdrill.console.widgets.lines import Run
from qdrill.console.widgets.rowlist import RowList
from qdrill.console.widgets.say import Localised
from qdrill.console.widgets.state import GLYPHS, css_class


class RecordsList(RowList, Localised):
    """A line for each drill.

    Attributes:
        entries: the drills in the order in which they stand.
        sorted_by, down: the column that they are sorted by, and whether from the top down.
    """

    GAP = GAP
    COMPONENT_CLASSES: ClassVar[set[str]] = {"record--bad", *(f"record-{css_class(state)}" for state in GLYPHS)}
    DEFAULT_CSS = """
    RecordsList {
        & > .record--bad { color: $state-fail; }
        & > .record--pass { color: $state-pass; }
        & > .record--fail { color: $state-fail; text-style: bold; }
        & > .record--inconclusive { color: $state-inconclusive; }
        & > .record--interrupted { color: $state-interrupted; }
        & > .record--running { color: $state-running; }
    }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.entries: Sequence[Entry] = ()
        self.sorted_by: SortKey = "when"
        self.down = True

    @property
    def selected(self) -> Entry | None:
        """The drill under the cursor."""
        return self.entries[self.at] if self.entries else None

    @property
    def in_sight(self) -> Sequence[Entry]:
        """The drills in sight."""
        top = int(self.scroll_offset.y)
        return self.entries[top : top + self.page]

    def show(self, entries: Sequence[Entry]) -> None:
        """Show these drills in this order."""
        self.entries = entries
        self._columns_anew()
        self.replace_rows([entry.row.id for entry in entries])

    def select(self, identifier: str) -> None:
        """Put the cursor on a drill, if it is there."""
        if identifier in self.keys:
            self.action_go(self.keys.index(identifier))

    def relabel(self) -> None:
        """Words in the app's language."""
        self._columns_anew()
        self.refresh()

    def runs(self, at: int, widths: Sequence[int]) -> Sequence[Run]:
        """See `RowList`."""
        return entry_row(self.say, self.entries[at], self.columns, widths)

    def on_resize(self) -> None:
        """The room is another one."""
        self._columns_anew()

    def _columns_anew(self) -> None:
        columns = columns_for(self.say, self.scrollable_content_region.width)
        self.show_columns(columns, (cast(str, self.sorted_by), self.down))
