"""Data on the screen: never markup, always one line, measured in terminal cells.

Textual lays out by the widths of rich, so that is what pads and aligns here; `qdrill.names` decides what is shown as an
escape and where a text is cut.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

from rich.cells import cell_len
from rich.text import Text
from textual.content import Content

from qdrill.names import terminal_text

Align = Literal["left", "right", "center"]

UNKNOWN = "–"
"""What a cell shows whose value is not known: never a zero."""


def plain(value: str, limit: int | None = None) -> Content:
    """`value` as content that holds no markup, on one line, cut to `limit` cells."""
    return Content(shown(value, limit))


def shown(value: str, limit: int | None = None) -> str:
    """`value` on one line, control and bidi characters as escapes; at most `limit` cells as Textual counts them."""
    if value.isascii() and value.isprintable() and (limit is None or len(value) <= limit):
        return value
    text = terminal_text(value, limit)
    if limit is None:
        return text
    room = limit
    # The two tables of widths differ for a few hundred characters; then a little less is asked for.
    while cell_len(text) > limit and room > 0:
        room -= 1
        text = terminal_text(value, room)
    return text


def lines(value: str) -> Content:
    """A text of several lines as content that holds no markup; within a line all is as in `plain`."""
    return Content("\n".join(shown(line) for line in value.split("\n")))


def pad(value: str, width: int, align: Align = "left") -> str:
    """`value` on at least `width` cells, never cut."""
    text = shown(value)
    gap = max(0, width - cell_len(text))
    before = {"left": 0, "right": gap, "center": gap // 2}[align]
    return " " * before + text + " " * (gap - before)


def fit(value: str, width: int, align: Align = "left") -> str:
    """`value` on exactly `width` cells: cut where it is longer, padded with spaces where it is shorter."""
    return pad(shown(value, max(0, width)), width, align)


def columns(values: Sequence[str], widths: Sequence[int], aligns: Sequence[Align], gap: int = 2) -> str:
    """One line of a table: each of `values` on its own width, `gap` spaces between them.

    Raises:
        ValueError: the three are not of one length.
    """
    cells = [fit(value, width, align) for value, width, align in zip(values, widths, aligns, strict=True)]
    return (" " * gap).join(cells)


def fit_parts(parts: Sequence[str], width: int, gap: int = 3) -> str:
    """As many of `parts` as fit into `width` cells, from the first on, never half a part; the first may be cut."""
    line = ""
    for number, part in enumerate(shown(part) for part in parts if part):
        candidate = f"{line}{' ' * gap}{part}" if number else part
        if cell_len(candidate) > width:
            return line if number else shown(part, width)
        line = candidate
    return line


class Cell(Text):
    """A table cell that shows one thing and sorts by another: numbers by value, texts without regard to case.

    Numbers come before texts and what is unknown comes last.
    """

    def __init__(self, text: str, order: float | str | None, *, align: Align = "left", style: str = "") -> None:
        super().__init__(text, style=style, justify=align, no_wrap=True, overflow="ellipsis", end="")
        self.order: tuple[int, float, str] = _order(order)

    def __lt__(self, other: object) -> bool:
        return self.order < other.order if isinstance(other, Cell) else NotImplemented


def as_cell(value: str, limit: int | None = None, *, align: Align = "left", style: str = "") -> Cell:
    """A text from outside as a cell of a DataTable: no markup, one line, sorted by its text."""
    return Cell(shown(value, limit), value, align=align, style=style)


def number_cell(value: float | None, text: str, *, unknown: str = UNKNOWN, style: str = "") -> Cell:
    """A number that is shown as `text`, to the right, and sorted by its value; None shows `unknown`."""
    return Cell(shown(text if value is not None else unknown), value, align="right", style=style)


def _order(order: float | str | None) -> tuple[int, float, str]:
    if isinstance(order, str):
        return 1, 0.0, order.casefold()
    if order is None or math.isnan(order):
        return 2, 0.0, ""
    return 0, order, ""
