"""A drill's own pace: when its stages were, and how fast points and bytes moved. A sink of the drill's events."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from qdrill.events import Emit, Event, JobName, MomentReached, Progress, StageFinished, StageStarted
from qdrill.results import StageName

MOST_SAMPLES = 400
"""Samples kept of one job in one stage; a longer one has every other sample taken out, again and again."""
BINS = 60
"""Rates are averages over this many equal parts of a job, at most."""
_FIRST_GAP = 0.02
# One chunk's worth: a job of one sample may go on with an earlier run, whose points must not count as its speed.
_LONE_MOST = 10_000

Sample = tuple[float, int, int]
"""Seconds since the beginning, points done, bytes done."""
Rate = tuple[float, float]
"""Seconds since the beginning, amount a second; the middle of a part that the rate is the average of."""


@dataclass(frozen=True, slots=True)
class StageSpan:
    """A stage in seconds since the beginning; `end` and `ok` are None while it runs."""

    stage: StageName
    start: float
    end: float | None = None
    ok: bool | None = None


@dataclass(frozen=True, slots=True)
class JobPace:
    """What one job did in one stage.

    Attributes:
        samples: in order of time; neither points nor bytes ever fall.
        start: when its stage began.
    """

    stage: StageName | None
    job: JobName
    start: float
    samples: tuple[Sample, ...]

    def points_per_second(self) -> tuple[Rate, ...]:
        """Averages over equal parts of time; empty where nobody can tell, such as for points that came all at once."""
        if len(self.samples) == 1:
            return self._lone()
        if len(self.samples) > 2 and sum(left[1] != right[1] for left, right in pairwise(self.samples)) < 2:
            return ()
        return tuple(_rates([(at, done) for at, done, _ in self.samples]))

    def bytes_per_second(self) -> tuple[Rate, ...]:
        """The same of bytes."""
        if not any(size for _, _, size in self.samples):
            return ()
        return tuple(_rates([(at, size) for at, _, size in self.samples]))

    def _lone(self) -> tuple[Rate, ...]:
        """A job of one step: its average since the stage began, at both ends."""
        at, done, _ = self.samples[0]
        if not 0 < done <= _LONE_MOST or at <= self.start:
            return ()
        average = done / (at - self.start)
        return ((self.start, average), (at, average))


@dataclass(frozen=True, slots=True)
class Paces:
    """Everything seen so far.

    Attributes:
        seconds: since the beginning.
        moments: name -> seconds since the beginning, of the recovery's moments.
    """

    seconds: float
    stages: tuple[StageSpan, ...]
    jobs: tuple[JobPace, ...]
    moments: tuple[tuple[str, float], ...] = ()


class _Track:
    """The samples of one job in one stage: never more than MOST_SAMPLES, spread evenly, the newest among them."""

    def __init__(self) -> None:
        self._kept: list[Sample] = []
        self._newest: Sample | None = None
        self._gap = _FIRST_GAP

    def add(self, at: float, done: int, size: int) -> None:
        """Take a sample; workers may tell out of turn, and what falls is older news."""
        if self._newest is not None:
            done, size = max(done, self._newest[1]), max(size, self._newest[2])
        self._newest = (at, done, size)
        if self._kept and at - self._kept[-1][0] < self._gap:
            return
        self._kept.append(self._newest)
        if len(self._kept) >= MOST_SAMPLES:
            del self._kept[1::2]
            self._gap *= 2

    def samples(self) -> tuple[Sample, ...]:
        if self._newest is None or self._newest == self._kept[-1]:
            return tuple(self._kept)
        return (*self._kept, self._newest)


class Throughput:
    """Listens to a drill. Thread-safe, bounded, and cheap: a lock and a comparison for most events.

    Args:
        clock: monotonic seconds; the beginning is now.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._began = clock()
        self._lock = threading.Lock()
        self._stages: list[StageSpan] = []
        self._tracks: dict[tuple[int, JobName], _Track] = {}
        self._moments: dict[str, float] = {}

    def watch(self, emit: Emit) -> Emit:
        """A sink that notes what it is told and passes everything on to `emit`."""

        def heard(event: Event) -> None:
            if isinstance(event, Progress):
                if event.phase == "points":
                    self._progress(event)
            elif isinstance(event, StageStarted | StageFinished | MomentReached):
                self._told(event)
            emit(event)

        return heard

    def samples(self) -> Paces:
        """What was seen until now."""
        with self._lock:
            stages = tuple(self._stages)
            jobs = tuple(
                JobPace(
                    stages[index].stage if index >= 0 else None,
                    job,
                    stages[index].start if index >= 0 else 0.0,
                    track.samples(),
                )
                for (index, job), track in self._tracks.items()
            )
            return Paces(self._clock() - self._began, stages, jobs, tuple(self._moments.items()))

    def _progress(self, event: Progress) -> None:
        with self._lock:
            # The clock is read inside, so that times never fall.
            at = self._clock() - self._began
            key = (len(self._stages) - 1, event.job)
            track = self._tracks.get(key)
            if track is None:
                track = self._tracks[key] = _Track()
            track.add(at, event.done, event.bytes_done)

    def _told(self, event: StageStarted | StageFinished | MomentReached) -> None:
        with self._lock:
            at = self._clock() - self._began
            if isinstance(event, StageStarted):
                self._stages.append(StageSpan(event.stage, at))
            elif isinstance(event, StageFinished):
                self._finish(event, at)
            else:
                self._moments.setdefault(event.name, self._restore_began() + event.seconds)

    def _finish(self, event: StageFinished, at: float) -> None:
        for index, span in enumerate(self._stages):
            if span.stage == event.stage and span.end is None:
                self._stages[index] = StageSpan(event.stage, span.start, at, event.ok)
                return
        self._stages.append(StageSpan(event.stage, max(0.0, at - event.seconds), at, event.ok))

    def _restore_began(self) -> float:
        return next((span.start for span in self._stages if span.stage == "restore"), 0.0)


def _rates(cumulative: list[tuple[float, int]]) -> Iterator[Rate]:
    """Averages over at most BINS equal parts; the first sample is the base: what was there before is no speed."""
    if len(cumulative) < 2:
        return
    first, last = cumulative[0][0], cumulative[-1][0]
    parts = min(BINS, len(cumulative) - 1)
    width = (last - first) / parts
    if width <= 0:
        return
    edges = [first + width * index for index in range(parts)] + [last]
    reached = list(_interpolated(cumulative, edges))
    for index, (left, right) in enumerate(pairwise(reached)):
        yield first + width * (index + 0.5), (right - left) / width


def _interpolated(cumulative: list[tuple[float, int]], edges: list[float]) -> Iterator[float]:
    """The amount reached at each of `edges`, which rise, along straight lines between the samples."""
    index = 0
    for edge in edges:
        while index + 2 < len(cumulative) and cumulative[index + 1][0] <= edge:
            index += 1
        (left, low), (right, high) = cumulative[index], cumulative[index + 1]
        share = 1.0 if right <= left else min(1.0, max(0.0, (edge - left) / (right - left)))
        yield low + (high - low) * share
