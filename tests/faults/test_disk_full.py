"""A disk that fills up: path and need are named, the good archive stays, and nothing is half-written."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from qdrill.archive import writer as archive_writer
from qdrill.archive.manifest import manifest_path
from qdrill.archive.reader import ArchiveReader
from qdrill.drill import backup as stage
from qdrill.drill.chunks import size_chunks
from qdrill.errors import OutputError
from qdrill.files import write_whole
from qdrill.records.render_toml import load_record
from qdrill.stores.edge import EdgeStore
from tests.cli.runner import COMMAND, Ran, environment, qdrill
from tests.drill.stages import backup
from tests.support.collections import create_body, fill, point
from tests.support.fake_reader import FakeReader, Point
from tests.support.places import row

DISK = 3_000_000
SMALL_ROWS = 70


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 3 MB."""
    mounted = tmp_path / "disk"
    mounted.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(mounted)]
    if os.geteuid() != 0 or shutil.which("mount") is None or subprocess.run(command, check=False).returncode != 0:
        pytest.skip("mounting a small file system needs root; the limit on file sizes is tested instead")
    yield mounted
    subprocess.run(["umount", "--lazy", str(mounted)], check=True)


@pytest.fixture
def lab(tmp_path: Path) -> Path:
    """A working directory with a collection that fits, one whose later rows are large, and one of large rows."""
    home = tmp_path / "lab"
    home.mkdir()
    (home / "drills.toml").write_text('[stores.lab]\npath = "edge"\n')
    store = EdgeStore(home / "edge", "lab")
    rows = [point(n, 4) for n in range(1, SMALL_ROWS)]
    fill(store.writer("small"), rows, create_body(4))
    fill(store.writer("growing"), rows, create_body(4))
    large = [point(n, 4) | {"payload": {"text": "x" * 100_000}} for n in range(SMALL_ROWS, SMALL_ROWS + 60)]
    store.writer("growing").upsert([b",".join(row(one) for one in large)], wait=True)
    fill(store.writer("large"), large, create_body(4))
    store.close()
    return home


def good_archive(home: Path, path: Path) -> tuple[bytes, bytes]:
    assert qdrill("backup", "lab/small", "-o", path, "-q", cwd=home).code == 0
    return path.read_bytes(), manifest_path(path).read_bytes()


def untouched(path: Path, good: tuple[bytes, bytes]) -> None:
    assert (path.read_bytes(), manifest_path(path).read_bytes()) == good
    with ArchiveReader(path) as reader:
        assert sum(reader.chunk(i).count(b'{"id"') for i in range(len(reader.manifest.chunks))) == SMALL_ROWS - 1


def test_a_backup_that_cannot_fit_is_refused_before_it_begins(lab: Path, disk: Path) -> None:
    good = good_archive(lab, disk / "a.json")
    done = qdrill("backup", "lab/large", "-o", disk / "a.json", "-q", cwd=lab)
    assert done.code == 5
    assert done.error.startswith(f"cannot write {disk}/a.json: about 6.0 MB are needed and ")
    assert "make room or name another archive with -o" in done.error
    untouched(disk / "a.json", good)
    assert {one.name for one in disk.iterdir()} == {"a.json", "a.manifest.json"}


@pytest.mark.parametrize("name", ["a.json", "b.json"])
def test_a_disk_that_fills_up_during_a_backup(lab: Path, disk: Path, name: str) -> None:
    good = good_archive(lab, disk / "a.json")
    done = qdrill("backup", "lab/growing", "-o", disk / name, "-q", cwd=lab)
    assert done.code == 5
    assert done.error.startswith(f"cannot write {disk / name}: the disk is full (at least ")
    assert " MB in all are needed, " in done.error
    assert not (disk / "b.json").exists()
    assert not manifest_path(disk / "b.json").exists()
    untouched(disk / "a.json", good)


