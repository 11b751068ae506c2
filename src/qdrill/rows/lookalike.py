"""Two values that differ and would look the same: spelled so that the difference can be seen."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable
from typing import Any

from qdrill.names import terminal_text

MORE = "…"
_BEFORE = 12
_STRETCH = 1 << 16
_LONGEST_KEY = 200


def texts_apart(left: Any, right: Any, limit: int | None = None) -> tuple[str, str]:
    r"""Two values as JSON, harmless on one line, `limit` terminal cells each.

    Where both would look the same they are in ASCII (`"caf\u00e9"`, `"cafe\u0301"`), and where they are cut, it is
    around their first difference.
    """
    ours, theirs = (json.dumps(value, ensure_ascii=False) for value in (left, right))
    shown, beside = terminal_text(ours, limit), terminal_text(theirs, limit)
    if not look_alike(shown, beside):
        return shown, beside
    if limit is None:
        return _ascii(ours), _ascii(theirs)
    begin = max(0, _first_difference(ours, theirs) - _BEFORE)
    return _window(ours, begin, limit), _window(theirs, begin, limit)


def look_alike(left: str, right: str) -> bool:
    """Whether two texts look the same: composed or not, wide or not, with this kind of space or that."""
    return unicodedata.normalize("NFKC", left) == unicodedata.normalize("NFKC", right)


def spelled(key: str) -> str:
    r"""A key as JSON in ASCII alone, every other character as `\uXXXX`; a very long one is cut."""
    return terminal_text(json.dumps(key), _LONGEST_KEY)


def has_double(key: str, keys: Iterable[str]) -> bool:
    """Whether another one of `keys` looks like `key`, which would look otherwise when spelled."""
    return not key.isascii() and any(other != key and look_alike(other, key) for other in keys)


def _ascii(text: str) -> str:
    return terminal_text("".join(char if char.isascii() else json.dumps(char)[1:-1] for char in text))


def _first_difference(left: str, right: str) -> int:
    """Where two texts part; a stretch at a time, because they may be very long."""
    at = 0
    while (ours := left[at : at + _STRETCH]) == right[at : at + _STRETCH] and ours:
        at += _STRETCH
    theirs = right[at : at + _STRETCH]
    return at + next(
        (n for n, (a, b) in enumerate(zip(ours, theirs, strict=False)) if a != b), min(len(ours), len(theirs))
    )


def _window(text: str, begin: int, limit: int) -> str:
    head = MORE if begin else ""
    # A character makes a cell at least.
    return terminal_text(head + _ascii(text[begin : begin + limit + 1]), limit)
