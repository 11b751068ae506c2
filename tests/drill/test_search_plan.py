"""Planning: from what was asked for to queries of the source, or to the reason why not."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from qdrill.drill.search_plan import TIE_SPARE, PlannedSearch, SearchSpec, plan_searches
from qdrill.embedders.base import Embedder, Embedding
from qdrill.errors import Interrupted, QdrillError, StoreError, UsageError
from qdrill.events import Event, Notice
from tests.support.fake_reader import FakeReader, Point

UNNAMED = {"vectors": {"size": 2, "distance": "Dot"}}
RICH = {
    "vectors": {
        "title": {"size": 4, "distance": "Dot"},
        "body": {"size": 3, "distance": "Euclid"},
        "late": {"size": 2, "distance": "Cosine", "multivector_config": {"comparator": "max_sim"}},
    },
    "sparse_vectors": {"bm25": {"modifier": "idf"}},
}
POINTS: list[Point] = [{"id": n, "payload": {"text": f"doc {n}"}, "vector": [float(n), 1.0]} for n in range(20)]
RICH_POINT: Point = {
    "id": 1,
    "payload": {},
    "vector": {
        "title": [1.0, 2.0, 3.0, 4.0],
        "body": [0.1, 0.2, 0.3],
        "late": [[1.0, 0.0], [0.0, 1.0]],
        "bm25": {"indices": [3, 7], "values": [1.5, 0.5]},
    },
}


@dataclass
class FakeEmbedder:
    """Gives every text the same embedding, or raises."""

    name: str
    embedding: Embedding
    error: QdrillError | None = None
    asked: list[tuple[list[str], bool]] = field(default_factory=list)

    def embed(self, texts: Sequence[str], *, query: bool) -> list[Embedding]:
        self.asked.append((list(texts), query))
        if self.error is not None:
            raise self.error
        return [self.embedding for _ in texts]

    def close(self) -> None:
        pass


def plan(
    spec: SearchSpec, reader: FakeReader, embedders: Mapping[str, Embedder] | None = None, seed: int = 1
) -> list[PlannedSearch]:
    return plan_searches([spec], reader, embedders or {}, seed=seed)


def one(spec: SearchSpec, reader: FakeReader, *embedders: FakeEmbedder) -> PlannedSearch:
    (planned,) = plan(spec, reader, {embedder.name: embedder for embedder in embedders})
    return planned


def docs(points: list[Point] | None = None, **more: Any) -> FakeReader:
    return FakeReader(POINTS if points is None else points, more.pop("params", UNNAMED), **more)


def rich() -> FakeReader:
    return FakeReader([RICH_POINT, {"id": 2, "vector": {}}], RICH)


def dense(planned: PlannedSearch) -> list[float]:
    """The query of a search, which must be a dense vector."""
    assert planned.query is not None and planned.query.vector is not None
    return [value for value in planned.query.vector if isinstance(value, float)]


def test_a_text_is_embedded_as_a_query() -> None:
    embedder = FakeEmbedder("e", [1.0, 2.0])
    planned = one(SearchSpec("text", text="登录\x1b[2J", top_k=3), docs(), embedder)
    assert planned.query is not None and planned.query.vector == [1.0, 2.0]
    assert (planned.using, planned.top_k, planned.reason) == ("", 3, "")
    assert planned.query.limit == 3 + TIE_SPARE
    assert planned.name == r"text 登录\x1b[2J"
    assert embedder.asked == [(["登录\x1b[2J"], True)]


def test_a_point_gives_its_stored_vector_not_its_id() -> None:
    planned = one(SearchSpec("id", point=7), docs())
    assert planned.query is not None and planned.query.vector == [7.0, 1.0] and planned.query.point is None
    assert planned.name == "point 7"


def test_a_vector_is_taken_as_given() -> None:
    planned = one(SearchSpec("vector", vector=[0.5, 0.25]), docs())
    assert planned.query is not None and planned.query.vector == [0.5, 0.25]


def test_random_points_are_different_ones_with_their_own_vectors() -> None:
    searches = plan(SearchSpec("random", number=5), docs())
    vectors = [dense(search) for search in searches]
    assert len({json.dumps(vector) for vector in vectors}) == 5
    assert [search.name for search in searches] == [f"random point {int(vector[0])}" for vector in vectors]


def test_the_seed_decides_which_points() -> None:
    spec = SearchSpec("random", number=5)
    chosen = {seed: [search.name for search in plan(spec, docs(), seed=seed)] for seed in range(6)}
    assert chosen[3] == [search.name for search in plan(spec, docs(), seed=3)]
    assert len({tuple(names) for names in chosen.values()}) > 1


def test_a_small_source_gives_all_its_points() -> None:
    assert len(plan(SearchSpec("random", number=50), docs())) == 20


def test_an_empty_source_gives_one_search_that_cannot_run() -> None:
    planned = one(SearchSpec("random", number=5), docs([]))
    assert planned.query is None and "no point with this vector" in planned.reason


def test_specs_keep_their_order() -> None:
    specs = [SearchSpec("id", point=3), SearchSpec("random", number=2), SearchSpec("vector", vector=[1, 2])]
    assert [s.kind for s in plan_searches(specs, docs(), {}, seed=1)] == ["id", "random", "random", "vector"]
    assert plan_searches([], docs(), {}, seed=1) == []


def test_uuid_and_large_ids_work() -> None:
    points: list[Point] = [
        {"id": 2**64 - 1, "vector": [1.0, 2.0]},
        {"id": "5c56c793-69f3-4fbf-87e6-c4bf54c28c26", "vector": [3.0, 4.0]},
    ]
    searches = plan(SearchSpec("random", number=2), docs(points))
    assert sorted(dense(search) for search in searches) == [[1.0, 2.0], [3.0, 4.0]]


@pytest.mark.parametrize(
    ("using", "vector"),
    [("title", [1.0, 2.0, 3.0, 4.0]), ("body", [0.1, 0.2, 0.3]), ("late", [[1.0, 0.0], [0.0, 1.0]])],
)
def test_a_named_vector_of_a_point(using: str, vector: list[Any]) -> None:
    planned = one(SearchSpec("id", point=1, using=using), rich())
    assert planned.query is not None
    assert (planned.query.vector, planned.query.using, planned.using) == (vector, using, using)


def test_a_sparse_vector_of_a_point() -> None:
    planned = one(SearchSpec("id", point=1, using="bm25"), rich())
    assert planned.query is not None and planned.query.sparse == ((3, 7), (1.5, 0.5))


def test_a_sparse_embedding_takes_the_only_sparse_vector() -> None:
    planned = one(SearchSpec("text", text="a"), rich(), FakeEmbedder("bm25", ([9], [1.0])))
    assert planned.query is not None and (planned.using, planned.query.sparse) == ("bm25", ((9,), (1.0,)))


def test_a_dense_embedding_takes_the_only_vector_of_its_size() -> None:
    planned = one(SearchSpec("text", text="a"), rich(), FakeEmbedder("e", [1.0, 2.0, 3.0]))
    assert (planned.using, planned.reason) == ("body", "")


def test_a_dense_vector_is_preferred_to_a_multi_vector_of_its_size() -> None:
    vectors = {"plain": {"size": 2}, "late": {"size": 2, "multivector_config": {"comparator": "max_sim"}}}
    reader = docs([], params={"vectors": vectors})
    assert one(SearchSpec("vector", vector=[1.0, 2.0]), reader).using == "plain"
    assert one(SearchSpec("vector", vector=[[1.0, 2.0]]), reader).using == "late"


def test_the_unnamed_vector_goes_before_a_sparse_one() -> None:
    params = UNNAMED | {"sparse_vectors": {"bm25": {}}}
    points: list[Point] = [{"id": 1, "vector": {"": [1.0, 2.0], "bm25": {"indices": [1], "values": [1.0]}}}]
    planned = one(SearchSpec("random", number=1), docs(points, params=params))
    assert planned.query is not None and planned.query.vector == [1.0, 2.0]


def test_a_collection_with_sparse_vectors_alone_is_searched_by_them() -> None:
    points: list[Point] = [{"id": 1, "vector": {"bm25": {"indices": [4], "values": [2.0]}}}]
    params: dict[str, Any] = {"vectors": {}, "sparse_vectors": {"bm25": {}}}
    assert one(SearchSpec("random", number=1), docs(points, params=params)).using == "bm25"


def test_strict_mode_limits_the_spare() -> None:
    planned = one(SearchSpec("id", point=1, top_k=8), docs(limit=10))
    assert planned.query is not None and (planned.query.limit, planned.most) == (10, 10)
    planned = one(SearchSpec("id", point=1, top_k=50), docs(limit=10))
    assert planned.query is not None and planned.query.limit == 50
    assert one(SearchSpec("id", point=1), docs()).most is None


def test_a_text_without_embedder_says_what_to_add() -> None:
    planned = one(SearchSpec("text", text="a"), rich())
    assert planned.query is None
    for line in ("`[embedders.bm25]`", '`kind = "bm25"`', 'name "bm25" (--embedder'):
        assert line in planned.reason
    assert "\n" not in planned.reason


def test_a_collection_of_dense_vectors_alone_is_not_sent_to_bm25() -> None:
    reason = one(SearchSpec("text", text="a"), docs()).reason
    assert '`kind = "ollama"`' in reason and 'name "ollama" (--embedder' in reason and "bm25" not in reason


def test_an_embedder_that_is_not_configured_is_named_harmlessly() -> None:
    reason = one(SearchSpec("text", text="a", embedder='x"\n]'), rich(), FakeEmbedder("e", [1.0])).reason
    assert 'there is no embedder "x\\" ]"' in reason and "\n" not in reason


def test_several_embedders_are_not_guessed_among() -> None:
    several = FakeEmbedder("a", [1.0, 2.0]), FakeEmbedder("b", [1.0, 2.0])
    planned = one(SearchSpec("text", text="x"), docs(), *several)
    assert planned.query is None and 'name one: "a", "b" (--embedder' in planned.reason
    assert one(SearchSpec("text", text="x", embedder="b"), docs(), *several).query is not None


def reasons() -> list[tuple[SearchSpec, FakeReader, list[FakeEmbedder], str]]:
    text, bm25 = SearchSpec("text", text="a"), FakeEmbedder("bm25", ([1], [1.0]))
    rows, unnamed = SearchSpec("vector", vector=[[1.0, 2.0]]), "the unnamed vector"
    choose = 'name one: "a", "b\\\\x1b" (--using, or vector in drills.toml)'
    two = docs([], params={"vectors": {"a": {"size": 2}, "b\x1b": {"size": 2}}})
    null = docs([{"id": 1, "vector": [None, 1.0]}])
    return [
        (text, docs(), [FakeEmbedder("e", [1.0] * 768)], f"embedder e gives 768 numbers and {unnamed} has 2"),
        (text, rich(), [FakeEmbedder("e", [1.0] * 9)], 'gives 9 numbers and vector "title" has 4'),
        (text, docs(), [bm25], f"gives a sparse query and {unnamed} is dense"),
        (text, docs(), [FakeEmbedder("bm25", ([], []))], "embedder bm25 finds no word in the text"),
        (text, docs(), [FakeEmbedder("e", [1.0], StoreError("embedder e is down"))], "embedder e is down"),
        (text, docs(params={}), [FakeEmbedder("e", [1.0])], "has no vectors to search"),
        (text, two, [FakeEmbedder("e", [1.0, 2.0])], choose),
        (SearchSpec("random"), two, [], 'name one: "a", '),
        (SearchSpec("random"), docs(params={}), [], "has no vectors to search"),
        (SearchSpec("id", point=1), rich(), [], 'name one: "title", "body", "late" (--using'),
        (SearchSpec("id", point=2, using="body"), rich(), [], 'point 2 has no vector "body"'),
        (SearchSpec("id", point=777), docs(), [], "point 777 is not in collection docs"),
        (SearchSpec("id", point=1), null, [], "not a finite number"),
        (SearchSpec("id", point=1, using="nope"), rich(), [], 'has no vector "nope"; it has "title", "body"'),
        (SearchSpec("vector", vector=[1.0]), docs(), [], f"the search gives 1 numbers and {unnamed} has 2"),
        (SearchSpec("vector", vector=[1.0], using="bm25"), rich(), [], 'and vector "bm25" is sparse'),
        (rows, docs(), [], f"gives several rows and {unnamed} takes one"),
        (SearchSpec("vector", vector=[float("nan"), 1.0]), docs(), [], "not a finite number"),
    ]


@pytest.mark.parametrize("case", range(len(reasons())))
def test_what_cannot_run_is_kept_with_its_reason(case: int) -> None:
    spec, reader, embedders, words = reasons()[case]
    planned = one(spec, reader, *embedders)
    assert planned.query is None
    assert words in planned.reason
    assert planned.reason.isprintable()


def test_a_cancellation_is_no_reason_but_the_end() -> None:
    with pytest.raises(Interrupted):
        one(SearchSpec("text", text="a"), docs(), FakeEmbedder("e", [1.0], Interrupted("interrupted")))


@pytest.mark.parametrize(
    "spec",
    [
        {"kind": "text", "text": "  "},
        {"kind": "id"},
        {"kind": "vector", "vector": []},
        {"kind": "random", "number": 0},
        {"kind": "id", "point": 1, "top_k": 0},
    ],
)
def test_a_spec_that_nothing_could_answer_is_refused(spec: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        SearchSpec(**spec)


def test_point_zero_is_a_point() -> None:
    assert one(SearchSpec("id", point=0), docs()).query is not None


def test_what_does_not_fit_the_collection_is_wrong_and_what_is_missing_in_it_is_not() -> None:
    assert one(SearchSpec("id", point=1, using="nope"), rich()).wrong
    assert one(SearchSpec("vector", vector=[float("nan"), 1.0]), docs()).wrong
    assert one(SearchSpec("vector", vector=[1.0]), docs()).wrong
    assert not one(SearchSpec("id", point=777), docs()).wrong
    assert not one(SearchSpec("id", point=1), docs([{"id": 1, "vector": [None, 1.0]}])).wrong


def test_fewer_random_points_than_asked_for_are_told() -> None:
    told: list[Event] = []
    reader = docs()
    planned = plan_searches([SearchSpec("random", number=600)], reader, {}, seed=1, emit=told.append)
    assert len(planned) == len(reader.points)
    (notice,) = told
    assert isinstance(notice, Notice)
    assert notice.text.startswith(f"600 random points were asked for and {len(reader.points)} have this vector")
    told.clear()
    plan_searches([SearchSpec("random", number=len(reader.points))], reader, {}, seed=1, emit=told.append)
    assert told == []


def test_ranking_asks_for_no_payload_and_a_point_for_its_vector_alone() -> None:
    reader = docs()
    planned = one(SearchSpec("id", point=1), reader)
    assert planned.query is not None and not planned.query.with_payload
    assert reader.retrieved == [(1,)]
