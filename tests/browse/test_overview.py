"""Every collection of some stores: what a line says, and what becomes of stores and collections that fail."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from qdrill.address import parse_address
from qdrill.browse import overview as browsing
from qdrill.browse.overview import CollectionSummary, address_text, overview
from qdrill.config_model import Config, StoreConfig
from qdrill.control import JobControl
from qdrill.errors import Interrupted
from qdrill.session import Session
from qdrill.stores.base import Store
from qdrill.stores.server import ServerStore
from tests.drill.recipes import DOT4, points
from tests.support.places import Kind, Recipe, make, new_name
from tests.support.processes import RunningServer, start_server
from tests.support.sessions import STORE, session_of, store_config

TWO_VECTORS = {
    "vectors": {"small": {"size": 2, "distance": "Dot"}, "large": {"size": 3, "distance": "Cosine"}},
    "sparse_vectors": {"words": {}},
}


@pytest.fixture
def config(kind: Kind, edge_dir: Path, server: RunningServer) -> StoreConfig:
    return store_config(kind, edge_dir, server.url)


@pytest.fixture
def session(config: StoreConfig) -> Iterator[Session]:
    with session_of(config) as opened:
        yield opened


def listed(session: Session, *stores: StoreConfig) -> dict[tuple[str, str | None], CollectionSummary]:
    rows = list(overview(session, stores))
    found = {(row.store, row.collection): row for row in rows}
    assert len(found) == len(rows)
    return found


def test_what_a_line_says(place: Store, session: Session, config: StoreConfig) -> None:
    plain, several, alias = new_name("plain"), new_name("several"), new_name("alias")
    make(place, plain, Recipe(DOT4, points(range(7))))
    make(place, several, Recipe(TWO_VECTORS))
    place.writer(plain).add_alias(alias)
    found = listed(session, config)
    row = found[STORE, plain]
    assert (row.points, row.status, row.aliases, row.error) == (7, "green", (alias,), None)
    assert row.vectors == "the unnamed vector 4 Dot"
    assert row.indexed is not None
    assert row.segments is not None
    assert row.segments > 0
    assert row.address == f"{STORE}/{plain}"
    row = found[STORE, several]
    assert (row.points, row.aliases) == (0, ())
    assert row.vectors == 'vector "large" 3 Cosine, vector "small" 2 Dot, sparse "words"'


def test_stores_that_are_down_keep_nobody_waiting(config: StoreConfig, place: Store, tmp_path: Path) -> None:
    name = new_name()
    make(place, name, Recipe(DOT4, points(range(3))))
    with start_server(tmp_path / "gone") as gone:
        down = StoreConfig("down", url=gone.url)
    (tmp_path / "file").write_text("")
    broken = StoreConfig("broken", path=tmp_path / "file")
    keyless = StoreConfig("keyless", url=down.url, api_key_env="NO_SUCH_KEY")
    with session_of(down, broken, keyless, config) as session:
        found = listed(session, down, broken, keyless, config)
    assert found[STORE, name].points == 3
    for store, words in (("down", "check that the server is up"), ("broken", "file"), ("keyless", "NO_SUCH_KEY")):
        row = found[store, None]
        assert row.error is not None
        assert words in row.error
        assert "\n" not in row.error
        assert (row.address, row.points, row.status) == (store, None, None)


def test_a_collection_that_vanishes_is_a_line_of_its_own(
    place: Store, session: Session, config: StoreConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    stays, goes = new_name("a stays"), new_name("b goes")
    for name in (stays, goes):
        make(place, name, Recipe(DOT4, points(range(3)))).close()
    whole = browsing._names

    def names_then_gone(store: Store) -> Sequence[str]:
        names = whole(store)
        place.writer(goes).delete()
        return names

    monkeypatch.setattr(browsing, "_names", names_then_gone)
    found = listed(session, config)
    assert (found[STORE, stays].points, found[STORE, stays].error) == (3, None)
    gone = found[STORE, goes]
    assert gone.error is not None
    assert (gone.points, gone.status, gone.vectors) == (None, None, None)


def test_strict_mode_hides_the_count(place: Store, session: Session, config: StoreConfig, kind: Kind) -> None:
    if kind == "edge":
        pytest.skip("strict mode does not bind the embedded engine")
    name = new_name()
    strict = {"strict_mode_config": {"enabled": True, "search_allow_exact": False}}
    make(place, name, Recipe(DOT4, points(range(3)), patches=[strict]))
    row = listed(session, config)[STORE, name]
    assert (row.points, row.status, row.error) == (None, "green", None)


def test_leaving_early_and_cancelling(config: StoreConfig, place: Store) -> None:
    for _ in range(3):
        make(place, new_name(), Recipe(DOT4)).close()
    control = JobControl()
    with Session(Config(stores={STORE: config}), {}, control) as session:
        rows = overview(session, [config])
        assert next(rows).store == STORE
        assert isinstance(rows, Iterator)
        rows.close()  # type: ignore[attr-defined]
        control.cancel()
        with pytest.raises(Interrupted):
            list(overview(session, [config]))
    assert list(overview(session_of(), [])) == []


HOSTILE = ["a b", "100%", "%2F", "[bold]", "\x1b[2J", "默认集合", "x" * 255, "😀" * 63, "\u202eevil", "n\nl"]


def test_any_name_has_an_address_that_leads_back(place: Store, session: Session, config: StoreConfig) -> None:
    for name in HOSTILE:
        make(place, name, Recipe(DOT4)).close()
    try:
        found = listed(session, config)
        for name in HOSTILE:
            row = found[STORE, name]
            assert row.error is None
            assert parse_address(row.address, session.config).collection == name
            for bare in (StoreConfig("", url="http://localhost:6333"), StoreConfig("", path=Path("some dir/edge"))):
                again = parse_address(address_text(bare, name), Config())
                assert (again.collection, again.store.config.url, again.store.config.path) == (
                    name,
                    bare.url,
                    bare.path,
                )
    finally:
        for name in HOSTILE:
            place.writer(name).delete()


def test_many_collections_on_a_server_cost_few_requests(server: RunningServer, monkeypatch: pytest.MonkeyPatch) -> None:
    config = StoreConfig(STORE, url=server.url)
    store = ServerStore(server.url)
    made = [new_name() for _ in range(30)]
    for name in made:
        store.writer(name).create(DOT4)
    events: list[object] = []
    try:
        total = len(store.collections())
        with session_of(config, emit=events.append) as session:
            assert {row.collection for row in overview(session, [config]) if row.error is None} >= set(made)
    finally:
        store.close()
    assert len(events) <= 3 * total + 3


@pytest.mark.parametrize("answer", [b"{}", b"[]", b'{"collections":[1]}', b'{"collections":null}'])
def test_a_server_that_is_none(server: RunningServer, monkeypatch: pytest.MonkeyPatch, answer: bytes) -> None:
    config = StoreConfig(STORE, url=server.url)
    monkeypatch.setattr(ServerStore, "result", lambda *_, **__: answer)
    with session_of(config) as session:
        (row,) = overview(session, [config])
    assert row.error == f"{STORE} gave no list of collections; is that a Qdrant server?"
    assert row.collection is None
