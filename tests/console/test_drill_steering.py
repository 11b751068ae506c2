"""Steering a drill from its screen: held, throttled, cancelled, gone on with."""

from __future__ import annotations

import pytest
from textual.widgets import Input

from qdrill.console.screens.drill_steering import STEPS, next_step
from qdrill.events import (
    DrillFinished,
)
from tests.console.support.drilling import HALF, SIZES, held, shown, started, with_result
from tests.console.support.screens import screen_text, toasts, wait_for_text, wait_until
from tests.console.support.script import DEAF, HOLD
from tests.console.support.scripted import ScriptedEngine


@SIZES
async def test_a_drill_is_held_throttled_and_goes_on(engine: ScriptedEngine, size: tuple[int, int]) -> None:
    held(engine)
    async with shown(engine, size) as (app, pilot, screen):
        await started(pilot, engine)
        await wait_for_text(pilot, "500 of 1,000 points")
        await pilot.press("p")
        await wait_for_text(pilot, "paused")
        job = screen.steered
        assert job is not None
        await pilot.press("minus", "minus")
        assert job.control.delay_ms_per_point == 0.02
        await pilot.press("plus")
        await wait_for_text(pilot, "throttle 0.01 ms a point")
        await pilot.press("t")
        await wait_for_text(pilot, "Milliseconds of delay")
        app.screen.query_one(Input).value = "never"
        await pilot.press("enter")
        await wait_for_text(pilot, "write a number")
        app.screen.query_one(Input).value = "0.25"
        await pilot.press("enter")
        await wait_for_text(pilot, "throttle 0.25 ms a point")
        await pilot.press("p")
        await wait_for_text(pilot, "▶ running")
        engine.release()
        await wait_for_text(pilot, "✓ PASS")


def test_steps_of_the_throttle() -> None:
    assert [next_step(0.0, 1), next_step(0.03, 1), next_step(0.05, 1)] == [0.01, 0.05, 0.1]
    assert [next_step(0.0, -1), next_step(0.03, -1), next_step(0.01, -1)] == [0.0, 0.02, 0.0]
    assert next_step(STEPS[-1], 1) == STEPS[-1]
    assert next_step(5000.0, 1) == 5000.0
    assert next_step(5000.0, -1) == STEPS[-1]


async def test_cancelling_asks_and_says_cancelling_until_the_work_has_stopped(engine: ScriptedEngine) -> None:
    engine.script(*HALF, DEAF)
    async with shown(engine) as (app, pilot, screen):
        await started(pilot, engine)
        await pilot.press("x")
        await wait_for_text(pilot, "Stop the drill?")
        assert app.focused is not None
        assert app.focused.id == "cancel"
        await pilot.press("enter")
        await wait_until(pilot, lambda: app.screen is screen)
        job = screen.steered
        assert job is not None
        assert not job.control.cancelled
        await pilot.press("x")
        await wait_for_text(pilot, "Stop the drill?")
        await pilot.press("tab", "enter")
        await wait_for_text(pilot, "cancelling...")
        assert not job.ended
        await pilot.press("x")
        await wait_until(pilot, lambda: toasts(app))
        assert "being cancelled" in toasts(app)[-1]
        engine.release()
        await wait_for_text(pilot, "INTERRUPTED")
        assert "cancelling..." not in screen_text(app)


async def test_an_interrupted_backup_is_gone_on_with(engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    engine.script(*HALF, HOLD)
    with_result(monkeypatch, backup=None)
    async with shown(engine) as (app, pilot, screen):
        await pilot.press("u")
        await wait_until(pilot, lambda: toasts(app))
        await started(pilot, engine)
        assert screen.steered is not None
        screen.steered.cancel()
        await wait_for_text(pilot, "u goes on with this backup")
        engine.script(DrillFinished("pass", "all", "drill.toml"))
        await pilot.press("u")
        await wait_until(pilot, lambda: len(engine.called("drill")) == 2)
        assert engine.called("drill")[1]["resume"] is True
        await wait_for_text(pilot, "✓ PASS")


async def test_a_drill_whose_backup_was_complete_is_started_anew(engine: ScriptedEngine) -> None:
    engine.script(*HALF, HOLD)
    async with shown(engine) as (app, pilot, screen):
        await started(pilot, engine)
        assert screen.steered is not None
        screen.steered.cancel()
        await wait_for_text(pilot, "INTERRUPTED")
        await pilot.press("u")
        await wait_until(pilot, lambda: toasts(app))
        assert "was complete" in toasts(app)[-1]


async def test_a_backup_that_another_process_left_is_gone_on_with(engine: ScriptedEngine) -> None:
    engine.unfinished.add("nightly")
    engine.script(DrillFinished("pass", "all", "drill.toml"))
    async with shown(engine) as (_, pilot, _screen):
        await wait_for_text(pilot, "An unfinished backup of this drill was found")
        await pilot.press("u")
        await wait_until(pilot, lambda: bool(engine.called("drill")))
        assert engine.called("drill")[0]["resume"] is True


async def test_an_unfinished_backup_is_looked_for_when_a_drill_ended(engine: ScriptedEngine) -> None:
    engine.script(*HALF, HOLD)
    async with shown(engine) as (_, pilot, screen):
        await started(pilot, engine)
        engine.unfinished.add("nightly")
        assert screen.steered is not None
        screen.steered.cancel()
        await wait_for_text(pilot, "INTERRUPTED")
        await wait_until(pilot, lambda: screen.unfinished)
        assert screen.why_not("drill.resume") is None
