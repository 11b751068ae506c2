"""The handle by which a running job is paused, resumed, throttled and cancelled from outside."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from qdrill.errors import Interrupted


@dataclass(frozen=True, slots=True)
class Steered:
    """Something that was done to a job: `at` in monotonic seconds, `delay` the throttle from then on (ms a point)."""

    kind: Literal["paused", "resumed", "throttled"]
    at: float
    delay: float


class JobControl:
    """Shared between a job's threads and whoever steers it; every method is thread-safe.

    The job calls `checkpoint` between units of work and `sleep` instead of `time.sleep`, so that a cancellation is
    felt within 200 ms whatever the job is waiting for. Callbacks registered by `on_cancel` cut what cannot poll
    (a socket in the middle of a read).
    """

    def __init__(self, delay_ms_per_point: float = 0.0) -> None:
        self._lock = threading.Lock()
        self._cancelled = threading.Event()
        self._running = threading.Event()
        self._running.set()
        self._delay = delay_ms_per_point
        self._free_at = 0.0
        self._callbacks: list[Callable[[], None]] = []
        self._retries = 0
        self._steered: list[Steered] = []
        if delay_ms_per_point > 0.0:
            self._note("throttled")

    @property
    def cancelled(self) -> bool:
        """Whether somebody asked the job to stop."""
        return self._cancelled.is_set()

    @property
    def paused(self) -> bool:
        """Whether the job is held."""
        return not self._running.is_set()

    @property
    def delay_ms_per_point(self) -> float:
        """The throttle: milliseconds of delay for each point, over the whole job."""
        return self._delay

    @property
    def retries(self) -> int:
        """Requests that were tried again so far."""
        return self._retries

    @property
    def steered(self) -> tuple[Steered, ...]:
        """Pauses and changes of the throttle so far, oldest first; a cancellation ends a pause."""
        with self._lock:
            return tuple(self._steered)

    def _note(self, kind: Literal["paused", "resumed", "throttled"]) -> None:
        self._steered.append(Steered(kind, time.monotonic(), self._delay))

    def count_retry(self) -> None:
        """Note that a request is tried again."""
        with self._lock:
            self._retries += 1

    def throttle(self, delay_ms_per_point: float) -> None:
        """Set the throttle; takes effect with the next chunk."""
        with self._lock:
            before, self._delay = self._delay, max(0.0, delay_ms_per_point)
            if self._delay != before:
                self._note("throttled")
            self._free_at = min(self._free_at, time.monotonic())

    def pause(self) -> None:
        """Hold the job at its next checkpoint; one that is cancelled is not held any more."""
        with self._lock:
            if not self._cancelled.is_set() and self._running.is_set():
                self._running.clear()
                self._note("paused")

    def resume(self) -> None:
        """Let a held job go on."""
        with self._lock:
            self._let_go()

    def _let_go(self) -> None:
        if not self._running.is_set():
            self._note("resumed")
        self._running.set()

    def cancel(self) -> None:
        """Ask the job to stop; it raises Interrupted at its next checkpoint."""
        with self._lock:
            self._cancelled.set()
            self._let_go()
            callbacks = list(self._callbacks)
        for callback in callbacks:
            callback()

    def on_cancel(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Register `callback` for a cancellation; returns the function that takes it back."""
        with self._lock:
            self._callbacks.append(callback)

        def remove() -> None:
            with self._lock:
                if callback in self._callbacks:
                    self._callbacks.remove(callback)

        return remove

    def checkpoint(self) -> None:
        """Wait while paused; raise Interrupted once cancelled."""
        self._running.wait()
        if self._cancelled.is_set():
            raise Interrupted("interrupted")

    def sleep(self, seconds: float) -> None:
        """Sleep, waking at once when cancelled (raises Interrupted)."""
        if self._cancelled.wait(max(0.0, seconds)):
            self.checkpoint()

    def pace(self, points: int) -> None:
        """Hold the caller so that all threads together keep to the throttle."""
        self.checkpoint()
        with self._lock:
            if self._delay <= 0.0:
                return
            now = time.monotonic()
            start = max(now, self._free_at)
            self._free_at = start + points * self._delay / 1000.0
            wait_until = self._free_at
        while (left := wait_until - time.monotonic()) > 0 and self._delay > 0.0:
            self.sleep(min(left, 0.1))
            self.checkpoint()
