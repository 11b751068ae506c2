"""Answers of many megabytes: nothing of them stays behind once they are used."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator

import pytest

from qdrill.control import JobControl
from qdrill.events import ignore
from qdrill.results import PointId
from qdrill.stores.base import LONGEST_PAGE, Query
from qdrill.stores.retry import Transient, with_retries
from qdrill.stores.server import ServerStore
from qdrill.stores.wire import TooLong
from tests.drill.recipes import DOT4, points, vector
from tests.support.places import Recipe, make, new_name
from tests.support.processes import RunningServer

LONG = LONGEST_PAGE + 1000


@pytest.fixture
def store(server: RunningServer) -> Iterator[ServerStore]:
    opened = ServerStore(server.url)
    yield opened
    opened.close()


@pytest.fixture
def name(store: ServerStore) -> str:
    rows = [{**row, "payload": {"text": "x" * LONG}} if row["id"] == 2 else row for row in points([1, 2, 3])]
    made = new_name("long")
    make(store, made, Recipe(DOT4, rows))
    return made


def test_a_row_is_taken_whole_unless_a_limit_is_named(store: ServerStore, name: str) -> None:
    reader = store.reader(name)
    assert len(reader.scroll(2, 1).rows) > LONG
    for limit, longest in ((1, LONGEST_PAGE), (2, None)):
        with pytest.raises(TooLong) as caught:
            reader.scroll(2, limit, longest=longest)
        assert caught.value.length > LONG


def test_points_are_retrieved_in_parts_and_within_a_limit(store: ServerStore, name: str) -> None:
    reader = store.reader(name)
    ids: list[PointId] = [1, 2, 3]
    assert len(reader.retrieve(ids, payload=False, longest=10_000).rows) < 1000
    assert b'vector":[' not in bytes(reader.retrieve([1], vector=False).rows)
    with pytest.raises(TooLong):
        reader.retrieve(ids, vector=False, longest=10_000)
    hits = reader.query(Query(vector=vector(2), limit=3, with_payload=False))
    assert [hit.payload for hit in hits] == [None] * 3


def test_no_connection_keeps_a_long_answer(store: ServerStore, name: str) -> None:
    reader = store.reader(name)
    reader.scroll(2, 1)
    assert all(len(link.buffer) < LONG for link in store.wire._links)


def test_connections_of_threads_that_have_ended_are_given_up(store: ServerStore, name: str) -> None:
    reader = store.reader(name)
    for _ in range(5):
        threads = [threading.Thread(target=reader.count) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    reader.count()
    assert len(store.wire._links) <= 1 + 3


class Large:
    """Something that counts how many of it there are."""

    alive = 0

    def __init__(self) -> None:
        Large.alive += 1

    def __del__(self) -> None:
        Large.alive -= 1


def test_a_result_and_what_a_failure_held_are_gone_with_their_last_use() -> None:
    tries: list[int] = []

    def come() -> Large:
        tries.append(1)
        if len(tries) == 1:
            raise Transient("once more")
        return Large()

    def fail() -> Large:
        held = Large()
        raise TooLong(id(held))

    gc.disable()
    try:
        one = with_retries(come, what="reading", control=JobControl(), emit=ignore)
        assert (Large.alive, len(tries)) == (1, 2)
        del one
        assert Large.alive == 0
        with pytest.raises(TooLong):
            with_retries(fail, what="reading", control=JobControl(), emit=ignore)
    finally:
        gc.enable()
    assert Large.alive == 0
