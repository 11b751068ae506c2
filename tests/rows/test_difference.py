"""What differs between two versions of a point, value by value."""

from __future__ import annotations

import json
import math
import random
import struct
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qdrill.rows.difference import LISTED_NUMBERS, LISTED_VALUES, Change, RowDifference, VectorChange, row_difference
from qdrill.rows.values import row_differences
from tests.rows.strategies import dump, f32, ids, payloads, point_of, values, vectors


def difference(left: dict[str, Any], right: dict[str, Any]) -> RowDifference:
    return row_difference(json.loads(dump(left)), json.loads(dump(right)))


def changes(left: dict[str, Any], right: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(one.path, one.left, one.right) for one in difference(left, right).changes]


def payload_changes(left: Any, right: Any) -> list[tuple[str, str, str]]:
    return changes({"payload": left}, {"payload": right})


def vector_changes(left: Any, right: Any) -> list[tuple[str, str, str]]:
    return changes({"vector": left}, {"vector": right})


def _nudged(value: Any, chance: random.Random) -> Any:
    """`value` with a number, a word or a key changed here and there, or just spelled in another order."""
    if isinstance(value, dict):
        keys = list(value)
        chance.shuffle(keys)
        return {key: _nudged(value[key], chance) for key in keys if chance.random() > 0.05}
    if isinstance(value, list):
        return [_nudged(one, chance) for one in value]
    if chance.random() > 0.2:
        return value
    if isinstance(value, int | float):
        return chance.choice([float(value), value, 0.0, -0.0, 0, value + 1])
    return chance.choice([value, None, "x"])


_sparse = st.lists(st.tuples(st.integers(0, 5), f32), max_size=4).map(
    lambda pairs: {"w": {"indices": [i for i, _ in pairs], "values": [v for _, v in pairs]}}
)


def _as_values_sees_it(left: dict[str, Any], right: dict[str, Any]) -> bool:
    return row_differences(1, dump(left), dump(right)) == []


@given(ids.flatmap(point_of), st.randoms(use_true_random=False))
def test_no_change_exactly_where_the_rows_are_equal(point: dict[str, Any], chance: random.Random) -> None:
    other = {**point, "payload": _nudged(point["payload"], chance)}
    assert (difference(point, other).changes == ()) == _as_values_sees_it(point, other)


@given(vectors | _sparse, vectors | _sparse)
def test_vectors_are_equal_exactly_when_values_says_so(left: Any, right: Any) -> None:
    ours, theirs = {"vector": left}, {"vector": right}
    assert (difference(ours, theirs).changes == ()) == _as_values_sees_it(ours, theirs)
    assert difference(ours, ours) == RowDifference()


