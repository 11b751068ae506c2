"""The Drill screen over the engine itself: the sample collection is drilled, resumed, and found out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from qdrill.config import Config
from qdrill.console.i18n import Language
from qdrill.console.live import LiveEngine
from qdrill.console.screens.drill import DrillScreen
from qdrill.control import JobControl
from qdrill.demo import collection
from qdrill.demo.drill import demo_store, run_demo
from qdrill.session import Session
from tests.console.support.screens import LARGE, SMALL, run, screen_text, wait_for_text, wait_until

DRILLS = """
artifacts = "{folder}/artifacts"
[stores.demo]
path = "{folder}/store"
[embedders.words]
kind = "bm25"
[[drill]]
name = "nightly"
source = "demo/helpdesk"
target = "demo/helpdesk_restored"
[drill.objectives]
rto_seconds = 120
rpo_seconds = 3600
[[drill.search]]
random = 3
top_k = 5
vector = "text"
"""


class Sabotaged(LiveEngine):
    """Its drills are the demonstration's second act."""

    folder = Path()

    def drill(self, drill: Any, replace: Any, control: Any, emit: Any, *, resume: bool = False) -> Any:
        """Drill, with the damage."""
        with self._open(self.config, control, emit) as session:
            return run_demo(session, self.folder, sabotage=True)


@pytest.fixture
def drills(tmp_path: Path) -> Path:
    with Session(Config(), {}, JobControl()) as session:
        store = session.store(demo_store(tmp_path))
        collection.make_collection(store.writer(collection.NAME), session.control)
    file = tmp_path / "drills.toml"
    file.write_text(DRILLS.format(folder=tmp_path), encoding="utf-8")
    return file


@pytest.fixture
def engine(drills: Path) -> Iterator[LiveEngine]:
    made = LiveEngine(drills, {})
    yield made
    made.close()


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])
@pytest.mark.parametrize("language", ["en", "zh"])
async def test_a_drill_from_dry_run_to_verdict(engine: LiveEngine, size: tuple[int, int], language: Language) -> None:
    async with run(engine, size, language) as (app, pilot):
        await pilot.press("n")
        await wait_for_text(pilot, {"en": "nothing has been done", "zh": "什么也没有做"}[language])
        assert "320" in screen_text(app)
        await pilot.press("escape", "s")
        await wait_for_text(pilot, {"en": "✓ PASS", "zh": "✓ 通过"}[language])
        await wait_for_text(pilot, "320")
        screen = app.base_screen
        assert isinstance(screen, DrillScreen)
        assert screen.ending is not None
        assert Path(screen.ending.record).is_file()


async def test_sabotage_fails_and_names_the_points(drills: Path) -> None:
    engine = Sabotaged(drills, {})
    engine.folder = drills.parent
    async with run(engine, LARGE) as (app, pilot):
        await pilot.press("s")
        await wait_for_text(pilot, "✗ FAIL")
        text = screen_text(app)
        assert "✗ Restore    failed" in text
        assert "✗ Validate   failed" in text
        assert "317 of 320 equal" in text
        await pilot.press("down", "down", "enter")
        await wait_for_text(pilot, "Concerned (3 listed)")
        await wait_until(pilot, lambda: "57 (missing" in screen_text(app) and "153 (vector" in screen_text(app))
    engine.close()
