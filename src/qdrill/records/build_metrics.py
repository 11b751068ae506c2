"""From the signals of a drill to the metrics of its record: a pure function."""

from __future__ import annotations

import math
from itertools import chain, repeat

from qdrill.names import one_line
from qdrill.records.model_metrics import Metrics, MetricsEndpoint, MetricsQuery
from qdrill.signals.checks import worst
from qdrill.signals.collect import Collected
from qdrill.signals.model import EndpointReading, QueryAnswer
from qdrill.signals.plan import SignalPlan

NOT_ASKED = "the drill ended before metrics were read"
NOTHING_CONFIGURED = "no metrics endpoint and no Prometheus is configured"
_MOST = 50


def metrics_record(found: Collected, plan: SignalPlan) -> Metrics:
    """The record's metrics."""
    configured = plan.asks
    return Metrics(
        state=worst(found.checks) if found.checks or not configured else "skipped",
        reason=_reason(found, configured),
        grafana=found.grafana,
        screenshot=found.picture,
        annotation=found.annotation,
        notes=tuple(one_line(note) for note in found.notes),
        endpoint=tuple(map(_endpoint, found.readings[:_MOST], chain(found.read, repeat(None)))),
        query=tuple(map(_query, found.answers[:_MOST], chain(found.files, repeat(None)))),
    )


def _reason(found: Collected, configured: bool) -> str:
    if not found.checks:
        return NOT_ASKED if configured else NOTHING_CONFIGURED
    unsettled = [check for check in found.checks if check.state in ("fail", "inconclusive")]
    return "; ".join(f"{check.name}: {check.seen}" for check in unsettled[:3])


def _endpoint(reading: EndpointReading, path: str | None) -> MetricsEndpoint:
    note, changes = one_line(reading.note), reading.changes[:_MOST]
    return MetricsEndpoint(reading.endpoint, reading.url, reading.state, note, path, changes)


def _query(answer: QueryAnswer, path: str | None) -> MetricsQuery:
    last = answer.series[0].points[-1][1] if answer.series and answer.series[0].points else None
    return MetricsQuery(
        name=answer.name,
        promql=answer.promql,
        kind=answer.kind,
        state=answer.state,
        note=one_line(answer.note),
        series=len(answer.series),
        last=last if last is not None and math.isfinite(last) else None,
        path=path,
    )
