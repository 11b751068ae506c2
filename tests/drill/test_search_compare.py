"""Comparing two answers: the definition of a right answer, with ties, by property and by case."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qdrill.drill.search_compare import Answer, compare_answers, open_tie, tied
from qdrill.drill.search_plan import TIE_SPARE, PlannedSearch
from qdrill.errors import NotFound, QdrillError, Refused, StoreError
from qdrill.results import Hit, PointId, SearchOutcome
from qdrill.stores.base import Query


def planned(top_k: int = 3, spare: int = TIE_SPARE) -> PlannedSearch:
    query = Query(vector=[1.0], limit=top_k + spare)
    return PlannedSearch("text 登录", "text", top_k, "", query)


def answer(*pairs: tuple[PointId, float], complete: bool = True) -> Answer:
    return Answer(tuple(Hit(point, score) for point, score in pairs), 1.5, complete)


def outcome(
    source: Answer | QdrillError, target: Answer | QdrillError, *, top_k: int = 3, min_overlap: float = 1.0
) -> SearchOutcome:
    return compare_answers(planned(top_k), source, target, min_overlap=min_overlap)


THREE = answer((1, 0.9), (2, 0.8), (3, 0.7), (4, 0.6))


def test_the_same_answer_passes_with_its_numbers() -> None:
    found = outcome(THREE, THREE)
    assert (found.state, found.overlap, found.same_order, found.max_score_change) == ("pass", 1.0, True, 0.0)
    assert found.reason == "3 of 3 hits of the source found in the target, order the same"
    assert [hit.id for hit in found.source_hits] == [hit.id for hit in found.target_hits] == [1, 2, 3]
    assert (found.source_ms, found.target_ms) == (1.5, 1.5)


def test_a_lost_hit_fails_and_is_named() -> None:
    found = outcome(THREE, answer((1, 0.9), (3, 0.7), (4, 0.6)))
    assert found.state == "fail" and found.overlap == pytest.approx(2 / 3)
    assert "lost 2" in found.reason


@pytest.mark.parametrize(("min_overlap", "state"), [(0.5, "pass"), (0.67, "fail"), (0.0, "pass")])
def test_less_overlap_may_be_enough(min_overlap: float, state: str) -> None:
    found = outcome(THREE, answer((1, 0.9), (3, 0.7), (4, 0.6)), min_overlap=min_overlap)
    assert found.state == state


@pytest.mark.parametrize("target", [answer(), answer((7, 0.9), (8, 0.8), (9, 0.7))])
def test_nothing_found_again_never_passes(target: Answer) -> None:
    assert outcome(THREE, target, min_overlap=0.0).state == "fail"


def test_an_empty_source_proves_nothing() -> None:
    found = outcome(answer(), answer())
    assert found.state == "inconclusive" and "the source itself finds nothing" in found.reason


@pytest.mark.parametrize("top_k", [1, 3])
def test_changed_ids_never_pass_however_right_the_scores(top_k: int) -> None:
    renumbered = Answer(tuple(replace(hit, id=int(hit.id) + 100) for hit in THREE.hits), 1.0, True)
    assert outcome(THREE, renumbered, top_k=top_k).state == "fail"


def test_a_swap_among_points_tied_at_the_cut_off_is_no_loss() -> None:
    source = answer((1, 0.9), (2, 0.7), (3, 0.7), (4, 0.7), (5, 0.1))
    found = outcome(source, answer((1, 0.9), (4, 0.7), (2, 0.7), (3, 0.7)))
    assert (found.state, found.overlap, found.same_order, found.max_score_change) == ("pass", 1.0, True, 0.0)
    assert "(1 as other points with the same score), order the same" in found.reason


def test_where_all_are_swapped_there_is_no_order_to_compare() -> None:
    source = answer(*((point, 0.7) for point in range(6)))
    found = outcome(source, answer((3, 0.7), (4, 0.7), (5, 0.7)))
    assert (found.state, found.overlap, found.same_order) == ("pass", 1.0, None)
    assert found.reason.endswith("(3 as other points with the same score)")


def test_a_hit_above_the_tie_may_not_be_swapped() -> None:
    source = answer((1, 0.9), (2, 0.7), (3, 0.7), (4, 0.7))
    assert outcome(source, answer((2, 0.7), (3, 0.7), (4, 0.7))).state == "fail"


def test_a_point_that_the_source_ranks_behind_the_tie_is_no_swap() -> None:
    source = answer((1, 0.9), (2, 0.8), (3, 0.7), (4, 0.6))
    found = outcome(source, answer((1, 0.9), (2, 0.8), (4, 0.7)), min_overlap=0.9)
    assert found.state == "fail" and found.overlap == pytest.approx(2 / 3)


def test_ties_do_not_add_up_along_a_chain() -> None:
    chain = [(1, 1.0), (2, 1.0 - 0.6e-6), (3, 1.0 - 1.2e-6)]
    assert outcome(answer(*chain), answer(chain[1], chain[0], chain[2])).same_order is True
    assert outcome(answer(*chain), answer(*chain[::-1])).same_order is False


def test_a_swap_for_a_point_out_of_sight_is_not_proven() -> None:
    source = answer(*((point, 0.7) for point in range(10)), complete=False)
    target = answer((0, 0.7), (1, 0.7), (77, 0.7), complete=False)
    assert open_tie(source, 3)
    found = outcome(source, target)
    assert found.state == "inconclusive" and "larger top_k" in found.reason
    assert outcome(replace(source, complete=True), target).state == "fail"
    assert outcome(source, target, min_overlap=0.6).state == "pass"


def test_without_a_spare_a_tie_cannot_be_told_from_a_loss() -> None:
    source = answer((1, 0.9), complete=False)
    assert outcome(source, answer((2, 0.9)), top_k=1).state == "inconclusive"
    assert outcome(source, answer((2, 0.8)), top_k=1).state == "fail"


def test_more_than_the_source_has_fails_where_all_must_match() -> None:
    source, target = answer((1, 0.9)), answer((1, 0.9), (2, 0.8))
    found = outcome(source, target)
    assert found.state == "fail" and "finds what the source does not: 2" in found.reason
    assert outcome(source, target, min_overlap=0.9).state == "pass"


@pytest.mark.parametrize(
    ("score", "state"), [(0.8 * (1 + 9e-6), "pass"), (0.8 * (1 + 2e-5), "fail"), (0.8 * (1 - 2e-5), "fail")]
)
def test_a_score_may_not_move(score: float, state: str) -> None:
    found = outcome(THREE, answer((1, 0.9), (2, score), (3, 0.7)))
    assert found.state == state
    assert found.max_score_change == pytest.approx(abs(score - 0.8))
    assert outcome(THREE, answer((1, 0.9), (2, score), (3, 0.7)), min_overlap=0.9).state == "pass"


def test_rounding_close_to_zero_is_no_change() -> None:
    source = answer((1, 1.0), (2, 3e-9))
    assert outcome(source, answer((1, 1.0), (2, -4e-8))).state == "pass"
    assert outcome(source, answer((1, 1.0), (2, -4e-6))).state == "fail"


def test_another_order_is_told_but_is_no_loss() -> None:
    found = outcome(THREE, answer((2, 0.8), (1, 0.9), (3, 0.7)))
    assert (found.state, found.same_order) == ("pass", False)
    assert found.reason.endswith("order differs")


def test_distances_rise_and_are_compared_alike() -> None:
    source = answer((1, 0.0), (2, 1.5), (3, 1.5), (4, 9.0))
    assert outcome(source, answer((1, 0.0), (3, 1.5), (2, 1.5))).same_order is True
    assert outcome(source, answer((2, 1.5), (1, 0.0), (3, 1.5))).same_order is False


def test_an_id_under_two_shard_keys_is_one_id() -> None:
    twice = answer((1, 0.9), (1, 0.8), (2, 0.7))
    found = outcome(twice, twice)
    assert (found.state, found.overlap, found.max_score_change) == ("pass", 1.0, 0.0)


@pytest.mark.parametrize("score", [float("nan"), float("inf")])
def test_scores_that_are_no_numbers_never_pass(score: float) -> None:
    assert outcome(answer((1, score)), answer((1, score))).state == "inconclusive"
    assert outcome(answer((1, 0.9)), answer((1, score))).state == "fail"


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (NotFound("collection b is not there"), "fail"),
        (Refused("dimension differs", status=400, reason="dimension"), "fail"),
        (Refused("forbidden", status=403, reason="no"), "fail"),
        (Refused("full", status=507, reason="quota"), "inconclusive"),
        (Refused("slow down", status=429, reason="rate"), "inconclusive"),
        (StoreError("cannot be reached"), "inconclusive"),
    ],
)
def test_an_error_of_the_target(error: QdrillError, state: str) -> None:
    found = outcome(THREE, error)
    assert found.state == state and str(error) in found.reason
    assert (found.overlap, found.target_ms, len(found.source_hits)) == (None, None, 3)


def test_an_error_of_the_source_decides_nothing() -> None:
    for error in (NotFound("gone"), Refused("no", status=400, reason="no"), StoreError("down")):
        assert outcome(error, THREE).state == "inconclusive"


def test_a_search_that_was_not_planned_decides_nothing() -> None:
    unplanned = replace(planned(), query=None, reason="add an embedder")
    found = compare_answers(unplanned, THREE, THREE, min_overlap=0.0)
    assert (found.state, found.reason) == ("inconclusive", "add an embedder")


def test_hostile_ids_stay_on_one_plain_line() -> None:
    found = outcome(answer(("a\n\x1b[2Jb", 0.9)), answer())
    lost = outcome(answer(("a\n\x1b[2Jb", 0.9), (2, 0.5)), answer((2, 0.5)))
    assert found.reason.isprintable() and lost.reason.isprintable() and "x1b" in lost.reason


@st.composite
def worlds(draw: st.DrawFn) -> tuple[dict[int, float], int, int, random.Random]:
    """Points with few different scores, so that ties are common; top_k; the spare; chance."""
    levels = draw(st.lists(st.integers(1, 4), min_size=1, max_size=30))
    world = {point: level / 4 for point, level in enumerate(levels)}
    return world, draw(st.integers(1, 8)), draw(st.integers(0, 12)), draw(st.randoms(use_true_random=False))


def ask(world: dict[int, float], top_k: int, spare: int, chance: random.Random) -> Answer:
    """The answer of a store that breaks ties as it likes."""
    ranked = sorted(world, key=lambda point: (-world[point], chance.random()))[: top_k + spare]
    pairs: Sequence[tuple[int, float]] = [(point, world[point]) for point in ranked]
    return answer(*pairs, complete=len(pairs) < top_k + spare)


@given(worlds())
def test_the_same_data_never_fail_and_pass_when_the_tie_is_in_sight(
    drawn: tuple[dict[int, float], int, int, random.Random],
) -> None:
    world, top_k, spare, chance = drawn
    source, target = ask(world, top_k, spare, chance), ask(world, top_k, spare, chance)
    found = outcome(source, target, top_k=top_k)
    assert found.state == "pass" or (found.state == "inconclusive" and open_tie(source, top_k))
    assert found.same_order in (True, None)
    assert found.max_score_change in (0.0, None)
    if found.state == "pass":
        assert found.overlap == 1.0


@given(worlds())
def test_a_lost_point_above_the_tie_always_fails(
    drawn: tuple[dict[int, float], int, int, random.Random],
) -> None:
    world, top_k, spare, chance = drawn
    source = ask(world, top_k, spare, chance)
    best = source.hits[0]
    if len(source.hits) >= top_k and tied(best.score, source.hits[top_k - 1].score):
        return
    rest = {point: score for point, score in world.items() if point != best.id}
    found = outcome(source, ask(rest, top_k, spare, chance), top_k=top_k)
    assert found.state == "fail" and found.overlap is not None and found.overlap < 1.0


@given(worlds())
def test_points_with_other_ids_never_pass(drawn: tuple[dict[int, float], int, int, random.Random]) -> None:
    world, top_k, spare, chance = drawn
    renumbered = {point + 1000: score for point, score in world.items()}
    found = outcome(ask(world, top_k, spare, chance), ask(renumbered, top_k, spare, chance), top_k=top_k)
    assert found.state != "pass"
    assert found.overlap == 0.0


@given(worlds(), worlds(), st.floats(0.0, 1.0))
def test_overlap_is_a_share_and_decides(
    left: tuple[dict[int, float], int, int, random.Random],
    right: tuple[dict[int, float], int, int, random.Random],
    min_overlap: float,
) -> None:
    top_k = left[1]
    source, target = ask(left[0], top_k, left[2], left[3]), ask(right[0], top_k, right[2], right[3])
    found = outcome(source, target, top_k=top_k, min_overlap=min_overlap)
    assert found.overlap is not None and 0.0 <= found.overlap <= 1.0
    if found.state == "pass":
        assert found.overlap >= min_overlap and found.overlap > 0.0
