"""One collection in detail, and its points page by page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from qdrill.address import parse_address
from qdrill.browse.detail import detail, sample
from qdrill.config_model import StoreConfig
from qdrill.errors import Inconclusive, NotFound, UsageError
from qdrill.results import PointId
from qdrill.rows.preview import PointRow
from qdrill.session import Session
from qdrill.stores.base import Page, Store
from qdrill.stores.server_reader import ServerReader
from qdrill.stores.wire import TooLong
from tests.drill.recipes import DOT4, points, uuid_of
from tests.support.places import Kind, Recipe, make, new_name
from tests.support.processes import RunningServer
from tests.support.sessions import STORE, session_of, store_config

IDS: list[PointId] = [*range(1, 21), 2**64 - 1, *sorted(uuid_of(n) for n in range(5))]
KINDS_OF_VECTORS = {
    "vectors": {
        "dense": {"size": 2, "distance": "Dot"},
        "multi": {"size": 2, "distance": "Dot", "multivector_config": {"comparator": "max_sim"}},
    },
    "sparse_vectors": {"words": {}},
}


@pytest.fixture
def config(kind: Kind, edge_dir: Path, server: RunningServer) -> StoreConfig:
    return store_config(kind, edge_dir, server.url)


@pytest.fixture
def session(config: StoreConfig) -> Iterator[Session]:
    with session_of(config) as opened:
        yield opened


def test_what_a_store_tells_of_a_collection(place: Store, session: Session) -> None:
    name, alias = new_name(), new_name("alias")
    make(place, name, Recipe(DOT4, points(IDS), indexes={"n": "integer", "text": {"type": "text", "lowercase": True}}))
    place.writer(name).add_alias(alias)
    found = detail(session, f"{STORE}/{alias}")
    assert (found.collection, found.address, found.aliases) == (name, f"{STORE}/{alias}", (alias,))
    assert (found.points, found.status, found.vectors) == (len(IDS), "green", "the unnamed vector 4 Dot")
    assert found.configuration["params"]["vectors"]["size"] == 4
    assert {field: index["data_type"] for field, index in found.payload_schema.items()} == {
        "n": "integer",
        "text": "text",
    }
    assert found.optimizer.done
    assert found.marks is None or found.marks.queued == 0
    assert found.segments is not None
    assert found.indexed is not None
    assert found.version
    assert detail(session, parse_address(f"{STORE}/{name}", session.config)).points == len(IDS)


def test_pages_follow_each_other(place: Store, session: Session) -> None:
    name = new_name()
    made = points(IDS)
    make(place, name, Recipe(DOT4, made))
    address, start = f"{STORE}/{name}", None
    seen: list[PointRow] = []
    while True:
        page = sample(session, address, start, 7)
        seen += page.rows
        if page.next_id is None:
            break
        start = page.next_id
        assert len(page.rows) == 7
    assert [row.id for row in seen] == IDS
    assert [row.payload for row in seen] == [point["payload"] for point in made]
    assert json.loads(seen[0].text)["id"] == IDS[0]
    assert [row.id for row in sample(session, address, 2**64 - 1, 2).rows] == IDS[20:22]
    assert sample(session, address, None, 1000).next_id is None


def test_every_kind_of_vector_is_decoded(place: Store, session: Session) -> None:
    name = new_name()
    vectors = {
        "dense": [0.5, -1.0],
        "multi": [[1.0, 2.0], [3.0, 4.0]],
        "words": {"indices": [7, 9], "values": [0.25, 2.0]},
    }
    make(place, name, Recipe(KINDS_OF_VECTORS, [{"id": 1, "payload": {}, "vector": vectors}]))
    (row,) = sample(session, f"{STORE}/{name}", None, 5).rows
    assert {one.name: (one.kind, one.size, one.value) for one in row.vectors} == {
        "dense": ("dense", 2, vectors["dense"]),
        "multi": ("multi", 2, vectors["multi"]),
        "words": ("sparse", 2, vectors["words"]),
    }


def test_an_empty_collection_has_an_empty_page(place: Store, session: Session) -> None:
    name = new_name()
    make(place, name, Recipe(DOT4))
    page = sample(session, f"{STORE}/{name}", None, 5)
    assert (page.rows, page.next_id) == ((), None)


def test_what_cannot_be_shown(place: Store, session: Session) -> None:
    nowhere = f"{STORE}/{new_name('nowhere')}"
    for ask in (lambda: detail(session, nowhere), lambda: sample(session, nowhere, None, 5)):
        with pytest.raises(NotFound) as caught:
            ask()
        assert "\n" not in str(caught.value)
    with pytest.raises(UsageError, match="at least 1"):
        sample(session, nowhere, None, 0)
    with pytest.raises(UsageError, match="there is no store"):
        detail(session, "nope/docs")


def test_long_points_come_in_smaller_pages(server: RunningServer, monkeypatch: pytest.MonkeyPatch) -> None:
    name = new_name()
    with session_of(StoreConfig(STORE, url=server.url)) as session:
        make(session.store(session.config.stores[STORE]), name, Recipe(DOT4, points(IDS)))
        whole = ServerReader.scroll

        def at_most_three(
            reader: ServerReader, start: PointId | None, limit: int, *, longest: int | None = None
        ) -> Page:
            if limit > 3:
                raise TooLong(99)
            return whole(reader, start, limit, longest=longest)

        monkeypatch.setattr(ServerReader, "scroll", at_most_three)
        page = sample(session, f"{STORE}/{name}", None, 10)
        assert ([row.id for row in page.rows], page.next_id) == ([1, 2], 3)


@pytest.mark.parametrize("row", [b'{"id":1,"vector":"x"}', b'{"id":1,"payload":[]}x', b'{"id":1.5}', b"7"])
def test_a_row_that_is_no_point_is_one_line(server: RunningServer, monkeypatch: pytest.MonkeyPatch, row: Any) -> None:
    name = new_name()
    with session_of(StoreConfig(STORE, url=server.url)) as session:
        make(session.store(session.config.stores[STORE]), name, Recipe(DOT4, points(IDS)))
        monkeypatch.setattr(ServerReader, "scroll", lambda *_: Page(row, None))
        with pytest.raises(Inconclusive, match="cannot be shown") as caught:
            sample(session, f"{STORE}/{name}", None, 5)
        assert "\n" not in str(caught.value)
