"""Would these rows fit that collection? One line, naming both sides."""

from __future__ import annotations

from typing import Any

import pytest

from qdrill.schema.compat import describe_vectors, why_incompatible

DOT4 = {"size": 4, "distance": "Dot"}


def info(vectors: dict[str, Any], **sparse: Any) -> dict[str, Any]:
    params: dict[str, Any] = {"vectors": vectors}
    return {"config": {"params": params | ({"sparse_vectors": sparse} if sparse else {})}}


@pytest.mark.parametrize(
    ("rows", "target", "reason"),
    [
        (info(DOT4), info({**DOT4, "size": 3}), "the unnamed vector has size 4 here, 3 there"),
        (info(DOT4), info({**DOT4, "distance": "Cosine"}), "the unnamed vector has distance Dot here, Cosine there"),
        (info(DOT4), info({"a": DOT4}), "the vector is unnamed here, vectors are named a there"),
        (info({"a": DOT4, "b": DOT4}), info(DOT4), "vectors are named a, b here, the vector is unnamed there"),
        (info({"a": DOT4}), info({"b": DOT4}), 'vector "a" is here, missing there'),
        (
            info({"a": DOT4}),
            info({"a": {**DOT4, "datatype": "float16"}}),
            'vector "a" has datatype float32 here, float16 there',
        ),
        (info(DOT4, s={}), info(DOT4), 'sparse vector "s" is here, missing there'),
        (
            info({"a": {**DOT4, "multivector_config": {"comparator": "max_sim"}}}),
            info({"a": DOT4}),
            'vector "a" is a multi-vector here, a single vector there',
        ),
        (info(DOT4), info({}), "the unnamed vector is here, missing there"),
    ],
)
def test_the_first_reason_names_both_sides(rows: dict[str, Any], target: dict[str, Any], reason: str) -> None:
    assert why_incompatible(rows, target) == reason


@pytest.mark.parametrize(
    ("rows", "target"),
    [
        (info(DOT4), info({**DOT4, "datatype": "float32", "on_disk": True, "hnsw_config": {"m": 3}})),
        (info({"a": DOT4}), info({"a": DOT4, "b": DOT4}, s={})),
        (info({}, s={}), info(DOT4, s={"modifier": "idf"})),
        (info({}), info({})),
        # A vector may be called as its own parameters are.
        (info({"size": DOT4}), info({"size": DOT4, "distance": DOT4})),
    ],
)
def test_what_fits(rows: dict[str, Any], target: dict[str, Any]) -> None:
    assert why_incompatible(rows, target) is None


def test_vectors_called_size_and_distance_are_names() -> None:
    assert why_incompatible(info({"size": DOT4, "distance": DOT4}), info({"size": DOT4, "distance": DOT4})) is None
    assert describe_vectors(info({"size": DOT4, "distance": DOT4})) == 'vector "distance" 4 Dot, vector "size" 4 Dot'


def test_vectors_in_a_few_words() -> None:
    multi = {"size": 2, "distance": "Dot", "datatype": "uint8", "multivector_config": {"comparator": "max_sim"}}
    assert describe_vectors(info(DOT4, bm25={})) == 'the unnamed vector 4 Dot, sparse "bm25"'
    assert describe_vectors(info({"b": DOT4, "a": multi})) == 'vector "a" 2 Dot uint8 multi, vector "b" 4 Dot'
    assert describe_vectors(info({})) == "no vectors"


def test_names_are_harmless_on_a_terminal() -> None:
    hostile = "a\u001b[31m\u202e"
    told = [
        why_incompatible(info({hostile: DOT4}), info({"b": DOT4})),
        why_incompatible(info({hostile: DOT4}), info(DOT4)),
        why_incompatible(info(DOT4, **{hostile: {}}), info(DOT4)),
        describe_vectors(info({hostile: DOT4}, **{hostile: {}})),
    ]
    assert all(text is not None and text.isprintable() for text in told), told
