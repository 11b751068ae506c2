"""One record on the Records screen: read, copied, opened, signed; hostile ones, and real ones."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.style import Style
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from qdrill.console.live import LiveEngine
from qdrill.console.panels.records_form import SignForm
from qdrill.console.panels.records_page import page_lines
from qdrill.errors import ArchiveError, UsageError
from qdrill.records.model import Amended, DrillRecord, KeptSearch
from qdrill.records.save import open_drill, save_drill
from tests.console.support import samples
from tests.console.support.hostile import HOSTILE, SURROGATE, WORST, raw_controls
from tests.console.support.past import DAMAGED, fill, identifier, made, opened, settled
from tests.console.support.screens import LARGE, SMALL, screen_text, toasts, wait_for_text, wait_until
from tests.console.support.script import HOLD
from tests.console.support.scripted import ScriptedEngine
from tests.records.samples import WHO, passed


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


def hostile(number: int, text: str) -> DrillRecord:
    """A record with `text` wherever there is one."""
    record = samples.record()
    side = replace(record.source, address=text)
    return made(
        number, name=text, source=side, target=side, reason=text, notes=(text,),
        check=(samples.check(text, "fail", seen=text, ids=(text,)),),
        who=replace(record.who, operator=text, notes=text, ticket=text),
    )  # fmt: skip


async def test_hostile_records_are_lines_of_text(tmp_path: Path) -> None:
    engine = ScriptedEngine(tmp_path)
    places = fill(engine, *(hostile(number, text) for number, text in enumerate(HOSTILE)))
    for place, text in zip(places[::2], HOSTILE[::2], strict=True):
        engine.problems[place] = (text or "changed",)
    async with opened(engine, LARGE) as (app, pilot, screen):
        for _ in HOSTILE:
            assert not raw_controls(screen_text(app))
            assert all(cell_len(line) <= 120 for line in screen_text(app).splitlines())
            await pilot.press("down")
        assert screen.selected is screen.table.entries[-1]


@pytest.mark.parametrize("text", [WORST, "[/", SURROGATE, "宽" * 5_000, "\u202egnp.exe\n\x9b31m", "{x}"])
async def test_a_hostile_record_is_read_and_signed_as_text(tmp_path: Path, text: str) -> None:
    engine = ScriptedEngine(tmp_path)
    fill(engine, hostile(1, text))
    async with opened(engine, LARGE) as (app, pilot, _):
        await pilot.press("enter")
        await wait_for_text(pilot, "Drill record (runbook template)")
        await pilot.press("end", "pageup")
        assert not raw_controls(screen_text(app))
        await pilot.press("s")
        await wait_until(pilot, lambda: isinstance(app.screen, SignForm))
        assert not raw_controls(screen_text(app))
        app.screen.query_one("#sign-reviewer", Input).value = "韩梅梅"
        await pilot.press("enter")
        await wait_until(pilot, lambda: bool(engine.called("amend")))
        change = engine.called("amend")[0]["change"]
        assert (change.operator, change.notes, change.ticket, change.reviewer) == (None, None, None, "韩梅梅")


async def test_nothing_in_a_record_is_opened_or_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = ScriptedEngine(tmp_path)
    fill(engine, made(1, name=WORST))
    page = (
        "# ![x](https://evil.invalid/x.png)\n\n<script>1</script> [y](javascript:alert(1)) www.evil.invalid\n\n"
        "[@click=app.quit]q[/]\n\n| a [/ |\n| :- |\n| [/ [@click=app.quit]x[/] |\n\n[z](evidence/search-1.json)\n"
    )
    asked: list[str] = []
    async with opened(engine) as (app, pilot, _):
        monkeypatch.setattr(app, "open_url", lambda url, **_: asked.append(url))
        monkeypatch.setattr(engine, "record_markdown", lambda *_: page)
        await pilot.press("enter")
        await wait_for_text(pilot, "[/ [@click=app.quit]x[/]")
        text = screen_text(app)
        assert "<script>1</script>" in text
        for at, line in enumerate(text.splitlines()):
            for word in ("javascript", "[@click", "www.evil", "z"):
                if word in line and at > 3:
                    await pilot.click(offset=(line.index(word), at))
        assert app.is_running
        assert not asked


def test_a_page_holds_no_link_that_a_terminal_would_open() -> None:
    page = "[z](https://evil.invalid) <https://evil.invalid/y>\n\n| a | b |\n| :- | -: |\n| [/ | 表格 |\n"
    found = page_lines(page, 40, Style(color="red"), Style())
    assert all(cell_len("".join(one.text for one in line)) == 40 for line in found)
    assert "[/" in "".join(one.text for line in found for one in line)
    assert not [one for line in found for one in line if one.style is not None and (one.style.link or one.style.meta)]


def save(drills: Path, number: int) -> Path:
    """A drill's record as the engine writes it; returns its directory."""
    result = replace(passed(), id=identifier(number))
    directory = drills / result.id
    open_drill(
        directory, name=result.name, source=result.source, target=result.target, method=result.method,
        objectives=result.objectives, started=result.started, who=WHO,
    )  # fmt: skip
    save_drill(directory, result, who=WHO)
    return directory


async def test_real_records_edited_and_damaged_by_hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    drills = tmp_path / "artifacts" / "drills"
    good, edited, damaged, last = (save(drills, number) for number in range(1, 5))
    file = edited / "drill.toml"
    file.write_text(file.read_text().replace("rta_s = 3.6", "rta_s = 0.1"))
    (damaged / "drill.toml").write_text("schema = ")
    engine = LiveEngine(None, {})
    async with opened(engine, LARGE) as (app, pilot, screen):
        words = {one.row.id: one.word for one in screen.table.entries}
        assert words == {good.name: "pass", edited.name: "edited", damaged.name: "damaged", last.name: "pass"}
        screen.table.select(good.name)
        await pilot.press("s")
        await wait_until(pilot, lambda: isinstance(app.screen, SignForm))
        app.screen.query_one("#sign-ticket", Input).value = "OPS-99"
        await pilot.press("enter")
        await wait_until(pilot, lambda: app.screen is app.base_screen and settled(app))
        assert toasts(app)[-1] == "Saved: drill.toml, drill.md and drill.zh.md; amended 1 times."
        assert "OPS-99" in (good / "drill.zh.md").read_text()
        found = screen.shelf.get(good.name)
        assert found is not None
        assert found.word == "pass"
        await pilot.press("enter")
        await wait_for_text(pilot, "amended      1 times")


def test_the_live_engine_reads_a_record_only_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    directory = save(tmp_path / "artifacts" / "drills", 1)
    engine = LiveEngine(None, {})
    first, again = list(engine.each_record()), list(engine.each_record())
    assert first[0] is again[0]
    assert next(iter(engine.record_rows())) is first[0]
    assert engine.check_record(first[0].directory) == ()
    assert engine.broken_links() == ()
    assert engine.record_file(first[0].directory).startswith("schema = ")
    (directory / "drill.toml").unlink()
    with pytest.raises(ArchiveError, match="cannot read the drill record"):
        engine.record_file(first[0].directory)
    assert next(iter(engine.each_record())).problem is not None
    engine.close()
