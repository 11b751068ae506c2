"""The Metrics screen over the scripted engine: every action, its refreshing, and what it says where little is known."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from qdrill.console.app import QdrillApp
from qdrill.console.i18n import Language, say
from qdrill.console.panels.metrics_setup import LINES
from qdrill.console.panels.metrics_tiles import TileView
from qdrill.errors import UsageError
from qdrill.signals.board_model import KEYS
from qdrill.signals.model import QueryAnswer
from tests.console.support.measuring import charted, expressed, opened, with_prometheus
from tests.console.support.screens import LARGE, SMALL, screen_text, toasts, wait_for_text, wait_until
from tests.console.support.scripted import ScriptedEngine
from tests.console.support.scripted_metrics import AT, board, tile

SIZES = pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])
LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])
PARSE_ERROR = "1:10: parse error: unclosed left parenthesis"


@pytest.fixture
def engine(tmp_path: Path) -> ScriptedEngine:
    return with_prometheus(tmp_path)


def copied(app: QdrillApp) -> str:
    return (app.engine.config.artifacts / "copied.txt").read_text(encoding="utf-8")


@SIZES
@LANGUAGES
async def test_tiles_and_chart_stand_with_their_sources(
    engine: ScriptedEngine, size: tuple[int, int], language: Language
) -> None:
    async with opened(engine, size, language) as (app, pilot, screen):
        await charted(pilot, screen)
        text = screen_text(app)
        for key in KEYS:
            assert say(language, f"metrics.tile.{key}") in text
        assert "100,000" in text and "512.4 MB" in text and "42 ms" in text
        assert "+61.0 MB" in text
        assert "rag" in text and "qdrant" in text and "Prometheus" in text
        assert say(language, "drill.stage.record") in text
        assert "┏" in text and "100k" in text


async def test_arrows_and_the_mouse_put_a_tile_on_the_chart(engine: ScriptedEngine) -> None:
    async with opened(engine) as (_, pilot, screen):
        for keys, wanted in (("right", 1), ("down", 5), ("left", 4), ("left", 4), ("up", 0), ("end", 7), ("home", 0)):
            await pilot.press(keys)
            await charted(pilot, screen)
            assert screen.chart.picture is not None
            assert screen.chart.picture.what == screen.wish.key == KEYS[wanted]
        view = next(one for one in screen.query(TileView) if one.value.key == KEYS[6])
        await pilot.click(view)
        await charted(pilot, screen)
        assert screen.wish.key == KEYS[6]
        assert view.value.chosen
        await pilot.click(view, times=2)
        await wait_until(pilot, lambda: len(screen.app.screen_stack) > 1, "a double click opens it")


async def test_minutes_go_round(engine: ScriptedEngine) -> None:
    async with opened(engine) as (_, pilot, screen):
        await charted(pilot, screen)
        for minutes in (60, 5, 15):
            await pilot.press("m")
            await charted(pilot, screen)
            assert screen.wish.minutes == minutes
            assert engine.called("metrics_chart")[-1]["minutes"] == minutes


async def test_an_expression_is_shown_and_escape_goes_back(engine: ScriptedEngine) -> None:
    async with opened(engine, SMALL) as (app, pilot, screen):
        await charted(pilot, screen)
        await expressed(pilot, screen, " sum(up) ")
        assert engine.called("promql") == [{"expression": "sum(up)", "minutes": 15}]
        assert "sum(up), last 15 min" in screen_text(app)
        assert 'instance="localhost:9755"' in screen_text(app)
        assert not any(view.value.chosen for view in screen.query(TileView))
        assert screen.chart.has_focus
        await pilot.press("escape")
        await charted(pilot, screen)
        assert screen.tiles.has_focus
        assert screen.wish.expression == ""
        assert screen.line.value == " sum(up) "


@SIZES
@LANGUAGES
async def test_an_error_of_an_expression_stands_in_place_of_the_chart(
    engine: ScriptedEngine, size: tuple[int, int], language: Language
) -> None:
    engine.answer = QueryAnswer("expression", "", "range", "failed", AT - 900, AT, PARSE_ERROR)
    async with opened(engine, size, language) as (app, pilot, screen):
        await expressed(pilot, screen, "sum(rate(")
        assert f"✗ {PARSE_ERROR}" in screen_text(app)
        assert not toasts(app)
        engine.answer = None
        await pilot.press("f5")
        await wait_until(pilot, lambda: screen.chart.picture and not screen.chart.picture.failed)
        assert PARSE_ERROR not in screen_text(app)


async def test_without_a_prometheus_expressions_say_what_to_configure(tmp_path: Path) -> None:
    async with opened(ScriptedEngine(tmp_path)) as (app, pilot, screen):
        await charted(pilot, screen)
        assert "needs [prometheus] in drills.toml" in screen_text(app)
        await pilot.press("slash")
        await wait_until(pilot, lambda: toasts(app))
        assert "[prometheus]" in toasts(app)[0]
        app.clear_notifications()
        screen.set_focus(screen.line)
        await pilot.press("u", "p", "enter")
        await wait_until(pilot, lambda: toasts(app))
        assert not screen.engine.called("promql")  # type: ignore[attr-defined]


@SIZES
@LANGUAGES
async def test_where_nothing_is_configured_the_lines_to_add_are_shown(
    tmp_path: Path, size: tuple[int, int], language: Language
) -> None:
    engine = ScriptedEngine(tmp_path)
    configured = engine.board
    engine.board = board(configured=False, tiles=(), endpoints=(), prometheus="", problems=("x",), drill="", spans=())
    async with opened(engine, size, language) as (app, pilot, screen):
        await wait_until(pilot, lambda: screen.has_class("-bare"))
        text = screen_text(app)
        assert all(line in text for line in LINES.splitlines())
        assert "drills.toml" in text
        assert not engine.called("metrics_chart")
        await pilot.press("y")
        await wait_until(pilot, lambda: toasts(app))
        assert copied(app) == LINES
        engine.board = configured
        await pilot.press("f5")
        await charted(pilot, screen)
        assert engine.called("reload")
        await wait_until(pilot, lambda: screen.tiles.has_focus)


async def test_unknown_is_a_word_and_never_0(engine: ScriptedEngine) -> None:
    nobody = [tile(key, value=None, change=None, source="", age=None, spark=(), note="why") for key in KEYS]
    engine.board = board(tiles=tuple(nobody))
    async with opened(engine) as (app, pilot, screen):
        await charted(pilot, screen)
        tiles = "\n".join(screen_text(app).splitlines()[2:13])
        assert tiles.count("unknown") >= len(KEYS)
        assert " 0" not in tiles.replace(" 0 s", "")
        assert "why" in screen_text(app)


async def test_odd_values_are_shown_as_what_they_are(engine: ScriptedEngine) -> None:
    values = (math.nan, math.inf, -math.inf, 1e300, -5.0)
    spark = ((AT, math.nan), (AT + 1, math.inf), (AT + 2, 1.0))
    odd = [tile(key, value=value, change=value, spark=spark) for key, value in zip(KEYS, values, strict=False)]
    engine.board = board(tiles=(*odd, *(tile(key) for key in KEYS[5:])))
    async with opened(engine) as (app, pilot, screen):
        await charted(pilot, screen)
        text = screen_text(app)
        assert "unknown" in text and "∞" in text and "−∞" in text and "−5" in text
        assert app._exception is None


async def test_problems_are_shown_and_the_rest_stays(engine: ScriptedEngine) -> None:
    engine.board = board(problems=("endpoint rag does not answer; check that it is up",))
    async with opened(engine, SMALL) as (app, pilot, screen):
        await charted(pilot, screen)
        assert "! endpoint rag does not answer" in screen_text(app)
        engine.fail("metrics", UsageError("drills.toml has no drill x"))
        await pilot.press("f5")
        await wait_for_text(pilot, "✗ drills.toml has no drill x")
        assert "100,000" in screen_text(app)
        engine.mend("metrics")
        engine.board = board()
        await pilot.press("f5")
        await wait_until(pilot, lambda: "✗" not in screen_text(app))
        assert "does not answer" not in screen_text(app)
