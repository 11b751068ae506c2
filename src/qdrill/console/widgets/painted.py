"""What lists that paint their own lines have in common: keys, the cursor's look, lines of styled text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.scroll_view import ScrollView
from textual.strip import Strip

from qdrill.console.widgets.lines import Run


class PaintedList(ScrollView, can_focus=True):
    """A list with a cursor. Subclasses give `render_line`, `action_move`, `action_ends` and `page`."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"painted--cursor"}
    DEFAULT_CSS = """
    PaintedList {
        height: 1fr;
        overflow-x: hidden;
        scrollbar-size-vertical: 1;
        & > .painted--cursor { background: $block-cursor-blurred-background; text-style: bold; }
        &:focus > .painted--cursor { background: $block-cursor-background; color: $block-cursor-foreground; }
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

    @property
    def page(self) -> int:
        """Lines that there is room for."""
        return max(1, self.scrollable_content_region.height - 1)

    def action_move(self, by: int) -> None:
        """The cursor up or down."""
        raise NotImplementedError

    def action_ends(self, to: int) -> None:
        """The cursor to the first line (`to` is negative) or the last."""
        raise NotImplementedError

    def action_page(self, by: int) -> None:
        """The cursor by what fits on the screen."""
        self.action_move(by * self.page)

    def strip(self, runs: Iterable[Run], width: int) -> Strip:
        """A line of `runs`, each in the style of its component class, or the list's own."""
        base, style_of = self.rich_style, self.get_component_rich_style
        segments = [Segment(text, style_of(part) if part else base) for text, part in runs]
        return Strip(segments).adjust_cell_length(width, base)
