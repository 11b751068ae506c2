"""The Records screen: the table that fills and is checked, the record in full, the form."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from qdrill.console.app import QdrillApp
from qdrill.console.i18n import Language
from qdrill.errors import ArchiveError
from tests.console.support.past import DAMAGED, EDITED, fill, identifier, made, opened
from tests.console.support.screens import LARGE, SMALL, run, screen_text, toasts, wait_for_text, wait_until
from tests.console.support.scripted import ScriptedEngine


def line_of(app: QdrillApp, text: str) -> str:
    """The line of the screen that holds `text`."""
    return next(line for line in screen_text(app).splitlines() if text in line)


@pytest.mark.parametrize("size", [SMALL, LARGE])
@pytest.mark.parametrize(("language", "verdict"), [("en", "✓ PASS"), ("zh", "✓ 通过")])
async def test_the_table_shows_drills_newest_first_and_the_chart_their_times(
    tmp_path: Path, size: tuple[int, int], language: Language, verdict: str
) -> None:
    engine = ScriptedEngine(tmp_path)
    fill(engine, made(1), made(2), made(3, evidence="simulated"))
    async with opened(engine, size, language) as (app, pilot, screen):
        assert [one.row.id for one in screen.table.entries] == [identifier(3), identifier(2), identifier(1)]
        text = screen_text(app)
        assert verdict in text
        assert "3.6 s" in text
        assert "RTO 900 s" in text
        assert identifier(3) in text
        assert len(screen.query_one("#trend").value.entries) == 2  # type: ignore[attr-defined]
        await pilot.press("down", "end", "home", "pagedown", "j", "k")
        assert screen.selected is not None
        assert screen.selected.row.id == identifier(2)


async def test_an_edited_record_is_never_green_and_a_damaged_one_is_a_line(tmp_path: Path) -> None:
    engine = ScriptedEngine(tmp_path)
    places = fill(engine, made(1), made(2), made(3))
    engine.problems[places[1]] = (EDITED,)
    engine.records[places[2]] = ArchiveError(DAMAGED)
    async with opened(engine, SMALL) as (app, pilot, screen):
        text = screen_text(app)
        assert "✗ edited" in text
        assert "✗ damaged" in text
        assert "drill.toml was changed" in text
        assert {one.word for one in screen.table.entries} == {"pass", "edited", "damaged"}
        screen.table.select(identifier(2))
        await wait_for_text(pilot, "left out: 1 (1 edited)")
        assert app.why_not_now("records.sign") == f"This record cannot be signed: {EDITED}"
        await pilot.press("enter")
        await wait_for_text(pilot, f"✗ edited: {EDITED[:40]}")


async def test_a_record_is_not_green_before_it_was_looked_at(tmp_path: Path) -> None:
    engine = ScriptedEngine(tmp_path)
    fill(engine, made(1))
    engine.slow("check_record")
    async with run(engine, LARGE) as (app, pilot):
        await pilot.press("6")
        await wait_for_text(pilot, "✓ PASS …")
        assert "1 not checked yet" in screen_text(app)
        engine.mend("check_record")
        await wait_for_text(pilot, "record intact")
        assert "✓ PASS …" not in screen_text(app)


async def test_a_record_whose_follower_names_another_is_not_proven(tmp_path: Path) -> None:
    engine = ScriptedEngine(tmp_path)
    fill(engine, made(1), made(2))
    engine.broken = (identifier(2),)
    async with opened(engine) as (app, pilot, screen):
        assert "? unproven" in screen_text(app)
        screen.table.select(identifier(1))
        await pilot.press("enter")
        await wait_for_text(pilot, "names another before itself")


async def test_the_table_fills_while_it_reads_and_an_error_is_one_line(tmp_path: Path) -> None:
    engine = ScriptedEngine(tmp_path)
    fill(engine, made(1))
    engine.slow("each_record")
    async with run(engine, SMALL) as (app, pilot):
        await pilot.press("6")
        await wait_for_text(pilot, "reading...")
        engine.fail("each_record", ArchiveError("cannot list drills: denied; check its permissions"))
        engine._gates.pop("each_record").set()
        await wait_for_text(pilot, "✗ cannot list drills: denied; check its permissions")
        engine.mend("each_record")
        await pilot.press("r")
        await wait_for_text(pilot, "✓ PASS")
        assert "denied" not in screen_text(app)


async def test_no_records_yet_says_how_to_make_one(tmp_path: Path) -> None:
    async with opened(ScriptedEngine(tmp_path), SMALL) as (app, pilot, _):
        await wait_for_text(pilot, "There are no records in")
        for key in ("enter", "s", "g", "c"):
            await pilot.press(key)
        assert set(toasts(app)) == {"No record is selected."}
        await pilot.press("y", "m", "escape")
        assert toasts(app)[-1] == "Open a record first."


async def test_a_thousand_records_come_in_slices(tmp_path: Path) -> None:
    engine = ScriptedEngine(tmp_path)
    record = made(1)
    for number in range(1000):
        engine.records[engine.drills / f"20261122T151107Z-{number:04x}"] = record
    async with opened(engine, SMALL) as (app, pilot, screen):
        assert len(screen.table.entries) == 1000
        await pilot.press("end")
        await wait_for_text(pilot, "20261122T151107Z-0000")
        assert len(engine.called("check_record")) == 1000
        assert "Past drills (1,000)" in screen_text(app)


async def test_filter(tmp_path: Path) -> None:
    engine = ScriptedEngine(tmp_path)
    fill(engine, made(1, name="weekly"), made(2), made(3))
    async with opened(engine, SMALL) as (app, pilot, screen):
        await pilot.press("slash", *"WEEKLY")
        await wait_until(pilot, lambda: len(screen.table.entries) == 1)
        assert "1 of 3 match WEEKLY" in screen_text(app)
        await pilot.press("enter")
        assert app.focused is screen.table
        await pilot.press("escape")
        await wait_until(pilot, lambda: len(screen.table.entries) == 3)
        await pilot.press("slash", *"[/", "escape")
        await wait_until(pilot, lambda: len(screen.table.entries) == 3)
        await pilot.press("slash", *"nothing")
        await wait_for_text(pilot, "No record matches.")


async def test_sort_by_choice_and_by_a_click_on_a_name(tmp_path: Path) -> None:
    engine = ScriptedEngine(tmp_path)
    fast = replace(made(2).rto, rta_s=0.5)
    fill(engine, made(1), made(2, rto=fast), made(3))
    async with opened(engine, SMALL) as (app, pilot, screen):
        await pilot.press("o")
        await wait_for_text(pilot, "Sort by")
        await pilot.press(*["down"] * 7, "enter")
        await wait_until(pilot, lambda: screen.table.sorted_by == "rta")
        assert [one.row.rta_s for one in screen.table.entries] == [3.6, 3.6, 0.5]
        assert "RTA ▼" in screen_text(app)
        header = line_of(app, "RTA ▼")
        await pilot.click(screen.table, offset=(header.index("RTA ▼") - screen.table.region.x, 0))
        await wait_until(pilot, lambda: screen.table.entries[0].row.rta_s == 0.5)
        assert "RTA ▲" in screen_text(app)


async def test_a_click_selects_and_another_opens(tmp_path: Path) -> None:
    engine = ScriptedEngine(tmp_path)
    fill(engine, made(1), made(2))
    async with opened(engine, SMALL) as (_, pilot, screen):
        await pilot.click(screen.table, offset=(5, 2))
        await wait_until(pilot, lambda: screen.selected is not None and screen.selected.row.id == identifier(1))
        assert screen.view.opened is None
        await pilot.click(screen.table, offset=(5, 2))
        await wait_until(pilot, lambda: screen.view.opened is not None)
