"""What a server answered or was sent, in a few harmless words."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from html import unescape

from qdrill.names import one_line

_HTML = re.compile(r"\s*(<!doctype html|<html|<head|<body)", re.IGNORECASE)
_TITLE = re.compile(r"<(title|h1)[^>]*>(.*?)</\1>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_SMALL = 2048


def in_words(text: str, limit: int = 300) -> str:
    """An answer that tells of an error: Qdrant's own words out of its JSON, a page's title out of a proxy's HTML."""
    if _HTML.match(text):
        title = _TITLE.search(text)
        words = one_line(unescape(_TAG.sub(" ", title[2])), limit) if title else ""
        return f"an HTML page: {words}" if words else "an HTML page"
    return one_line(_error_of(text) or text, limit)


def _error_of(text: str) -> str:
    try:
        status = json.loads(text)["status"]
        return str(status["error"])
    except (ValueError, RecursionError, KeyError, TypeError):
        return ""


def small_text(body: Sequence[bytes | memoryview]) -> str:
    """A request's JSON where it is short; empty for bodies that are not for reading."""
    if sum(len(part) for part in body) > _SMALL:
        return ""
    return b"".join(body).decode("utf-8", "replace")
