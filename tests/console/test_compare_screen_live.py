"""The Compare screen over the engine itself: the demonstration's collection, its damaged copy, its archive."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, OptionList

from qdrill.config import load_config
from qdrill.console.app import QdrillApp
from qdrill.console.live import LiveEngine
from qdrill.console.panels.compare_places import Comparison
from qdrill.console.screens.compare import CompareScreen
from qdrill.control import JobControl
from qdrill.demo.drill import run_demo
from qdrill.demo.sabotage import CHANGED, LOST, NUDGED
from qdrill.session import Session
from tests.console.support.screens import LARGE, SMALL, run, screen_text, wait_for_text, wait_until

GOOD, DAMAGED = "demo/helpdesk", "demo/helpdesk_restored"
ARCHIVE = "artifacts/metrics/qdrant_backup_helpdesk.json"


@pytest.fixture(scope="module")
def drilled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the demonstration's second act leaves."""
    folder = tmp_path_factory.mktemp("compare")
    with Session(load_config(None, {}), {}, JobControl()) as session:
        assert run_demo(session, folder, sabotage=True).result.verdict == "fail"
    return folder


@pytest.fixture
def folder(drilled: Path, tmp_path: Path) -> Path:
    """A copy of it that a test may damage further."""
    copy = tmp_path / "demo"
    shutil.copytree(drilled, copy)
    lines = [
        f"artifacts = {json.dumps(str(copy / 'artifacts'))}",
        "[stores.demo]",
        f"path = {json.dumps(str(copy / 'store'))}",
    ]
    (copy / "drills.toml").write_text("\n".join(lines))
    return copy


@pytest.fixture
def engine(folder: Path) -> Iterator[LiveEngine]:
    made = LiveEngine(folder / "drills.toml", {})
    yield made
    made.close()


@asynccontextmanager
async def compare_screen(
    engine: LiveEngine, size: tuple[int, int] = LARGE, asked: Comparison | None = None
) -> AsyncIterator[tuple[QdrillApp, Pilot[int], CompareScreen]]:
    async with run(engine, size, "en") as (app, pilot):
        await pilot.press("4")
        await wait_until(pilot, lambda: isinstance(app.screen, CompareScreen), "the Compare screen")
        screen = cast(CompareScreen, app.screen)
        if asked is not None:
            screen.asked, screen.chosen = asked, True
        yield app, pilot, screen


async def start(pilot: Pilot[int], screen: CompareScreen) -> None:
    await pilot.press("s")
    await wait_until(pilot, lambda: screen.ending is not None, "the end")


async def open_point(pilot: Pilot[int], screen: CompareScreen, downs: int) -> None:
    await wait_until(pilot, lambda: screen.result.table.has_focus, "the rows")
    await pilot.press(*["down"] * downs, "enter")
    await wait_until(pilot, lambda: screen.point.versions is not None, "both versions")


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_the_last_drills_archive_against_its_target_tells_all_three_damages(
    engine: LiveEngine, folder: Path, size: tuple[int, int]
) -> None:
    async with compare_screen(engine, size) as (app, pilot, screen):
        await wait_until(pilot, lambda: screen.asked.complete, "the default places")
        # The record names the archive where the drill wrote it.
        assert screen.asked.right == DAMAGED
        assert screen.asked.left.endswith(ARCHIVE)
        await start(pilot, screen)
        await wait_for_text(pilot, "✗ FAIL   the two differ: missing 1, vector 1, payload 1.")
        assert "compared 320   equal 317" in screen_text(app)
        assert [str(screen.result.table.get_row_at(row)[0]) for row in range(3)] == [
            str(LOST),
            str(CHANGED),
            str(NUDGED),
        ]


async def test_points_open_to_both_versions(engine: LiveEngine) -> None:
    async with compare_screen(engine, asked=Comparison(GOOD, DAMAGED)) as (app, pilot, screen):
        await start(pilot, screen)
        await open_point(pilot, screen, 0)
        await wait_for_text(pilot, "✗ Only on the left; this is the one version there is.")
        assert "not there" in screen_text(app)
        await pilot.press("escape")
        await wait_until(pilot, lambda: not screen.has_class("-point"), "the result again")
        await open_point(pilot, screen, 1)
        await wait_for_text(pilot, "payload.text")
        assert '"I forgot my password!"' in screen_text(app)
        await pilot.press("enter")
        await wait_for_text(pilot, "Esc closes, y copies")
        await pilot.press("escape", "y")
        copied = engine.config.artifacts / "copied.txt"
        await wait_until(pilot, copied.exists, "the copy")
        document = json.loads(copied.read_text())
        assert document["id"] == CHANGED
        assert document["right"]["payload"]["text"] == document["left"]["payload"]["text"] + "!"
        assert [one["path"] for one in document["changes"]] == ["payload.text"]
        await pilot.press("escape")
        await open_point(pilot, screen, 1)
        await wait_for_text(pilot, "vector text: 108 of 256 numbers differ, largest change 0.000998182")
        await wait_for_text(pilot, "vector.text[0]")
        await wait_for_text(pilot, "58 more changes are counted and not listed.")


async def test_a_point_that_was_mended_meanwhile_says_so(engine: LiveEngine) -> None:
    async with compare_screen(engine, asked=Comparison(GOOD, DAMAGED)) as (_, pilot, screen):
        await start(pilot, screen)
        await asyncio.to_thread(_mend, engine)
        await open_point(pilot, screen, 1)
        await wait_for_text(pilot, "= The same on both sides meanwhile; it has changed since the comparison.")


