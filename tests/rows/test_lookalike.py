"""Values that differ and look the same."""

from __future__ import annotations

import time

import pytest

from qdrill.rows.lookalike import texts_apart
from qdrill.rows.values import row_differences
from tests.rows.strategies import dump


def told(left: object, right: object) -> str:
    rows = [dump({"id": 1, "payload": payload, "vector": [1.0]}) for payload in (left, right)]
    (found,) = row_differences(1, *rows)
    return found.detail


@pytest.mark.parametrize(
    ("left", "right", "words"),
    [
        ({"a": "é"}, {"a": "e\u0301"}, 'payload.a: "\\u00e9" here, "e\\u0301" there'),
        ({"a": "x\u200b"}, {"a": "x"}, 'payload.a: "x\\u200b" here, "x" there'),
        ({"a": "x\u00a0y"}, {"a": "x y"}, 'payload.a: "x\\u00a0y" here, "x y" there'),
        ({"a": "登录"}, {"a": "登陆"}, 'payload.a: "登录" here, "登陆" there'),
        ({"é": 1}, {"e\u0301": 1}, 'payload["e\\u0301"] is missing here'),
        ({"é": 1}, {}, "payload.é is missing there"),
        ({"a": 1}, {"a": 1.0}, "payload.a: 1 here, 1.0 there"),
    ],
)
def test_look_alikes_show_their_code_points(left: object, right: object, words: str) -> None:
    assert told(left, right) == words


def test_texts_that_differ_behind_the_cut_are_cut_around_their_difference() -> None:
    same = "same " * 40
    ours, theirs = texts_apart(f"{same}é{same}", f"{same}e\u0301{same}", 60)
    assert ours != theirs
    assert ours.startswith("…") and "\\u00e9" in ours and len(ours) <= 60
    assert theirs.startswith("…") and "e\\u0301" in theirs and len(theirs) <= 60
    ours, theirs = texts_apart(same, f"{same}more", 60)
    assert ours.endswith('same "') and 'same more"' in theirs


def test_very_long_look_alikes_are_told_soon() -> None:
    long, began = "ab " * 2_000_000, time.monotonic()
    ours, theirs = texts_apart(f"{long}é", f"{long}e\u0301", 60)
    assert "\\u00e9" in ours and "\\u0301" in theirs
    assert time.monotonic() - began < 10
