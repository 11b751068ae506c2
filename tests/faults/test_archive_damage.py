"""Any damage to an archive is found, and named by file, chunk and id range; it never becomes a restored row."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from qdrill.archive.manifest import Chunk, manifest_path
from qdrill.archive.reader import ArchiveReader
from qdrill.drill import backup as stage
from qdrill.drill.chunks import size_chunks
from qdrill.drill.restore_journal import RestoreJournal
from qdrill.errors import ArchiveError
from qdrill.stores.edge import EdgeStore
from tests.cli.runner import qdrill
from tests.drill.stages import backup
from tests.support.collections import make_edge_collection
from tests.support.fake_reader import FakeReader, Point

POINTS = 24
CHUNK = 400
PARAMS = {"vectors": {"size": 2, "distance": "Dot"}}


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An archive of several chunks, with rows of equal length."""
    monkeypatch.setattr(stage, "size_chunks", partial(size_chunks, target_bytes=CHUNK))
    return make(tmp_path / "a.json", "first")


def make(path: Path, text: str, points: int = POINTS) -> Path:
    rows: list[Point] = [
        {"id": n, "payload": {"text": f"{text} {n}"}, "vector": [0.5, 1.5]} for n in range(100, 100 + points)
    ]
    backup(FakeReader(rows, PARAMS), path)
    return path


def chunks_of(path: Path) -> tuple[Chunk, ...]:
    with ArchiveReader(path) as reader:
        return reader.manifest.chunks


def read_all(path: Path) -> None:
    with ArchiveReader(path) as reader:
        for index in range(len(reader.manifest.chunks)):
            reader.check_rows(index, reader.chunk(index))


def found(path: Path) -> str:
    """The one line about the damage."""
    with pytest.raises(ArchiveError) as caught:
        read_all(path)
    text = str(caught.value)
    assert "\n" not in text
    assert path.name in text or manifest_path(path).name in text
    return text


def named(chunks: tuple[Chunk, ...], index: int) -> str:
    chunk = chunks[index]
    return f"chunk {index + 1} of {len(chunks)} (ids {chunk.first_id} to {chunk.last_id})"


def test_the_whole_one_is_read(archive: Path) -> None:
    read_all(archive)
    assert len(chunks_of(archive)) >= 3


def test_one_flipped_bit_in_every_byte_of_the_data(archive: Path) -> None:
    good, chunks = archive.read_bytes(), chunks_of(archive)
    for offset in range(len(good)):
        damaged = bytearray(good)
        damaged[offset] ^= 1 << offset % 8
        archive.write_bytes(damaged)
        text = found(archive)
        for index, chunk in enumerate(chunks):
            if chunk.offset <= offset < chunk.offset + chunk.length:
                assert named(chunks, index) in text, offset
    archive.write_bytes(good)
    read_all(archive)


def test_one_flipped_bit_in_every_byte_of_the_manifest(archive: Path) -> None:
    path = manifest_path(archive)
    good = path.read_bytes()
    for offset in range(len(good)):
        damaged = bytearray(good)
        damaged[offset] ^= 1 << offset % 8
        path.write_bytes(damaged)
        assert path.name in found(archive), offset


def test_truncated_at_every_length(archive: Path) -> None:
    good, chunks = archive.read_bytes(), chunks_of(archive)
    for length in range(len(good)):
        archive.write_bytes(good[:length])
        text = found(archive)
        cut = next((i for i, chunk in enumerate(chunks) if chunk.offset + chunk.length > length), None)
        if cut is not None:
            assert named(chunks, cut) in text
            assert f"the file has {length} of {len(good)} bytes" in text


def test_the_manifest_truncated_at_every_length(archive: Path) -> None:
    path = manifest_path(archive)
    good = path.read_bytes()
    for length in range(len(good)):
        path.write_bytes(good[:length])
        assert path.name in found(archive)


@pytest.mark.parametrize("tail", [b"\n", b" ", b"\0", b"]", b'{"id":99,"vector":[1,1]}', b"x" * 5000])
def test_bytes_behind_the_end(archive: Path, tail: bytes) -> None:
    with archive.open("ab") as stream:
        stream.write(tail)
    assert "does not end where its manifest says" in found(archive)
    manifest = manifest_path(archive)
    archive.write_bytes(archive.read_bytes()[: -len(tail)])
    read_all(archive)
    with manifest.open("ab") as stream:
        stream.write(tail)
    assert manifest.name in found(archive)


def _duplicate(rows: list[bytes]) -> list[bytes]:
    return [rows[0], *rows]


def _drop(rows: list[bytes]) -> list[bytes]:
    return rows[:3] + rows[4:]


def _swap(rows: list[bytes]) -> list[bytes]:
    return [rows[1], rows[0], *rows[2:]]


def _swap_far(rows: list[bytes]) -> list[bytes]:
    return [rows[-1], *rows[1:-1], rows[0]]


