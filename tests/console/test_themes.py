"""Themes: strict files, kind failures, and files that change while they are watched."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from qdrill.console import themes
from qdrill.console.theme_file import (
    OWN_VARIABLES,
    STATES,
    parse_theme,
    read_theme,
    textual_variables,
    theme_variables,
)
from qdrill.console.themes import LoadedThemes, adopt_themes, load_themes, shipped_themes, watch_themes
from qdrill.console.widgets.state import StateLabel, StateValue
from qdrill.errors import UsageError
from tests.console.dump import OneWidget, color_of

OURS = load_themes()
NAMES = ["qdrill-contrast", "qdrill-dark", "qdrill-light", "qdrill-safe"]
MINE = 'name = "mine"\ndark = true\n[colors]\nprimary = "#5fb3b3"\n'


def test_ours_are_all_there_and_whole() -> None:
    assert OURS.problems == ()
    assert OURS.message == ""
    assert [theme.name for theme in OURS.themes] == NAMES
    assert [theme.dark for theme in OURS.themes] == [True, True, False, True]
    for theme in OURS.themes:
        assert {name for name in OWN_VARIABLES if not name.endswith("-text")} <= set(theme.variables)


_TO_XYZ = ((0.4124564, 0.3575761, 0.1804375), (0.2126729, 0.7151522, 0.0721750), (0.0193339, 0.1191920, 0.9503041))
_WHITE = (0.95047, 1.0, 1.08883)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "name: needs 1 to 40 of a-z, 0-9, - and _, such as my-theme"),
        ('name = "[/"\ndark = true', "name: needs 1 to 40 of a-z"),
        ('name = "mine"\n[colors]\nprimary = "#fff"', "dark: needs true or false"),
        ('name = "mine"\ndark = 1', "dark: needs true or false"),
        ('name = "mine"\ndark = true', "colors.primary: is missing"),
        (MINE + "[stats]", 'stats: is not known; did you mean "states"?'),
        (MINE + '[states]\npas = "#fff"', 'states.pas: is not known; did you mean "pass"?'),
        (MINE + '"[/\x7f" = "#fff"', None),
        (MINE + '[states]\npass = "grene"', 'states.pass: "grene" is not a full colour; write it as "#rrggbb"'),
        (MINE + '[states]\npass = "[/foo]\\u202e"', r'states.pass: "[/foo]\u202e" is not a full colour'),
        (MINE + '[states]\npass = "#12345680"', 'states.pass: "#12345680" is not a full colour'),
        (MINE + '[states]\npass = "auto 60%"', 'states.pass: "auto 60%" is not a full colour'),
        (MINE + "[states]\npass = 3", "states.pass: what it has is not a full colour"),
        (MINE + "drill = 3", "colors.drill: is not known"),
        ("drill = 3\n" + MINE, "drill: needs to be a table, [drill]"),
        (MINE + '[textual]\nprimary = "#fff"', "textual.primary: is not known"),
        (MINE + '[textual]\nlink-style = "bold"', "textual.link-style: is not known"),
        (MINE + "[", "is not TOML: "),
    ],
)
def test_a_broken_file_is_one_line_with_file_and_key(text: str, problem: str | None) -> None:
    with pytest.raises(UsageError) as caught:
        parse_theme(text.encode(), "themes/mine.toml")
    message = str(caught.value)
    assert message.startswith(f"themes/mine.toml: {problem or 'is not TOML: '}")
    assert message.isprintable()


def test_files_that_are_no_themes_at_all(tmp_path: Path) -> None:
    large, binary = tmp_path / "large.toml", tmp_path / "binary.toml"
    large.write_bytes(b"#" * 100_000)
    binary.write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match="is over 64 kB"):
        read_theme(large)
    with pytest.raises(UsageError, match="is not UTF-8"):
        read_theme(binary)
    with pytest.raises(UsageError, match="cannot be read: No such file"):
        read_theme(tmp_path / "none.toml")


def test_what_a_theme_sets_is_what_it_gets() -> None:
    theme = parse_theme((MINE + '[states]\npass = "lime"\n[textual]\ntext-muted = "auto 70%"\n').encode(), "m")
    assert theme.variables == {"state-pass": "#00FF00", "text-muted": "auto 70%"}
    assert (theme.name, theme.dark, theme.primary, theme.secondary) == ("mine", True, "#5FB3B3", None)
    assert "text-muted" in textual_variables()
    assert set(theme_variables(theme)) == set(OWN_VARIABLES)
    assert {f"state-{state}" for state in STATES} < set(OWN_VARIABLES)


def test_a_users_themes_are_beside_ours_and_problems_make_one_message(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(MINE)
    (tmp_path / "b.toml").write_text(MINE)
    (tmp_path / "c.toml").write_text(MINE.replace("mine", "nord"))
    (tmp_path / "d.toml").write_text(MINE.replace("mine", "qdrill-dark"))
    (tmp_path / "e\n.toml").write_text("[")
    (tmp_path / "notes.txt").write_text("[")
    (tmp_path / "folder.toml").mkdir()
    loaded = load_themes([tmp_path, tmp_path, tmp_path / "none"])
    assert [theme.name for theme in loaded.themes] == [*NAMES, "mine"]
    assert [line.split(": ")[0].removeprefix(f"{tmp_path}/") for line in loaded.problems] == [
        *("b.toml", "c.toml", "d.toml", r"e\x0a.toml"),
    ]
    assert 'name: "nord" belongs to a theme of Textual; choose another' in loaded.problems[1]
    assert loaded.message.startswith("4 themes cannot be used: ")
    assert loaded.message.endswith("; and 1 more")
    assert loaded.message.isprintable()
    assert LoadedThemes(problems=("x: y",)).message == "a theme cannot be used: x: y"


def test_a_theme_that_breaks_keeps_its_last_good_state(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(MINE)
    good = load_themes([tmp_path])
    file.write_text(MINE + "[")
    broken = load_themes([tmp_path], good)
    assert broken.themes == good.themes
    assert len(broken.problems) == 1
    again = load_themes([tmp_path], broken)
    assert again.themes == good.themes
    assert [theme.name for theme in load_themes([tmp_path]).themes] == NAMES


def test_our_folder_is_in_the_package_or_in_the_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "src" / "qdrill" / "console"
    package.mkdir(parents=True)
    monkeypatch.setattr(themes, "__file__", str(package / "themes.py"))
    assert shipped_themes() is None
    assert load_themes() == LoadedThemes()
    (tmp_path / "themes").mkdir()
    assert shipped_themes() is None
    (tmp_path / "pyproject.toml").touch()
    assert shipped_themes() == tmp_path / "themes"
    (package / "themes").mkdir()
    assert shipped_themes() == package / "themes"


def _steps(*steps: Callable[[], object]) -> Callable[[float], Awaitable[None]]:
    """A sleep that does the next step instead of waiting, and ends the watch after the last."""
    rest = list(steps)

    async def sleep(seconds: float) -> None:
        assert seconds == 1.0
        if not rest:
            raise asyncio.CancelledError
        rest.pop(0)()

    return sleep


def test_the_watch_tells_of_new_changed_broken_and_lost_files_and_of_nothing_else(tmp_path: Path) -> None:
    file, seen = tmp_path / "mine.toml", list[LoadedThemes]()
    later = MINE.replace("#5fb3b3", "#ff0000")

    def same_time() -> None:
        before = file.stat()
        file.write_text(later)
        os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns + 1))

    sleep = _steps(
        *(lambda: None, lambda: file.write_text(MINE), lambda: None, same_time),
        *(lambda: file.write_text("["), file.unlink, lambda: None),
    )
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(watch_themes([tmp_path], seen.append, sleep=sleep))
    found = [[theme.primary for theme in loaded.themes if theme.name == "mine"] for loaded in seen]
    assert found == [["#5FB3B3"], ["#FF0000"], ["#FF0000"], []]
    assert [len(loaded.problems) for loaded in seen] == [0, 0, 1, 0]


def test_the_theme_in_use_changes_on_the_screen_when_its_file_does(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(MINE + '[states]\npass = "#112233"\n')

    async def scenario() -> None:
        app = OneWidget(StateLabel(StateValue("pass", "yes")))
        adopt_themes(app, load_themes([tmp_path]))
        app.theme = "mine"
        published: list[str] = []
        async with app.run_test(size=(20, 3)) as pilot:
            app.theme_changed_signal.subscribe(app.screen, lambda theme: published.append(theme.name))
            assert color_of(app, "yes") == "#112233"
            file.write_text(MINE.replace("true", "false") + '[states]\npass = "#445566"\n')
            adopt_themes(app, load_themes([tmp_path]))
            await pilot.pause()
            await pilot.pause()
            assert app.theme == "mine"
            assert color_of(app, "yes") == "#445566"
            assert app.has_class("-light-mode")
            assert published == ["mine"]
            adopt_themes(app, load_themes([tmp_path]))
            await pilot.pause()
            assert published == ["mine"]

    asyncio.run(scenario())
