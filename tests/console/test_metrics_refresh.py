"""How the Metrics screen reads: by itself, one question at a time, and with the stages of a running drill."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from qdrill.console.screens.metrics_reading import REFRESH_SECONDS
from qdrill.signals.board_model import KEYS
from tests.console.support import samples
from tests.console.support.clock import FakeClock
from tests.console.support.drilling import held
from tests.console.support.measuring import charted, opened, with_prometheus
from tests.console.support.screens import screen_text, toasts, wait_for_text, wait_until
from tests.console.support.scripted import ScriptedEngine


@pytest.fixture
def engine(tmp_path: Path) -> ScriptedEngine:
    return with_prometheus(tmp_path)


async def test_it_reads_again_by_itself_while_it_is_at_the_front(engine: ScriptedEngine) -> None:
    clock = FakeClock()
    async with opened(engine, clock=clock) as (app, pilot, screen):
        await charted(pilot, screen)
        assert len(engine.called("metrics")) == 1
        clock.advance(REFRESH_SECONDS)
        await wait_until(pilot, lambda: len(engine.called("metrics")) == 2, "read again")
        await charted(pilot, screen)
        await pilot.press("1")
        await wait_until(pilot, lambda: app.current_mode == "drill")
        clock.advance(10 * REFRESH_SECONDS)
        screen.read_when_due()
        assert len(engine.called("metrics")) == 2
        await pilot.press("5")
        await wait_until(pilot, lambda: len(engine.called("metrics")) == 3, "read at the front again")


async def test_ages_count_on(engine: ScriptedEngine) -> None:
    clock = FakeClock()
    async with opened(engine, clock=clock) as (_, pilot, screen):
        await charted(pilot, screen)
        await wait_for_text(pilot, "endpoint rag, 0 s ago")
        engine.slow("metrics")
        clock.advance(2.0)
        await wait_for_text(pilot, "endpoint rag, 2 s ago")
        clock.advance(40.0)
        await wait_for_text(pilot, "endpoint rag, 42 s ago")


async def test_a_service_that_hangs_is_asked_once_and_holds_up_no_key(engine: ScriptedEngine) -> None:
    clock = FakeClock()
    async with opened(engine, clock=clock) as (app, pilot, screen):
        await charted(pilot, screen)
        engine.slow("metrics")
        engine.slow("metrics_chart")
        before = len(engine.called("metrics")), len(engine.called("metrics_chart"))
        await pilot.press("f5", "right", "right", "f5", "f5")
        clock.advance(60)
        await wait_for_text(pilot, "no answer yet, 60 s")
        assert len(engine.called("metrics")) == before[0] + 1
        assert len(engine.called("metrics_chart")) == before[1] + 1
        assert screen.tiles.at == KEYS[2]
        assert "Rows skipped, last 15 min" in screen_text(app)
        engine.mend("metrics_chart")
        # What was wished last is asked when the answer to what was wished before has come.
        await wait_until(pilot, lambda: screen.chart.picture and screen.chart.picture.what == KEYS[2])
        engine.mend("metrics")
        await wait_until(pilot, lambda: len(engine.called("metrics")) == before[0] + 2, "what F5 asked for meanwhile")


async def test_a_defect_does_not_end_the_console_nor_come_again_by_itself(engine: ScriptedEngine) -> None:
    clock = FakeClock()
    engine.fail("metrics", ValueError("a defect"))
    async with opened(engine, clock=clock) as (app, pilot, screen):
        await wait_until(pilot, lambda: toasts(app))
        clock.advance(100)
        screen.read_when_due()
        assert len(engine.called("metrics")) == 1
        engine.mend("metrics")
        await pilot.press("f5")
        await charted(pilot, screen)
        assert app._exception is None


async def test_the_stages_of_a_running_drill_are_on_the_chart(engine: ScriptedEngine) -> None:
    held(engine)
    engine.config = replace(engine.config, drills=(samples.nightly(),))
    async with opened(engine) as (_, pilot, screen):
        await charted(pilot, screen)
        assert engine.called("metrics")[-1] == {"drill": None, "running": ()}
        await pilot.press("1", "s")
        await wait_until(pilot, lambda: engine.scripts["drill"].holding, "the drill holds")
        await pilot.press("5", "f5")
        await wait_until(pilot, lambda: engine.called("metrics")[-1]["running"])
        asked = engine.called("metrics")[-1]
        assert [one.name for one in asked["running"]] == ["preflight", "backup"]
        assert asked["running"][0].end is not None and asked["running"][1].end is None
        assert asked["drill"] == samples.nightly().name
        await wait_until(pilot, lambda: engine.called("metrics_chart")[-1]["running"])
