"""The plot itself. It loads numpy and textual-plot, so a thread imports it when the first chart is asked for."""

from __future__ import annotations

import math
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Grid
from textual.strip import Strip
from textual_hires_canvas import Canvas
from textual_plot import AxisFormatter, HiResMode, PlotWidget
from textual_plot.plot_widget import FloatScalar, Legend

from qdrill.console.panels.metrics_ruler import Mark, line_columns
from qdrill.console.panels.metrics_series import Curve, Picture, height, time_ticks, value_ticks
from qdrill.console.panels.metrics_words import axis_text, clock_text
from qdrill.console.widgets.braille import BLANK, DOT_BITS, DOTS_X, DOTS_Y
from qdrill.signals.board_model import Unit

LEFT = 10
_CELLS_A_TIME, _HALF_A_TIME = 9, 2
_ROWS_A_VALUE = 2
CURVES = 6


class _Values(AxisFormatter):
    """Round values of a unit, as many as the height has room for."""

    def __init__(self, unit: Unit | None, most: int) -> None:
        self._unit, self._most = unit, most

    def get_ticks(self, min_: float, max_: float, max_ticks: int = 8) -> list[float]:
        """See `value_ticks`."""
        return value_ticks(self._unit, min_, max_, min(max_ticks, self._most))

    def get_labels_for_ticks(self, ticks: Sequence[float]) -> list[str]:
        """See `axis_text`."""
        return [axis_text(self._unit, tick) for tick in ticks]


class _Times(AxisFormatter):
    """Round times of the day here."""

    def __init__(self, columns: int) -> None:
        self._columns = columns

    def get_ticks(self, min_: float, max_: float, max_ticks: int = 8) -> list[float]:
        """See `time_ticks`; at the right edge there is no room for a label."""
        found = time_ticks(min_, max_, min(max_ticks, max(2, self._columns // _CELLS_A_TIME)), _ahead)
        edge = max_ - (max_ - min_) * _HALF_A_TIME / self._columns
        return [tick for tick in found if tick < edge]

    def get_labels_for_ticks(self, ticks: Sequence[float]) -> list[str]:
        """`15:11`."""
        return [clock_text(tick) for tick in ticks]


def _ahead(seconds: float) -> float:
    return float(time.localtime(seconds).tm_gmtoff)


class PlotCanvas(Canvas):
    """A canvas whose lines always have a style: without colours, Textual's filter fails on one that has none."""

    def render_line(self, y: int) -> Strip:
        """One line; blank where the canvas has not its size yet."""
        strip = super().render_line(y)
        return strip if strip.cell_length else Strip.blank(self.size.width, self.rich_style)

    def set_hires_pixels(
        self,
        coordinates: Iterable[tuple[FloatScalar, FloatScalar]],
        hires_mode: HiResMode | None = None,  # noqa: ARG002 - braille is all that is drawn here
        style: str = "white",
    ) -> None:
        """Set dots of braille cells, by coordinates in cells.

        The library's own asks for a repaint of the screen with each cell, thousands for one curve that swings.
        """
        cells: dict[tuple[int, int], int] = defaultdict(int)
        for x, y in coordinates:
            column, row = math.floor(x * DOTS_X), math.floor(y * DOTS_Y)
            cells[column // DOTS_X, row // DOTS_Y] |= DOT_BITS[row % DOTS_Y][column % DOTS_X]
        alike: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for cell, dots in cells.items():
            alike[dots].append(cell)
        for dots, found in alike.items():
            self.set_pixels(found, chr(BLANK + dots), style)


class Plot(PlotWidget, can_focus=False):
    """Curves over time, with a line for each stage. Keys and wheel are the screen's: it is redrawn all the time."""

    BINDINGS: ClassVar[list[BindingType]] = []
    COMPONENT_CLASSES: ClassVar[set[str]] = {"plot--stage", *(f"plot--curve-{number}" for number in range(CURVES))}
    DEFAULT_CSS = """
    Plot {
        height: 1fr;
        & > .plot--axis { color: $foreground 40%; }
        & > .plot--tick { color: $text-muted; text-style: none; }
        & > .plot--stage { color: $objective; }
        & > .plot--curve-0 { color: $chart-line; }
        & > .plot--curve-1 { color: $warning; }
        & > .plot--curve-2 { color: $success; }
        & > .plot--curve-3 { color: $error; }
        & > .plot--curve-4 { color: $accent; }
        & > .plot--curve-5 { color: $foreground; }
    }
    """

    def __init__(self) -> None:
        super().__init__(allow_pan_and_zoom=False)
        self._picture: Picture | None = None
        self._marks: tuple[Mark, ...] = ()
        self._ready = False

    def compose(self) -> ComposeResult:
        """The parts that textual-plot looks for, on our canvas; its own legend is never shown."""
        with Grid():
            for name in ("margin-top", "margin-left", "plot", "margin-bottom"):
                yield PlotCanvas(1, 1, id=name)
        yield Legend(id="legend")

    def on_mount(self) -> None:
        """Axes without room for titles: they stand in the border."""
        self.margin_left, self.margin_top, self.margin_bottom = LEFT, 0, 1
        self._ready = True
        self.draw()

    def show(self, picture: Picture, marks: tuple[Mark, ...]) -> None:
        """Draw another picture; `marks` are columns inside the frame."""
        if (picture, marks) != (self._picture, self._marks):
            self._picture, self._marks = picture, marks
            self.draw()

    def notify_style_update(self) -> None:
        """Colours are part of what was drawn, so another theme draws it anew."""
        super().notify_style_update()
        if self._ready:
            self.draw()

    def on_resize(self) -> None:
        """Ticks by the room there is."""
        self.draw()

    def draw(self) -> None:
        """Draw all of it anew."""
        picture = self._picture
        if picture is None or not self._ready:
            return
        self.clear()
        low, high = height(picture)
        self.set_xlimits(picture.start, picture.end)
        self.set_ylimits(low, high)
        self.set_x_formatter(_Times(frame_columns(self.size.width)))
        self.set_y_formatter(_Values(picture.unit, max(2, (self.size.height - 3) // _ROWS_A_VALUE)))
        self._draw_marks(picture)
        for number, curve in enumerate(picture.curves):
            self._draw_curve(picture, curve, number)

    def _style(self, part: str) -> str:
        return str(self.get_component_rich_style(part, partial=True))

    def _draw_marks(self, picture: Picture) -> None:
        columns = frame_columns(self.size.width)
        cell = (picture.end - picture.start) / max(1, columns)
        for column in line_columns(self._marks):
            self.add_v_line(picture.start + (column + 0.5) * cell, self._style("plot--stage"))

    def _draw_curve(self, picture: Picture, curve: Curve, number: int) -> None:
        style = self._style(f"plot--curve-{number}")
        for stretch in curve.stretches:
            x, y = [at for at, _ in stretch], [value for _, value in stretch]
            if len(stretch) == 1:
                self.scatter(x, y, marker_style=style, hires_mode=HiResMode.BRAILLE)
            else:
                self.plot(x, y, line_style=style, hires_mode=HiResMode.BRAILLE)
        if len(picture.curves) > 1 and curve.stretches:
            # The number in the legend, at the end of the line: colour alone would tell nothing without colours.
            at, value = curve.stretches[-1][-1]
            cell = (picture.end - picture.start) / max(1, frame_columns(self.size.width))
            self.scatter([min(at, picture.end - cell)], [value], marker=str(number + 1), marker_style=style)


def frame_columns(width: int) -> int:
    """Columns inside the frame of a plot so wide."""
    return max(1, width - LEFT - 2)
