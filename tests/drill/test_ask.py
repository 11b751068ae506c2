"""One search asked now, of one collection or of two."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from qdrill.config_model import Config, EmbedderConfig, StoreConfig
from qdrill.control import JobControl
from qdrill.drill.ask import SeveralEmbedders, ask_now, parse_point_id, parse_vector, search_document
from qdrill.drill.search_plan import SearchSpec
from qdrill.errors import Inconclusive, Interrupted, NotFound, UsageError
from qdrill.session import Session
from qdrill.stores.base import Store
from tests.drill.recipes import DOT4, points, uuid_of, vector
from tests.support.places import Kind, Recipe, make, new_name, write
from tests.support.processes import RunningServer
from tests.support.sessions import STORE, session_of, store_config

POINTS = points([*range(1, 31), uuid_of(1)])
WORDS = {"vectors": {}, "sparse_vectors": {"words": {"modifier": "idf"}}}


@pytest.fixture
def config(kind: Kind, edge_dir: Path, server: RunningServer) -> StoreConfig:
    return store_config(kind, edge_dir, server.url)


@pytest.fixture
def session(config: StoreConfig) -> Iterator[Session]:
    with session_of(config) as opened:
        yield opened


@pytest.fixture
def two(place: Store) -> tuple[str, str]:
    names = new_name(), new_name("restored")
    for name in names:
        make(place, name, Recipe(DOT4, POINTS))
    return f"{STORE}/{names[0]}", f"{STORE}/{names[1]}"


def test_by_vector_on_one_collection(session: Session, two: tuple[str, str]) -> None:
    (found,) = ask_now(session, SearchSpec("vector", vector=vector(5), top_k=3), two[0])
    assert (found.state, found.kind, len(found.source_hits), found.target_hits) == ("not_applicable", "vector", 3, ())
    scores = [hit.score for hit in found.source_hits]
    assert scores == sorted(scores, reverse=True)
    assert found.source_ms is not None
    assert found.source_ms > 0.0
    document = search_document(two[0], None, [found])
    assert document["searches"][0]["target"] is None
    assert [hit["id"] for hit in document["searches"][0]["source"]["hits"]] == [hit.id for hit in found.source_hits]


@pytest.mark.parametrize("point", [7, uuid_of(1)])
def test_like_this_one_on_both(session: Session, two: tuple[str, str], point: int | str) -> None:
    (found,) = ask_now(session, SearchSpec("id", point=point, top_k=3), *two)
    assert (found.state, found.overlap, found.same_order, found.max_score_change) == ("pass", 1.0, True, 0.0)
    assert [hit.id for hit in found.source_hits] == [hit.id for hit in found.target_hits]
    document = search_document(*two, [found])
    assert (document["source"], document["target"]) == two
    assert document["searches"][0]["target"]["hits"] == document["searches"][0]["source"]["hits"]


def test_random_points_are_a_search_each(session: Session, two: tuple[str, str]) -> None:
    found = ask_now(session, SearchSpec("random", number=3, top_k=2), *two)
    assert [one.state for one in found] == ["pass"] * 3
    assert len(ask_now(session, SearchSpec("random", number=2), two[0])) == 2


def test_another_answer_is_a_failure(session: Session, two: tuple[str, str], place: Store) -> None:
    name = two[1].partition("/")[2]
    write(place.writer(name), [{**point, "vector": [-x for x in point["vector"]]} for point in POINTS])
    (found,) = ask_now(session, SearchSpec("id", point=7, top_k=3), *two)
    assert found.state == "fail"
    assert found.overlap is not None
    assert found.overlap < 1.0


def test_one_collection_twice_is_refused(session: Session, two: tuple[str, str]) -> None:
    with pytest.raises(UsageError, match="are the same collection"):
        ask_now(session, SearchSpec("id", point=7), two[0], two[0])


def test_what_cannot_be_asked_says_why(session: Session, two: tuple[str, str]) -> None:
    with pytest.raises(Inconclusive, match="point 999 is not in collection"):
        ask_now(session, SearchSpec("id", point=999), two[0])
    (found,) = ask_now(session, SearchSpec("id", point=999), *two)
    assert (found.state, "point 999 is not in collection" in found.reason) == ("inconclusive", True)
    with pytest.raises(Inconclusive, match=r"`\[embedders\.ollama\]`"):
        ask_now(session, SearchSpec("text", text="登录"), two[0])
    with pytest.raises(UsageError, match='there is no embedder "nope"'):
        ask_now(session, SearchSpec("text", text="登录", embedder="nope"), two[0])
    with pytest.raises(NotFound):
        ask_now(session, SearchSpec("id", point=1), f"{STORE}/{new_name('nowhere')}")


def test_what_does_not_fit_the_collection_is_a_usage_error(session: Session, two: tuple[str, str]) -> None:
    wrong = SearchSpec("id", point=7, using="nope"), SearchSpec("vector", vector=[1.0] * 99)
    for spec in (*wrong, SearchSpec("vector", vector=[float("nan")])):
        for target in (None, two[1]):
            with pytest.raises(UsageError):
                ask_now(session, spec, two[0], target)


def test_a_long_payload_is_clipped_on_both_sides(session: Session, two: tuple[str, str], place: Store) -> None:
    long = {**POINTS[0], "payload": {"blob": "x" * 300_000, "text": "short"}}
    for address in two:
        write(place.writer(address.partition("/")[2]), [long])
    (found,) = ask_now(session, SearchSpec("id", point=long["id"], top_k=3), *two)
    (ours,), (theirs,) = (
        [hit for hit in side if hit.id == long["id"]] for side in (found.source_hits, found.target_hits)
    )
    assert ours == theirs
    assert ours.whole is not None and ours.whole.bytes > 300_000
    assert ours.payload is not None and ours.payload["text"] == "short" and len(ours.payload["blob"]) < 20_000
    (alone,) = ask_now(session, SearchSpec("id", point=long["id"], top_k=3), two[0])
    assert ours in alone.source_hits
    hits = search_document(two[0], None, [alone])["searches"][0]["source"]["hits"]
    (kept,) = [hit for hit in hits if hit["id"] == long["id"]]
    assert (kept["payload_clipped"], kept["payload_digest"]) == (True, ours.whole.digest)
    assert not any("payload_clipped" in hit for hit in hits if hit["id"] != long["id"])


def test_a_text(place: Store, config: StoreConfig) -> None:
    name = new_name("words")
    vectors = [{"words": {"indices": [n, 100], "values": [1.0, 0.5]}} for n in range(3)]
    make(place, name, Recipe(WORDS, [{"id": n, "payload": {}, "vector": one} for n, one in enumerate(vectors)]))
    spec, address = SearchSpec("text", text="reset my password"), f"{STORE}/{name}"
    with session_of(config) as session, pytest.raises(Inconclusive, match='the sparse vector "words"'):
        ask_now(session, spec, address)
    bm25 = {one: EmbedderConfig(one, "bm25") for one in ("a", "b")}
    with session_of(config, embedders=bm25) as session:
        with pytest.raises(SeveralEmbedders, match="choose one: a or b") as caught:
            ask_now(session, spec, address)
        assert caught.value.names == ("a", "b")
        (found,) = ask_now(session, SearchSpec("text", text="reset", embedder="b"), address)
        assert (found.kind, found.using, found.state) == ("text", "words", "not_applicable")
    with session_of(config, embedders={"a": bm25["a"]}) as session:
        assert ask_now(session, spec, address)[0].using == "words"


def test_a_cancelled_session_asks_nothing(config: StoreConfig, two: tuple[str, str]) -> None:
    control = JobControl()
    control.cancel()
    with Session(Config(stores={STORE: config}), {}, control) as session, pytest.raises(Interrupted):
        ask_now(session, SearchSpec("id", point=7), *two)


def test_ids_and_vectors_as_people_write_them() -> None:
    assert parse_point_id(" 17 ") == 17
    assert parse_point_id(str(2**64 - 1)) == 2**64 - 1
    assert parse_point_id("{" + uuid_of(3).upper() + "}") == uuid_of(3)
    for text in ("", "-1", "1.5", str(2**64), "x", "1" * 5000, "１"):
        with pytest.raises(UsageError, match="neither a whole number"):
            parse_point_id(text)
    assert parse_vector("[[1, 2], [0.5, 1e-3]]") == [[1, 2], [0.5, 0.001]]
    for text in ("", "{}", "[]", "[1,", "[" * 100_000):
        with pytest.raises(UsageError, match="no JSON array"):
            parse_vector(text)
