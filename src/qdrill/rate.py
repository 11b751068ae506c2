"""How fast a job moves, when it may be done, whether it stands still. Pure: the clock is given."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

STALL_SECONDS = 5.0
WINDOW_SECONDS = 10.0
_RATE_FROM = 0.5
_ESTIMATE_FROM = 2.0
_ESTIMATE_SAMPLES = 4


@dataclass(frozen=True, slots=True)
class Pace:
    """A job at one moment. What cannot be told yet is None.

    Attributes:
        total: how much there is to do; None, too, once more than that is done: then it was no total.
        elapsed: seconds since the job began, holds included.
        per_second, bytes_per_second: over the last 10 active seconds.
        seconds_left: an estimate.
        stalled: seconds without any movement, once they are 5 or more.
    """

    done: int
    total: int | None
    bytes_done: int
    elapsed: float
    per_second: float | None = None
    bytes_per_second: float | None = None
    seconds_left: float | None = None
    stalled: float | None = None


@dataclass(frozen=True, slots=True)
class _Sample:
    active: float
    done: int
    bytes_done: int


class Meter:
    """Measures one job over active seconds: time in which it was held does not count. Thread-safe.

    The first update is the base: what a resumed job had done before is not speed.

    Args:
        clock: monotonic seconds.
        started: when the job began; None is now.
    """

    def __init__(self, clock: Callable[[], float], started: float | None = None) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._moved = clock()
        self._started = self._moved if started is None else started
        self._held_since: float | None = None
        self._held = 0.0
        self._samples: deque[_Sample] = deque()
        self._updates = 0
        self._done, self._bytes = 0, 0
        self._total: int | None = None

    def update(self, done: int, total: int | None, bytes_done: int = 0) -> None:
        """Note how far the job is. Numbers that go back (lanes overtake each other) are ignored."""
        with self._lock:
            moved = done > self._done or bytes_done > self._bytes or not self._samples
            self._done, self._bytes = max(done, self._done), max(bytes_done, self._bytes)
            self._total = None if total is not None and self._done > total else total
            if not moved:
                return
            self._moved = self._clock()
            self._updates += 1
            active = self._active()
            self._samples.append(_Sample(active, self._done, self._bytes))
            while len(self._samples) > 2 and self._samples[1].active <= active - WINDOW_SECONDS:
                self._samples.popleft()

    def hold(self) -> None:
        """The job is paused from now on."""
        with self._lock:
            if self._held_since is None:
                self._held_since = self._clock()

    def release(self) -> None:
        """The job goes on."""
        with self._lock:
            if self._held_since is not None:
                now = self._clock()
                self._held += now - self._held_since
                self._moved += now - max(self._held_since, self._moved)
                self._held_since = None

    def pace(self) -> Pace:
        """The job now."""
        with self._lock:
            now = self._clock()
            speed = self._speed()
            stalled = self._stalled(now)
            left = None if stalled is not None else self._left(speed[0])
            return Pace(self._done, self._total, self._bytes, now - self._started, *speed, left, stalled)

    def _active(self) -> float:
        held = 0.0 if self._held_since is None else self._clock() - self._held_since
        return self._clock() - self._started - self._held - held

    def _speed(self) -> tuple[float | None, float | None]:
        if len(self._samples) < 2:
            return None, None
        base = self._samples[0]
        seconds = self._active() - base.active
        if seconds < _RATE_FROM:
            return None, None
        moved = self._bytes - base.bytes_done
        return (self._done - base.done) / seconds, moved / seconds if moved else None

    def _left(self, per_second: float | None) -> float | None:
        if self._total is None or self._done >= self._total or not per_second or self._updates < _ESTIMATE_SAMPLES:
            return None
        if self._active() - self._samples[0].active < _ESTIMATE_FROM:
            return None
        return (self._total - self._done) / per_second

    def _stalled(self, now: float) -> float | None:
        if self._held_since is not None or (self._total is not None and self._done >= self._total):
            return None
        still = now - self._moved
        return still if still >= STALL_SECONDS else None
