"""Whether two answers to one search are the same answer. Pure: no store, no clock.

Ties. Two hits are tied when their scores differ by at most 1e-6 of the larger one. Which of several tied
points makes it into the top k is chance, so where the source's k-th hit is tied with hits behind it (the
spare hits of a planned search show them), a tied hit of the top k may be swapped for one of those without
loss. A swap for a point that the source's answer does not hold counts only as unproven: it may be one more
tied point that lies beyond what was asked, or one that the source never had. Such a search is inconclusive.
Without a tie behind the cut-off nothing may be swapped, so a target whose ids were changed never passes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from qdrill.drill.search_plan import PlannedSearch
from qdrill.errors import NotFound, QdrillError, Refused
from qdrill.names import one_line
from qdrill.results import Hit, PointId, SearchOutcome, State
from qdrill.signals.rag_api import ApiRefused

TIE = 1e-6
SCORE_CHANGE = 1e-5
F32_STEP = 1.2e-7
"""One step of a 32-bit float, relative: below it a score that is close to zero has not changed."""
_BUSY = frozenset({408, 429})
_NOT_LET_IN = frozenset({401, 403})


@dataclass(frozen=True, slots=True)
class Answer:
    """What a store answered.

    Attributes:
        hits: best first; more than top_k where a spare was asked for.
        milliseconds: for the request, as seen by the caller.
        complete: whether the store had no further hits to give.
    """

    hits: tuple[Hit, ...]
    milliseconds: float
    complete: bool = False


def compare_answers(
    planned: PlannedSearch, source: Answer | QdrillError, target: Answer | QdrillError, *, min_overlap: float
) -> SearchOutcome:
    """The outcome of one search.

    pass: overlap >= min_overlap, and at min_overlap 1.0 no score moved by more than 1e-5 of itself and
    nothing was added to an answer of fewer than k hits.
    fail: less than that, nothing found, or the target refused or is missing.
    inconclusive: the search could not be planned, the source failed or finds nothing, the target is not
    reachable, or only unproven swaps of tied points keep the overlap from being enough.

    Overlap is the share of the distinct ids in the source's top k that the target's top k holds too, swaps of
    tied points counted as held.
    """
    problem = _source_problem(planned, source)
    if problem or not isinstance(source, Answer):
        return _outcome(planned, "inconclusive", problem, source, target)
    if isinstance(target, QdrillError):
        state, words = _target_error(target)
        return _outcome(planned, state, f"the target {words}: {target}", source, target)
    if not _finite(target.hits[: planned.top_k]):
        return _outcome(planned, "fail", "the target's scores are not finite numbers", source, target)
    return _judge(planned, source, target, min_overlap)


def _source_problem(planned: PlannedSearch, source: Answer | QdrillError) -> str:
    """Why the source's side decides nothing; "" when it does."""
    if not planned.runnable:
        return planned.reason
    if isinstance(source, QdrillError):
        return f"the source gave no answer: {source}"
    if not source.hits:
        return "the source itself finds nothing; search for something that it has"
    return "" if _finite(source.hits) else "the source's own scores are not finite numbers; use another query"


def _finite(hits: Sequence[Hit]) -> bool:
    return all(math.isfinite(hit.score) for hit in hits)


def open_tie(answer: Answer, top_k: int) -> bool:
    """Whether points tied with hit k may lie beyond the hits that were asked for."""
    hits = answer.hits
    return not answer.complete and len(hits) >= top_k and tied(hits[-1].score, hits[top_k - 1].score)


def tied(one: float, other: float) -> bool:
    """Whether two scores are the same but for rounding (1e-6 of the larger)."""
    return abs(one - other) <= TIE * max(abs(one), abs(other))


def _target_error(error: QdrillError) -> tuple[State, str]:
    """A refusal tells about the target; an overloaded or unreachable one tells nothing."""
    if isinstance(error, NotFound):
        return "fail", "is missing"
    if isinstance(error, Refused | ApiRefused) and _about_the_target(error):
        return "fail", "refused"
    return "inconclusive", "gave no answer"


def _about_the_target(error: Refused | ApiRefused) -> bool:
    """Not a refusal that is about the server's state; of the RAG API, neither one about who asks it."""
    silent = _BUSY | _NOT_LET_IN if isinstance(error, ApiRefused) else _BUSY
    return error.status < 500 and error.status not in silent


def _judge(planned: PlannedSearch, source: Answer, target: Answer, min_overlap: float) -> SearchOutcome:
    match = _match(source, target, planned.top_k)
    change, moved = _score_change(source, target.hits[: planned.top_k])
    order = _same_order(source.hits[: planned.top_k], target.hits[: planned.top_k])
    state, reason = _verdict(match, moved, min_overlap)
    if state == "pass" and order is not None:
        reason = f"{reason}, order {'the same' if order else 'differs'}"
    return _outcome(planned, state, reason, source, target, overlap=match.overlap, same_order=order, change=change)


@dataclass(frozen=True, slots=True)
class _Match:
    """How the target's top k holds the source's.

    Attributes:
        asked: distinct ids in the source's top k.
        held: those found, and proven swaps.
        swapped: the proven swaps.
        unproven: tied ids that may have been swapped for points the source's answer does not show.
        lost: ids not found and not swapped for a proven one.
        added: ids in the target's answer where the source had fewer than k to give.
        found: how many hits the target gave at all.
    """

    asked: int
    held: int
    swapped: int
    unproven: int
    lost: tuple[PointId, ...]
    added: tuple[PointId, ...]
    found: int

    @property
    def overlap(self) -> float:
        """Share of the source's top k that the target holds, 0..1."""
        return self.held / self.asked


