"""The table of past drills: any number of them, of which only those in sight are painted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, cast

from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from qdrill.console.panels.records_entries import Entry, SortKey
from qdrill.console.panels.records_lines import Column, column_at, columns_for, entry_row, header_line
from qdrill.console.text import fit
from qdrill.console.widgets.say import Localised
from qdrill.console.widgets.state import GLYPHS, css_class

if TYPE_CHECKING:
    from qdrill.console.app import QdrillApp


class RecordsList(ScrollView, Localised, can_focus=True):
    """Lines under a header that stays. The cursor stays with its drill when others come or the order changes."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *("record--header", "record--cursor", "record--bad"),
        *(f"record-{css_class(state)}" for state in GLYPHS),
    }
    DEFAULT_CSS = """
    RecordsList {
        height: 1fr;
        overflow-x: hidden;
        scrollbar-size-vertical: 1;
        & > .record--header { color: $accent; text-style: bold; }
        & > .record--bad { color: $state-fail; }
        & > .record--pass { color: $state-pass; }
        & > .record--fail { color: $state-fail; text-style: bold; }
        & > .record--inconclusive { color: $state-inconclusive; }
        & > .record--interrupted { color: $state-interrupted; }
        & > .record--running { color: $state-running; }
        & > .record--cursor { background: $block-cursor-blurred-background; text-style: bold; }
        &:focus > .record--cursor { background: $block-cursor-background; color: $block-cursor-foreground; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", show=False),
        Binding("down,j", "move(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("home", "ends(-1)", show=False),
        Binding("end", "ends(1)", show=False),
    ]

    class Moved(Message):
        """Another drill is under the cursor."""

    class Opened(Message):
        """The drill under the cursor was clicked again."""

    class SortAsked(Message):
        """The name of a column was clicked."""

        def __init__(self, key: SortKey) -> None:
            super().__init__()
            self.key = key

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._entries: Sequence[Entry] = ()
        self._places: dict[str, int] = {}
        self._at = 0
        self._columns: list[Column] = []
        self.sorted_by: SortKey = "when"
        self.down = True

    @property
    def entries(self) -> Sequence[Entry]:
        """The drills in the order in which they stand."""
        return self._entries

    @property
    def selected(self) -> Entry | None:
        """The drill under the cursor."""
        return self._entries[self._at] if self._entries else None

    @property
    def in_sight(self) -> Sequence[Entry]:
        """The drills in sight."""
        top = int(self.scroll_offset.y)
        return self._entries[top : top + max(1, self._rows_in_sight)]

    @property
    def _rows_in_sight(self) -> int:
        return self.scrollable_content_region.height - 1

    def show(self, entries: Sequence[Entry]) -> None:
        """Show these drills in this order; the cursor stays with its drill where that is among them."""
        before = self.selected
        self._entries = entries
        self._places = {entry.row.id: at for at, entry in enumerate(entries)}
        self._at = self._places.get(before.row.id, self._at) if before is not None else 0
        self._at = max(0, min(self._at, len(entries) - 1))
        self._extent()
        if self.selected != before:
            self.post_message(self.Moved())

    def select(self, identifier: str) -> None:
        """Put the cursor on a drill, if it is there."""
        if identifier in self._places:
            self._go(self._places[identifier])

    def relabel(self) -> None:
        """Words in the app's language."""
        self.refresh()

    def _extent(self) -> None:
        width = self.scrollable_content_region.width
        self._columns = columns_for(width)
        self.virtual_size = Size(width, len(self._entries) + 1)
        self._keep_in_sight()
        self.refresh()

    def _keep_in_sight(self) -> None:
        top, room = int(self.scroll_offset.y), max(1, self._rows_in_sight)
        if not top <= self._at < top + room:
            wished = self._at if self._at < top else self._at - room + 1
            self.scroll_to(y=wished, animate=False, immediate=True)

    def render_line(self, y: int) -> Strip:
        """The header, or a drill in sight."""
        width, base = self.scrollable_content_region.width, self.rich_style
        if y == 0:
            header = header_line(cast("QdrillApp", self.app).say, self._columns, self.sorted_by, self.down)
            style = self.get_component_rich_style("record--header")
            return Strip([Segment(fit(header, width), style)]).adjust_cell_length(width, base)
        at = y - 1 + int(self.scroll_offset.y)
        if at >= len(self._entries):
            return Strip.blank(width, base)
        row = entry_row(cast("QdrillApp", self.app).say, self._entries[at], self._columns, width)
        if at == self._at:
            chosen = self.get_component_rich_style("record--cursor")
            text = fit("".join(text for text, _ in row), width)
            return Strip([Segment(text, chosen)]).adjust_cell_length(width, chosen)
        style_of = self.get_component_rich_style
        return Strip([Segment(text, style_of(part) if part else base) for text, part in row]).adjust_cell_length(
            width, base
        )

    def action_move(self, by: int) -> None:
        """The cursor up or down."""
        self._go(self._at + by)

    def action_page(self, by: int) -> None:
        """By what fits on the screen."""
        self._go(self._at + by * max(1, self._rows_in_sight))

    def action_ends(self, to: int) -> None:
        """To the first or the last drill."""
        self._go(0 if to < 0 else len(self._entries) - 1)

    def _go(self, at: int) -> None:
        at = max(0, min(at, len(self._entries) - 1))
        if at != self._at and self._entries:
            self._at = at
            self._keep_in_sight()
            self.refresh()
            self.post_message(self.Moved())

    def on_click(self, event: events.Click) -> None:
        """A column's name, or a drill; the drill under the cursor opens."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        if offset.y == 0:
            if key := column_at(self._columns, offset.x):
                self.post_message(self.SortAsked(key))
            return
        at = offset.y - 1 + int(self.scroll_offset.y)
        if at == self._at and self._entries:
            self.post_message(self.Opened())
        elif at < len(self._entries):
            self._go(at)

    def on_resize(self) -> None:
        """The room is another one."""
        self._extent()