@pytest.mark.parametrize("change", [_duplicate, _drop, _swap, _swap_far, lambda rows: rows[:-1], lambda rows: []])
def test_rows_moved_about(archive: Path, change: Callable[[list[bytes]], list[bytes]]) -> None:
    rows = [line.rstrip(b",") for line in archive.read_bytes()[2:-3].replace(b"},{", b"},\n{").split(b"\n")]
    assert len(rows) == POINTS
    archive.write_bytes(b"[\n" + b",\n".join(change(rows)) + b"\n]\n")
    found(archive)


def test_two_chunks_of_equal_length_that_change_places(archive: Path) -> None:
    chunks = chunks_of(archive)
    assert chunks[0].length == chunks[1].length
    data = bytearray(archive.read_bytes())
    a, b = (slice(chunk.offset, chunk.offset + chunk.length) for chunk in chunks[:2])
    data[a], data[b] = data[b], data[a]
    archive.write_bytes(data)
    assert named(chunks, 0) in found(archive)


def test_manifests_of_two_archives_that_change_places(archive: Path, tmp_path: Path) -> None:
    other = make(tmp_path / "b.json", "other")
    shutil.copy(manifest_path(other), manifest_path(archive))
    found(archive)


def test_an_older_manifest_under_newer_data(archive: Path, tmp_path: Path) -> None:
    older = manifest_path(archive).read_bytes()
    make(archive, "first", POINTS - 1)
    read_all(archive)
    manifest_path(archive).write_bytes(older)
    found(archive)


def test_a_lost_manifest_and_lost_data(archive: Path) -> None:
    path = manifest_path(archive)
    manifest = path.read_bytes()
    path.unlink()
    assert path.name in found(archive)
    path.write_bytes(manifest)
    archive.unlink()
    assert archive.name in found(archive)


@pytest.fixture
def lab(tmp_path: Path) -> Path:
    """A working directory with an archive of five chunks, of an embedded collection."""
    home = tmp_path / "lab"
    home.mkdir()
    (home / "drills.toml").write_text('[stores.lab]\npath = "edge"\n')
    make_edge_collection(home / "edge", "docs", points=2500, dims=96)
    assert qdrill("backup", "lab/docs", "-o", "a.json", cwd=home).code == 0
    assert len(chunks_of(home / "a.json")) >= 3
    return home


def flip(path: Path, offset: int) -> None:
    data = bytearray(path.read_bytes())
    data[offset] ^= 4
    path.write_bytes(data)


def test_the_commands_name_the_chunk_and_end_with_5(lab: Path) -> None:
    chunks, path = chunks_of(lab / "a.json"), lab / "a.json"
    last = len(chunks) - 1
    flip(path, chunks[last].offset + 5)
    verified = qdrill("verify", "a.json", "lab/docs", "-q", cwd=lab)
    assert (verified.code, named(chunks, last) in verified.error) == (5, True)
    restored = qdrill("restore", "a.json", "lab/r", "-q", "--connections", "1", cwd=lab)
    assert (restored.code, named(chunks, last) in restored.error) == (5, True)
    # What came before the damage is there; the line says so, and the journal stays.
    loaded = sum(chunk.rows for chunk in chunks[:last])
    assert f"lab/r holds {loaded} of {sum(chunk.rows for chunk in chunks)} points" in restored.error
    assert RestoreJournal(path, "", "lab/r").exists()
    store = EdgeStore(lab / "edge", "lab")
    try:
        assert store.reader("r").count() == loaded
    finally:
        store.close()
    assert qdrill("restore", "a.json", "lab/r", "-q", cwd=lab).code == 2


def test_damage_at_the_beginning_is_found_before_anything_is_created(lab: Path) -> None:
    chunks, path = chunks_of(lab / "a.json"), lab / "a.json"
    flip(path, chunks[0].offset + 5)
    restored = qdrill("restore", "a.json", "lab/r", "-q", cwd=lab)
    assert (restored.code, named(chunks, 0) in restored.error) == (5, True)
    assert qdrill("collections", "lab", "--json", cwd=lab).out.count('"r"') == 0
    assert not RestoreJournal(path, "", "lab/r").exists()


@pytest.mark.parametrize("damage", ["data cut short", "manifest changed"])
def test_nothing_is_created_from_an_archive_that_does_not_open(lab: Path, damage: str) -> None:
    path = lab / "a.json"
    if damage == "data cut short":
        path.write_bytes(path.read_bytes()[:-10])
    else:
        flip(manifest_path(path), 200)
    for command in (("restore", "a.json", "lab/r"), ("verify", "a.json", "lab/docs")):
        done = qdrill(*command, "-q", cwd=lab)
        assert done.code == 5
        assert "a.json" in done.error or "a.manifest.json" in done.error
    store = EdgeStore(lab / "edge", "lab")
    try:
        assert store.collections() == ("docs",)
    finally:
        store.close()


def test_verify_wants_the_manifest(lab: Path) -> None:
    manifest_path(lab / "a.json").unlink()
    done = qdrill("verify", "a.json", "lab/docs", "-q", cwd=lab)
    assert (done.code, "a.manifest.json" in done.error) == (5, True)
