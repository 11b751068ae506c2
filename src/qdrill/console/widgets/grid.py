"""A table of rows that are given as cells, each with the colour of its state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType

from qdrill.console.text import fit
from qdrill.console.widgets.columns import Column
from qdrill.console.widgets.lines import Run
from qdrill.console.widgets.rowlist import RowList


@dataclass(frozen=True, slots=True)
class GridRow:
    """A row: for each column a text from anywhere, and the component class of its colour."""

    key: str
    cells: tuple[Run, ...]


def row_runs(row: GridRow, columns: Sequence[Column], widths: Sequence[int], gap: int) -> list[Run]:
    """A row as runs, each cell on its own width."""
    runs: list[Run] = []
    for (text, part), column, width in zip(row.cells, columns, widths, strict=True):
        runs.append((fit(text, width, column.align), part))
        runs.append((" " * gap, ""))
    return runs[:-1]


class Grid(RowList):
    """Rows of cells; `show` gives them."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *("grid--muted", "grid--production", "grid--read-only"),
        *("grid--pass", "grid--fail", "grid--running", "grid--inconclusive", "grid--skipped"),
    }
    DEFAULT_CSS = """
    Grid {
        & > .grid--muted { color: $text-muted; }
        & > .grid--pass { color: $state-pass; }
        & > .grid--fail { color: $state-fail; }
        & > .grid--running { color: $state-running; }
        & > .grid--inconclusive { color: $state-inconclusive; }
        & > .grid--skipped { color: $state-skipped; }
        & > .grid--production { color: $banner-production; text-style: bold; }
        & > .grid--read-only { color: $banner-read-only; text-style: bold; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("g", "go(0)", show=False),
        Binding("G", "go(1000000000)", show=False),
    ]

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.rows: tuple[GridRow, ...] = ()

    def runs(self, at: int, widths: Sequence[int]) -> Sequence[Run]:
        """See `RowList`."""
        return row_runs(self.rows[at], self.columns, widths, self.GAP)

    def show_columns(self, columns: Sequence[Column], sort: tuple[str, bool] | None = None) -> None:
        """See `RowList`; rows of another number of cells go."""
        if len(columns) != len(self.columns):
            self.rows = self.keys = ()
        super().show_columns(columns, sort)

    def show(self, rows: Sequence[GridRow], empty: str = "", *, cursor: str | None = None) -> None:
        """Other rows; `empty` is a line in place of none, `cursor` the key to go to, where it is there."""
        made = tuple(rows)
        if (made, empty) != (self.rows, self.empty) or cursor is not None:
            self.rows, self.empty = made, empty
            self.replace_rows([row.key for row in made], cursor)
