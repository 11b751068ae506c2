"""The columns of a table: how wide each is, its header, and which one is under the pointer. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qdrill.console.text import Align, fit, shown

_ARROWS = {False: "▲", True: "▼"}


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its least width in cells, its share of the room that is left, and of that at most `most` cells."""

    key: str
    title: str
    width: int
    share: int = 0
    align: Align = "left"
    most: int | None = None


def column_widths(columns: Sequence[Column], room: int, gap: int) -> list[int]:
    """Cells for each column; what is left over goes to those with a share."""
    shares = sum(column.share for column in columns)
    left = max(0, room - sum(column.width for column in columns) - gap * (len(columns) - 1))
    found = []
    for column in columns:
        more = left * column.share // shares if column.share else 0
        more = more if column.most is None else min(more, column.most)
        left, shares = left - more, shares - column.share
        found.append(column.width + more)
    return found


def header_line(columns: Sequence[Column], widths: Sequence[int], sort: tuple[str, bool] | None, gap: int) -> str:
    """The titles, with an arrow at the one that rows are sorted by (True: from the top down); it is never cut."""
    cells = []
    for column, width in zip(columns, widths, strict=True):
        if sort is not None and sort[0] == column.key:
            cells.append(fit(f"{shown(column.title, max(0, width - 2))} {_ARROWS[sort[1]]}", width, column.align))
        else:
            cells.append(fit(column.title, width, column.align))
    return (" " * gap).join(cells)


def column_at(columns: Sequence[Column], widths: Sequence[int], x: int, gap: int) -> str | None:
    """Key of the column under cell `x`; a gap belongs to the column before it."""
    right = 0
    for column, width in zip(columns, widths, strict=True):
        right += width + gap
        if x < right:
            return column.key
    return None
