"""The collections of all stores as they are known: rows come in, stay through a reload, vanish. Pure: no widget."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from qdrill.browse.overview import CollectionSummary

Mark = Literal["", "gone", "stale", "before"]
ColumnKey = Literal["store", "collection", "status", "points", "vectors", "indexed", "segments", "aliases"]
COLUMNS: tuple[ColumnKey, ...] = (
    *("store", "collection", "status", "points"),
    *("vectors", "indexed", "segments", "aliases"),
)
_STATUSES = ("red", "grey", "yellow", "green")
# `vector "a" 384 Cosine` says no more than `"a" 384 Cosine`.
_LONG_WORDS = re.compile(r'(^|, )(?:the unnamed vector|vector(?= "))\s')


@dataclass(frozen=True, slots=True)
class Listed:
    """A row: what its store told last, and whether that still holds.

    Attributes:
        mark: `gone` when it is not there any more, `stale` when its store could not be asked again, `before`
            while it is asked again.
    """

    summary: CollectionSummary
    mark: Mark = ""

    @property
    def key(self) -> str:
        """The same through reloads. An address names one collection; a store's own row has none."""
        return self.summary.address if self.summary.collection is not None else f"\0{self.summary.store}"

    @property
    def down(self) -> bool:
        """Whether it stands for a store that could not be asked."""
        return self.summary.collection is None


@dataclass(frozen=True, slots=True)
class Order:
    """By which column rows are sorted, and which way."""

    column: ColumnKey = "store"
    reverse: bool = False

    def next(self) -> Order:
        """The other way round; then the next column."""
        if not self.reverse:
            return replace(self, reverse=True)
        return Order(COLUMNS[(COLUMNS.index(self.column) + 1) % len(COLUMNS)])

    def by(self, column: ColumnKey) -> Order:
        """By that column; where it is that column already, the other way round."""
        return replace(self, reverse=not self.reverse) if column == self.column else Order(column)


def vectors_text(vectors: str | None) -> str:
    """Names, sizes and distances in as few words as there can be."""
    return _LONG_WORDS.sub(r"\1", vectors or "")


class Listing:
    """All rows by key, through questions that may overlap: what is asked anew stays until the answer is there."""

    def __init__(self) -> None:
        self._rows: dict[str, Listed] = {}
        self._asked: set[str] = set()
        self._seen: set[str] = set()

    @property
    def rows(self) -> tuple[Listed, ...]:
        """All of them, in no order."""
        return tuple(self._rows.values())

    def get(self, key: str | None) -> Listed | None:
        """The row of that key."""
        return self._rows.get(key) if key is not None else None

    def begin(self, labels: Iterable[str]) -> None:
        """The stores of these labels are asked."""
        self._asked, self._seen = set(labels), set()
        for key, row in self._rows.items():
            asked = row.summary.store in self._asked
            if asked and row.mark in ("", "stale"):
                self._rows[key] = replace(row, mark="before")
            elif not asked and row.mark == "before":  # nobody waits for that answer any more
                self._rows[key] = replace(row, mark="stale")

    def give_up(self) -> None:
        """No more comes: what was not told anew is as of before and nobody asks."""
        for key, row in self._rows.items():
            if row.mark == "before":
                self._rows[key] = replace(row, mark="stale")

    def take(self, summaries: Sequence[CollectionSummary]) -> None:
        """Rows that came in."""
        for summary in summaries:
            row = Listed(summary)
            self._seen.add(row.key)
            if row.down:
                self._keep_stale(summary.store)
            self._rows[row.key] = row

    def end(self) -> None:
        """All came in: what a store that answered did not tell of is not there any more."""
        down = {row.summary.store for row in self._rows.values() if row.down and row.key in self._seen}
        for key, row in list(self._rows.items()):
            store = row.summary.store
            if store in self._asked and key not in self._seen and (row.down or store not in down):
                del self._rows[key]

    def keep_stores(self, labels: Iterable[str]) -> None:
        """Forget rows of stores that are not shown any more."""
        known = set(labels)
        self._rows = {key: row for key, row in self._rows.items() if row.summary.store in known}

    def vanish(self, address: str) -> None:
        """The collection at `address` is not there any more; its row stays until the next reload."""
        if row := self._rows.get(address):
            self._rows[address] = replace(row, mark="gone")

    def _keep_stale(self, store: str) -> None:
        for key, row in self._rows.items():
            if row.summary.store == store and not row.down and row.mark in ("", "before"):
                self._rows[key] = replace(row, mark="stale")


def down_stores(rows: Iterable[Listed]) -> tuple[str, ...]:
    """Labels of the stores that could not be asked."""
    return tuple(row.summary.store for row in rows if row.down)


def sorted_rows(rows: Iterable[Listed], order: Order) -> list[Listed]:
    """In order; stores that are down stand first and what is unknown last, whichever way."""
    known: list[tuple[tuple[object, ...], Listed]] = []
    unknown: list[Listed] = []
    down: list[Listed] = []
    for row in sorted(rows, key=lambda row: (row.summary.store, row.summary.collection or "")):
        value = _value(row.summary, order.column)
        if row.down:
            down.append(row)
        elif value is None:
            unknown.append(row)
        else:
            known.append((value, row))
    known.sort(key=lambda pair: pair[0], reverse=order.reverse)
    return [*down, *(row for _, row in known), *unknown]


def _value(summary: CollectionSummary, column: ColumnKey) -> tuple[object, ...] | None:
    match column:
        case "points" | "indexed" | "segments":
            number: int | None = getattr(summary, column)
            return None if number is None else (number,)
        case "status":
            status = summary.status
            return None if status is None else (_rank(status), status)
        case "vectors":
            return None if summary.vectors is None else _folded(vectors_text(summary.vectors))
        case "aliases":
            return _folded(*summary.aliases) if summary.aliases else None
        case "collection":
            return _folded(summary.collection or "", summary.store)
        case "store":
            return _folded(summary.store, summary.collection or "")


def _rank(status: str) -> int:
    return _STATUSES.index(status) if status in _STATUSES else -1


def _folded(*texts: str) -> tuple[str, ...]:
    return tuple(text.casefold() for text in texts)


def filtered(rows: Iterable[Listed], wanted: str, words: Callable[[Listed], Sequence[str]]) -> list[Listed]:
    """The rows in which `wanted` occurs in any column, whatever its case; `!wanted`: those in which it does not.

    Args:
        words: what the columns of a row show, so that what can be read can be found.
    """
    text = wanted.strip().casefold()
    inverse = text.startswith("!")
    text = text.removeprefix("!").strip()
    if not text:
        return list(rows)
    return [row for row in rows if any(text in shown.casefold() for shown in words(row)) is not inverse]
