"""The moments of a backup at which another process looks at the archive, or writes it too."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import Any

import pytest

from qdrill.archive.manifest import manifest_path
from qdrill.archive.reader import ArchiveReader
from qdrill.archive.writer import ArchiveWriter
from qdrill.errors import OutputError, UsageError
from tests.drill.stages import backup
from tests.support.fake_reader import FakeReader, Point

PARAMS = {"vectors": {"size": 2, "distance": "Dot"}}


def source(text: str) -> FakeReader:
    rows: list[Point] = [{"id": n, "payload": {"text": f"{text} {n}"}, "vector": [n, 0.5]} for n in range(1, 41)]
    return FakeReader(rows, PARAMS)


def texts(path: Path) -> bytes:
    with ArchiveReader(path) as reader:
        return b",".join(reader.chunk(index) for index in range(len(reader.manifest.chunks)))


class Crash(BaseException):
    """Stands for the end of the process: nothing catches it."""


def crash_at_rename(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Crash before a file is renamed to `name`."""
    real = os.replace

    def replace(old: Any, new: Any) -> None:
        if Path(new).name == name:
            raise Crash
        real(old, new)

    monkeypatch.setattr(os, "replace", replace)


@pytest.mark.parametrize("name", ["a.json", "a.manifest.json"])
def test_a_crash_at_either_rename(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    path, reader = tmp_path / "a.json", source("old")
    backup(reader, path)
    reader.points = source("new").points
    with monkeypatch.context() as patched:
        crash_at_rename(patched, name)
        with pytest.raises(Crash):
            backup(reader, path)
    # Before the first rename the old one stands, after it the new one; never a mixture.
    assert (b"old 7" in texts(path)) == (name == "a.json")
    assert (b"new 7" in texts(path)) == (name == "a.manifest.json")
    backup(reader, path, resume=True)
    assert b"new 7" in texts(path)
    assert {one.name for one in tmp_path.iterdir()} == {"a.json", "a.manifest.json"}


def test_a_first_backup_that_crashes_leaves_no_final_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.json"
    with monkeypatch.context() as patched:
        crash_at_rename(patched, "a.json")
        with pytest.raises(Crash):
            backup(source("new"), path)
    assert not path.exists()
    assert not manifest_path(path).exists()


def test_somebody_reads_between_the_two_renames(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reader mends what looks like a crash, and the writer goes on without harm."""
    path, real, seen = tmp_path / "a.json", os.replace, []
    backup(source("old"), path)

    def replace(old: Any, new: Any) -> None:
        real(old, new)
        if Path(new) == path:
            seen.append(texts(path))

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", replace)
        made = backup(source("new"), path)
    assert b"new 7" in seen[0]
    assert made.points == 40
    assert b"new 7" in texts(path)


def test_the_second_writer_is_refused_and_the_first_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    first: list[UsageError] = []

    class Racing(FakeReader):
        def scroll(self, start: int | str | None, limit: int, *, longest: int | None = None) -> Any:
            if start is not None and not first:
                with pytest.raises(UsageError, match="another qdrill is writing") as caught:
                    backup(source("second"), path)
                first.append(caught.value)
            return super().scroll(start, limit, longest=longest)

    made = backup(Racing(source("first").points, PARAMS), path)
    assert (made.points, len(first)) == (40, 1)
    assert b"first 7" in texts(path)


def test_a_writer_that_was_just_too_late_leaves_the_finished_archive_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It opened the unfinished file, which got its final name before the lock was free."""
    path, real = tmp_path / "a.json", fcntl.flock
    backup(source("good"), path)
    good = path.read_bytes()
    part = tmp_path / ".a.json.part"
    path.rename(part)

    def lock(*arguments: Any) -> None:
        if part.exists():
            part.rename(path)
        real(*arguments)

    with monkeypatch.context() as patched:
        patched.setattr(fcntl, "flock", lock)
        with pytest.raises(UsageError, match="another qdrill is writing"):
            backup(source("late"), path)
    assert path.read_bytes() == good
    assert b"good 7" in texts(path)


def test_a_directory_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match=r"cannot write .*file"):
        backup(source("x"), tmp_path / "file" / "a.json")
    (tmp_path / "a.json").mkdir()
    with pytest.raises(OutputError, match=r"cannot write .*a\.json"):
        backup(source("x"), tmp_path / "a.json")
    assert not ArchiveWriter(tmp_path / "b.json").chunks
