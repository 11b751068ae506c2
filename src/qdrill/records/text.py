"""TOML and JSON documents in which nothing is invisible."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any

# Controls beyond ASCII, zero-width and bidirectional marks, line separators.
_UNSEEN = re.compile("[\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ufffe\uffff]")


def escape_unseen(document: str) -> str:
    """`document` with its invisible characters as `\\uXXXX`: the same document to a parser.

    TOML and JSON both have this escape in strings, and neither has such characters outside of strings. ASCII
    controls inside strings are escaped by the encoders themselves.
    """
    return _UNSEEN.sub(lambda match: f"\\u{ord(match.group()):04x}", document)


def json_text(document: Any, *, indent: int | None = None, ascii_only: bool = False) -> str:
    """`document` as JSON that any parser reads and no terminal obeys; a number that is not finite becomes text."""
    text = json.dumps(_finite(document), ensure_ascii=ascii_only, indent=indent, allow_nan=False, default=str)
    return escape_unseen(text)


def _finite(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): _finite(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(inner) for inner in value]
    return value
