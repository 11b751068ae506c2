"""The Drill screen over the scripted engine: every action, and that it shows what is and nothing better."""

from __future__ import annotations

import shlex
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from qdrill.console.app import QdrillApp
from qdrill.console.handover import Handover
from qdrill.console.i18n import Language
from qdrill.console.panels.drill_steering import STEPS, next_step
from qdrill.console.panels.drill_verdict import VerdictPanel
from qdrill.console.screens.drill import DrillScreen
from qdrill.errors import QdrillError, StoreError, UsageError
from qdrill.events import (
    CheckDone,
    DrillFinished,
    MomentReached,
    Progress,
    StageFinished,
    StageStarted,
)
from tests.console.support import samples
from tests.console.support.hostile import WORST, raw_controls
from tests.console.support.screens import LARGE, SMALL, run, screen_text, toasts, wait_for_text, wait_until
from tests.console.support.script import DEAF, HOLD
from tests.console.support.scripted import ScriptedEngine

SIZES = pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])
LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])
HALF = (
    *samples.stage_events("preflight", 0.2),
    StageStarted("backup"),
    Progress("backup", "points", 500, 1000, 1000),
    samples.request(),
)


@pytest.fixture
def engine(tmp_path: Path) -> ScriptedEngine:
    return ScriptedEngine(tmp_path)


@asynccontextmanager
async def shown(
    engine: ScriptedEngine, size: tuple[int, int] = SMALL, language: Language = "en"
) -> AsyncIterator[tuple[QdrillApp, Pilot[int], DrillScreen]]:
    async with run(engine, size, language) as (app, pilot):
        screen = app.base_screen
        assert isinstance(screen, DrillScreen)
        yield app, pilot, screen


def held(engine: ScriptedEngine) -> Any:
    """A drill that stands in the middle of its backup."""
    return engine.script(*HALF, HOLD, StageFinished("backup", 1.0, True), DrillFinished("pass", "all", "drill.toml"))


def _with_result(monkeypatch: pytest.MonkeyPatch, **changes: Any) -> None:
    """Drills of the scripted engine end with these values in their result."""
    ended = ScriptedEngine._ended

    def other(self: ScriptedEngine, *given: Any) -> Any:
        made = ended(self, *given)
        return replace(made, result=replace(made.result, **changes))

    monkeypatch.setattr(ScriptedEngine, "_ended", other)


async def started(pilot: Pilot[int], engine: ScriptedEngine) -> None:
    await pilot.press("s")
    await wait_until(pilot, lambda: engine.scripts["drill"].holding, "the drill holds")


@SIZES
@LANGUAGES
async def test_the_first_drill_of_the_file_is_at_hand(
    engine: ScriptedEngine, size: tuple[int, int], language: Language
) -> None:
    async with shown(engine, size, language) as (_, pilot, _):
        await wait_for_text(pilot, "nightly")
        await wait_for_text(pilot, samples.TARGET)
        await wait_for_text(pilot, "900 s")


@SIZES
async def test_without_a_drill_there_is_an_offer(engine: ScriptedEngine, size: tuple[int, int]) -> None:
    engine.config = replace(engine.config, drills=())
    async with shown(engine, size) as (app, pilot, screen):
        await wait_for_text(pilot, "Play the demonstration")
        for key in ("s", "n", "d", "t"):
            await pilot.press(key)
        await wait_until(pilot, lambda: len(toasts(app)) == 4)
        assert not engine.called("drill")
        await pilot.press("down", "enter")
        await wait_for_text(pilot, "Put a drill together")
        await pilot.press(*"local/docs")
        await pilot.press("enter")
        await wait_until(pilot, lambda: screen.drill is not None)
        assert screen.drill is not None
        assert (screen.drill.source, screen.drill.target) == ("local/docs", "local/docs_restored")
        await wait_for_text(pilot, "local/docs_restored")


