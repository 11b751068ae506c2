"""Series made ready to be drawn: thinned, cut where nothing is known, and the ticks of the axes. Pure.

All of it may take long for a million points, and is done in the thread that asked.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from qdrill.signals.board_model import Chart, Span, Unit
from qdrill.signals.model import Labels, QueryAnswer, Series

Point = tuple[float, float]
MOST_SERIES = 6
"""More lines than that nobody tells apart."""
_FINE = 2
# Prometheus answers for whole seconds and steps: the last point may lie a little after the moment asked for.
_LATE = 120.0
_GAP = 3.0
_LARGEST = 1e290
"""Values beyond it are not drawn: the height of the chart would not be a number any more."""
_SAMPLED = 2_000
_DAY = 86_400
_TIME_STEPS = (*(60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 43_200), _DAY)


@dataclass(frozen=True, slots=True)
class Curve:
    """One series: its labels, stretches without a gap, how many points it was thinned from, and the last value."""

    labels: Labels
    stretches: tuple[tuple[Point, ...], ...]
    points: int
    last: float | None

    @property
    def drawn(self) -> int:
        """Points that are left."""
        return sum(len(one) for one in self.stretches)


@dataclass(frozen=True, slots=True)
class Picture:
    """What the chart shows.

    Attributes:
        what: key of a tile, or empty for an expression. expression: the PromQL asked.
        minutes: how far it was to reach back.
        more: series that are not drawn.
        unusable: values that were left out: NaN, infinite, or too large to draw.
        failed: whether `note` is an error.
    """

    what: str
    minutes: int
    start: float
    end: float
    unit: Unit | None = None
    expression: str = ""
    curves: tuple[Curve, ...] = ()
    spans: tuple[Span, ...] = ()
    source: str = ""
    note: str = ""
    more: int = 0
    unusable: int = 0
    failed: bool = False

    @property
    def empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not any(curve.stretches for curve in self.curves)


def chart_picture(chart: Chart, minutes: int, columns: int) -> Picture:
    """A tile's chart for so many columns of dots."""
    end = _latest(chart.series, max(chart.end, chart.start + 1))
    curves, unusable = _curves(chart.series, chart.start, end, columns)
    return Picture(
        chart.key,
        minutes,
        chart.start,
        end,
        chart.unit,
        curves=curves,
        spans=chart.spans,
        source=chart.source,
        note=chart.note,
        more=max(0, len(chart.series) - MOST_SERIES),
        unusable=unusable,
    )


def answer_picture(answer: QueryAnswer, minutes: int, columns: int, spans: Sequence[Span], source: str) -> Picture:
    """The answer to an expression for so many columns of dots."""
    start, end = answer.start, answer.end
    if end - start < 1:
        start = end - 60.0 * minutes
    end = _latest(answer.series, end)
    curves, unusable = _curves(answer.series, start, end, columns)
    failed = answer.state == "failed"
    return Picture(
        "",
        minutes,
        start,
        end,
        expression=answer.promql,
        curves=curves,
        spans=tuple(spans),
        source="" if failed else source,
        note=answer.note,
        more=max(0, len(answer.series) - MOST_SERIES),
        unusable=unusable,
        failed=failed,
    )


def _latest(series: Sequence[Series], end: float) -> float:
    """The moment of the last point, where that is a little after `end`."""
    times = (one.points[-1][0] for one in series[:MOST_SERIES] if one.points)
    return max([end, *(at for at in times if at <= end + _LATE)])


