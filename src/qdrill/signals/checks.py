"""From signals to checks: what endpoints and Prometheus prove about a restore. Absent is never taken for 0."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from qdrill.config_model import Method
from qdrill.config_services import ExpectConfig
from qdrill.names import one_line
from qdrill.results import Check, State
from qdrill.signals.model import EndpointReading, ImportChange, QueryAnswer

_LISTED = 20
_PROVES = "known", "absent"
STRAIGHT = "a restore straight into Qdrant does not move a service's import metrics"


def signal_checks(
    readings: Sequence[EndpointReading],
    answers: Sequence[QueryAnswer],
    expects: Sequence[ExpectConfig],
    method: Method,
    collection: str,
    expected: int | None,
) -> Iterator[Check]:
    """All checks of a drill's signals.

    Args:
        collection: the target's name, as metrics are labelled.
        expected: rows of the archive; None where no backup was made.
    """
    if readings:
        yield _endpoints(readings)
        yield _imports(readings, method, collection, expected)
    for one in expects:
        yield _expectation(one, readings, method, collection, expected)
    if answers:
        yield _prometheus(answers)


def worst(checks: Sequence[Check]) -> State:
    """The state that sums them up; `not_applicable` where there are none."""
    order: tuple[State, ...] = ("fail", "inconclusive", "skipped", "pass")
    return next((state for state in order if any(check.state == state for check in checks)), "not_applicable")


def _endpoints(readings: Sequence[EndpointReading]) -> Check:
    wanted = "every metrics endpoint read before and after the restore"
    broken = [one for one in readings if one.state not in _PROVES]
    seen = f"{len(readings) - len(broken)} of {len(readings)} read"
    if not broken:
        return Check("metrics_endpoints", "pass", wanted, seen, required=False)
    seen = f"{seen}; {broken[0].endpoint}: {one_line(broken[0].note)}"
    names = tuple(one.endpoint for one in broken[:_LISTED])
    return Check("metrics_endpoints", "inconclusive", wanted, seen, names, required=False)


def _imports(readings: Sequence[EndpointReading], method: Method, collection: str, expected: int | None) -> Check:
    """Whether the import metrics that moved say what the archive says."""
    wanted = f"import metrics that moved count {_rows(expected)}"
    # What qdrill counts itself says nothing about a service that it restored through.
    telling = [one for one in readings if method != "rag_api" or not one.own]
    moved = [(one.endpoint, change.rows) for one in telling for change in _of(one, collection) if change.rows]
    if not moved:
        state: State = "inconclusive" if method == "rag_api" else "not_applicable"
        seen = "no endpoint of a service counted an imported row" if method == "rag_api" else STRAIGHT
        return Check("import_metrics", state, wanted, seen, required=False)
    seen = "; ".join(f"{name}: {_rows(rows)}" for name, rows in moved[:_LISTED])
    if expected is None:
        return Check("import_metrics", "inconclusive", wanted, seen, required=False)
    wrong = tuple(name for name, rows in moved if rows != expected)
    return Check("import_metrics", "fail" if wrong else "pass", wanted, seen, wrong[:_LISTED], required=False)


def _expectation(
    one: ExpectConfig, readings: Sequence[EndpointReading], method: Method, collection: str, expected: int | None
) -> Check:
    value = expected if one.equals == "points_expected" else one.equals
    wanted = f"{one.endpoint}: {one.metric} of the target rises by {_number(value)}"
    state, seen = _judge(
        one, next((it for it in readings if it.endpoint == one.endpoint), None), method, collection, value
    )
    return Check(f"expect_{one.metric}", state, wanted, seen, required=one.required)


def _judge(
    one: ExpectConfig, reading: EndpointReading | None, method: Method, collection: str, value: object
) -> tuple[State, str]:
    if reading is None:
        return "inconclusive", "the endpoint was not read"
    if reading.state not in _PROVES:
        return "inconclusive", one_line(reading.note)
    if reading.own and reading.state == "absent":
        return "inconclusive", one_line(reading.note)
    change = next(iter(_of(reading, collection)), ImportChange(collection))
    if not change.rows and method != "rag_api" and not reading.own:
        return "not_applicable", STRAIGHT
    rose = _rise(one.metric, change)
    if rose is None or value is None:
        return "inconclusive", "the metric is absent, and absent is not 0"
    said = f"rose by {_number(rose)}"
    if one.metric == "import_skipped_total" and not change.skipped:
        said = f"no row was counted as skipped while {_rows(change.rows)} were imported"
    return "pass" if rose == value else "fail", said


def _rise(metric: str, change: ImportChange) -> float | None:
    """The increase of a metric. A service that counted imported rows and has no series of skipped ones skipped none."""
    if metric == "import_rows_total":
        return change.rows
    if metric == "import_batches_total":
        return change.batches
    if change.skipped:
        return sum(change.skipped.values())
    return 0.0 if change.rows else None


def _prometheus(answers: Sequence[QueryAnswer]) -> Check:
    wanted = "every query answered by Prometheus"
    failed = [one for one in answers if one.state == "failed"]
    empty = [one for one in answers if one.state == "empty" or (one.state == "answered" and not _has_numbers(one))]
    seen = f"{len(answers) - len(failed)} of {len(answers)} answered"
    if empty:
        seen += f", {len(empty)} without data"
    if not failed:
        state: State = "pass" if len(empty) < len(answers) else "inconclusive"
        return Check("prometheus_queries", state, wanted, seen, required=False)
    seen = f"{seen}; {failed[0].name}: {one_line(failed[0].note)}"
    names = tuple(one.name for one in failed[:_LISTED])
    return Check("prometheus_queries", "inconclusive", wanted, seen, names, required=False)


def _has_numbers(answer: QueryAnswer) -> bool:
    return any(math.isfinite(value) for series in answer.series for _, value in series.points)


def _of(reading: EndpointReading, collection: str) -> tuple[ImportChange, ...]:
    return tuple(change for change in reading.changes if change.collection == collection)


def _rows(number: float | None) -> str:
    return "1 row" if number == 1 else f"{_number(number)} rows"


def _number(value: object) -> str:
    if value is None:
        return "an unknown number of"
    return f"{value:.15g}" if isinstance(value, float) else str(value)
