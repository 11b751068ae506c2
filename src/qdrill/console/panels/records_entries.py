"""Past drills as the Records screen knows them: the row of the record, and whether the record can be believed."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from qdrill.console.widgets.state import State
from qdrill.records.history import RecordRow

Trust = Literal["unchecked", "intact", "edited", "unproven"]
"""Whether a record is what its drill wrote. `unproven`: the drill after it names another record before itself."""

Word = Literal[
    "pass",
    "fail",
    "inconclusive",
    "interrupted",
    "damaged",
    "edited",
    "unproven",
    "unfinished",
    "refused",
    "running",
    "unknown",
]
"""What stands in the column of verdicts."""

SortKey = Literal["when", "verdict", "name", "source", "target", "restored", "mb", "rta", "rto", "origin"]
_LOOKS: Mapping[Word, State] = {
    "pass": "pass",
    "fail": "fail",
    "inconclusive": "inconclusive",
    "interrupted": "interrupted",
    "damaged": "fail",
    "edited": "fail",
    "unproven": "inconclusive",
    "unfinished": "interrupted",
    "refused": "skipped",
    "running": "running",
    "unknown": "inconclusive",
}
_WORST_FIRST: tuple[Word, ...] = (
    *("damaged", "edited", "fail", "interrupted", "unfinished", "unknown", "inconclusive", "unproven", "running"),
    *("refused", "pass"),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A past drill.

    Attributes:
        problem: why the record cannot be believed, one line; empty where nothing is known against it.
        running: it is the drill that this console runs now.
    """

    row: RecordRow
    trust: Trust = "unchecked"
    problem: str = ""
    running: bool = False

    @property
    def word(self) -> Word:
        """What is to be said of it: what it says itself only where nothing is against that."""
        row = self.row
        if row.problem is not None:
            return "damaged"
        if self.trust == "edited":
            return "edited"
        if row.finished is None:
            return "running" if self.running else "unfinished"
        if row.refused:
            return "refused"
        if self.trust == "unproven" and row.verdict == "pass":
            return "unproven"
        return row.verdict or "unknown"

    @property
    def state(self) -> State:
        """The state whose glyph and colour go with the word."""
        return _LOOKS[self.word]

    @property
    def pending(self) -> bool:
        """Whether it says `pass` and nobody has looked yet whether that was written by its drill."""
        return self.word == "pass" and self.trust == "unchecked"

    @property
    def bad(self) -> str:
        """The line that stands in place of figures nobody may rely on; empty where the figures stand."""
        if self.row.problem is not None:
            return self.row.problem
        return self.problem if self.trust == "edited" else ""


def number(value: float | None) -> float | None:
    """What a record edited by hand may hold and is no number (nan, inf) was not measured."""
    return value if value is not None and math.isfinite(value) else None


def local(moment: datetime | None) -> datetime | None:
    """The moment in this machine's time zone; as it is where that has no such year."""
    try:
        return moment.astimezone() if moment is not None else None
    except (OverflowError, OSError, ValueError):
        return moment


def matching(entries: Iterable[Entry], wanted: str, words: Callable[[Entry], str]) -> list[Entry]:
    """Entries that hold every word of `wanted`; `words` gives what is shown and is not in the row."""
    parts = wanted.casefold().split()
    return [entry for entry in entries if all(part in _text(entry, words) for part in parts)] if parts else [*entries]


def _text(entry: Entry, words: Callable[[Entry], str]) -> str:
    row, when = entry.row, local(entry.row.started)
    day = f"{when:%Y-%m-%d %H:%M}" if when is not None else ""
    return " ".join([row.id, row.name, row.source, row.target, day, entry.bad, words(entry)]).casefold()


def ordered(entries: Iterable[Entry], key: SortKey, down: bool) -> list[Entry]:
    """Entries by a column, the newest first among equals. What is not known comes last either way."""
    by_time = sorted(entries, key=lambda entry: (_time(entry), entry.row.id), reverse=True)
    known = [entry for entry in by_time if _value(entry, key) is not None]
    known.sort(key=lambda entry: _value(entry, key) or (0.0, ""), reverse=down)
    return known + [entry for entry in by_time if _value(entry, key) is None]


def _time(entry: Entry) -> float:
    started = entry.row.started
    try:
        return started.timestamp() if started is not None else -math.inf
    except (OverflowError, OSError, ValueError):
        return -math.inf


def _value(entry: Entry, key: SortKey) -> tuple[float, str] | None:
    """What an entry is sorted by: a number or a text; None where it has neither."""
    row = entry.row
    if key == "when":
        return (_time(entry), row.id) if row.started is not None else None
    if key == "verdict":
        return _WORST_FIRST.index(entry.word), ""
    if entry.bad:
        return None
    texts = {"name": row.name, "source": row.source, "target": row.target, "origin": row.origin}
    if key in texts:
        text = texts[key]
        return (0.0, text.casefold()) if text else None
    value = {"restored": row.restored, "mb": row.archive_mb, "rta": row.rta_s, "rto": row.rto_s}[key]
    known = number(value)
    return (known, "") if known is not None else None


def before_broken(ids: Sequence[str], broken: Collection[str]) -> set[str]:
    """Drills whose record is the last before one that names another: `ids` in order, the earliest first."""
    return {before for before, after in itertools.pairwise(ids) if after in broken}
