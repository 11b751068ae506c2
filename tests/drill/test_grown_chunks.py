"""A chunk to which a writer adds far more points than were planned never lies in memory whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from qdrill.archive.reader import ArchiveReader
from qdrill.drill.chunks import PlannedChunk
from qdrill.drill.fetch import MOST_GROWTH, Grown, fetch_chunk, fetch_parts
from qdrill.rows.order import strictly_ascending
from qdrill.rows.splice import exact_ids
from qdrill.stores.base import IdPage
from tests.drill.stages import backup
from tests.support.fake_reader import FakeReader, Point

PARAMS = {"vectors": {"size": 1, "distance": "Dot"}}


def rows(*numbers: int) -> list[Point]:
    return [{"id": n, "payload": {}, "vector": [1.0]} for n in numbers]


def test_a_grown_chunk_comes_in_parts_of_the_planned_size() -> None:
    reader = FakeReader(rows(*range(10, 1000)), PARAMS)
    chunk = PlannedChunk(10, 8, 900)
    with pytest.raises(Grown):
        fetch_chunk(reader, chunk)
    parts = [part for _planned, part in fetch_parts(reader, chunk)]
    assert [i for part in parts for i in exact_ids(part.rows)] == list(range(10, 900))
    assert max(part.count for part in parts) == 8
    assert not any(part.as_planned for part in parts)


def test_a_chunk_that_grew_a_little_comes_whole() -> None:
    fetched = fetch_chunk(FakeReader(rows(*range(10, 10 + 8 * MOST_GROWTH)), PARAMS), PlannedChunk(10, 8, None))
    assert (fetched.count, fetched.as_planned) == (8 * MOST_GROWTH, False)


class Filling(FakeReader):
    """Thousands of points are added between two others when the pass over the ids is done."""

    def scroll_ids(self, start: int | str | None, limit: int) -> IdPage:
        page = super().scroll_ids(start, limit)
        if page.next_id is None and len(self.points) == 400:
            self.points = [*self.points, *rows(*range(10_001, 13_001))]
        return page


def test_a_backup_beside_somebody_who_fills_a_gap(tmp_path: Path) -> None:
    numbers = [*range(0, 400, 2), *range(20_000, 20_400, 2)]
    path = tmp_path / "a.json"
    made = backup(Filling(rows(*numbers), PARAMS), path)
    with ArchiveReader(path) as archive:
        counts = [entry.rows for entry in archive.manifest.chunks]
        ids = [i for n in range(len(counts)) for i in exact_ids(archive.chunk(n))]
    assert (made.writer, made.points) == ("detected", 3400)
    assert strictly_ascending(ids)
    assert set(numbers) <= set(ids)
    assert max(counts) <= MOST_GROWTH * counts[0]
