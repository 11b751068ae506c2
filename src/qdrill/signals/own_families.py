"""`OwnMetrics` as metric families of prometheus_client, which escapes label values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.utils import floatToGoString

from qdrill.signals.own_metrics import DURATION_BUCKETS, VERDICTS, DrillFacts, LastDrill, OwnMetrics, Totals

_BOUNDS = (*map(floatToGoString, DURATION_BUCKETS), "+Inf")
NOTHING = OwnMetrics({}, {}, {}, {}, {})


def families(metrics: OwnMetrics) -> Iterator[Metric]:
    """Every family, those without a series too: their names are what a reader may look for."""
    yield from _moved("import", "imported by restores of qdrill into the collection", metrics.imports)
    yield _batches(metrics.imports)
    yield _skipped(metrics.imports)
    yield from _moved("export", "exported by backups of qdrill's drills from the collection", metrics.exports)
    yield from _drills(metrics.drills)
    states = {str(state): float(count) for state, count in metrics.records.items()}
    yield _gauge("qdrill_records", "Drill records by state; only counted ones are in other metrics", "state", states)
    left_out = {name: float(count) for name, count in metrics.left_out.items()}
    yield _gauge("qdrill_names_left_out", "Names without series of their own: there are too many", "label", left_out)


def _moved(what: str, words: str, totals: Mapping[str, Totals]) -> Iterator[Metric]:
    rows = CounterMetricFamily(f"{what}_rows_total", f"Rows {words}", labels=["collection"])
    duration = HistogramMetricFamily(
        f"{what}_duration_seconds", f"Seconds of each whole run; rows {words}", labels=["collection"]
    )
    for collection, one in totals.items():
        if one.rows is not None:
            rows.add_metric([collection], one.rows)
        duration.add_metric([collection], list(zip(_BOUNDS, map(float, one.counts), strict=True)), one.seconds)
    yield rows
    yield duration


def _batches(totals: Mapping[str, Totals]) -> Metric:
    found = CounterMetricFamily("import_batches_total", "Upserts that restores of qdrill sent", labels=["collection"])
    for collection, one in totals.items():
        if one.batches is not None:
            found.add_metric([collection], one.batches)
    return found


def _skipped(totals: Mapping[str, Totals]) -> Metric:
    words = "Rows that restores of qdrill did not get into the collection"
    found = CounterMetricFamily("import_skipped_total", words, labels=["collection", "reason"])
    for collection, one in totals.items():
        for reason, rows in one.skipped.items():
            found.add_metric([collection, reason], rows)
    return found


def _drills(drills: Mapping[str, LastDrill]) -> Iterator[Metric]:
    last = {name: one.last for name, one in drills.items() if one.last is not None}
    yield _verdicts(last)
    phases = {name: one.phases for name, one in last.items()}
    yield _by(
        "qdrill_rta_seconds", "Recovery of the last drill; phase rta is the RTA, others lead to it", "phase", phases
    )
    points = {name: one.points for name, one in last.items()}
    yield _by("qdrill_points", "Exact points of the last drill, counted", "side", points)
    plain: tuple[tuple[str, str, Mapping[str, float | None]], ...] = (
        ("qdrill_rpa_seconds", "Recovery point of the last drill", {name: one.rpa for name, one in last.items()}),
        (
            "qdrill_rto_objective_seconds",
            "Recovery time that the last drill had to reach",
            {name: one.rto for name, one in last.items()},
        ),
        (
            "qdrill_last_drill_timestamp_seconds",
            "When the last finished drill ended, Unix time",
            {name: one.finished for name, one in drills.items()},
        ),
        (
            "qdrill_last_success_timestamp_seconds",
            "When the last drill that passed ended, Unix time",
            {name: one.succeeded for name, one in drills.items()},
        ),
        (
            "qdrill_unfinished_drills",
            "Drills begun after the last finished one that have no end: running, or killed",
            {name: float(one.unfinished) for name, one in drills.items()},
        ),
    )
    for name, words, values in plain:
        yield _gauge(name, words, "drill", {drill: value for drill, value in values.items() if value is not None})


def _verdicts(last: Mapping[str, DrillFacts]) -> Metric:
    """One-hot: the verdict of each drill's last run is 1, the others are 0."""
    hot = {name: {str(verdict): float(verdict == one.verdict) for verdict in VERDICTS} for name, one in last.items()}
    return _by("qdrill_last_verdict", "Verdict of the last finished drill: 1 for the one it has", "verdict", hot)


def _by(name: str, words: str, second: str, values: Mapping[str, Mapping[str, float]]) -> Metric:
    found = GaugeMetricFamily(name, words, labels=["drill", second])
    for drill, inner in values.items():
        for key, value in inner.items():
            found.add_metric([drill, key], value)
    return found


def _gauge(name: str, words: str, label: str, values: Mapping[str, float]) -> Metric:
    found = GaugeMetricFamily(name, words, labels=[label])
    for key, value in values.items():
        found.add_metric([key], value)
    return found
