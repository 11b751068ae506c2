"""Waiting on the Search screen: answers that come late, not at all, or after another question."""

from __future__ import annotations

import threading

from qdrill.console.i18n import say
from qdrill.drill.search_plan import SearchSpec
from qdrill.errors import NotFound, StoreError
from qdrill.results import SearchOutcome
from tests.console.support import samples
from tests.console.support.screens import LARGE, run, screen_text, toasts, wait_for_text, wait_until
from tests.console.support.scripted import ScriptedEngine
from tests.console.support.searching import asked, opened, searched, specs


async def test_an_older_answer_never_replaces_a_newer_one(engine: ScriptedEngine) -> None:
    gate = threading.Event()
    answered: list[str] = []

    def ask(spec: SearchSpec, source: str, target: str | None) -> tuple[SearchOutcome, ...]:
        if spec.text == "old":
            assert gate.wait(20)
        answered.append(spec.text)
        return (samples.outcome(name=f"text {spec.text}"),)

    engine.ask = ask  # type: ignore[method-assign]
    async with run(engine) as (app, pilot):
        screen = await opened(app, pilot)
        await asked(screen, pilot, "old")
        await wait_for_text(pilot, "▶ asking text old")
        await asked(screen, pilot, "new")
        await wait_until(pilot, lambda: screen.reply is not None)
        gate.set()
        await wait_until(pilot, lambda: answered == ["new", "old"])
        assert "text new" in screen_text(app)
        assert "text old" not in screen_text(app)


async def test_the_seconds_of_a_question_are_counted(engine: ScriptedEngine) -> None:
    from tests.console.support.clock import FakeClock

    clock = FakeClock()
    engine.slow("ask")
    async with run(engine, clock=clock) as (app, pilot):
        screen = await opened(app, pilot)
        await asked(screen, pilot, "登录")
        await wait_for_text(pilot, "▶ asking text 登录")
        clock.advance(12.3)
        await wait_for_text(pilot, "12 s")
        engine.mend("ask")
        await wait_until(pilot, lambda: screen.asking is None)
        assert "asking" not in screen_text(app)


async def test_a_store_that_goes_down_keeps_what_was_there_and_f5_asks_again(engine: ScriptedEngine) -> None:
    async with run(engine) as (app, pilot):
        screen = await searched(app, pilot)
        engine.fail("ask", StoreError("store local cannot be reached; is it running?"))
        await asked(screen, pilot, "别的")
        await wait_for_text(pilot, "✗ store local cannot be reached")
        text = screen_text(app)
        assert "0.5698" in text
        assert "the answer before this one" in text
        assert "answers text 登录" in text
        assert screen.sides.source.error
        assert not screen.sides.target.error
        engine.mend("ask")
        await pilot.press("f5")
        await wait_until(pilot, lambda: "✗ store" not in screen_text(app))
        assert specs(engine)[-1].text == "别的"


async def test_a_target_that_vanished_is_said_in_the_targets_panel(engine: ScriptedEngine) -> None:
    def ask(spec: SearchSpec, source: str, target: str | None) -> tuple[SearchOutcome, ...]:
        if target is not None:
            raise NotFound("there is no collection gone in store local")
        return (samples.outcome(state="not_applicable", target_hits=(), target_ms=None, overlap=None),)

    engine.ask = ask  # type: ignore[method-assign]
    async with run(engine, LARGE) as (app, pilot):
        screen = await searched(app, pilot)
        assert screen.sides.target.error.startswith("there is no collection gone")
        text = screen_text(app)
        assert "0.5698" in text
        assert "? inconclusive" in text, "half an answer proves nothing"
        assert "pass" not in text


async def test_a_defect_is_told_and_is_not_waited_for(engine: ScriptedEngine) -> None:
    engine.fail("ask", ZeroDivisionError("no"))
    async with run(engine) as (app, pilot):
        screen = await opened(app, pilot)
        await asked(screen, pilot, "登录")
        await wait_until(pilot, lambda: toasts(app) and screen.asking is None)
        assert "ZeroDivisionError" in toasts(app)[-1]


async def test_answers_of_the_query_before_have_no_verdict_while_another_is_asked(engine: ScriptedEngine) -> None:
    async with run(engine, LARGE) as (app, pilot):
        screen = await searched(app, pilot)
        assert "✓ pass" in screen_text(app)
        engine.slow("ask")
        await pilot.press("r")
        await wait_for_text(pilot, "asking a random point; the answers shown are of the query before")
        assert "✓ pass" not in screen_text(app)
        await pilot.press("x")
        await wait_until(pilot, lambda: screen.asking is None)
        await wait_for_text(pilot, say("en", "search.earlier"))
        await pilot.press("r")
        await wait_for_text(pilot, "asking a random point")
        await pilot.press("escape")
        await wait_until(pilot, lambda: screen.asking is None)
        await pilot.press("x")
        assert toasts(app)[-1] == say("en", "search.why.not_asking")
        engine.mend("ask")
