"""What the painted widgets share: rows of runs, each run with the component class that colours it."""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

Run = tuple[str, str]
"""A text and the component class of its colour; an empty class is the widget's own colour."""

Row = Sequence[Run]


def rows_text(rows: Sequence[Row]) -> list[str]:
    """The rows without colours, as a test or a log wants them."""
    return ["".join(text for text, _ in row) for row in rows]


def runs(cells: Sequence[Run]) -> list[Run]:
    """Neighbours of one class made one run: fewer pieces to paint."""
    joined: list[tuple[list[str], str]] = []
    for text, part in cells:
        if joined and joined[-1][1] == part:
            joined[-1][0].append(text)
        else:
            joined.append(([text], part))
    return [("".join(texts), part) for texts, part in joined]


class PaintedWidget(Widget):
    """A widget that paints rows computed from its value and its size; computed once for each of the two."""

    _rows: Sequence[Row] | None = None
    _rows_size: tuple[int, int] = (0, 0)

    def paint(self, width: int, height: int) -> Sequence[Row]:
        """The rows for a size in cells."""
        raise NotImplementedError

    def repaint(self) -> None:
        """The value is another one."""
        self._rows = None
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One row as Textual wants it, filled to the widget's width."""
        size = self.content_size
        if self._rows is None or self._rows_size != (size.width, size.height):
            self._rows, self._rows_size = self.paint(size.width, size.height), (size.width, size.height)
        base = self.visual_style.rich_style  # unlike `rich_style`, not computed again for each row
        if y >= len(self._rows):
            return Strip.blank(size.width, base)
        style = self.get_component_rich_style
        strip = Strip([Segment(text, style(part) if part else base) for text, part in self._rows[y] if text])
        return strip.adjust_cell_length(size.width, base)
