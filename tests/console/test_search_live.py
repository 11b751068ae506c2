"""The Search screen over the engine itself: the demonstration's two collections on the embedded engine."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from qdrill.config import Config
from qdrill.config_model import ConsoleConfig, DrillConfig, EmbedderConfig
from qdrill.console.handover import Handover
from qdrill.console.live import LiveEngine
from qdrill.console.panels.search_places import Places
from qdrill.console.screens.search import SearchScreen
from qdrill.control import JobControl
from qdrill.demo.collection import NAME, QUERY
from qdrill.demo.drill import RESTORED, STORE, demo_store, run_demo
from qdrill.records.integrity import check_record
from qdrill.session import Session
from tests.console.support.screens import run, screen_text, wait_for_text, wait_until

SOURCE, TARGET = f"{STORE}/{NAME}", f"{STORE}/{RESTORED}"


class DemoEngine(LiveEngine):
    """The engine over a configuration made here."""

    def __init__(self, config: Config) -> None:
        self.made = config
        super().__init__(None, {})

    def load(self) -> Config:
        """The configuration."""
        return self.made


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    """A drill that failed, as the demonstration's second act makes it: one row is lost."""
    folder = tmp_path_factory.mktemp("demo")
    made = Config(
        folder / "artifacts",
        stores={STORE: demo_store(folder)},
        embedders={"bm25": EmbedderConfig("bm25", "bm25")},
        drills=(DrillConfig("demo", SOURCE, TARGET),),
        console=ConsoleConfig(language="en"),
    )
    with Session(made, {}, JobControl()) as session:
        assert run_demo(session, folder, sabotage=True).result.verdict == "fail"
    return made


@pytest.fixture
def engine(config: Config) -> Iterator[DemoEngine]:
    made = DemoEngine(config)
    yield made
    made.close()


async def test_the_lost_point_is_missing_and_kept_as_evidence(engine: DemoEngine) -> None:
    async with run(engine) as (app, pilot):
        await pilot.press("3")
        await wait_for_text(pilot, f"{SOURCE} ─► {TARGET}")
        screen = app.base_screen
        assert isinstance(screen, SearchScreen)
        screen.panel.write("text", QUERY)
        screen.panel.ask()
        await wait_for_text(pilot, "missing")
        for words in ("vector bm25", "overlap 9/10", "✗ fail", "new", "lost 57"):
            await wait_for_text(pilot, words)
        await pilot.press("k")
        await wait_until(pilot, lambda: app.screen is not screen)
        await pilot.press("down", "enter")
        await wait_until(pilot, lambda: screen.kept is not None)
        assert screen.kept is not None
        assert json.loads(screen.kept.path.read_text())["kept_by_hand"]
        record = engine.record(screen.kept.directory)
        assert [one.path for one in record.kept] == ["evidence/kept/001.json"]
        assert check_record(screen.kept.directory, record) == []
        await pilot.press("l")
        await wait_for_text(pilot, "point 57")
        assert "1.0000" in screen_text(app)
        await pilot.press("r")
        await wait_for_text(pilot, "random point")


async def test_a_dimension_that_does_not_fit_and_a_collection_that_is_not_there(engine: DemoEngine) -> None:
    async with run(engine) as (app, pilot):
        await pilot.press("3")
        screen = app.base_screen
        await wait_for_text(pilot, f"{SOURCE} ─► {TARGET}")
        assert isinstance(screen, SearchScreen)
        screen.panel.write("vector", "[1, 2, 3]")
        screen.panel.ask()
        await wait_until(pilot, lambda: screen.sides.source.error and screen.asking is None)
        assert "3 numbers" in screen.sides.source.error
        assert "256" in screen.sides.source.error
        await wait_for_text(pilot, "v Vector")
        screen.go_to(Places(SOURCE, f"{STORE}/gone"))
        screen.panel.write("text", QUERY)
        screen.panel.ask()
        await wait_until(pilot, lambda: screen.sides.target.error)
        assert "gone" in screen.sides.target.error
        assert screen.sides.source.rows
        screen.take(Handover("search", f"{STORE}/gone", TARGET))
        screen.panel.ask()
        await wait_until(pilot, lambda: screen.sides.source.error)
        screen.take(Handover("search", SOURCE, SOURCE))
        screen.panel.ask()
        await wait_until(pilot, lambda: screen.sides.target.error)
        assert "same collection" in screen.sides.target.error
