"""The Metrics screen under test: opened, filled, and read."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from textual.pilot import Pilot

from qdrill.config_services import PrometheusConfig
from qdrill.console.app import QdrillApp
from qdrill.console.engine import Engine
from qdrill.console.i18n import Language
from qdrill.console.screens.metrics import MetricsScreen
from tests.console.support.clock import FakeClock
from tests.console.support.screens import LARGE, run, wait_until
from tests.console.support.scripted import ScriptedEngine

URL = "http://localhost:9090"


def with_prometheus(tmp_path: Path) -> ScriptedEngine:
    """An engine whose drills.toml has a Prometheus."""
    engine = ScriptedEngine(tmp_path)
    engine.config = replace(engine.config, prometheus=PrometheusConfig(URL))
    return engine


@asynccontextmanager
async def opened(
    engine: Engine,
    size: tuple[int, int] = LARGE,
    language: Language | None = None,
    clock: Callable[[], float] | None = None,
) -> AsyncIterator[tuple[QdrillApp, Pilot[int], MetricsScreen]]:
    """The screen at the front; its first answer may still be on its way. The clock stands unless one is given."""
    async with run(engine, size, language, clock=clock or FakeClock()) as (app, pilot):
        await pilot.press("5")
        await wait_until(pilot, lambda: app.current_mode == "metrics" and app.base_screen.is_mounted)
        screen = app.base_screen
        assert isinstance(screen, MetricsScreen)
        yield app, pilot, screen


async def charted(pilot: Pilot[int], screen: MetricsScreen) -> None:
    """Wait until the chart shows what is wished."""

    def shows() -> bool:
        picture, wish = screen.chart.picture, screen.wish
        subject = "" if wish.expression else wish.key
        wanted = (subject, wish.expression, wish.minutes)
        return picture is not None and (picture.what, picture.expression, picture.minutes) == wanted

    await wait_until(pilot, shows, "the chart")
    await wait_until(pilot, lambda: screen.boards.asked is None and screen.charts.asked is None, "nothing is asked")


async def expressed(pilot: Pilot[int], screen: MetricsScreen, expression: str) -> None:
    """Have an expression on the chart."""
    await pilot.press("slash")
    screen.line.value = expression
    await pilot.press("enter")
    await wait_until(pilot, lambda: screen.wish.expression == expression.strip(), "the expression is asked")
    await charted(pilot, screen)
