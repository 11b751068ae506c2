"""The drills so far: their records, newest first, and how the recovery time moves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import median

from qdrill.drill.results import Verdict
from qdrill.errors import ArchiveError, UsageError
from qdrill.names import terminal_text
from qdrill.records.model import RECORD_NAME, DrillRecord
from qdrill.records.render_toml import load_record

_BARS = "▁▂▃▄▅▆▇█"
SPARK_WIDTH = 20


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """One drill's recovery time."""

    id: str
    started: datetime
    verdict: Verdict
    rta_s: float


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
    groups: dict[tuple[str, str], list[TrendPoint]] = {}
    for record in records:
        point = _point(record)
        if point is not None:
            groups.setdefault((record.source.address, record.target.address), []).append(point)
    return [_trend(source, target, points) for (source, target), points in sorted(groups.items())]


def _point(record: DrillRecord) -> TrendPoint | None:
    counts = record.kind == "drill" and record.evidence == "real" and record.verdict in ("pass", "fail")
    rta = record.rto.rta_s
    if not counts or rta is None or record.time.finished is None:
        return None
    return TrendPoint(record.id, record.time.started, record.verdict, rta)


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
