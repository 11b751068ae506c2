"""One record on the Records screen: read, copied, opened, signed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from qdrill.console.panels.records_form import SignForm
from qdrill.console.panels.records_page import RecordPage
from qdrill.errors import ArchiveError, UsageError
from qdrill.records.model import Amended, KeptSearch
from tests.console.support import samples
from tests.console.support.past import DAMAGED, fill, identifier, made, opened, settled
from tests.console.support.screens import LARGE, SMALL, screen_text, toasts, wait_for_text, wait_until
from tests.console.support.script import HOLD
from tests.console.support.scripted import ScriptedEngine


async def test_the_record_in_full_and_its_own_language(tmp_path: Path) -> None:
    engine = ScriptedEngine(tmp_path)
    kept = KeptSearch("登录", "evidence/kept/001.json", 1.0, "local/a")
    fill(engine, made(1, screenshots=("evidence/screens/01-restore.svg",), kept=(kept,)))
    async with opened(engine, LARGE) as (app, pilot, screen):
        await pilot.press("enter")
        await wait_for_text(pilot, "Drill record (runbook template)")
        text = screen_text(app)
        assert "evidence/screens/01-restore.svg" in text
        assert "evidence/kept/001.json" in text
        assert str(engine.drills / identifier(1)) in text
        await pilot.press("m")
        await wait_for_text(pilot, "演练记录（运行手册模板）")
        assert "Records" in screen_text(app)
        await pilot.press("m")
        await wait_for_text(pilot, "Drill record (runbook template)")
        await pilot.press("slash")
        assert toasts(app)[-1] == "Close the record first."
        await pilot.press("j", "k", "escape")
        await wait_until(pilot, lambda: not screen.has_class("-record"))
        assert screen.view.opened is None
        await pilot.press("enter")
        await wait_for_text(pilot, "Drill record (runbook template)")
        await pilot.press("f2")
        await wait_for_text(pilot, "演练记录（运行手册模板）")
        assert "文件夹" in screen_text(app)


@pytest.mark.parametrize("size", [SMALL, LARGE, (83, 31)])
async def test_no_line_of_a_record_is_wider_than_the_page(tmp_path: Path, size: tuple[int, int]) -> None:
    engine = ScriptedEngine(tmp_path)
    fill(engine, made(1, notes="从备份恢复之后逐点比对，" * 40))
    async with opened(engine, size, "zh") as (_, pilot, screen):
        await pilot.press("enter")
        await wait_for_text(pilot, "运行手册模板")
        page = screen.query_one(RecordPage)
        await wait_until(pilot, lambda: page.show_vertical_scrollbar, "a page longer than the screen")
        room = page.scrollable_content_region.width
        assert {page.render_line(y).cell_length for y in range(page.size.height)} == {room}
        assert {sum(one.cell_length for one in line) for line in page._lines} == {room}


async def test_a_damaged_record_opens_to_its_problem_and_is_not_signed(tmp_path: Path) -> None:
    engine = ScriptedEngine(tmp_path)
    engine.records[engine.drills / identifier(1)] = ArchiveError(DAMAGED)
    async with opened(engine) as (app, pilot, _):
        await pilot.press("enter")
        await wait_for_text(pilot, f"✗ damaged: {DAMAGED}")
        await pilot.press("s")
        assert toasts(app)[-1] == f"This record cannot be signed: {DAMAGED}"


async def test_an_unfinished_drill_is_not_signed(tmp_path: Path) -> None:
    engine = ScriptedEngine(tmp_path)
    record = made(1)
    fill(engine, replace(record, verdict="interrupted", time=replace(record.time, finished=None)))
    async with opened(engine) as (app, pilot, _):
        assert "! unfinished" in screen_text(app)
        await pilot.press("s")
        assert "only a finished drill's record is signed" in toasts(app)[-1]


async def test_copies(tmp_path: Path) -> None:
    engine = ScriptedEngine(tmp_path)
    place = fill(engine, made(1))[0]
    copied = engine.config.artifacts / "copied.txt"

    async def choose(pilot: Pilot[int], downs: int, begins: str) -> None:
        await pilot.press("c")
        await wait_for_text(pilot, "Copy of this record")
        await pilot.press(*["down"] * downs, "enter")
        await wait_until(pilot, lambda: copied.exists() and copied.read_text().startswith(begins), begins)

    async with opened(engine) as (_, pilot, _):
        await pilot.press("y")
        await wait_until(pilot, copied.exists)
        assert copied.read_text() == str(place.absolute())
        await choose(pilot, 1, "# Drill record")
        await choose(pilot, 2, "schema = ")
        await choose(pilot, 0, str(place.absolute()))
        await pilot.press("enter")
        await wait_for_text(pilot, "Drill record (runbook template)")
        await pilot.press("y")
        await wait_until(pilot, lambda: copied.read_text().startswith("# Drill record"))


async def test_a_folder_without_a_desktop_is_shown_and_copied(tmp_path: Path) -> None:
    engine = ScriptedEngine(tmp_path)
    place = fill(engine, made(1))[0]
    async with opened(engine) as (app, pilot, _):
        await pilot.press("g")
        await wait_until(pilot, lambda: len(toasts(app)) == 2)
        assert toasts(app)[0].startswith("There is no desktop here to open it with: ")
        assert (engine.config.artifacts / "copied.txt").read_text() == str(place.absolute())


async def test_a_folder_is_opened_by_the_desktop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "xdg-open"
    program.write_text(f'#!/bin/sh\nprintf %s "$1" > {tmp_path}/asked\n')
    program.chmod(0o755)
    engine = ScriptedEngine(tmp_path)
    place = fill(engine, made(1))[0]
    async with opened(engine) as (app, pilot, _):
        monkeypatch.setattr(app, "environ", {"PATH": str(tmp_path), "DISPLAY": ":0"})
        await pilot.press("g")
        await wait_until(pilot, lambda: bool(toasts(app)))
        assert toasts(app)[0].startswith("Opened ")
        assert (tmp_path / "asked").read_text() == str(place.resolve())


async def test_signing_keeps_what_was_typed_until_it_is_saved(tmp_path: Path) -> None:
    engine = ScriptedEngine(tmp_path)
    place = fill(engine, made(1))[0]
    async with opened(engine, SMALL) as (app, pilot, _):
        await pilot.press("s")
        await wait_until(pilot, lambda: isinstance(app.screen, SignForm))
        form = app.screen
        assert form.query_one("#sign-operator", Input).value == "李雷"
        assert "Not amended so far" in screen_text(app)
        form.query_one("#sign-ticket", Input).value = "OPS-77"
        form.query_one("#sign-notes", TextArea).text = "one\ntwo [/"
        engine.fail("amend", UsageError("the Grafana link must begin with http:// [/"))
        await pilot.press("enter")
        await wait_for_text(pilot, "✗ the Grafana link must begin with http:// [/")
        assert form.query_one("#sign-ticket", Input).value == "OPS-77"
        await pilot.press("escape")
        await wait_until(pilot, lambda: app.screen is app.base_screen)
        await pilot.press("s")
        await wait_until(pilot, lambda: isinstance(app.screen, SignForm))
        assert app.screen.query_one("#sign-notes", TextArea).text == "one\ntwo [/"
        engine.mend("amend")
        await pilot.press("enter")
        await wait_until(pilot, lambda: app.screen is app.base_screen)
        given = engine.called("amend")[-1]
        assert given["directory"] == place
        change = given["change"]
        assert (change.ticket, change.notes, change.operator, change.grafana) == ("OPS-77", "one\ntwo [/", None, None)


async def test_the_form_says_how_often_a_record_was_amended(tmp_path: Path) -> None:
    engine = ScriptedEngine(tmp_path)
    once = Amended(samples.record().time.started, ("ticket",), "evidence/earlier/drill-1.toml", "qdrill 0")
    fill(engine, made(1, amended=(once, once)))
    async with opened(engine, LARGE, "zh") as (app, pilot, _):
        await pilot.press("s")
        await wait_for_text(pilot, "已补充 2 次")
        await pilot.click("#cancel")
        await wait_until(pilot, lambda: app.screen is app.base_screen)
        assert not engine.called("amend")


async def test_a_new_drill_appears_by_itself(tmp_path: Path) -> None:
    engine = ScriptedEngine(tmp_path)
    fill(engine, made(1))
    engine.script(HOLD, *samples.drill_events())
    async with opened(engine) as (app, pilot, screen):
        app.jobs.start("drill", "nightly", lambda control, emit: engine.drill(samples.nightly(), None, control, emit))
        await wait_until(pilot, lambda: engine.scripts["drill"].holding)
        assert len(screen.table.entries) == 1
        engine.release()
        await wait_until(pilot, lambda: len(screen.table.entries) == 2 and settled(app))
