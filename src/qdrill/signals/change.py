"""What an endpoint's import metrics did between two readings; pure. Absent is not 0, and a restart proves nothing."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from qdrill.errors import SignalError
from qdrill.signals.model import EndpointReading, Exposition, ImportChange, Labels, ReadingState

Samples = Mapping[str, Mapping[Labels, float]]

ROWS, BATCHES, SKIPPED = "import_rows_total", "import_batches_total", "import_skipped_total"
COUNT, SUM, BUCKET = (f"import_duration_seconds_{part}" for part in ("count", "sum", "bucket"))
IMPORT_METRICS = (ROWS, BATCHES, SKIPPED, COUNT, SUM, BUCKET)
QDRANT_GAUGES = (
    "memory_resident_bytes",
    "collection_points",
    "collections_total",
    "collection_running_optimizations",
    "collection_update_queue_length",
)

_RESTARTED = "another process answered than before the restore: it was restarted, or has several workers"
_VANISHED = "import metrics that were there before the restore are gone, as after a restart"
_FELL = "import metrics fell, as after a restart"
_ABSENT = "it has no import metrics"
_UNKNOWN_START = "it does not tell when its process started, so a restart in between could go unseen"
_UNKNOWN_ZERO = (
    "import metrics appeared during the restore, and without the start time of their process nobody knows whether "
    "they began at 0"
)
_APPEARED = "import metrics appeared during the restore and count from 0"
_NOT_FINITE = "is NaN or infinite"
_BEYOND = "the p95 of some durations lies beyond the last bucket and is at least what is shown"


@dataclass(frozen=True, slots=True)
class _Rise:
    """The increase of one series; None where one of its two values is no finite number."""

    name: str
    labels: Mapping[str, str]
    by: float | None
    appeared: bool

    @property
    def collection(self) -> str:
        return self.labels.get("collection", "")


def compare(before: Exposition | SignalError, after: Exposition | SignalError, url: str) -> EndpointReading:
    """What happened between two readings of one endpoint.

    A series that is there only afterwards began at 0 if the same process answered both times, which equal
    `process_start_time_seconds` prove; without them its increase is not known and the reading is `unreadable`.
    One that fell or is gone makes it `restarted`, whatever the start times say. A skipped counter that is no finite
    number makes it `unreadable`, because leaving it out would read as nothing skipped.

    Args:
        url: of the endpoint. Its name is the readings'; '' where both failed.
    """
    if isinstance(before, SignalError) or isinstance(after, SignalError):
        return _unreadable(before, after, url)
    gauges = qdrant_gauges(after.samples)
    reading = EndpointReading(after.endpoint, url, "known", qdrant=gauges)
    same = _same_process(before, after)
    rises = _rises(before.samples, after.samples)
    state, note = _judge(same, rises, _vanished(before.samples, after.samples))
    if state != "known":
        return replace(reading, state=state, note=note)
    changes = tuple(_change(name, found) for name, found in sorted(_by_collection(rises).items()))
    return replace(reading, note=_note(same, rises), changes=changes)


def quantile(q: float, buckets: Mapping[float, float]) -> float | None:
    """The `q` quantile of a histogram, interpolated as PromQL's `histogram_quantile` does; None where it has none.

    A rank beyond the last finite bound gives that bound.

    Args:
        q: between 0 and 1.
        buckets: upper bound -> observations up to it, +Inf included.

    Source: https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile
    """
    bounds = sorted(buckets)
    counts = [buckets[bound] for bound in bounds]
    if len(bounds) < 2 or bounds[-1] != math.inf or not all(map(math.isfinite, counts)):
        return None
    # Counts that do not rise come from buckets that changed between the readings.
    if counts[0] < 0 or counts[-1] <= 0 or any(low > high for low, high in pairwise(counts)):
        return None
    rank = q * counts[-1]
    place = next(number for number, count in enumerate(counts) if count >= rank)
    if place == len(bounds) - 1:
        return bounds[-2]
    if place == 0 and bounds[0] <= 0:
        return bounds[0]
    start, below = (bounds[place - 1], counts[place - 1]) if place else (0.0, 0.0)
    inside = counts[place] - below
    return start + (bounds[place] - start) * ((rank - below) / inside) if inside else start


def qdrant_gauges(samples: Samples) -> dict[str, float]:
    """The gauges of QDRANT_GAUGES that a Qdrant exposes, summed over its collections; {} where it is none.

    A Qdrant is known by `app_info{name="qdrant"}`, and what stands before that name is its `metrics_prefix`.
    """
    prefix = next((name.removesuffix("app_info") for name in sorted(samples) if _is_qdrant(name, samples)), None)
    if prefix is None:
        return {}
    values = {name: list(samples.get(prefix + name, {}).values()) for name in QDRANT_GAUGES}
    return {name: math.fsum(found) for name, found in values.items() if found and all(map(math.isfinite, found))}


def _is_qdrant(name: str, samples: Samples) -> bool:
    return name.endswith("app_info") and any(("name", "qdrant") in labels for labels in samples[name])


def _unreadable(before: Exposition | SignalError, after: Exposition | SignalError, url: str) -> EndpointReading:
    endpoint = next((one.endpoint for one in (after, before) if isinstance(one, Exposition)), "")
    gauges = qdrant_gauges(after.samples) if isinstance(after, Exposition) else {}
    note = f"before the restore: {before}" if isinstance(before, SignalError) else f"after the restore: {after}"
    return EndpointReading(endpoint, url, "unreadable", note, qdrant=gauges)


def _same_process(before: Exposition, after: Exposition) -> bool | None:
    """Whether one process answered both times; None where a reading does not tell."""
    if before.started is None or after.started is None:
        return None
    return before.started == after.started


def _rises(before: Samples, after: Samples) -> list[_Rise]:
    found = []
    for name in IMPORT_METRICS:
        earlier = before.get(name, {})
        for labels, value in after.get(name, {}).items():
            by = value - earlier.get(labels, 0.0)
            found.append(_Rise(name, dict(labels), by if math.isfinite(by) else None, labels not in earlier))
    return found


def _vanished(before: Samples, after: Samples) -> bool:
    return any(not before.get(name, {}).keys() <= after.get(name, {}).keys() for name in IMPORT_METRICS)


def _judge(same: bool | None, rises: Sequence[_Rise], vanished: bool) -> tuple[ReadingState, str]:
    """The state and why; the first that holds counts."""
    grounds: tuple[tuple[bool, ReadingState, str], ...] = (
        (same is False, "restarted", _RESTARTED),
        (vanished, "restarted", _VANISHED),
        (any(rise.by is not None and rise.by < 0 for rise in rises), "restarted", _FELL),
        (not rises, "absent", _ABSENT),
        (same is None and any(rise.appeared for rise in rises), "unreadable", _UNKNOWN_ZERO),
        (any(rise.name == SKIPPED and rise.by is None for rise in rises), "unreadable", f"{SKIPPED} {_NOT_FINITE}"),
    )
    return next(((state, note) for holds, state, note in grounds if holds), ("known", ""))


def _note(same: bool | None, rises: Sequence[_Rise]) -> str:
    said = {
        _UNKNOWN_START: same is None,
        _APPEARED: any(rise.appeared for rise in rises),
        f"an import metric {_NOT_FINITE}": any(rise.by is None for rise in rises),
        _BEYOND: any(_p95_is_beyond(_buckets(found)) for found in _by_collection(rises).values()),
    }
    return "; ".join(text for text, holds in said.items() if holds)


def _by_collection(rises: Iterable[_Rise]) -> dict[str, list[_Rise]]:
    found: defaultdict[str, list[_Rise]] = defaultdict(list)
    for rise in rises:
        found[rise.collection].append(rise)
    return found


def _change(collection: str, rises: Sequence[_Rise]) -> ImportChange:
    def total(name: str) -> float | None:
        return _sum([rise.by for rise in rises if rise.name == name])

    skipped: defaultdict[str, float] = defaultdict(float)
    for rise in rises:
        if rise.name == SKIPPED and rise.by is not None:
            skipped[rise.labels.get("reason", "")] += rise.by
    buckets = _buckets(rises)
    return ImportChange(
        collection,
        rows=total(ROWS),
        batches=total(BATCHES),
        skipped=dict(skipped),
        count=total(COUNT),
        seconds=total(SUM),
        p50=quantile(0.5, buckets),
        p95=quantile(0.95, buckets),
    )


def _sum(values: Sequence[float | None]) -> float | None:
    """Their sum; None where there are none, or one of them is not known."""
    known = [value for value in values if value is not None]
    return math.fsum(known) if known and len(known) == len(values) else None


def _buckets(rises: Iterable[_Rise]) -> dict[float, float]:
    """Upper bound -> increase, NaN where it is not known; {} where a bound is no number."""
    found: defaultdict[float, float] = defaultdict(float)
    for rise in rises:
        if rise.name == BUCKET:
            bound = _number(rise.labels.get("le", ""))
            if math.isnan(bound):
                return {}
            found[bound] += math.nan if rise.by is None else rise.by
    return dict(found)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _p95_is_beyond(buckets: Mapping[float, float]) -> bool:
    if quantile(0.95, buckets) is None:
        return False
    return max(count for bound, count in buckets.items() if bound < math.inf) < 0.95 * buckets[math.inf]
