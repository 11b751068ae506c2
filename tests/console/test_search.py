"""Both sides of the Search screen over the scripted engine: answers, marks, sizes, languages, hostile answers."""

from __future__ import annotations

import pytest
from rich.cells import cell_len
from textual.widgets import OptionList

from qdrill.console.handover import Handover
from qdrill.console.i18n import Language, say
from qdrill.console.modals.reading import Reading
from qdrill.console.panels.search_places import PlacesDialogue
from qdrill.console.panels.search_side import SidePanel
from qdrill.drill.search_plan import SearchSpec
from qdrill.errors import StoreError
from qdrill.results import Hit
from tests.console.support import samples
from tests.console.support.hostile import HOSTILE, NAMES, WORST, raw_controls
from tests.console.support.screens import LARGE, SMALL, run, screen_text, wait_for_text, wait_until
from tests.console.support.scripted import ScriptedEngine
from tests.console.support.searching import asked, opened, searched, specs

LANGUAGES: tuple[Language, ...] = ("en", "zh")
UUID = "5c56c793-69f3-4fbf-87e6-c4bf54c28c26"


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
