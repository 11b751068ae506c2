"""Payloads of hits: few at a time, clipped, and what cannot be read is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from qdrill.drill.payloads import ANSWER_BYTES, GONE, HIT_BYTES, READ_BYTES, read_payloads, told
from qdrill.errors import Interrupted, QdrillError, StoreError
from qdrill.results import Hit, PointId
from qdrill.stores.base import Page
from tests.support.fake_reader import FakeReader

PARAMS = {"vectors": {"size": 1, "distance": "Dot"}}


def reader(*lengths: int) -> FakeReader:
    rows = [{"id": n, "payload": {"text": "x" * length}, "vector": [1.0]} for n, length in enumerate(lengths, 1)]
    return FakeReader([*rows], PARAMS)


def hits(*ids: PointId) -> list[Hit]:
    return [Hit(point, 1.0) for point in ids]


def test_short_payloads_come_whole_in_one_request() -> None:
    one = reader(5, 6, 7)
    found = read_payloads(hits(3, 1, 2, 1), one)
    assert [len(hit.payload["text"]) for hit in found if hit.payload] == [7, 5, 6, 5]
    assert not any(hit.whole or hit.unread for hit in found)
    assert one.retrieved == [(3, 1, 2)]


def test_long_rows_are_read_few_at_a_time_and_very_long_ones_alone() -> None:
    one = reader(*[READ_BYTES // 3] * 6, READ_BYTES * 2)
    found = read_payloads(hits(*range(1, 8)), one)
    assert all(hit.whole is not None and hit.whole.bytes > READ_BYTES // 3 for hit in found)
    assert all(len(hit.payload["text"]) <= HIT_BYTES for hit in found if hit.payload)
    assert one.retrieved[-1] == (7,)
    assert max(map(len, one.retrieved[1:])) <= 3


def test_very_many_hits_stay_bounded_together() -> None:
    found = read_payloads(hits(*range(1, 501)), reader(*[20_000] * 500))
    assert sum(len(hit.payload["text"]) for hit in found if hit.payload) <= ANSWER_BYTES


def test_strict_mode_limits_how_many_are_asked_for() -> None:
    one = reader(*[5] * 9)
    one.limit = 4
    read_payloads(hits(*range(1, 10)), one)
    assert list(map(len, one.retrieved)) == [4, 4, 1]


def test_a_point_that_is_gone_is_told() -> None:
    (there, gone) = read_payloads(hits(1, 2), reader(5))
    assert there.payload == {"text": "xxxxx"}
    assert (gone.payload, gone.unread) == (None, GONE)


def test_a_payload_that_came_with_the_hit_is_clipped_and_not_read() -> None:
    one = reader(5)
    (found,) = read_payloads([Hit(1, 1.0, {"text": "y" * 99_999})], one)
    assert found.whole is not None and found.payload is not None and found.payload["text"].startswith("yyy")
    assert one.retrieved == []
    assert read_payloads([found], one) == (found,)


@dataclass
class Failing(FakeReader):
    error: QdrillError | None = None

    def retrieve(self, ids: Sequence[PointId], *, payload: bool = True, vector: bool = True, longest: int = 0) -> Page:
        if self.error is not None:
            raise self.error
        return Page(b'{"id":1,"payload":[]}', None)


def test_a_failure_is_told_by_the_hits_it_concerns() -> None:
    (found, other) = told([Hit(1, 1.0), Hit(2, 1.0, {"a": 1})], Failing([], PARAMS, error=StoreError("it is down")))
    assert (found.payload, found.unread, other.payload, other.unread) == (None, "it is down", {"a": 1}, "")
    with pytest.raises(Interrupted):
        told(hits(1), Failing([], PARAMS, error=Interrupted("interrupted")))
    with pytest.raises(StoreError, match="cannot be read: a payload is no JSON object"):
        read_payloads(hits(1), Failing([], PARAMS))
