"""Snapshots and everything that goes wrong with them: kills, damage, full disks, lost connections, cancellations."""

from __future__ import annotations

import json
import os
import random
import shutil
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from qdrill.archive.manifest import manifest_path
from qdrill.archive.snapshot_manifest import read_snapshot_manifest
from qdrill.archive.snapshot_reader import SnapshotArchive
from qdrill.control import JobControl
from qdrill.drill.restore import RestoreOptions
from qdrill.drill.restore_journal import RestoreJournal
from qdrill.drill.snapshot_backup import back_up_snapshot
from qdrill.drill.snapshot_restore import restore_snapshot
from qdrill.errors import ArchiveError, Interrupted, OutputError, Refused, StoreError, UsageError
from qdrill.events import Event, Notice, Progress, ignore
from qdrill.results import BackupResult
from qdrill.stores.request_head import collection_path
from qdrill.stores.server import ServerStore
from qdrill.stores.server_snapshots import snapshots_of
from tests.cli.runner import qdrill, start
from tests.faults.conftest import NewName
from tests.faults.test_cancel import LIMIT, Watch, stuck
from tests.faults.test_disk_full import disk, run_limited
from tests.support.collections import create_body, fill, point
from tests.support.crashing import Crasher
from tests.support.fault_proxy import Fault, FaultProxy, Rule, Schedule
from tests.support.killing import kill_when

__all__ = ["disk"]
POINTS = 60
KILLS = int(os.environ.get("QDRILL_TEST_KILLS", "30")) // 2
SEED = 20260519


@pytest.fixture
def source(store: ServerStore, new_name: NewName) -> str:
    name = new_name()
    fill(store.writer(name), [point(n, 4) for n in range(1, POINTS + 1)], create_body(4))
    return name


def lying(store: ServerStore, name: str) -> list[str]:
    """Snapshots that lie on the server."""
    raw = store.result("GET", collection_path(name, "snapshots"), what="listing")
    return [one["name"] for one in json.loads(raw)]


def backup(store: ServerStore, name: str, path: Path, **options: Any) -> BackupResult:
    control, emit = options.get("control", store.control), options.get("emit", ignore)
    return back_up_snapshot(store.reader(name), snapshots_of(store, name), path, f"test/{name}", control, emit)


def restore(store: ServerStore, path: Path, name: str, **options: Any) -> int:
    uploads, chosen = snapshots_of(store, name), RestoreOptions(f"test/{name}", **options)
    archive = SnapshotArchive(path)
    done = restore_snapshot(archive, store.writer(name), uploads, store.version(), chosen, store.control, ignore)
    return done.result.points_restored


@pytest.fixture
def snapshot(store: ServerStore, source: str, tmp_path: Path) -> Path:
    path = tmp_path / "a.snapshot"
    backup(store, source, path)
    return path


# ---------------------------------------------------------------- kills


def whole(path: Path) -> str:
    """The digest of what stands under the final names, every byte checked."""
    archive = SnapshotArchive(path)
    archive.check(JobControl())
    return archive.manifest.digest


def test_a_backup_killed_at_any_step(
    store: ServerStore, source: str, snapshot: Path, home: Path, crashing: Crasher
) -> None:
    """The good one stays; the next run takes away what the killed one left, on disk and on the server."""
    address, seen = f"{store.url}/{source}", set()
    command = ("backup", address, "--method", "snapshot", "-o", snapshot)
    steps = crashing.run(*command, cwd=home).steps
    for moment in sorted(random.Random(SEED).sample(range(1, steps + 1), min(KILLS, steps))):
        died = crashing.run(*command, cwd=home, die_at=moment)
        assert died.code in (-9, 0)
        seen.add(died.last)
        whole(snapshot)
        again = crashing.run(*command, "--json", cwd=home)
        assert again.code == 0, again.err
        assert json.loads(again.out)["points"] == POINTS
        assert json.loads(again.out)["digest"] == whole(snapshot)
        names = {one.name for one in snapshot.parent.iterdir() if one.is_file()}
        assert names == {snapshot.name, manifest_path(snapshot).name}
        # What was being made when it died has no name that is known to be ours, and that is said.
        assert lying(store, source) == [] or "which may lie there now" in again.err
        for name in lying(store, source):
            assert snapshots_of(store, source).remove(name) == ""
    assert len(seen) >= 5, seen


