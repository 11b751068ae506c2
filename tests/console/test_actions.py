"""The registry of actions, the palette and the help: what is in one is in all."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest
from textual.command import CommandPalette, DiscoveryHit, Hit
from textual.widgets import Input, Static

from qdrill.console.actions import ACTIONS, Action, of_scope
from qdrill.console.app import QdrillApp
from qdrill.console.doing import do_action
from qdrill.console.i18n import LANGUAGES, Language, say
from qdrill.console.modals.help import Help
from qdrill.console.palette import ActionCommands
from qdrill.console.widgets.keybar import KeyItem
from tests.console.support.hostile import WORST
from tests.console.support.screens import LARGE, SMALL, run, screen_text, toasts, wait_until
from tests.console.support.scripted import ScriptedEngine

OF_SCREENS = [one for one in ACTIONS if one.scope != "walkthrough"]
IN_PALETTE = [one for one in OF_SCREENS if one.palette]


def by_id(one: Action) -> str:
    return one.id


@pytest.mark.parametrize("one", OF_SCREENS, ids=by_id)
def test_every_action_has_a_method(one: Action) -> None:
    place = QdrillApp if one.scope == "app" else QdrillApp.MODES[one.scope]
    method = getattr(place, one.method, None)
    assert method is not None, f"{place} has no {one.method}"
    given = [] if one.argument is None else [one.argument]
    inspect.signature(method).bind("self", *given)


async def test_every_screen_binds_the_actions_of_its_scope(tmp_path: Path) -> None:
    async with run(ScriptedEngine(tmp_path)) as (app, _):
        for mode in QdrillApp.MODES:
            await app.do_mode(mode)
            assert mode == app.base_screen.MODE
            bound = {binding.id for _, binding in app.base_screen._bindings if binding.id}
            assert bound == {one.id for one in of_scope(mode) if one.keys}


async def provided(app: QdrillApp, query: str) -> list[Hit | DiscoveryHit]:
    """What the palette offers for a query; all there is for an empty one."""
    provider = ActionCommands(app.base_screen)
    return [hit async for hit in (provider.search(query) if query else provider.discover())]


async def hits(app: QdrillApp, query: str) -> list[str]:
    """Names that the palette finds."""
    return [str(hit.text) for hit in await provided(app, query)]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_action_is_found_by_its_name(tmp_path: Path, language: Language) -> None:
    async with run(ScriptedEngine(tmp_path), language=language) as (app, _):
        for one in IN_PALETTE:
            name = say(language, one.label_key)
            colon = {"en": ": ", "zh": "："}[language]
            place = "" if one.scope == "app" else f"{say(language, f'action.app.{one.scope}')}{colon}"
            assert any(found.startswith(f"{place}{name}") for found in await hits(app, name)), one.id
        assert len(await hits(app, "")) == len([one for one in ACTIONS if one.palette])


async def test_every_hit_of_the_palette_does_its_action(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with run(ScriptedEngine(tmp_path)) as (app, _):
        done: list[str] = []

        async def note(identifier: str) -> None:
            done.append(identifier)

        monkeypatch.setattr(app, "action_do", note)
        for hit in await provided(app, ""):
            result = hit.command()
            assert inspect.isawaitable(result)
            await result
        assert sorted(done) == sorted(one.id for one in ACTIONS if one.palette)


async def test_the_palette_opens_types_and_runs(tmp_path: Path) -> None:
    async with run(ScriptedEngine(tmp_path)) as (app, pilot):
        await pilot.press("colon")
        await wait_until(pilot, lambda: isinstance(app.screen, CommandPalette))
        await pilot.press(*"records")
        await wait_until(pilot, lambda: "Go to the Records screen." in screen_text(app))
        await pilot.press("enter")
        await wait_until(pilot, lambda: app.current_mode == "records")
        await pilot.press("f1")
        await wait_until(pilot, lambda: isinstance(app.screen, CommandPalette))
        await pilot.press("f1")
        assert len(app.screen_stack) == 2


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_palette_says_that_nothing_matches_in_the_language_at_hand(
    tmp_path: Path, language: Language
) -> None:
    async with run(ScriptedEngine(tmp_path), language=language) as (app, pilot):
        await pilot.press("colon")
        await wait_until(pilot, lambda: isinstance(app.screen, CommandPalette))
        await pilot.press(*"qqqqzzzz")
        await wait_until(pilot, lambda: say(language, "app.no_action") in screen_text(app))
        await pilot.press("enter")
        await wait_until(pilot, lambda: len(app.screen_stack) == 1)


async def test_what_a_reason_says_is_not_markup_in_the_palette(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with run(ScriptedEngine(tmp_path), LARGE) as (app, pilot):
        monkeypatch.setattr(app.base_screen, "why_not", lambda identifier: WORST)
        await pilot.press("colon")
        await wait_until(pilot, lambda: "[/ [@click=app.quit]x[/] [bold" in screen_text(app))
        await pilot.press(*"start")
        await wait_until(pilot, lambda: "\\x1b[31m" in screen_text(app))


async def test_an_action_that_cannot_be_done_says_why_and_does_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with run(ScriptedEngine(tmp_path)) as (app, pilot):
        done: list[int] = []
        screen = app.base_screen
        monkeypatch.setattr(screen, "why_not", lambda identifier: WORST)
        monkeypatch.setattr(screen, "do_start", lambda: done.append(1), raising=False)
        await do_action(app, "drill.start")
        await wait_until(pilot, lambda: toasts(app))
        assert toasts(app)[-1].startswith("[/ [@click=app.quit]x[/]") and "\x1b" not in toasts(app)[-1]
        monkeypatch.setattr(screen, "why_not", lambda identifier: None)
        await do_action(app, "drill.start")
        assert done == [1]
        await pilot.pause()


@pytest.mark.parametrize(("language", "size"), [("en", SMALL), ("zh", LARGE)])
async def test_the_help_has_every_action_of_the_screen(
    tmp_path: Path, language: Language, size: tuple[int, int]
) -> None:
    async with run(ScriptedEngine(tmp_path), size, language) as (app, pilot):
        for mode in QdrillApp.MODES:
            await app.do_mode(mode)
            app.do_help()
            await wait_until(pilot, lambda: isinstance(app.screen, Help))
            shown = [str(one.content) for one in app.screen.query(".name").results(Static)]
            assert shown == [say(language, one.label_key) for one in (*of_scope(mode), *of_scope("app"))]
            assert say(language, "dialogue.closing") in screen_text(app)
            await pilot.press("question_mark")
            await wait_until(pilot, lambda: len(app.screen_stack) == 1)


async def test_the_bar_shows_keys_as_they_fit_and_leaving_last(tmp_path: Path) -> None:
    for size in ((60, 18), SMALL, LARGE):
        async with run(ScriptedEngine(tmp_path), size) as (app, pilot):
            bar = screen_text(app).splitlines()[-1]
            assert bar.endswith("q Quit") and "? Help" in bar and ": Commands" in bar and len(bar) <= size[0]
            await pilot.resize_terminal(160, 40)
            await pilot.pause()
            wide = screen_text(app).splitlines()[-1]
            names = [f"{app.key_of(one.id)} {say('en', one.label_key)}" for one in of_scope("drill") if one.shown]
            assert [name for name in names if name not in wide] == []


async def test_keys_of_the_bar_and_tabs_can_be_clicked(tmp_path: Path) -> None:
    async with run(ScriptedEngine(tmp_path)) as (app, pilot):
        lines = screen_text(app).splitlines()
        await pilot.click(offset=(lines[1].index("Records"), 1))
        await wait_until(pilot, lambda: app.current_mode == "records")
        await wait_until(pilot, lambda: "Sign" in screen_text(app))
        await pilot.click(offset=(screen_text(app).splitlines()[-1].index("Help"), 23))
        await wait_until(pilot, lambda: isinstance(app.screen, Help))


async def test_typing_into_an_input_types_and_does_nothing_else(tmp_path: Path) -> None:
    async with run(ScriptedEngine(tmp_path)) as (app, pilot):
        line = Input()
        await app.base_screen.mount(line)
        line.focus()
        await pilot.pause()
        await pilot.press(*"q?:12y", "slash", "s", "space", "x")
        await pilot.pause()
        assert line.value == "q?:12y/s x"
        assert app.is_running and app.current_mode == "drill" and len(app.screen_stack) == 1


async def test_what_cannot_be_done_looks_so_without_a_colour(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with run(ScriptedEngine(tmp_path)) as (app, pilot):
        items = {item.wanted.id: item for item in app.base_screen.query(KeyItem)}
        monkeypatch.setattr(
            app.base_screen, "why_not", lambda identifier: "no" if identifier == "drill.start" else None
        )
        await wait_until(pilot, lambda: items["drill.start"].off and not items["drill.cancel"].off)
        off, on = (str(items[one].render().markup) for one in ("drill.start", "drill.cancel"))  # type: ignore[union-attr]
        assert "bold" in on and "bold" not in off
