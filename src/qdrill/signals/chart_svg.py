"""A drill's chart as a standalone SVG: lines over time, the stages as labelled bands, marks for RTA and RTO.

It brings its own background, so that it looks the same in light and dark viewers, and needs no script, font or file
beside it. What stands out by colour stands out by dashes or words as well.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle
from operator import itemgetter
from xml.etree import ElementTree

from qdrill.language import Lang
from qdrill.names import cell_width, one_line
from qdrill.results import StageName
from qdrill.signals.chart_axis import MOST_VALUE, Axis, Unit, time_axis, value_axis
from qdrill.signals.throughput import StageSpan
from qdrill.units import seconds as seconds_text

WIDTH, HEIGHT = 800, 360
MOST_LINES = 6
_TOP, _BOTTOM, _LEFT = 92.0, 292.0, 76.0
_MOST_DRAWN = 600
_FONT = "system-ui, 'Segoe UI', Roboto, 'Noto Sans', 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif"
_INK, _QUIET, _GRID, _PAPER = "#1f2933", "#5b6773", "#dde3e8", "#ffffff"
_BANDS, _FAILED = ("#f2f5f8", "#e7edf3"), "#fbe3df"
# Okabe and Ito's colours for every kind of eye, those that stand out on white; dashes tell the lines apart, too.
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#a3427f", "#8a6d00", "#3a3a3a")
_DASHES = ("", "7 3", "2 3", "10 3 2 3", "4 4", "1 2")

_WORDS: dict[Lang, dict[str, str]] = {
    "en": {
        "preflight": "preflight",
        "backup": "backup",
        "restore": "restore",
        "validate": "validate",
        "record": "record",
        "running": "running",
        "failed": "failed",
        "nothing": "nothing was measured",
        "points/s": "points/s",
        "points": "points",
        "time": "since the drill began",
    },
    "zh": {
        "preflight": "预检",
        "backup": "备份",
        "restore": "恢复",
        "validate": "验证",
        "record": "记录",
        "running": "进行中",
        "failed": "失败",
        "nothing": "没有测得数据",
        "points/s": "点/秒",
        "points": "点",
        "time": "自演练开始",
    },
}


@dataclass(frozen=True, slots=True)
class ChartLine:
    """One line; `points` are (seconds since the drill began, value), in order of time. NaN and infinity are gaps."""

    label: str
    unit: Unit
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class ChartMark:
    """A moment marked across the chart, such as `RTA 3.6 s`, in seconds since the drill began."""

    label: str
    at: float


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where things are: the plot's right edge, the seconds across it, and an axis for each unit, left one first."""

    right: float
    seconds: float
    axes: dict[Unit, Axis]

    def x(self, at: float) -> float:
        share = at / self.seconds if self.seconds > 0 else 0.0
        return _LEFT + (self.right - _LEFT) * min(1.0, max(0.0, share))

    def y(self, unit: Unit, value: float) -> float:
        axis = self.axes[unit]
        return _BOTTOM - (_BOTTOM - _TOP) * (value - axis.low) / (axis.high - axis.low)


def chart_svg(
    title: str,
    stages: Sequence[StageSpan],
    lines: Sequence[ChartLine],
    language: Lang,
    marks: Sequence[ChartMark] = (),
) -> str:
    """The chart, 800 by 360, as the text of an SVG file.

    Args:
        title, and the labels of lines and marks: any text; shown as it is, on one line, cut where it is too long.
        lines: MOST_LINES at most, of two units at most: the first one's axis is left, the other's right.

    Raises:
        ValueError: more lines or units than that.
    """
    units = list(dict.fromkeys(line.unit for line in lines))
    if len(units) > 2 or len(lines) > MOST_LINES:
        raise ValueError(f"a chart shows {MOST_LINES} lines of 2 units at most")
    words = _WORDS[language]
    frame = _frame(units, stages, lines, marks)
    svg = _canvas(one_line(title, 86))
    _bands(svg, frame, stages, words)
    _time(svg, frame, words)
    for side, unit in enumerate(units):
        _values(svg, frame, unit, words, left=side == 0)
    drawn = [_line(svg, frame, line, *style) for line, style in zip(lines, _styles(), strict=False)]
    if not any(drawn):
        _text(svg, (_LEFT + frame.right) / 2, (_TOP + _BOTTOM) / 2, words["nothing"], anchor="middle", size=14)
    _legend(svg, lines)
    for mark in marks:
        _mark(svg, frame, mark)
    ElementTree.indent(svg)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(svg, encoding="unicode") + "\n"


