"""Where the Search screen looks: the last drill, what is chosen, what another screen hands over."""

from __future__ import annotations

from dataclasses import replace

from textual.widgets import Input, OptionList

from qdrill.console.handover import Handover
from qdrill.console.panels.search_places import PlacesDialogue
from tests.console.support import samples
from tests.console.support.screens import LARGE, run, wait_for_text, wait_until
from tests.console.support.scripted import ScriptedEngine
from tests.console.support.searching import asked, opened, screen_of, searched, specs


async def test_the_last_drills_places_are_the_default(engine: ScriptedEngine) -> None:
    engine.config = replace(engine.config, drills=())
    async with run(engine) as (app, pilot):
        await pilot.press("3")
        await wait_for_text(pilot, "Choose where to search")
        job = app.jobs.start("drill", "x", lambda control, emit: engine.drill(samples.nightly(), None, control, emit))
        await wait_until(pilot, lambda: job.ended)
        await pilot.press("1", "3")
        await wait_until(pilot, lambda: screen_of(app).places.source)
        record = samples.record()
        assert screen_of(app).places.source == record.source.address
        assert screen_of(app).places.target == record.target.address


async def test_without_a_place_a_query_asks_for_one(engine: ScriptedEngine) -> None:
    engine.config = replace(engine.config, drills=())
    async with run(engine) as (app, pilot):
        await pilot.press("3")
        await wait_for_text(pilot, "Choose where to search")
        await asked(screen_of(app), pilot, "登录")
        await wait_until(pilot, lambda: isinstance(app.screen, PlacesDialogue))
        await pilot.press("enter")
        await wait_for_text(pilot, "name a source")
        app.screen.query_one("#place-source", Input).value = "nowhere/x"
        await pilot.press("enter")
        await wait_for_text(pilot, "there is no store")
        app.screen.query_one("#place-source", Input).value = "local/docs"
        await pilot.press("enter")
        await wait_until(pilot, lambda: engine.called("ask"))
        assert engine.called("ask")[0]["source"] == "local/docs"
        assert engine.called("ask")[0]["target"] is None


async def test_places_are_drills_and_collections_to_choose_from(engine: ScriptedEngine) -> None:
    engine.summaries = [samples.summary(f"local/c{at:03}") for at in range(500)]
    async with run(engine, LARGE) as (app, pilot):
        screen = await searched(app, pilot)
        await pilot.press("e")
        await wait_for_text(pilot, "local/c000")
        known = app.screen.query_one("#known", OptionList)
        await wait_until(pilot, lambda: known.option_count == 501)
        assert "nightly" in str(known.get_option_at_index(0).prompt)
        await pilot.press(*"c49")
        await wait_until(pilot, lambda: known.option_count == 10)
        await pilot.press("down", "enter")
        await wait_until(pilot, lambda: app.screen.query_one("#place-target").has_focus)
        await pilot.press(*"c001", "down", "enter", "enter")
        await wait_until(pilot, lambda: screen.places.source == "local/c490" and screen.places.target == "local/c001")
        await wait_until(pilot, lambda: len(specs(engine)) == 2, "asked again at the new places")
        await pilot.press("e")
        await wait_for_text(pilot, "nightly")
        await pilot.press("down", "enter")
        await wait_until(pilot, lambda: screen.places.source == samples.SOURCE)


async def test_what_another_screen_hands_over(engine: ScriptedEngine) -> None:
    async with run(engine) as (app, pilot):
        await opened(app, pilot)
        await pilot.press("5")
        await app.hand_over(Handover("search", "local/a", "local/b"))
        screen = screen_of(app)
        await wait_until(pilot, lambda: screen.places.source == "local/a")
        assert screen.places.target == "local/b"
        assert screen.panel.line.has_focus
        screen.take(Handover("search", target="local/c"))
        assert (screen.places.source, screen.places.target) == ("local/a", "local/c")
        screen.take(Handover("search", "local/d"))
        assert (screen.places.source, screen.places.target) == ("local/d", "")
