"""Keys: the registry's own, and those of drills.toml."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from qdrill.config_model import ConsoleConfig
from qdrill.console.actions import ACTIONS, SCOPES, of_scope
from qdrill.console.keydocs import key_page
from qdrill.console.keymap import KEPT, TAKEN, keymap, keys_of, shown_key
from tests.console.support import samples
from tests.console.support.screens import run, screen_text, toasts, wait_until
from tests.console.support.scripted import ScriptedEngine

PAGE = Path(__file__).parents[2] / "docs" / "keys.md"


def test_no_key_of_the_registry_is_a_prefix_of_tmux_or_zellij() -> None:
    taken = {(one.id, key) for one in ACTIONS for key in one.keys if key in TAKEN | KEPT}
    assert not taken


@pytest.mark.parametrize("scope", [scope for scope in SCOPES if scope != "app"])
def test_no_two_actions_of_a_screen_and_of_all_screens_share_a_key(scope: str) -> None:
    keys = [key for one in (*of_scope("app"), *of_scope(scope)) for key in one.keys]
    assert sorted(keys) == sorted(set(keys))


def test_ids_are_unique_and_belong_to_a_scope() -> None:
    ids = [one.id for one in ACTIONS]
    assert len(ids) == len(set(ids))
    assert {one.scope for one in ACTIONS} <= set(SCOPES)


def test_every_action_can_be_reached() -> None:
    assert [one.id for one in ACTIONS if not one.keys and not one.palette] == []


@pytest.mark.parametrize(
    ("identifier", "written", "found"),
    [
        ("drill.start", "f9", "f9"),
        ("drill.start", " ctrl+x , F ", "ctrl+x,F"),
        ("drill.start", "shift+f5", "shift+f5"),
        ("drill.start", "[", "left_square_bracket"),
        ("drill.start", "é", "é"),
        ("drill.start", "f9,f9", "f9"),
        ("app.help", "?", "question_mark"),
        ("drill.faster", "+", "plus"),
        ("drill.slower", "-", "minus"),
        ("drill.filter", "/", "slash"),
    ],
)
def test_keys_are_read_as_people_write_them(identifier: str, written: str, found: str) -> None:
    assert keymap({identifier: written}) == ({identifier: found}, [])


@pytest.mark.parametrize(
    "written", ["", ",", "f9,", "nokey", "hyp+x", "ctrl+", "two words", "\x1b[31m", "[/", "x" * 10_000]
)
def test_a_key_that_is_none_gets_one_line(written: str) -> None:
    found, [problem] = keymap({"drill.start": written})
    assert found == {} and "drill.start" in problem and "names no key" in problem
    assert problem.isprintable() and len(problem) < 200


def test_an_unknown_action_gets_one_line_with_the_nearest_one() -> None:
    found, [problem] = keymap({"drill.strat": "f9"})
    assert found == {} and problem.isprintable()
    assert '"drill.strat"' in problem and 'did you mean "drill.start"' in problem


@pytest.mark.parametrize("key", sorted(KEPT))
def test_the_keys_for_leaving_stay(key: str) -> None:
    found, [problem] = keymap({"drill.start": key})
    assert found == {} and key in problem


def test_a_key_that_is_in_use_is_refused_and_a_swap_is_not() -> None:
    found, [problem] = keymap({"drill.start": "q"})
    assert found == {} and "app.quit" in problem and '"q"' in problem
    assert keymap({"drill.start": "p", "drill.pause": "s"}) == ({"drill.start": "p", "drill.pause": "s"}, [])
    assert keymap({"drill.start": "o"}) == ({"drill.start": "o"}, []), "o is a key of other screens only"
    found, [problem] = keymap({"app.help": "o"})
    assert found == {} and "collections.sort" in problem


def test_the_later_of_two_remaps_to_one_key_is_refused() -> None:
    found, [problem] = keymap({"drill.start": "f9", "drill.cancel": "f9"})
    assert found == {"drill.start": "f9"} and problem.startswith("[console.keys] drill.cancel")


def test_keys_are_shown_as_people_know_them() -> None:
    names = ("f12", "question_mark", "slash", "ctrl+x", "plus", "left_square_bracket", "s")
    assert [shown_key(name) for name in names] == ["F12", "?", "/", "ctrl+x", "+", "[", "s"]
    assert keys_of("app.commands", {}) == ("colon", "f1")


async def test_a_remapped_key_works_and_is_shown_and_the_old_one_is_free(tmp_path: Path) -> None:
    remapped = ConsoleConfig(language="en", keys={"app.collections": "f9", "app.help": "{", "drill.nope": "x"})
    async with run(ScriptedEngine(tmp_path, replace(samples.config(tmp_path), console=remapped))) as (app, pilot):
        [problem] = toasts(app)
        assert "drill.nope" in problem
        # On a small screen a toast lies on the titles.
        app.clear_notifications()
        await wait_until(pilot, lambda: "F9 Collections" in screen_text(app))
        assert "{ Help" in screen_text(app)
        await pilot.press("2")
        assert app.current_mode == "drill"
        await pilot.press("f9")
        await wait_until(pilot, lambda: app.current_mode == "collections")
        await pilot.press("left_curly_bracket")
        await wait_until(pilot, lambda: "Help: Collections" in screen_text(app))


def test_the_page_of_keys_is_current() -> None:
    how = "PYTHONPATH=src python -m qdrill.console.keydocs > docs/keys.md"
    assert PAGE.read_text(encoding="utf-8") == key_page(), f"make it anew: {how}"


def test_the_page_of_keys_is_what_the_module_prints() -> None:
    made = subprocess.run([sys.executable, "-m", "qdrill.console.keydocs"], capture_output=True, check=True)
    assert made.stdout.decode("utf-8") == key_page() and not made.stderr
    for one in ACTIONS:
        assert made.stdout.decode("utf-8").count(f"`{one.id}`") == 2