def _match(source: Answer, target: Answer, top_k: int) -> _Match:
    top = {hit.id: hit.score for hit in source.hits[:top_k]}
    there = {hit.id: hit.score for hit in target.hits[:top_k]}
    missing = [point for point in top if point not in there]
    if len(source.hits) < top_k:
        added = tuple(point for point in there if point not in top)
        return _Match(len(top), len(top) - len(missing), 0, 0, tuple(missing), added, len(there))
    cut = source.hits[top_k - 1].score
    at_cut = [point for point in missing if tied(top[point], cut)]
    news = [point for point, score in there.items() if point not in top and _near(score, cut)]
    spare = {hit.id for hit in source.hits[top_k:] if tied(hit.score, cut)}
    swapped = min(len(at_cut), sum(point in spare for point in news))
    known = {hit.id for hit in source.hits}
    strangers = sum(point not in known for point in news) if open_tie(source, top_k) else 0
    unproven = min(len(at_cut) - swapped, strangers)
    excused = set(at_cut[:swapped])
    lost = tuple(point for point in missing if point not in excused)
    return _Match(len(top), len(top) - len(lost), swapped, unproven, lost, (), len(there))


def _near(score: float, other: float) -> bool:
    return abs(score - other) <= SCORE_CHANGE * max(abs(score), abs(other))


def _score_change(source: Answer, target_top: Sequence[Hit]) -> tuple[float | None, PointId | None]:
    """The largest |score change| of a hit on both sides (None: no such hit), and a hit that moved too far.

    A change is too far above 1e-5 of the score, but never below one f32 step of the answer's largest score:
    close to zero that is the rounding of the sum itself.
    """
    scores: dict[PointId, float] = {}
    for hit in source.hits:
        scores.setdefault(hit.id, hit.score)
    floor = F32_STEP * max(abs(score) for score in scores.values())
    largest, moved = None, None
    for hit in _first_of_each(target_top):
        if hit.id not in scores:
            continue
        before = scores[hit.id]
        change = abs(hit.score - before)
        if change > max(SCORE_CHANGE * max(abs(hit.score), abs(before)), floor) and moved is None:
            moved = hit.id
        largest = change if largest is None else max(largest, change)
    return largest, moved


def _same_order(source_top: Sequence[Hit], target_top: Sequence[Hit]) -> bool | None:
    """Whether hits on both sides come in the same order, tied ones in any; None without a hit on both sides.

    Going down the target's list, no hit may come after one that the source ranks behind it, unless both are
    tied. Scores only fall (distances only rise) along the source's list, so the rearmost hit so far decides.
    """
    places = {hit.id: place for place, hit in reversed(list(enumerate(source_top)))}
    common = [places[hit.id] for hit in _first_of_each(target_top) if hit.id in places]
    if not common:
        return None
    rearmost = common[0]
    for place in common[1:]:
        if place < rearmost and not tied(source_top[place].score, source_top[rearmost].score):
            return False
        rearmost = max(rearmost, place)
    return True


def _first_of_each(hits: Sequence[Hit]) -> list[Hit]:
    """One id may be answered twice where it lives under two shard keys; the better hit stands for it."""
    first: dict[PointId, Hit] = {}
    for hit in hits:
        first.setdefault(hit.id, hit)
    return list(first.values())


def _verdict(match: _Match, moved: PointId | None, min_overlap: float) -> tuple[State, str]:
    share = f"{match.held} of {match.asked} hits of the source found in the target"
    if match.swapped:
        share = f"{share} ({match.swapped} as other points with the same score)"
    if match.found == 0:
        return "fail", f"the target finds nothing; the source finds {match.asked}"
    if match.overlap < min_overlap or match.held == 0:
        possible = match.held + match.unproven
        if match.unproven and possible / match.asked >= min_overlap:
            return "inconclusive", (
                f"{share}, {match.unproven} more may be swaps among points with the score of the last hit; "
                "search for something more specific or with a larger top_k"
            )
        return "fail", f"{share}, overlap {min_overlap:g} needed; lost {_ids(match.lost)}"
    if min_overlap >= 1.0 and match.added:
        return "fail", f"{share}, and the target finds what the source does not: {_ids(match.added)}"
    if min_overlap >= 1.0 and moved is not None:
        return "fail", f"{share}, but the score of {_ids((moved,))} changed"
    return "pass", share


def _ids(points: Sequence[PointId]) -> str:
    shown = ", ".join(one_line(str(point), 60) for point in points[:5])
    return shown if len(points) <= 5 else f"{shown} and {len(points) - 5} more"


def _outcome(
    planned: PlannedSearch,
    state: State,
    reason: str,
    source: Answer | QdrillError,
    target: Answer | QdrillError,
    *,
    overlap: float | None = None,
    same_order: bool | None = None,
    change: float | None = None,
) -> SearchOutcome:
    left = source if isinstance(source, Answer) else None
    right = target if isinstance(target, Answer) else None
    return SearchOutcome(
        name=planned.name,
        kind=planned.kind,
        top_k=planned.top_k,
        state=state,
        reason=reason,
        source_hits=left.hits[: planned.top_k] if left else (),
        target_hits=right.hits[: planned.top_k] if right else (),
        overlap=overlap,
        same_order=same_order,
        max_score_change=change,
        source_ms=left.milliseconds if left else None,
        target_ms=right.milliseconds if right else None,
        using=planned.using,
    )
