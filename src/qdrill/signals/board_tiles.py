"""Which metric each tile of the board shows, and how it is put together from samples or asked in PromQL.

Names and labels: the contract of the RAG API, and Qdrant 1.19's `/metrics`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from qdrill.signals.board_model import KEYS, Unit
from qdrill.signals.change import BATCHES, ROWS, SKIPPED, quantile
from qdrill.signals.change import BUCKET as BUCKETS
from qdrill.signals.model import Exposition, Labels

QUANTILE = 0.95
_MOST_BUCKETS = 200
_Kind = Literal["counter", "gauge", "quantile"]


@dataclass(frozen=True, slots=True)
class TileSpec:
    """A tile: its metric as exposed, and the label that holds the collection (empty: of the whole server)."""

    key: str
    unit: Unit
    kind: _Kind
    metric: str
    label: str

    @property
    def of_qdrant(self) -> bool:
        """Whether Qdrant itself tells."""
        return self.key.startswith("qdrant")


_SPECS = (
    TileSpec("import_rows", "rows", "counter", ROWS, "collection"),
    TileSpec("import_batches", "batches", "counter", BATCHES, "collection"),
    TileSpec("import_skipped", "rows", "counter", SKIPPED, "collection"),
    TileSpec("import_p95", "seconds", "quantile", BUCKETS, "collection"),
    TileSpec("qdrant_memory", "bytes", "gauge", "memory_resident_bytes", ""),
    TileSpec("qdrant_points", "points", "gauge", "collection_points", "id"),
    TileSpec("qdrant_optimizing", "count", "gauge", "collection_running_optimizations", "id"),
    TileSpec("qdrant_queue", "count", "gauge", "collection_update_queue_length", "id"),
)
SPECS: Mapping[str, TileSpec] = {key: next(spec for spec in _SPECS if spec.key == key) for key in KEYS}

# Upper bound -> observations up to it.
Histogram = Mapping[float, float]


@dataclass(frozen=True, slots=True)
class Digest:
    """What one reading of an endpoint says about one collection; a key that is absent there is not in `values`.

    Attributes:
        at: Unix seconds. started: of the process that answered, where it tells.
        qdrant: whether it is a Qdrant.
    """

    at: float
    started: float | None
    qdrant: bool
    values: Mapping[str, float]
    histogram: Histogram


def digest(found: Exposition, collection: str) -> Digest:
    """What `found` says about `collection`."""
    prefix = _qdrant_prefix(found)
    values = {}
    for spec in _SPECS:
        if spec.kind == "quantile" or (spec.of_qdrant and prefix is None):
            continue
        name = f"{prefix}{spec.metric}" if spec.of_qdrant else spec.metric
        numbers = [value for _, value in _samples(found, name, spec.label, collection)]
        if numbers and all(map(math.isfinite, numbers)):
            values[spec.key] = math.fsum(numbers)
    histogram = histogram_of(_samples(found, BUCKETS, "collection", collection))
    p95 = quantile(QUANTILE, histogram)
    if p95 is not None:
        values["import_p95"] = p95
    return Digest(found.at.timestamp(), found.started, prefix is not None, values, histogram)


def _qdrant_prefix(found: Exposition) -> str | None:
    """What stands before the names of a Qdrant's metrics (its `metrics_prefix`); None where it is no Qdrant."""
    infos = (name for name in sorted(found.samples) if name.endswith("app_info"))
    mine = (name for name in infos if any(("name", "qdrant") in labels for labels in found.samples[name]))
    return next((name.removesuffix("app_info") for name in mine), None)


def _samples(found: Exposition, name: str, label: str, collection: str) -> Iterator[tuple[Labels, float]]:
    wanted = (label, collection)
    return ((labels, value) for labels, value in found.samples.get(name, {}).items() if not label or wanted in labels)


def histogram_of(samples: Iterable[tuple[Labels, float]]) -> Histogram:
    """Buckets of several series as one histogram; {} where a bound is no number, or there are absurdly many."""
    sums: dict[float, float] = {}
    for labels, value in samples:
        bound = _bound(dict(labels).get("le", ""))
        if math.isnan(bound) or len(sums) > _MOST_BUCKETS:
            return {}
        sums[bound] = sums.get(bound, 0.0) + value
    return sums


def beyond(histogram: Histogram) -> bool:
    """Whether the quantile lies above the last bound, so that the number for it is too small."""
    below = max((count for bound, count in histogram.items() if bound < math.inf), default=0.0)
    return below < QUANTILE * histogram.get(math.inf, 0.0)


def _bound(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def expression(spec: TileSpec, collection: str, step: float = 0.0) -> str:
    """The tile as PromQL: one series.

    Args:
        step: seconds between the points of a chart, each of which shows the last sample since the one before: a series
            that lived for less than a step (qdrill's own, while a drill runs) would fall between two. 0: the moment.
    """
    selected = selector_of(spec, collection)
    if step:
        selected = f"last_over_time({selected}[{math.ceil(step)}s])"
    if spec.kind == "quantile":
        return f"histogram_quantile({QUANTILE}, sum by (le) ({selected}))"
    return f"sum({selected})"


def selector_of(spec: TileSpec, collection: str) -> str:
    """The series that a tile is made of, as PromQL."""
    from qdrill.signals.promql import selector

    return selector(spec.metric, **({spec.label: collection} if spec.label else {}))