async def test_the_demo_is_one_of_the_offers(engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    from qdrill.console import walkthrough

    begun: list[QdrillApp] = []
    monkeypatch.setattr(walkthrough, "start_demo", begun.append)
    engine.config = replace(engine.config, drills=())
    async with shown(engine) as (app, pilot, _):
        await wait_for_text(pilot, "Play the demonstration")
        await pilot.press("enter")
        await wait_until(pilot, lambda: begun == [app])


async def test_another_drill_is_chosen(engine: ScriptedEngine) -> None:
    other = samples.nightly(name="weekly", target="local/weekly")
    engine.config = replace(engine.config, drills=(samples.nightly(), other))
    async with shown(engine) as (_, pilot, screen):
        await pilot.press("d")
        await wait_for_text(pilot, "Choose a drill")
        await pilot.press("down", "enter")
        await wait_until(pilot, lambda: screen.drill == other)
        await wait_for_text(pilot, "local/weekly")


async def test_errors_of_the_form_stand_at_their_fields_and_nothing_typed_is_lost(engine: ScriptedEngine) -> None:
    async with shown(engine, LARGE) as (app, pilot, screen):
        await pilot.press("e")
        await wait_for_text(pilot, "Put a drill together")
        app.screen.query_one("#field-rto", Input).value = "soon"
        app.screen.query_one("#field-target", Input).value = samples.SOURCE
        await pilot.press("enter")
        await wait_for_text(pilot, "this is the source; name another target")
        await wait_for_text(pilot, "write a number, 0 or more")
        assert app.focused is app.screen.query_one("#field-target")
        app.screen.query_one("#field-rto", Input).value = "30"
        app.screen.query_one("#field-target", Input).value = "local/elsewhere"
        await pilot.press("enter")
        await wait_until(pilot, lambda: app.screen is screen)
        assert screen.drill is not None
        assert (screen.drill.target, screen.drill.objectives.rto_seconds) == ("local/elsewhere", 30.0)
        assert not engine.called("target_exists")


async def test_leaving_the_form_changes_nothing(engine: ScriptedEngine) -> None:
    async with shown(engine) as (app, pilot, screen):
        before = screen.drill
        await pilot.press("e")
        await wait_for_text(pilot, "Put a drill together")
        await pilot.press("escape")
        await wait_until(pilot, lambda: app.screen is screen)
        assert screen.drill == before


async def test_another_screen_hands_over_what_to_drill(engine: ScriptedEngine) -> None:
    async with shown(engine) as (app, pilot, _):
        await app.do_mode("records")
        await app.hand_over(Handover("drill", source="local/docs"))
        await wait_for_text(pilot, "Put a drill together")
        assert app.screen.query_one("#field-source", Input).value == "local/docs"


@LANGUAGES
async def test_the_dry_run_says_what_would_be_done(engine: ScriptedEngine, language: Language) -> None:
    engine.planned = (("backup", f"write {WORST} over 6 connections"), ("afterwards", "keep the target"))
    async with shown(engine, LARGE, language) as (app, pilot, _):
        await pilot.press("n")
        await wait_for_text(pilot, {"en": "keep the target", "zh": "保留目标集合"}[language])
        await wait_until(pilot, lambda: len(app.screen_stack) == 2)
        assert not raw_controls(screen_text(app))
        assert engine.called("dry_run")[0]["replace"] == "default_collection_restored"
        assert not engine.called("drill")


@SIZES
@LANGUAGES
async def test_a_whole_drill_ends_with_its_verdict(
    engine: ScriptedEngine, size: tuple[int, int], language: Language
) -> None:
    async with shown(engine, size, language) as (app, pilot, _):
        await pilot.press("s")
        await wait_for_text(pilot, {"en": "✓ PASS", "zh": "✓ 通过"}[language])
        await wait_for_text(pilot, "drill.toml")
        text = screen_text(app)
        assert {"en": "met", "zh": "达标"}[language] in text
        assert "RTA" in text
        assert "RPA" in text
        call = engine.called("drill")[0]
        assert (call["replace"], call["resume"], call["drill"].name) == (None, False, "nightly")


async def test_a_target_that_exists_needs_its_name_typed(engine: ScriptedEngine) -> None:
    engine.existing.add(samples.TARGET)
    async with shown(engine) as (app, pilot, screen):
        await pilot.press("s")
        await wait_for_text(pilot, "Type its name")
        assert app.focused is not None
        assert app.focused.id == "cancel"
        await pilot.press("enter")
        await wait_until(pilot, lambda: app.screen is screen)
        assert not engine.called("drill")
        await pilot.press("s")
        await wait_for_text(pilot, "Type its name")
        await pilot.press("shift+tab", *"default_collection_restored", "enter")
        await wait_until(pilot, lambda: engine.called("drill"))
        assert engine.called("drill")[0]["replace"] == "default_collection_restored"


@pytest.mark.parametrize("mark", ["production", "read_only"])
async def test_a_guarded_target_is_refused_in_a_line(engine: ScriptedEngine, mark: str) -> None:
    stores = {"local": samples.store(), "guarded": samples.store("guarded", **{mark: True})}
    engine.config = replace(engine.config, stores=stores, drills=(samples.nightly(target="guarded/x"),))
    async with shown(engine) as (app, pilot, _):
        await wait_for_text(pilot, f"{mark} = true")
        await pilot.press("s")
        await wait_until(pilot, lambda: toasts(app))
        assert mark in toasts(app)[0]
        assert not engine.called("target_exists")
        assert not engine.called("drill")


@SIZES
@pytest.mark.parametrize(("mark", "words"), [("production", "! PRODUCTION"), ("read_only", "! READ-ONLY")])
async def test_a_guarded_source_wears_a_banner_that_stays_while_it_runs(
    engine: ScriptedEngine, mark: str, words: str, size: tuple[int, int]
) -> None:
    stores = {"local": samples.store(), "guarded": samples.store("guarded", **{mark: True})}
    engine.config = replace(engine.config, stores=stores, drills=(samples.nightly(source="guarded/x"),))
    held(engine)
    async with shown(engine, size) as (_, pilot, screen):
        await wait_for_text(pilot, words)
        assert screen.has_class(f"-{mark.replace('_', '-')}")
        await started(pilot, engine)
        await pilot.press("plus")
        await wait_for_text(pilot, words)


@SIZES
async def test_a_store_that_is_down_is_named_and_asked_again(engine: ScriptedEngine, size: tuple[int, int]) -> None:
    engine.fail("target_exists", StoreError("local refuses the connection; check that the server is up"))
    async with shown(engine, size) as (_, pilot, _):
        await pilot.press("s")
        await wait_for_text(pilot, "local refuses the connection")
        await wait_for_text(pilot, "F5 tries again")
        await wait_for_text(pilot, "nightly")
        engine.mend("target_exists")
        await pilot.press("f5")
        await wait_for_text(pilot, "✓ PASS")


async def test_while_the_store_is_asked_the_screen_says_so(engine: ScriptedEngine) -> None:
    engine.slow("dry_run")
    async with shown(engine) as (_, pilot, _):
        await pilot.press("n")
        await wait_for_text(pilot, "… asking the store")
        engine.mend("dry_run")
        await wait_for_text(pilot, "Dry run: nothing has been done")


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


async def test_before_a_drill_the_throttle_is_that_of_the_plan(engine: ScriptedEngine) -> None:
    async with shown(engine) as (_, pilot, screen):
        await pilot.press("minus", "minus", "minus")
        await wait_for_text(pilot, "0.05 ms a point")
        assert screen.drill is not None
        assert screen.drill.delay_ms_per_point == 0.05


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
    _with_result(monkeypatch, backup=None)
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


@pytest.mark.parametrize(
    ("error", "verdict"),
    [(UsageError("the target is the source"), "? INCONCLUSIVE"), (StoreError("local is down"), "? INCONCLUSIVE")],
)
async def test_a_drill_that_could_not_begin_says_why(engine: ScriptedEngine, error: QdrillError, verdict: str) -> None:
    engine.fail("drill", error)
    async with shown(engine) as (app, pilot, _):
        await pilot.press("s")
        await wait_for_text(pilot, verdict)
        await wait_for_text(pilot, str(error))
        assert "PASS" not in screen_text(app)
        engine.mend("drill")
        await pilot.press("f5")
        await wait_for_text(pilot, "✓ PASS")


@SIZES
@pytest.mark.parametrize("verdict", ["fail", "inconclusive"])
async def test_a_failed_check_opens_to_what_was_expected_seen_and_which_ids(
    engine: ScriptedEngine, size: tuple[int, int], verdict: Any
) -> None:
    engine.script(*samples.drill_events(verdict=verdict))
    async with shown(engine, size) as (app, pilot, screen):
        await pilot.press("s")
        await wait_for_text(pilot, {"fail": "✗ FAIL", "inconclusive": "? INCONCLUSIVE"}[verdict])
        assert "✓ PASS" not in screen_text(app)
        await pilot.press("enter")
        await wait_until(pilot, lambda: len(app.screen_stack) == 2)
        text = screen_text(app)
        assert "Expected" in text
        assert "Seen" in text
        assert "Concerned" in text
        await pilot.press("escape", "y")
        copied = engine.config.artifacts / "copied.txt"
        await wait_until(pilot, copied.exists)
        assert verdict.upper() in copied.read_text(encoding="utf-8")
        assert screen.ending is not None


async def test_passed_checks_are_green_only_where_the_drill_passed(
    engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    _with_result(monkeypatch, checks=(samples.check(), samples.check("points_compared", "fail")))
    engine.script(*samples.drill_events(verdict="fail"))
    async with shown(engine, LARGE) as (app, pilot, screen):
        await pilot.press("s")
        await wait_for_text(pilot, "✗ FAIL")
        table = screen.query_one(VerdictPanel).table
        assert screen.query_one("Clock").has_class("-muted")
        cells = [table.get_row_at(row)[0] for row in range(table.row_count)]
        passed = [cell for cell in cells if "pass" in cell.plain]
        assert passed
        assert {str(cell.style) for cell in passed} == {""}
        assert app.theme_variables["state-pass"]


@SIZES
async def test_the_log_is_filtered_read_and_copied_as_curl(engine: ScriptedEngine, size: tuple[int, int]) -> None:
    engine.config = replace(engine.config, stores={"local": samples.store(api_key_env="QDRANT_API_KEY")})
    other = samples.request("/collections/other", method="GET", url="", body="", detail="")
    engine.script(*HALF, other, HOLD)
    async with shown(engine, size) as (app, pilot, _):
        await started(pilot, engine)
        await wait_for_text(pilot, "/collections/other")
        await pilot.press("slash")
        await pilot.press(*"scroll")
        await wait_for_text(pilot, "1 match: scroll")
        await wait_until(pilot, lambda: "/collections/other" not in screen_text(app))
        await pilot.press("enter", "c")
        copied = engine.config.artifacts / "copied.txt"
        await wait_until(pilot, copied.exists)
        words = shlex.split(copied.read_text(encoding="utf-8"))
        assert words[:4] == ["curl", "-sS", "-X", "POST"]
        assert "api-key: $QDRANT_API_KEY" in words
        await pilot.press("enter")
        await wait_for_text(pilot, "Log line")
        await wait_for_text(pilot, '{"limit":500}')
        await pilot.press("escape", "slash", "escape")
        await wait_for_text(pilot, "/collections/other")


async def test_a_drill_outlives_the_screen(engine: ScriptedEngine) -> None:
    held(engine)
    async with shown(engine) as (app, pilot, _):
        await started(pilot, engine)
        await pilot.press("6")
        await wait_until(pilot, lambda: app.current_mode == "records")
        engine.release()
        await wait_until(pilot, lambda: app.jobs.running is None)
        await pilot.press("1")
        await wait_for_text(pilot, "✓ PASS")


async def test_from_the_drill_to_the_plan_and_back(engine: ScriptedEngine) -> None:
    held(engine)
    async with shown(engine) as (app, pilot, _):
        for key in ("v", "slash", "c", "l", "p", "x"):
            await pilot.press(key)
        await wait_until(pilot, lambda: len(toasts(app)) == 6)
        await started(pilot, engine)
        await wait_for_text(pilot, "500 of 1,000 points")
        await pilot.press("v")
        await wait_for_text(pilot, "starts it")
        await pilot.press("s")
        await wait_until(pilot, lambda: "A job is running." in toasts(app))
        await pilot.press("v")
        await wait_for_text(pilot, "500 of 1,000 points")
        engine.release()
        await wait_for_text(pilot, "✓ PASS")
        await pilot.press("l")
        await wait_for_text(pilot, "Log  1 lines")
        await pilot.press("l")
        await wait_for_text(pilot, "✓ PASS")


async def test_the_language_changes_under_a_drill(engine: ScriptedEngine) -> None:
    held(engine)
    async with shown(engine, LARGE) as (_, pilot, _):
        await started(pilot, engine)
        await wait_for_text(pilot, "Preflight")
        await pilot.press("f2")
        for text in ("预检", "备份：读取数据点", "恢复时间", "日志  1 行", "进行中"):
            await wait_for_text(pilot, text)
        engine.release()
        await wait_for_text(pilot, "✓ 通过")
        await pilot.press("f2")
        await wait_for_text(pilot, "✓ PASS")


@SIZES
async def test_hostile_names_and_answers_stay_text(engine: ScriptedEngine, size: tuple[int, int]) -> None:
    bad = samples.check("bad[/", "fail", expected=WORST, seen=WORST, ids=(WORST,))
    name = "local/[bold] [@click=app.quit]x $x {x} \u202e表"
    engine.config = replace(engine.config, drills=(samples.nightly(source=name, operator=WORST),))
    engine.script(
        *HALF, samples.request(f"/collections/{WORST}", detail=WORST), CheckDone(bad),
        MomentReached("created", 0.1), HOLD, DrillFinished("fail", WORST, WORST),
    )  # fmt: skip
    async with shown(engine, size) as (app, pilot, _):
        await wait_for_text(pilot, "[bold")
        assert not raw_controls(screen_text(app))
        await started(pilot, engine)
        await wait_for_text(pilot, "[bold")
        assert not raw_controls(screen_text(app))
        engine.release()
        await wait_for_text(pilot, "FAIL")
        assert not raw_controls(screen_text(app))


async def test_nothing_is_painted_while_nothing_changes(
    engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with shown(engine, LARGE) as (_, pilot, screen):
        await pilot.press("s")
        await wait_for_text(pilot, "✓ PASS")
        painted: list[str] = []
        for widget in screen.walk_children():
            name = type(widget).__name__
            monkeypatch.setattr(widget, "refresh", lambda *_, _name=name, **__: painted.append(_name))
        for _ in range(5):
            screen.tick()
        assert painted == []
