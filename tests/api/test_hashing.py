"""The built-in embedder gives the recorded vectors again."""

from __future__ import annotations

import json
import math

import pytest

from qdrill.api.hashing import HashingEmbedder, hashed
from qdrill.control import JobControl
from qdrill.errors import Interrupted
from tests.api.service import recording


def test_the_recorded_embedding_number_for_number() -> None:
    exchange = recording(7)
    (text,) = exchange["request"]["body"]["texts"]
    assert HashingEmbedder(512, JobControl()).embed([text], query=True) == exchange["response"]["json"]["vectors"]


def test_the_recorded_points() -> None:
    rows = [json.loads(line) for line in recording(8)["request"]["body"]["jsonl"].splitlines()]
    assert len(rows) == 8
    for row in rows:
        assert hashed(row["payload"]["text"], 512) == pytest.approx(row["vector"], abs=1e-7)


@pytest.mark.parametrize("text", ["", " ", "a", "\ud800", "İ" * 50, "\0", "登录 " * 1000])
@pytest.mark.parametrize("dimension", [1, 2, 7, 65_536])
def test_any_text_and_dimension(text: str, dimension: int) -> None:
    vector = hashed(text, dimension)
    length = math.sqrt(sum(number * number for number in vector))
    assert len(vector) == dimension
    assert length == pytest.approx(1.0) or not any(vector)


def test_what_is_alike_is_near() -> None:
    asked, near, far = (hashed(text, 512) for text in ("登录", "如何登录系统", "发票如何开具"))
    assert sum(a * b for a, b in zip(asked, near, strict=True)) > sum(a * b for a, b in zip(asked, far, strict=True))


def test_cancelling_is_felt_between_texts() -> None:
    control = JobControl()
    control.cancel()
    with pytest.raises(Interrupted):
        HashingEmbedder(8, control).embed(["a"], query=False)
