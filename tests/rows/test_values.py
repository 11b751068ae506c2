"""Two rows compared by value: what counts as a difference, and what it is called."""

from __future__ import annotations

import json
import math
import random
import struct
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qdrill.results import Difference
from qdrill.rows.values import DRIFT_ULPS, f32_bits, row_differences, ulps_apart
from tests.rows.strategies import dump, f32, ids, payloads, point_of, vectors


def differences(left: dict[str, Any], right: dict[str, Any]) -> list[Difference]:
    return row_differences(7, dump({"id": 7, **left}), dump({"id": 7, **right}))


def kinds(left: dict[str, Any], right: dict[str, Any]) -> list[str]:
    return [found.kind for found in differences(left, right)]


def vector_kinds(left: Any, right: Any) -> list[str]:
    return kinds({"vector": left}, {"vector": right})


def payload_kinds(left: Any, right: Any) -> list[str]:
    return kinds({"payload": left}, {"payload": right})


def shuffled(value: Any, chance: random.Random) -> Any:
    if isinstance(value, list):
        return [shuffled(one, chance) for one in value]
    if not isinstance(value, dict):
        return value
    keys = list(value)
    chance.shuffle(keys)
    return {key: shuffled(value[key], chance) for key in keys}


@given(ids.flatmap(point_of), st.randoms(use_true_random=False))
def test_key_order_and_spacing_are_no_difference(point: dict[str, Any], chance: random.Random) -> None:
    other = json.dumps(shuffled(point, chance), indent=1).encode()
    assert row_differences(point["id"], dump(point), other) == []


@given(payloads, payloads)
def test_payloads_are_equal_exactly_when_their_json_is(left: dict[str, Any], right: dict[str, Any]) -> None:
    same = json.dumps(left, sort_keys=True) == json.dumps(right, sort_keys=True)
    assert payload_kinds(left, right) == ([] if same else ["payload"])


@given(vectors, vectors)
def test_two_vectors_are_compared_both_ways_alike(left: Any, right: Any) -> None:
    assert vector_kinds(left, right) == vector_kinds(right, left)
    assert vector_kinds(left, left) == []


@given(f32.filter(lambda x: abs(x) < 1e30))
def test_the_next_float_is_a_difference(number: float) -> None:
    after = float(np.nextafter(np.float32(number), np.float32(math.inf)))
    assert ulps_apart(number, after) == 1 or number == 0.0
    found = differences({"vector": [0.5, number]}, {"vector": [0.5, after]})
    assert [one.kind for one in found] in (["float_drift"], ["vector"])
    assert "vector[1]" in found[0].detail


@given(f32)
def test_digits_beyond_32_bits_are_no_difference(number: float) -> None:
    assert row_differences(1, b'{"id":1,"vector":[%r]}' % number, b'{"id":1,"vector":[%.17e]}' % number) == []


def test_a_last_digit_is_drift_and_a_nudge_is_not() -> None:
    one = 0.1
    for steps, kind in ((1, "float_drift"), (DRIFT_ULPS, "float_drift"), (DRIFT_ULPS + 1, "vector")):
        assert vector_kinds([one], [_step(one, steps)]) == [kind]
    assert vector_kinds([one], [one + 0.01]) == ["vector"]
    assert vector_kinds([1e6], [_step(1e6, 1)]) == ["vector"]
    assert vector_kinds([one, one], [_step(one, 1), one + 1]) == ["vector"]


def _step(number: float, ulps: int) -> float:
    (bits,) = struct.unpack("<i", struct.pack("<f", number))
    return float(struct.unpack("<f", struct.pack("<i", bits + ulps))[0])


