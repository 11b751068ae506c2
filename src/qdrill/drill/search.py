"""Sample searches: asking source and target, comparing, and waiting until the target answers right."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, dataclass, field, replace
from typing import Any

from qdrill.control import JobControl
from qdrill.drill.payloads import told, with_payloads
from qdrill.drill.rag_search import ask_service
from qdrill.drill.search_compare import Answer, compare_answers, open_tie
from qdrill.drill.search_plan import PlannedSearch
from qdrill.errors import Inconclusive, Interrupted, QdrillError
from qdrill.events import Emit, Progress, ignore
from qdrill.names import one_line
from qdrill.results import Hit, PointId, SearchOutcome
from qdrill.rows.clip import payload_evidence
from qdrill.stores.base import CollectionReader

TIE_SPARE_WIDE = 1000
FIRST_WAIT = 0.05
LONGEST_WAIT = 0.5
# An answer that came so often in a row, from a target that leaves the search open or has nothing more to do, stays.
SAME_ANSWERS = 10


_Hits = tuple[tuple[PointId, float], ...]


@dataclass(frozen=True, slots=True)
class Recovery:
    """What waiting for the target gave. Times are of the monotonic clock, None where the moment never came.

    Attributes:
        outcomes: one a planned search, in their order, as last seen.
        searchable: when the first search was right.
        validated: when all of them were right; never where a search cannot be answered or none was planned.
    """

    outcomes: tuple[SearchOutcome, ...]
    searchable: float | None
    validated: float | None


def ask(planned: PlannedSearch, reader: CollectionReader) -> Answer:
    """Run one search; the answer holds top_k hits and the spare for ties, without payloads where a store gave it.

    Raises:
        Inconclusive: the search could not be planned, or its service answers from somewhere else.
        NotFound, Refused, StoreError, Interrupted: as the store's.
    """
    if planned.service is not None:
        return ask_service(planned, planned.service, reader)
    if planned.query is None:
        raise Inconclusive(planned.reason)
    started = time.monotonic()
    hits = reader.query(planned.query)
    milliseconds = (time.monotonic() - started) * 1000.0
    return Answer(tuple(hits), milliseconds, complete=len(hits) < planned.query.limit)


def ask_source(planned: PlannedSearch, reader: CollectionReader) -> Answer:
    """As `ask`, and asked once more for up to 1000 hits where the ties at the cut-off go beyond the spare.

    Time is that of the first request. Where strict mode allows no more hits, the first answer stands.
    """
    answer = ask(planned, reader)
    query = planned.query
    wide = planned.top_k + TIE_SPARE_WIDE
    wide = wide if planned.most is None else min(wide, planned.most)
    if query is None or query.limit >= wide or not open_tie(answer, planned.top_k):
        return answer
    more = ask(replace(planned, query=replace(query, limit=wide)), reader)
    return replace(more, milliseconds=answer.milliseconds)


def ask_all(
    planned: Sequence[PlannedSearch], reader: CollectionReader, control: JobControl
) -> tuple[Answer | QdrillError, ...]:
    """The source's answers, an error where it gave none; raises Interrupted alone.

    Their first top_k hits have their payloads, clipped.
    """
    answers = [_try(ask_source, search, reader, control) for search in planned]
    return tuple(_shown(search, answer, reader) for search, answer in zip(planned, answers, strict=True))


def _shown(search: PlannedSearch, answer: Answer | QdrillError, reader: CollectionReader) -> Answer | QdrillError:
    if isinstance(answer, QdrillError):
        return answer
    top = told(answer.hits[: search.top_k], reader)
    return replace(answer, hits=(*top, *answer.hits[search.top_k :]))


def run_searches(
    planned: Sequence[PlannedSearch],
    source_reader: CollectionReader,
    target_reader: CollectionReader,
    *,
    min_overlap: float,
    emit: Emit = ignore,
    control: JobControl,
) -> tuple[SearchOutcome, ...]:
    """Run every search on both sides; one outcome each, in order. No search, no outcome: that is no pass.

    Raises Interrupted; every other error becomes the outcome of its search.
    """
    outcomes: list[SearchOutcome] = []
    emit(Progress("verify", "searches", 0, len(planned)))
    for search in planned:
        source = _try(ask_source, search, source_reader, control)
        target = _try(ask, search, target_reader, control)
        outcome = compare_answers(search, source, target, min_overlap=min_overlap)
        outcomes.append(with_payloads(outcome, source_reader, target_reader))
        emit(Progress("verify", "searches", len(outcomes), len(planned)))
    return tuple(outcomes)


def wait_until_right(
    planned: Sequence[PlannedSearch],
    source_answers: Sequence[Answer | QdrillError],
    target_reader: CollectionReader,
    control: JobControl,
    deadline_seconds: float,
    *,
    on_first_right: Callable[[float], None] | None = None,
    min_overlap: float,
    emit: Emit = ignore,
    clock: Callable[[], float] = time.monotonic,
) -> Recovery:
    """Ask the target until every search is right, or for `deadline_seconds` from now; at least once.

    A search that no answer of the target can make right (not planned, no answer of the source) is asked once and not
    waited for; one that got the same wrong hits ten times in a row, from a target that leaves it open (ties) or has no
    update and no optimization under way, no longer. Before all count as right, those that were right earlier are asked
    again.

    Args:
        source_answers: of `ask_all`, one a planned search.
        on_first_right: called once with the monotonic time of the first right answer.

    Raises:
        Interrupted: cancelled.
    """
    watch = _Watch(
        list(zip(planned, source_answers, strict=True)),
        reader=target_reader,
        control=control,
        min_overlap=min_overlap,
        on_first_right=on_first_right,
        emit=emit,
        clock=clock,
    )
    deadline = clock() + deadline_seconds
    wait = FIRST_WAIT
    while not watch.round() and (left := deadline - clock()) > 0:
        control.sleep(min(wait, left))
        wait = min(wait * 1.5, LONGEST_WAIT)
    outcomes = tuple(with_payloads(outcome, None, target_reader) for outcome in watch.outcomes)
    return Recovery(outcomes, watch.searchable, watch.validated)


@dataclass
class _Watch:
    """What is known of the target while it is waited for."""

    pairs: Sequence[tuple[PlannedSearch, Answer | QdrillError]]
    _: KW_ONLY
    reader: CollectionReader
    control: JobControl
    min_overlap: float
    on_first_right: Callable[[float], None] | None
    emit: Emit
    clock: Callable[[], float]
    outcomes: list[SearchOutcome] = field(init=False)
    searchable: float | None = None
    validated: float | None = None
    first_round: bool = True

    def __post_init__(self) -> None:
        nothing = Inconclusive("not asked yet")
        self.outcomes = [self._compare(search, answer, nothing) for search, answer in self.pairs]
        self._all = range(len(self.pairs))
        self._hopeless = {number for number in self._all if not _answerable(*self.pairs[number])}
        self._same: dict[int, tuple[_Hits, int]] = {}

    def round(self) -> bool:
        """Ask what is not right yet; whether there is nothing left to wait for."""
        pending = [number for number in self._all if not self._right(number)]
        asked = pending if self.first_round else [n for n in pending if n not in self._hopeless]
        self.first_round = False
        self._ask(asked)
        if self._settled():
            self._ask([n for n in self._all if n not in asked and n not in self._hopeless])
        if not self._settled():
            return False
        if self.pairs and not self._hopeless:
            self.validated = self.clock()
        return True

    def _settled(self) -> bool:
        return all(self._right(number) or number in self._hopeless for number in self._all)

    def _right(self, number: int) -> bool:
        return self.outcomes[number].state == "pass"

    def _ask(self, numbers: Sequence[int]) -> None:
        for number in numbers:
            search, answer = self.pairs[number]
            found = _try(ask, search, self.reader, self.control)
            self.outcomes[number] = self._compare(search, answer, found)
            self._watch_same(number, found)
            if self._right(number) and self.searchable is None:
                self.searchable = self.clock()
                if self.on_first_right is not None:
                    self.on_first_right(self.searchable)
        right = sum(self._right(number) for number in self._all)
        self.emit(Progress("restore", "searches", right, len(self.pairs)))

    def _watch_same(self, number: int, found: Answer | QdrillError) -> None:
        """Wait no longer for a search that gets the same wrong hits again and again, where nothing will change them."""
        state = self.outcomes[number].state
        if state == "pass" or isinstance(found, QdrillError):
            self._same.pop(number, None)
            return
        # Scores come and go with the replica that is asked, while ties stay open.
        hits = tuple((hit.id, hit.score if state == "fail" else 0.0) for hit in found.hits)
        before, times = self._same.get(number, (None, 0))
        self._same[number] = hits, times + 1 if hits == before else 1
        if self._same[number][1] >= SAME_ANSWERS and (state == "inconclusive" or self._rests(number)):
            self._hopeless.add(number)

    def _rests(self, number: int) -> bool:
        """Whether the target has nothing more to do; of a service that is asked in its place, nobody knows."""
        if self.pairs[number][0].via:
            return False
        try:
            return self.reader.optimizer().done
        except Interrupted:
            raise
        except QdrillError:
            return False

    def _compare(
        self, search: PlannedSearch, source: Answer | QdrillError, target: Answer | QdrillError
    ) -> SearchOutcome:
        return compare_answers(search, source, target, min_overlap=self.min_overlap)


def _answerable(search: PlannedSearch, answer: Answer | QdrillError) -> bool:
    """Whether a target could be right at all: the source's own answer, given back, would pass."""
    mirrored = compare_answers(search, answer, answer, min_overlap=1.0)
    return mirrored.state == "pass"


