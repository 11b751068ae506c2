"""A clock that stands until a test moves it."""

from __future__ import annotations

import threading


class FakeClock:
    """Monotonic seconds under the test's control; thread-safe."""

    def __init__(self, now: float = 1000.0) -> None:
        self._now = now
        self._lock = threading.Lock()

    def __call__(self) -> float:
        """Seconds now."""
        with self._lock:
            return self._now

    def advance(self, seconds: float) -> None:
        """Let that many seconds pass."""
        with self._lock:
            self._now += seconds
