"""How far a job is: a bar and a percentage that never claims more than was done, and lines of words under it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from rich.cells import cell_len
from textual.geometry import Size

from qdrill.console.text import fit_parts, shown
from qdrill.console.widgets.lines import PaintedWidget, Row

BarState = Literal["running", "paused", "stalled", "cancelling"]

_DONE, _HALF, _REST, _UNKNOWN = "━", "╸", "─", "┄"
_SHORTEST_BAR = 4


@dataclass(frozen=True, slots=True)
class BarValue:
    """A job at one moment.

    Attributes:
        done: how much was done, in any unit.
        total: of how much, in the same unit; None while that is not known.
        state: how the bar is coloured.
        word: the state in words, such as "stalled for 12 s" or "cancelling..."; it stands beside the bar.
        lines: for each line under the bar its parts, the most important first; parts that do not fit are left out.
    """

    done: float
    total: float | None
    state: BarState = "running"
    word: str = ""
    lines: tuple[tuple[str, ...], ...] = ()


def percent(done: float, total: float | None) -> str:
    """`62 %`, cut and not rounded: 100 % means all. Empty where there is no total to compare with."""
    if not total or total < 0:
        return ""
    return f"{max(0, min(100, int(done * 100 // total)))} %"


def render_bar(value: BarValue, width: int) -> list[Row]:
    """The bar and its lines for a width in cells; each run is a text and its component class."""
    word = fit_parts([value.word], max(0, width // 2))
    tail = "  ".join(part for part in (percent(value.done, value.total).rjust(5), word) if part.strip())
    tail = f"  {tail}" if tail.strip() else ""
    room = width - cell_len(tail)
    if room < _SHORTEST_BAR:
        bar: Row = [(shown(tail.strip(), width), f"bar--{value.state}")]
    else:
        bar = [*_bar(value, room), (tail, f"bar--{value.state}")]
    return [bar, *([(fit_parts(parts, width), "bar--words")] for parts in value.lines)]


def _bar(value: BarValue, cells: int) -> Row:
    if not value.total or value.total < 0:
        return [(_UNKNOWN * cells, "bar--rest")]
    halves = max(0, min(2 * cells, int(value.done * 2 * cells // value.total)))
    drawn = _DONE * (halves // 2) + _HALF * (halves % 2)
    return [(drawn, f"bar--{value.state}"), (_REST * (cells - len(drawn)), "bar--rest")]


class Bar(PaintedWidget):
    """A progress bar with its lines; as high as the value needs."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *("bar--running", "bar--paused", "bar--stalled", "bar--cancelling"),
        *("bar--rest", "bar--words"),
    }
    DEFAULT_CSS = """
    Bar {
        width: 1fr;
        height: auto;
        & > .bar--running { color: $state-running; }
        & > .bar--paused { color: $state-paused; }
        & > .bar--stalled { color: $state-inconclusive; }
        & > .bar--cancelling { color: $state-interrupted; }
        & > .bar--rest { color: $foreground 40%; }
        & > .bar--words { color: $foreground; }
    }
    """

    def __init__(self, value: BarValue | None = None, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.value = value or BarValue(0, None)

    def show(self, value: BarValue) -> None:
        """Show another moment."""
        if value == self.value:
            return
        higher = len(value.lines) != len(self.value.lines)
        self.value = value
        self.repaint()
        if higher:
            self.refresh(layout=True)

    def paint(self, width: int, _height: int) -> Sequence[Row]:
        """See `render_bar`."""
        return render_bar(self.value, width)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        """The bar and its lines."""
        return 1 + len(self.value.lines)
