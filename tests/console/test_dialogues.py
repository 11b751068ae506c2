"""Toasts, dialogues and lines to type into: what they return, and that hostile texts stay texts."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from textual.events import Paste
from textual.widgets import Input

import qdrill.console
from qdrill.console.app import QdrillApp
from qdrill.console.i18n import say
from qdrill.console.modals.choose import Choose
from qdrill.console.modals.confirm import Confirm
from qdrill.console.modals.dialogue import Dialogue, open_dialogue
from qdrill.console.modals.help import Help
from qdrill.console.modals.prompt import Prompt
from qdrill.console.modals.reading import Reading
from qdrill.console.text import shown
from qdrill.console.widgets.line import Line
from tests.console.support.hostile import HOSTILE, SIZE, SURROGATE, WORST, raw_controls
from tests.console.support.screens import LARGE, run, screen_text, toasts, wait_for_text, wait_until
from tests.console.support.scripted import ScriptedEngine


def is_harmless(app: QdrillApp) -> bool:
    return not raw_controls(screen_text(app))


async def test_toasts_show_what_they_are_told_and_are_no_markup(tmp_path: Path) -> None:
    async with run(ScriptedEngine(tmp_path), LARGE) as (app, pilot):
        for text in HOSTILE:
            app.tell(text, severity="error")
            await pilot.pause()
            assert is_harmless(app)
            app.clear_notifications()
        app.tell(WORST, severity="warning")
        await wait_until(pilot, lambda: "[/ [@click=app.quit]x[/] [bold" in screen_text(app))
        assert "Warning" in screen_text(app)


async def test_a_toast_that_is_told_again_is_shown_once(tmp_path: Path) -> None:
    async with run(ScriptedEngine(tmp_path), LARGE) as (app, pilot):
        for text in ("one", "two", "one", "one"):
            app.tell(text, severity="warning")
        await wait_until(pilot, lambda: toasts(app) == ["two", "one"])
        assert screen_text(app).count("Warning") == 2


async def test_toasts_of_a_small_screen_cover_nothing_but_the_title(tmp_path: Path) -> None:
    async with run(ScriptedEngine(tmp_path)) as (app, pilot):
        before = screen_text(app).splitlines()
        app.tell("登录 " * 5, severity="error")
        await wait_for_text(pilot, "登录")
        app.tell("登录 " * 5, severity="error")  # in the place of the first
        await wait_until(pilot, lambda: len(app.screen.query("ToastHolder")) == 1)
        after = screen_text(app).splitlines()
        assert after[2:] == before[2:]
        assert after[0].startswith(" qdrill") and "1 Drill" in after[1]


async def test_dialogues_show_hostile_texts_as_they_are(tmp_path: Path) -> None:
    def made(text: str) -> tuple[Dialogue[Any], ...]:
        return (
            Confirm(text, text, text, typed=text),
            Choose(text, [("1", text), ("2", "another")], "1"),
            Prompt(text, text, text, check=lambda value: value or "empty"),
            Reading(text, text),
        )

    async with run(ScriptedEngine(tmp_path)) as (app, pilot):
        # Every text in one dialogue, in turn, and the worst of them in all.
        turns = [made(text)[turn % 4] for turn, text in enumerate(HOSTILE)]
        for dialogue in (*turns, *made(WORST), *made(SIZE[0]), *made(SURROGATE)):
            await app.push_screen(dialogue)
            await pilot.pause()
            assert is_harmless(app)
            if isinstance(dialogue, Confirm):
                assert say("en", "dialogue.cancel") in screen_text(app), "the safe answer stays on the screen"
            await app.pop_screen()


async def test_titles_show_hostile_texts_as_they_are(tmp_path: Path) -> None:
    async with run(ScriptedEngine(tmp_path)) as (app, pilot):
        for text in HOSTILE:
            app.base_screen.top.show(text, text)
            await pilot.pause()
            assert is_harmless(app) and "qdrill" in screen_text(app).splitlines()[0]


async def test_what_is_pasted_into_a_line_is_harmless(tmp_path: Path) -> None:
    async with run(ScriptedEngine(tmp_path)) as (app, pilot):
        line = Line(compact=True)
        await app.base_screen.mount(line)
        line.focus()
        await pilot.pause()
        line.post_message(Paste("a\x1b]52;c;AA\x07\u202eb登录"))
        await wait_until(pilot, lambda: line.value)
        assert line.value == "a\\x1b]52;c;AA\\x07\\u202eb登录" and is_harmless(app)


def test_every_line_to_type_into_is_a_harmless_one() -> None:
    folder = Path(qdrill.console.__file__).parent
    bare = [str(path.relative_to(folder)) for path in folder.rglob("*.py") if re.search(r"\bInput\(", path.read_text())]
    assert bare == [], "use widgets.line.Line"


async def test_a_name_has_to_be_typed_and_the_safe_answer_has_the_focus(tmp_path: Path) -> None:
    answers: list[bool | None] = []
    async with run(ScriptedEngine(tmp_path)) as (app, pilot):
        app.push_screen(Confirm("Replace?", "It is deleted", "Replace", typed="登录"), answers.append)
        await wait_until(pilot, lambda: app.focused is not None and app.focused.id == "cancel")
        app.screen.query_one(Input).focus()
        await pilot.press("登", "enter")
        assert answers == [] and app.screen.query_one("#yes").disabled
        await pilot.press("录")
        await wait_until(pilot, lambda: not app.screen.query_one("#yes").disabled)
        await pilot.press("enter")
        await wait_until(pilot, lambda: answers == [True])


async def test_a_name_that_no_keyboard_has_is_typed_as_it_is_shown(tmp_path: Path) -> None:
    answers: list[bool | None] = []
    name = "a\nb\u202e"
    async with run(ScriptedEngine(tmp_path)) as (app, pilot):
        app.push_screen(Confirm("Replace?", "", "Replace", typed=name), answers.append)
        await pilot.pause()
        line = app.screen.query_one(Input)
        line.focus()
        line.value = shown(name)
        await pilot.press("enter")
        await wait_until(pilot, lambda: answers == [True])


async def test_escape_leaves_every_dialogue_without_an_answer(tmp_path: Path) -> None:
    answers: list[object] = []
    async with run(ScriptedEngine(tmp_path)) as (app, pilot):
        for dialogue in (Confirm("a", "b", "c"), Choose("a", [("b", "c")]), Prompt("a"), Reading("a", "b")):
            app.push_screen(dialogue, answers.append)
            await wait_until(pilot, lambda dialogue=dialogue: app.screen is dialogue)  # type: ignore[misc]
            await pilot.press("escape")
            await wait_until(pilot, lambda: len(app.screen_stack) == 1)
        assert answers == [None] * 4


async def test_any_dialogue_is_evidence_and_says_where_it_went(tmp_path: Path) -> None:
    async with run(ScriptedEngine(tmp_path), LARGE) as (app, pilot):
        shown: tuple[Any, ...] = (Confirm("Really?", "b", "c"), Prompt("Which?"), Help("drill"))
        for number, dialogue in enumerate(shown, 1):
            await app.push_screen(dialogue)
            await pilot.press("f12")
            path = tmp_path / "screens" / f"{number:02d}-drill.svg"
            await wait_until(pilot, lambda: len(app._notifications) == number)  # noqa: B023 - waited for at once
            title = {1: "Really?", 2: "Which?", 3: "Help"}[number]
            assert title in path.read_text(encoding="utf-8")
            assert app.screen is dialogue
            await app.pop_screen()


async def test_the_key_of_a_screenshot_is_remapped_in_dialogues_too(tmp_path: Path) -> None:
    engine = ScriptedEngine(tmp_path)
    engine.config = replace(engine.config, console=replace(engine.config.console, keys={"app.screenshot": "f9"}))
    async with run(engine) as (app, pilot):
        await app.push_screen(Prompt("Which?"))
        await pilot.press("f12", "f9")
        await wait_until(pilot, lambda: app._notifications)
        assert len(list((tmp_path / "screens").iterdir())) == 1


async def test_the_help_changes_its_language(tmp_path: Path) -> None:
    async with run(ScriptedEngine(tmp_path), LARGE) as (app, pilot):
        await pilot.press("question_mark")
        await wait_until(pilot, lambda: "Help: Drill" in screen_text(app))
        await pilot.press("f2")
        await wait_until(pilot, lambda: "帮助：演练" in screen_text(app))


async def test_a_text_that_cannot_be_taken_is_told_and_stays(tmp_path: Path) -> None:
    answers: list[str | None] = []
    async with run(ScriptedEngine(tmp_path)) as (app, pilot):
        app.push_screen(Prompt("Which?", value="x", check=lambda text: WORST if text == "x" else None), answers.append)
        await pilot.pause()
        await pilot.press("enter")
        await wait_until(pilot, lambda: "[@click=app.quit]x[/]" in screen_text(app))
        assert answers == []
        await pilot.press("y", "enter")
        await wait_until(pilot, lambda: answers == ["y"])


async def test_a_text_that_is_read_can_be_copied(tmp_path: Path, written: list[str]) -> None:
    async with run(ScriptedEngine(tmp_path)) as (app, pilot):
        await app.push_screen(Reading("Text", "line 1\nline 2 [/"))
        await pilot.pause()
        assert "line 2 [/" in screen_text(app)
        await pilot.press("y")
        await wait_until(pilot, (tmp_path / "copied.txt").exists)
        assert (tmp_path / "copied.txt").read_text() == "line 1\nline 2 [/"


async def test_letters_typed_while_an_answer_has_the_focus_go_into_the_field(tmp_path: Path) -> None:
    answers: list[bool | None] = []
    async with run(ScriptedEngine(tmp_path)) as (app, pilot):
        app.push_screen(Confirm("Replace?", "It is deleted", "Replace", typed="xqy"), answers.append)
        await wait_until(pilot, lambda: app.focused is not None and app.focused.id == "cancel")
        assert "type xqy here" in screen_text(app)
        await pilot.press("x", "q", "y")
        assert app.screen.query_one(Input).value == "xqy"
        await pilot.press("enter")
        await wait_until(pilot, lambda: answers == [True])


async def test_every_dialogue_changes_its_language_while_it_is_open(tmp_path: Path) -> None:
    async with run(ScriptedEngine(tmp_path), LARGE) as (app, pilot):

        def word(key: str) -> str:
            return app.say(f"app.{key}")

        makers: tuple[Callable[[], Dialogue[Any]], ...] = (
            lambda: Confirm(word("palette"), word("too_small"), word("no_action"), typed="登录"),
            lambda: Choose(word("palette"), [("1", word("too_small")), ("2", word("no_action"))], "2"),
            lambda: Prompt(word("palette"), word("too_small"), "", lambda _: word("no_action")),
            lambda: Reading(word("palette"), f"{word('too_small')}\n{word('no_action')}"),
            lambda: Reading(word("palette"), "", [("a", word("too_small")), ("b", word("no_action"))]),
        )
        for make in makers:
            dialogue = open_dialogue(app, make)
            await wait_until(pilot, lambda dialogue=dialogue: app.screen is dialogue)  # type: ignore[misc]
            if isinstance(dialogue, Prompt):
                await pilot.press("x", "enter")
            for language in ("zh", "en"):
                await pilot.press("f2")
                await wait_for_text(pilot, say(language, "app.palette"))
                text = screen_text(app)
                assert all(say(language, f"app.{key}")[:20] in text for key in ("too_small", "no_action"))
                assert app.screen is dialogue
            await app.pop_screen()


async def test_what_was_typed_and_chosen_outlives_a_change_of_language(tmp_path: Path) -> None:
    answers: list[object] = []
    async with run(ScriptedEngine(tmp_path)) as (app, pilot):
        open_dialogue(app, lambda: Choose(app.say("theme.title"), [("a", "a"), ("b", "b")], "a"), answers.append)
        await pilot.press("down", "f2", "enter")
        await wait_until(pilot, lambda: answers == ["b"])
        open_dialogue(app, lambda: Prompt(app.say("theme.title"), value="x"), answers.append)
        await pilot.press("y", "f2", "z", "enter")
        await wait_until(pilot, lambda: answers == ["b", "yz"])


async def test_the_palette_changes_its_language_while_it_is_open(tmp_path: Path) -> None:
    async with run(ScriptedEngine(tmp_path)) as (app, pilot):
        await pilot.press("colon")
        await wait_for_text(pilot, say("en", "action.drill.start"))
        await pilot.press("f2")
        await wait_for_text(pilot, say("zh", "action.drill.start"))
        assert say("zh", "app.palette") in screen_text(app)


def test_no_screen_opens_a_dialogue_whose_words_stay_behind() -> None:
    folder = Path(qdrill.console.__file__).parent
    made = re.compile(r"push_screen\(\s*(Choose|Confirm|Prompt|Reading)\(")
    assert [path.name for path in folder.rglob("*.py") if made.search(path.read_text(encoding="utf-8"))] == []
