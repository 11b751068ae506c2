"""The Search screen over the scripted engine: every action, both sizes, both languages, errors, hostile answers."""

from __future__ import annotations

import threading
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from textual.pilot import Pilot
from textual.widgets import Input, OptionList

from qdrill.config_model import EmbedderConfig
from qdrill.console.app import QdrillApp
from qdrill.console.handover import Handover
from qdrill.console.i18n import Language, say
from qdrill.console.modals.choose import Choose
from qdrill.console.modals.reading import Reading
from qdrill.console.panels.search_places import PlacesDialogue
from qdrill.console.panels.search_side import SidePanel
from qdrill.console.screens.search import SearchScreen
from qdrill.drill.ask import SeveralEmbedders
from qdrill.drill.results import Hit, SearchOutcome
from qdrill.drill.search_plan import SearchSpec
from qdrill.errors import ArchiveError, NotFound, StoreError
from tests.console.support import samples
from tests.console.support.hostile import HOSTILE, NAMES, WORST, raw_controls
from tests.console.support.screens import LARGE, SMALL, run, screen_text, toasts, wait_for_text, wait_until
from tests.console.support.scripted import ScriptedEngine

LANGUAGES: tuple[Language, ...] = ("en", "zh")
UUID = "5c56c793-69f3-4fbf-87e6-c4bf54c28c26"


@pytest.fixture
def engine(tmp_path: Path) -> ScriptedEngine:
    return ScriptedEngine(tmp_path)


def screen_of(app: QdrillApp) -> SearchScreen:
    screen = app.base_screen
    assert isinstance(screen, SearchScreen)
    return screen


async def opened(app: QdrillApp, pilot: Pilot[int]) -> SearchScreen:
    """The screen, looking where the drill looks."""
    await pilot.press("3")
    await wait_until(pilot, lambda: isinstance(app.base_screen, SearchScreen) and screen_of(app).places.source)
    return screen_of(app)


async def searched(app: QdrillApp, pilot: Pilot[int], typed: str = "登录") -> SearchScreen:
    """The screen with an answer."""
    screen = await opened(app, pilot)
    await asked(screen, pilot, typed)
    await wait_until(pilot, lambda: screen.asking is None and screen.reply is not None, "an answer")
    return screen


async def asked(screen: SearchScreen, pilot: Pilot[int], typed: str) -> None:
    await pilot.press("slash")
    screen.panel.line.value = typed
    await pilot.press("enter")


def specs(engine: ScriptedEngine) -> list[SearchSpec]:
    return [call["spec"] for call in engine.called("ask")]


def _asked_since(engine: ScriptedEngine, count: int) -> bool:
    return len(specs(engine)) > count


def two_vectors() -> Any:
    configuration = {"params": {"vectors": {"a": {"size": 3}, "b": {"size": 4}}}}
    return samples.detail(configuration=configuration)


# ---------------------------------------------------------------------- answers


@pytest.mark.parametrize("size", [SMALL, LARGE])
@pytest.mark.parametrize("language", LANGUAGES)
async def test_both_answers_stand_side_by_side(
    engine: ScriptedEngine, size: tuple[int, int], language: Language
) -> None:
    async with run(engine, size, language) as (app, pilot):
        screen = await searched(app, pilot)
        text = screen_text(app)
        row = next(line for line in text.splitlines() if "0.5698" in line)
        assert row.count("登录失败怎么办") == 2
        assert row.rstrip(" │").endswith("=")
        assert "3/3" in text
        assert "12 ms │ 11 ms" in text
        assert say(language, "search.order", words=say(language, "search.order_same")) in text
        assert say(language, "search.wish.exact") in text
        assert not screen.query_one("#sides").has_class("-stacked")
        call = engine.called("ask")[0]
        assert (call["source"], call["target"]) == (samples.SOURCE, samples.TARGET)
        assert call["spec"] == SearchSpec("text", text="登录")


