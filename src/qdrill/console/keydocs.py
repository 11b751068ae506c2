"""`python -m qdrill.console.keydocs > docs/keys.md`: the page of all keys, made from the registry of actions."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from qdrill.console.i18n import LANGUAGES, Language, say

if TYPE_CHECKING:
    from qdrill.console.actions import Action


def key_page() -> str:
    """The page: each screen's actions, then in the other language."""
    return "\n".join(["# Keys / 按键", "", *(line for language in LANGUAGES for line in _language(language))])


def _language(language: Language) -> Iterator[str]:
    from qdrill.console.actions import SCOPES, of_scope

    yield f"## {LANGUAGES[language]}"
    yield ""
    yield say(language, "keydocs.about")
    for scope in SCOPES:
        if actions := of_scope(scope):
            yield from ("", f"### {_scope_name(language, scope)}", "", *_table(language, actions))
    yield ""


def _scope_name(language: Language, scope: str) -> str:
    names = {"app": "help.everywhere", "walkthrough": "keydocs.walkthrough"}
    return say(language, names.get(scope, f"action.app.{scope}"))


def _table(language: Language, actions: tuple[Action, ...]) -> Iterator[str]:
    heads = [say(language, f"keydocs.{head}") for head in ("keys", "action", "does", "id")]
    yield _row(heads)
    yield _row(["---"] * len(heads))
    for one in actions:
        yield _row([_keys(one), say(language, one.label_key), say(language, one.help_key), f"`{one.id}`"])


def _keys(one: Action) -> str:
    from qdrill.console.keymap import shown_key

    return " ".join(f"`{shown_key(key)}`" for key in one.keys)


def _row(cells: list[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


if __name__ == "__main__":
    sys.stdout.write(key_page())
