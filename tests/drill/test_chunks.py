"""Planning a backup from ids alone, and what of an earlier run still fits the plan."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qdrill.archive.manifest import Chunk
from qdrill.drill.chunks import PlannedChunk, check_id_page, plan_chunks, size_chunks
from qdrill.drill.compare import merge
from qdrill.drill.resuming import keep_matching
from qdrill.errors import ScrollBroken
from qdrill.rows.order import order_key
from qdrill.stores.base import IdPage
from tests.drill.recipes import points
from tests.rows.strategies import ids, in_order
from tests.support.fake_reader import FakeReader, Point

Ids = list[int | str]
id_sets = st.lists(ids, max_size=60, unique=True).map(in_order)


class Pages(FakeReader):
    """Ids served in pages of the sizes given, over and over, and never more than were asked for."""

    def __init__(self, chosen: Ids, sizes: Sequence[int]) -> None:
        super().__init__([{"id": i, "payload": {}, "vector": [1.0]} for i in chosen], {})
        self.sizes = sizes
        self.served = 0

    def scroll_ids(self, start: int | str | None, limit: int) -> IdPage:
        size = self.sizes[self.served % len(self.sizes)]
        self.served += 1
        return super().scroll_ids(start, min(limit, size))


def sliced(chosen: Ids, rows: int) -> list[PlannedChunk]:
    """The plan by slicing."""
    parts = [chosen[start : start + rows] for start in range(0, len(chosen), rows)]
    nexts: list[int | str | None] = [*(part[0] for part in parts[1:]), None]
    return [
        PlannedChunk(part[0], len(part), after, part[-1] if after is None else None)
        for part, after in zip(parts, nexts, strict=False)
    ]


@given(id_sets, st.integers(1, 20), st.lists(st.integers(1, 25), min_size=1, max_size=5))
def test_whatever_the_pages_are_the_plan_is_the_slices_of_all_ids(chosen: Ids, rows: int, sizes: list[int]) -> None:
    told: list[int] = []
    plan = list(plan_chunks(Pages(chosen, sizes), rows, told.append))
    assert plan == sliced(chosen, rows)
    assert sum(chunk.rows for chunk in plan) == len(chosen) == told[-1]
    assert told == sorted(told)


@given(id_sets.filter(bool), st.integers(1, 9), st.data())
def test_what_an_earlier_run_wrote_is_kept_as_far_as_it_stands_for_whole_chunks(
    chosen: Ids, rows: int, data: st.DataObject
) -> None:
    plan = sliced(chosen, rows)
    written = [part for chunk in plan for part in _parts(chosen, chunk, data)]
    upto = data.draw(st.integers(0, len(written)))
    kept, used = keep_matching(written[:upto], plan)
    assert kept == written[: len(kept)]
    assert sum(chunk.rows for chunk in kept) == sum(chunk.rows for chunk in plan[:used])
    # Only the last whole chunk, whose end is not known, and a part of the next are written again.
    assert sum(chunk.rows for chunk in written[len(kept) : upto]) < 2 * rows
    assert used < len(plan)


def _parts(chosen: Ids, chunk: PlannedChunk, data: st.DataObject) -> Iterator[Chunk]:
    """A planned chunk as it may have been written: whole, or in parts because it was long."""
    start, left = chosen.index(chunk.first_id), chunk.rows
    while left:
        rows = data.draw(st.integers(1, left))
        yield Chunk(0, 1, rows, chosen[start], chosen[start + rows - 1], "")
        start, left = start + rows, left - rows


@given(id_sets.filter(lambda chosen: len(chosen) > 3), st.integers(1, 5), st.data())
def test_nothing_from_a_lost_point_on_is_kept(chosen: Ids, rows: int, data: st.DataObject) -> None:
    plan = sliced(chosen, rows)
    written = [part for chunk in plan for part in _parts(chosen, chunk, data)]
    gone = data.draw(st.integers(0, len(chosen) - 1))
    new_plan = sliced(chosen[:gone] + chosen[gone + 1 :], rows)
    kept, used = keep_matching(written, new_plan)
    assert sum(chunk.rows for chunk in kept) == sum(chunk.rows for chunk in new_plan[:used])
    assert all(order_key(chunk.last_id) < order_key(chosen[gone]) for chunk in kept)


@pytest.mark.parametrize(
    ("page", "start", "words"),
    [
        (IdPage([5, 6], None), 7, "went back: from 7 on was asked, 5 came"),
        (IdPage([5, 5], None), None, "repeats or mixes ids between 5 and 5"),
        (IdPage([6, 5], None), None, "repeats or mixes ids between 6 and 5"),
        (IdPage(["00000000-0000-4000-8000-000000000001", 5], None), None, "repeats or mixes"),
        (IdPage([5, 6], 6), None, "loops: after 6 it says that 6 comes next"),
        (IdPage([5, 6], 2), None, "loops: after 6 it says that 2 comes next"),
        (IdPage([], 4), None, "gave no ids but says that 4 comes next"),
    ],
)
def test_pages_that_contradict_themselves_say_what_was_expected_and_what_came(
    page: IdPage, start: int | None, words: str
) -> None:
    with pytest.raises(ScrollBroken, match=words):
        check_id_page(page, start)


def test_the_cut_depends_on_the_data_alone() -> None:
    many: list[Point] = list(points(range(500)))
    reader = FakeReader(many, {})
    small = size_chunks(reader, 2048)
    assert small == size_chunks(reader, 2048)
    assert 1 < small.rows < 50
    assert size_chunks(reader, 1).rows == 1
    assert size_chunks(FakeReader(many, {}, limit=7), 1 << 20).rows == 7
    assert size_chunks(FakeReader([], {})).rows >= 1


@given(st.dictionaries(ids, st.sampled_from("ABC"), max_size=30))
def test_two_streams_are_walked_side_by_side(found: dict[int | str, str]) -> None:
    """Each id is on the left (A), on the right (B), or on both (C)."""
    left = [(i, b"left") for i in in_order(list(found)) if found[i] in "AC"]
    right = [(i, b"right") for i in in_order(list(found)) if found[i] in "BC"]
    merged = list(merge(iter(left), iter(right)))
    assert [i for i, _, _ in merged] == in_order(list(found))
    for point_id, ours, theirs in merged:
        assert ours == (None if found[point_id] == "B" else b"left")
        assert theirs == (None if found[point_id] == "A" else b"right")


@given(st.lists(ids, min_size=2, max_size=6).filter(lambda chosen: chosen != in_order(list(set(chosen)))))
def test_a_stream_out_of_order_is_an_error(chosen: Ids) -> None:
    stream: Any = [(i, b"") for i in chosen]
    with pytest.raises(ScrollBroken, match="points came out of order"):
        list(merge(iter(stream), iter([])))
    with pytest.raises(ScrollBroken, match="points came out of order"):
        list(merge(iter([]), iter(stream)))
