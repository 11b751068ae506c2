"""What a running job tells, merged: events come from worker threads as fast as they like, screens take a snapshot.

Domain state stays out of widgets: a `JobSnapshot` is frozen, and taking one costs the same however many events came.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from qdrill.events import (
    CheckDone,
    DrillFinished,
    DrillStarted,
    Event,
    MomentReached,
    Notice,
    Progress,
    RequestDone,
    Retrying,
    StageFinished,
    StageStarted,
)
from qdrill.rate import Meter, Pace
from qdrill.results import Check, StageName, Verdict

StageState = Literal["waiting", "running", "done", "failed"]
STAGES: tuple[StageName, ...] = ("preflight", "backup", "restore", "validate", "record")
LOG_LINES = 2000
SAMPLES_A_SECOND = 2
_SAMPLES = 240
Told = StageStarted | StageFinished | MomentReached | CheckDone | DrillFinished
"""Events that are lines of the log too, in the words of the language that shows them."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage: when it began (seconds of the feed's clock) and how long it took, once it ended."""

    name: StageName
    state: StageState = "waiting"
    began: float | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line of the log: a request, a retry, a notice, or what the drill came to (`told`).

    `number` counts from 1 and never repeats.
    """

    number: int
    at: float
    request: RequestDone | None = None
    level: Literal["request", "retry", "info", "warning"] = "request"
    text: str = ""
    told: Told | None = None


@dataclass(frozen=True, slots=True)
class JobSnapshot:
    """A job at one moment.

    Attributes:
        now: seconds of the feed's clock, the one `Stage.began` is of.
        progress, pace: of the job under way; None before the first.
        samples: points in each half second of the running phase, oldest first; the last is not whole yet.
        moments: name of a moment -> seconds since the restore began.
        restore_began: when the clock of the RTA started.
        log_total: lines so far; `Feed.log` has the last 2,000 of them.
    """

    now: float
    drill_id: str = ""
    directory: str = ""
    stages: tuple[Stage, ...] = tuple(Stage(name) for name in STAGES)
    progress: Progress | None = None
    pace: Pace | None = None
    samples: tuple[int, ...] = ()
    moments: tuple[tuple[str, float], ...] = ()
    checks: tuple[Check, ...] = ()
    restore_began: float | None = None
    requests: int = 0
    retries: int = 0
    log_total: int = 0
    verdict: Verdict | None = None
    reason: str = ""
    record: str = ""

    @property
    def stage(self) -> Stage | None:
        """The stage that runs, or the last that ran."""
        begun = [stage for stage in self.stages if stage.state != "waiting"]
        return begun[-1] if begun else None


class Feed:
    """The sink of one job's events. Thread-safe; quick, because worker threads wait for it."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._stages = {name: Stage(name) for name in STAGES}
        self._state = JobSnapshot(clock())
        self._meter: Meter | None = None
        self._samples: deque[int] = deque(maxlen=_SAMPLES)
        self._bucket = 0
        self._log: deque[LogLine] = deque(maxlen=LOG_LINES)
        self._checks: list[Check] = []
        self._moments: dict[str, float] = {}
        self._requests = self._retries = self._lines = 0
        self._held = False

    def __call__(self, event: Event) -> None:
        """Take an event."""
        with self._lock:
            self._take(event)

    def hold(self, held: bool) -> None:
        """The job is paused, or goes on: its rate is over active seconds."""
        with self._lock:
            self._held = held
            if self._meter is not None:
                (self._meter.hold if held else self._meter.release)()

    def snapshot(self) -> JobSnapshot:
        """The job now."""
        with self._lock:
            self._roll()
            return replace(
                self._state,
                now=self._clock(),
                stages=tuple(self._stages.values()),
                pace=self._meter.pace() if self._meter else None,
                samples=tuple(self._samples),
                moments=tuple(self._moments.items()),
                checks=tuple(self._checks),
                requests=self._requests,
                retries=self._retries,
                log_total=self._lines,
            )

    def log(self, after: int = 0) -> tuple[LogLine, ...]:
        """The lines kept whose number is over `after`, oldest first."""
        with self._lock:
            missing = self._lines - after
            if missing <= 0:
                return ()
            return tuple(self._log)[-missing:]

    def _take(self, event: Event) -> None:
        match event:
            case Progress():
                self._progress(event)
            case RequestDone():
                self._requests += 1
                self._line(LogLine(0, 0.0, event))
            case Retrying():
                self._retries += 1
                text = f"{event.what}: {event.reason}"
                self._line(LogLine(0, 0.0, level="retry", text=text))
            case Notice():
                self._line(LogLine(0, 0.0, level=event.level, text=event.text))
            case CheckDone():
                self._checks.append(event.check)
                self._line(LogLine(0, 0.0, level="info", told=event))
            case MomentReached():
                self._moments[event.name] = event.seconds
                self._line(LogLine(0, 0.0, level="info", told=event))
            case _:
                self._turn(event)

    def _turn(self, event: Event) -> None:
        """Events that turn the drill over to something new."""
        if isinstance(event, Told):
            self._line(LogLine(0, 0.0, level="info", told=event))
        match event:
            case DrillStarted():
                self._state = replace(self._state, drill_id=event.id, directory=event.directory)
            case StageStarted():
                now = self._clock()
                self._stages[event.stage] = Stage(event.stage, "running", now)
                if event.stage == "restore":
                    self._state = replace(self._state, restore_began=now)
            case StageFinished():
                state: StageState = "done" if event.ok else "failed"
                self._stages[event.stage] = replace(self._stages[event.stage], state=state, seconds=event.seconds)
            case DrillFinished():
                self._state = replace(self._state, verdict=event.verdict, reason=event.reason, record=event.record)
            case _:
                pass

    def _progress(self, event: Progress) -> None:
        last = self._state.progress
        if last is None or self._meter is None or (last.job, last.phase) != (event.job, event.phase):
            self._begin()
        elif event.phase == "points" and event.done > last.done:
            self._roll()
            self._samples[-1] += event.done - last.done
        if last is not None and (last.job, last.phase) == (event.job, event.phase):
            event = replace(event, done=max(event.done, last.done), bytes_done=max(event.bytes_done, last.bytes_done))
        self._state = replace(self._state, progress=event)
        if self._meter is not None:
            self._meter.update(event.done, event.total, event.bytes_done)

    def _begin(self) -> None:
        """Progress of a new job or phase: its rate starts anew."""
        self._meter = Meter(self._clock)
        if self._held:
            self._meter.hold()
        self._samples.clear()
        self._samples.append(0)
        self._bucket = self._now_bucket()

    def _roll(self) -> None:
        """Make the samples reach up to now; half seconds in which nothing came are 0."""
        if not self._samples:
            return
        now = self._now_bucket()
        if not self._running():
            self._bucket = now
            return
        for _ in range(min(now - self._bucket, _SAMPLES)):
            self._samples.append(0)
        self._bucket = now

    def _running(self) -> bool:
        progress = self._state.progress
        moving = progress is not None and progress.phase == "points" and progress.done != progress.total
        return moving and not self._held

    def _now_bucket(self) -> int:
        return int(self._clock() * SAMPLES_A_SECOND)

    def _line(self, line: LogLine) -> None:
        self._lines += 1
        self._log.append(replace(line, number=self._lines, at=self._clock()))
