"""The stages of a drill over the chart: their names where they begin, and where the lines under them stand. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from qdrill.console.text import shown
from qdrill.signals.board_model import Span

_MARK = "▾"
_LONGEST = 20
_APART = 3


@dataclass(frozen=True, slots=True)
class Mark:
    """A stage on the time axis: the column where it begins, and its name; the end of the last has no name."""

    column: int
    name: str


def marks(spans: Sequence[tuple[Span, str]], start: float, end: float, columns: int) -> tuple[Mark, ...]:
    """Where stages begin, and where the last ended, in columns from 0; what lies outside is left out.

    Args:
        spans: in order, each with its name on the screen.
    """
    if end <= start or columns < 1:
        return ()
    scale = columns / (end - start)
    found = [
        Mark(max(0, int((span.start - start) * scale)), shown(name, _LONGEST))
        for span, name in spans
        if span.start < end and (span.end is None or span.end >= start)
    ]
    if found and (last := spans[-1][0].end) is not None and start <= last < end:
        found.append(Mark(int((last - start) * scale), ""))
    return tuple(Mark(min(columns - 1, one.column), one.name) for one in found)


def line_columns(found: Sequence[Mark]) -> tuple[int, ...]:
    """Where a line is drawn: not closer together than a few columns, so that what was measured shows between them."""
    kept: list[int] = []
    for one in found:
        if not kept or one.column - kept[-1] >= _APART:
            kept.append(one.column)
    return tuple(kept)


def ruler(found: Sequence[Mark], columns: int) -> str:
    """The line of names. Stages too short for their names share one: `▾Preflight–Record`.

    A name at the right edge, where a running drill is, stands before its mark.
    """
    cells = [" "] * columns
    groups = _groups([one for one in found if one.name])
    # The last has only the room up to the edge, or before it; where that is too little it shares the name before it.
    while len(groups) > 1 and not _has_room(groups, columns):
        groups[-2:] = [groups[-2] + groups[-1]]
    free = 0
    for group in groups:
        free = _place(cells, group[0].column, _names(group), free)
    return "".join(cells)


def _groups(named: Sequence[Mark]) -> list[list[Mark]]:
    """Stages whose names do not fit before the next one, together with the next."""
    groups: list[list[Mark]] = []
    for one in named:
        if groups and groups[-1][0].column + cell_len(_names(groups[-1])) + 1 >= one.column:
            groups[-1].append(one)
        else:
            groups.append([one])
    return groups


def _has_room(groups: Sequence[Sequence[Mark]], columns: int) -> bool:
    column, wide = groups[-1][0].column, cell_len(_names(groups[-1]))
    before = groups[-2][0].column + cell_len(_names(groups[-2])) + 2
    return wide <= columns - column - 1 or wide <= column - before


def _names(marks: Sequence[Mark]) -> str:
    return marks[0].name if len(marks) == 1 else f"{marks[0].name}–{marks[-1].name}"


def _place(cells: list[str], column: int, name: str, free: int) -> int:
    """Write a name behind its mark, or before it; returns the first free cell after it."""
    room_after, room_before = len(cells) - column - 1, max(0, column - free - (free > 0))
    if cell_len(name) <= room_after or room_before <= room_after:
        return _write(cells, column, _MARK + shown(name, room_after))
    name = shown(name, room_before)
    return _write(cells, column - cell_len(name), name + _MARK)


def _write(cells: list[str], column: int, text: str) -> int:
    for char in text:
        wide = cell_len(char)
        if wide == 0:
            cells[column - 1] += char
            continue
        cells[column : column + wide] = [char, *[""] * (wide - 1)]
        column += wide
    return column
