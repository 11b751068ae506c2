"""What endpoints and Prometheus prove: a demand is met, missed, or cannot be told; absent is never 0."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import pytest

from qdrill.config_model import Method
from qdrill.config_services import ExpectConfig
from qdrill.drill.verdict import judge
from qdrill.results import Check, State
from qdrill.signals.checks import STRAIGHT, signal_checks, worst
from qdrill.signals.model import EndpointReading, ImportChange, QueryAnswer, ReadingState, Series
from qdrill.signals.own_endpoint import NOT_THIS_DRILL

TARGET = "default_collection_restored"
MetricName = Literal["import_rows_total", "import_batches_total", "import_skipped_total"]


def reading(state: ReadingState = "known", change: ImportChange | None = None, note: str = "") -> EndpointReading:
    return EndpointReading("rag", "http://localhost:8000/metrics", state, note, (change,) if change else ())


def demand(metric: MetricName, equals: float | Literal["points_expected"]) -> ExpectConfig:
    return ExpectConfig("rag", metric, equals)


def checks(
    read: EndpointReading | None,
    *expects: ExpectConfig,
    method: Method = "rag_api",
    expected: int | None = 5,
    answers: tuple[QueryAnswer, ...] = (),
) -> dict[str, Check]:
    found = signal_checks((read,) if read else (), answers, expects, method, TARGET, expected)
    return {check.name: check for check in found}


def query(state: Literal["answered", "empty", "failed"], note: str = "") -> QueryAnswer:
    series = (Series((), ((0.0, 1.0),)),) if state == "answered" else ()
    return QueryAnswer(f"q-{state}", "up", "range", state, 0, 1, note, series)


NOT_A_NUMBER = QueryAnswer("nan", "0/0", "range", "answered", 0, 1, series=(Series((), ((0.0, float("nan")),)),))
ROWS = demand("import_rows_total", "points_expected")
SKIPPED = demand("import_skipped_total", 0)


@pytest.mark.parametrize(
    ("change", "one", "state", "seen"),
    [
        (ImportChange(TARGET, rows=5.0), ROWS, "pass", "rose by 5"),
        (ImportChange(TARGET, rows=4.0), ROWS, "fail", "rose by 4"),
        (ImportChange(TARGET, rows=5.0), SKIPPED, "pass", "no row was counted as skipped while 5 rows were imported"),
        (ImportChange(TARGET, rows=5.0, skipped={"error": 0.0}), SKIPPED, "pass", "rose by 0"),
        (ImportChange(TARGET, rows=5.0, skipped={"error": 1.0, "conflict": 1.0}), SKIPPED, "fail", "rose by 2"),
        (ImportChange(TARGET), SKIPPED, "inconclusive", "the metric is absent, and absent is not 0"),
        (ImportChange(TARGET), ROWS, "inconclusive", "the metric is absent, and absent is not 0"),
        (None, ROWS, "inconclusive", "the metric is absent, and absent is not 0"),
        (ImportChange("another", rows=5.0), ROWS, "inconclusive", "the metric is absent, and absent is not 0"),
        (ImportChange(TARGET, rows=5.0, batches=1.0), demand("import_batches_total", 1), "pass", "rose by 1"),
    ],
)
def test_a_demand(change: ImportChange | None, one: ExpectConfig, state: State, seen: str) -> None:
    found = checks(reading(change=change), one)[f"expect_{one.metric}"]
    assert (found.state, found.seen) == (state, seen)
    assert found.required


@pytest.mark.parametrize("state", ["restarted", "unreadable"])
def test_what_could_not_be_read_settles_nothing(state: ReadingState) -> None:
    found = checks(reading(state, note="it was restarted"), ROWS, SKIPPED)
    assert {check.state for name, check in found.items() if name.startswith("expect")} == {"inconclusive"}
    assert found["metrics_endpoints"].state == "inconclusive"
    assert found["metrics_endpoints"].seen == "0 of 1 read; rag: it was restarted"


def test_an_endpoint_that_was_not_read_at_all() -> None:
    assert checks(None, ROWS)["expect_import_rows_total"].state == "inconclusive"


@pytest.mark.parametrize("method", ["rows", "snapshot"])
@pytest.mark.parametrize("change", [None, ImportChange(TARGET, rows=0.0)])
def test_a_restore_straight_into_qdrant_moves_no_service(method: Method, change: ImportChange | None) -> None:
    found = checks(reading("known" if change else "absent", change), ROWS, SKIPPED, method=method)
    for name in ("import_metrics", "expect_import_rows_total", "expect_import_skipped_total"):
        assert (found[name].state, found[name].seen) == ("not_applicable", STRAIGHT)


def test_qdrills_own_metrics_move_in_a_restore_by_rows() -> None:
    found = checks(reading(change=ImportChange(TARGET, rows=4.0)), ROWS, method="rows")
    assert found["import_metrics"].state == "fail"
    assert found["expect_import_rows_total"].state == "fail"


def test_an_import_through_the_service_that_nobody_counted_is_open() -> None:
    assert checks(reading("absent"))["import_metrics"].state == "inconclusive"


def test_what_qdrill_counts_itself_says_nothing_of_a_service_that_it_restored_through() -> None:
    own = replace(reading(change=ImportChange(TARGET, rows=5.0)), own=True)
    assert checks(own)["import_metrics"].state == "inconclusive"
    assert checks(own, method="rows")["import_metrics"].state == "pass"


def test_another_qdrill_at_our_own_address_proves_nothing_about_this_drill() -> None:
    own = replace(reading("absent", note=NOT_THIS_DRILL), own=True)
    found = checks(own, ROWS, method="rows")
    assert found["expect_import_rows_total"].state == "inconclusive"
    assert found["expect_import_rows_total"].seen == NOT_THIS_DRILL
    assert found["metrics_endpoints"].state == "pass"


def test_a_missed_demand_fails_the_drill_and_an_open_one_leaves_it_open() -> None:
    good = [
        Check(name, "pass", "", "")
        for name in ("source_has_points", "points_restored", "points_compared", "sample_searches")
    ]
    for rows, verdict in ((5.0, "pass"), (4.0, "fail"), (None, "inconclusive")):
        found = checks(reading(change=ImportChange(TARGET, rows=rows)), ROWS)
        assert judge([*good, *found.values()])[0] == verdict


def test_an_unknown_number_of_points_cannot_be_matched() -> None:
    found = checks(reading(change=ImportChange(TARGET, rows=5.0)), ROWS, expected=None)
    assert found["expect_import_rows_total"].state == "inconclusive"


@pytest.mark.parametrize(
    ("answers", "state", "seen"),
    [
        ((query("answered"), query("empty")), "pass", "2 of 2 answered, 1 without data"),
        ((query("empty"),), "inconclusive", "1 of 1 answered, 1 without data"),
        ((NOT_A_NUMBER,), "inconclusive", "1 of 1 answered, 1 without data"),
        ((query("answered"), query("failed", "no\nanswer")), "inconclusive", "1 of 2 answered; q-failed: no answer"),
    ],
)
def test_prometheus(answers: tuple[QueryAnswer, ...], state: State, seen: str) -> None:
    found = checks(None, answers=answers)["prometheus_queries"]
    assert (found.state, found.seen) == (state, seen)
    assert not found.required


def test_nothing_asked_is_no_check() -> None:
    assert checks(None) == {}


def test_the_worst_sums_up() -> None:
    states: tuple[State, ...] = ("not_applicable", "pass", "inconclusive", "fail")
    for number, state in enumerate(states):
        assert worst([Check("x", one, "", "") for one in states[: number + 1]]) == state
    assert worst([]) == "not_applicable"
