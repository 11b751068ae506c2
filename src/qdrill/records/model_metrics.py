"""The metrics of a drill record: what endpoints, Prometheus and Grafana said. A value nobody knows is left out."""

from __future__ import annotations

from dataclasses import dataclass

from qdrill.config_services import QueryKind
from qdrill.results import State
from qdrill.signals.model import ImportChange, QueryState, ReadingState

NO_METRICS = "this drill did not collect metrics"


@dataclass(frozen=True, slots=True)
class MetricsEndpoint:
    """An exposition endpoint, read before and after the restore; `note` says why where it is not `known`.

    `path` is what it said, in the drill's directory; `change` what each collection's imports rose by.
    """

    name: str
    url: str
    state: ReadingState
    note: str = ""
    path: str | None = None
    change: tuple[ImportChange, ...] = ()


@dataclass(frozen=True, slots=True)
class MetricsQuery:
    """A PromQL query over the drill's window.

    Attributes:
        series: number of series in the answer.
        last: latest value of the first series.
        path: the answer, in the drill's directory.
    """

    name: str
    promql: str
    kind: QueryKind
    state: QueryState
    note: str = ""
    series: int = 0
    last: float | None = None
    path: str | None = None


@dataclass(frozen=True, slots=True)
class Metrics:
    """Evidence from outside; `reason` says why when there is none.

    Attributes:
        grafana: link to the panel for the drill's window.
        screenshot: picture of the metrics, a path in the drill's directory or a link.
        annotation: id of Grafana's annotation of this drill.
        notes: what went wrong while they were collected.
    """

    state: State = "not_applicable"
    reason: str = NO_METRICS
    grafana: str | None = None
    screenshot: str | None = None
    annotation: int | None = None
    notes: tuple[str, ...] = ()
    endpoint: tuple[MetricsEndpoint, ...] = ()
    query: tuple[MetricsQuery, ...] = ()