def _mend(engine: LiveEngine) -> None:
    from qdrill.address import parse_address
    from qdrill.stores.edge_writer import EdgeWriter

    with Session(engine.config, {}, JobControl()) as session:
        good = session.reader(parse_address(GOOD, engine.config))
        writer = session.target_writer(parse_address(DAMAGED, engine.config))
        assert isinstance(writer, EdgeWriter)
        writer.upsert([bytes(good.retrieve([CHANGED]).rows)], wait=True)


async def test_random_searches_are_asked_of_both_and_shown(engine: LiveEngine) -> None:
    async with compare_screen(engine, asked=Comparison(GOOD, DAMAGED, searches=3)) as (app, pilot, screen):
        await start(pilot, screen)
        await wait_until(pilot, lambda: screen.result.table.has_focus, "the rows")
        await pilot.press("t", "t")
        await wait_until(pilot, lambda: screen.result.section == "searches", "the searches")
        await wait_for_text(pilot, "random point")
        assert screen.result.table.row_count == 3
        assert "Overlap" in screen_text(app)


async def test_places_are_chosen_from_what_is_at_hand(engine: LiveEngine) -> None:
    async with compare_screen(engine) as (app, pilot, screen):
        await wait_until(pilot, lambda: screen.asked.complete, "the default places")
        await pilot.press("e")
        await wait_until(pilot, lambda: app.screen.query(OptionList), "the form")
        options = app.screen.query_one("#offers", OptionList)
        await wait_until(pilot, lambda: options.option_count == 3, "one archive and two collections")
        await pilot.press("down", "down", "enter")
        await wait_until(pilot, lambda: app.screen.query_one("#field-right").has_focus, "the next field")
        assert app.screen.query_one("#field-left", Input).value == GOOD
        await pilot.press("tab", "7", "enter")
        await wait_until(pilot, lambda: len(app.screen_stack) == 1, "the form is gone")
        assert screen.asked == Comparison(GOOD, DAMAGED, searches=7)


@pytest.mark.parametrize(
    ("left", "right", "searches", "problem"),
    [
        (GOOD, GOOD, "", "✗ Both sides are the same; name two different ones."),
        ("", DAMAGED, "", "✗ Name a collection (STORE/COLLECTION) or the path of an archive."),
        ("nowhere/x", DAMAGED, "", '✗ there is no store "nowhere"; known: demo'),
        ("./x.json", DAMAGED, "3", "✗ Searches are asked of both sides, and an archive answers none"),
        (GOOD, DAMAGED, "many", "✗ Write a whole number from 0 to 10,000."),
    ],
)
async def test_what_is_wrong_with_a_place_stands_at_its_field(
    engine: LiveEngine, left: str, right: str, searches: str, problem: str
) -> None:
    async with compare_screen(engine) as (app, pilot, _):
        await pilot.press("e")
        await wait_until(pilot, lambda: app.screen.query(OptionList), "the form")
        for name, value in (("left", left), ("right", right), ("searches", searches)):
            app.screen.query_one(f"#field-{name}", Input).value = value
        await pilot.press("enter")
        await wait_for_text(pilot, problem)
        assert len(app.screen_stack) == 2


async def test_one_place_under_two_names_is_refused(engine: LiveEngine, folder: Path) -> None:
    (folder / "link.json").symlink_to(folder / ARCHIVE)
    asked = Comparison(str(folder / ARCHIVE), str(folder / "link.json"))
    async with compare_screen(engine, asked=asked) as (_, pilot, screen):
        await start(pilot, screen)
        await wait_for_text(pilot, "ended before any point was compared. Not checked is not passed.")
        assert screen.ending is not None
        assert "are the same archive; name two different ones" in screen.ending.error
        assert screen.ending.state == "inconclusive"


async def test_a_damaged_archive_names_file_chunk_and_ids(engine: LiveEngine, folder: Path) -> None:
    archive = folder / ARCHIVE
    data = bytearray(archive.read_bytes())
    data[len(data) // 2] ^= 1
    archive.write_bytes(data)
    async with compare_screen(engine, SMALL, Comparison(str(archive), DAMAGED)) as (app, pilot, screen):
        await start(pilot, screen)
        await wait_until(pilot, lambda: screen.ending is not None and screen.ending.side == "left", "the side")
        assert screen.ending is not None
        assert "chunk 1 of 1 (ids 1 to 320) is damaged" in screen.ending.error
        text = screen_text(app).replace("\n▌", "").replace("▌", "")
        assert "left side:" in text
        assert "is damaged" in " ".join(text.split())


async def test_a_collection_that_vanished_is_told_and_the_screen_goes_on(engine: LiveEngine, folder: Path) -> None:
    async with compare_screen(engine, asked=Comparison(GOOD, DAMAGED)) as (_, pilot, screen):
        await start(pilot, screen)
        await wait_until(pilot, lambda: screen.result.table.has_focus, "the rows")
        away = folder / "away"
        (folder / "store" / "helpdesk_restored").rename(away)
        await pilot.press("enter")
        await wait_for_text(pilot, "? there is no collection 'helpdesk_restored'")
        away.rename(folder / "store" / "helpdesk_restored")
        await pilot.press("f5")
        await wait_for_text(pilot, "✗ Only on the left")
        (folder / "store" / "helpdesk_restored").rename(away)
        await pilot.press("s")
        await wait_for_text(pilot, "right side: there is no collection 'helpdesk_restored'")
