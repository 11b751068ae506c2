"""A CollectionReader over points in memory, for tests of what is built on the protocol."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from qdrill.errors import QdrillError, Refused
from qdrill.results import Hit, PointId
from qdrill.stores.base import LONGEST_PAGE, CollectionInfo, IdPage, OptimizerState, Page, Query, UpdateMarks
from qdrill.stores.wire import TooLong

Point = Mapping[str, Any]


@dataclass
class FakeReader:
    """Answers by exact dot product over `points`, best first, ties in list order.

    Attributes:
        points: `{"id", "payload", "vector"}` as Qdrant serves them.
        params: `config.params` of the collection's info.
        limit: most points a page or an answer may have, as under strict mode.
        before_query: called with each query; may raise, or change `points`.
        asked: every query answered so far. retrieved: ids of every `retrieve`.
    """

    points: list[Point]
    params: Mapping[str, Any]
    name: str = "docs"
    limit: int | None = None
    before_query: Callable[[Query], None] = lambda query: None
    asked: list[Query] = field(default_factory=list)
    retrieved: list[tuple[PointId, ...]] = field(default_factory=list)

    def version(self) -> str:
        return "fake 1.0"

    def info(self) -> CollectionInfo:
        data = {"status": "green", "config": {"params": self.params}}
        return CollectionInfo(json.dumps(data).encode(), data)

    def aliases(self) -> tuple[str, ...]:
        return ()

    def count(self) -> int | None:
        return len(self.points)

    def page_limit(self) -> int | None:
        return self.limit

    def scroll_ids(self, start: PointId | None, limit: int) -> IdPage:
        page, after = self._page(start, limit)
        return IdPage([point["id"] for point in page], after)

    def scroll(self, start: PointId | None, limit: int, *, longest: int | None = None) -> Page:
        page, after = self._page(start, limit)
        return _bounded(Page(_rows(page), after), longest if longest is not None else LONGEST_PAGE * (limit > 1))

    def retrieve(self, ids: Sequence[PointId], *, payload: bool = True, vector: bool = True, longest: int = 0) -> Page:
        self.retrieved.append(tuple(ids))
        wanted = {"id": True, "payload": payload, "vector": vector}
        found = [point for point in self.points if point["id"] in ids]
        rows = [{key: value for key, value in point.items() if wanted.get(key, True)} for point in found]
        return _bounded(Page(_rows(rows), None), longest)

    def query(self, query: Query) -> tuple[Hit, ...]:
        self.before_query(query)
        self.asked.append(query)
        hits = [
            Hit(point["id"], _score(query, vector), dict(point.get("payload") or {}) if query.with_payload else None)
            for point in self.points
            if (vector := _vector(point, query.using)) is not None
        ]
        if query.sparse is not None:
            hits = [hit for hit in hits if hit.score > 0.0]
        if self.limit is not None and query.limit > self.limit:
            raise Refused(f"limit {query.limit} is too large", status=400, reason="limit exceeded")
        return tuple(sorted(hits, key=lambda hit: -hit.score)[: query.limit])

    def sample_ids(self, number: int, using: str) -> tuple[PointId, ...]:
        having = [point["id"] for point in self.points if _vector(point, using) is not None]
        return tuple(having[:number])

    def update_marks(self) -> UpdateMarks | None:
        return None

    def optimizer(self) -> OptimizerState:
        return OptimizerState("green", done=True)

    def identity(self) -> str:
        return f"fake/{self.name}/{id(self)}"

    def close(self) -> None:
        pass

    def _page(self, start: PointId | None, limit: int) -> tuple[list[Point], PointId | None]:
        ordered = sorted(self.points, key=lambda point: _order(point["id"]))
        rest = [point for point in ordered if start is None or _order(point["id"]) >= _order(start)]
        return rest[:limit], rest[limit]["id"] if len(rest) > limit else None


def failing(error: QdrillError) -> Callable[[Query], None]:
    """A `before_query` that always raises `error`."""

    def fail(query: Query) -> None:
        raise error

    return fail


def _bounded(page: Page, longest: int) -> Page:
    if longest and len(page.rows) > longest:
        raise TooLong(len(page.rows))
    return page


def _order(point: PointId) -> tuple[bool, int, str]:
    return (False, point, "") if isinstance(point, int) else (True, 0, point)


def _rows(points: Sequence[Point]) -> bytes:
    return ",".join(json.dumps(point, ensure_ascii=False) for point in points).encode()


def _vector(point: Point, using: str) -> Any:
    vector = point.get("vector")
    return vector.get(using) if isinstance(vector, Mapping) else vector if using == "" else None


def _score(query: Query, vector: Any) -> float:
    if query.sparse is not None:
        weights = dict(zip(vector["indices"], vector["values"], strict=True))
        return math.fsum(value * weights.get(index, 0.0) for index, value in zip(*query.sparse, strict=True))
    rows = query.vector if query.vector is not None else []
    asked = [row if isinstance(row, Sequence) else None for row in rows]
    if any(row is not None for row in asked):
        return max(_dot(row, one) for row in asked if row is not None for one in vector)
    return _dot(rows, vector)


def _dot(left: Any, right: Any) -> float:
    return math.fsum(float(one) * float(other) for one, other in zip(left, right, strict=True))
