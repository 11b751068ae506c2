"""The clock that counts against the RTO: large where there is room, one line where there is not."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Digits, Static

from qdrill.console.text import fit_parts, shown

ClockState = Literal["waiting", "running", "over", "recovered", "met", "missed", "measured", "unmeasured"]

NOT_YET = "--:--.-"
_LARGE_ROWS = 4
_GLYPHS: dict[ClockState, str] = {"over": "!", "recovered": "▶", "met": "✓", "missed": "✗", "unmeasured": "?"}


@dataclass(frozen=True, slots=True)
class ClockValue:
    """A recovery, as far as it is; times are seconds.

    Attributes:
        rto: the objective; None where none is set.
        started: reading of the clock when the recovery began; None before.
        actual: the recovery time actual, once it was measured.
        stopped: reading of the clock at which the work ended without one.
        settled: the whole drill has ended; before that a time within the objective is no success yet.
    """

    rto: float | None = None
    started: float | None = None
    actual: float | None = None
    stopped: float | None = None
    settled: bool = True


@dataclass(frozen=True, slots=True)
class ClockWords:
    """The words around the numbers, in the language of the screen."""

    objective: str = "RTO"
    actual: str = "actual"
    over: str = "over the RTO"
    recovered: str = "recovered, comparing..."
    met: str = "met"
    missed: str = "missed"
    unmeasured: str = "not measured"


@dataclass(frozen=True, slots=True)
class ClockFace:
    """What a clock shows at one moment: the time for the digits, the parts of its line, the state."""

    state: ClockState
    time: str
    objective: str
    actual: str
    word: str

    def line(self, width: int) -> str:
        """All on one line; where it is narrow, first the label goes and then the objective, never time or word."""
        labelled = f"{self.actual} {self.time}".strip()
        wishes = ([self.objective, labelled, self.word], [self.objective, self.time, self.word], [self.time, self.word])
        lines = ["  ".join(part for part in parts if part) for parts in wishes]
        return next((line for line in lines if cell_len(line) <= width), shown(lines[-1], width))

    def words(self, width: int) -> str:
        """The line under the digits."""
        return fit_parts([self.word, self.objective], width, gap=2)


def read_clock(value: ClockValue, now: float, words: ClockWords) -> ClockFace:
    """The face for a reading `now` of the clock. Pure."""
    elapsed = _elapsed(value, now)
    state = _state(value, elapsed)
    objective = "" if value.rto is None else f"{shown(words.objective)} {_amount(value.rto)}"
    word = getattr(words, state, "")
    return ClockFace(
        state=state,
        time=NOT_YET if elapsed is None else stopwatch(elapsed),
        objective=objective,
        actual=shown(words.actual),
        word=f"{_GLYPHS[state]} {shown(word)}" if state in _GLYPHS else "",
    )


def stopwatch(seconds: float) -> str:
    """`00:03.6`, `1:02:03.4`: raised to tenths, as `recovery_words` is: none reads shorter than it was."""
    tenths = math.ceil(round(max(0.0, seconds) * 10, 6))
    minutes, rest = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    clock = f"{minutes:02d}:{rest // 10:02d}.{rest % 10}"
    return f"{hours}:{clock}" if hours else clock


def _elapsed(value: ClockValue, now: float) -> float | None:
    if value.actual is not None:
        return value.actual
    if value.started is None:
        return None
    return max(0.0, (now if value.stopped is None else value.stopped) - value.started)


def _state(value: ClockValue, elapsed: float | None) -> ClockState:
    if elapsed is None:
        return "waiting" if value.stopped is None else "unmeasured"
    over = value.rto is not None and elapsed > value.rto
    if value.actual is not None and not value.settled and not over:
        return "recovered"
    if value.actual is not None:
        return "measured" if value.rto is None else "missed" if over else "met"
    if value.stopped is not None:
        return "missed" if over else "unmeasured"
    return "over" if over else "running"


def _amount(seconds: float) -> str:
    return f"{seconds:,.1f}".removesuffix(".0") + " s"


class Clock(Widget):
    """Counts by itself while a recovery runs.

    Args:
        words: what stands around the numbers.
        clock: monotonic seconds, the same clock that `ClockValue` was read from.
    """

    DEFAULT_CSS = """
    Clock {
        width: 1fr;
        height: 4;
        color: $clock;
        & Digits { width: 1fr; }
        & Static { width: 1fr; height: 1; color: $objective; }
        &.-compact Digits { display: none; }
        &.-compact Static { color: $clock; }
        &.-over, &.-missed { color: $state-fail; text-style: bold; & Static { color: $state-fail; } }
        &.-met, &.-measured { color: $state-pass; & Static { color: $state-pass; } }
        &.-unmeasured { color: $state-inconclusive; & Static { color: $state-inconclusive; } }
    }
    """

    def __init__(
        self,
        words: ClockWords | None = None,
        clock: Callable[[], float] = time.monotonic,
        *,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.value = ClockValue()
        self._words, self._clock = words or ClockWords(), clock
        self._face: ClockFace | None = None
        self._worn = "-waiting"
        self.add_class(self._worn)

    def compose(self) -> ComposeResult:
        """Digits, and the line that is all there is when the clock is low or narrow."""
        yield Digits(NOT_YET)
        yield Static()

    def on_mount(self) -> None:
        """The first face."""
        self.tick()

    def on_resize(self) -> None:
        """Choose between digits and line."""
        self._draw()

    def show(self, value: ClockValue, words: ClockWords | None = None) -> None:
        """Show another recovery, or the same further on; `words` where the language changed."""
        self.value, self._words = value, words or self._words
        if self.is_mounted:
            self.tick()

    def tick(self) -> None:
        """Read the clock again. The screen calls it, so that one painting shows all that changed."""
        face = read_clock(self.value, self._clock(), self._words)
        if face != self._face:
            self._face = face
            self._draw()

    def _draw(self) -> None:
        if self._face is None:
            return
        digits, line = self.query_one(Digits), self.query_one(Static)
        digits.update(self._face.time)
        width, height = self.content_size
        compact = height < _LARGE_ROWS or width < digits.get_content_width(self.size, self.size)
        self.set_class(compact, "-compact")
        if self._worn != (wanted := f"-{self._face.state}"):
            self.remove_class(self._worn).add_class(wanted)
            self._worn = wanted
        line.update(Content((self._face.line if compact else self._face.words)(width)), layout=False)
