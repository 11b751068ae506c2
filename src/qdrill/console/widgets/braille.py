"""Lines made of braille dots, two by four a cell."""

from __future__ import annotations

from collections.abc import Sequence

DOTS_X, DOTS_Y = 2, 4
"""Dots of a cell."""
BLANK = 0x2800
"""The cell without a dot."""
# Bits of the four dots of a braille cell's left and right column, from the bottom up (Unicode, "Braille Patterns").
_LEFT, _RIGHT = (0x40, 0x04, 0x02, 0x01), (0x80, 0x20, 0x10, 0x08)
_HEX = "0123456789abcdef"


def _braille(left: int, right: int) -> str:
    dots = sum(bit for row, bit in enumerate(_LEFT) if left >> row & 1)
    dots += sum(bit for row, bit in enumerate(_RIGHT) if right >> row & 1)
    return chr(BLANK + dots) if dots else " "


DOT_BITS = tuple(tuple(column[DOTS_Y - 1 - row] for column in (_LEFT, _RIGHT)) for row in range(DOTS_Y))
"""The bit of each dot of a cell: by its row, from the top down, and its column."""
_CELLS = {(_HEX[left], _HEX[right]): _braille(left, right) for left in range(16) for right in range(16)}


def dot_rows(dots: Sequence[int], rows: int) -> list[str]:
    """Rows of braille from columns of dots: four dots of a column are one hexadecimal digit of its number."""
    digits = [f"{column:0{rows}x}" for column in dots]
    columns = [map(_CELLS.__getitem__, zip(*pair, strict=True)) for pair in zip(digits[::2], digits[1::2], strict=True)]
    return ["".join(row) for row in zip(*columns, strict=True)]


def connect(dots: list[int], start: tuple[int, int], end: tuple[int, int]) -> None:
    """Set the dots of a line: in each dot column from where the line enters it to where it leaves."""
    (x0, y0), (x1, y1) = start, end
    slope = (y1 - y0) / (x1 - x0) if x1 > x0 else 0.0
    for x in range(x0, x1 + 1):
        enter = y0 if x == x0 else y0 + slope * (x - x0 - 0.5)
        leave = y1 if x == x1 else y0 + slope * (x - x0 + 0.5)
        low, high = sorted((round(enter), round(leave)))
        dots[x] |= ((1 << (high - low + 1)) - 1) << low