async def test_what_changed_is_said_in_words_and_signs(engine: ScriptedEngine) -> None:
    ours, theirs = samples.hits(0.9, 0.8, 0.7), samples.hits(0.8, 0.7512, 0.6, first=2)
    engine.outcomes = (
        samples.outcome(target_hits=theirs, overlap=2 / 3, same_order=True, state="fail", source_hits=ours,
                        reason="2 of 3 hits of the source found in the target, overlap 1 needed; lost 1"),
    )  # fmt: skip
    async with run(engine) as (app, pilot):
        await searched(app, pilot)
        text = screen_text(app)
        for words in ("missing", "↑1", "+0.0512", "new", "✗ fail", "overlap 2/3", "lost 1"):
            assert words in text


async def test_one_collection_alone_is_a_quick_look(engine: ScriptedEngine) -> None:
    engine.outcomes = (samples.outcome(state="not_applicable", target_hits=(), target_ms=None, overlap=None),)
    async with run(engine) as (app, pilot):
        screen = await opened(app, pilot)
        screen.take(Handover("search", "local/restored"))
        await asked(screen, pilot, "登录")
        await wait_for_text(pilot, "hits 3")
        assert engine.called("ask")[0]["target"] is None
        assert not screen.target.display
        assert "pass" not in screen_text(app)


async def test_long_ids_stand_one_over_the_other_and_in_full(engine: ScriptedEngine) -> None:
    hit = Hit(UUID, 0.5, {"title": "登录失败怎么办"})
    engine.outcomes = (samples.outcome(source_hits=(hit,), target_hits=(hit,)),)
    async with run(engine) as (app, pilot):
        screen = await searched(app, pilot)
        await pilot.pause()
        assert screen.query_one("#sides").has_class("-stacked")
        lines = [line for line in screen_text(app).splitlines() if UUID in line]
        assert len(lines) == 2
        assert all("登录失败怎么办" in line for line in lines)


async def test_the_cursor_of_the_other_side_goes_to_the_same_point(engine: ScriptedEngine) -> None:
    engine.outcomes = (samples.outcome(target_hits=(Hit(3, 0.9), Hit(1, 0.8), Hit(9, 0.7))),)
    async with run(engine) as (app, pilot):
        screen = await searched(app, pilot)
        await wait_until(pilot, lambda: screen.target.list.highlighted == 1)
        await pilot.press("down")
        await wait_until(pilot, lambda: screen.target.list.highlighted is None, "point 2 is missing there")
        await pilot.press("down")
        await wait_until(pilot, lambda: screen.target.list.highlighted == 0)
        await pilot.press("right", "end")
        await wait_until(pilot, lambda: screen.selected is not None and screen.selected.hit.id == 9)
        await pilot.press("left")
        assert screen.source.list.has_focus


# ---------------------------------------------------------------------- kinds of queries


async def test_by_id_by_vector_and_by_text(engine: ScriptedEngine) -> None:
    async with run(engine) as (app, pilot):
        screen = await opened(app, pilot)
        for typed, spec in (("登录", SearchSpec("text", text="登录")), ("17", SearchSpec("id", point=17)),
                            ("[1, 0.5]", SearchSpec("vector", vector=[1, 0.5]))):  # fmt: skip
            count = len(specs(engine))
            await asked(screen, pilot, typed)
            await wait_until(pilot, partial(_asked_since, engine, count))
            assert specs(engine)[-1] == spec
            await pilot.press("t")
        assert screen.wish.kind == "text"


@pytest.mark.parametrize(
    ("kind", "typed", "words"), [("id", "x", "neither"), ("vector", "{", "JSON"), ("text", "", "no text")]
)
async def test_what_is_no_query_is_said_at_the_line(engine: ScriptedEngine, kind: Any, typed: str, words: str) -> None:
    async with run(engine) as (app, pilot):
        screen = await opened(app, pilot)
        screen.panel.write(kind, "")
        await asked(screen, pilot, typed)
        await wait_for_text(pilot, words)
        assert not specs(engine)
        assert screen.panel.line.has_focus
        await pilot.press("1")
        await wait_for_text(pilot, f"┃ {typed}1 ")
        await wait_until(pilot, lambda: words not in screen_text(app))


