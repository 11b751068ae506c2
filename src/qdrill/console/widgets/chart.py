"""A small line chart: values over time, the limit they are held against, and at each point its verdict.

The scale starts at 0. The line is braille, two by four dots a cell; a point without a value leaves a gap in it and its
verdict stands on the axis.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len

from qdrill.console.text import fit, shown
from qdrill.console.widgets.braille import DOTS_X, DOTS_Y, connect, dot_rows
from qdrill.console.widgets.lines import PaintedWidget, Row, Run, runs
from qdrill.console.widgets.state import GLYPHS, State, css_class, worst

_LEAST_WIDTH, _LEAST_HEIGHT = 8, 3
_STEPS = (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)
_PARTS = (5, 2)  # of a round number these make round numbers


@dataclass(frozen=True, slots=True)
class ChartPoint:
    """One value; None where nothing was measured. `label` stands below it, where there is room."""

    label: str
    value: float | None
    state: State | None = None


@dataclass(frozen=True, slots=True)
class ChartValue:
    """What a chart shows.

    Attributes:
        points: the oldest first.
        limit: the height of the horizontal line, such as the RTO; `limit_label` is written on it.
        empty: what is said while there is not one value.
    """

    points: tuple[ChartPoint, ...] = ()
    limit: float | None = None
    limit_label: str = ""
    empty: str = ""


def render_chart(
    value: ChartValue, width: int, height: int, label: Callable[[float], str] = "{:g}".format
) -> list[Row]:
    """The chart for a size in cells: rows of runs, each with its component class.

    Args:
        label: makes the text at the y axis from a value.
    """
    if width < 1 or height < 1:
        return []
    values = [_number(point.value) for point in value.points]
    known = [number for number in values if number is not None]
    if not known or width < _LEAST_WIDTH or height < _LEAST_HEIGHT:
        said = value.empty if not known else label(known[-1])
        return [[(fit(said, width, "center"), "chart--axis")] if row == height // 2 else [] for row in range(height)]
    plot = _Plot(value, values, width, height, label)
    return [*(plot.row(row) for row in range(plot.rows)), plot.axis(), plot.labels()]


class _Plot:
    """The area of one chart: cells from the top down, dots from the bottom up."""

    def __init__(
        self,
        value: ChartValue,
        values: Sequence[float | None],
        width: int,
        height: int,
        label: Callable[[float], str],
    ) -> None:
        self._value, self._values = value, values
        self._limit = _number(value.limit)
        self._top = _top([number for number in (*values, self._limit) if number is not None])
        self.rows = height - 2
        self._ticks = {self._cell(tick): shown(label(tick), width // 3) for tick in _ticks(self._top, self.rows)}
        self._margin = max(cell_len(text) for text in self._ticks.values())
        self._columns = width - self._margin - 1
        self._spots = [self._column(number) for number in range(len(values))]
        self._lines = dot_rows(self._draw(), self.rows)
        self._marks = self._find_marks()

    def row(self, row: int) -> list[Run]:
        """One row of cells with its part of the y axis."""
        tick = self._ticks.get(row, "")
        axis = (" " * (self._margin - cell_len(tick)) + tick + ("┤" if tick else "│"), "chart--axis")
        line, marks = self._lines[row], self._marks.get(row, {})
        if self._limit is None or row != self._cell(self._limit):
            return [axis, *_spliced(line, "chart--line", marks)]
        cells = self._limit_cells()
        for column, char in enumerate(line):
            if column in marks:
                cells[column] = _mark(marks[column])
            elif char != " ":
                cells[column] = (char, "chart--line")
        return [axis, *runs(_whole(cells))]

    def axis(self) -> list[Run]:
        """The x axis, with the verdicts of points that have no value."""
        line = _spliced("─" * self._columns, "chart--axis", self._marks.get(self.rows, {}))
        return [(" " * self._margin + "└", "chart--axis"), *line]

    def labels(self) -> list[Run]:
        """Labels of the first and the last point, and of those between that have room."""
        line, end, free = "", 0, 0
        last = len(self._spots) - 1
        last_start, last_text = self._label(last)
        for number in range(last):
            spot = self._spots[number] // DOTS_X
            # Points without room are passed over without a look at their texts: there may be thousands.
            if spot < free or spot + 2 > last_start:
                continue
            start, text = self._label(number)
            size = cell_len(text)
            if text and start >= end + (2 if line else 0) and start + size + 2 <= last_start:
                line += " " * (start - end) + text
                end = start + size
                free = end + 2 + size // 2
        line += " " * (last_start - end) + last_text
        return [(" " * (self._margin + 1) + line, "chart--axis")]

    def _label(self, number: int) -> tuple[int, str]:
        """Where the label of a point starts, as near to below it as there is room, and its text."""
        text = shown(self._value.points[number].label, max(1, self._columns // 2 - 1))
        wished = self._spots[number] // DOTS_X - cell_len(text) // 2
        return max(0, min(self._columns - cell_len(text), wished)), text

    def _column(self, number: int) -> int:
        """The dot column of a point; points stand at equal distances."""
        last = len(self._values) - 1
        return round(number * (self._columns * DOTS_X - 1) / last) if last else self._columns

    def _dot(self, value: float) -> int:
        dots = self.rows * DOTS_Y - 1
        return max(0, min(dots, round(value / self._top * dots)))

    def _cell(self, value: float) -> int:
        """The row of cells, from the top, that a value falls into."""
        return self.rows - 1 - self._dot(value) // DOTS_Y

    def _draw(self) -> list[int]:
        """For each dot column a number whose bits are its dots, the lowest first."""
        dots = [0] * (self._columns * DOTS_X)
        before: tuple[int, int] | None = None
        for spot, number in zip(self._spots, self._values, strict=True):
            if number is None:
                before = None
                continue
            here = (spot, self._dot(number))
            connect(dots, before or here, here)
            before = here
        return dots

    def _find_marks(self) -> dict[int, dict[int, State]]:
        """Row and column of every verdict; where two meet, the worse one stays."""
        marks: dict[int, dict[int, State]] = {}
        for spot, number, point in zip(self._spots, self._values, self._value.points, strict=True):
            if point.state is None:
                continue
            row = self.rows if number is None else self._cell(number)
            there = marks.setdefault(row, {})
            column = min(spot // DOTS_X, self._columns - 1)
            there[column] = worst(there.get(column, point.state), point.state)
        return marks

    def _limit_cells(self) -> list[Run]:
        """The limit's line with its label; a wide character stands in its first cell, the second is empty."""
        text = shown(self._value.limit_label, max(0, self._columns - 4))
        cells: list[Run] = [("╌", "chart--limit")] * self._columns
        place = 2
        for char in f" {text} " if text else "":
            if wide := cell_len(char):
                cells[place : place + wide] = [(char, "chart--limit"), *[("", "chart--limit")] * (wide - 1)]
                place += wide
            else:
                cells[place - 1] = (cells[place - 1][0] + char, "chart--limit")
        return cells


