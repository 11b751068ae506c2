"""Asking on the Search screen: every kind of query, what is chosen for it, and answers that do not come."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from qdrill.config_model import EmbedderConfig
from qdrill.console.handover import Handover
from qdrill.console.i18n import Language, say
from qdrill.console.modals.choose import Choose
from qdrill.drill.ask import SeveralEmbedders
from qdrill.drill.search_plan import SearchSpec
from qdrill.errors import StoreError
from tests.console.support import samples
from tests.console.support.screens import LARGE, run, screen_text, toasts, wait_for_text, wait_until
from tests.console.support.scripted import ScriptedEngine
from tests.console.support.searching import asked, asked_since, opened, searched, specs


def two_vectors() -> Any:
    configuration = {"params": {"vectors": {"a": {"size": 3}, "b": {"size": 4}}}}
    return samples.detail(configuration=configuration)


async def test_by_id_by_vector_and_by_text(engine: ScriptedEngine) -> None:
    async with run(engine) as (app, pilot):
        screen = await opened(app, pilot)
        for typed, spec in (("登录", SearchSpec("text", text="登录")), ("17", SearchSpec("id", point=17)),
                            ("[1, 0.5]", SearchSpec("vector", vector=[1, 0.5]))):  # fmt: skip
            count = len(specs(engine))
            await asked(screen, pilot, typed)
            await wait_until(pilot, partial(asked_since, engine, count))
            assert specs(engine)[-1] == spec
            await pilot.press("t")
        assert screen.wish.kind == "text"


async def test_every_kind_of_query_keeps_what_was_typed_for_it(engine: ScriptedEngine) -> None:
    async with run(engine) as (app, pilot):
        screen = await opened(app, pilot)
        line = screen.panel.line
        await pilot.press("slash", "a", "escape", "t")
        assert (screen.wish.kind, line.value) == ("id", "")
        await wait_for_text(pilot, "a number or a UUID, then Enter")
        await pilot.press("slash", "1", "7", "escape", "t")
        assert (screen.wish.kind, line.value) == ("vector", "")
        await wait_for_text(pilot, "a JSON array such as [0.1, 0.2], then Enter")
        await pilot.press("t")
        assert (screen.wish.kind, line.value) == ("text", "a")
        screen.panel.write("id", "3")
        assert (screen.wish.kind, line.value) == ("id", "3")
        await pilot.press("t", "t")
        assert (screen.wish.kind, line.value) == ("text", "a")


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_a_source_that_fails_leaves_nothing_to_compare_with(engine: ScriptedEngine, language: Language) -> None:
    engine.fail("ask", StoreError("local refuses the connection; check that the server is up"))
    async with run(engine, LARGE, language) as (app, pilot):
        screen = await opened(app, pilot)
        await asked(screen, pilot, "登录")
        await wait_until(pilot, lambda: screen.asking is None and screen.sides.source.error)
        await wait_for_text(pilot, {"en": "Nothing to compare with", "zh": "无从对比"}[language])
        lines = screen_text(app).splitlines()
        at = next(at for at, line in enumerate(lines) if samples.SOURCE in line and "━" in line)
        assert "✗" in lines[at + 1], "why stands where the answers would begin"
        engine.mend("ask")
        await pilot.press("f5")
        await wait_until(pilot, lambda: screen.reply is not None, "an answer")
        assert screen.source.list.size.height > 3
        assert screen.source.list.has_focus


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