async def test_random_and_like_this_one(engine: ScriptedEngine) -> None:
    engine.outcomes = (samples.outcome(name="random point 17", kind="random"),)
    async with run(engine) as (app, pilot):
        screen = await opened(app, pilot)
        await pilot.press("r")
        await wait_for_text(pilot, "random point 17")
        assert specs(engine)[-1] == SearchSpec("random")
        await pilot.press("f5")
        await wait_until(pilot, lambda: specs(engine)[-1] == SearchSpec("id", point=17), "the same point again")
        await wait_until(pilot, lambda: screen.asking is None)
        await pilot.press("down", "l")
        await wait_until(pilot, lambda: specs(engine)[-1] == SearchSpec("id", point=2))
        assert screen.panel.line.value == "2"


async def test_more_and_fewer_ask_once_for_several_presses(engine: ScriptedEngine) -> None:
    async with run(engine) as (app, pilot):
        screen = await searched(app, pilot)
        await pilot.press("plus", "plus", "plus", "minus")
        await wait_until(pilot, lambda: len(specs(engine)) == 2)
        assert specs(engine)[-1].top_k == 12
        screen.panel.set_wish(replace(screen.wish, top_k=1))
        await pilot.press("minus")
        assert toasts(app)[-1] == say("en", "search.why.least")
        screen.panel.set_wish(replace(screen.wish, top_k=100))
        await pilot.press("plus")
        assert toasts(app)[-1] == say("en", "search.why.most", n=100)


async def test_the_vector_is_chosen_from_those_that_the_source_has(engine: ScriptedEngine) -> None:
    engine.details[samples.SOURCE] = two_vectors()
    async with run(engine) as (app, pilot):
        screen = await searched(app, pilot)
        await pilot.press("v")
        await wait_until(pilot, lambda: isinstance(app.screen, Choose))
        await pilot.press("down", "down", "enter")
        await wait_until(pilot, lambda: specs(engine)[-1].using == "b")
        await wait_for_text(pilot, "vector b")
        screen.take(Handover("search", "local/other"))
        assert screen.wish.using == "", "another collection has other vectors"


async def test_where_there_is_one_vector_there_is_nothing_to_choose(engine: ScriptedEngine) -> None:
    async with run(engine) as (app, pilot):
        await opened(app, pilot)
        await pilot.press("v")
        await wait_until(pilot, lambda: toasts(app))
        assert "384 Cosine" in toasts(app)[-1]


async def test_an_error_about_several_vectors_names_the_key(engine: ScriptedEngine) -> None:
    engine.details[samples.SOURCE] = two_vectors()
    engine.outcomes = (
        samples.outcome(state="inconclusive", source_ms=None, target_ms=None, reason="several vectors could be used"),
    )
    async with run(engine) as (app, pilot):
        screen = await opened(app, pilot)
        await asked(screen, pilot, "登录")
        await wait_for_text(pilot, "v Vector")


async def test_several_embedders_are_offered_and_the_choice_stays(engine: ScriptedEngine) -> None:
    names = {name: EmbedderConfig(name, "bm25") for name in ("one", "two")}
    engine.config = replace(engine.config, embedders=names)
    engine.fail("ask", SeveralEmbedders(list(names)))
    async with run(engine) as (app, pilot):
        screen = await opened(app, pilot)
        await asked(screen, pilot, "登录")
        await wait_until(pilot, lambda: isinstance(app.screen, Choose))
        engine.mend("ask")
        await pilot.press("down", "enter")
        await wait_until(pilot, lambda: screen.reply is not None)
        assert specs(engine)[-1].embedder == "two"
        await wait_for_text(pilot, "embedder two")
        await pilot.press("m")
        await wait_until(pilot, lambda: isinstance(app.screen, Choose))
        await pilot.press("home", "enter")
        await wait_until(pilot, lambda: specs(engine)[-1].embedder == "one")


