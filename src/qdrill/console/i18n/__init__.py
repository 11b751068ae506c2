"""Every visible string of the console, in one catalogue: `<language>/*.toml`, nested tables joined by dots."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Literal

Language = Literal["en", "zh"]
LANGUAGES: dict[Language, str] = {"en": "English", "zh": "简体中文"}
Say = Callable[..., str]
"""`app.say`: a key of the catalogue and the values of its fields, in the language at hand."""


@cache
def catalogue(language: Language) -> Mapping[str, str]:
    """All strings of a language by dotted key. A table's own text stands under the empty key `""`."""
    found: dict[str, str] = {}
    folder = files(__package__).joinpath(language)
    for file in sorted(folder.iterdir(), key=lambda one: one.name):
        if file.name.endswith(".toml"):
            for key, text in _flat(tomllib.loads(file.read_text(encoding="utf-8")), ()):
                if key in found:
                    raise ValueError(f"{language}/{file.name}: {key} is defined twice")
                found[key] = text
    return found


def _flat(table: Mapping[str, Any], prefix: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        path = (*prefix, key) if key else prefix
        if isinstance(value, Mapping):
            yield from _flat(value, path)
        else:
            yield ".".join(path), str(value)


def say(language: Language, key: str, **values: object) -> str:
    """The text of `key` with `{name}` fields filled in. What comes out is plain text, never markup.

    Raises:
        KeyError: there is no such string (a test proves that every key used is there).
    """
    text = catalogue(language)[key]
    return text.format(**values) if values else text
