"""What two readings of an endpoint prove: recordings, restarts, series that come and go, and quantiles."""

from __future__ import annotations

import json
import math
from bisect import bisect_left
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qdrill.errors import SignalError
from qdrill.signals.change import IMPORT_METRICS, compare, qdrant_gauges, quantile
from qdrill.signals.exposition import parse
from qdrill.signals.model import EndpointReading, Exposition, ImportChange

WIRE = Path(__file__).resolve().parents[1] / "data" / "wire"
URL = "http://127.0.0.1:8000/metrics"
STARTED = "process_start_time_seconds 1000\n"
INF = math.inf


def reading(text: str, started: float | None = 1000.0) -> Exposition:
    return Exposition("rag", datetime.now(UTC), parse(text.encode(), "rag"), started)


def recorded(*place: str) -> str:
    text: str = json.loads(WIRE.joinpath(*place).read_text("utf-8"))["response"]["text"]
    return text


def changed(before: str, after: str, started: float | None = 1000.0, later: float | None = 1000.0) -> EndpointReading:
    return compare(reading(before, started), reading(after, later), URL)


def only(found: EndpointReading) -> ImportChange:
    assert found.state == "known"
    (change,) = found.changes
    return change


def test_the_recorded_import_is_told_exactly() -> None:
    before, after = (recorded("rag-api", name) for name in ("01-metrics-before.json", "16-metrics-after.json"))
    found = changed(before, after)
    assert (found.endpoint, found.url, found.qdrant) == ("rag", URL, {})
    assert found.note == "import metrics appeared during the restore and count from 0"
    assert only(found) == ImportChange(
        "default_collection_restored",
        rows=8.0,
        batches=1.0,
        skipped={"error": 2.0},
        count=2.0,
        seconds=0.049613469999712834,
        p50=0.005,
        p95=0.025 + 0.025 * 0.9,
    )


def test_the_recorded_qdrant_has_no_import_metrics_and_five_gauges() -> None:
    text = recorded("qdrant-1.19.0", "67-metrics.json")
    found = changed(text, text, None, None)
    assert (found.state, found.note, found.changes) == ("absent", "it has no import metrics", ())
    points = sum(float(line.split()[-1]) for line in text.splitlines() if line.startswith("collection_points{"))
    assert found.qdrant == {
        "memory_resident_bytes": 228986880.0,
        "collection_points": points,
        "collections_total": 9.0,
        "collection_running_optimizations": 0.0,
        "collection_update_queue_length": 0.0,
    }


def test_a_metrics_prefix_of_qdrant_is_recognised() -> None:
    text = recorded("qdrant-1.19.0", "67-metrics.json")
    prefixed = "".join(f"blue_{line}\n" for line in text.splitlines() if line and not line.startswith("#"))
    plain = qdrant_gauges(parse(text.encode(), "x"))
    assert len(plain) == 5 and qdrant_gauges(parse(prefixed.encode(), "x")) == plain


@pytest.mark.parametrize(
    "text", ["", "memory_resident_bytes 5\n", 'app_info{name="other"} 1\nmemory_resident_bytes 5\n']
)
def test_what_is_not_a_qdrant_has_no_gauges_of_one(text: str) -> None:
    assert qdrant_gauges(parse(text.encode(), "x")) == {}


def test_a_gauge_that_is_absent_or_no_number_is_not_zero() -> None:
    text = (
        'app_info{name="qdrant"} 1\ncollection_points{id="a"} NaN\ncollection_points{id="b"} 3\ncollections_total 0\n'
    )
    assert qdrant_gauges(parse(text.encode(), "x")) == {"collections_total": 0.0}


def test_an_endpoint_without_import_metrics_is_absent_and_not_zero() -> None:
    found = changed(STARTED, STARTED)
    assert (found.state, found.changes) == ("absent", ())


def test_a_counter_that_did_not_move_rose_by_nothing() -> None:
    text = 'import_rows_total{collection="a"} 7\n'
    assert only(changed(text, text)) == ImportChange("a", rows=0.0)


def test_each_collection_and_reason_has_its_own_increase() -> None:
    before = 'import_rows_total{collection="a"} 1\nimport_skipped_total{collection="a",reason="error"} 4\n'
    after = (
        'import_rows_total{collection="a"} 11\nimport_rows_total{collection="b"} 3\n'
        'import_skipped_total{collection="a",reason="error"} 5\n'
        'import_skipped_total{collection="a",reason="conflict"} 2\n'
    )
    assert changed(before, after).changes == (
        ImportChange("a", rows=10.0, skipped={"error": 1.0, "conflict": 2.0}),
        ImportChange("b", rows=3.0),
    )


