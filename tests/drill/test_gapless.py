"""Where ids are integers without a gap, a backup is planned by counting: the very plan that the id pass makes."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qdrill.archive.reader import ArchiveReader
from qdrill.drill.chunks import plan_chunks
from qdrill.drill.gapless import plan_gapless
from qdrill.errors import ScrollBroken
from qdrill.rows.order import MAX_INTEGER_ID
from qdrill.rows.splice import exact_ids
from qdrill.stores.base import IdPage
from tests.drill.stages import backup
from tests.rows.strategies import ids, in_order
from tests.support.fake_reader import FakeReader, Point

PARAMS = {"vectors": {"size": 1, "distance": "Dot"}}
UUID = "00000000-0000-4000-8000-000000000001"


def reader_of(chosen: list[int | str]) -> FakeReader:
    rows: list[Point] = [{"id": i, "payload": {}, "vector": [1.0]} for i in chosen]
    return FakeReader(rows, PARAMS)


def run_of(first: int, length: int) -> list[int | str]:
    return list(range(first, first + length))


@given(st.integers(0, MAX_INTEGER_ID - 60), st.integers(1, 60), st.integers(1, 20))
def test_the_plan_is_that_of_the_pass(first: int, length: int, rows: int) -> None:
    reader = reader_of(run_of(first, length))
    plan = plan_gapless(reader, rows, length)
    assert plan is not None
    assert list(plan) == list(plan_chunks(reader, rows, lambda done: None))


@given(st.lists(ids, max_size=30, unique=True).map(in_order), st.integers(1, 9), st.integers(-2, 2))
def test_whatever_the_ids_and_the_count_are_no_id_is_made_up(chosen: list[int | str], rows: int, off: int) -> None:
    plan = plan_gapless(reader_of(chosen), rows, len(chosen))
    if plan is not None:
        assert list(plan) == list(plan_chunks(reader_of(chosen), rows, lambda done: None))
    if off:
        assert plan_gapless(reader_of(chosen), rows, max(0, len(chosen) + off)) is None


@pytest.mark.parametrize(
    "chosen",
    [
        [],
        [1, 2, 4],
        [0, *run_of(2, 30)],
        [*run_of(1, 30), 2**63],
        [UUID],
        [1, 2, UUID],
        [MAX_INTEGER_ID - 5, MAX_INTEGER_ID],
        [5, 7, UUID],
    ],
    ids=str,
)
def test_ids_that_are_no_run_of_integers_need_the_pass(chosen: list[int | str]) -> None:
    assert plan_gapless(reader_of(chosen), 2, len(chosen)) is None


def test_ids_up_to_the_last_there_is() -> None:
    chosen = run_of(MAX_INTEGER_ID - 9, 10)
    plan = plan_gapless(reader_of(chosen), 4, 10)
    assert plan is not None
    assert [(chunk.rows, chunk.next_id is None) for chunk in plan] == [(4, False), (4, False), (2, True)]


def test_a_count_that_is_not_known_needs_the_pass() -> None:
    assert plan_gapless(reader_of([1, 2, 3]), 2, None) is None
    assert plan_gapless(reader_of([1, 2, 3]), 2, 0) is None


def test_a_page_that_contradicts_itself_is_an_error() -> None:
    class Looping(FakeReader):
        def scroll_ids(self, start: int | str | None, limit: int) -> IdPage:
            return IdPage([1], 1)

    with pytest.raises(ScrollBroken, match="loops"):
        plan_gapless(Looping(reader_of([1]).points, PARAMS), 2, 1)


class Counting(FakeReader):
    """Remembers how many ids it gave away without their points."""

    given = 0

    def scroll_ids(self, start: int | str | None, limit: int) -> IdPage:
        page = super().scroll_ids(start, limit)
        self.given += len(page.ids)
        return page


def archived(path: Path) -> list[int | str]:
    with ArchiveReader(path) as archive:
        return [i for n in range(len(archive.manifest.chunks)) for i in exact_ids(archive.chunk(n))]


def test_a_backup_needs_no_pass_over_ids_without_a_gap(tmp_path: Path) -> None:
    reader = Counting(reader_of(run_of(7, 500)).points, PARAMS)
    made = backup(reader, tmp_path / "a.json")
    assert (made.points, archived(tmp_path / "a.json")) == (500, run_of(7, 500))
    assert reader.given == 2


@pytest.mark.parametrize("gone", [0, 250, 499])
def test_a_point_removed_behind_the_plan_is_found(tmp_path: Path, gone: int) -> None:
    """And one is added elsewhere, so that the counts say nothing."""

    class Racing(FakeReader):
        def scroll_ids(self, start: int | str | None, limit: int) -> IdPage:
            page = super().scroll_ids(start, limit)
            if start is not None and len(self.points) == 500 and self.points[gone]["id"] == 7 + gone:
                self.points = [*self.points[:gone], *self.points[gone + 1 :], {**self.points[gone], "id": 9000}]
            return page

    made = backup(Racing(reader_of(run_of(7, 500)).points, PARAMS), tmp_path / "a.json")
    assert made.writer == "detected"
    assert archived(tmp_path / "a.json") == [i for i in run_of(7, 500) if i != 7 + gone] + [9000]


def test_a_server_that_counts_wrong_is_found(tmp_path: Path) -> None:
    """Counting says that there is no gap, and there is one; nobody writes."""

    class Wrong(FakeReader):
        def count(self) -> int:
            return len(self.points) + 1

    with pytest.raises(ScrollBroken, match="counts 100 points, 99 came"):
        backup(Wrong(reader_of([i for i in run_of(1, 100) if i != 50]).points, PARAMS), tmp_path / "a.json")
    assert not (tmp_path / "a.json").exists()
