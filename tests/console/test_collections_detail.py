"""One collection in detail, where one goes from there, and the real engine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from qdrill.browse.overview import CollectionSummary
from qdrill.console.engine import Engine
from qdrill.console.handover import Handover
from qdrill.console.live import LiveEngine
from qdrill.errors import NotFound, StoreError
from tests.console.support import samples
from tests.console.support.collections import OTHER, opened, rows, shown, two_stores
from tests.console.support.hostile import ENCODABLE, NAMES, WORST, raw_controls
from tests.console.support.screens import LARGE, SMALL, screen_text, toasts, wait_for_text, wait_until
from tests.console.support.scripted import ScriptedEngine


@pytest.fixture
def engine(tmp_path: Path) -> ScriptedEngine:
    """Two stores, one of them down."""
    return two_stores(tmp_path)


@pytest.mark.parametrize(("size", "beside"), [(SMALL, False), (LARGE, True)])
async def test_the_detail_is_beside_the_table_or_over_it(
    engine: ScriptedEngine, size: tuple[int, int], beside: bool
) -> None:
    async with shown(engine, size) as (app, pilot, screen):
        await opened(pilot, screen)
        text = screen_text(app)
        assert ("Collections  2, stores 2" in text) is beside
        assert "✓ green: ready   points 100,000   indexed 100,000   segments 4" in text
        assert "1 to 20 of 100,000" in text
        await pilot.press("escape")
        assert "Collections  2, stores 2" in screen_text(app)
        assert screen.table.grid.has_focus


async def test_points_are_paged_and_opened_whole(engine: ScriptedEngine) -> None:
    async with shown(engine, LARGE) as (app, pilot, screen):
        await opened(pilot, screen)
        await pilot.press("right_square_bracket")
        await wait_for_text(pilot, "21 to 25 of 100,000")
        await pilot.press("right_square_bracket")
        assert toasts(app)[-1] == "These are the last points."
        await pilot.press("down", "y")
        await wait_until(pilot, (engine.config.artifacts / "copied.txt").exists)
        assert json.loads((engine.config.artifacts / "copied.txt").read_text())["id"] == 22
        await pilot.press("enter")
        await wait_for_text(pilot, "Point 22 of local/default_collection")
        assert "[0.25, 0.5, -1.0]" in screen_text(app)
        await pilot.press("escape", "left_square_bracket")
        await wait_for_text(pilot, "1 to 20 of 100,000")


async def test_the_other_views_show_configuration_and_schema(engine: ScriptedEngine) -> None:
    async with shown(engine) as (app, pilot, screen):
        await opened(pilot, screen)
        await pilot.press("v")
        assert "vectors.size" in screen_text(app)
        assert "1 more are at their defaults or not set; e shows them" in screen_text(app)
        await pilot.press("e")
        assert "hnsw_config" in screen_text(app)
        await pilot.press("v")
        assert "[Payload schema]" in screen_text(app)
        assert "text   text  100,000" in screen_text(app)
        await pilot.press("f2")
        assert "[字段索引]" in screen_text(app)
        await pilot.press("v")
        assert screen.detail.points.has_focus


async def test_a_click_shows_a_view(engine: ScriptedEngine) -> None:
    async with shown(engine, LARGE) as (app, pilot, screen):
        await opened(pilot, screen)
        tabs = list(screen.detail.query("SectionTab"))
        await pilot.click(tabs[1])
        assert screen.detail.section == "settings"
        assert "[Configuration]" in screen_text(app)


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_a_collection_that_vanishes_is_one_line_and_a_grey_row(
    engine: ScriptedEngine, size: tuple[int, int]
) -> None:
    async with shown(engine, size) as (app, pilot, screen):
        engine.fail("detail", NotFound("there is no collection local/default_collection"))
        await pilot.press("down", "enter")
        await wait_for_text(pilot, "✗ there is no collection")
        await pilot.press("escape")
        assert "– gone" in screen_text(app)
        await pilot.press("c")
        assert toasts(app)[-1] == "That collection is not there any more."
        engine.mend("detail")
        engine.summaries = engine.summaries[1:]
        await pilot.press("r")
        await wait_until(pilot, lambda: screen.asked is None)
        assert rows(screen) == ["far", OTHER]


async def test_f5_asks_again_for_a_detail_that_failed(engine: ScriptedEngine) -> None:
    async with shown(engine) as (app, pilot, _screen):
        engine.fail("sample", StoreError("the page timed out"))
        await pilot.press("down", "enter")
        await wait_for_text(pilot, "✗ the page timed out")
        engine.mend("sample")
        await pilot.press("f5")
        await wait_for_text(pilot, "1 to 20 of 100,000")
        assert "timed out" not in screen_text(app)


async def test_an_answer_for_a_collection_that_was_left_is_not_shown(engine: ScriptedEngine) -> None:
    engine.details[OTHER] = samples.detail(OTHER, points=7)
    engine.points[OTHER] = [samples.point(1)]
    gate = engine.slow("detail")
    async with shown(engine, LARGE) as (_, pilot, screen):
        await pilot.press("down", "enter", "escape", "down", "enter")
        await wait_until(pilot, lambda: len(engine.called("detail")) == 2)
        gate.set()
        await wait_until(pilot, lambda: screen.detail.detail is not None)
        assert screen.detail.detail is not None
        assert screen.detail.detail.address == OTHER


@pytest.mark.parametrize(("key", "mode"), [("c", "compare"), ("f", "search"), ("d", "drill")])
async def test_another_screen_begins_with_the_collection_at_hand(
    engine: ScriptedEngine, key: str, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with shown(engine) as (app, pilot, _):
        taken: list[Handover] = []
        monkeypatch.setattr(app.MODES[mode], "take", lambda self, handover: taken.append(handover))
        await pilot.press("down", key)
        await wait_until(pilot, lambda: taken)
        assert app.current_mode == mode
        assert taken == [Handover(mode, source=samples.SOURCE)]
        assert app.handed is None


async def test_what_cannot_be_done_says_why(engine: ScriptedEngine) -> None:
    async with shown(engine) as (app, pilot, screen):
        expected = {
            "enter": "That store does not answer; there is no collection to work with.",
            "b": "That store does not answer; there is no collection to work with.",
            "v": "Open a collection first.",
            "right_square_bracket": "Open a collection first.",
            "p": "No backup or restore is running.",
            "x": "No backup or restore is running.",
        }
        for key, reason in expected.items():
            await pilot.press(key)
            assert toasts(app)[-1] == reason
        engine.summaries = []
        await pilot.press("r")
        await wait_until(pilot, lambda: screen.asked is None)
        await pilot.press("enter")
        assert toasts(app)[-1] == "No collection is selected."
        assert rows(screen) == []


async def test_stores_without_collections_say_so(engine: ScriptedEngine) -> None:
    engine.summaries = []
    async with shown(engine) as (app, _, screen):
        assert rows(screen) == []
        assert "The stores hold no collection." in screen_text(app)


async def test_the_row_is_copied_as_json(engine: ScriptedEngine) -> None:
    async with shown(engine) as (_, pilot, screen):
        await pilot.press("down", "y")
        copied = json.loads(screen.copied() or "")
        assert (copied["address"], copied["points"]) == (samples.SOURCE, 100_000)


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_hostile_names_payloads_and_errors_reach_no_markup(engine: ScriptedEngine, size: tuple[int, int]) -> None:
    engine.summaries = [
        samples.summary(f"local/{name}", collection=name, vectors=name, status=name, aliases=(name,)) for name in NAMES
    ]
    engine.summaries.append(CollectionSummary("far", "far", None, error=WORST))
    engine.details = {
        one.address: samples.detail(one.address, status=WORST, version=WORST, aliases=(WORST,), vectors=WORST,
                                    configuration={WORST: {WORST: WORST}}, payload_schema={WORST: {"data_type": WORST}})
        for one in engine.summaries
    }  # fmt: skip
    hostile = [samples.point(n, text) for n, text in enumerate(ENCODABLE[:18], 1)]
    engine.points = {one.address: hostile for one in engine.summaries}
    async with shown(engine, size) as (app, pilot, screen):
        for _ in range(len(NAMES)):
            await pilot.press("down")
            assert not raw_controls(screen_text(app))
        await pilot.press("enter")
        await wait_until(pilot, lambda: screen.detail.page is not None and screen.detail.detail is not None)
        for key in ("v", "e", "v", "v", "end", "enter", "escape", "o", "slash", *"[/", "enter", "f2"):
            await pilot.press(key)
            assert not raw_controls(screen_text(app))


async def test_a_name_of_255_bytes_fits_everywhere(engine: ScriptedEngine) -> None:
    name = "长" * 85
    engine.summaries = [samples.summary(f"local/{name}", collection=name)]
    engine.details = {f"local/{name}": samples.detail(f"local/{name}")}
    engine.points = {f"local/{name}": [samples.point(1)]}
    async with shown(engine) as (app, pilot, screen):
        assert all(len(line) <= 80 for line in screen_text(app).splitlines())
        await pilot.press("enter")
        await wait_until(pilot, lambda: screen.detail.page is not None)
        assert "…" in screen_text(app)


@pytest.fixture
def demo(tmp_path: Path) -> Engine:
    """The engine itself over the sample collection."""
    from qdrill.control import JobControl
    from qdrill.demo.drill import demo_store, prepare_demo
    from qdrill.session import Session

    (tmp_path / "drills.toml").write_text(
        f'artifacts = "artifacts"\n[stores.demo]\npath = "{demo_store(tmp_path).path}"\n[console]\nlanguage = "en"\n'
    )
    engine = LiveEngine(tmp_path / "drills.toml", {})
    with Session(engine.config, {}, JobControl()) as session:
        prepare_demo(session, tmp_path)
    return engine


async def test_the_embedded_engine_is_browsed_backed_up_and_restored(demo: Any) -> None:
    async with shown(demo, LARGE) as (app, pilot, screen):
        assert rows(screen) == ["demo/helpdesk"]
        await pilot.press("enter")
        await wait_for_text(pilot, "1 to 20 of 320")
        assert "登录失败怎么办" in screen_text(app)
        await pilot.press("b", "enter")
        await wait_for_text(pilot, "✓ done  backed up demo/helpdesk: 320 points")
        assert demo.archives()
        await pilot.press("w", "enter")
        await wait_for_text(pilot, "demo/helpdesk_restored")
        await pilot.press("enter")
        await wait_for_text(pilot, "✓ done  restored into demo/helpdesk_restored: 320 of 320 points")
        await wait_until(pilot, lambda: rows(screen) == ["demo/helpdesk", "demo/helpdesk_restored"])
    demo.close()
