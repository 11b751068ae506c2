"""Rows of many megabytes: held one at a time, backed up and compared like any other."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from qdrill.archive.reader import ArchiveReader
from qdrill.control import JobControl
from qdrill.drill.backup import BackupOptions, back_up
from qdrill.drill.chunks import size_chunks
from qdrill.drill.compare import CompareOptions, compare
from qdrill.drill.sides import ArchiveSide, CollectionSide, Side
from qdrill.events import ignore
from qdrill.results import CompareResult, PointId
from qdrill.stores.base import LONGEST_PAGE, Page
from tests.support.fake_reader import FakeReader, Point

PARAMS = {"vectors": {"size": 1, "distance": "Dot"}}
LONG = LONGEST_PAGE + 1000


def point(number: int, length: int, mark: str = "") -> Point:
    return {"id": number, "payload": {"text": mark + "x" * length}, "vector": [1.0]}


SKEWED = [point(n, LONG if n in (40, 41, 60) else 100) for n in range(1, 80)]
ALL_LONG = [point(n, LONG) for n in range(1, 5)]


@dataclass
class Careful(FakeReader):
    """Counts how many threads are given a row that is longer than a page may be at the same time."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    inside: int = 0
    most: int = 0
    long_pages: int = 0

    def scroll(self, start: PointId | None, limit: int, *, longest: int | None = None) -> Page:
        with self._counted():
            page = super().scroll(start, limit, longest=longest)
        if len(page.rows) > LONGEST_PAGE:
            self.long_pages += 1
            assert limit == 1
        return page

    @contextmanager
    def _counted(self) -> Iterator[None]:
        with self.lock:
            self.inside += 1
            self.most = max(self.most, self.inside)
        yield
        with self.lock:
            self.inside -= 1


@pytest.mark.parametrize("rows", [SKEWED, ALL_LONG], ids=["some", "all"])
def test_they_are_backed_up_each_once(rows: list[Point], tmp_path: Path) -> None:
    reader = Careful(rows, PARAMS)
    made = back_up(reader, tmp_path / "a.json", BackupOptions("lab/docs", lanes=3), JobControl(), ignore)
    assert made.points == len(rows)
    assert reader.long_pages == sum(len(row["payload"]["text"]) >= LONG for row in rows)
    with ArchiveReader(made.archive) as archive:
        assert all(chunk.rows == 1 for chunk in archive.manifest.chunks if chunk.length > LONGEST_PAGE)
        assert compared(ArchiveSide(archive), FakeReader(rows, PARAMS)).verdict == "pass"


def compared(left: Side, right: FakeReader) -> CompareResult:
    return compare(left, right, CompareOptions(lanes=3, config=False), JobControl(), ignore)


@pytest.mark.parametrize("rows", [SKEWED, ALL_LONG], ids=["some", "all"])
def test_they_are_compared_and_their_differences_found(rows: list[Point]) -> None:
    found = compared(CollectionSide(Careful(rows, PARAMS)), Careful(rows, PARAMS))
    assert (found.verdict, found.compared, found.equal) == ("pass", len(rows), len(rows))
    others = [*rows[:2], point(rows[2]["id"], LONG, "y"), *rows[4:], point(500, LONG)]
    found = compared(CollectionSide(Careful(rows, PARAMS)), Careful(others, PARAMS))
    assert (found.missing, found.extra, found.payload, found.equal) == (1, 1, 1, len(rows) - 2)


def test_a_very_long_first_row_is_measured_and_not_held() -> None:
    reader = Careful(ALL_LONG, PARAMS)
    sizing = size_chunks(reader)
    assert (sizing.rows, reader.long_pages) == (1, 0)
    assert sizing.row_bytes > LONG
