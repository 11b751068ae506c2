"""A row of the overview as it is shown: which columns there is room for, and what each says. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from qdrill import units
from qdrill.browse.overview import CollectionSummary
from qdrill.config_model import StoreConfig
from qdrill.console.i18n import Say
from qdrill.console.panels.collections_list import COLUMNS, ColumnKey, Listed, vectors_text
from qdrill.console.text import UNKNOWN
from qdrill.console.widgets.columns import Column
from qdrill.console.widgets.grid import GridRow
from qdrill.console.widgets.lines import Run
from qdrill.console.widgets.state import GLYPHS, State

NO_VECTORS = "no vectors"
"""What the engine says of a collection that has none."""
Guard = Literal["", "production", "read_only"]
GUARD_GLYPHS: Mapping[Guard, str] = {"production": "▲", "read_only": "◆"}

_STATE_OF: Mapping[str, State] = {"green": "pass", "yellow": "running", "grey": "skipped", "red": "fail"}
_PARTS: Mapping[State, str] = {"not_applicable": "grid--muted"}
_RIGHT: tuple[ColumnKey, ...] = ("points", "indexed", "segments")
# As `config.api_key` words it: such a store was not asked, so nothing is known of it.
_NO_KEY = re.compile(r"[A-Za-z_]\w* is (?:not set|empty)\b")
_COLON = re.compile("：|: ")
# Least widths and shares of what is left: the widest table that fits is shown.
_WIDE: Mapping[ColumnKey, tuple[int, int]] = {
    "store": (10, 1), "collection": (20, 4), "status": (12, 0), "points": (11, 0),
    "vectors": (18, 3), "indexed": (10, 0), "segments": (8, 0), "aliases": (9, 1),
}  # fmt: skip
_COMPACT: Mapping[ColumnKey, tuple[int, int]] = {
    "store": (8, 1), "collection": (16, 3), "status": (12, 0), "points": (11, 0), "vectors": (14, 2),
}  # fmt: skip
_NARROW: Mapping[ColumnKey, tuple[int, int]] = {
    "store": (7, 0), "collection": (12, 1), "status": (10, 0), "points": (10, 0),
}  # fmt: skip
WIDE_FROM, COMPACT_FROM = 112, 69


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a row in the console's language.

    Attributes:
        status: by what a store says. gone, stale, down, unreadable: in place of a status.
        none: no vectors. no_key: the variable that holds a store's key is not set.
        sentence: an error of the engine, translated.
    """

    status: Mapping[str, str]
    gone: str
    stale: str
    down: str
    unreadable: str
    none: str
    no_key: str
    sentence: Callable[[str], str] = str


def words_in(say: Say, sentence: Callable[[str], str] = str) -> Words:
    """The words, in the language at hand; `sentence` translates why a store cannot be read."""
    status = {name: say(f"collections.status.{name}") for name in _STATE_OF}
    marks = {name: say(f"collections.status.{name}") for name in ("gone", "stale", "down", "unreadable", "no_key")}
    return Words(status, none=say("collections.no_vectors"), sentence=sentence, **marks)


def columns_for(say: Say, room: int) -> tuple[Column, ...]:
    """The columns for a table of that many cells."""
    layout = _WIDE if room >= WIDE_FROM else _COMPACT if room >= COMPACT_FROM else _NARROW
    return tuple(
        Column(key, say(f"collections.column.{key}"), *layout[key], align="right" if key in _RIGHT else "left")
        for key in COLUMNS
        if key in layout
    )


def guard_of(store: StoreConfig | None) -> Guard:
    """How a store is marked in drills.toml; production says more than read-only."""
    if store is None:
        return ""
    return "production" if store.production else "read_only" if store.read_only else ""


def status_of(row: Listed, words: Words) -> tuple[State, str]:
    """State and word of a row. A status that no longer holds is not shown as if it did."""
    summary = row.summary
    if row.mark and row.mark != "before":
        return ("not_applicable", words.gone) if row.mark == "gone" else ("inconclusive", words.stale)
    if row.down:
        return ("inconclusive", words.no_key) if _NO_KEY.match(summary.error or "") else ("fail", words.down)
    if summary.error is not None:
        return "fail", words.unreadable
    status = summary.status or "unknown"
    return _STATE_OF.get(status, "inconclusive"), words.status.get(status, status)


def all_words(row: Listed, words: Words) -> tuple[str, ...]:
    """What every column says, shown or not: what a filter looks at."""
    return tuple(_text(row, key, words) for key in COLUMNS)


def grid_row(row: Listed, columns: Sequence[Column], words: Words, guard: Guard) -> GridRow:
    """The row for the columns there is room for."""
    return GridRow(row.key, tuple(_cell(row, column.key, words, guard) for column in columns))


def _cell(row: Listed, key: str, words: Words, guard: Guard) -> Run:
    text = _text(row, key, words)
    if key == "store" and guard:
        return f"{GUARD_GLYPHS[guard]} {text}", f"grid--{guard.replace('_', '-')}"
    if key == "status":
        state = "not_applicable" if row.mark == "before" else status_of(row, words)[0]
        return text, _PARTS.get(state, f"grid--{state}")
    return text, "grid--muted" if row.mark or row.down else ""


def _text(row: Listed, key: str, words: Words) -> str:
    summary = row.summary
    match key:
        case "store":
            return summary.store
        case "collection":
            return _why(summary, words) if row.down else summary.collection or ""
        case "status":
            state, word = status_of(row, words)
            return f"{GLYPHS[state]} {word}"
        case "vectors":
            return "" if row.down else _vectors(row, words)
        case "aliases":
            return ", ".join(summary.aliases)
        case _:
            number: int | None = getattr(summary, key)
            return "" if row.down else UNKNOWN if number is None else units.count(number)


def _why(summary: CollectionSummary, words: Words) -> str:
    """Why a store did not answer, without what was asked of it: a cell has room for a few words."""
    error = summary.error or ""
    told = words.sentence(error)
    return _COLON.split(told, 1)[-1] if error.startswith(f"listing the collections of {summary.store}: ") else told


def _vectors(row: Listed, words: Words) -> str:
    if row.summary.vectors == NO_VECTORS:
        return words.none
    return vectors_text(row.summary.vectors) or UNKNOWN
