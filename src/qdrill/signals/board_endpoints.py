"""The board's numbers out of exposition endpoints, and the readings kept of them for charts and changes."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import islice

from qdrill.config_services import MetricsConfig
from qdrill.control import JobControl
from qdrill.errors import SignalError, UsageError
from qdrill.names import one_line
from qdrill.signals.board_subject import Subject
from qdrill.signals.board_tiles import QUANTILE, Digest, TileSpec, beyond, digest
from qdrill.signals.change import quantile
from qdrill.signals.model import Exposition
from qdrill.signals.own_endpoint import ONLY_DURING_DRILLS
from qdrill.urls import BadUrl, server_key

# An hour of readings two seconds apart.
KEPT = 1800
NO_QDRANT = "no endpoint is a Qdrant: add [metrics.qdrant] with the url of its /metrics to drills.toml"
BEYOND = "it lies beyond the last bucket of the histogram, so it is at least this"
_COLLECTIONS = 4
_AT_ONCE = 8
# A reading that is further than this from the start or the end of a drill, in seconds, does not tell what it did.
_STALE = 120.0

Points = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class EndpointTile:
    """One tile as endpoints tell it; `note` says why `value` is None, or what else there is to know."""

    value: float | None
    endpoint: str = ""
    at: float = 0.0
    change: float | None = None
    points: Points = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """All endpoints read at about the same time: digests by name, and a line for each that failed."""

    digests: Mapping[str, Digest] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


class EndpointReader:
    """Reads endpoints side by side, and keeps what they said about the last few collections. Thread-safe."""

    def __init__(
        self,
        endpoints: Sequence[MetricsConfig],
        environ: Mapping[str, str],
        control: JobControl,
        collections: Iterable[str] = (),
        own: Callable[[MetricsConfig], bool] = lambda _: False,
    ) -> None:
        self.endpoints, self._is_own = tuple(endpoints), own
        # Of these something is known before anybody asks: a drill that starts has to be compared with what was before.
        self._expected = tuple(islice(collections, _COLLECTIONS - 1))
        self._environ, self._control = environ, control
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, deque[Mapping[str, Digest]]] = OrderedDict()

    def read(self, collection: str) -> Reading:
        """Ask every endpoint; a slow one costs its own timeout and holds up no other. Raises Interrupted."""
        if not self.endpoints:
            return Reading()
        with ThreadPoolExecutor(min(_AT_ONCE, len(self.endpoints)), "qdrill-metrics") as pool:
            answers = list(pool.map(self._ask, self.endpoints))
        found = {one.endpoint: one for one in answers if isinstance(one, Exposition)}
        problems = tuple(one for one in answers if isinstance(one, str))
        return Reading(self._keep(collection, found), problems)

    def _ask(self, endpoint: MetricsConfig) -> Exposition | str:
        from qdrill.signals.exposition import read

        try:
            return read(endpoint, self._environ, self._control)
        except (SignalError, UsageError) as error:
            hint = f"; {ONLY_DURING_DRILLS}" if self._is_own(endpoint) else ""
            return one_line(f"{error}{hint}")

    def _keep(self, collection: str, found: Mapping[str, Exposition]) -> Mapping[str, Digest]:
        with self._lock:
            for name in (*self._expected, collection):
                self._kept.setdefault(name, deque(maxlen=KEPT))
            self._kept.move_to_end(collection)
            while len(self._kept) > _COLLECTIONS:
                self._kept.popitem(last=False)
            known = list(self._kept)
        digests = {name: {one: digest(exposition, name) for one, exposition in found.items()} for name in known}
        with self._lock:
            for name, made in digests.items():
                if made and name in self._kept:
                    before = self._kept[name][-1] if self._kept[name] else {}
                    self._kept[name].append({one: _slim(found, before.get(one)) for one, found in made.items()})
        return digests[collection]

    def kept(self, collection: str) -> tuple[Mapping[str, Digest], ...]:
        """The readings so far, oldest first."""
        with self._lock:
            return tuple(self._kept.get(collection, ()))

    def forget(self) -> None:
        """Keep nothing of what was read so far."""
        with self._lock:
            self._kept.clear()

    def points(self, collection: str, endpoint: str, key: str, since: float = 0.0) -> Points:
        """One tile of one endpoint over time."""
        digests = (one[endpoint] for one in self.kept(collection) if endpoint in one)
        points = ((one.at, one.values[key]) for one in digests if key in one.values and one.at >= since)
        return tuple(sorted(points))

    def choice(self, spec: TileSpec, subject: Subject, digests: Mapping[str, Digest]) -> str:
        """The endpoint whose number a tile shows; empty where none has it.

        Of several, the one whose number moved during the drill; for Qdrant, the target's own server first.
        """
        having = [one.name for one in self.endpoints if one.name in digests and spec.key in digests[one.name].values]
        if spec.of_qdrant:
            own = [name for name in having if self._is_at(name, subject.url)]
            listing = [name for name in having if "qdrant_points" in digests[name].values]
            return next(iter((*own, *listing, *having)), "")
        moved = [name for name in having if self._change(spec, subject, name)]
        return next(iter((*moved, *having)), "")

    def tile(self, spec: TileSpec, subject: Subject, reading: Reading) -> EndpointTile:
        """One tile out of a reading and those before it."""
        name = self.choice(spec, subject, reading.digests)
        if not name:
            return _from_record(spec, subject, self._why_not(spec, subject, reading))
        found = reading.digests[name]
        note = BEYOND if spec.kind == "quantile" and beyond(found.histogram) else ""
        change = self._change(spec, subject, name)
        if not change:
            # Another endpoint may have told the drill what this one does not know of.
            told = _from_record(spec, subject, note)
            change, note = (told.change, told.note) if told.change else (change, note)
        points = self.points(subject.collection, name, spec.key)
        return EndpointTile(found.values[spec.key], name, found.at, change, points, note)

    def _is_at(self, name: str, url: str | None) -> bool:
        config = next(one for one in self.endpoints if one.name == name)
        try:
            return url is not None and server_key(config.url) == server_key(url)
        except BadUrl:
            return False

    def _why_not(self, spec: TileSpec, subject: Subject, reading: Reading) -> str:
        if not self.endpoints:
            return ""
        if not reading.digests:
            return "no endpoint answered"
        if not spec.of_qdrant:
            return f"no endpoint has {spec.metric} of {one_line(subject.collection, 60)}: absent is not 0"
        if not any(one.qdrant for one in reading.digests.values()):
            return NO_QDRANT
        of = f" of {one_line(subject.collection, 60)}" if spec.label else ""
        return f"Qdrant has no {spec.metric}{of}"

    def _change(self, spec: TileSpec, subject: Subject, endpoint: str) -> float | None:
        """What the record says it did during the drill, else what the readings around the drill say."""
        recorded = subject.metrics.get(endpoint, {}).get(spec.key)
        if recorded is not None:
            return recorded
        around = self._around(subject, endpoint)
        return None if around is None else change_between(spec, *around)

    def _around(self, subject: Subject, endpoint: str) -> tuple[Digest, Digest] | None:
        """The last reading before the drill and the first after it, or the latest while it runs."""
        if subject.start is None:
            return None
        digests = [one[endpoint] for one in self.kept(subject.collection) if endpoint in one]
        before = [one for one in digests if subject.start - _STALE <= one.at <= subject.start]
        end = subject.end
        after = digests[-1:] if end is None else [one for one in digests if end <= one.at <= end + _STALE]
        return (before[-1], after[0]) if before and after and after[0].at > before[-1].at else None


def _from_record(spec: TileSpec, subject: Subject, why: str) -> EndpointTile:
    """A tile that no endpoint has a number for now (`why`), with what one told the drill's record, if it did."""
    told = {name: values[spec.key] for name, values in subject.metrics.items() if spec.key in values}
    if not told:
        return EndpointTile(None, note=why)
    name = next((one for one, change in told.items() if change), next(iter(told)))
    said = f"the change is what endpoint {name} told the drill"
    return EndpointTile(None, change=told[name], note=f"{why}; {said}" if why else said)


