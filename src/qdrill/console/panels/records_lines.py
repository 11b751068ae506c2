"""A past drill as a line of the table, and the table's columns for the room there is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from qdrill import units
from qdrill.console.panels.records_entries import Entry, SortKey, local, number
from qdrill.console.text import UNKNOWN, Align, fit, pad, shown
from qdrill.console.widgets.lines import Run
from qdrill.console.widgets.state import GLYPHS, css_class

Say = Callable[..., str]
"""`app.say`: a key of the catalogue and its values."""

WIDE = 100
"""Cells from which on there is room for all columns."""
PENDING = "…"
"""Behind a verdict while nobody has looked whether its record is what the drill wrote."""
_GAP = 1
_FEW: tuple[tuple[SortKey, int, Align], ...] = (
    ("when", 11, "left"),
    ("verdict", 15, "left"),
    ("source", 0, "left"),
    ("restored", 9, "right"),
    ("rta", 8, "right"),
    ("origin", 5, "left"),
)
_ALL: tuple[tuple[SortKey, int, Align], ...] = (
    ("when", 16, "left"),
    ("verdict", 15, "left"),
    ("name", 0, "left"),
    ("source", 0, "left"),
    ("target", 0, "left"),
    ("restored", 10, "right"),
    ("mb", 8, "right"),
    ("rta", 8, "right"),
    ("rto", 7, "right"),
    ("origin", 5, "left"),
)
_SHARES = {"name": 1, "source": 2, "target": 2}
_LONGEST_NAME = 18


@dataclass(frozen=True, slots=True)
class Column:
    """A column: where it starts, how wide it is, in cells."""

    key: SortKey
    start: int
    width: int
    align: Align


def columns_for(width: int) -> list[Column]:
    """The columns that fit into `width` cells; those of names share what the others leave."""
    wished = _ALL if width >= WIDE else _FEW
    free = max(0, width - sum(cells for _, cells, _ in wished) - _GAP * (len(wished) - 1))
    widths = _shares(free, [key for key, cells, _ in wished if not cells])
    found, start = [], 0
    for key, cells, align in wished:
        size = cells or widths[key]
        found.append(Column(key, start, size, align))
        start += size + _GAP
    return found


def _shares(free: int, keys: Sequence[SortKey]) -> dict[SortKey, int]:
    parts = sum(_SHARES[key] for key in keys)
    found = {key: free * _SHARES[key] // parts for key in keys}
    if "name" in found:
        found["name"] = min(found["name"], _LONGEST_NAME)
        found["source"] = (free - found["name"]) // 2
        found["target"] = free - found["name"] - found["source"]
    return found


def column_at(columns: Sequence[Column], x: int) -> SortKey | None:
    """The column under cell `x`; a gap belongs to the column before it."""
    return next((one.key for one in reversed(columns) if one.start <= x), None)


def header_line(say: Say, columns: Sequence[Column], sorted_by: SortKey, down: bool) -> str:
    """The names of the columns; an arrow at the one that is sorted by."""
    cells = []
    for one in columns:
        arrow = ("▼" if down else "▲") if one.key == sorted_by else ""
        cells.append(fit(shown(say(f"records.column.{one.key}"), one.width - len(arrow)) + arrow, one.width, one.align))
    return (" " * _GAP).join(cells)


def word_of(say: Say, entry: Entry) -> str:
    """What is said of a drill: a verdict, or why there is none to rely on."""
    group = "drill.verdict" if entry.word in ("pass", "fail", "inconclusive", "interrupted") else "records.word"
    return say(f"{group}.{entry.word}")


def verdict_text(say: Say, entry: Entry) -> str:
    """`✓ pass`, `✗ edited`."""
    return f"{GLYPHS[entry.state]} {word_of(say, entry)}" + (f" {PENDING}" if entry.pending else "")


def entry_row(say: Say, entry: Entry, columns: Sequence[Column], width: int) -> list[Run]:
    """The line of a drill; one that nobody may rely on shows why, in place of its figures.

    Green is only what passed and is as its drill wrote it.
    """
    part = "" if entry.pending else f"record-{css_class(entry.state)}"
    verdict = next(at for at, one in enumerate(columns) if one.key == "verdict")
    cells = [cell_text(say, entry, one) for one in columns]
    gap = " " * _GAP
    before, after = gap.join(cells[:verdict]) + gap, gap + gap.join(cells[verdict + 1 :])
    if entry.bad:
        room = width - columns[verdict].start - columns[verdict].width - _GAP
        after = gap + fit(entry.bad, room)
    return [(before, ""), (cells[verdict], part), (after, "record--bad" if entry.bad else "")]


def cell_text(say: Say, entry: Entry, column: Column) -> str:
    """What stands in one cell, on the column's width."""
    texts: dict[SortKey, Callable[[], str]] = {
        "when": lambda: when_text(entry, column.width),
        "verdict": lambda: verdict_text(say, entry),
        "name": lambda: entry.row.name,
        "source": lambda: entry.row.source,
        "target": lambda: entry.row.target,
        "restored": lambda: count_text(entry.row.restored),
        "mb": lambda: mb_text(entry.row.archive_mb),
        "rta": lambda: seconds_text(entry.row.rta_s),
        "rto": lambda: goal_text(entry.row.rto_s),
        "origin": lambda: origin_text(say, entry, short=True),
    }
    return pad(shown(texts[column.key](), column.width), column.width, column.align)


