"""The drills so far: their records, newest first, and how the recovery time moves."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isfinite
from pathlib import Path
from statistics import median

from qdrill.errors import ArchiveError, UsageError
from qdrill.names import terminal_text
from qdrill.records.model import RECORD_NAME, DrillRecord, Kind, Origin
from qdrill.records.render_toml import load_record
from qdrill.results import Verdict

_BARS = "▁▂▃▄▅▆▇█"
SPARK_WIDTH = 20
_ID_TIME = re.compile(r"([0-9]{8}T[0-9]{6})Z-")
_EARLIEST = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class RecordRow:
    """One drill as a line of a table.

    Attributes:
        id: name of the drill's directory.
        started: of a record that cannot be read: what its id says; None where that says nothing.
        finished: None too for a drill that has not finished, or was killed.
        restored: points counted in the target.
        archive_mb: millions of bytes.
        refused: it was not let begin, or go on, and says nothing of whether a restore would work.
        problem: why the record cannot be read, one line; all that follows `started` is then unknown.
    """

    id: str
    directory: Path
    started: datetime | None = None
    finished: datetime | None = None
    kind: Kind | None = None
    verdict: Verdict | None = None
    origin: Origin | None = None
    name: str = ""
    source: str = ""
    target: str = ""
    restored: int | None = None
    archive_mb: float | None = None
    rta_s: float | None = None
    rto_s: float | None = None
    refused: bool = False
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """One drill's recovery time, and its objective where it had one."""

    id: str
    started: datetime
    verdict: Verdict
    rta_s: float
    rto_s: float | None = None


@dataclass(frozen=True, slots=True)
class Trend:
    """How the recovery time of one source and target moved.

    Attributes:
        points: oldest first, never empty.
        sparkline: the last 20 points as bars, lowest to highest.
        usual_s: median RTA of the drills before the last that passed; None when there was none.
        change: the last RTA against `usual_s`: 0.25 is a quarter slower; None without `usual_s`.
    """

    source: str
    target: str
    points: tuple[TrendPoint, ...]
    sparkline: str
    usual_s: float | None
    change: float | None


def list_records(drills: Path) -> tuple[list[DrillRecord], list[str]]:
    """Every record under `drills`, newest first; and a warning line per drill whose record cannot be read."""
    records, warnings = [], []
    for directory in _directories(drills):
        try:
            records.append(load_record(directory / RECORD_NAME))
        except ArchiveError as error:
            warnings.append(str(error))
    return sorted(records, key=lambda one: (one.time.started, one.id), reverse=True), warnings


def record_rows(drills: Path) -> list[RecordRow]:
    """Every drill under `drills`, newest first, those whose record cannot be read too; raises ArchiveError."""
    return RecordTable(drills).rows()


class RecordTable:
    """The drills under a directory; a record is read again only when its file was replaced or changed."""

    def __init__(self, drills: Path) -> None:
        self.drills = drills
        self._read: dict[Path, tuple[tuple[int, ...], RecordRow]] = {}

    def rows(self) -> list[RecordRow]:
        """Newest first. Raises ArchiveError where the directory cannot be listed."""
        return sorted(self.each(), key=lambda one: (one.started or _EARLIEST, one.id), reverse=True)

    def each(self) -> Iterator[RecordRow]:
        """The same row by row, the latest id first: for a table that fills while it reads. Raises ArchiveError."""
        found = _directories(self.drills)
        self._read = {path: self._read[path] for path in found if path in self._read}
        return (self._row(path) for path in reversed(found))

    def _row(self, directory: Path) -> RecordRow:
        mark = _mark(directory / RECORD_NAME)
        mark_then, row = self._read.get(directory, (None, None))
        if row is None or mark != mark_then:
            row = _read_row(directory)
            self._read[directory] = mark, row
        return row


def _mark(path: Path) -> tuple[int, ...]:
    """What is another whenever the file is another: one replaced in the same tick has another inode."""
    try:
        found = path.stat()
    except OSError:
        return ()
    return found.st_mtime_ns, found.st_size, found.st_ino