def _slim(now: Digest, before: Digest | None) -> Digest:
    """`now`, sharing with the reading before it what did not change: there are thousands of readings."""
    if before is None:
        return now
    values = before.values if before.values == now.values else now.values
    histogram = before.histogram if before.histogram == now.histogram else now.histogram
    return replace(now, values=values, histogram=histogram)


def change_between(spec: TileSpec, before: Digest, after: Digest) -> float | None:
    """What a tile's number did between two readings of one endpoint; None where nobody can tell.

    A number that was absent from the earlier reading counts from 0: the collection, or its first import, came in
    between. Of imports that holds only where one process answered both times. A counter that fell says nothing.
    """
    if before.started != after.started or spec.key not in after.values:
        return None
    if not spec.of_qdrant and spec.key not in before.values and after.started is None:
        return None
    if spec.kind == "quantile":
        return _quantile_between(before, after)
    rose = after.values[spec.key] - before.values.get(spec.key, 0.0)
    return None if spec.kind == "counter" and rose < 0 else rose


def _quantile_between(before: Digest, after: Digest) -> float | None:
    earlier = before.histogram
    if earlier and earlier.keys() != after.histogram.keys():
        return None
    return quantile(QUANTILE, {bound: value - earlier.get(bound, 0.0) for bound, value in after.histogram.items()})
