"""Leaving: asks while a job runs, and waits for the work to stop. Ctrl-C is the same wish, anywhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.screen import Screen

from qdrill.console.app import QdrillApp
from qdrill.console.jobs import Job
from qdrill.console.modals.choose import Choose
from qdrill.console.modals.confirm import Confirm
from qdrill.console.modals.dialogue import Dialogue
from qdrill.console.modals.prompt import Prompt
from qdrill.console.modals.reading import Reading
from tests.console.support import samples
from tests.console.support.screens import run, screen_text, state_of, toasts, wait_until
from tests.console.support.script import DEAF, HOLD
from tests.console.support.scripted import ScriptedEngine


async def start(engine: ScriptedEngine, app: QdrillApp, pilot: Pilot[int]) -> Job[object]:
    job = app.jobs.start("drill", "nightly", lambda control, emit: engine.drill(samples.nightly(), None, control, emit))
    await wait_until(pilot, lambda: engine.scripts["drill"].holding, "the script holds")
    return job  # type: ignore[return-value]


@pytest.mark.parametrize("key", ["q", "ctrl+c"])
async def test_leaving_without_a_job_leaves(tmp_path: Path, key: str) -> None:
    async with run(ScriptedEngine(tmp_path)) as (app, pilot):
        await pilot.press(key)
        await wait_until(pilot, lambda: not app.is_running)
        assert app.return_value == 0


@pytest.mark.parametrize("key", ["q", "ctrl+c"])
async def test_leaving_with_a_job_asks_and_no_is_the_safe_answer(tmp_path: Path, key: str) -> None:
    engine = ScriptedEngine(tmp_path)
    engine.script(HOLD)
    async with run(engine) as (app, pilot):
        job = await start(engine, app, pilot)
        await pilot.press(key)
        await wait_until(pilot, lambda: isinstance(app.screen, Confirm))
        assert "A drill is running" in screen_text(app)
        assert app.focused is not None and app.focused.id == "cancel"
        await pilot.press("enter")
        await wait_until(pilot, lambda: len(app.screen_stack) == 1)
        assert state_of(job) == "running" and app.is_running
        await pilot.press(key)
        await wait_until(pilot, lambda: isinstance(app.screen, Confirm))


async def test_leaving_waits_until_the_work_has_stopped(tmp_path: Path) -> None:
    engine = ScriptedEngine(tmp_path)
    engine.script(DEAF)
    async with run(engine) as (app, pilot):
        job = await start(engine, app, pilot)
        await pilot.press("q")
        await wait_until(pilot, lambda: isinstance(app.screen, Confirm))
        await pilot.press("ctrl+c", "ctrl+c")
        assert len(app.screen_stack) == 2, "one question is enough"
        await pilot.click("#yes")
        await wait_until(pilot, lambda: job.control.cancelled)
        assert state_of(job) == "cancelling" and app.is_running
        assert any("cancelling..." in text for text in toasts(app))
        await pilot.press("q")
        assert len(app.screen_stack) == 1 and app.is_running
        engine.release()
        await wait_until(pilot, lambda: not app.is_running)
        assert app.return_value == 130 and state_of(job) == "cancelled"


async def test_a_job_that_ends_just_before_the_answer_is_not_cancelled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The moment before the question closes by itself.
    monkeypatch.setattr(Dialogue, "leave_if_outlived", lambda _: None)
    engine = ScriptedEngine(tmp_path)
    engine.script(HOLD)
    async with run(engine) as (app, pilot):
        job = await start(engine, app, pilot)
        await pilot.press("q")
        await wait_until(pilot, lambda: isinstance(app.screen, Confirm))
        engine.release()
        await wait_until(pilot, lambda: job.ended)
        await pilot.click("#yes")
        await wait_until(pilot, lambda: not app.is_running)
        assert app.return_value == 0 and state_of(job) == "done"


@pytest.mark.parametrize(
    "dialogue",
    [
        Prompt("Where to?"),
        Choose("Which?", [("a", "A")]),
        Reading("Text", "line"),
        Confirm("Sure?", "Really", "Yes", typed="name"),
    ],
    ids=["prompt", "choose", "reading", "confirm"],
)
async def test_ctrl_c_asks_in_a_dialogue_too(tmp_path: Path, dialogue: Screen[object]) -> None:
    engine = ScriptedEngine(tmp_path)
    engine.script(HOLD)
    async with run(engine) as (app, pilot):
        await start(engine, app, pilot)
        await app.push_screen(dialogue)
        await pilot.press("ctrl+c")
        await wait_until(pilot, lambda: app.screen is not dialogue and isinstance(app.screen, Confirm))
        await pilot.press("escape")
        await wait_until(pilot, lambda: app.screen is dialogue)
        assert app.is_running


async def test_ctrl_q_does_nothing(tmp_path: Path) -> None:
    async with run(ScriptedEngine(tmp_path)) as (app, pilot):
        await pilot.press("ctrl+q")
        await pilot.pause()
        assert app.is_running


async def test_the_drill_outlives_its_screen(tmp_path: Path) -> None:
    engine = ScriptedEngine(tmp_path)
    engine.script(HOLD, *samples.drill_events())
    async with run(engine) as (app, pilot):
        job = await start(engine, app, pilot)
        await pilot.press("2", "6")
        await wait_until(pilot, lambda: app.current_mode == "records")
        assert state_of(job) == "running"
        engine.release()
        await wait_until(pilot, lambda: job.ended)
        assert state_of(job) == "done"
        await wait_until(pilot, lambda: any("A drill has ended" in text for text in toasts(app)))
