"""Writing and reading archives: what is on disk, what a reader checks, and what stays after an end half-way."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qdrill.archive.manifest import manifest_path, waiting_manifest
from qdrill.archive.place import need_room
from qdrill.archive.reader import ArchiveReader
from qdrill.archive.writer import ArchiveWriter
from qdrill.errors import ArchiveError, OutputError, UsageError
from tests.archive.samples import HEAD, append, describe, rows, write_archive

CHUNKS = [rows(0, 1), rows(7, 2**64 - 1), rows("00000000-0000-4000-8000-000000000001")]
_with_files = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "docs.json"
    write_archive(path, CHUNKS)
    return path


def read_all(path: Path) -> list[bytes]:
    with ArchiveReader(path) as reader:
        found = []
        for index in range(len(reader.manifest.chunks)):
            found.append(reader.chunk(index))
            reader.check_rows(index, found[-1])
        return found


def test_an_archive_is_a_json_array_with_a_chunk_a_line(archive: Path) -> None:
    data = archive.read_bytes()
    assert [row["id"] for row in json.loads(data)] == [0, 1, 7, 2**64 - 1, "00000000-0000-4000-8000-000000000001"]
    assert data == b"[\n" + b",\n".join(CHUNKS) + b"\n]\n"
    assert sorted(path.name for path in archive.parent.iterdir()) == ["docs.json", "docs.manifest.json"]


def test_what_was_written_is_read(archive: Path) -> None:
    assert read_all(archive) == CHUNKS


def test_an_archive_of_nothing_is_an_empty_array(tmp_path: Path) -> None:
    write_archive(tmp_path / "empty.json", [])
    assert json.loads((tmp_path / "empty.json").read_bytes()) == []
    assert read_all(tmp_path / "empty.json") == []


@_with_files
@given(data=st.data())
def test_any_changed_byte_is_found_and_named(archive: Path, data: st.DataObject) -> None:
    whole = archive.read_bytes()
    place = data.draw(st.integers(0, len(whole) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda byte: byte != whole[place]))
    damaged = archive.with_name("damaged.json")
    damaged.write_bytes(whole[:place] + bytes([other]) + whole[place + 1 :])
    manifest_path(damaged).write_bytes(manifest_path(archive).read_bytes())
    with pytest.raises(ArchiveError, match=r"damaged\.json") as caught:
        read_all(damaged)
    assert ("chunk" in str(caught.value) and "ids" in str(caught.value)) or place >= len(whole) - 3


@_with_files
@given(data=st.data())
def test_any_truncation_is_found_and_named(archive: Path, data: st.DataObject) -> None:
    whole = archive.read_bytes()
    cut = archive.with_name("cut.json")
    length = data.draw(st.integers(0, len(whole) - 1))
    cut.write_bytes(whole[:length])
    manifest_path(cut).write_bytes(manifest_path(archive).read_bytes())
    with pytest.raises(ArchiveError, match=rf"{length} of {len(whole)} bytes"):
        read_all(cut)


def test_a_file_that_goes_on_is_found(archive: Path) -> None:
    archive.write_bytes(archive.read_bytes() + b" ")
    with pytest.raises(ArchiveError, match="does not end where its manifest says"):
        read_all(archive)


def test_the_data_of_another_archive_is_found(archive: Path, tmp_path: Path) -> None:
    write_archive(tmp_path / "other.json", [rows(0, 2), *CHUNKS[1:]])
    archive.write_bytes((tmp_path / "other.json").read_bytes())
    with pytest.raises(ArchiveError, match=r"chunk 1 of 3 \(ids 0 to 1\)"):
        read_all(archive)


def test_a_manifest_without_its_data_is_told(archive: Path) -> None:
    archive.unlink()
    with pytest.raises(ArchiveError, match="the manifest is there, its data is not"):
        ArchiveReader(archive)


def test_rows_that_contradict_their_entry_are_found(archive: Path) -> None:
    with ArchiveReader(archive) as reader:
        for wrong in (rows(0), rows(0, 2), rows(1, 0), b"7", b'{"id":0'):
            with pytest.raises(ArchiveError, match="chunk 1 of 3"):
                reader.check_rows(0, wrong)


def test_yesterdays_archive_stays_until_the_new_one_is_whole(archive: Path) -> None:
    before = (archive.read_bytes(), manifest_path(archive).read_bytes())
    writer = ArchiveWriter(archive)
    writer.start(HEAD)
    append(writer, rows(99))
    assert (archive.read_bytes(), manifest_path(archive).read_bytes()) == before
    writer.abandon()
    assert (archive.read_bytes(), manifest_path(archive).read_bytes()) == before
    assert read_all(archive) == CHUNKS


def test_an_abandoned_archive_is_gone_on_with(tmp_path: Path) -> None:
    path = tmp_path / "docs.json"
    writer = ArchiveWriter(path)
    writer.start(HEAD)
    kept = [append(writer, joined) for joined in CHUNKS[:2]]
    writer.abandon()
    assert not path.exists()

    again = ArchiveWriter(path)
    saved = again.saved()
    assert saved == (HEAD, kept)
    again.start(HEAD, kept[:1])
    append(again, CHUNKS[1])
    append(again, CHUNKS[2])
    describe(again)
    assert read_all(path) == CHUNKS
    assert sorted(one.name for one in tmp_path.iterdir()) == ["docs.json", "docs.manifest.json"]


def test_a_discarded_archive_leaves_nothing(tmp_path: Path) -> None:
    writer = ArchiveWriter(tmp_path / "docs.json")
    writer.start(HEAD)
    append(writer, rows(1))
    writer.discard()
    assert list(tmp_path.iterdir()) == []


def test_a_journal_cut_short_by_a_kill_gives_its_whole_lines(tmp_path: Path) -> None:
    writer = ArchiveWriter(tmp_path / "docs.json")
    writer.start(HEAD)
    kept = [append(writer, joined) for joined in CHUNKS]
    writer.abandon()
    journal = tmp_path / ".docs.json.journal"
    journal.write_bytes(journal.read_bytes()[:-5])
    assert writer.saved() == (HEAD, kept[:2])
    for torn in (b'{"source"', b'{"file":"\xff"}', b'{"file":' + b"[" * 100_000):
        journal.write_bytes(torn)
        assert writer.saved() is None


def test_a_kill_between_the_two_renames_is_mended(archive: Path) -> None:
    manifest_path(archive).rename(waiting_manifest(archive))
    assert read_all(archive) == CHUNKS
    assert manifest_path(archive).exists()


def test_one_archive_has_one_writer(tmp_path: Path) -> None:
    first = ArchiveWriter(tmp_path / "docs.json")
    first.start(HEAD)
    with pytest.raises(UsageError, match="another qdrill is writing"):
        ArchiveWriter(tmp_path / "docs.json").start(HEAD)
    append(first, rows(1))
    describe(first)
    assert read_all(tmp_path / "docs.json") == [rows(1)]


def test_too_little_room_is_told_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(
        OutputError, match=r"cannot write .*docs\.json: about 1000000000000\.0 MB are needed and .* free"
    ):
        need_room(tmp_path / "docs.json", 10**18)
    need_room(tmp_path / "docs.json", 1)
    assert list(tmp_path.iterdir()) == []
