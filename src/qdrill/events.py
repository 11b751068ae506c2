"""What the engine tells while it works: frozen, typed events.

The command line, the console, JSON lines and the drill's journal are sinks of this one stream. A sink is a plain
callable; it is called from worker threads and must be quick and thread-safe. Times are monotonic seconds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from qdrill.results import Check, StageName, Verdict

JobName = Literal["backup", "restore", "verify"]
Phase = Literal["ids", "points", "sync", "index", "searches"]


@dataclass(frozen=True, slots=True)
class DrillStarted:
    """A drill began: its id, and the directory that its record and evidence go to. Comes before every stage."""

    id: str
    directory: str


@dataclass(frozen=True, slots=True)
class StageStarted:
    """A stage of a drill began."""

    stage: StageName


@dataclass(frozen=True, slots=True)
class StageFinished:
    """A stage of a drill ended, well or not."""

    stage: StageName
    seconds: float
    ok: bool


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is. `total` is None while it is not known; `bytes_total` likewise. `batches` are upserts."""

    job: JobName
    phase: Phase
    done: int
    total: int | None
    bytes_done: int = 0
    bytes_total: int | None = None
    retries: int = 0
    rejected: int = 0
    batches: int = 0


@dataclass(frozen=True, slots=True)
class RequestDone:
    """One request to a store; `detail` is a short description such as '800 points'.

    `url` is the whole URL, without any secret; `body` is the request's JSON where that is small. Both are empty
    where there is none.
    """

    method: str
    path: str
    status: int
    milliseconds: float
    detail: str = ""
    url: str = ""
    body: str = ""


@dataclass(frozen=True, slots=True)
class Retrying:
    """A request failed in a transient way and is tried again after `delay` seconds."""

    what: str
    attempt: int
    delay: float
    reason: str


@dataclass(frozen=True, slots=True)
class MomentReached:
    """A moment of the recovery (created, loaded, searchable, ...), in seconds since the restore began."""

    name: str
    seconds: float


@dataclass(frozen=True, slots=True)
class CheckDone:
    """A check has its state."""

    check: Check


@dataclass(frozen=True, slots=True)
class Notice:
    """Something worth a line: `level` is info or warning."""

    level: Literal["info", "warning"]
    text: str


@dataclass(frozen=True, slots=True)
class DrillFinished:
    """The drill has its verdict and its record is written."""

    verdict: Verdict
    reason: str
    record: str


Event = (
    DrillStarted
    | StageStarted
    | StageFinished
    | Progress
    | RequestDone
    | Retrying
    | MomentReached
    | CheckDone
    | Notice
    | DrillFinished
)
Emit = Callable[[Event], None]


def ignore(event: Event) -> None:
    """A sink for callers that do not listen."""
