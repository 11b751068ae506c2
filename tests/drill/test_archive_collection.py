"""An archive read like a collection: the same pages, the same points, and damage found."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from qdrill.archive.reader import ArchiveReader
from qdrill.drill import archive_collection
from qdrill.drill.archive_collection import ArchiveCollection
from qdrill.errors import ArchiveError, Inconclusive
from qdrill.results import PointId
from qdrill.rows.splice import rows_and_ids
from qdrill.stores.base import CollectionReader, Query, Store
from qdrill.stores.wire import TooLong
from tests.drill.recipes import DOT4, points, uuid_of
from tests.drill.stages import backup
from tests.support.places import Recipe, make, new_name

pytestmark = pytest.mark.usefixtures("small_chunks")

IDS: list[PointId] = [*range(10, 130, 2), 10**12, 2**64 - 1, *(uuid_of(n) for n in range(20))]


@pytest.fixture
def pair(place: Store, tmp_path: Path) -> Iterator[tuple[CollectionReader, ArchiveCollection]]:
    """A collection, and its archive."""
    source = make(place, new_name(), Recipe(DOT4, points(IDS)))
    backup(source, tmp_path / "a.json")
    archive = ArchiveCollection(ArchiveReader(tmp_path / "a.json"))
    assert len(archive.archive.manifest.chunks) > 5
    yield source, archive
    archive.close()


def pages(reader: CollectionReader, limit: int) -> list[tuple[bytes, PointId | None]]:
    found, start = [], None
    while True:
        page = reader.scroll(start, limit)
        found.append((bytes(page.rows), page.next_id))
        if page.next_id is None:
            return found
        start = page.next_id


def test_pages_are_those_of_the_collection(pair: tuple[CollectionReader, ArchiveCollection]) -> None:
    source, archive = pair
    for limit in (1, 3, archive.archive.manifest.chunk_rows, 1000):
        assert pages(archive, limit) == pages(source, limit)
    assert archive.scroll_ids(None, 5) == source.scroll_ids(None, 5)
    assert archive.count() == source.count() == len(IDS)
    assert archive.info().data["config"] == source.info().data["config"]


@pytest.mark.parametrize("start", [0, 11, 12, 10**12 - 1, 2**64 - 1, "00000000-0000-0000-0000-000000000000"])
def test_a_start_that_is_no_point_is_where_its_place_would_be(
    pair: tuple[CollectionReader, ArchiveCollection], start: PointId
) -> None:
    source, archive = pair
    for limit in (1, archive.archive.manifest.chunk_rows, 50):
        ours, theirs = archive.scroll(start, limit), source.scroll(start, limit)
        assert (bytes(ours.rows), ours.next_id) == (bytes(theirs.rows), theirs.next_id)


def test_nothing_comes_after_the_last(pair: tuple[CollectionReader, ArchiveCollection]) -> None:
    page = pair[1].scroll("ffffffff-ffff-ffff-ffff-ffffffffffff", 5)
    assert (bytes(page.rows), page.next_id) == (b"", None)


def test_points_by_id_read_only_their_chunks(
    pair: tuple[CollectionReader, ArchiveCollection], monkeypatch: pytest.MonkeyPatch
) -> None:
    source, archive = pair
    read: list[int] = []
    whole = archive.archive.chunk

    def counted(index: int) -> bytes:
        read.append(index)
        return whole(index)

    monkeypatch.setattr(archive.archive, "chunk", counted)
    for point_id in (10, 64, 2**64 - 1, uuid_of(3)):
        read.clear()
        (found,) = rows_and_ids(archive.retrieve([point_id]).rows)
        ((_, served),) = rows_and_ids(source.retrieve([point_id]).rows)
        assert found[0] == point_id
        assert json.loads(found[1]) == json.loads(served)
        assert len(read) <= 1
    assert bytes(archive.retrieve([9, 11, 10**12 + 1, "00000000-0000-0000-0000-000000000000"]).rows) == b""


def test_long_rows_are_never_held_all_at_once(
    pair: tuple[CollectionReader, ArchiveCollection], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive_collection, "LONGEST_PAGE", 500)
    with pytest.raises(TooLong):
        pair[1].scroll(12, 50)
    assert len(rows_and_ids(pair[1].scroll(12, 1).rows)) == 1


def test_a_damaged_chunk_is_named(pair: tuple[CollectionReader, ArchiveCollection], tmp_path: Path) -> None:
    whole = (tmp_path / "a.json").read_bytes()
    (tmp_path / "a.json").write_bytes(whole.replace(b'"seq":3}', b'"seq":4}', 1))
    with pytest.raises(ArchiveError, match="chunk 1 of"):
        pair[1].retrieve([IDS[3]])


def test_what_only_a_collection_can_do(pair: tuple[CollectionReader, ArchiveCollection]) -> None:
    archive = pair[1]
    for ask in (
        lambda: archive.query(Query(vector=[1.0] * 4)),
        lambda: archive.sample_ids(3, ""),
        archive.optimizer,
    ):
        with pytest.raises(Inconclusive, match=r"a\.json is an archive"):
            ask()
