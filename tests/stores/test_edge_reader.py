"""Reading embedded collections: pages, points, searches, samples and marks."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from qdrill.errors import Refused
from qdrill.stores.base import Query
from qdrill.stores.edge import EdgeStore, EdgeWriter
from tests.stores.edge_support import PLAIN, UUIDS, filled, row


def test_pages_come_in_id_order_and_name_the_first_id_not_in_them(store: EdgeStore) -> None:
    ids: list[int | str] = [0, 3, 10, 2**64 - 1, *UUIDS]
    reader = filled(store, "a", *(row(i) for i in reversed(ids))).reader
    assert reader.scroll_ids(None, 100).ids == ids
    assert reader.scroll_ids(None, 100).next_id is None
    for i, start in enumerate(ids):
        page, following = reader.scroll_ids(start, 2), reader.scroll(start, 2)
        assert page.ids == ids[i : i + 2]
        assert page.next_id == following.next_id == (ids[i + 2] if i + 2 < len(ids) else None)
        assert [r["id"] for r in json.loads(b"[" + bytes(following.rows) + b"]")] == page.ids
    assert reader.scroll_ids(4, 1).ids == [10]
    assert reader.count() == len(ids)


def test_pages_of_an_empty_collection_and_of_no_points(store: EdgeStore) -> None:
    writer = store.writer("a")
    writer.create(PLAIN)
    page = writer.reader.scroll(None, 10)
    assert (bytes(page.rows), page.next_id) == (b"", None)
    assert writer.reader.scroll_ids(None, 10).ids == []
    with pytest.raises(Refused, match="must be 1 or larger"):
        writer.reader.scroll(None, 0)


def test_retrieve_leaves_missing_points_out(store: EdgeStore) -> None:
    reader = filled(store, "a", row(1, k="v"), row(UUIDS[0])).reader
    page = reader.retrieve([1, 77, UUIDS[0]])
    found = json.loads(b"[" + bytes(page.rows) + b"]")
    assert {r["id"]: r["payload"] for r in found} == {1: {"k": "v"}, UUIDS[0]: {}}
    assert page.next_id is None


KINDS = {
    "vectors": {
        "d": {"size": 2, "distance": "Dot"},
        "m": {"size": 2, "distance": "Dot", "multivector_config": {"comparator": "max_sim"}},
    },
    "sparse_vectors": {"s": {}},
}


@pytest.fixture
def kinds(store: EdgeStore) -> EdgeWriter:
    return filled(
        store,
        "kinds",
        row(1, {"d": [1, 0], "m": [[1, 0], [0, 1]], "s": {"indices": [7], "values": [2]}}, k="v"),
        row(2, {"d": [0, 3], "m": [[0, 5]]}),
        row(UUIDS[0], {"d": [1, 1]}),
        body=KINDS,
    )


@pytest.mark.parametrize("exact", [True, False])
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"vector": [0, 1], "using": "d"}, [(2, 3.0), (UUIDS[0], 1.0), (1, 0.0)]),
        ({"vector": (0.0, 1.0), "using": "d", "limit": 1}, [(2, 3.0)]),
        ({"vector": [[0, 1], [1, 0]], "using": "m"}, [(2, 5.0), (1, 2.0)]),
        ({"vector": [0, 1], "using": "m"}, [(2, 5.0), (1, 1.0)]),
        ({"sparse": ([7, 9], [1.5, 1]), "using": "s"}, [(1, 3.0)]),
        ({"point": 2, "using": "d"}, [(UUIDS[0], 3.0), (1, 0.0)]),
        ({"point": UUIDS[0], "using": "d", "limit": 1}, [(2, 3.0)]),
        ({"point": 2, "using": "m"}, [(1, 5.0)]),
    ],
)
def test_searches_of_every_kind(kinds: EdgeWriter, query: Any, expected: list[Any], exact: bool) -> None:
    hits = kinds.reader.query(Query(**query, exact=exact))
    assert [(hit.id, hit.score) for hit in hits] == expected
    assert all(hit.payload == ({"k": "v"} if hit.id == 1 else {}) for hit in hits)


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ({"vector": [1, 2, 3], "using": "d"}, 400, "expected dim: 2, got 3"),
        ({"vector": [1, 2], "using": "no"}, 400, "Not existing vector name error: no"),
        ({"vector": [1, 2]}, 400, "Not existing vector name"),
        ({"vector": [[1, 2], [1]], "using": "m"}, 400, "expected dim: 2, got 1"),
        ({"vector": [float("nan"), 1], "using": "d"}, 400, "numbers"),
        ({"sparse": ([1, 1], [1, 2]), "using": "s"}, 400, "unique"),
        ({"point": 999, "using": "d"}, 404, "No point with id 999 found"),
        ({"point": 2, "using": "s"}, 404, 'Vector with name "s"'),
        ({"point": 2, "using": "no"}, 400, "Not existing vector name error: no"),
    ],
)
def test_wrong_searches_are_refused(kinds: EdgeWriter, query: Any, status: int, words: str) -> None:
    with pytest.raises(Refused) as caught:
        kinds.reader.query(Query(**query))
    assert caught.value.status == status
    assert words in caught.value.reason


def test_samples_have_the_vector_asked_for(kinds: EdgeWriter) -> None:
    assert set(kinds.reader.sample_ids(10, "d")) == {1, 2, UUIDS[0]}
    assert set(kinds.reader.sample_ids(10, "m")) == {1, 2}
    assert len(kinds.reader.sample_ids(2, "d")) == 2
    assert kinds.reader.sample_ids(10, "s") == (1,)
    assert kinds.reader.sample_ids(0, "d") == ()


def test_the_unnamed_vector_is_sampled_and_searched(store: EdgeStore) -> None:
    reader = filled(store, "a", row(1, [1, 0]), row(2, [0, 2]), row(3, {})).reader
    assert set(reader.sample_ids(10, "")) == {1, 2}
    assert [hit.id for hit in reader.query(Query(vector=[0, 1]))] == [2, 1]
    assert [hit.id for hit in reader.query(Query(point=1))] == [2]


def test_marks_move_with_every_write_the_first_included_and_survive_closing(store: EdgeStore) -> None:
    writer = store.writer("a")
    writer.create(PLAIN)
    marks = [writer.reader.update_marks()]
    writes: list[Callable[[], None]] = [
        lambda: writer.upsert([row(1)], wait=False),
        lambda: writer.upsert([row(1, n=1)], wait=False),
        lambda: writer.create_index("n", "integer"),
        lambda: writer.upsert([row(2)], wait=True),
    ]
    for write in writes:
        write()
        marks.append(writer.reader.update_marks())
        assert writer.reader.update_marks() == marks[-1]
    assert len({mark.operations["0"] for mark in marks}) == len(marks)
    store.close()
    assert store.reader("a").update_marks() == marks[-1]


def test_identity_is_the_place_not_the_way_to_it(store: EdgeStore, root: Path, tmp_path: Path) -> None:
    filled(store, "a", row(1))
    filled(store, "b", row(1))
    (tmp_path / "link").symlink_to(root)
    other = EdgeStore(tmp_path / "link", "other")
    assert store.reader("a").identity() == other.reader("a").identity()
    assert store.reader("a").identity() != store.reader("b").identity()
    other.close()