def when_text(entry: Entry, width: int = 19) -> str:
    """Local time, as much of it as there is room for; the drill's id where the time is not known."""
    when = local(entry.row.started)
    if when is None:
        return entry.row.id
    text = when.isoformat(" ", "seconds")[:19]
    if width < 16:
        return text[5:16]
    return text[:16] if width < 19 else text


def origin_text(say: Say, entry: Entry, *, short: bool = False) -> str:
    """Whether the drill was a real one; in the table only what is not is marked."""
    origin = entry.row.origin
    if origin is None:
        return UNKNOWN
    return say(f"records.origin{'_short' if short else ''}.{origin}")


def count_text(value: int | None) -> str:
    """`100,000`."""
    return UNKNOWN if value is None else f"{value:,}"


def mb_text(value: float | None) -> str:
    """Millions of bytes: `504.0`; more places where it is less than one, so that it is not shown as zero."""
    known = number(value)
    return UNKNOWN if known is None else f"{known:,.3f}" if known < 1 else f"{known:,.1f}"


def seconds_text(value: float | None) -> str:
    """A measured time: `0.20 s`, `3.6 s`, `2 min 05 s`."""
    known = number(value)
    return UNKNOWN if known is None else units.seconds(known)


def goal_text(value: float | None) -> str:
    """An objective in seconds, as it was written: `900 s`, `0.5 s`."""
    known = number(value)
    return UNKNOWN if known is None else f"{known:,.3f}".rstrip("0").rstrip(".") + " s"


def detail_lines(say: Say, entry: Entry) -> list[str]:
    """The drill in full: what the table has no room for, and what is against it."""
    row = entry.row
    head = [row.id, row.name, when_text(entry) if row.started else "", origin_text(say, entry) if row.origin else ""]
    first = "  ".join(part for part in head if part)
    if entry.bad:
        return [first, f"{verdict_text(say, entry)}: {entry.bad}"]
    places = say("records.detail.places", source=row.source or UNKNOWN, target=row.target or UNKNOWN)
    figures = say(
        "records.detail.figures",
        restored=count_text(row.restored),
        mb=mb_text(row.archive_mb),
        rta=seconds_text(row.rta_s),
        rto=goal_text(row.rto_s),
    )
    return [first, places, f"{figures}   {trust_text(say, entry)}".rstrip()]


def trust_text(say: Say, entry: Entry) -> str:
    """What is known of the record itself; nothing for one that is being written."""
    if entry.running:
        return ""
    failed = entry.trust == "unchecked" and entry.problem
    return say("records.trust.failed" if failed else f"records.trust.{entry.trust}", problem=entry.problem)
