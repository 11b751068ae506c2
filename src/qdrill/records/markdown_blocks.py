"""Pieces of Markdown: escaped data, numbers, tables. What is not ours goes through `data` or `link`."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from qdrill.names import markdown_text

LIMIT = 400
ABSENT = "—"
GLYPHS = {
    "pass": "✓",
    "fail": "✗",
    "inconclusive": "?",
    "not_applicable": "–",
    "skipped": "»",
    "interrupted": "■",
}
_PLAIN_PATH = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*")
_PLAIN_URL = re.compile(r"https?://[A-Za-z0-9./?&=%#:_~+,-]+")


def data(text: str) -> str:
    """`text` from outside as a line of Markdown that renders as itself; very long text is cut and says so."""
    # Four spaces in front would make a code block of a line, and are not shown anyway.
    shown = text.strip(" ")
    if len(shown) > LIMIT:
        return f"{markdown_text(shown[:LIMIT])}… ({len(text):,})"
    return markdown_text(shown) if shown else ABSENT


def link(target: str) -> str:
    """A link to a path beside the Markdown, or to a URL; a target that is neither stays plain text."""
    if _PLAIN_PATH.fullmatch(target):
        return f"[{markdown_text(target)}]({target})"
    return f"<{target}>" if _PLAIN_URL.fullmatch(target) else data(target)


def number(value: int) -> str:
    """A count with separators."""
    return f"{value:,}"


def decimal(value: float | None, places: int = 3) -> str | None:
    """A number with a fixed number of decimals; None for what is unknown or not finite.

    What is not zero is not shown as zero.
    """
    if value is None or not math.isfinite(value):
        return None
    smallest = 10.0**-places
    return f"&lt;{smallest:.{places}f}" if 0 < value < smallest / 2 else f"{value:,.{places}f}"


def trimmed(value: float | None) -> str | None:
    """A number with as many decimals as it has, at most six; None for what is unknown or not finite."""
    text = decimal(value, 6)
    return text.rstrip("0").rstrip(".") if text and not text.startswith("&") else text


def moment(value: datetime) -> str:
    """A time of day with milliseconds and its offset."""
    clock = value.replace(tzinfo=None).isoformat(" ", "milliseconds")
    return f"{clock} {value.isoformat(timespec='seconds')[19:]}"


def table(header: Sequence[str], rows: Iterable[Sequence[str]], right: Iterable[int] = ()) -> list[str]:
    """A table and an empty line; columns numbered in `right` are aligned right. Cells are Markdown."""
    flush = set(right)
    rule = ["---:" if column in flush else ":---" for column in range(len(header))]
    return [*map(_row, (header, rule, *rows)), ""]


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def section(title: str, *blocks: Iterable[str]) -> list[str]:
    """A second-level heading and its blocks."""
    return [f"## {title}", "", *(line for block in blocks for line in block)]


def paragraph(text: str) -> list[str]:
    """One line of text followed by an empty line."""
    return [text, ""]
