"""Points decoded for people: what a page of them shows, and what is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given

from qdrill.rows.preview import read_point
from qdrill.rows.splice import NotAPage
from tests.rows.strategies import dump, ids, point_of


@given(ids.flatmap(point_of))
def test_a_point_keeps_everything(point: dict[str, Any]) -> None:
    found = read_point(point["id"], dump(point))
    assert found.payload == point["payload"]
    assert json.loads(found.text) == json.loads(dump(point).decode("utf-8", "replace"))
    vector = point["vector"]
    named = vector if isinstance(vector, dict) else {"": vector}
    assert {one.name: one.value for one in found.vectors} == named
    assert [one.name for one in found.vectors] == sorted(named)


@pytest.mark.parametrize(
    ("vector", "kind", "size", "preview"),
    [
        ([0.1, 1, None], "dense", 3, "0.1, 1, null"),
        ([0.5] * 8, "dense", 8, "0.5, 0.5, 0.5, …"),
        ([], "dense", 0, ""),
        ([[0.1, 0.2], [0.3, 0.4]], "multi", 2, "[0.1, 0.2], …"),
        ([[0.1, 0.2, 0.3, 0.4]], "multi", 1, "[0.1, 0.2, 0.3, …]"),
        ({"w": {"indices": [4, 17], "values": [0.5, -1.0]}}, "sparse", 2, "4: 0.5, 17: -1.0"),
        ({"w": {"indices": [1, 2, 3, 4], "values": [1.0] * 4}}, "sparse", 4, "1: 1.0, 2: 1.0, 3: 1.0, …"),
        ({"w": {"indices": [], "values": []}}, "sparse", 0, ""),
    ],
)
def test_previews(vector: Any, kind: str, size: int, preview: str) -> None:
    (found,) = read_point(1, dump({"id": 1, "vector": vector})).vectors
    assert (found.kind, found.size, found.preview(3)) == (kind, size, preview)


def test_a_point_may_have_nothing() -> None:
    for row in (b'{"id":1}', b'{"id":1,"payload":null,"vector":null}', b'{"id":1,"payload":{},"vector":{}}'):
        found = read_point(1, row)
        assert (found.payload, found.vectors) == ({}, ())


@pytest.mark.parametrize(
    "row",
    [
        b"[1]",
        b'{"id":1',
        b"[" * 100_000,
        b'{"id":1,"payload":[1]}',
        b'{"id":1,"vector":"x"}',
        b'{"id":1,"vector":["x"]}',
        b'{"id":1,"vector":[true]}',
        b'{"id":1,"vector":[[1],2]}',
        b'{"id":1,"vector":{"w":{"indices":[1]}}}',
        b'{"id":1,"vector":{"w":{"indices":[1],"values":[]}}}',
        b"\xff",
    ],
)
def test_what_is_no_point_is_refused(row: bytes) -> None:
    with pytest.raises(NotAPage):
        read_point(1, row)