def test_further_labels_are_added_up() -> None:
    before = 'import_rows_total{collection="a",tenant="x"} 1\n'
    after = 'import_rows_total{collection="a",tenant="x"} 2\nimport_rows_total{collection="a",tenant="y"} 5\n'
    assert only(changed(before, after)).rows == 6.0


def test_a_series_that_fell_means_a_restart_even_where_the_sum_rose() -> None:
    before = 'import_rows_total{collection="a"} 9\nimport_rows_total{collection="b"} 1\n'
    after = 'import_rows_total{collection="a"} 8\nimport_rows_total{collection="b"} 100\n'
    found = changed(before, after)
    assert (found.state, found.changes) == ("restarted", ())
    assert found.note == "import metrics fell, as after a restart"


@pytest.mark.parametrize("metric", ['import_rows_total{collection="a"} 9\n', ""])
def test_another_process_is_a_restart_whatever_its_metrics_say(metric: str) -> None:
    found = changed(metric, metric.replace("9", "99"), 1000.0, 1000.01)
    assert (found.state, found.changes) == ("restarted", ())
    assert found.note.startswith("another process answered than before the restore")


def test_a_series_that_is_gone_is_a_restart_and_not_zero_skipped() -> None:
    rows = 'import_rows_total{collection="a"} 9\n'
    found = changed(rows + 'import_skipped_total{collection="a",reason="error"} 5\n', rows)
    assert (found.state, found.note) == (
        "restarted",
        "import metrics that were there before the restore are gone, as after a restart",
    )


@pytest.mark.parametrize(("started", "later"), [(None, None), (None, 1000.0), (1000.0, None)])
def test_a_series_that_appears_proves_nothing_without_start_times(started: float | None, later: float | None) -> None:
    found = changed("", 'import_rows_total{collection="a"} 5\n', started, later)
    assert (found.state, found.changes) == ("unreadable", ())
    assert "nobody knows whether they began at 0" in found.note


def test_without_start_times_an_increase_says_that_a_restart_could_go_unseen() -> None:
    found = changed('import_rows_total{collection="a"} 5\n', 'import_rows_total{collection="a"} 9\n', None, None)
    assert only(found).rows == 4.0
    assert found.note == "it does not tell when its process started, so a restart in between could go unseen"


@pytest.mark.parametrize(
    ("before", "after"), [("NaN", "5"), ("5", "NaN"), ("5", "+Inf"), ("+Inf", "+Inf"), ("NaN", "NaN")]
)
def test_what_is_no_finite_number_is_not_known(before: str, after: str) -> None:
    rows, batches = 'import_rows_total{collection="a"} ', 'import_batches_total{collection="a"} '
    found = changed(f"{rows}{before}\n{batches}1\n", f"{rows}{after}\n{batches}3\n")
    assert only(found) == ImportChange("a", rows=None, batches=2.0)
    assert found.note == "an import metric is NaN or infinite"


def test_a_skipped_counter_that_is_no_number_is_not_nothing_skipped() -> None:
    text = 'import_rows_total{collection="a"} 5\nimport_skipped_total{collection="a",reason="error"} NaN\n'
    found = changed(text, text)
    assert (found.state, found.note) == ("unreadable", "import_skipped_total is NaN or infinite")


def test_a_reading_that_failed_is_unreadable_with_its_reason() -> None:
    good, bad = reading(STARTED), SignalError("metrics rag cannot be reached")
    before, after, both = compare(bad, good, URL), compare(good, bad, URL), compare(bad, bad, URL)
    assert {one.state for one in (before, after, both)} == {"unreadable"}
    assert (before.endpoint, before.note) == ("rag", "before the restore: metrics rag cannot be reached")
    assert (after.endpoint, after.note) == ("rag", "after the restore: metrics rag cannot be reached")
    assert (both.endpoint, both.url) == ("", URL)


def histogram(buckets: Mapping[str, float], collection: str = "a") -> str:
    return "".join(
        f'import_duration_seconds_bucket{{collection="{collection}",le="{bound}"}} {value}\n'
        for bound, value in buckets.items()
    )


