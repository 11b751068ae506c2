"""What the Metrics screen and `qdrill metrics` show: frozen values. A value that nobody knows is None, never 0."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from qdrill.signals.model import Series

Unit = Literal["rows", "batches", "seconds", "bytes", "points", "count"]
# What a chart may reach back, in minutes.
MINUTES = (5, 15, 60)
# The tiles, in order.
KEYS = (
    "import_rows",
    "import_batches",
    "import_skipped",
    "import_p95",
    "qdrant_memory",
    "qdrant_points",
    "qdrant_optimizing",
    "qdrant_queue",
)


# What clocks of two machines may differ by without anybody minding.
_CLOCK_SKEW = 5.0


def age_of(at: float, now: float) -> float | None:
    """Seconds from `at` to `now`, both Unix; None where `at` is to come, and so the clocks tell nothing."""
    return None if at - now > _CLOCK_SKEW else max(0.0, now - at)


@dataclass(frozen=True, slots=True)
class Tile:
    """One number with what it did during the drill.

    Attributes:
        key: one of KEYS.
        change: what it rose by during the drill; of `import_p95` the quantile of the drill's own imports. None where
            nobody knows.
        source: who said so: `endpoint NAME`, `Prometheus`, or empty where the value is None.
        age: seconds since the number was true; None where nobody knows.
        spark: (Unix seconds, value), in order of time.
        note: why the value is None, or what must be known about it; one plain line.
    """

    key: str
    unit: Unit
    value: float | None
    change: float | None
    source: str
    age: float | None
    spark: tuple[tuple[float, float], ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """A stage of a drill, in Unix seconds; `end` is None while it runs."""

    name: str
    start: float
    end: float | None


@dataclass(frozen=True, slots=True)
class Board:
    """Everything at one moment.

    Attributes:
        at: when it was read, Unix seconds.
        tiles: one for each of KEYS, in that order.
        spans: stages of the drill that the changes belong to.
        drill: id of that drill's record, the name of a running one, or empty.
        endpoints: names of the endpoints configured.
        prometheus: label of its URL, or empty where none is configured.
        problems: one plain line for each service that did not answer, or what to configure.
        configured: whether there is anything to ask.
        collection: the one that the tiles are about.
    """

    at: float
    tiles: tuple[Tile, ...]
    spans: tuple[Span, ...]
    drill: str
    endpoints: tuple[str, ...]
    prometheus: str
    problems: tuple[str, ...]
    configured: bool
    collection: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """One tile over time.

    Attributes:
        start, end: Unix seconds of what is asked for, whether or not there are points in all of it.
        source: as of a Tile.
        note: why there is nothing, or how far the readings reach; one plain line.
    """

    key: str
    unit: Unit
    series: tuple[Series, ...]
    start: float
    end: float
    spans: tuple[Span, ...]
    source: str
    note: str = ""
