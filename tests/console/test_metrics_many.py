"""An answer of very many points: it is thinned in the thread that asked, and a curve is drawn with few repaints."""

from __future__ import annotations

import random
import threading
from pathlib import Path
from typing import Any

import pytest
from textual_hires_canvas import Canvas, HiResMode

from qdrill.console.panels import metrics_series
from qdrill.console.panels.metrics_plot import CURVES, PlotCanvas
from qdrill.signals.model import QueryAnswer, Series
from tests.console.support.measuring import charted, expressed, opened, with_prometheus
from tests.console.support.scripted_metrics import AT

POINTS, MINUTES = 20_000, 15
START = AT - 60 * MINUTES


def wild(series: int) -> QueryAnswer:
    """So many series that swing from bottom to top in every column."""
    step = 60 * MINUTES / POINTS
    made = (
        Series((("n", str(number)),), tuple((START + at * step, float(at % 7 * number)) for at in range(POINTS)))
        for number in range(series)
    )
    return QueryAnswer("expression", "wild", "range", "answered", START, AT, "", tuple(made), step)


async def test_an_answer_is_thinned_in_the_thread_that_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    threads: set[int] = set()
    real = metrics_series._curves

    def noted(*given: Any) -> Any:
        threads.add(threading.get_ident())
        return real(*given)

    engine = with_prometheus(tmp_path)
    async with opened(engine) as (_, pilot, screen):
        await charted(pilot, screen)
        monkeypatch.setattr(metrics_series, "_curves", noted)
        engine.answer = wild(2 * CURVES)
        await expressed(pilot, screen, "wild")
        picture = screen.chart.picture
        assert picture is not None
        assert len(picture.curves) == CURVES
        assert all(curve.points == POINTS for curve in picture.curves)
        assert all(curve.drawn <= 2 * screen.columns + 2 for curve in picture.curves)
        assert threads
        assert threading.get_ident() not in threads


async def test_a_curve_asks_for_few_repaints(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = 0
    refresh = Canvas.refresh

    def noted(self: Canvas, *given: Any, **named: Any) -> Canvas:
        nonlocal asked
        asked += 1
        return refresh(self, *given, **named)

    engine = with_prometheus(tmp_path)
    async with opened(engine) as (_, pilot, screen):
        await charted(pilot, screen)
        monkeypatch.setattr(Canvas, "refresh", noted)
        engine.answer = wild(CURVES)
        await expressed(pilot, screen, "wild")
        cells = sum(canvas.size.area for canvas in screen.query(PlotCanvas))
        assert 0 < asked < cells / 2


async def test_dots_are_where_the_library_itself_sets_them(tmp_path: Path) -> None:
    chance = random.Random(5)
    engine = with_prometheus(tmp_path)
    async with opened(engine) as (_, pilot, screen):
        await charted(pilot, screen)
        canvas = screen.query_one("#plot", PlotCanvas)
        width, height = canvas.size
        places = [(chance.uniform(-3, width + 3), chance.uniform(-3, height + 3)) for _ in range(400)]
        drawn = []
        for draw in (Canvas.set_hires_pixels, PlotCanvas.set_hires_pixels):
            canvas.reset()
            draw(canvas, places, HiResMode.BRAILLE, "red")
            drawn.append([canvas.get_pixel(x, y) for y in range(height) for x in range(width)])
        assert drawn[0] == drawn[1]
        assert sum(char != " " for char, _ in drawn[0]) > 100
