"""From an outcome to the rows of both sides: ranks, scores, readable texts, and what changed. Pure."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from qdrill.drill.search_compare import F32_STEP, SCORE_CHANGE, tied
from qdrill.results import Hit, PointId, SearchOutcome

MarkKind = Literal["same", "moved", "tied", "missing", "new"]
READABLE = ("text", "title", "question", "name", "content", "summary", "description", "body", "answer")
"""Payload fields that people write for people, the best first."""
LONGEST_TEXT = 400
_HALF_SHOWN = 0.00005

_Key = tuple[PointId, int]


@dataclass(frozen=True, slots=True)
class Mark:
    """What became of a hit.

    Attributes:
        kind: `tied` is another rank among hits of the same score, which is chance and no change.
        up: ranks that it stands higher than in the source; negative is lower.
        change: how much its score differs from the source's; None when it does not.
    """

    kind: MarkKind
    up: int = 0
    change: float | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A hit at its rank, from 1; `mark` is None where there is nothing to say or to compare with."""

    rank: int
    hit: Hit
    text: str
    mark: Mark | None = None


def both_rows(outcome: SearchOutcome) -> tuple[tuple[Row, ...], tuple[Row, ...]]:
    """The rows of source and target. Marks stand at the target's, and at the source's where the target lost one."""
    ours, theirs = outcome.source_hits, outcome.target_hits
    if outcome.source_ms is None or outcome.target_ms is None:
        return _rows(ours, {}), _rows(theirs, {})
    our_keys, their_keys = _keys(ours), _keys(theirs)
    places = {key: at for at, key in enumerate(our_keys)}
    missing = [at for at, key in enumerate(our_keys) if key not in set(their_keys)]
    new = [at for at, key in enumerate(their_keys) if key not in places]
    excused, swapped = _swaps(outcome, missing, new)
    lost = {at: Mark("tied" if at in excused else "missing") for at in missing}
    marks = {at: Mark("tied" if at in swapped else "new") for at in new}
    floor = F32_STEP * max((abs(hit.score) for hit in ours), default=0.0)
    for at, key in enumerate(their_keys):
        if key in places:
            marks[at] = _mark(ours, places[key], at, theirs[at].score, floor)
    return _rows(ours, lost), _rows(theirs, marks)


def _rows(hits: Sequence[Hit], marks: Mapping[int, Mark]) -> tuple[Row, ...]:
    return tuple(Row(at + 1, hit, readable(hit.payload), marks.get(at)) for at, hit in enumerate(hits))


def _keys(hits: Sequence[Hit]) -> list[_Key]:
    """An id may be answered twice where it lives under two shard keys; each time stands for itself."""
    seen: Counter[PointId] = Counter()
    found = []
    for hit in hits:
        found.append((hit.id, seen[hit.id]))
        seen[hit.id] += 1
    return found


def _mark(ours: Sequence[Hit], before: int, after: int, score: float, floor: float) -> Mark:
    change = _change(ours[before].score, score, floor)
    if before == after:
        return Mark("same", change=change)
    if after < len(ours) and tied(ours[before].score, ours[after].score):
        return Mark("tied", change=change)
    return Mark("moved", before - after, change)


def _change(before: float, after: float, floor: float) -> float | None:
    """The difference, beyond the rounding that the engine's comparison allows too; None when there is none."""
    if before == after:
        return None
    change = after - before
    if not math.isfinite(change):
        return None if math.isnan(before) and math.isnan(after) else math.nan
    return change if abs(change) > max(SCORE_CHANGE * max(abs(before), abs(after)), floor) else None


def _swaps(outcome: SearchOutcome, missing: Sequence[int], new: Sequence[int]) -> tuple[set[int], set[int]]:
    """Places of hits tied with the last one that the engine's overlap excuses: which of them is shown is chance."""
    ours, theirs = outcome.source_hits, outcome.target_hits
    if outcome.overlap is None or not ours or len(ours) < outcome.top_k:
        return set(), set()
    asked = len({hit.id for hit in ours})
    excused = len(missing) - (asked - round(outcome.overlap * asked))
    if excused <= 0:
        return set(), set()
    cut = ours[-1].score
    near = SCORE_CHANGE * abs(cut)
    lost = [at for at in missing if tied(ours[at].score, cut)]
    found = [at for at in new if abs(theirs[at].score - cut) <= near]
    return set(lost[:excused]), set(found[:excused])


def readable(payload: Mapping[str, Any] | None) -> str:
    """What people read a hit by, on one line: a field made for reading, else the first text, else short JSON."""
    if not payload:
        return ""
    named = [payload.get(name) for name in READABLE]
    for value in (*named, *payload.values()):
        if isinstance(value, str) and (line := _one_line(value)):
            return line
    return _one_line(as_json(payload, None))


def _one_line(text: str) -> str:
    return " ".join(text[: LONGEST_TEXT * 4].split())[:LONGEST_TEXT]


def as_json(value: Any, indent: int | None = 2) -> str:
    """`value` as JSON for people: their own characters, `NaN` where a store says so, never an error."""
    try:
        return json.dumps(value, ensure_ascii=False, indent=indent, default=str)
    except (RecursionError, ValueError):
        return json.dumps("nested too deeply to be shown")


def score_text(score: float) -> str:
    """`0.5698`; four decimals say nothing about a score of millions."""
    if not math.isfinite(score):
        return str(score)
    return f"{score:.4f}" if abs(score) < 100_000 else f"{score:.6g}"


def change_text(change: float) -> str:
    """`+0.0012`, `-3.1e-06`, and `≠` where one of the two is no number."""
    if not math.isfinite(change):
        return "≠"
    return f"{change:+.4f}" if abs(change) >= _HALF_SHOWN else f"{change:+.1e}"


def amount_text(change: float) -> str:
    """A largest change, which has no sign: `0.0000`, `0.0012`, `3.1e-06`."""
    return f"{change:.1e}" if 0 < change < _HALF_SHOWN else f"{change:.4f}"


def overlap_counts(outcome: SearchOutcome) -> tuple[int, int] | None:
    """How many of the source's distinct hits the target has, and how many there are; None where nobody compared."""
    asked = len({hit.id for hit in outcome.source_hits})
    if outcome.overlap is None or not asked:
        return None
    return round(outcome.overlap * asked), asked