@given(st.lists(f32, min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_nudged_vectors(numbers: list[float], chance: random.Random) -> None:
    other = [chance.choice([x, x, _next_f32(x), 0.0, -0.0]) for x in numbers]
    for left, right in (
        ({"vector": numbers}, {"vector": other}),
        ({"vector": {"a": [numbers], "b": [1.0]}}, {"vector": {"b": [1.0], "a": [other]}}),
    ):
        found = difference(left, right)
        assert (found.changes == ()) == _as_values_sees_it(left, right)
        different = sum(struct.pack("<f", a) != struct.pack("<f", b) for a, b in zip(numbers, other, strict=True))
        assert sum(one.changed for one in found.vectors) == len(found.changes) == different


def _next_f32(number: float) -> float:
    (bits,) = struct.unpack("<i", struct.pack("<f", number))
    after = float(struct.unpack("<f", struct.pack("<i", bits + 1))[0])
    return after if math.isfinite(after) else number


@given(values, values)
def test_both_ways_alike_and_never_the_same_text(left: Any, right: Any) -> None:
    there = payload_changes({"a": left}, {"a": right})
    back = payload_changes({"a": right}, {"a": left})
    assert [(path, theirs, ours) for path, ours, theirs in there] == back
    assert all(ours != theirs for _, ours, theirs in there)


@given(payloads, payloads)
def test_nothing_that_a_terminal_obeys(left: dict[str, Any], right: dict[str, Any]) -> None:
    for change in payload_changes(left, right):
        shown = "".join(change)
        assert not {unicodedata.category(char) for char in shown} & {"Cc", "Cf", "Cs", "Zl", "Zp"}


@pytest.mark.parametrize(
    ("left", "right", "found"),
    [
        ({"a": 1}, {"a": 1.0}, [("payload.a", "1", "1.0")]),
        ({"a": True}, {"a": 1}, [("payload.a", "true", "1")]),
        ({"a": 0.0}, {"a": -0.0}, [("payload.a", "0.0", "-0.0")]),
        ({"a": None}, {}, [("payload.a", "null", "absent")]),
        ({"a": "absent"}, {}, [("payload.a", '"absent"', "absent")]),
        ({"a": 2**64 - 1}, {"a": 2**64 - 2}, [("payload.a", str(2**64 - 1), str(2**64 - 2))]),
        ({"a": {"b": [{"c": 1}, 2]}}, {"a": {"b": [{"c": 3}, 2]}}, [("payload.a.b[0].c", "1", "3")]),
        ({"a": [1, 2]}, {"a": [1]}, [("payload.a[1]", "2", "absent")]),
        ({"a": []}, {"a": {}}, [("payload.a", "[]", "{}")]),
        ({"登录": "办"}, {"登录": "辨"}, [("payload.登录", '"办"', '"辨"')]),
        ({"a.b": 1, "": 2, "[0]": 3}, {}, None),
        ({"b": 1, "a": [2]}, {"a": [2], "b": 1}, []),
        (None, {}, []),
    ],
)
def test_payloads(left: Any, right: Any, found: list[tuple[str, str, str]] | None) -> None:
    if found is None:
        found = [('payload[""]', "2", "absent"), ('payload["[0]"]', "3", "absent"), ('payload["a.b"]', "1", "absent")]
    assert payload_changes(left, right) == found


def test_texts_that_look_the_same_are_spelled_out() -> None:
    assert payload_changes({"a": "é"}, {"a": "e\u0301"}) == [("payload.a", '"\\u00e9"', '"e\\u0301"')]
    assert payload_changes({"a": "x\u200b"}, {"a": "x"}) == [("payload.a", '"x\\u200b"', '"x"')]


@pytest.mark.parametrize(
    ("left", "right", "found"),
    [
        ([0.25, 0.5], [0.25, 0.75], [("vector[1]", "0.5", "0.75")]),
        ([-0.0], [0.0], [("vector[0]", "-0.0", "0.0")]),
        ([None], [0.0], [("vector[0]", "null", "0.0")]),
        ([0.1], [0.10000000000000001], []),
        ([1.0], [1.0, 2.0], [("vector[1]", "absent", "2.0")]),
        ([1.0], None, [("vector", "[1.0]", "absent")]),
        ([], None, [("vector", "[]", "absent")]),
        ({"a": [1.0]}, {"b": [1.0]}, [("vector.a", "[1.0]", "absent"), ("vector.b", "absent", "[1.0]")]),
        ({"a b": [1.0]}, {"a b": [2.0]}, [('vector["a b"][0]', "1.0", "2.0")]),
        ([[1.0, 2.0], [3.0, 4.0]], [[1.0, 2.0], [3.0, 5.0]], [("vector[1][1]", "4.0", "5.0")]),
        ([[1.0]], [[1.0], [2.0]], [("vector[1][0]", "absent", "2.0")]),
        ([[1.0]], [1.0], [("vector", "[[1.0]]", "[1.0]")]),
    ],
)
def test_vectors(left: Any, right: Any, found: list[tuple[str, str, str]]) -> None:
    assert vector_changes(left, right) == found


def test_sparse_vectors_are_told_by_index() -> None:
    left = {"w": {"indices": [30, 1], "values": [0.5, 2.0]}}
    right = {"w": {"indices": [1, 40], "values": [2.5, 1.0]}}
    found = difference({"vector": left}, {"vector": right})
    assert found.changes == (
        Change("vector.w[1]", "2.0", "2.5"),
        Change("vector.w[30]", "0.5", "absent"),
        Change("vector.w[40]", "absent", "1.0"),
    )
    assert found.vectors == (VectorChange("w", 3, 3, 0.5),)


def test_long_lists_of_changes_are_cut_and_counted() -> None:
    left, right = [0.0] * 100 + [1.0] * 5, [1.0] * 99 + [-8.0] + [1.0] * 5
    found = difference({"vector": left}, {"vector": right})
    assert (len(found.changes), found.unlisted) == (LISTED_NUMBERS, 100 - LISTED_NUMBERS)
    assert found.vectors == (VectorChange("", 100, 105, 8.0),)
    many = {f"k{n:05}": n for n in range(LISTED_VALUES + 7)}
    found = difference({"payload": many}, {"payload": {}})
    assert (len(found.changes), found.unlisted) == (LISTED_VALUES, 7)


def test_a_vector_on_one_side_only_is_one_change() -> None:
    found = difference({"vector": {"a": [1.0] * 200}}, {"vector": {}})
    assert (len(found.changes), found.unlisted) == (1, 0)
    assert found.vectors == (VectorChange("a", 200, 200, None),)


def test_the_shard_key_is_told() -> None:
    assert changes({"shard_key": "eu"}, {"shard_key": "us"}) == [("shard_key", '"eu"', '"us"')]
