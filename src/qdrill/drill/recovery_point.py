"""How much would have been lost: the age of the newest data in the archive, and what the source did since."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from qdrill.archive.reader import ArchiveReader
from qdrill.control import JobControl
from qdrill.drill.clocks import Clocks, moved_words
from qdrill.drill.compare import CompareOptions, compare
from qdrill.drill.payload_times import PayloadTimes
from qdrill.drill.quiet import Observation, observe
from qdrill.drill.sides import ArchiveSide
from qdrill.events import ignore
from qdrill.results import BackupResult, Drift
from qdrill.stores.base import CollectionReader, UpdateMarks


@dataclass(frozen=True, slots=True)
class RecoveryPoint:
    """The age of the newest data when the failure is assumed (RPA).

    Attributes:
        seconds: None where it is not known.
        doubt: why it cannot be said to meet an objective, in words; empty where it can.
        least: where there is a doubt, the age that it has in any case; None where that is not known either.
    """

    seconds: float | None
    doubt: str = ""
    least: float | None = None


NOT_MEASURED = RecoveryPoint(None)


def recovery_point(backup: BackupResult, times: PayloadTimes | None, began: Clocks, failure: Clocks) -> RecoveryPoint:
    """RPA: from the newest data in the archive to the assumed failure.

    Without payload times, the newest data are as old as the beginning of the backup: what was written after that may
    or may not be in it. A time of day is trusted only while this machine's clock went as time did.

    Args:
        times: of the payload field that tells the age of the data; None where none was named.
        began: the clocks when the drill began.
        failure: the clocks when the failure is assumed.
    """
    passed = None if backup.clock is None else failure.monotonic - backup.clock
    if moved := failure.moved_since(began):
        return RecoveryPoint(None, _unknown(moved_words(moved)), passed if times is None else None)
    if times is not None:
        return _of_times(times, backup.finished, failure.wall)
    if passed is not None:
        return RecoveryPoint(passed)
    ahead = (backup.started - began.wall).total_seconds()
    if ahead > 0:
        words = f"the beginning of the backup lies {ahead:.1f} s in the future of this machine's clock"
        return RecoveryPoint(None, _unknown(words))
    return RecoveryPoint((failure.wall - backup.started).total_seconds())


def _of_times(times: PayloadTimes, finished: datetime, failure: datetime) -> RecoveryPoint:
    if times.newest is None:
        return RecoveryPoint(None, times.doubt)
    # What is in the archive was written before it was finished, whatever the clock of the writer's machine said.
    age = (failure - min(times.newest, finished)).total_seconds()
    if age < 0:
        words = f"the newest time in the data lies {-age:.1f} s in the future of this machine's clock"
        return RecoveryPoint(None, _unknown(words))
    return RecoveryPoint(age, times.doubt, age if times.doubt else None)


def _unknown(why: str) -> str:
    return f"{why}, so the age of the data is not known"


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
