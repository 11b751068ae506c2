"""The table of the Collections screen, and what its stores do."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from qdrill.browse.overview import CollectionSummary
from qdrill.console.i18n import Language
from qdrill.console.screens.collections import CollectionsScreen
from qdrill.errors import StoreError, UsageError
from tests.console.support import samples
from tests.console.support.collections import DOWN, OTHER, rows, shown, two_stores
from tests.console.support.screens import LARGE, SMALL, run, screen_text, toasts, wait_for_text, wait_until
from tests.console.support.scripted import ScriptedEngine


@pytest.fixture
def engine(tmp_path: Path) -> ScriptedEngine:
    """Two stores, one of them down."""
    return two_stores(tmp_path)


@pytest.mark.parametrize("size", [SMALL, LARGE])
@pytest.mark.parametrize(("language", "word"), [("en", "✓ green"), ("zh", "✓ 正常")])
async def test_every_store_is_listed_at_both_sizes_in_both_languages(
    engine: ScriptedEngine, size: tuple[int, int], language: Language, word: str
) -> None:
    async with shown(engine, size, language) as (app, _, screen):
        text = screen_text(app)
        assert rows(screen) == ["far", "local/default_collection", "local/other"]
        assert word in text
        assert "100,000" in text
        assert {"en": "far refuses the connection", "zh": "far 拒绝连接"}[language] in text


async def test_the_language_changes_live_and_the_cursor_stays(engine: ScriptedEngine) -> None:
    async with shown(engine) as (app, pilot, screen):
        await pilot.press("down", "down", "f2")
        assert "集合 2 个，存储 2 个" in screen_text(app)
        assert "far 拒绝连接" in screen_text(app) and "refuses" not in screen_text(app)
        assert screen.table.grid.cursor == OTHER
        await pilot.press("f2")
        assert "Collections  2, stores 2" in screen_text(app)


async def test_rows_show_as_they_come_in_and_the_cursor_stays_on_top_until_it_is_moved(engine: ScriptedEngine) -> None:
    gate = engine.slow("overview")
    async with run(engine) as (app, pilot):
        await pilot.press("2")
        await wait_for_text(pilot, "asking the stores...")
        screen = cast(CollectionsScreen, app.base_screen)
        assert screen.asked is not None
        screen.asked._came.append(samples.summary("local/z"))
        await wait_until(pilot, lambda: rows(screen) == ["local/z"])
        screen.asked._came.append(samples.summary("local/a"))
        await wait_until(pilot, lambda: rows(screen) == ["local/a", "local/z"])
        assert screen.table.grid.cursor == "local/a"
        gate.set()
        await wait_until(pilot, lambda: screen.asked is None)
        assert rows(screen) == ["far", "local/a", "local/default_collection", "local/other", "local/z"]
        assert screen.table.grid.at == 0


async def test_five_hundred_collections_sort_and_filter_and_keep_the_cursor(engine: ScriptedEngine) -> None:
    engine.summaries = [samples.summary(f"local/c{n:03d}", points=n * 10) for n in range(500)]
    async with shown(engine, LARGE) as (app, pilot, screen):
        grid = screen.table.grid
        await pilot.press("end")
        assert grid.cursor == "local/c499"
        assert "c499" in screen_text(app)
        await pilot.press(*["o"] * 7)
        assert screen.table.order.column == "points"
        assert screen.table.order.reverse
        assert (grid.cursor, grid.at) == ("local/c499", 0)
        assert "points ▼" in screen_text(app)
        await pilot.press("slash", *"c12", "enter")
        assert len(grid.rows) == 10
        assert "10 of 500 match: c12" in screen_text(app)
        await pilot.press("down", "r")
        kept = grid.cursor
        await wait_until(pilot, lambda: screen.asked is None)
        assert grid.cursor == kept
        await pilot.press("escape")
        assert (len(grid.rows), grid.cursor) == (500, kept)


async def test_a_filter_can_be_inverted_and_esc_takes_it_away(engine: ScriptedEngine) -> None:
    async with shown(engine) as (app, pilot, screen):
        await pilot.press("slash", *"!other")
        assert rows(screen) == ["far", "local/default_collection"]
        await pilot.press(*"xyz", "enter")
        await pilot.press("slash", "end", *"zz", "ctrl+u", *"nothing like it")
        assert rows(screen) == ["far"], "a store that is down stays in sight"
        assert "0 of 3 match" in screen_text(app)
        await pilot.press("escape")
        assert len(rows(screen)) == 3
        assert screen.table.grid.has_focus


async def test_a_click_on_a_title_sorts_and_a_second_one_turns_round(engine: ScriptedEngine) -> None:
    async with shown(engine, LARGE) as (app, pilot, screen):
        x = screen_text(app).splitlines()[3].index("points")
        await pilot.click("#collections", offset=(x - 2, 0))
        assert (screen.table.order.column, screen.table.order.reverse) == ("points", False)
        assert rows(screen) == ["far", "local/other", "local/default_collection"]
        await pilot.click("#collections", offset=(x - 2, 0))
        assert rows(screen) == ["far", "local/default_collection", "local/other"]


async def test_a_click_moves_and_a_click_on_the_cursor_opens(engine: ScriptedEngine) -> None:
    async with shown(engine) as (_, pilot, screen):
        await pilot.click("#collections", offset=(4, 2))
        assert screen.table.grid.cursor == samples.SOURCE
        assert not screen.opened
        await pilot.click("#collections", offset=(4, 2))
        await wait_until(pilot, lambda: screen.opened)


async def test_f5_asks_only_the_store_that_is_down_and_says_nothing_twice(engine: ScriptedEngine) -> None:
    async with shown(engine) as (app, pilot, screen):
        await pilot.press("f5")
        await wait_until(pilot, lambda: len(engine.called("overview")) == 2 and screen.asked is None)
        assert [one.label for one in engine.called("overview")[1]["stores"]] == ["far"]
        assert toasts(app) == []
        assert screen_text(app).count("far refuses") == 2  # its row, and the line below for the cursor
        engine.summaries[2] = samples.summary("far/again")
        await pilot.press("f5")
        await wait_until(pilot, lambda: "far/again" in rows(screen))
        assert len(rows(screen)) == 3


async def test_a_store_that_goes_down_keeps_what_was_known(engine: ScriptedEngine) -> None:
    async with shown(engine) as (app, pilot, screen):
        engine.summaries = [CollectionSummary("local", "local", None, error="local refuses"), DOWN]
        await pilot.press("r")
        await wait_until(pilot, lambda: screen.asked is None)
        assert len(rows(screen)) == 4
        assert "? not asked" in screen_text(app)
        await pilot.press("end")
        assert "shown as its store told it last" in screen_text(app)


async def test_an_error_of_the_whole_question_is_a_toast_and_keeps_the_rows(engine: ScriptedEngine) -> None:
    async with shown(engine) as (app, pilot, screen):
        engine.fail("overview", StoreError("everything is gone"))
        await pilot.press("r")
        await wait_until(pilot, lambda: toasts(app) == ["everything is gone"])
        assert len(rows(screen)) == 3
        engine.fail("overview", RuntimeError("a defect"))
        await pilot.press("r")
        await wait_until(pilot, lambda: len(toasts(app)) == 2)
        await wait_until(pilot, lambda: "asking the stores" not in screen_text(app))


@pytest.mark.parametrize(("mark", "word"), [("production", "▲ PRODUCTION"), ("read_only", "◆ READ-ONLY")])
async def test_a_guarded_store_is_marked_by_a_word_and_its_borders(
    engine: ScriptedEngine, mark: str, word: str
) -> None:
    engine.config = replace(
        engine.config, stores={**engine.config.stores, "local": replace(samples.store(), **cast(Any, {mark: True}))}
    )
    async with shown(engine) as (app, pilot, screen):
        assert word not in screen_text(app)
        plain_border = screen.table.styles.border_top
        await pilot.press("down")
        assert f"{word}: nothing is restored into this store" in screen_text(app)
        assert screen.table.styles.border_top != plain_border
        await pilot.press("enter")
        await wait_until(pilot, lambda: screen.detail.page is not None)
        assert f"{word}  {samples.SOURCE}" in screen_text(app)


async def test_the_mark_follows_the_row_that_a_filter_or_the_keys_bring(engine: ScriptedEngine) -> None:
    engine.config = replace(
        engine.config, stores={"local": samples.store(production=True), "far": samples.store("far")}
    )
    engine.summaries = [samples.summary(), samples.summary("far/docs")]
    async with shown(engine, LARGE) as (app, pilot, screen):
        assert screen.table.grid.cursor == "far/docs"
        await pilot.press("slash", *"default")
        assert "▲ PRODUCTION: nothing" in screen_text(app)
        await pilot.press("enter", "enter", "escape")
        await pilot.press("slash", "ctrl+u", *"docs", "enter")
        assert "▲ PRODUCTION: nothing" not in screen_text(app)
        await pilot.press("escape", "escape")
        await pilot.press("home", "end", "enter")
        await wait_until(pilot, lambda: screen.detail.page is not None)
        assert "▲ PRODUCTION: nothing" in screen_text(app)
        screen.table.grid.focus()
        await pilot.press("home")
        assert "▲ PRODUCTION: nothing" not in screen_text(app)
        screen.detail.focus_section()
        await wait_for_text(pilot, "▲ PRODUCTION: nothing")


async def test_without_drills_toml_an_address_can_be_typed(tmp_path: Path) -> None:
    engine = ScriptedEngine(tmp_path, samples.config(tmp_path, stores={}))
    engine.summaries = [samples.summary("edge:there/docs", store="there")]
    async with shown(engine) as (app, pilot, screen):
        assert "There is no drills.toml here" in screen_text(app)
        engine.fail("add_store", UsageError("there is no store nowhere"))
        await pilot.press("a", *"nowhere", "enter")
        await wait_for_text(pilot, "✗ there is no store nowhere")
        engine.mend("add_store")
        await pilot.press("ctrl+u", *"there/docs", "enter")
        await wait_until(pilot, lambda: rows(screen) == ["edge:there/docs"])
        assert "There is no drills.toml here" not in screen_text(app)
        assert engine.called("add_store")[-1] == {"address": "there/docs"}


async def test_the_demonstration_is_one_key_away(engine: ScriptedEngine) -> None:
    async with shown(engine) as (app, pilot, _):
        await pilot.press("m")
        await wait_until(pilot, lambda: app.then is not None)
