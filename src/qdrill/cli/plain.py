"""Progress as plain lines, for logs; and next to nothing, for `--quiet`."""

from __future__ import annotations

from collections.abc import Callable
from typing import IO

from qdrill.cli.progress import Task, TaskSink
from qdrill.events import Event
from qdrill.names import terminal_text

LINE_EVERY = 2.0


def write_line(stream: IO[str], text: str) -> None:
    """One line on a narration stream; a stream that nobody reads any more is no reason to stop the work."""
    try:
        stream.write(f"{text}\n")
        stream.flush()
    except (OSError, ValueError):
        return


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


class PlainSink(TaskSink):
    """Plain lines for logs: progress at most every 2 seconds, and once more at the end of each phase."""

    def __init__(self, stream: IO[str], clock: Callable[[], float]) -> None:
        super().__init__(clock)
        self._stream = stream
        self._said = float("-inf")
        self._unsaid = False

    def _line(self, text: str) -> None:
        write_line(self._stream, text)

    def _show(self, task: Task, *, new: bool) -> None:
        if new:
            self._said = self._clock()
        self._unsaid = True
        if self._clock() - self._said >= LINE_EVERY:
            self._tell(task)

    def _ended(self, task: Task) -> None:
        if self._unsaid and task.worth_a_line:
            self._tell(task)

    def _tell(self, task: Task) -> None:
        self._line(f"{task.label}: {', '.join(task.words())}")
        self._said, self._unsaid = self._clock(), False