async def test_without_a_choice_the_keys_say_so(engine: ScriptedEngine) -> None:
    async with run(engine) as (app, pilot):
        await opened(app, pilot)
        for key, why in (("m", "no_embedders"), ("l", "no_hit"), ("j", "no_answer"), ("k", "no_answer")):
            await pilot.press(key)
            assert toasts(app)[-1] == say("en", f"search.why.{why}")


# ---------------------------------------------------------------------- order of answers, errors


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


# ---------------------------------------------------------------------- places


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


# ---------------------------------------------------------------------- what is done with an answer


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


# ---------------------------------------------------------------------- language, hostile texts


async def test_the_language_changes_and_all_else_stays(engine: ScriptedEngine) -> None:
    async with run(engine) as (app, pilot):
        screen = await searched(app, pilot)
        await pilot.press("down", "f2")
        await wait_for_text(pilot, "顺序一致")
        text = screen_text(app)
        for words in ("按文本检索", "登录", "0.5698", "得分", "精确检索", "文本 登录", "✓ 通过", "目标"):
            assert words in text
        assert screen.selected is not None
        assert screen.selected.rank == 2
        assert len(specs(engine)) == 1


async def test_hostile_answers_change_nothing_but_their_cell(engine: ScriptedEngine) -> None:
    found = tuple(Hit(at, 1 - at / 100, {"text": text, text: [text]}) for at, text in enumerate(HOSTILE))
    engine.outcomes = (
        samples.outcome(
            name=f"text {WORST}",
            source_hits=found,
            target_hits=found[:-1],
            reason=WORST,
            state="fail",
            overlap=(len(found) - 1) / len(found),
        ),
    )
    async with run(engine, (80, 60)) as (app, pilot):
        screen = await searched(app, pilot)
        await wait_for_text(pilot, "missing")
        lines = screen_text(app).splitlines()
        assert not raw_controls("".join(lines))
        assert {cell_len(line) for line in lines if line.startswith("╭")} == {80}
        rows = [line for line in lines if line.startswith(("│", "┃")) and "0.9" in line]
        assert {cell_len(line) for line in rows} == {80}
        assert screen.selected is not None
        await pilot.press("enter")
        await wait_until(pilot, lambda: isinstance(app.screen, Reading))
        assert not raw_controls(screen_text(app))


async def test_hostile_addresses(engine: ScriptedEngine) -> None:
    engine.summaries = [samples.summary(f"local/{name}") for name in NAMES]
    async with run(engine) as (app, pilot):
        screen = await opened(app, pilot)
        for name in NAMES:
            screen.take(Handover("search", f"local/{name}", f"local/{name}x"))
            await pilot.pause()
            assert not raw_controls(screen_text(app))
        await pilot.press("escape", "e")
        await wait_until(pilot, lambda: isinstance(app.screen, PlacesDialogue))
        known = app.screen.query_one("#known", OptionList)
        await wait_until(pilot, lambda: known.option_count == 1 + len(NAMES))
        assert not raw_controls(screen_text(app))
        before = screen.places
        await pilot.press("enter")
        await wait_until(pilot, lambda: app.screen is screen)
        assert screen.places == before, "a name that is shown as an escape is still that name"


async def test_a_hostile_error_is_one_harmless_text(engine: ScriptedEngine) -> None:
    engine.fail("ask", StoreError(WORST * 20))
    async with run(engine) as (app, pilot):
        screen = await opened(app, pilot)
        await asked(screen, pilot, WORST.replace("\n", " "))
        await wait_until(pilot, lambda: screen.sides.source.error)
        await wait_for_text(pilot, "✗")
        assert not raw_controls(screen_text(app))
        assert screen.query_one("#source", SidePanel).size.height > 3
