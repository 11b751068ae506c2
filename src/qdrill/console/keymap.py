"""Keys of the actions: as the registry has them, or as drills.toml's `[console.keys]` remaps them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping

from textual.keys import REPLACED_KEYS, Keys, format_key, key_to_character

from qdrill.config_model import instead, quoted
from qdrill.console.actions import ACTIONS, SCOPES, action, of_scope

# Prefixes of tmux and zellij: a console inside either never sees these, so the registry has none of them.
TAKEN = frozenset(f"ctrl+{letter}" for letter in "abghnopqst")
# ctrl+c asks to leave wherever one is; ctrl+q does nothing, because zellij's quits.
KEPT = frozenset({"ctrl+c", "ctrl+q"})
_MODIFIERS = frozenset({"ctrl", "shift", "alt", "super", "meta", "hyper"})
_NAMED = frozenset(key.value for key in Keys) | REPLACED_KEYS.keys()


def keymap(remapped: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """Textual's keymap (action id -> keys), and a line for each entry that cannot be used.

    Args:
        remapped: action id -> key names, separated by commas.
    """
    known = [one.id for one in ACTIONS]
    found: dict[str, str] = {}
    problems: list[str] = []
    for identifier, keys in remapped.items():
        names = [_key(key) for key in keys.split(",")]
        if identifier not in known:
            problems.append(f"[console.keys] has no action {quoted(identifier)}{instead(identifier, known)}")
        elif not all(names):
            problems.append(f"[console.keys] {identifier}: {quoted(keys)} names no key; write it like f9 or ctrl+x")
        elif kept := KEPT.intersection(names):
            problems.append(f"[console.keys] {identifier}: {min(kept)} is kept for leaving; choose another")
        else:
            found[identifier] = ",".join(dict.fromkeys(name for name in names if name))
    return found, problems + list(_without_clashes(found))


def keys_of(identifier: str, usable: Mapping[str, str]) -> tuple[str, ...]:
    """Textual names of an action's keys; `usable` is what `keymap` found."""
    return tuple(usable[identifier].split(",")) if identifier in usable else action(identifier).keys


def shown_key(key: str) -> str:
    """A Textual key name as people know it: `s`, `?`, `F12`, `ctrl+x`."""
    modifiers, plus, name = key.rpartition("+")
    shown = format_key(name)
    if name.startswith("f") and name[1:].isdigit():
        shown = name.upper()
    return f"{modifiers}{plus}{shown}"


def _without_clashes(found: dict[str, str]) -> Iterator[str]:
    """Take the remaps back that put two actions on one key; a line for each."""
    while clash := next(_clashes(found), None):
        ours, theirs, key = clash
        del found[ours]
        owner = quoted(shown_key(key))
        yield f"[console.keys] {ours}: {owner} is the key of {theirs} already; remap that too, or choose another"


def _clashes(found: dict[str, str]) -> Iterator[tuple[str, str, str]]:
    """A remapped action, another that can be done at the same place, and the key that both have; last ones first."""
    for scope in SCOPES:
        owners: dict[str, list[str]] = {}
        for one in dict.fromkeys((*of_scope("app"), *of_scope(scope))):
            for key in keys_of(one.id, found):
                owners.setdefault(key, []).append(one.id)
        for key, ids in owners.items():
            ours = [one for one in reversed(found) if one in ids]
            if len(ids) > 1 and ours:
                yield ours[0], next(one for one in ids if one != ours[0]), key


def _key(written: str) -> str | None:
    """The Textual name of a key as people write it; None where there is no such key."""
    text = written.strip()
    modifiers, _, name = text.rpartition("+") if len(text) > 1 else ("", "", text)
    if not all(one in _MODIFIERS for one in modifiers.split("+") if modifiers):
        return None
    if len(name) == 1 and not name.isalnum():
        written_out = unicodedata.name(name, "").lower().replace(" ", "_").replace("-", "_")
        name = next((short for short, long in REPLACED_KEYS.items() if long == written_out), written_out)
    if not name or not (name in _NAMED or key_to_character(name) is not None):
        return None
    return f"{modifiers}+{name}" if modifiers else name
