"""A table that paints the rows in sight alone, so that thousands of rows cost a key press nothing.

Textual's own DataTable measures every cell whenever rows change: 60 ms and more for 500 rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip

from qdrill.console.text import fit, shown
from qdrill.console.widgets.columns import Column, column_at, column_widths, header_line
from qdrill.console.widgets.lines import Run
from qdrill.console.widgets.painted import PaintedList


class RowList(PaintedList, can_focus=True):
    """Rows under a header, with a cursor that stays on its row, by key, whatever comes in.

    Subclasses give `runs`, and call `replace_rows` when there are others.

    Attributes:
        sort: the column that rows are sorted by, and whether from the top down.
        keys: of the rows, in their order. at: the row under the cursor.
    """

    GAP: ClassVar[int] = 2
    COMPONENT_CLASSES: ClassVar[set[str]] = {"rows--header"}
    DEFAULT_CSS = """
    RowList > .rows--header { color: $text-muted; text-style: bold underline; }
    """

    class Moved(Message):
        """The cursor is on another row; `by_hand`: somebody moved it there."""

        def __init__(self, by_hand: bool) -> None:
            super().__init__()
            self.by_hand = by_hand

    class Opened(Message):
        """The row under the cursor was clicked."""

    class HeaderClicked(Message):
        """A column's title was clicked."""

        def __init__(self, column: str) -> None:
            super().__init__()
            self.column = column

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.columns: tuple[Column, ...] = ()
        self.sort: tuple[str, bool] | None = None
        self.keys: tuple[str, ...] = ()
        self.at = 0
        self.empty = ""
        self._clicked_anew = False

    def runs(self, at: int, widths: Sequence[int]) -> Sequence[Run]:
        """A row on columns of these widths."""
        raise NotImplementedError

    @property
    def cursor(self) -> str | None:
        """Key of the row under the cursor; None where there is no row."""
        return self.keys[self.at] if self.keys else None

    @property
    def widths(self) -> list[int]:
        """Cells of each column."""
        return column_widths(self.columns, self.scrollable_content_region.width, self.GAP)

    def show_columns(self, columns: Sequence[Column], sort: tuple[str, bool] | None = None) -> None:
        """Other columns, titles or order; the rows have to be given anew where the columns are others."""
        if (tuple(columns), sort) != (self.columns, self.sort):
            self.columns, self.sort = tuple(columns), sort
            self.refresh()

    def replace_rows(self, keys: Sequence[str], cursor: str | None = None) -> None:
        """Rows of these keys. The cursor stays on its key and at its height; where that is gone, at its place.

        Args:
            cursor: the key to go to, where it is there.
        """
        before, above = self.cursor, self.at - round(self.scroll_y)
        wanted = before if cursor is None else cursor
        self.keys = tuple(keys)
        places = {key: at for at, key in enumerate(self.keys)}
        at = places.get(wanted or "", min(self.at, max(0, len(self.keys) - 1)))
        moved = at != self.at
        self.at = at
        self._extent()
        if moved:
            self.scroll_to(y=max(0, at - above), animate=False, immediate=True)
        self._keep_in_sight()
        self.refresh()
        if self.cursor != before:
            self.post_message(self.Moved(by_hand=False))

    def render_line(self, y: int) -> Strip:
        """The header, or a row in sight."""
        width, base = self.scrollable_content_region.width, self.rich_style
        if y == 0:
            line = header_line(self.columns, self.widths, self.sort, self.GAP)
            return self.strip([(line, "rows--header")], width)
        at = y - 1 + self.scroll_offset.y
        if at >= len(self.keys):
            words = shown(self.empty, width) if not self.keys and y == 1 else ""
            return Strip([Segment(words, base)]).adjust_cell_length(width, base)
        runs = self.runs(at, self.widths)
        if at == self.at:
            runs = [(fit("".join(text for text, _ in runs), width), "painted--cursor")]
        return self.strip(runs, width)

    def action_move(self, by: int) -> None:
        """The cursor up or down."""
        self.action_go(self.at + by)

    def action_ends(self, to: int) -> None:
        """To the first row or the last."""
        self.action_go(0 if to < 0 else len(self.keys) - 1)

    def action_go(self, at: int) -> None:
        """To a row by its number, or the nearest there is."""
        at = max(0, min(at, len(self.keys) - 1))
        if self.keys and at != self.at:
            self.at = at
            self._keep_in_sight()
            self.refresh()
            self.post_message(self.Moved(by_hand=True))

    def on_click(self, event: events.Click) -> None:
        """A title sorts; a row gets the cursor, and the one that has it is opened, once by a double click."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        if offset.y == 0:
            if (column := column_at(self.columns, self.widths, offset.x, self.GAP)) is not None:
                self.post_message(self.HeaderClicked(column))
        elif (at := offset.y - 1 + self.scroll_offset.y) < len(self.keys):
            if at == self.at and (event.chain == 1 or self._clicked_anew):
                self.post_message(self.Opened())
            self._clicked_anew = at != self.at
            self.action_go(at)

    def on_resize(self) -> None:
        """The room is another one."""
        self._extent()
        self._keep_in_sight()

    def _extent(self) -> None:
        self.virtual_size = Size(self.scrollable_content_region.width, len(self.keys) + 1)

    def _keep_in_sight(self) -> None:
        top = round(self.scroll_target_y)
        if not top <= self.at < top + self.page:
            y = self.at if self.at < top else self.at - self.page + 1
            self.scroll_to(y=y, animate=False, immediate=True)
