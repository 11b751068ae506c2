"""Rows without vectors get one from `payload.text`, or are listed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from qdrill.control import JobControl
from qdrill.errors import Interrupted, StoreError, UsageError
from tests.archive.foreign_dumps import FIXTURES, Embedder, adopt, collection, write


def bare(point_id: int, text: object) -> str:
    return json.dumps({"id": point_id, "payload": {"text": text}})


def test_the_recorded_dump_without_an_embedder(tmp_path: Path) -> None:
    dump = tmp_path / "vectorless_dump.json"
    dump.write_bytes((FIXTURES / "vectorless_dump.json").read_bytes())
    found = adopt(dump, distance="Cosine")
    ids = [row["id"] for row in json.loads(dump.read_bytes())]
    assert found.rows == []
    assert found.reasons == [(i, "no vector, and no embedder to make one from payload.text") for i in ids]
    assert found.adopted.rejected_total == 8


def test_the_recorded_dump_with_an_embedder(tmp_path: Path) -> None:
    dump = tmp_path / "vectorless_dump.json"
    dump.write_bytes((FIXTURES / "vectorless_dump.json").read_bytes())
    embed = Embedder(size=3)
    found = adopt(dump, distance="Euclid", embed=embed)
    expected = json.loads(dump.read_bytes())
    assert [(row["id"], row["payload"]) for row in found.values] == [(row["id"], row["payload"]) for row in expected]
    assert [row["vector"] for row in found.values] == [[len(row["payload"]["text"]), 1, 0] for row in expected]
    assert found.info["config"]["params"] == {"vectors": {"size": 3, "distance": "Euclid"}}
    assert "vectors made anew from payload.text, not the source's own: 8" in found.adopted.notes


def test_batches_of_64_in_the_order_of_the_archive(tmp_path: Path) -> None:
    rows = [bare(i, f"text {i}") if i % 3 else f'{{"id":{i},"vector":[7,7]}}' for i in range(300)]
    embed = Embedder()
    found = adopt(write(tmp_path / "d.json", *rows[::-1]), distance="Dot", embed=embed)
    assert found.ids == list(range(300))
    for i, row in enumerate(found.values):
        assert row["vector"] == ([len(f"text {i}"), 1] if i % 3 else [7, 7])
    probe, *batches = embed.batches
    assert (len(probe), [len(batch) for batch in batches]) == (1, [64, 64, 64, 8])
    assert [text for batch in batches for text in batch] == [f"text {i}" for i in range(300) if i % 3]


@pytest.mark.parametrize("text", [None, "", "  \n", 17, ["a"], {"a": 1}])
def test_without_a_text_there_is_nothing_to_embed(tmp_path: Path, text: object) -> None:
    dump = write(tmp_path / "d.json", bare(1, text), '{"id":2}', bare(3, "good"))
    found = adopt(dump, distance="Dot", embed=Embedder())
    assert found.reasons == [(i, "no vector, and no payload.text to make one from") for i in (1, 2)]
    assert found.ids == [3]


def test_an_embedder_of_another_size_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    dump = write(tmp_path / "d.json", '{"id":1,"vector":[1,2,3]}', bare(2, "a"))
    for like in (collection({"size": 3, "distance": "Dot"}), None):
        with pytest.raises(UsageError, match=r"makes vectors of 2 numbers and its vector .* has 3;"):
            adopt(dump, like=like, distance="Dot", embed=Embedder(size=2))
        assert list((tmp_path / "work").iterdir()) == []


def test_the_only_dense_vector_gets_the_embedding(tmp_path: Path) -> None:
    like = collection({"text": {"size": 2, "distance": "Dot"}}, {"s": {}})
    found = adopt(write(tmp_path / "d.json", bare(1, "abc")), like=like, embed=Embedder())
    assert found.values[0]["vector"] == {"text": [3.0, 1.0]}


def test_several_vectors_to_choose_from(tmp_path: Path) -> None:
    like = collection({"a": {"size": 2, "distance": "Dot"}, "b": {"size": 2, "distance": "Dot"}})
    embed = Embedder()
    found = adopt(write(tmp_path / "d.json", bare(1, "abc"), '{"id":2,"vector":{"a":[1,2]}}'), like=like, embed=embed)
    assert found.reasons == [(1, "no vector, and the schema has no single dense vector to make one for")]
    assert (found.ids, embed.batches) == ([2], [])


def test_embeddings_for_cosine_are_stored_at_length_1(tmp_path: Path) -> None:
    def embed(texts: Sequence[str]) -> list[list[float]]:
        return [[3.0, 4.0]] * len(texts)

    found = adopt(write(tmp_path / "d.json", bare(1, "a")), distance="Cosine", embed=embed)
    assert found.rows == [b'{"id":1,"payload":{"text": "a"},"vector":[0.6,0.8]}']


def test_an_embedder_is_not_asked_when_no_row_needs_it(tmp_path: Path) -> None:
    embed = Embedder()
    adopt(write(tmp_path / "d.json", '{"id":1,"vector":[1,2]}', '{"id":2,"vector":{}}'), distance="Dot", embed=embed)
    assert embed.batches == []


@pytest.mark.parametrize(
    ("answer", "words"),
    [([], "has 0 vectors for"), ([[1.0, float("nan")]] * 70, "vectors for"), ([["x", 1]], "number")],
)
def test_an_answer_of_the_embedder_that_cannot_be_used(tmp_path: Path, answer: list[list[float]], words: str) -> None:
    with pytest.raises(StoreError, match=words):
        adopt(write(tmp_path / "d.json", bare(1, "a")), distance="Dot", embed=lambda texts: answer)
    assert list((tmp_path / "work").iterdir()) == []


def test_an_embedder_that_fails_midway_leaves_nothing(tmp_path: Path) -> None:
    inner = Embedder()

    def embed(texts: Sequence[str]) -> list[list[float]]:
        if len(inner.batches) == 3:
            raise StoreError("the service went away")
        return inner(texts)

    dump = write(tmp_path / "d.json", *(bare(i, f"t{i}") for i in range(500)))
    with pytest.raises(StoreError, match="went away"):
        adopt(dump, distance="Dot", embed=embed)
    assert list((tmp_path / "work").iterdir()) == []


def test_cancelling_between_batches(tmp_path: Path) -> None:
    control, inner = JobControl(), Embedder()

    def embed(texts: Sequence[str]) -> list[list[float]]:
        if len(inner.batches) == 3:
            control.cancel()
        return inner(texts)

    dump = write(tmp_path / "d.json", *(bare(i, f"t{i}") for i in range(5000)))
    with pytest.raises(Interrupted):
        adopt(dump, distance="Dot", embed=embed, control=control)
    assert len(inner.batches) < 10
    assert list((tmp_path / "work").iterdir()) == []
