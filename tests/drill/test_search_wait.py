"""Waiting until a target answers right: searchable, validated, and the deadline."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from qdrill.control import JobControl
from qdrill.drill.search import (
    Recovery,
    ask_all,
    wait_until_right,
)
from qdrill.drill.search_plan import PlannedSearch
from qdrill.errors import Interrupted, StoreError
from qdrill.stores.base import OptimizerState, Query
from tests.drill.searching import PARAMS, POINTS, plan, store, unplanned
from tests.support.fake_reader import FakeReader, Point


class Clock(JobControl):
    """Time that passes by sleeping alone, a tenth of a millisecond a look."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        self.now += 0.0001
        return self.now

    def sleep(self, seconds: float) -> None:
        self.checkpoint()
        self.slept.append(seconds)
        self.now += seconds


class Working(FakeReader):
    """A target that has updates under way as long as it says so."""

    at_work = True

    def optimizer(self) -> OptimizerState:
        return OptimizerState("yellow" if self.at_work else "green", done=not self.at_work)


def growing(clock: Clock, arrivals: dict[int, float], **more: Any) -> FakeReader:
    """A target in which point n is visible from `1000 + arrivals[n]` on, and which is at work until then."""
    target = Working([], PARAMS, **more)

    def arrive(query: Query) -> None:
        target.at_work = clock.now < 1000.0 + max(arrivals.values())
        target.points = [point for point in POINTS if clock.now >= 1000.0 + arrivals.get(point["id"], 0.0)]

    target.before_query = arrive
    return target


def wait(
    source: FakeReader,
    target: FakeReader,
    clock: Clock,
    planned: list[PlannedSearch],
    *,
    deadline: float = 60.0,
    on_first_right: Callable[[float], None] | None = None,
) -> Recovery:
    answers = ask_all(planned, source, clock)
    return wait_until_right(
        planned,
        answers,
        target,
        clock,
        deadline,
        on_first_right=on_first_right,
        min_overlap=1.0,
        clock=clock,
    )


def test_a_target_that_is_right_at_once_needs_no_wait() -> None:
    source, clock = store(), Clock()
    recovery = wait(source, store(), clock, plan(source, 1, 2))
    assert clock.slept == []
    assert recovery.searchable is not None and recovery.validated is not None
    assert 1000.0 < recovery.searchable < recovery.validated < 1000.1
    assert [outcome.state for outcome in recovery.outcomes] == ["pass", "pass"]


def negative(planned: PlannedSearch) -> PlannedSearch:
    """The same search from the other end: small ids come first."""
    assert planned.query is not None
    return replace(planned, query=replace(planned.query, vector=[-1.0, 0.0]))


def test_searchable_is_the_first_right_answer_and_validated_the_last() -> None:
    source, clock, first = store(), Clock(), list[float]()
    high, low = plan(source, 1, 2)
    target = growing(clock, {8: 2.0, 1: 5.0})
    recovery = wait(source, target, clock, [high, negative(low)], on_first_right=first.append)
    assert recovery.searchable is not None and 1002.0 <= recovery.searchable <= 1002.6
    assert recovery.validated is not None and 1005.0 <= recovery.validated <= 1005.6
    assert first == [recovery.searchable]
    assert clock.slept[0] == 0.05 and max(clock.slept) == 0.5 and clock.slept == sorted(clock.slept)


def test_the_deadline_ends_the_wait_without_a_moment() -> None:
    source, clock = store(), Clock()
    target = growing(clock, {8: 99.0})
    recovery = wait(source, target, clock, plan(source, 1), deadline=3.0)
    assert (recovery.searchable, recovery.validated) == (None, None)
    assert [outcome.state for outcome in recovery.outcomes] == ["fail"]
    assert 1003.0 <= clock.now <= 1003.1


def test_a_deadline_of_nothing_still_asks_once() -> None:
    source, clock = store(), Clock()
    assert wait(source, store(), clock, plan(source, 1), deadline=0.0).validated is not None


def test_an_unreachable_target_is_waited_for() -> None:
    source, clock, target = store(), Clock(), store()

    def down(query: Query) -> None:
        if clock.now < 1002.0:
            raise StoreError("not reachable")

    target.before_query = down
    recovery = wait(source, target, clock, plan(source, 1))
    assert recovery.validated is not None and recovery.validated >= 1002.0


def test_no_search_is_never_validated() -> None:
    recovery = wait(store(), store(), Clock(), [])
    assert recovery == Recovery((), None, None)


