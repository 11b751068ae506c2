"""What signals are made of: frozen values, no behaviour. A value that nobody knows is None, never 0.

`ImportChange` and the states stand in records too: they only ever grow, as the schema of records does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from qdrill.config_services import QueryKind

# (name, value) pairs in order of name.
Labels = tuple[tuple[str, str], ...]
ReadingState = Literal["known", "absent", "restarted", "unreadable"]
QueryState = Literal["answered", "empty", "failed"]


@dataclass(frozen=True, slots=True)
class Exposition:
    """One reading of an exposition endpoint.

    Attributes:
        endpoint: its name in drills.toml.
        at: when it was asked, aware.
        samples: sample name (as exposed: `import_rows_total`, `import_duration_seconds_bucket`) -> labels -> value.
        started: `process_start_time_seconds` of the process that answered, Unix seconds; None where it does not tell.
        seconds: how long asking, reading and parsing took.
        bytes: size of the body.
    """

    endpoint: str
    at: datetime
    samples: Mapping[str, Mapping[Labels, float]]
    started: float | None = None
    seconds: float = 0.0
    bytes: int = 0

    @property
    def series(self) -> int:
        """Number of series read."""
        return sum(len(found) for found in self.samples.values())


@dataclass(frozen=True, slots=True)
class ImportChange:
    """What the four `import_*` metrics of one collection did between two readings of one endpoint.

    Attributes:
        rows, batches, count: increases; None where the metric is absent from the later reading.
        skipped: reason -> increase; empty where the metric is absent.
        seconds: increase of the sum of durations.
        p50, p95: quantiles of the durations in between, from bucket differences; None where they cannot be told.
    """

    collection: str
    rows: float | None = None
    batches: float | None = None
    skipped: Mapping[str, float] = field(default_factory=dict)
    count: float | None = None
    seconds: float | None = None
    p50: float | None = None
    p95: float | None = None


@dataclass(frozen=True, slots=True)
class EndpointReading:
    """One endpoint before and after the restore.

    Attributes:
        state: `known`: there are changes to show; `absent`: it has no import metrics; `restarted`: the process that
            answered later is not the one that answered before; `unreadable`: one reading or both failed.
        note: why, in one plain line; what is to be said of a `known` one too.
        changes: one for each collection with import metrics.
        qdrant: gauges of Qdrant in the later reading, where it is a Qdrant: name -> value.
        own: whether qdrill itself tells these, about what it did.
    """

    endpoint: str
    url: str
    state: ReadingState
    note: str = ""
    changes: tuple[ImportChange, ...] = ()
    qdrant: Mapping[str, float] = field(default_factory=dict)
    own: bool = False


@dataclass(frozen=True, slots=True)
class Series:
    """One series of a query's answer; `points` are (Unix seconds, value), in order of time."""

    labels: Labels
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class QueryAnswer:
    """One PromQL query and what Prometheus answered.

    Attributes:
        start, end: Unix seconds of the window; equal for an instant.
        note: the error in one plain line; or what the reader must know (warnings, that the window was widened).
        step: seconds between the points of a range; None for an instant.
    """

    name: str
    promql: str
    kind: QueryKind
    state: QueryState
    start: float
    end: float
    note: str = ""
    series: tuple[Series, ...] = ()
    step: float | None = None
