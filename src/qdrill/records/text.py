"""TOML and JSON documents in which nothing is invisible."""

from __future__ import annotations

import re

# Controls beyond ASCII, zero-width and bidirectional marks, line separators.
_UNSEEN = re.compile("[\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ufffe\uffff]")


def escape_unseen(document: str) -> str:
    """`document` with its invisible characters as `\\uXXXX`: the same document to a parser.

    TOML and JSON both have this escape in strings, and neither has such characters outside of strings. ASCII
    controls inside strings are escaped by the encoders themselves.
    """
    return _UNSEEN.sub(lambda match: f"\\u{ord(match.group()):04x}", document)
