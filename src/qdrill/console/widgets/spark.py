"""Throughput at a glance: zero-based, so that what is flat looks flat; the newest at the right, gaps for pauses."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, TypeGuard

from rich.cells import cell_len

from qdrill.console.text import shown
from qdrill.console.widgets.lines import PaintedWidget, Row

_BLOCKS = " ▁▂▃▄▅▆▇█"
_EIGHTHS = 8
_LABEL_SHARE = 2


@dataclass(frozen=True, slots=True)
class SparkValue:
    """A series, oldest first; None is a gap, which is something else than 0.

    Attributes:
        ceiling: the value that a full column stands for; None takes the largest one shown.
        peak: what the label tells; None where nothing can be told.
    """

    values: tuple[float | None, ...] = ()
    ceiling: float | None = None
    peak: float | None = None


def render_spark(value: SparkValue, width: int, height: int, label: Callable[[float], str] | None = None) -> list[Row]:
    """The sparkline for a size in cells; `label` makes the text beside it from the peak.

    A value of 0 is a thin line at the bottom, a gap is nothing.
    """
    if width < 1 or height < 1:
        return []
    top = _top(value, width)
    text = "" if label is None or value.peak is None else shown(f" {label(value.peak)}", width // _LABEL_SHARE)
    room = width - cell_len(text)
    drawn = value.values[-room:]
    levels = [_level(number, top or 0.0, height) for number in drawn]
    padding = " " * (room - len(levels))
    # A cell is empty for all levels below it and full for all above, so the scale goes on at both ends.
    full = height * _EIGHTHS
    blocks = " " * full + _BLOCKS + _BLOCKS[-1] * full
    rows: list[Row] = []
    for row in range(height):
        base = (height - 1 - row) * _EIGHTHS
        line = padding + "".join([blocks[level - base + full] for level in levels])
        beside = text if row == 0 else " " * cell_len(text)
        rows.append([(line, "spark--line"), (beside, "spark--label")])
    return rows


def _top(value: SparkValue, width: int) -> float | None:
    if value.ceiling is not None:
        return value.ceiling
    return max(filter(_known, value.values[-width:]), default=None)


def _known(number: float | None) -> TypeGuard[float]:
    return number is not None and math.isfinite(number)


def _level(number: float | None, top: float, height: int) -> int:
    """Eighths of a cell that a column is high: 0 for a gap, at least 1 for a value."""
    if not _known(number):
        return 0
    share = number / top if top > 0 else 0.0
    return 1 + round(max(0.0, min(1.0, share)) * (height * _EIGHTHS - 1))


class Spark(PaintedWidget):
    """A sparkline as wide and high as the screen says; one row unless the CSS says otherwise."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"spark--line", "spark--label"}
    DEFAULT_CSS = """
    Spark {
        width: 1fr;
        height: 1;
        & > .spark--line { color: $chart-line; }
        & > .spark--label { color: $foreground; }
    }
    """

    def __init__(
        self, label: Callable[[float], str] | None = None, *, id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._label = label
        self.value = SparkValue()

    def show(self, value: SparkValue) -> None:
        """Show another series."""
        if value != self.value:
            self.value = value
            self.repaint()

    def paint(self, width: int, height: int) -> Sequence[Row]:
        """See `render_spark`."""
        return render_spark(self.value, width, height, self._label)
