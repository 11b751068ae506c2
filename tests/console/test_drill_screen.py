"""The Drill screen over the scripted engine while a drill runs and when it has ended: what is, and nothing better."""

from __future__ import annotations

import shlex
from dataclasses import replace
from typing import Any

import pytest
from textual.widgets import Static

from qdrill.console.i18n import Language
from qdrill.console.panels.drill_verdict import VerdictPanel
from qdrill.errors import QdrillError, StoreError, UsageError
from qdrill.events import (
    CheckDone,
    DrillFinished,
    MomentReached,
)
from tests.console.support import samples
from tests.console.support.drilling import HALF, LANGUAGES, SIZES, held, shown, started, with_result
from tests.console.support.hostile import WORST, raw_controls
from tests.console.support.screens import LARGE, screen_text, toasts, wait_for_text, wait_until
from tests.console.support.script import HOLD
from tests.console.support.scripted import ScriptedEngine


@SIZES
@LANGUAGES
async def test_a_whole_drill_ends_with_its_verdict(
    engine: ScriptedEngine, size: tuple[int, int], language: Language
) -> None:
    async with shown(engine, size, language) as (app, pilot, screen):
        await pilot.press("s")
        await wait_for_text(pilot, {"en": "✓ PASS", "zh": "✓ 通过"}[language])
        # Where the screen breaks the record's path depends on the path.
        figures = screen.query_one("#figures", Static)
        await wait_until(pilot, lambda: str(figures.content).endswith("drill.toml"), "the record's path")
        text = screen_text(app)
        assert {"en": "met", "zh": "达标"}[language] in text
        assert "RTA" in text
        assert "RPA" in text
        call = engine.called("drill")[0]
        assert (call["replace"], call["resume"], call["drill"].name) == (None, False, "nightly")


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
    with_result(monkeypatch, checks=(samples.check(), samples.check("points_compared", "fail")))
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
            await wait_until(pilot, lambda: toasts(app))
            app.clear_notifications()
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
        await wait_for_text(pilot, "Log  6 lines")
        await pilot.press("l")
        await wait_for_text(pilot, "✓ PASS")


async def test_the_language_changes_under_a_drill(engine: ScriptedEngine) -> None:
    held(engine)
    async with shown(engine, LARGE) as (_, pilot, _):
        await started(pilot, engine)
        await wait_for_text(pilot, "Preflight")
        await pilot.press("f2")
        for text in ("预检", "备份：读取数据点", "恢复时间", "日志  4 行", "进行中"):
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
