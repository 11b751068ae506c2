"""What the stages of a drill return: frozen values, no behaviour.

A drill's record is built from these alone; `verdict.py` turns them into the verdict.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

StageName = Literal["preflight", "backup", "restore", "validate", "record"]
State = Literal["pass", "fail", "inconclusive", "not_applicable", "skipped"]
Verdict = Literal["pass", "fail", "inconclusive", "interrupted"]
WriterFinding = Literal["none", "detected", "unknown"]
DifferenceClass = Literal["missing", "extra", "vector", "payload", "float_drift"]
Level = Literal["count", "sample", "full"]
AliasState = Literal["set", "moved", "held", "failed"]
PointId = int | str


@dataclass(frozen=True, slots=True)
class Check:
    """One question of a drill.

    Attributes:
        name: stable identifier such as `points_restored`.
        state: the answer; a check that did not run is never `pass`.
        expected: what had to be, in words.
        seen: what was, in words.
        ids: points (or fields) concerned, at most 20 of them.
        required: whether the verdict depends on it.
    """

    name: str
    state: State
    expected: str
    seen: str
    ids: tuple[str, ...] = ()
    required: bool = True


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that the target refused, and the target's own reason."""

    id: PointId | str
    reason: str


@dataclass(frozen=True, slots=True)
class Difference:
    """One point that is not the same on both sides; `detail` says what differs, in words."""

    id: PointId
    kind: DifferenceClass
    detail: str


@dataclass(frozen=True, slots=True)
class ConfigDifference:
    """One setting that is not the same; `path` is dotted, values are JSON text or 'absent'."""

    path: str
    left: str
    right: str


@dataclass(frozen=True, slots=True)
class Place:
    """A collection as a record names it."""

    address: str
    store: str
    collection: str
    server_version: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BackupResult:
    """What the backup stage made. Times of day are aware; `seconds` is monotonic.

    `clock` is the monotonic moment of `started`; None where that was in an earlier process.
    """

    archive: Path
    manifest: Path
    points: int
    bytes: int
    seconds: float
    started: datetime
    finished: datetime
    writer: WriterFinding
    writer_detail: str
    digest: str
    chunks: int
    resumed_chunks: int = 0
    retries: int = 0
    count_before: int | None = None
    count_after: int | None = None
    method: str = "rows"
    clock: float | None = None


@dataclass(frozen=True, slots=True)
class Moments:
    """Seconds since the restore began, each None until reached.

    created: the target exists. loaded: the last point is acknowledged. searchable: first right answer.
    validated: every sample search right (this is RTA). verified: every point compared. optimized: green, nothing
    running or queued.
    """

    created: float | None = None
    loaded: float | None = None
    searchable: float | None = None
    validated: float | None = None
    verified: float | None = None
    optimized: float | None = None


@dataclass(frozen=True, slots=True)
class AliasOutcome:
    """What became of an alias that a restore was asked to bring back.

    Attributes:
        state: `set`: it leads to the target. `moved`: likewise, taken from `holder`. `held`: it was left with `holder`.
            `failed`: it could not be set.
        holder: the collection of the target's store that it led to before; empty where it was free.
        reason: why it failed, or why it was not moved though that was asked for.
    """

    name: str
    state: AliasState
    holder: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RestoreResult:
    """What the restore stage did; `points_restored` is counted in the target.

    Attributes:
        resumed_chunks: loaded by an earlier run. resumed_repaired: points of those that were not as in the archive any
            more, and were sent again.
        aliases: those that were to come back; empty where none was asked for.
        partial: why the archive is known not to hold all of its source; empty where nothing says so.
    """

    points_expected: int
    points_restored: int
    rejected: tuple[Rejected, ...]
    rejected_total: int
    seconds: float
    moments: Moments
    config_differences: tuple[ConfigDifference, ...]
    created_by_drill: bool
    batches: int = 0
    retries: int = 0
    resumed_chunks: int = 0
    resumed_repaired: int = 0
    aliases: tuple[AliasOutcome, ...] = ()
    partial: str = ""


