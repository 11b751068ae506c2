"""Points as they are browsed: a line each with previews, and one of them whole. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from qdrill.browse.detail import SamplePage
from qdrill.console.i18n import Say
from qdrill.console.text import shown
from qdrill.console.widgets.columns import Column
from qdrill.console.widgets.grid import GridRow
from qdrill.results import PointId
from qdrill.rows.preview import MORE, PointRow, StoredVector

PAGE = 20
_PREVIEW_CELLS = 300
_MOST_CHARS = 100_000
"""Of a payload or a vector on the screen; copying a point copies all of it."""


@dataclass(frozen=True, slots=True)
class PointPage:
    """A page of points with its previews.

    Attributes:
        start: where it starts; None is the first page.
        before: points on the pages before it.
    """

    start: PointId | None
    before: int
    rows: tuple[PointRow, ...]
    shown: tuple[GridRow, ...]
    next_id: PointId | None

    @property
    def span(self) -> tuple[int, int]:
        """Numbers of its first and last point, from 1."""
        return self.before + 1, self.before + len(self.rows)


def point_page(page: SamplePage, start: PointId | None, before: int) -> PointPage:
    """The page with its previews, which take a moment where payloads are long."""
    return PointPage(start, before, page.rows, tuple(map(_row, page.rows)), page.next_id)


def point_columns(say: Say) -> tuple[Column, ...]:
    """Id, payload and vectors."""
    return (
        Column("id", say("collections.point.id"), 9, 1),
        Column("payload", say("collections.point.payload"), 18, 5),
        Column("vectors", say("collections.point.vectors"), 14, 3),
    )


def point_text(row: PointRow, say: Say) -> str:
    """A whole point for reading: payload a member a line, then every vector."""
    payload = json.dumps(row.payload, ensure_ascii=False, indent=2)
    parts = [f"{say('collections.point.id')}  {row.id}", "", say("collections.point.payload"), _cut(payload, say)]
    for vector in _dense_first(row.vectors):
        kind = say(f"collections.point.{vector.kind}", n=vector.size)
        name = f'"{vector.name}"' if vector.name else say("collections.point.unnamed")
        parts += ["", say("collections.point.vector", name=name, kind=kind), _cut(json.dumps(vector.value), say)]
    return "\n".join(parts)


def _row(row: PointRow) -> GridRow:
    payload = json.dumps(row.payload, ensure_ascii=False)[: 2 * _PREVIEW_CELLS]
    vectors = "; ".join(map(_vector, _dense_first(row.vectors)))
    texts = (str(row.id), shown(payload, _PREVIEW_CELLS), shown(vectors, _PREVIEW_CELLS))
    return GridRow(str(row.id), ((texts[0], ""), (texts[1], ""), (texts[2], "grid--muted")))


def _vector(vector: StoredVector) -> str:
    name = f"{vector.name} " if vector.name else ""
    return f"{name}{vector.size}: {vector.preview(4)}"


def _dense_first(vectors: Iterable[StoredVector]) -> list[StoredVector]:
    return sorted(vectors, key=lambda vector: vector.kind != "dense")


def _cut(text: str, say: Say) -> str:
    if len(text) <= _MOST_CHARS:
        return text
    return text[:_MOST_CHARS] + MORE + "\n" + say("collections.point.cut", n=f"{len(text):,}")
