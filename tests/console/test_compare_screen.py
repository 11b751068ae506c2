"""The Compare screen over the scripted engine: every action, every state, both languages, both sizes."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from qdrill.console.app import QdrillApp
from qdrill.console.handover import Handover
from qdrill.console.i18n import Language, say
from qdrill.console.known_places import Offers
from qdrill.console.panels.compare_form import CompareForm
from qdrill.console.panels.compare_places import Comparison
from qdrill.console.screens.compare import CompareScreen
from qdrill.console.walkthrough import places
from qdrill.console.walkthrough.app import WalkthroughApp
from qdrill.drill.verify import verification_document
from qdrill.errors import StoreError
from qdrill.events import Progress
from qdrill.results import ConfigDifference
from tests.console.support import samples
from tests.console.support.clock import FakeClock
from tests.console.support.screens import LARGE, SMALL, run, screen_text, toasts, wait_for_text, wait_until
from tests.console.support.script import DEAF, HOLD
from tests.console.support.scripted import ScriptedEngine

ASKED = Comparison(samples.SOURCE, samples.TARGET)
POINTS = Progress("verify", "points", 400, 1000, 400_000)


@asynccontextmanager
async def compare_screen(
    engine: ScriptedEngine, size: tuple[int, int] = LARGE, language: Language = "en", asked: Comparison = ASKED
) -> AsyncIterator[tuple[QdrillApp, Pilot[int], CompareScreen]]:
    """The console at its Compare screen, with two places chosen."""
    async with run(engine, size, language) as (app, pilot):
        await pilot.press("4")
        await wait_until(pilot, lambda: isinstance(app.screen, CompareScreen), "the Compare screen")
        screen = cast(CompareScreen, app.screen)
        screen.asked, screen.chosen = asked, asked.complete
        screen.tick()
        yield app, pilot, screen


async def compared(pilot: Pilot[int], screen: CompareScreen) -> None:
    """Start, and wait for the end."""
    await pilot.press("s")
    await wait_until(pilot, lambda: screen.ending is not None and screen.result.listed, "the end of the comparison")


@pytest.fixture
def engine(tmp_path: Path) -> ScriptedEngine:
    return ScriptedEngine(tmp_path / "artifacts")


@pytest.mark.parametrize("size", [SMALL, LARGE])
@pytest.mark.parametrize("language", ["en", "zh"])
async def test_a_result_in_both_languages_at_both_sizes(
    engine: ScriptedEngine, size: tuple[int, int], language: Language
) -> None:
    engine.verification = samples.verification(verdict="fail")
    async with compare_screen(engine, size, language) as (app, pilot, screen):
        await compared(pilot, screen)
        word = say(language, "compare.verdict.fail")
        await wait_for_text(pilot, f"✗ {word}")
        shown = screen_text(app)
        for kind in ("missing", "extra", "vector", "payload", "float_drift"):
            assert say(language, f"compare.figure.{kind}", n=1) in shown
            assert say(language, f"compare.class.{kind}") in shown
        assert say(language, "compare.figure.compared", n="1,000") in shown
        assert samples.TARGET in shown
        assert engine.called("verify") == [
            {"left": samples.SOURCE, "right": samples.TARGET, "level": "full", "searches": 0}
        ]


async def test_rows_can_be_opened_once_the_panel_has_its_size(engine: ScriptedEngine) -> None:
    engine.verification = samples.verification(verdict="fail")
    async with compare_screen(engine) as (app, pilot, screen):
        screen.result.styles.display = "none"
        await pilot.press("s")
        await wait_until(pilot, lambda: screen.ending is not None, "the end of the comparison")
        walk = cast(WalkthroughApp, app)
        assert not places.compared(walk)
        screen.result.styles.display = "block"
        await wait_until(pilot, lambda: places.compared(walk), "the rows")
        assert screen.result.table.row_count > 0


async def test_the_language_switches_live_and_keeps_cursor_filter_and_section(engine: ScriptedEngine) -> None:
    engine.verification = samples.verification(verdict="fail")
    async with compare_screen(engine) as (app, pilot, screen):
        await compared(pilot, screen)
        await wait_until(pilot, lambda: screen.result.table.has_focus, "the focus on the rows")
        await pilot.press("down", "down")
        await pilot.press("f2")
        await wait_for_text(pilot, "✗ 失败")
        assert screen.result.table.cursor_row == 2
        assert "类别" in screen_text(app)
        await pilot.press("f")
        await wait_for_text(pilot, "只看缺失：1")
        await pilot.press("f2")
        await wait_for_text(pilot, "only missing: 1")
        assert screen.result.table.row_count == 1


async def test_the_bar_tells_points_rate_elapsed_estimate_and_a_stall(engine: ScriptedEngine) -> None:
    clock = FakeClock()

    def step(done: int) -> Progress:
        clock.advance(1.0)
        return Progress("verify", "points", done, 1000, done * 1000)

    script = engine.script(
        Progress("verify", "ids", 1000, None),
        *(lambda _control, emit, done=done: emit(step(done)) for done in (0, 100, 200, 300, 400)),
        HOLD,
        job="verify",
    )
    async with run(engine, SMALL, "en", clock=clock) as (app, pilot):
        await pilot.press("4")
        screen = cast(CompareScreen, app.screen)
        screen.asked, screen.chosen = ASKED, True
        await pilot.press("s")
        await wait_until(pilot, lambda: script.holding, "the hold")
        for text in ("40 %", "400 of 1,000 points", "100 points/s", "elapsed 4.0 s", "about 6 s left", "Comparing"):
            await wait_for_text(pilot, text)
        clock.advance(12.0)
        await wait_for_text(pilot, "stalled for 12 s")
        assert "left" not in screen_text(app).split("elapsed")[1].splitlines()[0]


async def test_pause_and_cancel_say_what_they_do_until_the_work_has_stopped(engine: ScriptedEngine) -> None:
    script = engine.script(POINTS, DEAF, job="verify")
    async with compare_screen(engine) as (_, pilot, screen):
        await pilot.press("s")
        await wait_until(pilot, lambda: script.holding, "the hold")
        await pilot.press("p")
        await wait_for_text(pilot, "⏸ paused")
        await pilot.press("p", "x")
        await wait_for_text(pilot, "cancelling...")
        assert screen.job is not None
        assert screen.job.state == "cancelling"
        assert screen.ending is None
        engine.release(job="verify")
        await wait_for_text(pilot, "! CANCELLED   cancelled after 400 of 1,000 points. Not checked is not passed.")


async def test_the_job_outlives_the_screen(engine: ScriptedEngine) -> None:
    script = engine.script(POINTS, HOLD, job="verify")
    async with compare_screen(engine) as (app, pilot, screen):
        await pilot.press("s")
        await wait_until(pilot, lambda: script.holding, "the hold")
        await pilot.press("1")
        await wait_until(pilot, lambda: app.current_mode == "drill", "the Drill screen")
        engine.release(job="verify")
        await wait_until(pilot, lambda: app.jobs.running is None, "the end")
        await wait_until(pilot, lambda: "A comparison has ended; its screen shows how." in toasts(app), "a toast")
        await pilot.press("4")
        await wait_for_text(pilot, "✓ PASS   all 1,000 points are the same")
        assert screen.ending is not None


async def test_one_bulk_job_at_a_time_and_why_not_says_which(engine: ScriptedEngine) -> None:
    engine.script(HOLD, job="back_up")
    async with compare_screen(engine) as (app, pilot, screen):
        app.jobs.start("backup", "local/x", lambda control, emit: engine.back_up("local/x", None, control, emit))
        await pilot.press("s")
        reason = "A backup is running (local/x); only one at a time reads or writes in bulk."
        await wait_until(pilot, lambda: reason in toasts(app), "why not")
        assert screen.why_not("compare.start") == reason
        assert engine.called("verify") == []


@pytest.mark.parametrize("level", ["count", "sample"])
@pytest.mark.parametrize("language", ["en", "zh"])
async def test_less_than_all_never_looks_like_a_pass(engine: ScriptedEngine, level: str, language: Language) -> None:
    figures: dict[str, Any] = {"compared": 0, "equal": 0} if level == "count" else {"compared": 80, "equal": 80}
    engine.verification = samples.verification(verdict="inconclusive", level=level, **figures)
    async with compare_screen(engine, SMALL, language) as (app, pilot, screen):
        await pilot.press("l", "down", *(["down"] if level == "count" else []), "enter")
        await wait_until(pilot, lambda: screen.asked.level == level, "the level")
        await compared(pilot, screen)
        await wait_for_text(pilot, f"? {say(language, 'compare.verdict.inconclusive')}")
        shown = screen_text(app)
        assert {"en": "Not checked is not passed.", "zh": "未检查不等于通过。"}[language] in shown
        assert "✓" not in shown
        if level == "count":
            assert say(language, "compare.figure.compared", n="–") in shown
            assert say(language, "compare.figure.missing", n="–") in shown


async def test_what_is_counted_and_not_listed_is_said(engine: ScriptedEngine) -> None:
    found = samples.verification(verdict="fail").result
    engine.verification = samples.verification(
        verdict="fail", missing=2345, payload=7, differences=found.differences, equal=990, extra=1
    )
    async with compare_screen(engine) as (_, pilot, screen):
        await compared(pilot, screen)
        await wait_for_text(
            pilot,
            "missing: 1 of 2,345 listed, the others are only counted, "
            "payload: 1 of 7 listed, the others are only counted",
        )
        await pilot.press("f")
        await wait_for_text(pilot, "missing: 1 of 2,345 listed, the others are only counted")
        await pilot.press("f")
        await wait_until(pilot, lambda: screen.result.kind == "extra", "the class extra")
        assert "listed" not in screen_text(pilot.app)  # type: ignore[arg-type]


async def test_settings_and_searches_have_sections_of_their_own(engine: ScriptedEngine) -> None:
    changed = replace(samples.outcome(), state="fail", reason="2 of 3 hits", overlap=2 / 3, same_order=False)
    base = samples.verification(
        verdict="fail", config=(ConfigDifference("payload_schema.text.data_type", '"text"', "absent"),)
    )
    engine.verification = replace(base, searches=(samples.outcome(), changed))
    async with compare_screen(engine) as (app, pilot, screen):
        await compared(pilot, screen)
        await wait_for_text(pilot, "payload_schema.text.data_type")
        assert "Configuration and schema 1" in screen_text(app)
        assert "the two differ: settings 1, searches answered differently 1." in screen_text(app)
        await pilot.press("enter")
        await wait_for_text(pilot, "Esc closes, y copies")
        await pilot.press("escape", "t")
        await wait_for_text(pilot, "Searches 1/2")
        first = screen.result.table.get_row_at(0)
        assert [str(cell) for cell in first] == ["✗ fail", "text 登录", "0.67", "changed", "0", "12.0 ms", "11.0 ms"]
        await pilot.press("enter")
        await wait_for_text(pilot, "✗ fail: 2 of 3 hits")
        await pilot.press("escape", "t")
        await wait_for_text(pilot, "No point differs.")


async def test_an_error_keeps_the_figures_names_the_side_and_starts_again(engine: ScriptedEngine) -> None:
    error = StoreError(f"reading {samples.TARGET}: connection refused (tried 7 times); check that the server is up")
    engine.script(POINTS, error, job="verify")
    async with compare_screen(engine) as (app, pilot, screen):
        await compared(pilot, screen)
        await wait_for_text(pilot, "right side: reading local/default_collection_restored: connection refused")
        assert "ended after 400 of 1,000 points. Not checked is not passed." in screen_text(app)
        assert "? INCONCLUSIVE" in screen_text(app)
        engine.script(job="verify")
        await pilot.press("f5")
        await wait_for_text(pilot, "✓ PASS")
        assert len(engine.called("verify")) == 2


async def test_copying_takes_the_row_or_the_whole_result(engine: ScriptedEngine) -> None:
    engine.verification = samples.verification(verdict="fail")
    async with compare_screen(engine) as (_, pilot, screen):
        assert screen.copied() is None
        await compared(pilot, screen)
        await wait_until(pilot, lambda: screen.result.table.has_focus, "the focus on the rows")
        await pilot.press("down", "y")
        copied = engine.config.artifacts / "copied.txt"
        await wait_until(pilot, copied.exists, "the copy")
        assert json.loads(copied.read_text()) == {"id": 2, "class": "extra", "detail": "about extra"}
        await pilot.press("Y")
        whole = verification_document(engine.verification)
        await wait_until(pilot, lambda: json.loads(copied.read_text()) == whole, "the whole result")


async def test_other_places_than_those_of_the_result_are_told(engine: ScriptedEngine) -> None:
    async with compare_screen(engine) as (_, pilot, screen):
        await compared(pilot, screen)
        await pilot.press("l", "down", "enter")
        await wait_for_text(pilot, "! Below is local/default_collection against")
        await wait_for_text(pilot, "s compares what is above.")


async def test_offers_that_come_before_the_form_stands_are_listed_when_it_does(engine: ScriptedEngine) -> None:
    async with compare_screen(engine) as (app, pilot, _):
        for _ in range(3):
            await pilot.press("e")
            await wait_for_text(pilot, "1 to choose from for left")
            await pilot.press("escape")
            await wait_until(pilot, lambda: len(app.screen_stack) == 1)
        assert toasts(app) == []


async def test_another_screen_hands_places_over(engine: ScriptedEngine) -> None:
    async with compare_screen(engine, asked=Comparison("", samples.TARGET)) as (app, pilot, screen):
        screen.take(Handover("compare", source="local/other"))
        assert screen.asked == Comparison("local/other", samples.TARGET)
        screen.take(Handover("compare", source=samples.TARGET))
        await wait_until(pilot, lambda: len(app.screen_stack) == 2, "the form, for the side that is missing")
        assert app.screen.query_one("#field-left", Input).value == samples.TARGET
        assert app.screen.query_one("#field-right", Input).value == ""


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_the_answers_of_the_form_are_in_sight_whatever_is_wrong(
    engine: ScriptedEngine, language: Language
) -> None:
    why = "10.0.0.1:6333 refuses the connection (tried 3 times); check that the server is up and reachable"
    problem = f"far: listing the collections of far: {why}"
    offers = Offers(("./a.json",), tuple(f"local/{number}" for number in range(40)), (problem, problem))
    async with compare_screen(engine, SMALL, language) as (app, pilot, _):
        await pilot.press("e")
        await wait_until(pilot, lambda: isinstance(app.screen, CompareForm), "the form")
        form = cast(CompareForm, app.screen)
        form.offer(offers)
        told = form._told(problem)
        assert told.startswith({"en": "listing the collections of far: 10", "zh": "列出 far 的集合：10"}[language])
        assert form._told("far: HTTP 503") == {"en": "far: HTTP 503", "zh": "far：HTTP 503"}[language]
        form.query_one("#field-left", Input).value = form.query_one("#field-right", Input).value
        form.query_one("#field-searches", Input).value = "many"
        await pilot.press("enter")
        await wait_for_text(pilot, say(language, "compare.wrong.searches", most="10,000")[:12])
        await wait_for_text(pilot, say(language, "compare.form.use"))
        await wait_for_text(pilot, say(language, "dialogue.cancel"))


async def test_without_two_places_nothing_says_that_they_could_be_compared(engine: ScriptedEngine) -> None:
    async with compare_screen(engine, SMALL, asked=Comparison()) as (app, pilot, screen):
        await wait_for_text(pilot, "e chooses the two places")
        assert "compares them" not in screen_text(app)
        screen.asked = ASKED
        screen.tick()
        await wait_for_text(pilot, "s compares them")
