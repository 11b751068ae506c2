"""The verdict: a pure function of the checks, in which what did not run never counts as passed."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qdrill.drill import checks as questions
from qdrill.drill.recovery_point import RecoveryPoint
from qdrill.drill.verdict import INDISPENSABLE, PASSED, PASSED_WITHOUT_OBJECTIVE, judge
from qdrill.results import (
    Check,
    CompareResult,
    ConfigDifference,
    Difference,
    Moments,
    Objectives,
    Rejected,
    RestoreResult,
    SearchOutcome,
    State,
)
from qdrill.stores.base import UpdateMarks

GOOD = tuple(Check(name, "pass", "what must be", "what was") for name in (*INDISPENSABLE, "rto", "configuration"))
_states = st.sampled_from(get_args(State))
_checks = st.builds(
    Check,
    st.sampled_from([check.name for check in GOOD] + ["other"]),
    _states,
    st.just("e"),
    st.just("s"),
    required=st.booleans(),
)


def with_state(name: str, state: State, **fields: Any) -> tuple[Check, ...]:
    return tuple(replace(check, state=state, **fields) if check.name == name else check for check in GOOD)


def test_all_passed_is_a_pass() -> None:
    assert judge(GOOD)[0] == "pass"


def test_nothing_asked_is_no_pass() -> None:
    assert judge([])[0] == "inconclusive"


@pytest.mark.parametrize("name", INDISPENSABLE)
def test_without_an_indispensable_check_there_is_no_pass(name: str) -> None:
    verdict, reason = judge([check for check in GOOD if check.name != name])
    assert (verdict, reason) == ("inconclusive", f"{name} did not run")


@pytest.mark.parametrize("name", [check.name for check in GOOD])
@pytest.mark.parametrize(
    ("state", "verdict"), [("fail", "fail"), ("inconclusive", "inconclusive"), ("skipped", "inconclusive")]
)
def test_one_check_that_did_not_pass_decides(name: str, state: State, verdict: str) -> None:
    found, reason = judge(with_state(name, state))
    assert found == verdict
    assert name in reason


def test_what_is_not_required_decides_nothing() -> None:
    extra = Check("writer_during_backup", "fail", "e", "s", required=False)
    assert judge((*GOOD, extra))[0] == "pass"


def test_what_stayed_open_is_named_in_the_reason_of_a_pass() -> None:
    def more(number: int, state: State = "inconclusive") -> tuple[Check, ...]:
        return tuple(Check(f"more_{n}", state, "e", f"seen {n}", required=False) for n in range(number))

    assert judge(GOOD)[1] == PASSED
    assert judge((*GOOD, *more(3, "pass"), *more(1, "not_applicable")))[1] == PASSED
    assert judge((*GOOD, *more(1)))[1] == f"{PASSED}; open: more_0 (seen 0)"
    assert judge((*GOOD, *more(5, "fail")))[1] == (
        f"{PASSED}; open: more_0 (seen 0), more_1 (seen 1), more_2 (seen 2), and 2 more"
    )
    without = [check for check in (*GOOD, *more(1, "skipped")) if check.name != "rto"]
    assert judge(without)[1] == f"{PASSED_WITHOUT_OBJECTIVE}; open: more_0 (seen 0)"


def test_points_that_were_not_compared_are_no_pass_even_where_that_is_not_applicable() -> None:
    for name in ("points_compared", "points_restored", "source_has_points"):
        assert judge(with_state(name, "not_applicable"))[0] == "inconclusive", name
        assert judge(with_state(name, "skipped", required=False))[0] == "inconclusive", name


@given(st.lists(_checks, max_size=12))
def test_a_pass_has_every_indispensable_check_run_and_nothing_open(found: list[Check]) -> None:
    verdict, reason = judge(found)
    assert reason
    required = {check.state for check in found if check.required}
    if verdict == "pass":
        assert required <= {"pass", "not_applicable"}
        for name in INDISPENSABLE:
            mine = {check.state for check in found if check.name == name}
            assert "pass" in mine or (name == "sample_searches" and mine == {"not_applicable"})
    assert (verdict == "fail") == ("fail" in required)


@given(st.lists(_checks, max_size=12), _checks, st.randoms(use_true_random=False))
def test_more_checks_and_another_order_never_make_a_verdict_better_than_its_worst(
    found: list[Check], more: Check, chance: random.Random
) -> None:
    mixed = list(found)
    chance.shuffle(mixed)
    assert judge(mixed)[0] == judge(found)[0]
    if more.required and more.state in ("fail", "inconclusive", "skipped"):
        assert judge([*GOOD, *found, more])[0] != "pass"


# ---------------------------------------------------------------- from results to checks

RESTORED = RestoreResult(5, 5, (), 0, 1.0, Moments(), (), created_by_drill=True)
COMPARED = CompareResult("full", "pass", 5, 5, 0, 0, 0, 0, 0, (), (), 5, 5)


def state_of(found: Iterable[Check], name: str) -> str:
    return {check.name: check.state for check in found}[name]


def test_an_empty_source_is_inconclusive_and_a_red_one_is_told() -> None:
    assert state_of(questions.source_checks(0, None, "green"), "source_has_points") == "inconclusive"
    assert state_of(questions.source_checks(1, None, "green"), "source_has_points") == "pass"
    assert state_of(questions.source_checks(1, None, "red"), "source_status") == "fail"
    hidden = UpdateMarks({"0": 1}, queued=0, deferred=3)
    assert state_of(questions.source_checks(1, hidden, "green"), "source_shows_all") == "inconclusive"


@given(st.integers(0, 10), st.integers(0, 10))
def test_restored_means_as_many_as_expected(expected: int, restored: int) -> None:
    result = replace(RESTORED, points_expected=expected, points_restored=restored)
    found = state_of(questions.restore_checks(result), "points_restored")
    assert found == ("pass" if expected == restored else "fail")


def test_rejected_rows_and_settings_that_differ_fail() -> None:
    rejected = replace(RESTORED, rejected=(Rejected(7, "too long"),), rejected_total=1)
    assert state_of(questions.restore_checks(rejected), "rows_accepted") == "fail"
    differing = replace(RESTORED, config_differences=(ConfigDifference("config.x", "1", "2"),))
    assert state_of(questions.restore_checks(differing), "configuration") == "fail"


@pytest.mark.parametrize("kind", ["missing", "extra", "vector", "payload", "float_drift"])
def test_one_difference_of_any_class_fails(kind: Any) -> None:
    fields: dict[str, Any] = {kind: 1}
    found = replace(COMPARED, verdict="fail", equal=4, differences=(Difference(7, kind, "words"),), **fields)
    check = questions.compare_check(found)
    assert check.state == "fail"
    assert check.ids == (f"7 ({kind.replace('_', ' ')}: words)",)


@given(st.sampled_from(["count", "sample"]), st.integers(0, 5))
def test_less_than_everything_is_never_a_pass(level: Any, compared: int) -> None:
    found = replace(COMPARED, level=level, verdict="inconclusive", compared=compared, equal=compared)
    assert questions.compare_check(found).state == "inconclusive"
    assert questions.compare_check(replace(found, verdict="fail", right_points=4)).state == "fail"


def outcome(state: State) -> SearchOutcome:
    return SearchOutcome("text 登录", "text", 3, state, "because")


def test_searches_pass_only_when_all_do() -> None:
    assert questions.search_check([outcome("pass")], searchable=True).state == "pass"
    assert questions.search_check([], searchable=True).state == "inconclusive"
    assert questions.search_check([], searchable=False).state == "not_applicable"
    for state in ("inconclusive", "skipped", "not_applicable"):
        assert questions.search_check([outcome("pass"), outcome(state)], searchable=True).state == "inconclusive"
    mixed = [outcome("inconclusive"), outcome("fail"), outcome("pass")]
    assert questions.search_check(mixed, searchable=True).state == "fail"


def test_an_objective_without_a_measurement_is_inconclusive() -> None:
    def states(goals: Objectives, rta: float | None, rpa: float | None) -> list[str]:
        return [check.state for check in questions.objective_checks(goals, rta, RecoveryPoint(rpa))]

    goals = Objectives(rto_seconds=10, rpo_seconds=10)
    assert states(goals, None, None) == ["inconclusive"] * 2
    assert states(goals, 10, 11) == ["pass", "fail"]
    assert states(Objectives(), 1, None) == ["not_applicable"] * 2


def seen(objective: float | None, rta: float, rpa: RecoveryPoint) -> list[tuple[str, str]]:
    goals = Objectives(objective, objective)
    return [(check.state, check.seen) for check in questions.objective_checks(goals, rta, rpa)]


def test_what_was_measured_stands_beside_the_objective_and_is_never_shown_as_zero_or_as_met() -> None:
    assert seen(60, 3.61, RecoveryPoint(0.004)) == [
        ("pass", "recovery time actual 3.6 s, objective 60 s"),
        ("pass", "recovery point actual 0.004 s, objective 60 s"),
    ]
    assert seen(60, 60.04, RecoveryPoint(60.0)) == [
        ("fail", "recovery time actual 60.04 s, objective 60 s"),
        ("pass", "recovery point actual 60.0 s, objective 60 s"),
    ]
    assert [words for _, words in seen(None, 0.25, RecoveryPoint(2))] == [
        "recovery time actual 0.25 s",
        "recovery point actual 2.0 s",
    ]


def test_an_age_in_doubt_can_miss_its_objective_and_never_meets_it() -> None:
    unknown, least = RecoveryPoint(None, "why"), RecoveryPoint(None, "why", 61.0)
    rest = RecoveryPoint(61.0, "why", 61.0)
    assert seen(60, 1, unknown)[1] == ("inconclusive", "the recovery point could not be measured: why")
    assert seen(60, 1, least)[1] == ("fail", "recovery point actual 61.0 s or more, objective 60 s: why")
    assert seen(3600, 1, least)[1][0] == "inconclusive"
    assert seen(60, 1, rest)[1] == ("fail", "recovery point actual 61.0 s, objective 60 s: why")
    assert seen(3600, 1, rest)[1] == ("inconclusive", "recovery point actual 61.0 s, objective 3600 s: why")
    assert seen(None, 1, unknown)[1] == ("not_applicable", "recovery point not measured: why")
    assert seen(None, 1, least)[1] == ("not_applicable", "recovery point actual 61.0 s or more: why")


def test_a_sample_is_told_as_what_it_is() -> None:
    sample = replace(COMPARED, level="sample", verdict="inconclusive", compared=3, equal=3)
    assert questions.compare_check(sample).seen == "3 of 3 sampled points equal; only level full can pass"
    count = replace(COMPARED, level="count", verdict="inconclusive", compared=0, equal=0)
    assert questions.compare_check(count).seen == "5 points counted, none compared; only level full can pass"
    assert questions.compare_check(replace(count, right_points=4)).seen == (
        "5 points counted, none compared; 4 points in the target"
    )
