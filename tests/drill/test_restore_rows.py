"""Rows that a restore cannot load: listed with the reason, and the others restored."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from qdrill.archive.manifest import Chunk, Manifest
from qdrill.archive.reader import ArchiveReader
from qdrill.archive.writer import ArchiveWriter
from qdrill.rows.digest import root_digest
from qdrill.stores.base import Store
from tests.archive.samples import HEAD, append
from tests.drill.recipes import DOT4, points, vector
from tests.drill.stages import backup, compare_archive, restore_to
from tests.support.places import Kind, Recipe, make, new_name, open_place, row
from tests.support.processes import start_server

POINTS = points(range(1, 101))


@pytest.fixture
def archive(place: Store, tmp_path: Path) -> Path:
    """An archive of a hundred points, whose source is still there."""
    path = tmp_path / "docs.json"
    backup(make(place, new_name("source"), Recipe(DOT4, POINTS)), path)
    return path


def crafted(path: Path, like: Path, chunks: Sequence[Sequence[dict[str, Any]]]) -> Path:
    """An archive with these rows and otherwise the manifest of `like`."""
    with ArchiveReader(like) as opened:
        manifest = opened.manifest
    writer = ArchiveWriter(path)
    writer.start(HEAD)
    for rows in chunks:
        append(writer, b",".join(map(row, rows)))

    def describe(written: Sequence[Chunk], size: int) -> Manifest:
        fields = {name: getattr(manifest, name) for name in manifest.__struct_fields__}
        fields |= {"chunks": tuple(written), "bytes": size, "digest": root_digest(chunk.digest for chunk in written)}
        return Manifest(**fields | {"points": sum(chunk.rows for chunk in written), "data_file": path.name})

    writer.finish(describe)
    return path


def chunked(rows: Sequence[dict[str, Any]], size: int = 10) -> list[list[dict[str, Any]]]:
    return [list(rows[start : start + size]) for start in range(0, len(rows), size)]


def spoiled(*places: int, **fields: Any) -> list[dict[str, Any]]:
    return [{**point, **fields} if number in places else point for number, point in enumerate(POINTS)]


@pytest.mark.parametrize(
    "bad",
    [{"vector": [1.0, 2.0, 3.0]}, {"vector": {"nobody": [1.0, 2.0, 3.0, 4.0]}}, {"vector": [1.0, 2.0, None, 4.0]}],
    ids=["dimension", "vector name", "null"],
)
def test_refused_rows_are_listed_and_the_others_restored(
    archive: Path, place: Store, tmp_path: Path, bad: dict[str, Any]
) -> None:
    wrong = crafted(tmp_path / "wrong.json", archive, chunked(spoiled(0, 41, 42, 99, **bad)))
    name = new_name()
    result = restore_to(wrong, place, name).result
    assert sorted(int(one.id) for one in result.rejected) == [1, 42, 43, 100]
    assert all(one.reason and one.reason.isprintable() for one in result.rejected)
    assert (result.rejected_total, result.points_expected) == (4, 100)
    assert result.points_restored == place.reader(name).count() == 96
    found = compare_archive(wrong, place.reader(name))
    assert sorted(int(difference.id) for difference in found.differences) == [1, 42, 43, 100]
    assert (found.verdict, found.missing, found.equal) == ("fail", 4, 96)


def test_a_reason_names_what_is_wrong(archive: Path, place: Store, tmp_path: Path) -> None:
    wrong = crafted(tmp_path / "wrong.json", archive, [spoiled(3, vector=[1.0])])
    (rejected,) = restore_to(wrong, place, new_name()).result.rejected
    assert rejected.id == 4
    assert "expected dim: 4, got 1" in rejected.reason


def test_a_target_that_refuses_every_row_restores_none(archive: Path, place: Store, tmp_path: Path) -> None:
    wrong = crafted(tmp_path / "wrong.json", archive, chunked([{**point, "vector": [1.0]} for point in POINTS[:5]]))
    name = new_name()
    result = restore_to(wrong, place, name).result
    assert (result.points_restored, result.points_expected, result.rejected_total) == (0, 5, 5)
    assert place.reader(name).count() == 0


def test_a_row_longer_than_the_server_takes_is_listed(archive: Path, kind: Kind, place: Store, tmp_path: Path) -> None:
    big = {"id": 50, "payload": {"text": "x" * 40_000_000}, "vector": vector(1)}
    wrong = crafted(tmp_path / "big.json", archive, [[*POINTS[:49], big, *POINTS[50:]]])
    result = restore_to(wrong, place, new_name()).result
    if kind == "edge":  # the engine has no such limit
        assert (result.points_restored, result.rejected_total) == (100, 0)
        return
    assert [one.id for one in result.rejected] == [50]
    assert "larger than allowed" in result.rejected[0].reason
    assert result.points_restored == 99


@pytest.fixture
def small_server(tmp_path: Path) -> Iterator[Store]:
    """A server that takes requests of at most 1 MiB."""
    with (
        start_server(tmp_path / "small", max_request_mb=1) as running,
        open_place("server", tmp_path, running.url) as store,
    ):
        yield store


def test_a_body_too_long_is_split_and_the_restore_goes_on(small_server: Store, tmp_path: Path) -> None:
    archive, first = tmp_path / "docs.json", make(small_server, new_name(), Recipe(DOT4, POINTS[:1]))
    backup(first, archive)
    long = [{**point, "payload": {"text": "登" * 100_000}} for point in POINTS[:20]]
    crafted(tmp_path / "long.json", archive, [long])
    name = new_name()
    result = restore_to(tmp_path / "long.json", small_server, name).result
    assert (result.points_restored, result.rejected_total) == (20, 0)
    assert result.batches > 5
    assert compare_archive(tmp_path / "long.json", small_server.reader(name), config=False).verdict == "pass"
