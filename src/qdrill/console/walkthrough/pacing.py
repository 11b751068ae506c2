"""Keeping the drill and its captions together, without touching a figure.

Between stages the drill waits until its captions were read; within a stage the drill's own throttle makes 320 points
last as long as the caption. The clock of the recovery runs through neither wait.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping

from qdrill.control import JobControl
from qdrill.events import Emit, Event, StageFinished, StageStarted
from qdrill.results import StageName

# The stage after which the drill waits -> the stage that it waits to begin. Restore to validate is one recovery.
WAITS: Mapping[StageName, StageName] = {"preflight": "backup", "backup": "restore"}


class Pacing:
    """Waits and throttles of the walkthrough's drill. `let` and `release` may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open = {stage: threading.Event() for stage in WAITS.values()}
        self._delays: dict[StageName, float] = {}
        self._released = False
        self._control: JobControl | None = None
        self._running: StageName | None = None

    def around(self, control: JobControl, emit: Emit) -> Emit:
        """The sink for the drill's events; the drill is held in it."""
        with self._lock:
            self._control = control
        control.on_cancel(self.release)

        def paced(event: Event) -> None:
            if isinstance(event, StageStarted):
                self._throttle(event.stage)
            emit(event)
            if isinstance(event, StageFinished) and event.ok and event.stage in WAITS:
                self._open[WAITS[event.stage]].wait()

        return paced

    def delay(self, stage: StageName, milliseconds_per_point: float) -> None:
        """The throttle of a stage that is still to begin."""
        with self._lock:
            self._delays[stage] = milliseconds_per_point

    def let(self, stage: StageName) -> None:
        """Let a stage begin."""
        if stage in self._open:
            self._open[stage].set()

    def hurry(self, stage: StageName) -> None:
        """No throttle in a stage, whether it runs or is still to begin."""
        with self._lock:
            self._delays[stage] = 0.0
            control, running = self._control, self._running == stage and not self._released
        if control is not None and running:
            control.throttle(0.0)

    def release(self) -> None:
        """Never wait again, and leave the throttle to whoever is at the keys."""
        with self._lock:
            self._released = True
        for gate in self._open.values():
            gate.set()

    def _throttle(self, stage: StageName) -> None:
        with self._lock:
            self._running = stage
            control, delay = self._control, self._delays.get(stage, 0.0)
            if self._released or control is None:
                return
        control.throttle(delay)
