"""Progress on a terminal: a bar with what a person wants to know under it."""

from __future__ import annotations

import time
from collections.abc import Iterator

from rich.console import Console, ConsoleOptions, RenderResult
from rich.live import Live
from rich.measure import Measurement
from rich.progress_bar import ProgressBar
from rich.text import Text

from qdrill.cli import wording
from qdrill.cli.progress import Task, TaskSink
from qdrill.names import cell_width

REFRESH_PER_SECOND = 5
_LABEL = 9
_LONGEST_BAR = 60


class BarSink(TaskSink):
    """A live bar for the task under way, and a line where it ended; other events are lines above it."""

    def __init__(self, *, colour: bool, console: Console | None = None) -> None:
        super().__init__(time.monotonic)
        self._console = console or Console(
            stderr=True, markup=False, highlight=False, emoji=False, no_color=not colour, soft_wrap=True
        )
        self._live: Live | None = None

    def _line(self, text: str) -> None:
        self._console.print(Text(text))

    def _show(self, task: Task, *, new: bool) -> None:
        if not new:
            return  # the bar looks at the task by itself
        self._live = Live(
            TaskView(task),
            console=self._console,
            transient=True,
            refresh_per_second=REFRESH_PER_SECOND,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._live.start()

    def _ended(self, task: Task) -> None:
        live, self._live = self._live, None
        if live is not None:
            live.stop()
        if task.worth_a_line:
            self._line(_fit([f"{task.label:<{_LABEL}}", *task.words()], self._console.width))


class TaskView:
    """Two lines: label, bar and percentage; then amount, rates, time and estimate, as far as they fit."""

    def __init__(self, task: Task) -> None:
        self._task = task

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield from self._lines(options.max_width)

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement(1, options.max_width)

    def _lines(self, room: int) -> Iterator[Text | ProgressBar]:
        pace = self._task.meter.pace()
        share = wording.percent(pace)
        cells = max(4, min(_LONGEST_BAR, room - _LABEL - len(share) - 3))
        yield Text(f"{self._task.label:<{_LABEL}}", end="")
        yield self._bar(pace.done, pace.total, cells)
        yield Text(f"  {share}")
        yield Text(_fit([" " * _LABEL, *self._task.words()], room))

    @staticmethod
    def _bar(done: int, total: int | None, cells: int) -> ProgressBar:
        """A bar in the one accent colour; it moves to and fro while the total is unknown."""
        return ProgressBar(
            total=None if total is None else max(1, total),
            completed=1 if total == 0 else done,
            width=cells,
            pulse=total is None,
            complete_style="cyan",
            finished_style="cyan",
            pulse_style="cyan",
        )


def _fit(parts: list[str], room: int) -> str:
    """The first part and as many of the others as fit, three spaces between them."""
    line = parts[0]
    for number, part in enumerate(parts[1:]):
        candidate = f"{line}{part}" if number == 0 else f"{line}   {part}"
        if cell_width(candidate) > room:
            break
        line = candidate
    return line
