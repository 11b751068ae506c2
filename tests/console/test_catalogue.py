"""The catalogue: every string that the console shows, in every language, and no string that is not in it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

import qdrill.console
from qdrill.console.actions import ACTIONS, Action
from qdrill.console.i18n import LANGUAGES, Language, catalogue, say

SOURCE = Path(qdrill.console.__file__).parent
FILES = sorted(SOURCE.rglob("*.py"))
EN, ZH = catalogue("en"), catalogue("zh")
# Calls whose first argument is a key of the catalogue.
SAYING = {"say", "Say"}
# Calls that show their first argument, and names that are shown when something is assigned to them.
SHOWING = {"Label", "Static", "Button", "tell", "notify", "Option", "Content", "Checkbox", "Tab", "add_column"}
SHOWN_NAMES = {"placeholder", "border_title", "border_subtitle", "tooltip", "label", "prompt"}
# A glyph, a number or a bare name of a format is no language.
_KEY = re.compile(r"[a-z_]+(\.[a-z_0-9]+)+")
_LANGUAGE = re.compile(r"[A-Za-z]{2,}|[一-鿿]")
NO_LANGUAGE = {"qdrill", "SVG", "JSON", "RTO", "RTA", "RPO", "RPA", "MB"}


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def called(node: ast.Call) -> str:
    function = node.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def nodes(path: Path) -> Iterator[ast.AST]:
    return ast.walk(ast.parse(path.read_text(encoding="utf-8")))


def key_patterns(path: Path) -> Iterator[tuple[int, str]]:
    """Keys used in a file as regular expressions: what an f-string fills in may be anything."""
    for node in nodes(path):
        if isinstance(node, ast.Call) and called(node) in SAYING and node.args:
            yield from ((node.lineno, one) for one in _patterns(node.args[0]))
        elif isinstance(node, ast.Call) and called(node) == "tell" and node.args:
            # `Say.tell` takes a key, `app.tell` a text.
            yield from ((node.lineno, re.escape(one)) for one in literals_in(node.args[0]) if _KEY.fullmatch(one))


def _patterns(value: ast.expr) -> Iterator[str]:
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        yield re.escape(value.value)
    elif isinstance(value, ast.JoinedStr):
        yield "".join(re.escape(str(one.value)) if isinstance(one, ast.Constant) else ".+" for one in value.values)
    elif isinstance(value, ast.IfExp):
        yield from _patterns(value.body)
        yield from _patterns(value.orelse)


def test_both_languages_have_the_same_strings() -> None:
    assert EN.keys() ^ ZH.keys() == set()


@pytest.mark.parametrize("key", sorted(EN))
def test_a_string_has_the_same_fields_in_both_languages(key: str) -> None:
    assert fields(EN[key]) == fields(ZH[key])
    assert EN[key].strip() and ZH[key].strip()


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_every_string_that_is_used_is_there(path: Path) -> None:
    missing = [(line, key) for line, key in key_patterns(path) if not any(re.fullmatch(key, one) for one in EN)]
    assert not missing


def keys_written(path: Path) -> Iterator[str]:
    """Every string in a file as a regular expression; one field of an f-string is one word of a key."""
    for node in nodes(path):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield re.escape(node.value)
        elif isinstance(node, ast.JoinedStr):
            first, *rest = (re.escape(str(one.value)) if isinstance(one, ast.Constant) else None for one in node.values)
            # The names of the walkthrough's steps are keys themselves, and have titles.
            yield "".join([first or r"walkthrough\..+", *(one or "[a-z_0-9]+" for one in rest)])


def test_every_string_is_used() -> None:
    written = re.compile("|".join({f"(?:{one})" for path in FILES for one in keys_written(path)}))
    of_actions = {key for one in ACTIONS for key in (one.label_key, one.help_key)}
    assert not [key for key in EN if key not in of_actions and not written.fullmatch(key)]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("one", ACTIONS, ids=lambda one: one.id)
def test_every_action_has_a_name_and_a_help(one: Action, language: Language) -> None:
    for key in (one.label_key, one.help_key):
        assert "{" not in say(language, key)


def test_names_of_actions_are_short_enough_for_the_bar() -> None:
    from rich.cells import cell_len

    long = [text for found in (EN, ZH) for one in ACTIONS if cell_len(text := found[one.label_key]) > 18]
    assert not long


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_nothing_is_shown_that_is_not_of_the_catalogue(path: Path) -> None:
    literals = [
        (getattr(node, "lineno", 0), text) for node in nodes(path) for text in shown_literals(node) if is_language(text)
    ]
    assert not literals


def shown_literals(node: ast.AST) -> Iterator[str]:
    """String literals that a node shows on the screen."""
    if isinstance(node, ast.Call):
        if called(node) in SHOWING and node.args:
            yield from literals_in(node.args[0])
        for one in node.keywords:
            if one.arg in SHOWN_NAMES:
                yield from literals_in(one.value)
    elif isinstance(node, ast.Assign):
        targets = [one.attr for one in node.targets if isinstance(one, ast.Attribute)]
        if SHOWN_NAMES.intersection(targets):
            yield from literals_in(node.value)


def literals_in(value: ast.expr) -> Iterator[str]:
    """Literals of an expression that are parts of the text itself, not arguments of a call in it."""
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        yield value.value
    elif isinstance(value, ast.JoinedStr):
        for one in value.values:
            yield from literals_in(one) if isinstance(one, ast.Constant) else ()
    elif isinstance(value, ast.BinOp):
        yield from literals_in(value.left)
        yield from literals_in(value.right)
    elif isinstance(value, ast.IfExp):
        yield from literals_in(value.body)
        yield from literals_in(value.orelse)


def is_language(text: str) -> bool:
    return text not in EN and any(word not in NO_LANGUAGE for word in _LANGUAGE.findall(text))


def test_the_search_for_literals_finds_them() -> None:
    code = """
Label("Hello")
self.tell(f"no {x} here")
box.border_title = "Stages" if x else say("a")
Line(placeholder="Type")
"""
    found = [one for node in ast.walk(ast.parse(code)) for one in shown_literals(node)]
    assert sorted(found) == [" here", "Hello", "Stages", "Type", "no "]
    assert [is_language(one) for one in ("Hello", "qdrill  ", "✓ 3", "登录", "%")] == [True, False, False, True, False]


def test_what_is_said_is_filled_in_and_never_markup() -> None:
    assert say("en", "leave.text", what="[/").startswith("[/ is running")
    with pytest.raises(KeyError):
        say("en", "no.such")