def test_a_download_killed_from_outside(store: ServerStore, source: str, snapshot: Path, home: Path) -> None:
    good = whole(snapshot)
    drip = Rule(Fault.SLOW_DRIP, method="GET", path=lambda path: path.endswith(".snapshot"))
    with FaultProxy(store.url, Schedule([drip]), drip_seconds=8.0) as proxy:
        address = f"{proxy.url}/{source}"
        process = start("backup", address, "--method", "snapshot", "-o", snapshot, "--log-json", cwd=home)
        assert kill_when(process, lambda event: event.get("bytes_done", 0) > 0)
    assert whole(snapshot) == good
    assert (snapshot.parent / ".a.snapshot.part").exists()
    assert len(lying(store, source)) == 1
    again = qdrill("backup", f"{store.url}/{source}", "--method", "snapshot", "-o", snapshot, "-q", cwd=home)
    assert (again.code, again.err) == (0, "")
    assert lying(store, source) == []
    assert {one.name for one in snapshot.parent.iterdir() if one.is_file()} == {
        "a.snapshot",
        "a.snapshot.manifest.json",
    }


def test_only_what_we_made_is_taken_away(store: ServerStore, source: str, snapshot: Path) -> None:
    """Also where both were made in the same second, and a server gives both the same name."""
    theirs = snapshots_of(store, source).make()
    backup(store, source, snapshot)
    assert lying(store, source) == [theirs.name]


def test_the_note_of_another_server_is_only_told(
    store: ServerStore, source: str, snapshot: Path, new_name: NewName
) -> None:
    theirs = snapshots_of(store, source).make()
    note = {"identity": "peer 1/elsewhere", "address": "prod/elsewhere", "snapshot": theirs.name}
    (snapshot.parent / ".a.snapshot.server").write_text(json.dumps(note))
    told: list[Event] = []
    backup(store, source, snapshot, emit=told.append)
    (notice,) = [event for event in told if isinstance(event, Notice) and event.level == "warning"]
    assert f"left snapshot {theirs.name} on the server of prod/elsewhere" in notice.text
    assert lying(store, source) == [theirs.name]


def test_a_restore_killed_at_any_step(
    store: ServerStore, source: str, snapshot: Path, home: Path, new_name: NewName, crashing: Crasher
) -> None:
    first = new_name()
    steps = crashing.run("restore", snapshot, f"{store.url}/{first}", cwd=home).steps
    assert store.reader(first).count() == POINTS
    resumed = 0
    for moment in sorted(random.Random(SEED).sample(range(1, steps + 1), min(KILLS, steps))):
        name = new_name()
        command = ("restore", snapshot, f"{store.url}/{name}")
        assert crashing.run(*command, cwd=home, die_at=moment).code in (-9, 0)
        begun = RestoreJournal(snapshot, "", f"{store.url}/{name}").exists()
        if store.writer(name).exists():
            plain = crashing.run(*command, cwd=home)
            assert (plain.code, "exists; a restore does not write into what is there" in plain.err) == (2, True)
            if not begun:
                assert store.reader(name).count() == POINTS
                continue
        again = crashing.run(*command, *(["--resume"] if begun else []), "--json", cwd=home)
        assert again.code == 0, again.err
        resumed += begun
        assert json.loads(again.out)["points_restored"] == store.reader(name).count() == POINTS
    assert resumed


# ---------------------------------------------------------------- damage


@pytest.mark.parametrize("share", [0.0, 0.3, 0.999999])
def test_a_flipped_bit_is_found_before_anything_is_written(
    store: ServerStore, snapshot: Path, new_name: NewName, share: float
) -> None:
    data = bytearray(snapshot.read_bytes())
    data[int(share * len(data))] ^= 1
    snapshot.write_bytes(data)
    name = new_name()
    with pytest.raises(ArchiveError, match="is damaged: its bytes are not the ones that were written"):
        restore(store, snapshot, name)
    assert not store.writer(name).exists()
    there = new_name()
    fill(store.writer(there), [point(1, 4)], create_body(4))
    with pytest.raises(ArchiveError):
        restore(store, snapshot, there, replace=there)
    assert store.reader(there).count() == 1


