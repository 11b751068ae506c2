"""A resumed restore compares what an earlier run loaded with the archive, and sends again what is not the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from qdrill.archive.reader import ArchiveReader
from qdrill.control import JobControl
from qdrill.drill.restore import Restored, RestoreOptions, restore
from qdrill.drill.restore_journal import RestoreJournal
from qdrill.events import Event, Progress, RequestDone, ignore
from qdrill.stores.base import Store
from qdrill.stores.server import ServerStore
from tests.drill.recipes import DOT4, points
from tests.drill.stages import backup, compare_archive, restore_to
from tests.support.places import Recipe, delete_points, make, new_name, write
from tests.support.processes import RunningServer

pytestmark = pytest.mark.usefixtures("small_chunks")
POINTS = points(range(1, 101))


class Begun:
    """A restore into `name` that was killed when all but its last chunk was loaded."""

    def __init__(self, place: Store, folder: Path) -> None:
        self.place, self.archive, self.name = place, folder / "docs.json", new_name()
        backup(make(place, new_name("source"), Recipe(DOT4, POINTS)), self.archive)
        make(place, self.name, Recipe(DOT4))
        with ArchiveReader(self.archive) as archive:
            self.chunks = archive.manifest.chunks
            journal = RestoreJournal(self.archive, archive.manifest.digest, f"test/{self.name}")
        journal.begin()
        loaded = sum(chunk.rows for chunk in self.chunks[:-1])
        write(place.writer(self.name), POINTS[:loaded])
        for index in range(len(self.chunks) - 1):
            journal.add(index, [])

    def go_on(self, **more: Any) -> Restored:
        with ArchiveReader(self.archive) as archive:
            options = RestoreOptions(f"test/{self.name}", lanes=3, resume=True)
            emit = more.get("emit", ignore)
            return restore(archive, self.place.writer(self.name), options, JobControl(), emit)

    def same(self) -> bool:
        return compare_archive(self.archive, self.place.reader(self.name)).verdict == "pass"


@pytest.fixture
def begun(place: Store, tmp_path: Path) -> Begun:
    return Begun(place, tmp_path)


def test_nothing_is_sent_twice_where_nothing_changed(begun: Begun) -> None:
    result = begun.go_on().result
    assert (result.resumed_chunks, result.resumed_repaired) == (len(begun.chunks) - 1, 0)
    assert result.batches == 1
    assert begun.same()


def test_changed_points_are_found_and_sent_again(begun: Begun) -> None:
    wrong = [{**POINTS[3], "payload": {"text": "别的"}}, {**POINTS[20], "vector": [9.0] * 4}]
    write(begun.place.writer(begun.name), wrong)
    delete_points(begun.place, begun.name, [POINTS[40]["id"]])
    events: list[Event] = []
    result = begun.go_on(emit=events.append).result
    assert (result.points_restored, result.resumed_repaired) == (100, 3)
    assert begun.same()
    assert any(isinstance(event, Progress) and event.job == "verify" for event in events)


def test_a_point_too_many_is_not_taken_away_and_not_passed_over(begun: Begun) -> None:
    write(begun.place.writer(begun.name), [{**POINTS[0], "id": 5000}])
    result = begun.go_on().result
    assert (result.points_expected, result.points_restored) == (100, 101)


def test_an_ordinary_restore_reads_no_point_back(server: RunningServer, tmp_path: Path) -> None:
    events: list[Event] = []
    store = ServerStore(server.url, emit=events.append)
    archive = tmp_path / "docs.json"
    backup(make(store, new_name("source"), Recipe(DOT4, POINTS)), archive)
    events.clear()
    restore_to(archive, store, new_name())
    store.close()
    paths = [event.path for event in events if isinstance(event, RequestDone)]
    assert paths
    assert not [path for path in paths if "/points/scroll" in path]
