"""A table that paints the rows in sight alone, so that hundreds of rows cost a key press nothing.

Textual's own DataTable measures every cell whenever rows change: 60 ms and more for 500 collections.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from qdrill.console.text import Align, fit, shown
from qdrill.console.widgets.lines import Run

GAP = 2
_ARROWS = {False: "▲", True: "▼"}


@dataclass(frozen=True, slots=True)
class GridColumn:
    """A column: its least width in cells, and its share of the room that is left."""

    key: str
    title: str
    width: int
    share: int = 0
    align: Align = "left"


@dataclass(frozen=True, slots=True)
class GridRow:
    """A row: for each column a text from anywhere, and the component class of its colour."""

    key: str
    cells: tuple[Run, ...]


def column_widths(columns: Sequence[GridColumn], room: int) -> list[int]:
    """Cells for each column; what is left over goes to those with a share."""
    shares = sum(column.share for column in columns)
    left = max(0, room - sum(column.width for column in columns) - GAP * (len(columns) - 1))
    found = []
    for column in columns:
        more = left * column.share // shares if column.share else 0
        left, shares = left - more, shares - column.share
        found.append(column.width + more)
    return found


def header_line(columns: Sequence[GridColumn], widths: Sequence[int], sort: tuple[str, bool] | None) -> str:
    """The titles, with an arrow at the one that rows are sorted by; the arrow is never cut."""
    cells = []
    for column, width in zip(columns, widths, strict=True):
        if sort is not None and sort[0] == column.key:
            cells.append(fit(f"{shown(column.title, max(0, width - 2))} {_ARROWS[sort[1]]}", width, column.align))
        else:
            cells.append(fit(column.title, width, column.align))
    return (" " * GAP).join(cells)


def row_runs(row: GridRow, columns: Sequence[GridColumn], widths: Sequence[int]) -> list[Run]:
    """A row as runs, each cell on its own width."""
    runs: list[Run] = []
    for (text, part), column, width in zip(row.cells, columns, widths, strict=True):
        runs.append((fit(text, width, column.align), part))
        runs.append((" " * GAP, ""))
    return runs[:-1]


class Grid(ScrollView, can_focus=True):
    """Rows under a header, with a cursor that stays on its row, by key, whatever comes in."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *("grid--header", "grid--cursor", "grid--muted", "grid--production", "grid--read-only"),
        *("grid--pass", "grid--fail", "grid--running", "grid--inconclusive", "grid--skipped"),
    }
    DEFAULT_CSS = """
    Grid {
        height: 1fr;
        overflow-x: hidden;
        scrollbar-size-vertical: 1;
        & > .grid--header { color: $text-muted; text-style: bold underline; }
        & > .grid--muted { color: $text-muted; }
        & > .grid--pass { color: $state-pass; }
        & > .grid--fail { color: $state-fail; }
        & > .grid--running { color: $state-running; }
        & > .grid--inconclusive { color: $state-inconclusive; }
        & > .grid--skipped { color: $state-skipped; }
        & > .grid--production { color: $banner-production; text-style: bold; }
        & > .grid--read-only { color: $banner-read-only; text-style: bold; }
        & > .grid--cursor { background: $block-cursor-blurred-background; text-style: bold; }
        &:focus > .grid--cursor { background: $block-cursor-background; color: $block-cursor-foreground; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", show=False),
        Binding("down,j", "move(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("home,g", "go(0)", show=False),
        Binding("end,G", "go(1000000000)", show=False),
    ]

    class Moved(Message):
        """The cursor is on another row; `by_hand`: somebody moved it there."""

        def __init__(self, grid: Grid, by_hand: bool) -> None:
            super().__init__()
            self.grid, self.by_hand = grid, by_hand

    class Opened(Message):
        """The row under the cursor was clicked."""

        def __init__(self, grid: Grid) -> None:
            super().__init__()
            self.grid = grid

    class HeaderClicked(Message):
        """A column's title was clicked."""

        def __init__(self, column: str) -> None:
            super().__init__()
            self.column = column

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.columns: tuple[GridColumn, ...] = ()
        self.sort: tuple[str, bool] | None = None
        self.rows: tuple[GridRow, ...] = ()
        self.at = 0
        self._empty = ""

    @property
    def cursor(self) -> str | None:
        """Key of the row under the cursor; None where there is no row."""
        return self.rows[self.at].key if self.rows else None

    def show_columns(self, columns: Sequence[GridColumn], sort: tuple[str, bool] | None = None) -> None:
        """Other columns, titles or order; the rows have to be given anew where the columns are others."""
        if (tuple(columns), sort) == (self.columns, self.sort):
            return
        if len(columns) != len(self.columns):
            self.rows = ()
        self.columns, self.sort = tuple(columns), sort
        self.refresh()

    def show(self, rows: Sequence[GridRow], empty: str = "", *, cursor: str | None = None) -> None:
        """Other rows. The cursor stays on its key and at its height; where that is gone, at its place.

        Args:
            empty: a line in place of no rows.
            cursor: the key to go to, where it is there.
        """
        made = tuple(rows)
        if (made, empty) == (self.rows, self._empty) and cursor is None:
            return
        before, above = self.cursor, self.at - round(self.scroll_y)
        wanted = before if cursor is None else cursor
        self.rows, self._empty = made, empty
        at = next((at for at, row in enumerate(made) if row.key == wanted), min(self.at, max(0, len(made) - 1)))
        moved = at != self.at
        self.at = at
        self._extent()
        if moved:
            self.scroll_to(y=max(0, at - above), animate=False, immediate=True)
        self._keep_in_sight()
        self.refresh()
        if self.cursor != before:
            self.post_message(self.Moved(self, by_hand=False))

    def render_line(self, y: int) -> Strip:
        """The header, or a row in sight."""
        width, base = self.scrollable_content_region.width, self.rich_style
        widths = column_widths(self.columns, width)
        if y == 0:
            line = header_line(self.columns, widths, self.sort)
            return _strip([(line, "grid--header")], self, width)
        at = y - 1 + self.scroll_offset.y
        if at >= len(self.rows):
            words = shown(self._empty, width) if not self.rows and y == 1 else ""
            return Strip([Segment(words, base)]).adjust_cell_length(width, base)
        runs = row_runs(self.rows[at], self.columns, widths)
        if at == self.at:
            runs = [("".join(text for text, _ in runs).ljust(width), "grid--cursor")]
        return _strip(runs, self, width)

    def action_move(self, by: int) -> None:
        """The cursor up or down."""
        self.action_go(self.at + by)

    def action_page(self, by: int) -> None:
        """By what fits on the screen."""
        self.action_go(self.at + by * self._page)

    def action_go(self, at: int) -> None:
        """To a row by its number, or the nearest there is."""
        at = max(0, min(at, len(self.rows) - 1))
        if self.rows and at != self.at:
            self.at = at
            self._keep_in_sight()
            self.refresh()
            self.post_message(self.Moved(self, by_hand=True))

    def on_click(self, event: events.Click) -> None:
        """A title sorts; a row gets the cursor, and the one that has it is opened."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        if offset.y == 0:
            self._click_header(offset.x)
        elif (at := offset.y - 1 + self.scroll_offset.y) < len(self.rows):
            if at == self.at and event.chain == 1 and self.has_focus:
                self.post_message(self.Opened(self))
            self.action_go(at)

    def on_resize(self) -> None:
        """The height is another one."""
        self._extent()
        self._keep_in_sight()

    @property
    def _page(self) -> int:
        return max(1, self.scrollable_content_region.height - 1)

    def _click_header(self, x: int) -> None:
        right = 0
        for column, width in zip(
            self.columns, column_widths(self.columns, self.scrollable_content_region.width), strict=True
        ):
            right += width + GAP
            if x < right:
                self.post_message(self.HeaderClicked(column.key))
                return

    def _extent(self) -> None:
        self.virtual_size = Size(self.scrollable_content_region.width, len(self.rows) + 1)

    def _keep_in_sight(self) -> None:
        top = round(self.scroll_target_y)
        if not top <= self.at < top + self._page:
            y = self.at if self.at < top else self.at - self._page + 1
            self.scroll_to(y=y, animate=False, immediate=True)


def _strip(runs: Sequence[Run], grid: Grid, width: int) -> Strip:
    base = grid.rich_style
    segments = [Segment(text, grid.get_component_rich_style(part) if part else base) for text, part in runs]
    return Strip(segments).adjust_cell_length(width, base)
