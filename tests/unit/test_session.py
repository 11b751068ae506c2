"""A session: what it opens once, what it refuses, and that cancelling one leaves another alone."""

from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from qdrill.address import parse_address
from qdrill.config import Config, EmbedderConfig, StoreConfig
from qdrill.control import JobControl
from qdrill.errors import Interrupted, NotFound, UsageError
from qdrill.session import Session
from qdrill.stores.base import Store
from tests.support.collections import make_edge_collection, make_server_collection
from tests.support.places import new_name
from tests.support.processes import RunningServer
from tests.support.sessions import session_of


def test_a_place_is_opened_once_whoever_asks(tmp_path: Path) -> None:
    session = session_of()
    together = threading.Barrier(8)

    def ask(number: int) -> Store:
        together.wait()
        return session.store(StoreConfig(f"name {number}", path=tmp_path))

    with session, ThreadPoolExecutor(8) as pool:
        stores = list(pool.map(ask, range(8)))
        assert len({id(store) for store in stores}) == 1
        assert session.store(StoreConfig("", path=tmp_path / "other")) is not stores[0]


def test_another_key_is_another_store() -> None:
    with Session(Config(), {"ONE": "1", "TWO": "2"}, JobControl()) as session:
        first, second = (
            session.store(StoreConfig("a", url="http://localhost:1", api_key_env=name)) for name in ("ONE", "TWO")
        )
        assert first is not second
        with pytest.raises(UsageError, match="THREE is not set"):
            session.store(StoreConfig("a", url="http://localhost:1", api_key_env="THREE"))


def test_readers_writers_and_lanes(tmp_path: Path) -> None:
    make_edge_collection(tmp_path, "docs", points=3)
    with session_of(StoreConfig("lab", path=tmp_path, connections=9)) as session:
        docs = parse_address("lab/docs", session.config)
        assert session.reader(docs).count() == 3
        assert (session.lanes(docs, None), session.lanes(docs, 2)) == (9, 2)
        assert not session.target_writer(parse_address("lab/new", session.config)).exists()
        with pytest.raises(NotFound):
            session.reader(parse_address("lab/gone", session.config))


@pytest.mark.parametrize("mark", ["production", "read_only"])
def test_a_guarded_store_gives_no_writer(tmp_path: Path, mark: str) -> None:
    guarded = StoreConfig("lab", path=tmp_path, **{mark: True})  # type: ignore[arg-type]
    with session_of(guarded) as session, pytest.raises(UsageError, match=f"marked {mark} = true"):
        session.target_writer(parse_address("lab/new", session.config))


@pytest.mark.parametrize(
    ("named", "said"),
    [("ro", "marked read_only = true,"), ("twin", 'marked production = true under its other name "live",')],
)
def test_the_mark_of_the_store_that_was_named_is_named_first(tmp_path: Path, named: str, said: str) -> None:
    live = StoreConfig("live", path=tmp_path, production=True)
    stores = (live, StoreConfig("twin", path=tmp_path), StoreConfig("ro", path=tmp_path, read_only=True))
    with session_of(*(one for one in stores if one.name in ("live", named))) as session:
        address = parse_address(f"{named}/new", session.config)
        assert address.store.config.production
        with pytest.raises(UsageError, match=re.escape(said)):
            session.target_writer(address)


def test_embedders_are_opened_once_and_by_their_name() -> None:
    with session_of(embedders={"words": EmbedderConfig("words", "bm25")}) as session:
        assert session.embedder("words") is session.embedder("words")
        with pytest.raises(UsageError, match='no embedder "word"; did you mean "words"'):
            session.embedder("word")


def test_what_is_closed_is_opened_anew(tmp_path: Path) -> None:
    make_edge_collection(tmp_path, "docs", points=3)
    session = session_of(StoreConfig("lab", path=tmp_path))
    address = parse_address("lab/docs", session.config)
    before = session.store(address.store.config)
    session.close()
    assert session.reader(address).count() == 3
    assert session.store(address.store.config) is not before
    session.close()
    session.close()


def test_cancelling_a_job_leaves_the_browsing_alone(server: RunningServer) -> None:
    name = new_name()
    make_server_collection(server.url, name, points=3)
    store = StoreConfig("here", url=server.url)
    with session_of(store) as job, session_of(store) as browsing:
        address = parse_address(f"here/{name}", job.config)
        reader = job.reader(address)
        job.control.cancel()
        with pytest.raises(Interrupted):
            reader.count()
        assert browsing.reader(address).count() == 3