def test_quantiles_come_from_the_difference_of_buckets() -> None:
    before = histogram({"0.1": 1000, "1.0": 1000, "+Inf": 1000})
    change = only(changed(before, histogram({"0.1": 1000, "1.0": 1010, "+Inf": 1010})))
    assert change.p50 == pytest.approx(0.55) and change.p95 == pytest.approx(0.955)


def test_a_p95_beyond_the_last_bucket_says_so() -> None:
    found = changed(histogram({"1": 0, "10": 0, "+Inf": 0}), histogram({"1": 1, "10": 1, "+Inf": 9}))
    assert only(found).p95 == 10.0
    assert found.note == "the p95 of some durations lies beyond the last bucket and is at least what is shown"


@pytest.mark.parametrize(
    "buckets",
    [
        {},
        {INF: 5.0},
        {1.0: 5.0, 2.0: 6.0},
        {1.0: 0.0, INF: 0.0},
        {1.0: math.nan, INF: 3.0},
        {1.0: 3.0, 2.0: 1.0, INF: 3.0},
        {1.0: -1.0, INF: 3.0},
        {1.0: 1.0, INF: INF},
    ],
)
def test_buckets_that_tell_nothing_have_no_quantile(buckets: dict[float, float]) -> None:
    assert quantile(0.95, buckets) is None


def test_a_bound_that_is_no_number_leaves_the_quantiles_unknown() -> None:
    text = histogram({"0.1": 1, "many": 2, "+Inf": 2})
    change = only(changed(text.replace(" 2", " 1"), text))
    assert (change.p50, change.p95) == (None, None)


BOUNDS = (0.005, 0.05, 0.5, 5.0)
durations = st.lists(st.floats(1e-6, 20.0), min_size=1, max_size=60)


def counted(observed: list[float]) -> dict[float, float]:
    return {bound: float(sum(one <= bound for one in observed)) for bound in (*BOUNDS, INF)}


@given(durations, st.sampled_from([0.5, 0.95]))
def test_a_quantile_lies_in_the_bucket_of_the_observation_of_its_rank(observed: list[float], q: float) -> None:
    found = quantile(q, counted(observed))
    ranked = sorted(observed)[math.ceil(q * len(observed) - 1e-9) - 1]
    place = bisect_left(BOUNDS, ranked)
    low = BOUNDS[place - 1] if place else 0.0
    high = BOUNDS[min(place, len(BOUNDS) - 1)]
    assert found is not None and low - 1e-12 <= found <= high + 1e-12


@given(durations)
def test_quantiles_rise_with_their_rank(observed: list[float]) -> None:
    found = [quantile(q / 20, counted(observed)) for q in range(1, 20)]
    known = [one for one in found if one is not None]
    assert len(known) == 19 and known == sorted(known)


@given(durations, durations)
def test_what_was_before_makes_no_difference(before: list[float], during: list[float]) -> None:
    early, late = counted(before), counted(before + during)
    assert quantile(0.5, {bound: late[bound] - early[bound] for bound in late}) == quantile(0.5, counted(during))


values = st.dictionaries(st.sampled_from("abc"), st.integers(0, 1_000_000), max_size=3)


def exposed(rows: dict[str, int], metric: str) -> str:
    return "".join(f'{metric}{{collection="{name}"}} {value}\n' for name, value in rows.items())


@given(values, values, st.sampled_from([None, 1000.0]), st.sampled_from([None, 1000.0, 2000.0]))
def test_an_increase_is_told_only_where_it_is_proved(
    before: dict[str, int], after: dict[str, int], started: float | None, later: float | None
) -> None:
    found = changed(exposed(before, "import_rows_total"), exposed(after, "import_rows_total"), started, later)
    same = None if started is None or later is None else started == later
    fell = any(after.get(name, -1) < value for name, value in before.items())
    if same is False or fell:
        assert (found.state, found.changes) == ("restarted", ())
    elif not after:
        assert found.state == "absent"
    elif same is None and after.keys() != before.keys():
        assert (found.state, found.changes) == ("unreadable", ())
    else:
        rows = {change.collection: change.rows for change in found.changes}
        assert (found.state, rows) == ("known", {name: value - before.get(name, 0) for name, value in after.items()})


@pytest.mark.parametrize("metric", IMPORT_METRICS)
def test_each_metric_that_falls_is_noticed(metric: str) -> None:
    found = changed(exposed({"a": 2}, metric), exposed({"a": 1}, metric))
    assert found.state == "restarted"