def _read_row(directory: Path) -> RecordRow:
    try:
        return row_of(directory, load_record(directory / RECORD_NAME))
    except ArchiveError as error:
        return RecordRow(directory.name, directory, _time_of(directory.name), problem=str(error))


def row_of(directory: Path, record: DrillRecord) -> RecordRow:
    """The line of a table for `record`, which lies in `directory`."""
    return RecordRow(
        id=directory.name,
        directory=directory,
        started=record.time.started,
        finished=record.time.finished,
        kind=record.kind,
        verdict=record.verdict,
        origin=record.evidence,
        name=record.name,
        source=record.source.address,
        target=record.target.address,
        restored=record.restore.restored if record.restore else None,
        archive_mb=record.backup.mb if record.backup else None,
        rta_s=record.rto.rta_s,
        rto_s=record.rto.objective_s,
        refused=bool(record.refused),
    )


def _time_of(drill: str) -> datetime | None:
    """When a drill of that id began."""
    found = _ID_TIME.match(drill)
    try:
        return datetime.strptime(found[1], "%Y%m%dT%H%M%S").replace(tzinfo=UTC) if found else None
    except ValueError:
        return None


def find_record(drills: Path, drill: str) -> Path:
    """Directory of the drill whose id is or begins with `drill`; raises UsageError for none or several."""
    names = [path for path in _directories(drills) if path.name == drill]
    found = names or [path for path in _directories(drills) if drill and path.name.startswith(drill)]
    if len(found) == 1:
        return found[0]
    how = "no drill" if not found else f"{len(found)} drills"
    raise UsageError(f"{how} named {terminal_text(drill)} in {terminal_text(str(drills))}; see qdrill record list")


def _directories(drills: Path) -> list[Path]:
    if not drills.is_dir():
        return []
    try:
        return sorted(path for path in drills.iterdir() if path.is_dir() and not path.name.startswith("."))
    except OSError as error:
        why = error.strerror or str(error)
        raise ArchiveError(f"cannot list {terminal_text(str(drills))}: {why}; check its permissions") from error


def trend(records: Iterable[DrillRecord]) -> list[Trend]:
    """A trend per source and target, in order of their addresses.

    Only real drills that passed or failed and reached their RTA count: an interrupted or simulated one says
    nothing about the next recovery.
    """
    return trend_of_rows(row_of(Path(record.id), record) for record in records)


def trend_of_rows(rows: Iterable[RecordRow]) -> list[Trend]:
    """`trend` of drills that were read as rows."""
    groups: dict[tuple[str, str], list[TrendPoint]] = {}
    for row in rows:
        point = _point(row)
        if point is not None:
            groups.setdefault((row.source, row.target), []).append(point)
    return [_trend(source, target, points) for (source, target), points in sorted(groups.items())]


def _point(row: RecordRow) -> TrendPoint | None:
    if row.kind != "drill" or row.origin != "real" or row.verdict not in ("pass", "fail"):
        return None
    if row.started is None or row.finished is None or row.rta_s is None or not isfinite(row.rta_s):
        return None
    return TrendPoint(row.id, row.started, row.verdict, row.rta_s, row.rto_s)


def _trend(source: str, target: str, points: list[TrendPoint]) -> Trend:
    ordered = tuple(sorted(points, key=lambda point: (point.started, point.id)))
    passed = [point.rta_s for point in ordered[:-1] if point.verdict == "pass"]
    usual = median(passed) if passed else None
    change = (ordered[-1].rta_s - usual) / usual if usual else None
    line = sparkline([point.rta_s for point in ordered[-SPARK_WIDTH:]])
    return Trend(source, target, ordered, line, usual, change)


def sparkline(values: Sequence[float]) -> str:
    """One bar per value, the lowest `▁`, the highest `█`; all the same are `▄`."""
    if not values:
        return ""
    low, high = min(values), max(values)
    if high <= low:
        return "▄" * len(values)
    steps = len(_BARS) - 1
    return "".join(_BARS[round((value - low) / (high - low) * steps)] for value in values)
