"""A past drill as a line of the table, and the table's columns for the room there is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from rich.cells import cell_len

from qdrill import units
from qdrill.console.i18n import Say
from qdrill.console.panels.records_entries import Entry, SortKey, local, number
from qdrill.console.text import UNKNOWN, fit
from qdrill.console.widgets.columns import Column
from qdrill.console.widgets.lines import Run
from qdrill.console.widgets.state import GLYPHS, css_class

WIDE = 100
"""Cells from which on there is room for all columns."""
PENDING = "…"
"""Behind a verdict while nobody has looked whether its record is what the drill wrote."""
GAP = 1
_RIGHT: tuple[SortKey, ...] = ("restored", "mb", "rta", "rto")
# Cells of each column; those of names are none and share what the others leave.
_FEW: Mapping[SortKey, int] = {"when": 11, "verdict": 15, "source": 0, "restored": 9, "rta": 11, "origin": 5}
_ALL: Mapping[SortKey, int] = {
    **{"when": 16, "verdict": 15, "name": 0, "source": 0, "target": 0},
    **{"restored": 10, "mb": 8, "rta": 11, "rto": 7, "origin": 5},
}
_SHARES: Mapping[SortKey, int] = {"name": 1, "source": 2, "target": 2}
_LONGEST_NAME = 18


def columns_for(say: Say, width: int) -> tuple[Column, ...]:
    """The columns that fit into `width` cells."""
    return tuple(
        Column(
            key,
            say(f"records.column.{key}"),
            cells,
            _SHARES.get(key, 0),
            "right" if key in _RIGHT else "left",
            _LONGEST_NAME if key == "name" else None,
        )
        for key, cells in (_ALL if width >= WIDE else _FEW).items()
    )


def word_of(say: Say, entry: Entry) -> str:
    """What is said of a drill: a verdict, or why there is none to rely on."""
    group = "drill.verdict" if entry.word in ("pass", "fail", "inconclusive", "interrupted") else "records.word"
    return say(f"{group}.{entry.word}")


def verdict_text(say: Say, entry: Entry) -> str:
    """`✓ pass`, `✗ edited`."""
    return f"{GLYPHS[entry.state]} {word_of(say, entry)}" + (f" {PENDING}" if entry.pending else "")


def entry_row(say: Say, entry: Entry, columns: Sequence[Column], widths: Sequence[int]) -> list[Run]:
    """The line of a drill; one that nobody may rely on shows why, in place of its figures.

    Green is only what passed and is as its drill wrote it.
    """
    part = "" if entry.pending else f"record-{css_class(entry.state)}"
    verdict = next(at for at, one in enumerate(columns) if one.key == "verdict")
    cells = [
        fit(cell_text(say, entry, one.key, width), width, one.align) for one, width in zip(columns, widths, strict=True)
    ]
    gap = " " * GAP
    before, after = gap.join(cells[:verdict]) + gap, gap + gap.join(cells[verdict + 1 :])
    if entry.bad:
        after = gap + fit(entry.bad, cell_len(after) - GAP)
    return [(before, ""), (cells[verdict], part), (after, "record--bad" if entry.bad else "")]


def cell_text(say: Say, entry: Entry, key: str, width: int) -> str:
    """What stands in a column of `width` cells."""
    texts: Mapping[str, Callable[[], str]] = {
        "when": lambda: when_text(entry, width),
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
    return texts[key]()


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
    table = "origin_short" if short else "origin"
    return say(f"records.{table}.{origin}")


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