@dataclass(frozen=True, slots=True)
class UnfinishedRestore:
    """A restore that broke off after it had created its target, which stays behind.

    Attributes:
        points_expected: of the archive.
        points: counted in the target afterwards; None where they could not be counted.
        moments: those it reached; `created` always.
    """

    points_expected: int
    points: int | None
    rejected_total: int
    seconds: float
    moments: Moments
    batches: int = 0
    retries: int = 0


@dataclass(frozen=True, slots=True)
class CompareResult:
    """Two collections compared. Counts are of points; `differences` holds the first of each class, all are counted.

    `compared` counts points looked at on the left plus the extra ones on the right.
    """

    level: Level
    verdict: Verdict
    compared: int
    equal: int
    missing: int
    extra: int
    vector: int
    payload: int
    float_drift: int
    config: tuple[ConfigDifference, ...]
    differences: tuple[Difference, ...]
    left_points: int
    right_points: int
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Whole:
    """A payload of which a part is kept: `bytes` of its JSON as its store wrote it, and their digest."""

    bytes: int
    digest: str


@dataclass(frozen=True, slots=True)
class Hit:
    """One answer of a search.

    Attributes:
        payload: None where it was not read.
        whole: what the payload was before it was clipped; None where it is whole.
        unread: why the payload could not be read.
    """

    id: PointId
    score: float
    payload: dict[str, Any] | None = None
    whole: Whole | None = None
    unread: str = ""


@dataclass(frozen=True, slots=True)
class SearchOutcome:
    """One sample search run on both sides.

    Attributes:
        name: what was asked, in words ('text 登录', 'random point 17').
        kind: text | id | vector | random.
        overlap: share of the source's top k that the target returned too, 0..1; None when it did not run.
        same_order: whether ids came in the same order (ties within 1e-6 may swap).
        max_score_change: largest |score change| of a hit found on both sides.
        seconds on both sides are per request.
    """

    name: str
    kind: Literal["text", "id", "vector", "random"]
    top_k: int
    state: State
    reason: str
    source_hits: tuple[Hit, ...] = ()
    target_hits: tuple[Hit, ...] = ()
    overlap: float | None = None
    same_order: bool | None = None
    max_score_change: float | None = None
    source_ms: float | None = None
    target_ms: float | None = None
    using: str = ""


@dataclass(frozen=True, slots=True)
class Drift:
    """What the source did since the backup: points added, changed, removed; None where it was not compared."""

    added: int | None = None
    changed: int | None = None
    removed: int | None = None


@dataclass(frozen=True, slots=True)
class Objectives:
    """What the drill has to reach. Seconds; overlap 0..1. None means no objective."""

    rto_seconds: float | None = None
    rpo_seconds: float | None = None
    min_overlap: float = 1.0


@dataclass(frozen=True, slots=True)
class StageTime:
    """How long a stage took; None when it was never reached."""

    stage: StageName
    seconds: float | None
    ok: bool


@dataclass(frozen=True, slots=True)
class DrillResult:
    """Everything a drill found out; the record is a rendering of this.

    `delay_ms_per_point` is the largest throttle that was in force; `rta_note` says what made the recovery longer than
    it had to be, a pause or a throttle. A `refused` drill was not let begin, or go on, and says nothing about a
    recovery.
    """

    id: str
    name: str
    verdict: Verdict
    reason: str
    started: datetime
    finished: datetime
    source: Place
    target: Place
    method: str
    objectives: Objectives
    stages: tuple[StageTime, ...]
    checks: tuple[Check, ...]
    rta_seconds: float | None = None
    rpa_seconds: float | None = None
    drift: Drift = Drift()
    backup: BackupResult | None = None
    restore: RestoreResult | None = None
    compare: CompareResult | None = None
    searches: tuple[SearchOutcome, ...] = ()
    target_removed: bool = False
    delay_ms_per_point: float = 0.0
    error: str = ""
    notes: tuple[str, ...] = field(default=())
    unfinished: UnfinishedRestore | None = None
    rta_note: str = ""
    refused: bool = False
