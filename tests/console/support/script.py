"""A job that plays what a test wrote down, step by step, and stops where the test wants to look."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from qdrill.control import JobControl
from qdrill.events import Emit, Event

# Nothing waits longer: a test that forgot to release fails, and does not hang.
LONGEST = 30.0


@dataclass(frozen=True, slots=True)
class Hold:
    """Wait for `release()`. A deaf one does not hear a cancellation: work that takes its time to stop."""

    deaf: bool = False


HOLD = Hold()
DEAF = Hold(deaf=True)
Step = Event | Hold | BaseException | Callable[[JobControl, Emit], None]


class Script:
    """Steps of one kind of job; `release` and `holding` steer it from the test's thread."""

    def __init__(self, steps: Sequence[Step] = ()) -> None:
        self.steps: tuple[Step, ...] = tuple(steps)
        self._wake = threading.Condition()
        self._released = 0
        self.holding = False

    def release(self, holds: int = 1) -> None:
        """Let the job go past `holds` more holds."""
        with self._wake:
            self._released += holds
            self._wake.notify_all()

    def play(self, control: JobControl, emit: Emit) -> None:
        """Do all steps. Raises what a step is or raises, and Interrupted when cancelled."""
        for step in self.steps:
            control.checkpoint()
            if isinstance(step, Hold):
                self._hold(step, control)
            elif isinstance(step, BaseException):
                raise step
            elif callable(step):
                step(control, emit)
            else:
                emit(step)
        control.checkpoint()

    def _hold(self, step: Hold, control: JobControl) -> None:
        def ready() -> bool:
            return self._released > 0 or (control.cancelled and not step.deaf)

        remove = control.on_cancel(self._nudge)
        try:
            with self._wake:
                self.holding = True
                if not self._wake.wait_for(ready, LONGEST):
                    raise AssertionError(f"the script was not released within {LONGEST:.0f} s")
                self.holding = False
                self._released = max(0, self._released - 1)
        finally:
            remove()

    def _nudge(self) -> None:
        with self._wake:
            self._wake.notify_all()