def _try(
    how: Callable[[PlannedSearch, CollectionReader], Answer],
    search: PlannedSearch,
    reader: CollectionReader,
    control: JobControl,
) -> Answer | QdrillError:
    control.checkpoint()
    try:
        return how(search, reader)
    except Interrupted:
        raise
    except QdrillError as error:
        return error


def hit_text(hit: Hit, limit: int = 120) -> str:
    """A hit's payload on one harmless line: its `text`, else its first text, else all of it as JSON.

    `limit` is in terminal cells.
    """
    payload = hit.payload or {}
    text = payload.get("text")
    if not isinstance(text, str):
        text = next((value for value in payload.values() if isinstance(value, str) and value), None)
    if text is None:
        text = json.dumps(payload, ensure_ascii=False, default=str) if payload else ""
    return one_line(text, limit)


def outcome_evidence(outcome: SearchOutcome) -> dict[str, Any]:
    """The outcome as plain JSON values; scores that are not finite become text."""
    return {
        "name": outcome.name,
        "kind": outcome.kind,
        "using": outcome.using,
        "top_k": outcome.top_k,
        "state": outcome.state,
        "reason": outcome.reason,
        "overlap": outcome.overlap,
        "same_order": outcome.same_order,
        "max_score_change": outcome.max_score_change,
        "source": _side(outcome.source_ms, outcome.source_hits),
        "target": _side(outcome.target_ms, outcome.target_hits),
    }


def _side(milliseconds: float | None, hits: Sequence[Hit]) -> dict[str, Any]:
    return {
        "milliseconds": milliseconds,
        "hits": [
            {
                "id": hit.id,
                "score": hit.score if math.isfinite(hit.score) else str(hit.score),
                "text": hit_text(hit),
                **payload_evidence(hit),
            }
            for hit in hits
        ],
    }