def _curves(series: Sequence[Series], start: float, end: float, columns: int) -> tuple[tuple[Curve, ...], int]:
    made, unusable = [], 0
    # Many lines over each other take long to draw, and are not read to the dot.
    columns = columns if len(series) <= _FINE else max(1, columns // 2)
    for one in series[:MOST_SERIES]:
        inside = [point for point in one.points if start <= point[0] <= end]
        usable = [point for point in inside if abs(point[1]) <= _LARGEST]  # of NaN that is False too
        unusable += len(inside) - len(usable)
        longest = _GAP * _usual_step(inside)
        stretches = tuple(thin(stretch, start, end, columns) for stretch in cut(inside, longest))
        made.append(Curve(one.labels, stretches, len(inside), usable[-1][1] if usable else None))
    return tuple(made), unusable


def _usual_step(points: Sequence[Point]) -> float:
    """Seconds between two points, as most are; of many points, of a sample."""
    stride = max(1, len(points) // _SAMPLED)
    steps = [points[at + 1][0] - points[at][0] for at in range(0, len(points) - 1, stride)]
    return median(steps) if steps else math.inf


def cut(points: Iterable[Point], longest: float) -> list[list[Point]]:
    """Stretches of usable values; a value that is none, and more than `longest` seconds without one, end a stretch."""
    stretches: list[list[Point]] = []
    current: list[Point] = []
    for point in points:
        usable = abs(point[1]) <= _LARGEST
        if current and (not usable or point[0] - current[-1][0] > longest):
            stretches.append(current)
            current = []
        if usable:
            current.append(point)
    return [*stretches, current] if current else stretches


def thin(points: Sequence[Point], start: float, end: float, columns: int) -> tuple[Point, ...]:
    """The lowest and the highest of each column, so that no peak is lost; and the first and the last of all."""
    if len(points) <= 2 * columns:
        return tuple(points)
    scale = columns / (end - start)
    kept: list[Point] = []
    low = high = points[0]
    column = int((low[0] - start) * scale)
    for point in points:
        at = int((point[0] - start) * scale)
        if at != column:
            kept += sorted({low, high})
            low = high = point
            column = at
        elif point[1] < low[1]:
            low = point
        elif point[1] > high[1]:
            high = point
    return tuple(sorted({points[0], *kept, low, high, points[-1]}))


def height(picture: Picture) -> tuple[float, float]:
    """The lowest and the highest value of the axis. 0 is always on it, so that what is flat looks flat."""
    values = [value for curve in picture.curves for stretch in curve.stretches for _, value in stretch]
    low, high = min(values, default=0.0), max(values, default=0.0)
    low, high = min(low, 0.0), max(high, 0.0)
    if high - low < 1e-290:
        return 0.0, 1.0
    return low * 1.05, high * 1.05


def value_ticks(unit: Unit | None, low: float, high: float, most: int) -> list[float]:
    """At most `most` round values from `low` to `high`, 0 among them; whole ones for what is counted."""
    room = (high - low) / max(1, most - 1)
    power = 10.0 ** math.floor(math.log10(room))
    step = next(round_ * power for round_ in (1, 2, 5, 10) if round_ * power >= room * (1 - 1e-9))
    if unit in ("rows", "batches", "points", "count"):
        step = max(1.0, step)
    return [step * number for number in range(math.ceil(low / step), math.floor(high / step) + 1)][: most + 1]


def time_ticks(start: float, end: float, most: int, offset: Callable[[float], float]) -> list[float]:
    """At most `most` round times; `offset` gives the seconds that local time is ahead of UTC."""
    step = next((one for one in _TIME_STEPS if (end - start) / one <= max(1, most)), _DAY)
    ahead = offset(end)
    first = math.ceil((start + ahead) / step)
    return [step * number - ahead for number in range(first, math.floor((end + ahead) / step) + 1)]


def spark_values(points: Sequence[Point], width: int) -> tuple[float | None, ...]:
    """A series on `width` cells by time: the largest value of each, None where there is none."""
    if len(points) <= width:
        return tuple(value if math.isfinite(value) else None for _, value in points)
    start, end = points[0][0], points[-1][0]
    scale = width / (end - start) if end > start else 0.0
    found: list[float | None] = [None] * width
    for at, value in points:
        cell = min(width - 1, int((at - start) * scale))
        before = found[cell]
        if math.isfinite(value):
            found[cell] = value if before is None else max(before, value)
    return tuple(found)
