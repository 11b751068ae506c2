"""Answers of searches, side by side, as text."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from qdrill.cli import output
from qdrill.drill.search import hit_text
from qdrill.results import Hit, SearchOutcome

SAME_SCORE = 1e-6
_STYLES: dict[str, output.Style] = {"pass": "green", "fail": "red", "inconclusive": "yellow"}


def as_text(source: str, target: str | None, outcomes: Sequence[SearchOutcome], colour: bool) -> str:
    """The answers for people."""
    blocks = [_block(source, target, outcome, colour) for outcome in outcomes]
    return "\n\n".join("\n".join(block) for block in blocks)


def _block(source: str, target: str | None, outcome: SearchOutcome, colour: bool) -> list[str]:
    using = f"   vector {outcome.using}" if outcome.using else ""
    lines = output.wrapped(f"{outcome.name}   top {outcome.top_k}{using}", output.width())
    if target is None:
        return [*lines, *_single(source, outcome), f"  {_milliseconds(outcome.source_ms)}"]
    return [*lines, *_double(source, target, outcome), "", *_summary(outcome, colour)]


def _single(source: str, outcome: SearchOutcome) -> list[str]:
    columns = (
        output.Column("", right=True),
        output.Column("score", right=True),
        output.Column(source, flexible=True),
        output.Column("id"),
    )
    hits = outcome.source_hits
    rows = [(str(n), _score(hit), hit_text(hit), str(hit.id)) for n, hit in enumerate(hits, start=1)]
    return output.table(columns, rows, room=output.table_room()) if rows else ["  no answer"]


def _double(source: str, target: str, outcome: SearchOutcome) -> list[str]:
    columns = (
        output.Column("", right=True),
        output.Column("score", right=True),
        output.Column(source, flexible=True),
        output.Column("score", right=True),
        output.Column(target, flexible=True),
        output.Column(""),
    )
    both = zip_longest(outcome.source_hits, outcome.target_hits)
    rows = [
        (str(n), _score(ours), _text(ours), _score(theirs), _text(theirs), _mark(ours, theirs))
        for n, (ours, theirs) in enumerate(both, start=1)
    ]
    return output.table(columns, rows, room=output.table_room()) if rows else ["  no answer on either side"]


def _score(hit: Hit | None) -> str:
    return "" if hit is None else f"{hit.score:.4f}"


def _text(hit: Hit | None) -> str:
    if hit is None:
        return ""
    return hit_text(hit) or f"point {hit.id}"


def _mark(ours: Hit | None, theirs: Hit | None) -> str:
    if ours is None or theirs is None or ours.id != theirs.id:
        return "≠"
    return "=" if abs(ours.score - theirs.score) <= SAME_SCORE else "~"


def _summary(outcome: SearchOutcome, colour: bool) -> list[str]:
    state = output.paint(outcome.state, _STYLES.get(outcome.state, ""), colour)
    if outcome.overlap is None:
        return [f"  {state}", *(f"  {line}" for line in output.wrapped(outcome.reason, output.width() - 2))]
    shared = round(outcome.overlap * len(outcome.source_hits)) if outcome.source_hits else 0
    change = "unknown" if outcome.max_score_change is None else f"{outcome.max_score_change:.4f}"
    facts = [
        f"overlap {shared}/{len(outcome.source_hits)}",
        f"order {'same' if outcome.same_order else 'changed'}",
        f"largest score change {change}",
        f"{_milliseconds(outcome.source_ms)} | {_milliseconds(outcome.target_ms)}",
    ]
    lines = [f"  {'   '.join(facts)}", f"  {state}"]
    if outcome.state != "pass" and outcome.reason:
        lines[1:] = [f"  {state}", *(f"  {line}" for line in output.wrapped(outcome.reason, output.width() - 2))]
    return lines


def _milliseconds(value: float | None) -> str:
    return "no answer" if value is None else f"{value:.0f} ms" if value >= 10 else f"{value:.1f} ms"
