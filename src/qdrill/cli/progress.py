"""Where events go on the command line: a bar on a terminal, plain lines elsewhere, or JSON lines."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable
from typing import IO, Protocol

from qdrill.cli import wording
from qdrill.cli.options import Options
from qdrill.events import Event, JobName, Phase, Progress, Retrying
from qdrill.names import terminal_text
from qdrill.rate import Meter

LINE_EVERY = 2.0
RETRY_LINE_EVERY = 2.0


class Sink(Protocol):
    """Takes events from any thread."""

    def __call__(self, event: Event) -> None:
        """Show an event."""

    def say(self, text: str) -> None:
        """Show a line that is no event, such as `cancelling...`."""

    def settle(self) -> None:
        """End the progress shown so far; what follows starts anew."""


def open_sink(options: Options) -> Sink:
    """The sink that fits the options and the terminal."""
    if options.log_json:
        from qdrill.cli.log_json import JsonSink

        return JsonSink(sys.stderr)
    if options.quiet:
        return QuietSink(sys.stderr)
    if sys.stderr.isatty() and os.environ.get("TERM") != "dumb":
        from qdrill.cli.bar import BarSink

        return BarSink(colour=colour_on(options, sys.stderr))
    return PlainSink(sys.stderr, time.monotonic)


def colour_on(options: Options, stream: IO[str]) -> bool:
    """Whether text on `stream` may have colours."""
    if options.color != "auto":
        return options.color == "always"
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb" and stream.isatty()


def write_line(stream: IO[str], text: str) -> None:
    """One line on a narration stream; a stream that nobody reads any more is no reason to stop the work."""
    try:
        stream.write(f"{text}\n")
        stream.flush()
    except (OSError, ValueError):
        return


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


class QuietSink:
    """Says nothing but what was asked to be said."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream

    def __call__(self, event: Event) -> None:
        """Ignored."""

    def say(self, text: str) -> None:
        """One line."""
        write_line(self._stream, terminal_text(text))

    def settle(self) -> None:
        """Nothing to end."""


class PlainSink:
    """Plain lines for logs: progress at most every 2 seconds, and once more at the end of each phase."""

    def __init__(self, stream: IO[str], clock: Callable[[], float]) -> None:
        self._stream, self._clock = stream, clock
        self._lock = threading.Lock()
        self._task: Task | None = None
        self._said = self._said_retry = float("-inf")
        self._unsaid = False

    def __call__(self, event: Event) -> None:
        """Show an event."""
        with self._lock:
            if isinstance(event, Progress):
                self._progress(event)
                return
            if wording.ends_work(event):
                self._end_task()
            if (line := wording.sentence(event)) and self._may_say(event):
                write_line(self._stream, line)

    def say(self, text: str) -> None:
        """One line."""
        with self._lock:
            write_line(self._stream, terminal_text(text))

    def settle(self) -> None:
        """Say how far the last task came, if that was not said yet."""
        with self._lock:
            self._end_task()

    def _progress(self, event: Progress) -> None:
        if self._task is None or not self._task.is_same(event):
            before = self._task
            self._end_task()
            self._task = Task(event, self._clock, before)
            self._said = self._clock()
        else:
            self._task.update(event)
        self._unsaid = True
        if self._clock() - self._said >= LINE_EVERY:
            self._say_task()

    def _end_task(self) -> None:
        if self._task is not None and self._unsaid and self._task.worth_a_line:
            self._say_task()
        self._task = None

    def _say_task(self) -> None:
        if self._task is not None:
            line = f"{self._task.label}: {', '.join(self._task.words())}"
            write_line(self._stream, line)
            self._said, self._unsaid = self._clock(), False

    def _may_say(self, event: Event) -> bool:
        """Retries come in swarms; one line in a while tells enough."""
        if not isinstance(event, Retrying):
            return True
        if self._clock() - self._said_retry < RETRY_LINE_EVERY:
            return False
        self._said_retry = self._clock()
        return True