def test_a_search_that_cannot_be_answered_is_not_waited_for_and_prevents_validated() -> None:
    source, clock = store(), Clock()
    recovery = wait(source, store(), clock, [unplanned(), *plan(source, 1)])
    assert clock.slept == []
    assert recovery.searchable is not None and recovery.validated is None
    assert [outcome.state for outcome in recovery.outcomes] == ["inconclusive", "pass"]


def test_a_source_that_finds_nothing_is_never_right() -> None:
    source, clock = store([]), Clock()
    planned = plan(store(), 1)
    recovery = wait(source, store([]), clock, planned)
    assert clock.slept == [] and recovery.validated is None
    assert recovery.outcomes[0].state == "inconclusive"


def test_a_search_that_turns_wrong_again_holds_validated_back() -> None:
    source, clock = store(), Clock()
    high, low = plan(source, 1, 2)
    target = store()

    def arrive(query: Query) -> None:
        missing = {1} if clock.now < 1002.0 else {8} if clock.now < 1006.0 else set()
        target.points = [point for point in POINTS if point["id"] not in missing]

    target.before_query = arrive
    recovery = wait(source, target, clock, [high, negative(low)])
    assert recovery.searchable is not None and recovery.searchable < 1000.1
    assert recovery.validated is not None and recovery.validated >= 1006.0


def test_ties_that_stay_open_are_not_waited_for_to_the_end() -> None:
    """More points of one score than are asked for: the same hits again and again will not tell which were lost."""
    same: list[Point] = [{"id": n, "payload": {}, "vector": [1.0, 1.0]} for n in range(1, 4001)]
    source, target, clock = store(same[:2000]), store(same[2000:]), Clock()
    found = wait(source, target, clock, plan(source, 1), deadline=600.0)
    assert [outcome.state for outcome in found.outcomes] == ["inconclusive"]
    assert found.validated is None
    assert 0 < sum(clock.slept) < 60


def test_lost_points_are_waited_for_to_the_end_while_the_target_is_at_work() -> None:
    source, target, clock = store(), Working(POINTS[:4], PARAMS), Clock()
    found = wait(source, target, clock, plan(source, 1), deadline=60.0)
    assert [outcome.state for outcome in found.outcomes] == ["fail"]
    assert sum(clock.slept) >= 59


@pytest.mark.parametrize("points", [POINTS[:4], []])
def test_a_target_at_rest_that_answers_wrong_again_and_again_is_not_waited_for(points: list[Point]) -> None:
    """Twice an objective of hours may be allowed for a recovery, and a lost point does not come back in it."""
    source, target, clock = store(), store(points), Clock()
    found = wait(source, target, clock, plan(source, 1, 2), deadline=7200.0)
    assert [outcome.state for outcome in found.outcomes] == ["fail", "fail"]
    assert (found.searchable, found.validated) == (None, None)
    assert 1 < sum(clock.slept) < 10


def test_an_answer_that_still_moves_is_waited_for() -> None:
    source, target, clock = store(), store(), Clock()

    def move(query: Query) -> None:
        target.points = POINTS if clock.now >= 1010.0 else [*POINTS[:4], point_of(clock.now)]

    target.before_query = move
    found = wait(source, target, clock, plan(source, 1))
    assert found.validated is not None and found.validated >= 1010.0


def point_of(now: float) -> Point:
    """A point of the source whose score moves with time."""
    return {**POINTS[7], "vector": [1.0 + now % 7, 1.0]}


def test_a_target_that_cannot_tell_whether_it_is_at_work_is_waited_for() -> None:
    class Silent(FakeReader):
        def optimizer(self) -> OptimizerState:
            raise StoreError("not reachable")

    source, clock = store(), Clock()
    wait(source, Silent(POINTS[:4], PARAMS), clock, plan(source, 1))
    assert sum(clock.slept) >= 59


def test_answers_and_searches_must_belong_together() -> None:
    source = store()
    with pytest.raises(ValueError, match="zip"):
        wait_until_right(plan(source, 1, 2), [], store(), JobControl(), 1.0, min_overlap=1.0)


def test_a_cancellation_ends_the_wait() -> None:
    source, clock = store(), Clock()
    target = growing(clock, {8: 99.0})
    planned = plan(source, 1)
    answers = ask_all(planned, source, clock)
    target.before_query = lambda query: clock.cancel()
    target.points = []
    with pytest.raises(Interrupted):
        wait_until_right(planned, answers, target, clock, 60.0, min_overlap=1.0, clock=clock)
