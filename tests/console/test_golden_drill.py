"""The Drill screen in its states, in both sizes and both languages, as files to read and compare."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.console.support import samples, story
from tests.console.support.clock import FakeClock
from tests.console.support.goldens import svg_golden
from tests.console.support.screens import LARGE, wait_until
from tests.console.support.script import DEAF, HOLD
from tests.console.support.scripted import ScriptedEngine
from tests.console.support.story import Story
from tests.console.support.studio import Studio, still, studio

__all__ = ["still"]


async def begun(stage: Studio) -> None:
    """Start the drill, and go on to where it holds."""
    await stage.pilot.press("s")
    await stage.held()


async def test_offers_plan_form_and_dry_run(still: ScriptedEngine) -> None:
    still.planned = (
        ("drill", "nightly"), ("preflight", "read local/default_collection (100,000 points); nothing is written"),
        ("backup", "write artifacts/metrics/qdrant_backup_default_collection.json over 6 connections"),
        ("restore", f"{samples.TARGET}: create it; load every row, indexes, settings"),
        ("validate", "5 sample searches, points compared: full"), ("afterwards", "keep the target"),
    )  # fmt: skip
    still.config = replace(still.config, drills=())
    async with studio(still) as stage:
        await stage.take("drill_offers")
    still.config = replace(still.config, drills=(samples.nightly(), samples.nightly(name="weekly")))
    async with studio(still) as stage:
        await stage.take("drill_plan")
        await stage.take_dialogue("drill_form", "e")
        await stage.take_dialogue("drill_choose", "d")
        await stage.take_dialogue("drill_dry_run", "n")
        still.existing.add(samples.TARGET)
        await stage.take_dialogue("drill_replace", "s")


async def test_running_paused_stalled_cancelling_and_interrupted(still: ScriptedEngine) -> None:
    clock = FakeClock()
    still.result = story.cut_off()
    still.script(*Story(clock).to_the_middle(), DEAF)
    async with studio(still, clock) as stage:
        await begun(stage)
        await stage.take("drill_running")
        await stage.pilot.press("p")
        await stage.settle()
        await stage.take("drill_paused")
        await stage.pilot.press("p")
        clock.advance(12.0)
        await stage.take("drill_stalled")
        await stage.take_dialogue("drill_cancel", "x")
        await stage.dialogue("x")
        await stage.pilot.press("tab", "enter")
        await stage.settle()
        await stage.take("drill_cancelling")
        still.release()
        await wait_until(stage.pilot, lambda: stage.app.jobs.running is None)
        await stage.take("drill_interrupted")


@pytest.mark.parametrize("verdict", ["pass", "fail", "inconclusive"])
async def test_verdicts(still: ScriptedEngine, verdict: str) -> None:
    clock = FakeClock()
    still.result = story.result(verdict)
    still.script(*Story(clock, verdict).whole())
    async with studio(still, clock) as stage:
        await stage.pilot.press("s")
        await wait_until(stage.pilot, lambda: stage.app.jobs.last("drill") and stage.app.jobs.running is None)
        await stage.take(f"drill_{verdict}")
        if verdict == "fail":
            await stage.pilot.press("down")
            await stage.take_dialogue("drill_check", "enter")
            await stage.pilot.press("l")
            await stage.take("drill_log")


async def test_pictures(still: ScriptedEngine) -> None:
    clock = FakeClock()
    still.result = story.result("fail")
    first = Story(clock, "fail")
    still.script(*first.to_the_middle(), HOLD, *first.to_the_end())
    async with studio(still, clock) as stage:
        await stage.view(LARGE, "en")
        svg_golden("drill_plan", stage.app)
        await begun(stage)
        svg_golden("drill_running", stage.app)
        still.release()
        await wait_until(stage.pilot, lambda: stage.app.jobs.running is None)
        await stage.settle()
        svg_golden("drill_fail", stage.app)
        await stage.view(LARGE, "zh")
        svg_golden("drill_fail_zh", stage.app)
