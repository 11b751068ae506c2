"""What can be done on the Metrics screen: its parts alone, copies, drills; language, themes, screenshots."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from textual.widgets import OptionList

from qdrill.console.app import QdrillApp
from qdrill.console.modals.reading import Reading
from qdrill.console.panels.metrics_chart import ChartPanel
from qdrill.console.panels.metrics_tiles import TileGrid
from qdrill.console.screens.metrics import MetricsScreen
from qdrill.signals.board_model import KEYS
from tests.console.support import samples
from tests.console.support.measuring import charted, expressed, opened, with_prometheus
from tests.console.support.screens import LARGE, SMALL, screen_text, toasts, wait_for_text, wait_until
from tests.console.support.scripted import ScriptedEngine
from tests.console.support.scripted_metrics import board, tile

SIZES = pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])


@pytest.fixture
def engine(tmp_path: Path) -> ScriptedEngine:
    return with_prometheus(tmp_path)


def copied(app: QdrillApp) -> str:
    return (app.engine.config.artifacts / "copied.txt").read_text(encoding="utf-8")


async def test_the_chart_alone_and_back(engine: ScriptedEngine) -> None:
    async with opened(engine, SMALL) as (_, pilot, screen):
        await charted(pilot, screen)
        high = screen.chart.size.height
        await pilot.press("v")
        await wait_until(pilot, lambda: screen.chart.size.height > high)
        assert screen.chart.has_focus and not screen.tiles.display
        await pilot.press("escape")
        await wait_until(pilot, lambda: screen.chart.size.height == high)
        assert screen.tiles.has_focus


async def test_on_a_narrow_screen_chart_and_tiles_are_shown_one_at_a_time(engine: ScriptedEngine) -> None:
    async with opened(engine, (62, 18)) as (app, pilot, screen):
        await charted(pilot, screen)
        assert screen.query_one(TileGrid).display and not screen.query_one(ChartPanel).display
        assert "Update queue" in screen_text(app)
        await pilot.press("v")
        await wait_for_text(pilot, "┏")
        await pilot.press("down")
        assert app._exception is None


async def test_a_tile_is_opened_whole(engine: ScriptedEngine) -> None:
    note = "a long note " * 30
    engine.board = board(tiles=tuple(tile(key, note=note) for key in KEYS))
    async with opened(engine, SMALL) as (app, pilot, screen):
        await charted(pilot, screen)
        await pilot.press("enter")
        await wait_until(pilot, lambda: isinstance(app.screen, Reading), "the dialogue")
        await pilot.press("y")
        await wait_until(pilot, lambda: toasts(app))
        assert copied(app).endswith(note)


async def test_y_copies_the_tile_or_the_chart_and_c_each_of_them(engine: ScriptedEngine) -> None:
    async with opened(engine) as (app, pilot, screen):
        await charted(pilot, screen)
        await pilot.press("y")
        await wait_until(pilot, lambda: toasts(app))
        app.clear_notifications()
        assert copied(app) == "Rows imported, 100,000, +100,000 in the drill, endpoint rag, 0 s ago"
        await expressed(pilot, screen, "up")
        await pilot.press("y")
        await wait_until(pilot, lambda: toasts(app))
        app.clear_notifications()
        document = json.loads(copied(app))
        assert (document["promql"], document["source"]) == ("up", "Prometheus")
        assert len(document["series"][0]["points"]) == 181
        assert document["stages"][0]["name"] == "preflight"
        await pilot.press("c")
        await wait_until(pilot, lambda: len(app.screen_stack) > 1)
        assert app.screen.query_one(OptionList).option_count == 3
        await pilot.press("end", "enter")
        await wait_until(pilot, lambda: toasts(app))
        assert copied(app) == "up"


async def test_the_drill_is_chosen(engine: ScriptedEngine) -> None:
    engine.config = replace(engine.config, drills=(samples.nightly(), replace(samples.nightly(), name="[/other")))
    async with opened(engine) as (app, pilot, screen):
        await charted(pilot, screen)
        await pilot.press("d")
        await wait_until(pilot, lambda: len(app.screen_stack) > 1)
        await pilot.press("end", "enter")
        await wait_until(pilot, lambda: engine.called("metrics")[-1]["drill"] == "[/other")
        await pilot.press("d")
        await wait_until(pilot, lambda: len(app.screen_stack) > 1)
        await pilot.press("home", "enter")
        await wait_until(pilot, lambda: engine.called("metrics")[-1]["drill"] is None)


@SIZES
async def test_the_language_changes_live(engine: ScriptedEngine, size: tuple[int, int]) -> None:
    async with opened(engine, size, "en") as (app, pilot, screen):
        await expressed(pilot, screen, "up")
        await pilot.press("f2")
        await wait_for_text(pilot, "导入行数")
        text = screen_text(app)
        assert "最近 15 分钟" in text and "预检–记录" in text
        assert not any(word in text for word in ("imported", "last ", "endpoint", "in the drill", " ago"))
        assert screen.line.value == "up" and screen.wish.expression == "up"


async def test_themes_and_no_colour_redraw_the_plot(engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with opened(engine) as (app, pilot, screen):
        await charted(pilot, screen)
        before = screen_text(app)
        for theme in ("ansi-dark", "textual-light", "qdrill-dark"):
            app.theme = theme
            await pilot.pause()
            assert screen_text(app) == before
            assert app._exception is None


async def test_the_plot_is_in_the_screenshot(engine: ScriptedEngine) -> None:
    async with opened(engine) as (app, pilot, screen):
        await charted(pilot, screen)
        picture = app.export_screenshot()
        assert "100k" in picture and "⠤" in picture and "▾" in picture


async def test_reasons_are_said(engine: ScriptedEngine) -> None:
    engine.slow("metrics")
    async with opened(engine) as (_, _pilot, screen):
        assert isinstance(screen, MetricsScreen)
        assert screen.why_not("metrics.open") == "Nothing has been read yet."
        assert screen.why_not("metrics.minutes") is None
        assert screen.copied() is None