def _frame(
    units: Sequence[Unit], stages: Sequence[StageSpan], lines: Sequence[ChartLine], marks: Sequence[ChartMark]
) -> _Frame:
    ends = [span.end if span.end is not None else span.start for span in stages] + [mark.at for mark in marks]
    ends += [line.points[-1][0] for line in lines if line.points]
    seconds = max((end for end in ends if math.isfinite(end)), default=0.0)
    axes = {unit: _axis(unit, lines) for unit in units}
    return _Frame(WIDTH - (68.0 if len(units) == 2 else 28.0), max(0.0, seconds), axes)


def _axis(unit: Unit, lines: Sequence[ChartLine]) -> Axis:
    values = [value for line in lines if line.unit == unit for _, value in line.points if abs(value) < MOST_VALUE]
    return value_axis(min(values, default=0.0), max(values, default=0.0), unit)


def _canvas(title: str) -> ElementTree.Element:
    svg = ElementTree.Element(
        "svg",
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        width=str(WIDTH),
        height=str(HEIGHT),
        role="img",
    )
    svg.set("font-family", _FONT)
    ElementTree.SubElement(svg, "title").text = title
    _box(svg, 0.5, 0.5, WIDTH - 1, HEIGHT - 1, _PAPER, stroke=_GRID, rx="6")
    _text(svg, 20, 28, title, size=15, weight="600", colour=_INK)
    return svg


def _bands(svg: ElementTree.Element, frame: _Frame, stages: Sequence[StageSpan], words: dict[str, str]) -> None:
    """Every stage as a band, named on it where there is room, and in a line below with its time in any case."""
    for span, colour in zip(stages, cycle(_BANDS)):
        left = frame.x(span.start)
        width = frame.x(frame.seconds if span.end is None else span.end) - left
        _box(svg, left, _TOP - 18, max(0.5, width), _BOTTOM - _TOP + 18, _FAILED if span.ok is False else colour)
        name = words[span.stage]
        if cell_width(name) * 6.2 + 6 <= width:
            _text(svg, left + width / 2, _TOP - 5, name, anchor="middle", size=11)
    told = " · ".join(_stage_words(span, words) for span in stages)
    _text(svg, 20, HEIGHT - 14, told, size=11)


def _stage_words(span: StageSpan, words: dict[str, str]) -> str:
    stage: StageName = span.stage
    if span.end is None:
        return f"{words[stage]} ({words['running']})"
    took = f"{words[stage]} {seconds_text(max(0.0, span.end - span.start))}"
    return f"{took} ({words['failed']})" if span.ok is False else took


def _time(svg: ElementTree.Element, frame: _Frame, words: dict[str, str]) -> None:
    _rule(svg, _LEFT, _BOTTOM, frame.right, _BOTTOM, _QUIET)
    for at, text in time_axis(frame.seconds):
        x = frame.x(at)
        _rule(svg, x, _BOTTOM, x, _BOTTOM + 4, _QUIET)
        _text(svg, x, _BOTTOM + 17, text, anchor="middle", size=11)
    _text(svg, frame.right, _BOTTOM + 32, words["time"], anchor="end", size=10)


def _values(svg: ElementTree.Element, frame: _Frame, unit: Unit, words: dict[str, str], *, left: bool) -> None:
    axis = frame.axes[unit]
    edge, anchor = (_LEFT - 8, "end") if left else (frame.right + 8, "start")
    for value, text in axis.ticks:
        y = frame.y(unit, value)
        if left:
            _rule(svg, _LEFT, y, frame.right, y, _GRID)
        _text(svg, edge, y + 4, text, anchor=anchor, size=11)
    caption = " ".join(part for part in (axis.unit, words.get(unit, "")) if part)
    _text(svg, edge, _TOP - 24, caption, anchor=anchor, size=11)


