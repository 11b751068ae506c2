"""Jobs: what takes long and outlives any screen. Each runs in a thread of its own, never in a screen's worker."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic, Literal, TypeVar, cast

from textual.message import Message

from qdrill.console.feed import Feed, JobSnapshot
from qdrill.control import JobControl
from qdrill.errors import ExitCode, Interrupted
from qdrill.events import Emit, Notice

JobKind = Literal["drill", "backup", "restore", "verify"]
JobState = Literal["running", "paused", "cancelling", "done", "failed", "cancelled"]
Result = TypeVar("Result")
Work = Callable[[JobControl, Emit], Result]
MOST_KEPT = 20
"""Jobs that are remembered beside the newest."""
_ENDED: frozenset[JobState] = frozenset({"done", "failed", "cancelled"})


class JobEnded(Message):
    """A job's thread has stopped; posted to the app."""

    def __init__(self, job: Job[object]) -> None:
        super().__init__()
        self.job = job


class Job(Generic[Result]):
    """One job. It may be steered and looked at from any thread.

    Attributes:
        kind, title: what it is, and the address or drill it is about (from outside: show it as plain text).
        control: pauses, throttles and cancels it.
        feed: its events.
        result: what it returned, once it is done.
        error: why it failed: a QdrillError, or anything else (then a defect of ours).
    """

    def __init__(self, kind: JobKind, title: str, work: Work[Result], clock: Callable[[], float]) -> None:
        self.kind, self.title = kind, title
        self.control = JobControl()
        self.feed = Feed(clock)
        self.result: Result | None = None
        self.error: BaseException | None = None
        self._work = work
        self._ended = threading.Event()
        self._cancelling = False
        self._thread = threading.Thread(target=self._run, name=f"qdrill {kind}", daemon=True)
        self._told: Callable[[Job[Result]], None] | None = None

    @property
    def state(self) -> JobState:
        """Where it stands. `cancelling` lasts until the work has really stopped."""
        if self._ended.is_set():
            return self._end()
        if self._cancelling:
            return "cancelling"
        return "paused" if self.control.paused else "running"

    def _end(self) -> JobState:
        if self.error is not None:
            return "cancelled" if isinstance(self.error, Interrupted) else "failed"
        # A drill that is cancelled returns all the same: with the record that says so.
        code = getattr(self.result, "exit_code", None)
        return "cancelled" if code is ExitCode.INTERRUPTED else "done"

    @property
    def ended(self) -> bool:
        """Whether its thread has stopped."""
        return self.state in _ENDED

    def snapshot(self) -> JobSnapshot:
        """What it told, merged."""
        return self.feed.snapshot()

    def start(self, told: Callable[[Job[Result]], None]) -> None:
        """Begin; `told` is called from the job's thread when it has stopped."""
        self._told = told
        self._thread.start()

    def pause(self) -> None:
        """Hold it, or let it go on."""
        if self.state not in ("running", "paused"):
            return
        held = not self.control.paused
        (self.control.pause if held else self.control.resume)()
        self.feed.hold(held)

    def cancel(self) -> None:
        """Ask it to stop. Cutting connections may take a moment, so a thread does it."""
        if self.ended or self._cancelling:
            return
        self._cancelling = True
        threading.Thread(target=self._cut, name="qdrill cancel", daemon=True).start()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until it has stopped; False when it has not within `seconds`."""
        return self._ended.wait(seconds)

    def _cut(self) -> None:
        try:
            self.control.cancel()
        except Exception as error:  # noqa: BLE001 - a connection that cannot be cut is closed by its own thread
            self.feed(Notice("warning", f"cancelling: {type(error).__name__}"))

    def _run(self) -> None:
        try:
            self.result = self._work(self.control, self.feed)
        except BaseException as error:  # noqa: BLE001 - whatever it is, the console tells it
            self.error = error
        finally:
            self._ended.set()
            if self._told is not None:
                self._told(self)


class Jobs:
    """The jobs of the console: at most one at a time writes or reads in bulk, so that its figures mean something."""

    def __init__(self, post: Callable[[Message], bool], clock: Callable[[], float] = time.monotonic) -> None:
        self._post, self.clock = post, clock
        self.all: list[Job[object]] = []

    @property
    def running(self) -> Job[object] | None:
        """The job under way."""
        return next((job for job in self.all if not job.ended), None)

    def last(self, *kinds: JobKind) -> Job[object] | None:
        """The newest job of these kinds, ended or not."""
        return next((job for job in reversed(self.all) if job.kind in kinds), None)

    def start(self, kind: JobKind, title: str, work: Work[Result]) -> Job[Result]:
        """Begin a job. Callers have looked that none is running."""
        job = Job(kind, title, work, self.clock)
        self.all = [*self.all[-MOST_KEPT:], cast(Job[object], job)]
        job.start(lambda _: self._tell(cast(Job[object], job)))
        return job

    def stop(self, seconds: float) -> None:
        """Cancel what runs, and wait until it has stopped, at most that long."""
        if job := self.running:
            job.cancel()
            job.wait(seconds)

    def _tell(self, job: Job[object]) -> None:
        self._post(JobEnded(job))
