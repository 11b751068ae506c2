"""The task under way, and what all ways of showing it have in common."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable

from qdrill.cli import wording
from qdrill.events import Event, JobName, Phase, Progress, Retrying
from qdrill.names import terminal_text
from qdrill.rate import Meter

RETRY_LINE_EVERY = 2.0


class Task:
    """A run of Progress events of one job and phase, with its meter; `before` is the task that it follows."""

    def __init__(self, first: Progress, clock: Callable[[], float], before: Task | None) -> None:
        self.job: JobName = first.job
        self.phase: Phase = first.phase
        self.started: float = before.started if before is not None and before.job == first.job else clock()
        self.label = wording.label(first)
        self.meter = Meter(clock, self.started)
        self.last = first
        self.update(first)

    def is_same(self, event: Progress) -> bool:
        """Whether `event` goes on with this task."""
        return (event.job, event.phase) == (self.job, self.phase)

    def update(self, event: Progress) -> None:
        """Note how far it is."""
        self.last = event
        self.meter.update(event.done, event.total, event.bytes_done)

    @property
    def worth_a_line(self) -> bool:
        """Whether its end is told; the other phases are short."""
        return self.phase in {"points", "sync"}

    def words(self) -> list[str]:
        """The parts of its progress line, the most important first."""
        return wording.parts(self.meter.pace(), self.phase, self.last.retries, self.last.rejected)


class TaskSink(ABC):
    """A sink that shows the task under way, and other events as lines; `clock` in monotonic seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._task: Task | None = None
        self._said_retry = float("-inf")

    def __call__(self, event: Event) -> None:
        """Show an event."""
        with self._lock:
            if isinstance(event, Progress):
                self._progress(event)
                return
            if wording.ends_work(event):
                self._end_task()
            if (line := wording.sentence(event)) and self._may_say(event):
                self._line(line)

    def say(self, text: str) -> None:
        """One line."""
        with self._lock:
            self._line(terminal_text(text))

    def settle(self) -> None:
        """Say how far the last task came."""
        with self._lock:
            self._end_task()

    @abstractmethod
    def _line(self, text: str) -> None:
        """Show one harmless line."""

    @abstractmethod
    def _show(self, task: Task, *, new: bool) -> None:
        """Show a task that began or came further."""

    @abstractmethod
    def _ended(self, task: Task) -> None:
        """Show where a task ended: another one, or the end of the work, comes next."""

    def _progress(self, event: Progress) -> None:
        if self._task is not None and self._task.is_same(event):
            self._task.update(event)
            self._show(self._task, new=False)
            return
        before = self._task
        self._end_task()
        self._task = Task(event, self._clock, before)
        self._show(self._task, new=True)

    def _end_task(self) -> None:
        task, self._task = self._task, None
        if task is not None:
            self._ended(task)

    def _may_say(self, event: Event) -> bool:
        """Retries come in swarms; one line in a while tells enough."""
        if not isinstance(event, Retrying):
            return True
        if self._clock() - self._said_retry < RETRY_LINE_EVERY:
            return False
        self._said_retry = self._clock()
        return True