def _styles() -> Iterator[tuple[str, str]]:
    return zip(_COLOURS, _DASHES, strict=True)


def _line(svg: ElementTree.Element, frame: _Frame, line: ChartLine, colour: str, dash: str) -> bool:
    """Draw a line, a dot where a point stands alone; whether anything was there to draw."""
    runs = list(_runs(line.points))
    for run in runs:
        spots = [(frame.x(at), frame.y(line.unit, value)) for at, value in _thinned(run)]
        if len(spots) == 1:
            (x, y), *_ = spots
            ElementTree.SubElement(svg, "circle", cx=_number(x), cy=_number(y), r="3", fill=colour)
            continue
        path = " ".join(f"{_number(x)},{_number(y)}" for x, y in spots)
        drawn = ElementTree.SubElement(svg, "polyline", points=path, fill="none", stroke=colour)
        _stroke(drawn, dash)
    return bool(runs)


def _stroke(element: ElementTree.Element, dash: str) -> None:
    element.set("stroke-width", "1.8")
    element.set("stroke-linejoin", "round")
    if dash:
        element.set("stroke-dasharray", dash)


def _runs(points: Sequence[tuple[float, float]]) -> Iterator[list[tuple[float, float]]]:
    """The stretches between gaps."""
    run: list[tuple[float, float]] = []
    for point in points:
        if math.isfinite(point[0]) and abs(point[1]) < MOST_VALUE:
            run.append(point)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _thinned(run: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """At most about _MOST_DRAWN points: of each group its least and its greatest, so that no peak is lost."""
    if len(run) <= _MOST_DRAWN:
        return run
    size = math.ceil(2 * len(run) / _MOST_DRAWN)
    groups = (run[at : at + size] for at in range(0, len(run), size))
    return [spot for group in groups for spot in sorted({min(group, key=itemgetter(1)), max(group, key=itemgetter(1))})]


def _legend(svg: ElementTree.Element, lines: Sequence[ChartLine]) -> None:
    """Three labels a row, each after a piece of its line."""
    for index, (line, (colour, dash)) in enumerate(zip(lines, _styles(), strict=False)):
        x, y = 20 + 255 * (index % 3), 44 + 13 * (index // 3)
        drawn = _rule(svg, x, y - 4, x + 26, y - 4, colour)
        _stroke(drawn, dash)
        _text(svg, x + 32, y, one_line(line.label, 34), size=11, colour=_INK)


def _mark(svg: ElementTree.Element, frame: _Frame, mark: ChartMark) -> None:
    x = frame.x(mark.at)
    _rule(svg, x, _TOP, x, _BOTTOM, _INK).set("stroke-dasharray", "3 3")
    before = x > (_LEFT + frame.right) / 2
    place, anchor = (x - 5, "end") if before else (x + 5, "start")
    _text(svg, place, _TOP + 12, one_line(mark.label, 40), anchor=anchor, size=11, weight="600", colour=_INK)


def _box(
    svg: ElementTree.Element, x: float, y: float, width: float, height: float, fill: str, **more: str
) -> ElementTree.Element:
    size = {"x": _number(x), "y": _number(y), "width": _number(width), "height": _number(height)}
    return ElementTree.SubElement(svg, "rect", {**size, "fill": fill, **more})


def _rule(svg: ElementTree.Element, x1: float, y1: float, x2: float, y2: float, colour: str) -> ElementTree.Element:
    ends = {"x1": _number(x1), "y1": _number(y1), "x2": _number(x2), "y2": _number(y2)}
    return ElementTree.SubElement(svg, "line", {**ends, "stroke": colour})


def _text(
    svg: ElementTree.Element,
    x: float,
    y: float,
    text: str,
    *,
    anchor: str = "start",
    size: int = 12,
    weight: str = "400",
    colour: str = _QUIET,
) -> None:
    look = {"text-anchor": anchor, "font-size": str(size), "font-weight": weight, "fill": colour}
    ElementTree.SubElement(svg, "text", {"x": _number(x), "y": _number(y), **look}).text = text


def _number(value: float) -> str:
    return f"{value:.1f}"
