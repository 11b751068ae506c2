"""Words and cells of the Compare screen: pure, and harmless whatever the stores hold."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from rich.cells import cell_len

from qdrill.config_model import Config, StoreConfig
from qdrill.console.feed import JobSnapshot
from qdrill.console.i18n import say as catalogue
from qdrill.console.known_places import archive_text, short_place
from qdrill.console.panels.compare_places import (
    Comparison,
    default_places,
    side_of,
)
from qdrill.console.panels.compare_point import point_json, state_of, vector_line, version_text
from qdrill.console.panels.compare_tables import SECTIONS, as_json, cells, columns, full_text, items
from qdrill.console.panels.compare_words import Ending, detail, reason, unlisted, wrapped
from qdrill.console.screens.compare import CompareScreen
from qdrill.drill.point_versions import PointVersions
from qdrill.drill.verify import Verification
from qdrill.errors import StoreError
from qdrill.records.model import DrillRecord
from qdrill.results import ConfigDifference, Difference, PointId
from qdrill.rows.difference import Change, VectorChange
from tests.console.support import samples
from tests.console.support.hostile import HOSTILE, WORST, raw_controls
from tests.console.support.screens import LARGE, SMALL, run, screen_text, wait_for_text, wait_until
from tests.console.support.scripted import ScriptedEngine


def say(key: str, **values: object) -> str:
    return catalogue("en", key, **values)


def hostile_result(text: str) -> Verification:
    """A result in which everything that comes from outside is `text`."""
    identifier = cast(PointId, text)
    base = samples.verification(
        verdict="fail",
        missing=2,
        differences=(Difference(identifier, "missing", text), Difference(identifier, "payload", text)),
        config=(ConfigDifference(text, text, text),),
    )
    hits = tuple(replace(hit, id=identifier, payload={"text": text}) for hit in samples.hits(0.5))
    search = replace(samples.outcome(), name=text, reason=text, state="fail", source_hits=hits, target_hits=hits)
    return replace(base, left=text, right=text, searches=(search,))


@pytest.mark.parametrize("text", HOSTILE)
def test_no_cell_is_wider_than_its_column_and_none_is_harmful(text: str) -> None:
    found = hostile_result(text)
    for section in SECTIONS:
        listed = items(found, section)
        for width in (50, 78, 118):
            wanted = columns(section, listed, width)
            assert sum(column.width + 2 for column in wanted) <= width
            for item in listed:
                row = cells(say, "en", item, wanted)
                assert all(cell_len(cell.plain) <= column.width for cell, column in zip(row, wanted, strict=True))
                assert not raw_controls("".join(cell.plain for cell in row))
        for item in listed:
            assert full_text(say, "en", item)
            assert as_json(item).startswith("{")


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_hostile_places_results_and_points_on_the_screen(tmp_path: Path, size: tuple[int, int]) -> None:
    engine = ScriptedEngine(tmp_path / "artifacts")
    engine.verification = hostile_result(WORST)
    identifier = cast(PointId, WORST)
    payload: dict[str, Any] = {WORST: WORST}
    row = samples.point(1, WORST, **payload)
    engine.versions = {identifier: PointVersions(identifier, row, row, (Change(WORST, WORST, WORST),))}
    async with run(engine, size, "en") as (app, pilot):
        await pilot.press("4")
        screen = cast(CompareScreen, app.screen)
        screen.asked, screen.chosen = Comparison(WORST, f"{WORST}2"), True
        await pilot.press("s")
        await wait_for_text(pilot, "✗ FAIL")
        for step in ("f", "f", "f", "t", "t", "t", "f2", "f2"):
            await pilot.press(step)
            assert not raw_controls(screen_text(app))
        await wait_until(pilot, lambda: screen.result.table.has_focus, "the rows")
        await pilot.press("enter")
        await wait_for_text(pilot, "✗ The two versions differ.")
        assert not raw_controls(screen_text(app))
        await pilot.press("enter")
        await wait_for_text(pilot, "Esc closes")
        assert not raw_controls(screen_text(app))
        await pilot.press("escape", "escape")
        engine.fail("point_versions", StoreError(WORST))
        await pilot.press("enter")
        await wait_for_text(pilot, "F5 asks again")
        assert not raw_controls(screen_text(app))


@pytest.mark.parametrize(
    ("english", "wanted"),
    [
        ('payload.a: "x" here, "y" there', 'payload.a: left "x", right "y"'),
        ("vector text[0]: 0.1 here, 0.2 there, and 3 more", "vector text[0]: left 0.1, right 0.2, and 3 more"),
        ("payload.a is missing here", "payload.a: missing on the left"),
        ("payload.tags has 2 items here, 3 there", "payload.tags: 2 items on the left, 3 on the right"),
        ("the shard key differs", "the shard key differs"),
        ('payload.a: "x here, y" here, "z" there', 'payload.a: "x here, y" here, "z" there'),
        ("anything else", "anything else"),
    ],
)
def test_what_the_engine_says_of_a_difference_is_said_of_left_and_right(english: str, wanted: str) -> None:
    assert detail(say, "en", Difference(1, "payload", english)) == wanted


def test_every_class_that_is_not_listed_whole_is_told() -> None:
    found = samples.verification(verdict="fail").result
    assert unlisted(found, None) == []
    more = replace(found, missing=500, vector=3)
    assert unlisted(more, None) == [("missing", 1, 500), ("vector", 1, 3)]
    assert unlisted(more, "vector") == [("vector", 1, 3)]


def test_lines_are_broken_between_parts_alone() -> None:
    assert wrapped(["missing 1", "float drift 0", "登录 1"], 20) == "missing 1\nfloat drift 0\n登录 1"
    assert wrapped(["missing 1", "float drift 0"], 25) == "missing 1   float drift 0"
    assert wrapped(["x" * 30, "a"], 10) == f"{'x' * 30}\na"


@pytest.mark.parametrize(
    ("error", "side"),
    [
        ("reading local/docs: connection refused (tried 7 times); check that the server is up", "left"),
        ("reading local/docs_restored: connection refused", "right"),
        ("local/docs and local/docs_restored are the same collection; name two different ones", ""),
        ("something else", ""),
    ],
)
def test_an_error_is_put_to_the_side_it_speaks_of(tmp_path: Path, error: str, side: str) -> None:
    config = Config(tmp_path, stores={"local": StoreConfig("local", url="http://localhost:6333")})
    assert side_of(error, Comparison("local/docs", "local/docs_restored"), config) == side
    archive = Comparison("local/docs", str(tmp_path / "a.json"))
    assert side_of(f"{tmp_path / 'a.json'}: chunk 1 of 2 (ids 1 to 7) is damaged", archive, config) == "right"


def test_places_as_text() -> None:
    assert archive_text(Path("artifacts/a.json")) == "./artifacts/a.json"
    assert archive_text(Path("/x/a.json")) == "/x/a.json"
    assert short_place("./artifacts/metrics/a.json") == "a.json"
    assert short_place("local/docs") == "local/docs"
    assert short_place("http://localhost:6333/a.json") == "http://localhost:6333/a.json"


def test_the_default_is_the_last_drills_archive_or_its_source_where_that_is_gone(tmp_path: Path) -> None:
    engine = ScriptedEngine(tmp_path / "artifacts")
    assert default_places(engine, None) is None
    record: DrillRecord = samples.record()
    assert record.backup is not None
    archive = tmp_path / "a.json"
    engine.records = {tmp_path: replace(record, backup=replace(record.backup, file=str(archive)))}
    assert default_places(engine, None) == (record.source.address, record.target.address)
    archive.write_text("[]")
    assert default_places(engine, None) == (str(archive), record.target.address)
    engine.records = {tmp_path: replace(record, target=replace(record.target, removed=True))}
    assert default_places(engine, None) is None


@pytest.mark.parametrize(
    ("left", "right", "changes", "wanted"),
    [
        (True, True, True, "differs"),
        (True, True, False, "same"),
        (True, False, False, "missing"),
        (False, True, False, "extra"),
        (False, False, False, "gone"),
    ],
)
def test_what_became_of_a_point(left: bool, right: bool, changes: bool, wanted: str) -> None:
    row = samples.point(3)
    listed = (Change("payload.a", "1", "2"),) if changes else ()
    versions = PointVersions(3, row if left else None, row if right else None, listed)
    assert state_of(versions) == wanted
    assert point_json(versions).count("null") == [left, right].count(False)


def test_a_long_payload_is_cut_and_says_so() -> None:
    text = version_text(say, samples.point(3, "x" * 30_000))
    assert len(text) < 21_000
    assert "more characters; copying takes all of it" in text
    assert "vector (unnamed) (3): 0.25, 0.5, -1.0" in text


def test_how_far_a_vector_is_off() -> None:
    assert vector_line(say, VectorChange("", 2, 384, 0.001)) == (
        "vector (unnamed): 2 of 384 numbers differ, largest change 0.001"
    )
    assert vector_line(say, VectorChange("text", 384, 384, None)).endswith("largest change –")


def test_an_archive_that_is_not_whole_is_named_as_the_reason() -> None:
    partial = "the dump is not whole: it says that more points follow, from id 5 on; they are not in it"
    found = replace(samples.verification(), verdict="inconclusive", partial=partial)
    ending = Ending("inconclusive", None, "", found, "", JobSnapshot(0.0))
    assert reason(say, "en", ending) == partial
    assert "转储不完整" in reason(say, "zh", ending)
