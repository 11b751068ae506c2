"""A question about a job that ends by itself while the question stands: it closes, and nothing comes of it."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from qdrill.console.app import QdrillApp
from qdrill.console.jobs import Job
from qdrill.console.modals.choose import Choose
from qdrill.console.modals.dialogue import Dialogue
from tests.console.support.drilling import held, shown, started
from tests.console.support.screens import screen_text, state_of, toasts, wait_for_text, wait_until
from tests.console.support.scripted import ScriptedEngine


async def drilled(app: QdrillApp, pilot: Pilot[int], engine: ScriptedEngine) -> Job[object]:
    """A drill that stands in its middle."""
    held(engine)
    await started(pilot, engine)
    job = app.jobs.running
    assert job is not None
    return job


async def ended(app: QdrillApp, pilot: Pilot[int], engine: ScriptedEngine, job: Job[object]) -> None:
    """The drill goes on to its end, and the questions about it are gone."""
    engine.release()
    await wait_until(pilot, lambda: job.ended and len(app.screen_stack) == 1, "the questions are closed")


@pytest.mark.parametrize("key", ["x", "q", "t"])
async def test_a_question_closes_when_its_job_has_ended_by_itself(engine: ScriptedEngine, key: str) -> None:
    async with shown(engine) as (app, pilot, screen):
        job = await drilled(app, pilot, engine)
        await pilot.press(key)
        await wait_until(pilot, lambda: isinstance(app.screen, Dialogue), "the question")
        await ended(app, pilot, engine, job)
        assert toasts(app) == ["The question is closed: the work has ended by itself."]
        assert state_of(job) == "done"
        assert app.is_running
        assert screen.drill == engine.config.drills[0]
        await wait_for_text(pilot, "✓ PASS")


async def test_what_was_asked_of_one_drill_is_not_done_to_the_next(engine: ScriptedEngine) -> None:
    async with shown(engine) as (app, pilot, _):
        first = await drilled(app, pilot, engine)
        await pilot.press("x")
        await wait_until(pilot, lambda: isinstance(app.screen, Dialogue), "the question")
        question = app.screen
        await ended(app, pilot, engine, first)
        second = await drilled(app, pilot, engine)
        await pilot.press("tab", "enter")
        assert app.screen is not question
        assert state_of(second) == "running"
        assert "cancelling" not in screen_text(app)


async def test_two_questions_about_a_job_both_close_and_leaving_needs_none_then(engine: ScriptedEngine) -> None:
    async with shown(engine) as (app, pilot, _):
        job = await drilled(app, pilot, engine)
        await pilot.press("x")
        await wait_until(pilot, lambda: len(app.screen_stack) == 2)
        await pilot.press("ctrl+c")
        await wait_until(pilot, lambda: len(app.screen_stack) == 3, "leaving asks over the other question")
        await ended(app, pilot, engine, job)
        await pilot.press("q")
        await wait_until(pilot, lambda: not app.is_running)
        assert app.return_value == 0


async def test_a_dialogue_that_is_not_about_the_job_stays(engine: ScriptedEngine) -> None:
    async with shown(engine) as (app, pilot, _):
        job = await drilled(app, pilot, engine)
        await pilot.press("f3")
        await wait_until(pilot, lambda: isinstance(app.screen, Choose), "the themes")
        engine.release()
        await wait_until(pilot, lambda: job.ended)
        app._tick()
        assert isinstance(app.screen, Choose)
