"""What goes to stdout: JSON documents, and text that is aligned by terminal cells and knows no markup."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from qdrill.names import cell_width, terminal_text
from qdrill.records import text as documents

WIDEST = 120
_UNCUT = 100_000
_GAP = "  "
_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}
Style = Literal["bold", "dim", "red", "green", "yellow", "cyan", ""]


def write(text: str) -> None:
    """Write lines of text to stdout; raises OutputLost where it cannot be written, such as to a full disk."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def emit_json(document: Any) -> None:
    """Write one JSON document to stdout; numbers that are not finite become text."""
    write(json_text(document, indent=2))


def json_text(document: Any, indent: int | None = None) -> str:
    """`document` as JSON that any parser reads and no terminal obeys."""
    ascii_only = (getattr(sys.stdout, "encoding", None) or "").lower().replace("-", "") not in {"utf8", "utf8sig"}
    return documents.json_text(document, indent=indent, ascii_only=ascii_only)


def width() -> int:
    """Columns to lay text out for: the terminal's, 120 at most, and 80 where there is none."""
    return max(40, min(WIDEST, shutil.get_terminal_size((80, 24)).columns))


def table_room() -> int:
    """Columns for a table: the terminal's; what is piped on is given whole."""
    return width() if sys.stdout.isatty() else _UNCUT


def paint(text: str, style: Style, on: bool) -> str:
    """`text` with colour, where colours are on."""
    return f"\x1b[{_CODES[style]}m{text}\x1b[0m" if on and style else text


def pad(text: str, cells: int, *, right: bool = False) -> str:
    """`text` filled with spaces to `cells` terminal cells."""
    space = " " * max(0, cells - cell_width(text))
    return space + text if right else text + space


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; the flexible ones give way, equally, where the line is too long."""

    title: str
    right: bool = False
    flexible: bool = False


def table(columns: Sequence[Column], rows: Sequence[Sequence[str]], *, indent: int = 2, room: int = 0) -> list[str]:
    """Lines of a table, every cell made harmless; cells that do not fit end in `…`.

    `room` is the width of the whole in cells; 0 takes the terminal's.
    """
    cells = [[terminal_text(cell) for cell in row] for row in rows]
    header = [terminal_text(column.title) for column in columns]
    lines = [header, *cells] if any(header) else cells
    widths = [max((cell_width(line[n]) for line in lines), default=0) for n in range(len(columns))]
    _shrink(widths, columns, (room or width()) - indent - len(_GAP) * (len(columns) - 1))
    return [_line(line, columns, widths, indent) for line in lines]


def _shrink(widths: list[int], columns: Sequence[Column], room: int) -> None:
    """Take cells from the widest flexible column until the line fits or all of them are narrow."""
    flexible = [n for n, column in enumerate(columns) if column.flexible]
    while sum(widths) > room and flexible:
        widest = max(flexible, key=lambda n: widths[n])
        if widths[widest] <= 8:
            return
        widths[widest] -= 1


def _line(cells: Sequence[str], columns: Sequence[Column], widths: Sequence[int], indent: int) -> str:
    shown = [
        pad(terminal_text(cell, size), size, right=column.right)
        for cell, column, size in zip(cells, columns, widths, strict=True)
    ]
    return (" " * indent + _GAP.join(shown)).rstrip()


def pairs(rows: Sequence[tuple[str, str]], *, indent: int = 2) -> list[str]:
    """`label   value` lines, values aligned and, where they are long, continued under themselves."""
    label_cells = max((cell_width(label) for label, _ in rows), default=0)
    lines: list[str] = []
    for label, value in rows:
        head = " " * indent + pad(label, label_cells) + _GAP
        parts = wrapped(value, width() - indent - label_cells - len(_GAP))
        lines += [(head if not n else " " * cell_width(head)) + part for n, part in enumerate(parts)]
    return lines


def wrapped(text: str, room: int) -> list[str]:
    """`text`, made harmless, in lines of at most `room` cells; broken at spaces, else in words that are not ASCII."""
    lines: list[str] = []
    line = ""
    for word in terminal_text(text).split(" "):
        candidate = f"{line} {word}" if line else word
        if cell_width(candidate) <= room:
            line = candidate
            continue
        if line:
            lines.append(line)
        *whole, line = _pieces(word, room)
        lines += whole
    return [*lines, line]


def _pieces(word: str, room: int) -> list[str]:
    """Parts of a word that is too long; paths and digests stay whole, so that they can be copied."""
    if word.isascii():
        return [word]
    pieces, piece, used = [], "", 0
    for char in word:
        cells = cell_width(char)
        if used + cells > max(2, room):
            pieces.append(piece)
            piece, used = "", 0
        piece, used = piece + char, used + cells
    return [*pieces, piece]
