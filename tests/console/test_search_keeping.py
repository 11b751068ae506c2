"""What is done with an answer of the Search screen: read as JSON, copied, kept as evidence."""

from __future__ import annotations

from dataclasses import replace

from textual.widgets import OptionList

from qdrill.console.i18n import say
from qdrill.console.modals.choose import Choose
from qdrill.console.modals.reading import Reading
from qdrill.errors import ArchiveError
from tests.console.support import samples
from tests.console.support.screens import LARGE, run, toasts, wait_for_text, wait_until
from tests.console.support.scripted import ScriptedEngine
from tests.console.support.searching import searched


async def test_the_response_as_json_the_payload_and_the_row(engine: ScriptedEngine) -> None:
    async with run(engine, LARGE) as (app, pilot):
        await searched(app, pilot)
        copied = engine.config.artifacts / "copied.txt"
        await pilot.press("y")
        await wait_until(pilot, copied.exists)
        assert copied.read_text() == "1\t0.5698\t1\t登录失败怎么办"
        await pilot.press("enter")
        await wait_for_text(pilot, '"text": "登录失败怎么办"')
        await pilot.press("escape", "j")
        await wait_until(pilot, lambda: isinstance(app.screen, Reading))
        await pilot.press("y")
        await wait_until(pilot, lambda: '"searches"' in copied.read_text())
        assert f'"target": "{samples.TARGET}"' in copied.read_text()


async def test_kept_in_a_finished_record_which_then_vouches_for_it(engine: ScriptedEngine) -> None:
    directory = engine.drills / "20261122T151107Z-7f3a"
    engine.records = {directory: samples.record(), engine.drills / "broken": ArchiveError("damaged")}
    async with run(engine, LARGE) as (app, pilot):
        screen = await searched(app, pilot)
        await pilot.press("k")
        await wait_until(pilot, lambda: isinstance(app.screen, Choose))
        assert app.screen.query_one(OptionList).option_count == 1, "a damaged record keeps nothing"
        await pilot.press("down", "enter")
        await wait_until(pilot, lambda: screen.kept is not None)
        assert engine.called("keep_search")[0]["directory"] == directory
        assert len(engine.called("amend")) == 1
        assert "vouches" in toasts(app)[-1]
        await wait_for_text(pilot, "kept in evidence/kept/001.json")
        await pilot.press("k")
        assert toasts(app)[-1] == say("en", "search.why.kept")


async def test_kept_in_the_drill_that_runs(engine: ScriptedEngine) -> None:
    from tests.console.support.script import HOLD

    script = engine.script(HOLD)
    directory = engine.drills / "20261122T151107Z-7f3a"
    record = samples.record()
    engine.records = {directory: replace(record, time=replace(record.time, finished=None))}
    async with run(engine) as (app, pilot):
        app.jobs.start("drill", "x", lambda control, emit: engine.drill(samples.nightly(), None, control, emit))
        await wait_until(pilot, lambda: script.holding)
        screen = await searched(app, pilot)
        await pilot.press("k")
        await wait_until(pilot, lambda: screen.kept is not None)
        assert engine.called("keep_search")[0]["directory"] == directory
        assert not engine.called("amend"), "a running drill lists it by itself"
        assert "when the drill ends" in toasts(app)[-1]
        engine.release()


async def test_without_any_record_there_is_nowhere_to_keep(engine: ScriptedEngine) -> None:
    async with run(engine) as (app, pilot):
        await searched(app, pilot)
        await pilot.press("k")
        await wait_until(pilot, lambda: toasts(app))
        assert toasts(app)[-1] == say("en", "search.no_records")


async def test_a_search_of_other_collections_is_kept_after_a_question(engine: ScriptedEngine) -> None:
    from tests.console.support.script import HOLD

    script = engine.script(HOLD)
    record = samples.record()
    other = replace(
        record, source=replace(record.source, address="local/other"), time=replace(record.time, finished=None)
    )
    engine.records = {engine.drills / "20261122T151107Z-7f3a": other}
    async with run(engine, LARGE) as (app, pilot):
        screen = await searched(app, pilot)
        app.jobs.start("drill", "x", lambda control, emit: engine.drill(samples.nightly(), None, control, emit))
        await wait_until(pilot, lambda: script.holding and app.drill_directory() is not None)
        await pilot.press("k")
        await wait_for_text(pilot, "The record at hand is of local/other")
        assert not engine.called("keep_search")
        await pilot.press("tab", "enter")
        await wait_until(pilot, lambda: screen.kept is not None)
        engine.release()
