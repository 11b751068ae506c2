"""How much would have been lost: the age of the newest data in the archive, and what the source did since."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec

from qdrill.archive.reader import ArchiveReader
from qdrill.control import JobControl
from qdrill.drill.compare import CompareOptions, compare
from qdrill.drill.quiet import Observation, observe
from qdrill.drill.sides import ArchiveSide
from qdrill.events import ignore
from qdrill.results import BackupResult, Drift
from qdrill.stores.base import CollectionReader, UpdateMarks


class _PayloadRow(msgspec.Struct):
    payload: dict[str, Any] | None = None


_rows_decoder = msgspec.json.Decoder(list[_PayloadRow])


def recovery_point(backup: BackupResult, newest: datetime | None, failure: datetime) -> float:
    """RPA in seconds: from the newest data in the archive to the assumed failure.

    Without a payload time, the newest data are as old as the beginning of the backup: what was written after that may
    or may not be in it.
    """
    return max(0.0, (failure - (newest or backup.started)).total_seconds())


def newest_time(archive: ArchiveReader, field: str) -> datetime | None:
    """The newest value of payload field `field` (ISO 8601 text or Unix seconds); None when no row has one."""
    newest: datetime | None = None
    for index in range(len(archive.manifest.chunks)):
        for row in _rows_decoder.decode(b"[" + archive.chunk(index) + b"]"):
            moment = _moment((row.payload or {}).get(field))
            if moment is not None and (newest is None or moment > newest):
                newest = moment
    return newest


def _moment(value: Any) -> datetime | None:
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, UTC)
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except (ValueError, OverflowError, OSError):
        return None
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment


def source_drift(
    archive: ArchiveReader, source: CollectionReader, marks: UpdateMarks | None, control: JobControl, lanes: int
) -> Drift:
    """Points added, changed and removed on the source since the backup.

    Where the update marks of the backup's end have not moved, nothing was written, and that is proof; otherwise every
    point is compared.
    """
    now = observe(source)
    known = marks is not None and now.marks is not None
    if known and now.same_marks(Observation(None, marks)) and now.count == archive.manifest.points:
        return Drift(0, 0, 0)
    found = compare(ArchiveSide(archive), source, CompareOptions(lanes=lanes, config=False), control, ignore)
    changed = found.compared - found.equal - found.missing - found.extra
    return Drift(added=found.extra, changed=changed, removed=found.missing)
