"""The frame around every screen: language, looks, sizes, copying, toasts and dialogues, whatever the data are."""

from __future__ import annotations

import base64
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.color import Color
from textual.widgets import Input, OptionList

from qdrill.console.app import QdrillApp
from qdrill.console.i18n import LANGUAGES, say
from qdrill.console.mixins.copying import LONGEST_CLIPBOARD
from qdrill.console.modals.choose import Choose
from qdrill.console.modals.confirm import Confirm
from tests.console.support import samples
from tests.console.support.hostile import SURROGATE, WORST, raw_controls
from tests.console.support.screens import LARGE, SMALL, run, screen_text, toasts, wait_until
from tests.console.support.scripted import ScriptedEngine

# ------------------------------------------------------------------ copying


async def test_copying_writes_osc_52_and_a_file(tmp_path: Path, written: list[str]) -> None:
    text = f"{WORST}\n登录"
    async with run(ScriptedEngine(tmp_path)) as (app, pilot):
        app.copy_text(text)
        await wait_until(pilot, lambda: toasts(app))
        [sent] = [one for one in written if one.startswith("\x1b]52;c;")]
        assert base64.b64decode(sent[len("\x1b]52;c;") : -1]).decode() == text and sent.endswith("\a")
        assert (tmp_path / "copied.txt").read_text(encoding="utf-8") == text
        assert "copied.txt" in toasts(app)[-1]


async def test_what_is_too_long_for_a_clipboard_goes_to_the_file_alone(tmp_path: Path, written: list[str]) -> None:
    text = "宽" * (LONGEST_CLIPBOARD // 3 + 1)
    async with run(ScriptedEngine(tmp_path)) as (app, pilot):
        app.copy_text(text)
        await wait_until(pilot, lambda: toasts(app))
        assert not [one for one in written if "]52;" in one]
        assert (tmp_path / "copied.txt").read_text(encoding="utf-8") == text
        assert "Too long for a clipboard" in toasts(app)[-1]


async def test_a_lone_surrogate_can_be_copied(tmp_path: Path, written: list[str]) -> None:
    async with run(ScriptedEngine(tmp_path)) as (app, pilot):
        app.copy_text(SURROGATE)
        await wait_until(pilot, lambda: toasts(app))
        assert "copied.txt" in toasts(app)[-1]


async def test_a_file_that_cannot_be_written_is_told(tmp_path: Path, written: list[str]) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    async with run(ScriptedEngine(blocked)) as (app, pilot):
        app.copy_text("text")
        await wait_until(pilot, lambda: toasts(app))
        assert "cannot write" in toasts(app)[-1]


async def test_y_copies_what_the_screen_gives_or_says_that_there_is_nothing(
    tmp_path: Path, written: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with run(ScriptedEngine(tmp_path)) as (app, pilot):
        monkeypatch.setattr(app.base_screen, "copied", lambda: None)
        await pilot.press("y")
        await wait_until(pilot, lambda: toasts(app))
        assert toasts(app)[-1] == say("en", "copy.nothing")
        monkeypatch.setattr(app.base_screen, "copied", lambda: "a row")
        await pilot.press("y")
        await wait_until(pilot, (tmp_path / "copied.txt").exists)


# ------------------------------------------------------------------ language


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({}, "en"),
        ({"LANG": "zh_CN", "LC_ALL": "C"}, "en"),
    ],
)
def test_the_language_is_that_of_the_environment(tmp_path: Path, environ: dict[str, str], language: str) -> None:
    engine = ScriptedEngine(tmp_path)
    engine.config = replace(engine.config, console=replace(engine.config.console, language=None))
    assert QdrillApp(engine, environ).language == language


async def test_the_language_changes_everything_on_the_screen_and_nothing_typed(tmp_path: Path) -> None:
    async with run(ScriptedEngine(tmp_path), LARGE) as (app, pilot):
        line = Input("abc登录")
        await app.base_screen.mount(line)
        line.focus()
        await pilot.press("left")
        place = line.cursor_position
        await pilot.press("f2")
        await wait_until(pilot, lambda: "1 演练" in screen_text(app))
        assert "q 退出" in screen_text(app) and "Quit" not in screen_text(app)
        assert (line.value, line.cursor_position, app.focused) == ("abc登录", place, line)
        await pilot.press("f2")
        await wait_until(pilot, lambda: "1 Drill" in screen_text(app))


async def test_screens_that_are_not_at_the_front_change_too(tmp_path: Path) -> None:
    async with run(ScriptedEngine(tmp_path)) as (app, pilot):
        await pilot.press("6")
        await wait_until(pilot, lambda: app.current_mode == "records")
        await pilot.press("f2", "1")
        await wait_until(pilot, lambda: app.current_mode == "drill")
        await wait_until(pilot, lambda: "q 退出" in screen_text(app))


# ------------------------------------------------------------------ looks


async def test_every_theme_can_be_chosen(tmp_path: Path) -> None:
    async with run(ScriptedEngine(tmp_path)) as (app, pilot):
        for name in sorted(app.available_themes):
            app.theme = name
            await pilot.pause()
            assert "1 Drill" in screen_text(app) and app.theme == name