def test_a_file_cut_short(store: ServerStore, snapshot: Path, new_name: NewName) -> None:
    size = snapshot.stat().st_size
    with snapshot.open("r+b") as stream:
        stream.truncate(size // 2)
    with pytest.raises(ArchiveError, match=f"has {size // 2} of {size} bytes"):
        restore(store, snapshot, new_name())


def test_a_manifest_that_was_changed(snapshot: Path) -> None:
    path = manifest_path(snapshot)
    path.write_bytes(path.read_bytes().replace(b'"points":60', b'"points":61'))
    with pytest.raises(ArchiveError, match="is damaged"):
        read_snapshot_manifest(snapshot)


def test_a_file_that_changes_while_it_is_sent(
    store: ServerStore, snapshot: Path, new_name: NewName, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server holds it against the checksum, and the collection that was made for it is taken back."""
    real, name = SnapshotArchive.check, new_name()

    def check(self: SnapshotArchive, control: JobControl) -> None:
        real(self, control)
        snapshot.write_bytes(bytes(len(snapshot.read_bytes())))

    monkeypatch.setattr(SnapshotArchive, "check", check)
    with pytest.raises(Refused, match="Checksum mismatch"):
        restore(store, snapshot, name)
    assert not store.writer(name).exists()
    assert not list(snapshot.parent.glob(".*journal"))


def test_what_a_restore_refuses(store: ServerStore, source: str, snapshot: Path, new_name: NewName) -> None:
    other = new_name()
    fill(store.writer(other), [point(1, 3)], create_body(3))
    for name, replace, why in (
        (source, source, "is the source of this snapshot"),
        (other, other, "does not fit"),
    ):
        with pytest.raises(UsageError, match=why):
            restore(store, snapshot, name, replace=replace)
    fitting = new_name()
    fill(store.writer(fitting), [point(1, 4)], create_body(4))
    with pytest.raises(UsageError, match="which is not its collection"):
        restore(store, snapshot, fitting, replace=other)
    with pytest.raises(UsageError, match="no unfinished restore"):
        restore(store, snapshot, fitting, resume=True)
    assert store.reader(fitting).count() == 1
    assert restore(store, snapshot, fitting, replace=fitting) == POINTS


# ---------------------------------------------------------------- disks


def test_a_disk_that_is_too_small(store: ServerStore, source: str, disk: Path) -> None:
    with (disk / "ballast").open("wb") as stream:
        os.posix_fallocate(stream.fileno(), 0, shutil.disk_usage(disk).free - 24_000)
    with pytest.raises(OutputError, match=r"about .* are needed and .* are free"):
        backup(store, source, disk / "a.snapshot")
    assert [one.name for one in disk.iterdir()] == ["ballast"]
    assert lying(store, source) == []


def test_a_disk_that_fills_up_during_the_download(
    store: ServerStore, source: str, disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qdrill.drill.snapshot_backup.need_room", lambda path, need: None)
    with (disk / "ballast").open("wb") as stream:
        os.posix_fallocate(stream.fileno(), 0, shutil.disk_usage(disk).free - 24_000)
    with pytest.raises(OutputError, match=r"a\.snapshot: the disk is full \(at least .* in all are needed"):
        backup(store, source, disk / "a.snapshot")
    assert [one.name for one in disk.iterdir()] == ["ballast"]
    assert lying(store, source) == []


def test_a_limit_on_the_size_of_files(store: ServerStore, source: str, home: Path) -> None:
    done = run_limited(40_000, "backup", f"{store.url}/{source}", "--method", "snapshot", "-o", "a.snapshot", cwd=home)
    assert done.code == 5
    assert "a.snapshot: a file of that size is not allowed here (" in done.err
    assert list(home.iterdir()) == []
    assert lying(store, source) == []


# ---------------------------------------------------------------- lost connections


@pytest.fixture
def flaky(store: ServerStore, request: pytest.FixtureRequest) -> Iterator[ServerStore]:
    """The server behind a proxy that breaks what the test's parameter says."""
    with FaultProxy(store.url, Schedule([request.param]), retry_after=0) as proxy:
        through = ServerStore(proxy.url)
        yield through
        through.close()


DOWNLOAD = partial(Rule, method="GET", path=lambda path: path.endswith(".snapshot"))


@pytest.mark.parametrize(
    "flaky",
    [
        DOWNLOAD(Fault.RESET_MID_BODY, at=[0, 1]),
        DOWNLOAD(Fault.REFUSE, at=[0]),
        DOWNLOAD(Fault.STATUS_500, at=[0]),
        DOWNLOAD(Fault.STATUS_429, at=[0]),
    ],
    indirect=True,
)
def test_a_download_that_breaks_goes_on(flaky: ServerStore, store: ServerStore, source: str, tmp_path: Path) -> None:
    made = backup(flaky, source, tmp_path / "a.snapshot")
    assert made.retries > 0
    assert whole(tmp_path / "a.snapshot") == made.digest
    assert lying(store, source) == []


@pytest.mark.parametrize(
    "flaky",
    [DOWNLOAD(Fault.TRUNCATED_JSON), DOWNLOAD(Fault.HTML_200)],
    indirect=True,
)
def test_a_download_that_is_something_else(flaky: ServerStore, store: ServerStore, source: str, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"and .* came; check what stands between"):
        backup(flaky, source, tmp_path / "a.snapshot")
    assert list(tmp_path.iterdir()) == []
    assert lying(store, source) == []


@pytest.mark.parametrize(
    "flaky", [Rule(Fault.RESET_MID_BODY, method="POST", path=lambda p: p.endswith("/snapshots"))], indirect=True
)
def test_an_answer_that_is_lost_while_a_snapshot_is_made(
    flaky: ServerStore, store: ServerStore, source: str, tmp_path: Path
) -> None:
    """Nobody knows its name then: it is not asked for a second time, and said that it may lie there."""
    told: list[Event] = []
    with pytest.raises(StoreError, match="the server may still be making it"):
        backup(flaky, source, tmp_path / "a.snapshot", emit=told.append)
    assert any("may lie there now" in event.text for event in told if isinstance(event, Notice))
    assert len(lying(store, source)) == 1


@pytest.mark.parametrize("flaky", [Rule(Fault.REFUSE, method="DELETE")], indirect=True)
def test_a_snapshot_that_cannot_be_deleted_is_said_and_deleted_next_time(
    flaky: ServerStore, store: ServerStore, source: str, tmp_path: Path
) -> None:
    told: list[Event] = []
    backup(flaky, source, tmp_path / "a.snapshot", emit=told.append)
    (left,) = lying(store, source)
    (notice,) = [event for event in told if isinstance(event, Notice) and event.level == "warning"]
    assert left in notice.text
    backup(store, source, tmp_path / "a.snapshot")
    assert lying(store, source) == []


@pytest.mark.parametrize("flaky", [Rule(Fault.REFUSE, path=lambda p: p.endswith("/upload"), at=[0])], indirect=True)
def test_an_upload_whose_answer_is_lost_is_started_over(
    flaky: ServerStore, store: ServerStore, snapshot: Path, new_name: NewName
) -> None:
    name = new_name()
    with pytest.raises(StoreError, match="run the same command again with --resume"):
        restore(flaky, snapshot, name)
    with pytest.raises(UsageError, match="exists"):
        restore(flaky, snapshot, name)
    assert restore(flaky, snapshot, name, resume=True) == POINTS
    assert lying(store, name) == []


# ---------------------------------------------------------------- cancellations


@pytest.mark.parametrize(("path", "method"), [("/snapshots", "POST"), (".snapshot", "GET")])
def test_a_cancelled_backup(store: ServerStore, source: str, tmp_path: Path, path: str, method: str) -> None:
    """While it is made and while it is downloaded; what was made is deleted, if late."""
    watch = Watch()
    with stuck(store.url, watch, path=path, method=method) as slow:
        watch.cancel(lambda: backup(slow, source, tmp_path / "a.snapshot", control=watch.control))
        assert {one.name for one in tmp_path.iterdir()} <= {".a.snapshot.server"}
        assert until(lambda: lying(store, source) == [])


def until(fact: Any, seconds: float = 20.0) -> bool:
    """Whether `fact` becomes true in time."""
    pause, deadline = threading.Event(), time.monotonic() + seconds
    while not (found := bool(fact())) and time.monotonic() < deadline:
        pause.wait(0.05)
    return found


def test_a_cancelled_upload(store: ServerStore, snapshot: Path, new_name: NewName) -> None:
    watch, name = Watch(), new_name()
    with stuck(store.url, watch, path="/upload") as slow:
        watch.cancel(lambda: restore(slow, snapshot, name))
    assert until(lambda: store.writer(name).exists())
    assert restore(store, snapshot, name, resume=True) == POINTS


def test_a_cancellation_between_two_blocks(store: ServerStore, source: str, tmp_path: Path) -> None:
    control = JobControl()
    job = ServerStore(store.url, control=control)
    asked: list[float] = []

    def cancel(event: Event) -> None:
        if isinstance(event, Progress):
            asked.append(time.monotonic())
            control.cancel()

    with pytest.raises(Interrupted):
        backup(job, source, tmp_path / "a.snapshot", control=control, emit=cancel)
    assert time.monotonic() - asked[0] < LIMIT
    assert until(lambda: lying(store, source) == [])
    job.close()


def test_the_throttle_holds_a_download_back(store: ServerStore, source: str, tmp_path: Path) -> None:
    began = time.monotonic()
    backup(store, source, tmp_path / "a.snapshot", control=JobControl(delay_ms_per_point=10.0))
    assert time.monotonic() - began >= POINTS * 0.010
