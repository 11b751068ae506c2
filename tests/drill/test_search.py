"""Running searches on both sides, and waiting for the target, on a clock that only sleeping moves."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from qdrill.control import JobControl
from qdrill.drill.search import (
    TIE_SPARE_WIDE,
    ask,
    ask_source,
    hit_text,
    outcome_evidence,
    run_searches,
)
from qdrill.drill.search_plan import TIE_SPARE
from qdrill.errors import Inconclusive, Interrupted, NotFound, StoreError
from qdrill.events import Event, Progress
from qdrill.results import Hit
from tests.drill.searching import plan, store, unplanned
from tests.support.fake_reader import Point, failing


def test_an_answer_holds_the_spare_and_says_whether_there_is_more() -> None:
    source = store()
    (search,) = plan(source, 1)
    assert search.query is not None
    answer = ask(replace(search, query=replace(search.query, exact=False)), source)
    assert [hit.id for hit in answer.hits] == [8, 7, 6, 5, 4, 3, 2, 1] and answer.complete
    assert answer.milliseconds >= 0.0 and source.asked[0].exact is False
    many = store([{"id": n, "vector": [1.0, float(n)]} for n in range(100)])
    assert ask(search, many).complete is False and len(many.asked[0].vector or ()) == 2


def test_what_was_not_planned_cannot_be_asked() -> None:
    with pytest.raises(Inconclusive, match="add an embedder"):
        ask(unplanned(), store())


def test_a_tie_beyond_the_spare_is_looked_at_more_widely() -> None:
    source = store([{"id": n, "vector": [1.0, 1.0]} for n in range(300)])
    (search,) = plan(source, 1)
    answer = ask_source(search, source)
    assert [query.limit for query in source.asked] == [3 + TIE_SPARE, 3 + TIE_SPARE_WIDE]
    assert answer.complete and len(answer.hits) == 300


def test_strict_mode_is_not_asked_for_more_than_it_gives() -> None:
    source = store([{"id": n, "vector": [1.0, 1.0]} for n in range(300)])
    source.limit = 100
    (search,) = plan(source, 1)
    assert len(ask_source(search, source).hits) == 100
    assert [query.limit for query in source.asked] == [3 + TIE_SPARE, 100]


def test_a_restore_that_breaks_ties_otherwise_passes() -> None:
    same: list[Point] = [{"id": n, "vector": [1.0, 1.0]} for n in range(300)]
    source, target = store(same), store(same[::-1])
    (outcome,) = run_searches(plan(source, 1), source, target, min_overlap=1.0, control=JobControl())
    assert (outcome.state, outcome.overlap) == ("pass", 1.0)


def test_equal_collections_pass_every_search() -> None:
    source, events = store(), list[Event]()
    outcomes = run_searches(
        plan(source, 1, 2), source, store(), min_overlap=1.0, emit=events.append, control=JobControl()
    )
    assert [outcome.state for outcome in outcomes] == ["pass", "pass"]
    assert outcomes[0].target_hits[0].payload == {"text": "doc 8"}
    assert events == [Progress("verify", "searches", done, 2) for done in range(3)]


def test_one_bad_search_does_not_hide_the_others() -> None:
    source = store()
    planned = [unplanned(), *plan(source, 1)]
    outcomes = run_searches(planned, source, store(), min_overlap=1.0, control=JobControl())
    assert [outcome.state for outcome in outcomes] == ["inconclusive", "pass"]


def test_no_search_gives_no_outcome() -> None:
    assert run_searches([], store(), store(), min_overlap=1.0, control=JobControl()) == ()


@pytest.mark.parametrize(
    ("error", "state"), [(NotFound("docs is missing"), "fail"), (StoreError("not reachable"), "inconclusive")]
)
def test_a_target_that_cannot_answer(error: StoreError, state: str) -> None:
    source, target = store(), store(before_query=failing(error))
    (outcome,) = run_searches(plan(source, 1), source, target, min_overlap=1.0, control=JobControl())
    assert outcome.state == state and len(outcome.source_hits) == 3


def test_a_cancellation_ends_the_searches() -> None:
    source = store()
    target = store(before_query=failing(Interrupted("interrupted")))
    with pytest.raises(Interrupted):
        run_searches(plan(source, 1), source, target, min_overlap=1.0, control=JobControl())
    control = JobControl()
    control.cancel()
    with pytest.raises(Interrupted):
        run_searches(plan(source, 1), source, store(), min_overlap=1.0, control=control)


@pytest.mark.parametrize(
    ("payload", "text"),
    [
        ({"n": 1, "text": "登录 \x1b[2J\nx"}, r"登录 \x1b[2J x"),
        ({"n": 1, "title": "first text"}, "first text"),
        ({"text": 7}, '{"text": 7}'),
        ({}, ""),
        (None, ""),
    ],
)
def test_a_hit_is_one_harmless_line(payload: dict[str, Any] | None, text: str) -> None:
    assert hit_text(Hit(1, 0.5, payload)) == text


def test_the_evidence_is_strict_json() -> None:
    source = store()
    (outcome,) = run_searches(plan(source, 1), source, store(), min_overlap=1.0, control=JobControl())
    strange = replace(outcome, target_hits=(Hit(2**64 - 1, float("nan"), {"text": "t"}),))
    found = json.loads(json.dumps(outcome_evidence(strange), allow_nan=False))
    assert (found["state"], found["overlap"], found["source"]["hits"][0]["text"]) == ("pass", 1.0, "doc 8")
    assert found["target"]["hits"] == [{"id": 2**64 - 1, "score": "nan", "text": "t", "payload": {"text": "t"}}]