def test_a_disk_that_fills_up_at_any_page_of_the_journal(disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks so small that the journal needs more room than the rows."""
    monkeypatch.setattr(stage, "size_chunks", partial(size_chunks, target_bytes=70))
    monkeypatch.setattr(archive_writer, "SYNC_SECONDS", 0.001)
    rows: list[Point] = [{"id": n, "payload": {}, "vector": [0.5, 1.5]} for n in range(1, 200)]
    reader, path = FakeReader(rows, {"vectors": {"size": 2, "distance": "Dot"}}), disk / "a.json"
    failures = 0
    for left in range(0, 200_000, 4096):
        with (disk / "ballast").open("wb") as stream:
            os.posix_fallocate(stream.fileno(), 0, shutil.disk_usage(disk).free - left)
        try:
            backup(reader, path)
        except OutputError as error:
            assert str(error).startswith(f"cannot write {disk}/")
            assert not path.exists()
            failures += 1
        for remains in disk.iterdir():
            remains.unlink()
    assert 10 < failures < 40


def test_room_is_made_and_the_backup_goes_on(lab: Path, disk: Path) -> None:
    good_archive(lab, disk / "a.json")
    command = ("backup", "lab/growing", "-o", disk / "a.json", "--json")
    assert qdrill(*command, cwd=lab).code == 5
    subprocess.run(["mount", "-o", f"remount,size={DISK * 10}", str(disk)], check=True)
    again = qdrill(*command, "--resume", cwd=lab)
    assert (again.code, again.json["points"]) == (0, SMALL_ROWS - 1 + 60)


def test_a_disk_with_room_for_nothing(lab: Path, disk: Path) -> None:
    """Not even the journal, the manifest or a record fits: every kilobyte on the way is tried."""
    ballast = disk / "ballast"
    for left in range(0, 40_000, 4096):
        with ballast.open("wb") as stream:
            os.posix_fallocate(stream.fileno(), 0, shutil.disk_usage(disk).free - left)
        done = qdrill("backup", "lab/small", "-o", disk / "a.json", "-q", cwd=lab)
        ballast.unlink()
        if done.code == 0:
            assert left
            return
        assert done.code == 5
        assert done.error.startswith(f"cannot write {disk}/")
        assert not (disk / "a.json").exists()
        for remains in disk.iterdir():
            remains.unlink()
    pytest.fail("40 kB were not enough for a backup of 20 kB")


def limited(bytes_a_file: int) -> Callable[[], None]:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_a_file, bytes_a_file))

    return limit


def run_limited(bytes_a_file: int, *arguments: str | Path, cwd: Path) -> Ran:
    """Run qdrill where no file may grow beyond a size."""
    done = subprocess.run(
        [*COMMAND, *map(str, arguments)],
        cwd=cwd,
        env=environment(),
        capture_output=True,
        encoding="utf-8",
        preexec_fn=limited(bytes_a_file),
        timeout=60,
        check=False,
    )
    assert "Traceback" not in done.stderr
    assert "internal error" not in done.stderr, done.stderr
    return Ran(done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize("size", [1000, 5000, 8000])
def test_a_limit_on_the_size_of_files(lab: Path, size: int) -> None:
    good = good_archive(lab, lab / "a.json")
    done = run_limited(size, "backup", "lab/small", "-o", "a.json", "-q", cwd=lab)
    assert done.code == 5, done.err
    assert "a.json: a file of that size is not allowed here (" in done.error
    untouched(lab / "a.json", good)


def test_the_record_of_a_drill_that_cannot_be_written(lab: Path, disk: Path) -> None:
    """The records' disk is full from the start: no drill without a record, and nothing was created."""
    (lab / "artifacts").mkdir()
    (lab / "artifacts" / "drills").symlink_to(disk)
    with (disk / "ballast").open("wb") as stream:
        os.posix_fallocate(stream.fileno(), 0, shutil.disk_usage(disk).free)
    done = qdrill("run", "--source", "lab/small", "--target", "lab/r", "-q", cwd=lab)
    assert done.code == 5
    assert "cannot write " in done.error
    assert "are needed" in done.error
    store = EdgeStore(lab / "edge", "lab")
    assert "r" not in store.collections()
    store.close()


def test_the_records_disk_fills_up_during_the_drill(lab: Path, disk: Path) -> None:
    """What stands there then is the record of a drill that has not finished, never half a record."""
    (lab / "artifacts").mkdir()
    (lab / "artifacts" / "drills").symlink_to(disk)
    with (disk / "ballast").open("wb") as stream:
        os.posix_fallocate(stream.fileno(), 0, shutil.disk_usage(disk).free - 14_000)
    done = qdrill("run", "--source", "lab/small", "--target", "lab/r", "-q", cwd=lab)
    assert done.code == 5
    assert "cannot write " in done.error
    (record,) = disk.glob("*/drill.toml")
    found = load_record(record)
    assert found.verdict == "interrupted"
    assert found.time.finished is None


def test_write_whole_leaves_the_old_file(disk: Path) -> None:
    path = disk / "settings"
    write_whole(path, b"old")
    with pytest.raises(Exception, match=r"settings: the disk is full \(at least 9\.0 MB in all are needed"):
        write_whole(path, b"x" * 9_000_000)
    assert path.read_bytes() == b"old"
    assert [one.name for one in disk.iterdir()] == ["settings"]