async def test_a_theme_is_chosen_from_a_list(tmp_path: Path) -> None:
    async with run(ScriptedEngine(tmp_path)) as (app, pilot):
        assert app.theme == "qdrill-dark"
        await pilot.press("f3")
        await wait_until(pilot, lambda: isinstance(app.screen, Choose))
        names = [str(option.prompt) for option in app.screen.query_one(OptionList).options]
        assert names[:2] == sorted(names[:2]) and names[0].startswith("qdrill")
        app.screen.query_one(OptionList).highlighted = names.index("qdrill-light")
        await pilot.press("enter")
        await wait_until(pilot, lambda: app.theme == "qdrill-light")


async def test_a_theme_that_is_not_there_is_told_once(tmp_path: Path) -> None:
    engine = ScriptedEngine(tmp_path)
    engine.config = replace(engine.config, console=replace(engine.config.console, theme=WORST))
    async with run(engine) as (app, pilot):
        await wait_until(pilot, lambda: toasts(app))
        [text] = toasts(app)
        assert app.theme == "qdrill-dark" and "[/ [@click" in text and not raw_controls(text)


async def test_a_broken_theme_file_is_one_toast(tmp_path: Path) -> None:
    (tmp_path / "themes").mkdir()
    (tmp_path / "themes" / "mine.toml").write_text("name = [")
    config = samples.config(tmp_path, file=tmp_path / "drills.toml")
    async with run(ScriptedEngine(tmp_path, config)) as (app, pilot):
        await wait_until(pilot, lambda: toasts(app))
        [text] = toasts(app)
        assert "mine.toml" in text


async def test_a_theme_beside_drills_toml_can_be_chosen(tmp_path: Path) -> None:
    (tmp_path / "themes").mkdir()
    (tmp_path / "themes" / "mine.toml").write_text('name = "mine"\ndark = true\n[colors]\nprimary = "#123456"\n')
    config = samples.config(tmp_path, file=tmp_path / "drills.toml")
    config = replace(config, console=replace(config.console, theme="mine"))
    async with run(ScriptedEngine(tmp_path, config)) as (app, _):
        assert app.theme == "mine" and toasts(app) == []


async def test_without_colour_nothing_is_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with run(ScriptedEngine(tmp_path)) as (app, _):
        with_colour = screen_text(app)
    monkeypatch.setenv("NO_COLOR", "1")
    async with run(ScriptedEngine(tmp_path)) as (app, _):
        assert app.no_color and screen_text(app) == with_colour
        for color in colors(app):
            assert color.r == color.g == color.b


def colors(app: QdrillApp) -> set[Color]:
    """All colours of the screen as it is sent to a terminal."""
    strips = [
        strip.apply_filter(one, Color(0, 0, 0))
        for strip in app.screen._compositor.render_strips(app.screen.size)
        for one in app._filters
    ]
    styles = [segment.style for strip in strips for segment in strip if segment.style]
    found = [one for style in styles for one in (style.color, style.bgcolor) if one is not None]
    return {Color.from_rich_color(one) for one in found}


async def test_focus_and_selection_show_without_any_colour(tmp_path: Path) -> None:
    async with run(ScriptedEngine(tmp_path)) as (app, pilot):
        await app.push_screen(Choose("Which?", [("a", "first"), ("b", "second")], "b"))
        await pilot.pause()
        marks = attributes(app, "second") - attributes(app, "first")
        assert marks, "the option under the cursor differs by more than its colour"
        await app.pop_screen()
        await app.push_screen(Confirm("Sure?", "Really", "Do it"))
        await pilot.pause()
        assert attributes(app, "Cancel") - attributes(app, "Do it")


def attributes(app: QdrillApp, text: str) -> set[str]:
    """Bold, reverse, underline and the like of a text on the screen."""
    for strip in app.screen._compositor.render_strips(app.screen.size):
        for segment in strip:
            if text in segment.text and segment.style is not None:
                names = ("bold", "reverse", "underline", "italic")
                return {name for name in names if getattr(segment.style, name)}
    raise AssertionError(f"{text} is not on the screen")


@pytest.mark.parametrize("size", [(59, 24), (80, 17), (20, 5), (8, 1)])
async def test_a_terminal_that_is_too_small_says_so(tmp_path: Path, size: tuple[int, int]) -> None:
    async with run(ScriptedEngine(tmp_path), size) as (app, pilot):
        assert "Make" in screen_text(app)
        await pilot.press("f2")
        await pilot.resize_terminal(60, 18)
        await wait_until(pilot, lambda: "1 演练" in screen_text(app) and "请放大" not in screen_text(app))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", [(60, 18), SMALL, LARGE], ids=["smallest", "small", "large"])
async def test_every_screen_opens_at_every_size(tmp_path: Path, size: tuple[int, int], language: Any) -> None:
    async with run(ScriptedEngine(tmp_path), size, language) as (app, pilot):
        for key, mode in enumerate(QdrillApp.MODES, 1):
            await pilot.press(str(key))
            await wait_until(pilot, lambda mode=mode: app.current_mode == mode)  # type: ignore[misc]
            lines = screen_text(app).splitlines()
            assert say(language, f"action.app.{mode}") in lines[1]
            assert lines[-1].endswith(f"q {say(language, 'action.app.quit')}")
