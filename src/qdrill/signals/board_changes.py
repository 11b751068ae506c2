"""What series of Prometheus did during a drill.

PromQL's `increase()` cannot tell: it leaves out the first sample of a series, and a collection's first import is just
that; and it extrapolates. So raw samples are added up here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from qdrill.signals.board_tiles import QUANTILE, TileSpec, histogram_of
from qdrill.signals.change import quantile
from qdrill.signals.model import Series

WasUp = Callable[[Mapping[str, str]], bool]


@dataclass(frozen=True, slots=True)
class Steps:
    """From `start` to `end` (Unix seconds) in equal steps of `step` seconds.

    Whole seconds, as ranges are asked in those: other steps would leave out the end, and with it the latest value.
    """

    start: int
    end: int
    step: int


def steps_over(start: float, end: float, points: int) -> Steps:
    """At most `points` steps from the second in which `start` lies to `end` or less than a step later."""
    first = math.floor(start)
    step = max(1, math.ceil((end - first) / points))
    return Steps(first, first + step * math.ceil((end - first) / step), step)


@dataclass(frozen=True, slots=True)
class Window:
    """A drill's time; `over` where the drill has ended."""

    steps: Steps
    over: bool


def change_of(spec: TileSpec, series: Sequence[Series], window: Window, was_up: WasUp) -> float | None:
    """What the tile's number did in `window`; of a histogram the quantile of what came in.

    Args:
        series: raw ones, asked from the start of the window to its end.
        was_up: whether the target with these labels was scraped at the start.

    None where one of the series cannot be told: there was no scrape to compare with, or a gauge ended too early.
    """
    told, steps = _Told(was_up), window.steps
    rose = []
    for one in series:
        points, values = one.points, [value for _, value in one.points]
        if not points or not all(map(math.isfinite, values)):
            return None
        if points[0][0] > steps.start:
            if not told.was_up(dict(one.labels)):
                return None
            values.insert(0, 0.0)
        if spec.kind == "gauge" and points[-1][0] < steps.end:
            return None
        rose.append((one.labels, values[-1] - values[0] if spec.kind == "gauge" else _rise(values)))
    if not rose:
        return None
    if spec.kind == "quantile":
        return quantile(QUANTILE, histogram_of(rose))
    return math.fsum(value for _, value in rose)


class _Told:
    """Asks once for each target."""

    def __init__(self, ask: WasUp) -> None:
        self._ask = ask
        self._known: dict[tuple[str, str], bool] = {}

    def was_up(self, labels: Mapping[str, str]) -> bool:
        target = labels.get("job", ""), labels.get("instance", "")
        if target not in self._known:
            self._known[target] = self._ask(labels)
        return self._known[target]


def _rise(values: Sequence[float]) -> float:
    """How far a counter went up; where it fell, its process began anew from 0."""
    return math.fsum(now - before if now >= before else now for before, now in pairwise(values))