@pytest.mark.parametrize(
    ("left", "right", "found"),
    [
        ([1, 2], [1.0, 2.0], []),
        ([-0.0], [0.0], ["float_drift"]),
        ([1.0], [1.0, 0.0], ["vector"]),
        ([1.0], [], ["vector"]),
        ([None], [0.0], ["vector"]),
        ([None], [None], []),
        ({}, None, []),
        ({}, [1.0], ["vector"]),
        ({"a": [1.0]}, {"b": [1.0]}, ["vector"]),
        ({"a": [1.0]}, {"a": [1.0], "b": [1.0]}, ["vector"]),
        ({"a": [1.0], "b": [2.0]}, {"b": [2.0], "a": [1.0]}, []),
        ([[1.0], [2.0]], [[1.0], [2.0]], []),
        ([[1.0], [2.0]], [[2.0], [1.0]], ["vector"]),
        ([[1.0, 2.0]], [[1.0], [2.0]], ["vector"]),
        ([[1.0]], [[1.0], [1.0]], ["vector"]),
        ([[1.0]], [1.0], ["vector"]),
    ],
)
def test_vectors(left: Any, right: Any, found: list[str]) -> None:
    assert vector_kinds(left, right) == found
    assert vector_kinds(right, left) == found


def _sparse(*pairs: tuple[int, float]) -> dict[str, Any]:
    return {"s": {"indices": [i for i, _ in pairs], "values": [v for _, v in pairs]}}


def test_sparse_vectors_have_no_order() -> None:
    one = _sparse((3, 0.5), (1, 2.0))
    assert vector_kinds(one, _sparse((1, 2.0), (3, 0.5))) == []
    assert vector_kinds(one, _sparse((1, 2.0), (4, 0.5))) == ["vector"]
    assert vector_kinds(one, _sparse((1, 2.0), (3, 0.75))) == ["vector"]
    assert vector_kinds(one, _sparse((1, 2.0))) == ["vector"]
    assert vector_kinds(one, {"s": [0.5, 2.0]}) == ["vector"]
    assert vector_kinds(_sparse(), {}) == ["vector"]
    assert vector_kinds(_sparse(), _sparse()) == []


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ({"a": 1}, {"a": 1.0}),
        ({"a": 1}, {"a": True}),
        ({"a": None}, {}),
        ({"a": ""}, {"a": None}),
        ({"a": []}, {"a": {}}),
        ({"a": [1, 2]}, {"a": [2, 1]}),
        ({"a": 2**53}, {"a": 2**53 + 1}),
        ({"a": 0.1}, {"a": 0.10000000000000002}),
        ({"a": 0.0}, {"a": -0.0}),
        ({"a": "é"}, {"a": "e\u0301"}),
        ({"a": {"b": [{"c": 1}]}}, {"a": {"b": [{"c": 2}]}}),
        ({"a": "登录"}, {"a": "登陆"}),
    ],
)
def test_payloads_that_differ(left: Any, right: Any) -> None:
    assert payload_kinds(left, right) == payload_kinds(right, left) == ["payload"]


def test_no_payload_is_an_empty_one() -> None:
    assert payload_kinds(None, {}) == []
    assert kinds({}, {"payload": {}}) == kinds({"payload": None}, {}) == []


def test_both_parts_of_a_row_are_told() -> None:
    assert kinds({"vector": [1.0], "payload": {"a": 1}}, {"vector": [2.0], "payload": {"a": 2}}) == [
        "vector",
        "payload",
    ]


def test_the_shard_key_counts() -> None:
    assert kinds({"shard_key": "eu"}, {"shard_key": "us"}) == ["payload"]


def test_words_say_where_and_hold_nothing_that_a_terminal_obeys() -> None:
    (found,) = differences(
        {"payload": {"\u001b[31m": {"x": "\u202eevil"}}}, {"payload": {"\u001b[31m": {"x": "y" * 900}}}
    )
    assert found.detail.startswith("payload.\\x1b[31m.x: ")
    assert all(char.isprintable() for char in found.detail)
    assert len(found.detail) < 250


@given(f32)
def test_bits_of_a_float(number: float) -> None:
    assert f32_bits(number) == struct.unpack("<i", struct.pack("<f", number))[0]


def test_bits_of_what_is_no_float() -> None:
    assert f32_bits(None) is None
    assert f32_bits(1e300) == -1
