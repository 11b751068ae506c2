"""Records that somebody edited, damaged or filled with harm: read, shown and signed as text."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.style import Style
from textual.widgets import Input

from qdrill.console.live import LiveEngine
from qdrill.console.panels.records_form import SignForm
from qdrill.console.panels.records_page import page_lines
from qdrill.errors import ArchiveError
from qdrill.records.model import DrillRecord
from qdrill.records.save import open_drill, save_drill
from tests.console.support import samples
from tests.console.support.hostile import HOSTILE, SURROGATE, WORST, raw_controls
from tests.console.support.past import fill, identifier, made, opened, settled
from tests.console.support.screens import LARGE, screen_text, toasts, wait_for_text, wait_until
from tests.console.support.scripted import ScriptedEngine
from tests.records.samples import WHO, passed


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
        assert toasts(app)[-1] == "Saved: drill.toml, drill.md and drill.zh.md; amendments: 1."
        assert "OPS-99" in (good / "drill.zh.md").read_text()
        found = screen.shelf.get(good.name)
        assert found is not None
        assert found.word == "pass"
        await pilot.press("enter")
        await wait_for_text(pilot, "amendments   1, last")


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
