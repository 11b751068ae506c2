"""Ids, their spelling and their order."""

from __future__ import annotations

import math
import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qdrill.rows.order import comes_before, id_token, normalize_id, order_key, parse_id_token, strictly_ascending
from tests.rows.strategies import ids, in_order


@given(st.lists(ids, unique=True))
def test_ids_sort_as_qdrant_sorts_them(chosen: list[int | str]) -> None:
    ordered = sorted(chosen, key=order_key)
    assert ordered == in_order(chosen)
    assert strictly_ascending(ordered)


@given(st.lists(ids, min_size=2))
def test_a_repeat_or_a_step_back_is_not_ascending(chosen: list[int | str]) -> None:
    good = chosen == in_order(chosen) and len(set(chosen)) == len(chosen)
    assert strictly_ascending(chosen) == good


@given(ids, ids)
def test_one_of_two_ids_comes_first(left: int | str, right: int | str) -> None:
    assert comes_before(left, right) + comes_before(right, left) == (left != right)


@given(ids)
def test_an_id_survives_its_token(point_id: int | str) -> None:
    assert parse_id_token(id_token(point_id)) == point_id


@given(st.uuids(), st.sampled_from(["{}", "{{{}}}", "urn:uuid:{}", ""]), st.booleans())
def test_every_spelling_of_a_uuid_becomes_qdrants_own(one: uuid.UUID, form: str, upper: bool) -> None:
    text, form = (str(one), form) if form else (one.hex, "{}")
    assert normalize_id(form.format(text.upper() if upper else text)) == str(one)


@pytest.mark.parametrize("good", [0, 1, 2**53 + 1, 2**64 - 1])
def test_unsigned_64_bit_integers_are_ids(good: int) -> None:
    assert normalize_id(good) == good


@pytest.mark.parametrize(
    "bad",
    [
        -1,
        2**64,
        1.5,
        1.0,
        math.nan,
        True,
        None,
        [],
        {},
        "",
        "7",
        "abc",
        "z" * 32,
        "1_" * 16,
        "٣" * 32,
        "-" * 36,
        "{" + "a" * 32,
        "a-" * 32,
    ],
)
def test_everything_else_is_refused_in_words(bad: Any) -> None:
    with pytest.raises(ValueError, match="is not a point id"):
        normalize_id(bad)
