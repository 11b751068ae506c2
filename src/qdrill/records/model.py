"""The drill record: frozen values, schema `qdrill.drill/1`.

Field names are the keys of `drill.toml`. The schema only ever grows: a new field has a default, readers
ignore keys they do not know, and the same holds for the types of `results` used here. A value nobody
knows is None and is left out of the file; it is never written as 0. Durations are monotonic seconds, times of
day are aware.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from qdrill.records.model_metrics import Metrics
from qdrill.results import (
    Check,
    ConfigDifference,
    DifferenceClass,
    Drift,
    Level,
    Moments,
    StageTime,
    State,
    Verdict,
    WriterFinding,
)

SCHEMA = "qdrill.drill/1"
RECORD_NAME = "drill.toml"
MARKDOWN_NAMES = {"en": "drill.md", "zh": "drill.zh.md"}
EVIDENCE_DIR = "evidence"
DIFFERENCES_PATH = "evidence/differences.jsonl"
SCREENS_DIR = "evidence/screens"
KEPT_DIR = "evidence/kept"
EARLIER_DIR = "evidence/earlier"
UNFINISHED = "the drill has not finished"
RTA_MEANING = "restore start -> every sample search of the target right"

Kind = Literal["drill", "backup", "restore", "verify"]
Origin = Literal["real", "fixture", "simulated"]
Lang = Literal["en", "zh"]


@dataclass(frozen=True, slots=True)
class TimeSpan:
    """When the drill ran; `finished` is None where the drill has not finished, or was killed."""

    started: datetime
    finished: datetime | None
    timezone: str


@dataclass(frozen=True, slots=True)
class Who:
    """Who drilled, where and with what; an empty text is a field nobody filled."""

    operator: str = ""
    host: str = ""
    tool: str = ""
    python: str = ""
    runbook: str = ""
    ticket: str = ""
    reviewer: str = ""
    notes: str = ""


@dataclass(frozen=True, slots=True)
class Goals:
    """The objectives; None means that there was none."""

    rto_s: float | None = None
    rpo_s: float | None = None
    min_overlap_at_k: float = 1.0


@dataclass(frozen=True, slots=True)
class Side:
    """A collection of the drill; `points_exact` is None where nobody counted exactly."""

    address: str
    store: str
    collection: str
    server: str = ""
    aliases: tuple[str, ...] = ()
    points_exact: int | None = None
    created_by_drill: bool | None = None
    removed: bool | None = None


@dataclass(frozen=True, slots=True)
class BackupRecord:
    """The archive and how it was made. `mb` is millions of bytes; only an older one has `age_at_drill_s`."""

    file: str
    manifest: str
    format: str
    mb: float
    bytes: int
    digest: str
    points: int
    started: datetime
    finished: datetime
    duration_s: float
    writer_during_backup: WriterFinding
    writer_detail: str
    chunks: int
    resumed: int = 0
    retries: int = 0
    count_before: int | None = None
    count_after: int | None = None
    age_at_drill_s: float | None = None


@dataclass(frozen=True, slots=True)
class RejectedGroup:
    """Rows refused for one reason: how many of the listed ones, and the first ids."""

    reason: str
    count: int
    first_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RestoreRecord:
    """What reached the target; `rejected_total` counts all, `rejected` groups those that are listed.

    Attributes:
        restored: counted in the target; None where it could not be counted.
        broke_off: True where the restore did not end and left what it had made so far; else None.
    """

    expected: int
    restored: int | None
    rejected_total: int
    duration_s: float
    batches: int = 0
    retries: int = 0
    resumed: int = 0
    broke_off: bool | None = None
    rejected: tuple[RejectedGroup, ...] = ()


@dataclass(frozen=True, slots=True)
class Rto:
    """Recovery time: objective and actual. `met` is None when either is not known.

    `note` says what made it longer than it had to be, a pause or a throttle; None where nothing did.
    """

    objective_s: float | None = None
    rta_s: float | None = None
    met: bool | None = None
    precision: str = RTA_MEANING
    note: str | None = None
    phases: Moments = field(default_factory=Moments)


@dataclass(frozen=True, slots=True)
class Rpo:
    """Recovery point: objective and actual, and what the source did since the backup."""

    objective_s: float | None = None
    rpa_s: float | None = None
    met: bool | None = None
    source_drift: Drift = field(default_factory=Drift)


@dataclass(frozen=True, slots=True)
class ListedDifference:
    """One point that differs, its id as text."""

    id: str
    kind: DifferenceClass
    detail: str


@dataclass(frozen=True, slots=True)
class Verify:
    """The comparison of every (or every sampled) point; `differences` is a path in the drill's directory."""

    level: Level
    state: State
    compared: int
    equal: int
    missing: int
    extra: int
    vector: int
    payload: int
    float_drift: int
    source_points: int
    target_points: int
    duration_s: float
    differences: str | None = None
    difference: tuple[ListedDifference, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchRecord:
    """One sample search on both sides: ids and scores; the payloads are in `response` alone."""

    query: str
    kind: str
    k: int
    state: State
    reason: str
    using: str = ""
    source_ids: tuple[str, ...] = ()
    source_scores: tuple[float, ...] = ()
    target_ids: tuple[str, ...] = ()
    target_scores: tuple[float, ...] = ()
    overlap_at_k: float | None = None
    same_order: bool | None = None
    max_score_change: float | None = None
    source_ms: float | None = None
    target_ms: float | None = None
    response: str | None = None


@dataclass(frozen=True, slots=True)
class KeptSearch:
    """A search that somebody asked by hand and kept: no part of the verdict. `path` holds the answers.

    `target` is None where one collection alone was asked, `overlap` (0..1) where there was nothing to compare.
    """

    query: str
    path: str
    overlap: float | None = None
    source: str = ""
    target: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Amended:
    """One amendment of a finished record.

    Attributes:
        changed: what it filled in: operator, reviewer, ticket, notes, grafana, screenshot, evidence.
        former: path of the record as it was before, in the drill's directory.
        tool: the qdrill that rendered the Markdown anew.
    """

    at: datetime
    changed: tuple[str, ...]
    former: str
    tool: str


@dataclass(frozen=True, slots=True)
class Integrity:
    """Digests (`sha256:<hex>`) that make a change or a deletion visible.

    Attributes:
        files: of the drill's other files, by path relative to its directory.
        previous: of the record of the drill before; None for the first.
        opened: of the form this record had while its drill ran, which a drill beside it may have chained to.
    """

    files: Mapping[str, str]
    previous: str | None = None
    opened: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillRecord:
    """One drill, as it is written down.

    What every writer writes has no default, down to the last table: a file that was cut off does not load.
    `screenshots` are paths in the drill's directory; `kept` and `amended` are in the order they came. `refused` is True
    where the drill was not let begin, or go on, and so says nothing about a recovery; else None.
    """

    schema: str
    id: str
    name: str
    kind: Kind
    evidence: Origin
    verdict: Verdict
    reason: str
    refused: bool | None = None
    method: str
    time: TimeSpan
    who: Who
    objectives: Goals
    source: Side
    target: Side
    error: str = ""
    delay_ms_per_point: float = 0.0
    notes: tuple[str, ...] = ()
    screenshots: tuple[str, ...] = ()
    backup: BackupRecord | None = None
    restore: RestoreRecord | None = None
    rto: Rto
    rpo: Rpo
    verify: Verify | None = None
    config_difference: tuple[ConfigDifference, ...]
    search: tuple[SearchRecord, ...]
    check: tuple[Check, ...]
    stage: tuple[StageTime, ...]
    kept: tuple[KeptSearch, ...] = ()
    amended: tuple[Amended, ...] = ()
    metrics: Metrics
    integrity: Integrity
