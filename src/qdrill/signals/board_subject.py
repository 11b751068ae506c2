"""Which drill a board is about: its collection, its window, and what its record says about metrics."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from qdrill.address import parse_address
from qdrill.config_model import Config
from qdrill.errors import ArchiveError, UsageError
from qdrill.records.history import RecordRow, RecordTable
from qdrill.records.model import DrillRecord
from qdrill.records.model_metrics import Metrics
from qdrill.records.render_toml import load_record
from qdrill.signals.board_model import Span

# A running drill writes its record a little before its first stage.
_OPENED_EARLIER = 60.0


@dataclass(frozen=True, slots=True)
class Subject:
    """A drill, or a collection that no drill is on record for.

    Attributes:
        drill: id of the record; empty where there is none yet.
        url: of the server that the collection is in; None for the embedded engine, or where nobody knows.
        start, end: Unix seconds; None where there is no window, `end` also where the drill runs.
        metrics: endpoint -> key -> what it did during the drill, out of the record.
    """

    collection: str
    drill: str = ""
    url: str | None = None
    start: float | None = None
    end: float | None = None
    spans: tuple[Span, ...] = ()
    metrics: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


class Subjects:
    """Looks drills up; a record is read again only where its file changed. Thread-safe."""

    def __init__(self, config: Config, drills: Path) -> None:
        self._config, self._table = config, RecordTable(drills)
        self._lock = threading.Lock()
        self._last: tuple[RecordRow, DrillRecord] | None = None

    def find(self, drill: str | None, running: tuple[Span, ...] = ()) -> Subject:
        """The subject of `drill` (None: of the last on record), with the stages of a running one.

        Raises:
            UsageError: drills.toml has no such drill, or its target cannot be read.
        """
        record = self._record(drill)
        if running:
            return self._running(drill, record, running)
        if record is None:
            return self._unrecorded(drill)
        return _recorded(record, self._url(record.target.address))

    def targets(self) -> tuple[str, ...]:
        """The collections that the drills of drills.toml restore to, as far as they can be told."""
        found = []
        for drill in self._config.drills:
            with suppress(UsageError):
                found.append(parse_address(drill.target, self._config).collection)
        return tuple(dict.fromkeys(found))

    def _running(self, drill: str | None, record: DrillRecord | None, running: tuple[Span, ...]) -> Subject:
        start, end = running[0].start, running[-1].end
        ours = record is not None and record.time.started.timestamp() >= start - _OPENED_EARLIER
        if record is None or not ours:
            known = self._unrecorded(drill)
            return Subject(known.collection, "", known.url, start, end, running)
        url = self._url(record.target.address)
        return Subject(record.target.collection, record.id, url, start, end, running, _changes(record))

    def _unrecorded(self, drill: str | None) -> Subject:
        config = self._config
        planned = config.drill(drill) if drill is not None else next(iter(config.drills), None)
        if planned is None:
            return Subject(config.runbook.restore_collection)
        address = parse_address(planned.target, config)
        return Subject(address.collection, url=address.store.config.url)

    def _url(self, address: str) -> str | None:
        """Of a record's target; the store it names may be gone from drills.toml since."""
        try:
            return parse_address(address, self._config).store.config.url
        except UsageError:
            return None

    def _record(self, drill: str | None) -> DrillRecord | None:
        """The latest record of `drill`, with the target it has now; raises UsageError where there is no such drill."""
        planned = None if drill is None else self._config.drill(drill)
        target = "" if planned is None else str(parse_address(planned.target, self._config))
        with self._lock:
            try:
                rows = self._table.each()
            except ArchiveError:
                return None
            drilled = (row for row in rows if row.kind == "drill")
            wanted = (row for row in drilled if planned is None or (row.name, row.target) == (planned.name, target))
            return self._load(next(wanted, None))

    def _load(self, row: RecordRow | None) -> DrillRecord | None:
        if row is None:
            return None
        if self._last is None or self._last[0] is not row:
            try:
                self._last = row, load_record(row.directory)
            except ArchiveError:
                return None
        return self._last[1]


def _recorded(record: DrillRecord, url: str | None) -> Subject:
    spans = stages(record)
    start = record.time.started.timestamp()
    end = spans[-1].end if spans else start
    if record.time.finished is not None:
        end = record.time.finished.timestamp()
    return Subject(record.target.collection, record.id, url, start, end, spans, _changes(record))


def stages(record: DrillRecord) -> tuple[Span, ...]:
    """The stages of a drill on record, one after the other, as its clock measured them."""
    found, at = [], record.time.started
    for stage in record.stage:
        if stage.seconds is not None:
            end = at + timedelta(seconds=stage.seconds)
            found.append(Span(stage.stage, at.timestamp(), end.timestamp()))
            at = end
    return tuple(found)


def _changes(record: DrillRecord) -> dict[str, dict[str, float]]:
    """What the record's endpoints did, for the target's collection."""
    return recorded_changes(record.metrics, record.target.collection)


def recorded_changes(metrics: Metrics, collection: str) -> dict[str, dict[str, float]]:
    """Endpoint -> key of a tile -> change, of those endpoints that were read before and after."""
    found: dict[str, dict[str, float]] = {}
    for endpoint in metrics.endpoint:
        for change in endpoint.change:
            if endpoint.state == "known" and change.collection == collection:
                skipped = sum(change.skipped.values()) if change.skipped else None
                rose = (change.rows, change.batches, skipped, change.p95)
                keys = ("import_rows", "import_batches", "import_skipped", "import_p95")
                pairs = zip(keys, rose, strict=True)
                found[endpoint.name] = {key: value for key, value in pairs if value is not None}
    return found
