"""The Drill screen before a drill: what is at hand, how it is put together, and what keeps it from starting."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual.widgets import Input, Select

from qdrill.config_model import EmbedderConfig, SearchConfig
from qdrill.console.app import QdrillApp
from qdrill.console.handover import Handover
from qdrill.console.i18n import Language
from qdrill.errors import StoreError
from tests.console.support import samples
from tests.console.support.drilling import LANGUAGES, SIZES, shown
from tests.console.support.hostile import WORST, raw_controls
from tests.console.support.screens import LARGE, screen_text, toasts, wait_for_text, wait_until
from tests.console.support.scripted import ScriptedEngine


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
            await wait_until(pilot, lambda: toasts(app))
            app.clear_notifications()
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


async def test_this_screen_hands_over_to_itself(engine: ScriptedEngine) -> None:
    async with shown(engine) as (app, pilot, _):
        await app.hand_over(Handover("drill", source="local/docs"))
        await wait_for_text(pilot, "Put a drill together")
        assert app.screen.query_one("#field-source", Input).value == "local/docs"
        await app.hand_over(Handover("drill", source="local/others"))
        await wait_for_text(pilot, "local/others_restored")
        assert len(app.screen_stack) == 2


async def test_the_form_changes_its_language_and_keeps_what_was_typed_and_chosen(engine: ScriptedEngine) -> None:
    async with shown(engine, LARGE) as (app, pilot, screen):
        await pilot.press("e")
        await wait_for_text(pilot, "Put a drill together")
        app.screen.query_one("#field-rto", Input).value = "30"
        app.screen.query_one("#field-level", Select).value = "count"
        await pilot.press("f2")
        for text in ("组成一次演练", "计数：", "取消", "保留目标集合"):
            await wait_for_text(pilot, text)
        await pilot.press("enter")
        await wait_until(pilot, lambda: app.screen is screen)
        assert screen.drill is not None
        assert (screen.drill.level, screen.drill.objectives.rto_seconds) == ("count", 30.0)


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


async def test_before_a_drill_the_throttle_is_that_of_the_plan(engine: ScriptedEngine) -> None:
    async with shown(engine) as (_, pilot, screen):
        await pilot.press("minus", "minus", "minus")
        await wait_for_text(pilot, "0.05 ms a point")
        assert screen.drill is not None
        assert screen.drill.delay_ms_per_point == 0.05


async def test_the_form_shows_the_embedder_of_the_drill(engine: ScriptedEngine) -> None:
    search = SearchConfig(text="登录", top_k=3, embedder="words")
    embedders = {name: EmbedderConfig(name, "bm25") for name in ("letters", "words")}
    engine.config = replace(engine.config, embedders=embedders, drills=(samples.nightly(searches=(search,)),))
    async with shown(engine) as (app, pilot, _):
        await pilot.press("e")
        await wait_until(pilot, lambda: app.screen.query("#field-embedder"))
        await wait_until(
            pilot, lambda: any("embedder" in line and "words" in line for line in screen_text(app).splitlines())
        )
