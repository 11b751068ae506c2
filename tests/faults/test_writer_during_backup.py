"""Somebody writes while a backup runs: it is found out, and the archive is one that can be restored."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from qdrill.archive.reader import ArchiveReader
from qdrill.control import JobControl
from qdrill.drill import backup as stage
from qdrill.drill.backup import BackupOptions, back_up
from qdrill.events import Event, Progress
from qdrill.results import BackupResult
from qdrill.rows.order import strictly_ascending
from qdrill.rows.splice import exact_ids
from qdrill.stores.server import ServerStore
from tests.drill.stages import compare_archive, restore_to
from tests.faults.conftest import NewName
from tests.support.collections import create_body, fill, point
from tests.support.places import delete_points, row

FIRST, LAST = 1000, 1149
Write = Callable[[ServerStore, str], None]


@pytest.fixture(autouse=True)
def quick(small_chunks: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Several chunks of a few points, planned and fetched one after another."""
    monkeypatch.setattr(stage, "WAITING_LANES", 0)


@pytest.fixture
def source(store: ServerStore, new_name: NewName) -> str:
    name = new_name()
    fill(store.writer(name), [point(n, 4) for n in range(FIRST, LAST + 1)], create_body(4))
    return name


def upsert(store: ServerStore, name: str, *numbers: int, **change: Any) -> None:
    store.writer(name).upsert([b",".join(row(point(n, 4) | change) for n in numbers)], wait=True)


def written(store: ServerStore, name: str, path: Path, write: Write) -> BackupResult:
    """A backup by one lane, during which `write` happens when the second chunk is written."""
    done = threading.Event()

    def emit(event: Event) -> None:
        if isinstance(event, Progress) and event.phase == "points" and event.done > 20 and not done.is_set():
            done.set()
            writer = threading.Thread(target=write, args=(store, name))
            writer.start()
            writer.join()

    made = back_up(store.reader(name), path, BackupOptions("a/b", lanes=1), JobControl(), emit)
    assert done.is_set()
    return made


def ids_of(path: Path) -> list[int | str]:
    """All ids of an archive whose every chunk and total agree with its manifest."""
    with ArchiveReader(path) as archive:
        chunks = [archive.chunk(index) for index in range(len(archive.manifest.chunks))]
        for index, rows in enumerate(chunks):
            archive.check_rows(index, rows)
        ids = [one for rows in chunks for one in exact_ids(rows)]
        assert archive.manifest.points == len(ids)
    return ids


def upsert_again(store: ServerStore, name: str) -> None:
    delete_points(store, name, [1100])
    upsert(store, name, 1100, payload={"again": True})


def exchange(store: ServerStore, name: str) -> None:
    delete_points(store, name, [1140, 1141])
    upsert(store, name, 5, 6)


WRITES: dict[str, Write] = {
    "points added below the cursor": lambda store, name: upsert(store, name, 5, 6, 7),
    "points added above it": lambda store, name: upsert(store, name, 5000, 5001),
    "points added in the middle": upsert_again,
    "points removed below the cursor": lambda store, name: delete_points(store, name, [1001, 1002]),
    "points removed above it": lambda store, name: delete_points(store, name, [1140, 1141]),
    "whole chunks removed": lambda store, name: delete_points(store, name, list(range(1060, 1120))),
    "the end removed": lambda store, name: delete_points(store, name, list(range(1100, LAST + 1))),
    "as many added as removed": exchange,
    "a payload changed below the cursor": lambda store, name: upsert(store, name, 1001, payload={"new": 1}),
    "a vector changed above it": lambda store, name: upsert(store, name, 1140, vector=[1.0, 2.0, 3.0, 4.0]),
}


@pytest.mark.parametrize("what", WRITES)
def test_a_write_during_a_backup_is_detected(
    store: ServerStore, source: str, new_name: NewName, tmp_path: Path, what: str
) -> None:
    path = tmp_path / "a.json"
    made = written(store, source, path, WRITES[what])
    assert (made.writer, made.writer_detail != "") == ("detected", True)
    ids = ids_of(path)
    assert strictly_ascending(ids)
    assert set(range(FIRST, LAST + 1)) - set(ids) <= {*range(1060, LAST + 1)}
    # Whatever it caught, it comes back as it is.
    restored = restore_to(path, store, new_name()).result
    assert restored.points_restored == len(ids)


def test_a_writer_that_never_rests(store: ServerStore, source: str, tmp_path: Path) -> None:
    """Points come and go below and above the cursor all the while."""
    stop = threading.Event()
    rounds: list[int] = []

    def busy() -> None:
        own = ServerStore(store.url)
        number = 0
        while not stop.is_set():
            number += 1
            upsert(own, source, number % 500, 2000 + number % 500, 1000 + number % 150, payload={"round": number})
            delete_points(own, source, [(number + 250) % 500, 2000 + (number + 250) % 500])
            rounds.append(number)
        own.close()

    writer = threading.Thread(target=busy)
    writer.start()
    try:
        control = JobControl(delay_ms_per_point=2)
        made = back_up(store.reader(source), tmp_path / "a.json", BackupOptions("a/b"), control, lambda event: None)
    finally:
        stop.set()
        writer.join()
    assert len(rounds) > 3
    assert made.writer == "detected"
    ids = ids_of(tmp_path / "a.json")
    assert strictly_ascending(ids)
    # Points that were there from the beginning to the end are in it, once.
    assert set(range(FIRST, LAST + 1)) <= set(ids)


def test_nobody_writes(store: ServerStore, source: str, tmp_path: Path) -> None:
    made = written(store, source, tmp_path / "a.json", lambda store, name: None)
    assert made.writer == "none"
    assert ids_of(tmp_path / "a.json") == list(range(FIRST, LAST + 1))
    assert compare_archive(tmp_path / "a.json", store.reader(source)).verdict == "pass"
