"""Rows of both sides of a search: ranks, changes, ties, readable texts; and whose side an error is."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from qdrill.console.i18n import say
from qdrill.console.panels.search_places import Places
from qdrill.console.panels.search_reply import Question, Reply, put
from qdrill.console.panels.search_rows import (
    amount_text,
    as_json,
    both_rows,
    change_text,
    overlap_counts,
    readable,
    score_text,
)
from qdrill.console.panels.search_side import mark_text, row_text
from qdrill.console.panels.search_sides import Sides
from qdrill.console.panels.search_vectors import names_of
from qdrill.drill.ask import SeveralEmbedders
from qdrill.drill.search_compare import Answer, compare_answers
from qdrill.drill.search_plan import PlannedSearch, SearchSpec
from qdrill.errors import Interrupted, NotFound, StoreError
from qdrill.results import Hit, SearchOutcome
from qdrill.stores.base import Query
from tests.console.support import samples
from tests.console.support.hostile import HOSTILE, raw_controls
from tests.console.support.scripted import ScriptedEngine

ASKED = Question(SearchSpec("text", text="登录"), samples.SOURCE, samples.TARGET)


def english(key: str, **values: object) -> str:
    return say("en", key, **values)


def outcome(ours: list[tuple[Any, float]], theirs: list[tuple[Any, float]], top_k: int = 3) -> SearchOutcome:
    """What the engine itself makes of two answers."""
    planned = PlannedSearch("text 登录", "text", top_k, "", Query(vector=[1.0], limit=top_k + 64))
    left, right = (Answer(tuple(Hit(*hit) for hit in hits), 1.0) for hits in (ours, theirs))
    return compare_answers(planned, left, right, min_overlap=1.0)


def marks(found: SearchOutcome) -> tuple[list[str], list[str]]:
    ours, theirs = both_rows(found)
    return [mark_text(english, row.mark) for row in ours], [mark_text(english, row.mark) for row in theirs]


def test_the_same_answer_is_the_same() -> None:
    assert marks(samples.outcome()) == (["", "", ""], ["=", "=", "="])


def test_ranks_and_scores_that_changed_say_how() -> None:
    found = outcome([(1, 0.9), (2, 0.8), (3, 0.7)], [(3, 0.95), (1, 0.9), (2, 0.7988)])
    assert marks(found) == (["", "", ""], ["↑2 +0.2500", "↓1", "↓1 -0.0012"])


def test_a_lost_hit_is_missing_and_a_stranger_is_new() -> None:
    found = outcome([(1, 0.9), (2, 0.8), (3, 0.7)], [(1, 0.9), (3, 0.7), (4, 0.6)])
    assert marks(found) == (["", "missing", ""], ["=", "↑1", "new"])
    assert overlap_counts(found) == (2, 3)


def test_another_rank_among_equal_scores_is_chance() -> None:
    found = outcome([(1, 0.9), (2, 0.9), (3, 0.7)], [(2, 0.9), (1, 0.9), (3, 0.7)])
    assert found.same_order
    assert marks(found)[1] == ["tied", "tied", "="]


def test_a_swap_at_the_cut_off_is_no_loss_where_the_engine_counts_none() -> None:
    found = outcome([(1, 0.9), (2, 0.8), (3, 0.7), (4, 0.7)], [(1, 0.9), (2, 0.8), (4, 0.7)])
    assert found.state == "pass"
    assert marks(found) == (["", "", "tied"], ["=", "=", "tied"])
    assert overlap_counts(found) == (3, 3)


def test_rounding_is_no_change_and_a_real_one_is_never_hidden() -> None:
    found = outcome([(1, 0.9), (2, 0.5)], [(1, 0.9 + 1e-7), (2, 0.5 + 2e-5)], top_k=2)
    assert marks(found)[1] == ["=", "+2.0e-05"]


def test_scores_that_are_no_numbers_are_never_the_same() -> None:
    found = replace(samples.outcome(), target_hits=(replace(samples.hits(1.0)[0], score=math.nan),))
    assert marks(found)[1] == ["≠"]
    both = replace(found, source_hits=found.target_hits)
    assert marks(both)[1] == ["="]


def test_an_id_that_is_answered_twice_is_two_hits() -> None:
    found = outcome([(1, 0.9), (1, 0.8), (2, 0.7)], [(1, 0.9), (2, 0.7)])
    assert marks(found) == (["", "missing", ""], ["=", "↑1"])


def test_with_one_side_alone_there_is_nothing_to_mark() -> None:
    found = samples.outcome(state="not_applicable", target_hits=(), target_ms=None)
    assert marks(found) == (["", "", ""], [])


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        ({"id": "x", "content": "c", "title": "t"}, "t"),
        ({"text": "", "answer": " a \n b "}, "a b"),
        ({"text": 5, "other": "first text"}, "first text"),
        ({"n": 1, "deep": {"a": [1]}}, '{"n": 1, "deep": {"a": [1]}}'),
        ({}, ""),
        (None, ""),
    ],
)
def test_the_most_readable_field_stands_for_a_payload(payload: dict[str, Any] | None, words: str) -> None:
    assert readable(payload) == words


def test_a_payload_of_any_size_is_short_and_of_any_depth_is_no_error() -> None:
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    assert len(readable({"text": "宽" * 1_000_000})) <= 400
    assert "too deeply" in readable({"deep": deep})
    assert "too deeply" in as_json({"deep": deep})
    while deep:  # freed one by one: the interpreter frees nested lists by recursion
        deep = deep.pop()


def test_numbers() -> None:
    assert [score_text(one) for one in (0.56984, 1234567.891, math.nan, math.inf)] == [
        "0.5698", "1.23457e+06", "nan", "inf",
    ]  # fmt: skip
    assert [change_text(one) for one in (0.00123, -0.5, 3.14e-6, math.nan)] == ["+0.0012", "-0.5000", "+3.1e-06", "≠"]
    assert [amount_text(one) for one in (0.0, 0.25, 3.14e-6)] == ["0.0000", "0.2500", "3.1e-06"]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_copied_row_is_harmless_and_one_line(text: str) -> None:
    ours, _ = both_rows(samples.outcome(source_hits=(Hit(1, 0.5, {"text": text}),)))
    copied = row_text(ours[0])
    assert not raw_controls(copied.replace("\t", ""))
    assert copied.startswith("1\t0.5\t1\t")
    assert "\n" not in copied


def test_names_of_vectors() -> None:
    assert names_of({"params": {"vectors": {"size": 3, "distance": "Dot"}, "sparse_vectors": {"s": {}}}}) == ("", "s")
    assert names_of({"params": {"vectors": {"b": {"size": 3}, "a": {"size": 4}}}}) == ("a", "b")
    assert names_of({}) == ()


# ---------------------------------------------------------------------- whose side an error is


def test_an_error_of_opening_is_the_targets_where_the_source_alone_answers(tmp_path: Path) -> None:
    engine = ScriptedEngine(tmp_path)

    def asked(spec: SearchSpec, source: str, target: str | None) -> tuple[SearchOutcome, ...]:
        if target is not None:
            raise NotFound("there is no collection b")
        return (samples.outcome(state="not_applicable", target_hits=(), target_ms=None),)

    engine.ask = asked  # type: ignore[method-assign]
    reply = put(engine, ASKED)
    assert reply.outcome is not None
    assert (reply.target, reply.source_error, reply.target_error) == (None, "", "there is no collection b")


def test_an_error_is_the_sources_where_that_does_not_answer_alone(tmp_path: Path) -> None:
    engine = ScriptedEngine(tmp_path)
    engine.fail("ask", StoreError("store local cannot be reached"))
    assert put(engine, ASKED) == Reply(ASKED, source_error="store local cannot be reached")


def test_a_choice_of_embedders_is_no_error(tmp_path: Path) -> None:
    engine = ScriptedEngine(tmp_path)
    engine.fail("ask", SeveralEmbedders(["a", "b"]))
    assert put(engine, ASKED) == Reply(ASKED, embedders=("a", "b"))


def test_an_interruption_is_told_to_the_caller(tmp_path: Path) -> None:
    engine = ScriptedEngine(tmp_path)
    engine.fail("ask", Interrupted("interrupted"))
    with pytest.raises(Interrupted):
        put(engine, ASKED)


@pytest.mark.parametrize(
    ("ours", "theirs", "errors"),
    [(1.0, 2.0, ("", "")), (1.0, None, ("", "why")), (None, 2.0, ("why", "")), (None, None, ("why", ""))],
)
def test_the_reason_of_an_outcome_belongs_to_the_side_without_an_answer(
    tmp_path: Path, ours: float | None, theirs: float | None, errors: tuple[str, str]
) -> None:
    engine = ScriptedEngine(tmp_path)
    engine.outcomes = (samples.outcome(reason="why", source_ms=ours, target_ms=theirs),)
    reply = put(engine, ASKED)
    assert (reply.source_error, reply.target_error) == errors
    assert (reply.outcome is None) == (ours is None and theirs is None)


def test_a_side_without_an_answer_keeps_its_rows_and_says_what_they_answer() -> None:
    places = Places(samples.SOURCE, samples.TARGET)
    first = Sides().at(places).after(Reply(ASKED, samples.outcome(), samples.TARGET))
    lost = samples.outcome(name="text 别的", target_ms=None, target_hits=())
    second = first.after(Reply(ASKED, lost, samples.TARGET, target_error="gone"))
    assert second.source.asked == ""
    assert (second.target.asked, second.target.error) == ("text 登录", "gone")
    assert second.target.rows is not None
    assert [row.mark for row in second.target.rows] == [None, None, None]
    third = second.after(Reply(ASKED, samples.outcome(), samples.TARGET))
    assert (third.target.asked, third.target.error) == ("", "")


def test_rows_of_another_collection_are_never_shown_as_this_ones() -> None:
    places = Places(samples.SOURCE, samples.TARGET)
    full = Sides().at(places).after(Reply(ASKED, samples.outcome(), samples.TARGET))
    assert full.at(replace(places, target="local/other")).target.rows is None
    assert full.at(replace(places, target="local/other")).source.rows == full.source.rows
    assert full.at(Places("local/other", samples.TARGET)).target.rows is None
