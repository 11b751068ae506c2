"""Searches of a small store in memory: eight points, asked by id."""

from __future__ import annotations

from typing import Any

from qdrill.drill.search_plan import PlannedSearch, SearchSpec, plan_searches
from tests.support.fake_reader import FakeReader, Point

PARAMS = {"vectors": {"size": 2, "distance": "Dot"}}
POINTS: list[Point] = [{"id": n, "payload": {"text": f"doc {n}"}, "vector": [float(n), 1.0]} for n in range(1, 9)]


def store(points: list[Point] | None = None, **more: Any) -> FakeReader:
    """A reader of `points`, else of all eight."""
    return FakeReader(list(POINTS if points is None else points), PARAMS, **more)


def plan(reader: FakeReader, *points: int, top_k: int = 3) -> list[PlannedSearch]:
    """A search for what is like each of `points`."""
    return plan_searches([SearchSpec("id", point=n, top_k=top_k) for n in points], reader, {}, seed=1)


def unplanned() -> PlannedSearch:
    """A search that could not be planned."""
    return PlannedSearch("text a", "text", 3, "", None, "add an embedder")