def _number(value: float | None) -> float | None:
    """What is no finite number (a record edited by hand may hold one) was not measured."""
    return value if value is not None and math.isfinite(value) else None


def _spliced(line: str, part: str, marks: Mapping[int, State]) -> list[Run]:
    """A line of single cells with marks in place of some."""
    found: list[Run] = []
    start = 0
    for column in sorted(marks):
        found += [(line[start:column], part), _mark(marks[column])]
        start = column + 1
    return [*found, (line[start:], part)]


def _whole(cells: list[Run]) -> list[Run]:
    """The cells, with a blank in place of each half of a wide character that lost its other half."""
    for column in range(len(cells)):
        text = cells[column][0]
        follower = cells[column + 1][0] if column + 1 < len(cells) else " "
        lost_end = cell_len(text) > 1 and follower
        lost_start = not text and cell_len(cells[column - 1][0]) < 2
        if lost_end or lost_start:
            cells[column] = (" ", "")
    return cells


def _mark(state: State) -> Run:
    return GLYPHS[state], f"chart-{css_class(state)}"


def _top(values: Sequence[float]) -> float:
    """The next round number over all of `values`, so that nothing touches the ceiling."""
    most = max(values)
    if most <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(most))
    return next((step * power for step in _STEPS if step * power >= most * 1.02), 15 * power)


def _ticks(top: float, rows: int) -> list[float]:
    """Values with a label, 0 and `top` among them; as many as leave a free row between any two."""
    parts = next((parts for parts in _PARTS if rows > parts * 2), 1)
    return [top * part / parts for part in range(parts + 1)]


class Chart(PaintedWidget):
    """A chart that fills the room it gets."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *("chart--line", "chart--limit", "chart--axis"),
        *(f"chart-{css_class(state)}" for state in GLYPHS),
    }
    DEFAULT_CSS = """
    Chart {
        width: 1fr;
        height: 1fr;
        & > .chart--line { color: $chart-line; }
        & > .chart--limit { color: $chart-limit; }
        & > .chart--axis { color: $state-skipped; }
        & > .chart--pass { color: $state-pass; }
        & > .chart--fail { color: $state-fail; text-style: bold; }
        & > .chart--inconclusive { color: $state-inconclusive; }
        & > .chart--interrupted { color: $state-interrupted; }
        & > .chart--not-applicable, & > .chart--skipped, & > .chart--waiting { color: $state-skipped; }
        & > .chart--running { color: $state-running; }
        & > .chart--paused { color: $state-paused; }
    }
    """

    def __init__(
        self,
        value: ChartValue | None = None,
        label: Callable[[float], str] = "{:g}".format,
        *,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.value = value or ChartValue()
        self._label = label

    def show(self, value: ChartValue) -> None:
        """Show other points."""
        if value != self.value:
            self.value = value
            self.repaint()

    def paint(self, width: int, height: int) -> Sequence[Row]:
        """See `render_chart`."""
        return render_chart(self.value, width, height, self._label)
