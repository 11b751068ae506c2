"""Backing up and restoring from the Collections screen: the questions, the job, the result."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from textual.widgets import Button, Input, OptionList

from qdrill.console.modals.choose import Choose
from qdrill.console.modals.confirm import Confirm
from qdrill.console.modals.prompt import Prompt
from qdrill.console.panels.collections_job import JobPanel
from qdrill.errors import StoreError, UsageError
from qdrill.events import Progress
from tests.console.support import samples
from tests.console.support.collections import shown
from tests.console.support.hostile import WORST, raw_controls
from tests.console.support.screens import LARGE, SMALL, screen_text, toasts, wait_for_text, wait_until
from tests.console.support.script import DEAF, HOLD
from tests.console.support.scripted import ScriptedEngine

HALF = Progress("backup", "points", 500, 1000, 250_000, 500_000)


@pytest.fixture
def engine(tmp_path: Path) -> ScriptedEngine:
    """One store with one collection."""
    return ScriptedEngine(tmp_path, samples.config(tmp_path, file=tmp_path / "drills.toml"))


async def test_a_backup_asks_where_to_and_shows_how_far_it_is(engine: ScriptedEngine) -> None:
    script = engine.script(HALF, HOLD, job="back_up")
    async with shown(engine) as (app, pilot, screen):
        await pilot.press("b")
        await wait_until(pilot, lambda: isinstance(app.screen, Prompt))
        default = engine.config.artifacts / "metrics" / "qdrant_backup_default_collection.json"
        assert app.screen.query_one(Input).value == str(default)
        await pilot.press("enter")
        await wait_until(pilot, lambda: script.holding)
        await wait_for_text(pilot, "50 %")
        assert "500 of 1,000 points" in screen_text(app)
        await pilot.press("b")
        assert toasts(app)[-1] == "A backup is running; one job at a time."
        await pilot.press("w")
        assert toasts(app)[-1] == "A backup is running; one job at a time."
        engine.release(job="back_up")
        await wait_for_text(pilot, "✓ done  backed up local/default_collection")
        assert engine.called("back_up") == [{"source": samples.SOURCE, "archive": default}]
        await wait_until(pilot, lambda: len(engine.called("overview")) == 2 and screen.asked is None)
        ended = screen.query_one(JobPanel).ended
        assert ended is not None
        assert f"archive {default}" in ended.lines
        await pilot.press("escape")
        assert "✓ done" not in screen_text(app)


async def test_an_empty_path_is_no_answer_and_esc_starts_nothing(engine: ScriptedEngine) -> None:
    async with shown(engine) as (app, pilot, _):
        await pilot.press("b", "ctrl+u", "enter")
        await wait_for_text(pilot, "Type something, or press Esc.")
        await pilot.press("escape")
        assert app.jobs.all == []


async def test_a_backup_is_paused_and_goes_on(engine: ScriptedEngine) -> None:
    script = engine.script(HALF, HOLD, job="back_up")
    async with shown(engine, LARGE) as (app, pilot, screen):
        await pilot.press("b", "enter")
        await wait_until(pilot, lambda: script.holding)
        await pilot.press("p")
        await wait_for_text(pilot, "paused")
        assert screen.job is not None
        assert screen.job.control.paused
        await pilot.press("p")
        await wait_until(pilot, lambda: "paused" not in screen_text(app))
        engine.release(job="back_up")
        await wait_for_text(pilot, "✓ done")


@pytest.mark.parametrize(("language", "word"), [("en", "cancelling..."), ("zh", "正在取消……")])
async def test_cancelling_lasts_until_the_work_has_stopped(engine: ScriptedEngine, language: str, word: str) -> None:
    script = engine.script(HALF, DEAF, job="back_up")
    async with shown(engine, LARGE, language) as (app, pilot, screen):  # type: ignore[arg-type]
        await pilot.press("b", "enter")
        await wait_until(pilot, lambda: script.holding)
        await pilot.press("x")
        await wait_for_text(pilot, word)
        await pilot.press("x", "p")
        await wait_until(pilot, lambda: len(toasts(app)) == 1, "told once, however often it is asked for")
        engine.release(job="back_up")
        await wait_until(pilot, lambda: screen.job is not None and screen.job.state == "cancelled")
        await wait_for_text(pilot, "! interrupted" if language == "en" else "! 已中断")


async def test_a_backup_that_fails_is_one_line(engine: ScriptedEngine) -> None:
    engine.script(HALF, StoreError("local went away; start it again, then back up again"), job="back_up")
    async with shown(engine) as (app, pilot, _):
        await pilot.press("b", "enter")
        await wait_for_text(pilot, "✗ failed  the backup of local/default_collection failed")
        assert "local went away; start it again, then back up again" in screen_text(app)


async def test_a_restore_takes_an_archive_of_the_list_and_a_target(engine: ScriptedEngine, tmp_path: Path) -> None:
    own = tmp_path / "metrics" / "qdrant_backup_default_collection.json"
    engine.kept_archives = (tmp_path / "metrics" / "newer.json", own)
    async with shown(engine) as (app, pilot, _):
        await pilot.press("w")
        await wait_until(pilot, lambda: isinstance(app.screen, Choose))
        assert app.screen.query_one(OptionList).highlighted == 1
        await pilot.press("enter")
        await wait_until(pilot, lambda: isinstance(app.screen, Prompt))
        assert app.screen.query_one(Input).value == samples.TARGET
        await pilot.press("enter")
        await wait_for_text(pilot, "✓ done  restored into local/default_collection_restored")
        assert engine.called("restore") == [{"archive": own, "target": samples.TARGET, "replace": None}]
        assert "Counted, not compared" in screen_text(app)


@pytest.mark.parametrize("listed", [True, False])
async def test_another_archive_can_be_typed(engine: ScriptedEngine, tmp_path: Path, listed: bool) -> None:
    engine.kept_archives = (tmp_path / "one.json",) if listed else ()
    async with shown(engine) as (app, pilot, _):
        await pilot.press("w")
        if listed:
            await wait_until(pilot, lambda: isinstance(app.screen, Choose))
            await pilot.press("end", "enter")
        await wait_until(pilot, lambda: isinstance(app.screen, Prompt))
        await pilot.press("ctrl+u", *"/x/y.json", "enter")
        await wait_for_text(pilot, "Restore y.json: to which collection?")
        await pilot.press("enter")
        await wait_until(pilot, lambda: engine.called("restore"))
        assert engine.called("restore")[0]["archive"] == Path("/x/y.json")


async def test_a_target_that_exists_needs_its_name_and_cancel_has_the_focus(
    engine: ScriptedEngine, tmp_path: Path
) -> None:
    engine.kept_archives = (tmp_path / "one.json",)
    engine.existing.add(samples.TARGET)
    async with shown(engine) as (app, pilot, _):
        for answer in (None, "default_collection", "default_collection_restored"):
            await pilot.press("w")
            await wait_until(pilot, lambda: isinstance(app.screen, Choose))
            await pilot.press("enter")
            await wait_until(pilot, lambda: isinstance(app.screen, Prompt))
            await pilot.press("enter")
            await wait_until(pilot, lambda: isinstance(app.screen, Confirm))
            assert app.focused is app.screen.query_one("#cancel")
            if answer is None:
                await pilot.press("enter")
            else:
                app.screen.query_one("#typed", Input).focus()
                await pilot.press(*answer, "enter")
                if isinstance(app.screen, Confirm):
                    assert app.screen.query_one("#yes", Button).disabled
                    await pilot.press("escape")
            await wait_until(pilot, lambda: len(app.screen_stack) == 1)
            if answer != "default_collection_restored":
                assert app.jobs.all == []
        await wait_until(pilot, lambda: engine.called("restore"))
        assert engine.called("restore")[0]["replace"] == "default_collection_restored"


async def test_a_guarded_store_is_refused_and_never_proposed(engine: ScriptedEngine, tmp_path: Path) -> None:
    engine.kept_archives = (tmp_path / "one.json",)
    guarded = {"local": samples.store(production=True), "spare": samples.store("spare")}
    engine.config = replace(engine.config, stores=guarded)
    async with shown(engine) as (app, pilot, _):
        await pilot.press("w")
        await wait_until(pilot, lambda: isinstance(app.screen, Choose))
        await pilot.press("enter")
        await wait_until(pilot, lambda: isinstance(app.screen, Prompt))
        assert app.screen.query_one(Input).value == "spare/default_collection_restored"
        engine.fail("target_exists", UsageError("local is marked production; name a target in another store"))
        await pilot.press("ctrl+u", *"local/x", "enter")
        await wait_for_text(pilot, "✗ local is marked production")
        assert app.screen.query_one(Input).value == "local/x"
        await pilot.press("escape")
        assert app.jobs.all == []


async def test_a_job_that_ends_elsewhere_is_shown_when_somebody_comes_back(engine: ScriptedEngine) -> None:
    engine.script(HALF, HOLD, job="back_up")
    async with shown(engine) as (app, pilot, screen):
        await pilot.press("b", "enter")
        await wait_for_text(pilot, "50 %")
        await pilot.press("5")
        await wait_until(pilot, lambda: app.current_mode == "metrics")
        engine.release(job="back_up")
        await wait_until(pilot, lambda: screen.job is not None and screen.job.ended)
        await pilot.press("2")
        await wait_for_text(pilot, "✓ done")


async def test_the_result_follows_the_language_and_is_copied_where_nothing_is_selected(
    engine: ScriptedEngine,
) -> None:
    async with shown(engine) as (app, pilot, screen):
        await pilot.press("b", "enter")
        await wait_for_text(pilot, "✓ done")
        await pilot.press("f2")
        assert "✓ 完成  已备份 local/default_collection" in screen_text(app)
        engine.summaries = []
        await pilot.press("r")
        await wait_until(pilot, lambda: screen.asked is None)
        assert (screen.copied() or "").startswith("✓ 已备份")
        assert screen.query_one(JobPanel).ended is not None


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_hostile_errors_and_archive_names_are_harmless(
    engine: ScriptedEngine, tmp_path: Path, size: tuple[int, int]
) -> None:
    engine.kept_archives = (tmp_path / WORST.replace("/", "_"),)
    engine.script(StoreError(WORST), job="restore")
    async with shown(engine, size) as (app, pilot, screen):
        await pilot.press("w")
        await wait_until(pilot, lambda: isinstance(app.screen, Choose))
        assert not raw_controls(screen_text(app))
        await pilot.press("enter")
        await wait_until(pilot, lambda: isinstance(app.screen, Prompt))
        assert not raw_controls(screen_text(app))
        await pilot.press("enter")
        await wait_until(pilot, lambda: screen.job is not None and screen.job.state == "failed")
        await wait_for_text(pilot, "✗ failed")
        assert not raw_controls(screen_text(app))
