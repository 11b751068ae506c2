"""qdrill's own metrics as one frozen value, computed from what the drill records say.

Only real drills count. Simulated (demonstration) and fixture records, records of drills that never finished and
records that cannot be read are counted by state, and nothing else of them is exported. What nobody knows is left out
of every sum and gauge; it is never 0. Sums run over all records kept, so they only ever grow while records are kept.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import accumulate
from typing import Literal

from qdrill.records.codec import encodable
from qdrill.records.model import DrillRecord
from qdrill.results import Verdict

FactState = Literal["counted", "simulated", "unfinished", "damaged"]

VERDICTS: tuple[Verdict, ...] = ("pass", "fail", "inconclusive", "interrupted")
STATES: tuple[FactState, ...] = ("counted", "simulated", "unfinished", "damaged")
RTA = "rta"
"""Value of the label `phase` for the recovery time itself; the other phases are the moments of the record."""
DURATION_BUCKETS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0, 7200.0)
"""Upper bounds in seconds: one observation is a whole restore (or backup), not a batch of it."""
MOST_NAMES = 100
"""Collections, and drills, that get series of their own: those drilled last. Each drill has at most 20 series."""
LONGEST_LABEL = 300
_MOST = 1e18
_PHASES = ("created", "loaded", "searchable", "validated", "verified", "optimized")


@dataclass(frozen=True, slots=True)
class Transfer:
    """What one drill moved out of, or into, one collection. A number is None where nobody knows it.

    Attributes:
        seconds: of the whole stage.
        batches: upserts; None for a snapshot, which has none.
        skipped: reason (`error`, `conflict`) -> rows that were not taken.
    """

    collection: str
    rows: float | None = None
    seconds: float | None = None
    batches: float | None = None
    skipped: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DrillFacts:
    """What the metrics need of one drill.

    Attributes:
        points: side (`source`, `archive`, `target`) -> exact number of points.
        phases: phase -> seconds since the restore began; `rta` is the recovery time itself.
    """

    id: str
    state: FactState
    name: str = ""
    method: str = ""
    source: str = ""
    target: str = ""
    started: datetime | None = None
    finished: datetime | None = None
    verdict: Verdict | None = None
    exported: Transfer | None = None
    imported: Transfer | None = None
    points: Mapping[str, float] = field(default_factory=dict)
    phases: Mapping[str, float] = field(default_factory=dict)
    rpa: float | None = None
    rto: float | None = None


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over the drills of one collection.

    Attributes:
        rows, batches: None where no drill knows them.
        counts: number of durations up to each of DURATION_BUCKETS, and of all.
        seconds: sum of the durations.
    """

    rows: float | None
    batches: float | None
    skipped: Mapping[str, float]
    counts: tuple[int, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class LastDrill:
    """The last finished drill of one name. Times are Unix seconds.

    Attributes:
        succeeded: when the last drill that passed ended; None where none ever did.
        unfinished: drills begun after the last finished one that have no end: running, or killed.
    """

    last: DrillFacts | None
    finished: float | None
    succeeded: float | None
    unfinished: int


@dataclass(frozen=True, slots=True)
class OwnMetrics:
    """Everything that is exported of the records.

    Attributes:
        imports, exports: collection -> sums; the collection written into, and the one read.
        drills: name -> its last drill.
        records: state -> number of records.
        left_out: `collection` and `drill` -> names beyond MOST_NAMES, which have no series.
    """

    imports: Mapping[str, Totals]
    exports: Mapping[str, Totals]
    drills: Mapping[str, LastDrill]
    records: Mapping[FactState, int]
    left_out: Mapping[str, int]


def facts_of(record: DrillRecord) -> DrillFacts:
    """What the metrics need of `record`."""
    facts = DrillFacts(
        record.id,
        _state(record),
        label(record.name),
        record.method,
        label(record.source.collection),
        label(record.target.collection),
        record.time.started,
        record.time.finished,
        record.verdict,
    )
    return facts if facts.state != "counted" else _with_numbers(facts, record)


def _state(record: DrillRecord) -> FactState:
    if record.evidence != "real":
        return "simulated"
    return "counted" if record.time.finished is not None else "unfinished"


def _with_numbers(facts: DrillFacts, record: DrillRecord) -> DrillFacts:
    moments = {name: getattr(record.rto.phases, name) for name in _PHASES}
    sides = {
        "source": record.source.points_exact,
        "archive": record.backup.points if record.backup else None,
        "target": record.target.points_exact,
    }
    return replace(
        facts,
        exported=_exported(record, facts.source),
        imported=_imported(record, facts.target),
        points=_known(sides),
        phases=_known({**moments, RTA: record.rto.rta_s}),
        rpa=number(record.rpo.rpa_s),
        rto=number(record.rto.objective_s),
    )


def _exported(record: DrillRecord, collection: str) -> Transfer | None:
    if record.backup is None:
        return None
    seconds = _stage_seconds(record, "backup", record.backup.duration_s)
    return Transfer(collection, number(record.backup.points), seconds)


def _imported(record: DrillRecord, collection: str) -> Transfer | None:
    """Rows are those counted in the target, not those sent; a restore that broke off counts as far as it came."""
    restore = record.restore
    if restore is None:
        return None
    return Transfer(
        collection,
        number(restore.restored),
        _stage_seconds(record, "restore", restore.duration_s),
        None if record.method == "snapshot" else number(restore.batches),
        skipped_rows(record.method, number(restore.rejected_total)),
    )


def skipped_rows(method: str, rejected: float | None) -> dict[str, float]:
    """Reason -> rows; by rows nothing is ever left out for a conflict: every row overwrites."""
    found = {} if rejected is None else {"error": rejected}
    return {**found, "conflict": 0.0} if method == "rows" else found


def _stage_seconds(record: DrillRecord, stage: str, else_seconds: float) -> float | None:
    """The stage's own time, which a running drill tells too: the sum stays the same once the record is there."""
    seconds = [one.seconds for one in record.stage if one.stage == stage and one.seconds is not None]
    return number(seconds[0] if seconds else else_seconds)


def _known(values: Mapping[str, float | None]) -> dict[str, float]:
    found = {name: number(value) for name, value in values.items()}
    return {name: value for name, value in found.items() if value is not None}


def number(value: float | None) -> float | None:
    """`value` where it can be a count or a duration: a record changed by hand must not poison a sum."""
    try:
        found = math.nan if value is None else float(value)
    except OverflowError:
        return None
    return found if 0.0 <= found <= _MOST else None


def label(text: str) -> str:
    """`text` as a label's value: encodable, bounded in length, different names different."""
    plain = encodable(text)
    if len(plain) <= LONGEST_LABEL:
        return plain
    from hashlib import blake2b  # slow to load, and only long names need it

    return f"{plain[: LONGEST_LABEL - 17]}-{blake2b(plain.encode(), digest_size=8).hexdigest()}"


def summarise(facts: Iterable[DrillFacts]) -> OwnMetrics:
    """The metrics of these drills: a pure function, whatever order they come in."""
    newest = sorted(facts, key=_when, reverse=True)
    states = Counter(one.state for one in newest)
    imports, imports_out = _grouped(newest, lambda one: one.imported.collection if one.imported else None)
    exports, exports_out = _grouped(newest, lambda one: one.exported.collection if one.exported else None)
    drills, drills_out = _grouped(newest, _drill_name)
    return OwnMetrics(
        {name: _totals(one.imported for one in group) for name, group in imports.items()},
        {name: _totals(one.exported for one in group) for name, group in exports.items()},
        {name: _last_drill(group) for name, group in drills.items()},
        {state: states[state] for state in STATES},
        {"collection": len(imports_out | exports_out), "drill": len(drills_out)},
    )


def _when(facts: DrillFacts) -> tuple[float, str]:
    return (facts.started.timestamp() if facts.started else -math.inf), facts.id


def _drill_name(facts: DrillFacts) -> str | None:
    return facts.name if facts.state in ("counted", "unfinished") else None


def _grouped(
    newest: Iterable[DrillFacts], key: Callable[[DrillFacts], str | None]
) -> tuple[dict[str, list[DrillFacts]], set[str]]:
    """Drills by `key`, newest first, for the names seen last; and the names that found no room."""
    groups: dict[str, list[DrillFacts]] = {}
    left_out: set[str] = set()
    for one in newest:
        name = key(one)
        if name is None:
            continue
        if name in groups or len(groups) < MOST_NAMES:
            groups.setdefault(name, []).append(one)
        else:
            left_out.add(name)
    return groups, left_out


def _totals(transfers: Iterable[Transfer | None]) -> Totals:
    found = [one for one in transfers if one is not None]
    durations = [one.seconds for one in found if one.seconds is not None]
    buckets = [0] * (len(DURATION_BUCKETS) + 1)
    for seconds in durations:
        buckets[bisect_left(DURATION_BUCKETS, seconds)] += 1
    rows, batches = _sum(one.rows for one in found), _sum(one.batches for one in found)
    reasons = sorted({reason for one in found for reason in one.skipped})
    skipped = {reason: math.fsum(one.skipped.get(reason, 0.0) for one in found) for reason in reasons}
    return Totals(rows, batches, skipped, tuple(accumulate(buckets)), math.fsum(durations))


def _sum(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return math.fsum(known) if known else None


def _last_drill(newest: list[DrillFacts]) -> LastDrill:
    ended = [index for index, one in enumerate(newest) if one.state == "counted"]
    last = newest[ended[0]] if ended else None
    passed = next((one for one in newest if one.state == "counted" and one.verdict == "pass"), None)
    return LastDrill(last, _unix(last), _unix(passed), ended[0] if ended else len(newest))


def _unix(facts: DrillFacts | None) -> float | None:
    return facts.finished.timestamp() if facts is not None and facts.finished is not None else None
