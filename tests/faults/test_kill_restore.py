"""A restore killed at any moment goes on with `--resume` to a target that verifies; without it, it refuses."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from qdrill.drill.restore_journal import RestoreJournal
from qdrill.stores.base import Store
from qdrill.stores.edge import EdgeStore
from qdrill.stores.server import ServerStore
from tests.cli.runner import qdrill, start
from tests.drill.stages import compare_archive
from tests.faults.conftest import NewName
from tests.support.collections import create_body, fill, point
from tests.support.crashing import Crasher
from tests.support.killing import kill_when

POINTS = 120
KILLS = int(os.environ.get("QDRILL_TEST_KILLS", "30"))
SEED = 20260518
OpenTarget = Callable[[], Store]


@dataclass(frozen=True)
class Scene:
    """An archive, the prefix of target addresses, and how many steps an uninterrupted restore makes."""

    archive: Path
    targets: str
    steps: int
    open: OpenTarget

    def whole(self, name: str) -> None:
        """The target holds what the archive holds, compared afresh."""
        store = self.open()
        try:
            found = compare_archive(self.archive, store.reader(name))
        finally:
            store.close()
        assert (found.verdict, found.equal) == ("pass", POINTS), found

    def there(self, name: str) -> bool:
        store = self.open()
        try:
            return store.writer(name).exists()
        finally:
            store.close()


@pytest.fixture(params=["to a server", "to the embedded engine"])
def scene(
    request: pytest.FixtureRequest, store: ServerStore, new_name: NewName, home: Path, crashing: Crasher
) -> Scene:
    name = new_name()
    fill(store.writer(name), [point(n, 4) for n in range(1, POINTS + 1)], create_body(4))
    store.writer(name).create_index("text", "keyword")
    assert crashing.run("backup", f"{store.url}/{name}", "-o", "a.json", cwd=home).code == 0
    archive, edge = home / "a.json", home / "edge"
    to_server = request.param == "to a server"
    targets = f"{store.url}/" if to_server else f"edge:{edge}/"

    def opening() -> Store:
        return ServerStore(store.url) if to_server else EdgeStore(edge, "edge")

    target = new_name()
    uninterrupted = crashing.run("restore", archive, targets + target, cwd=home)
    assert uninterrupted.code == 0, uninterrupted.err
    scene = Scene(archive, targets, uninterrupted.steps, opening)
    scene.whole(target)
    return scene


def test_killed_at_any_step(scene: Scene, new_name: NewName, home: Path, crashing: Crasher) -> None:
    moments = sorted(random.Random(SEED).sample(range(1, scene.steps + 1), min(KILLS, scene.steps)))
    refused = resumed = 0
    for moment in moments:
        name = new_name()
        command = ("restore", scene.archive, scene.targets + name)
        died = crashing.run(*command, cwd=home, die_at=moment)
        assert died.code in (-9, 0)
        begun, there = journal(scene, name).exists(), scene.there(name)
        if there:
            plain = crashing.run(*command, cwd=home)
            assert (plain.code, "exists; a restore does not write into what is there" in plain.err) == (2, True)
            refused += 1
        if there and not begun:
            # It was killed after the last step, when everything was done.
            scene.whole(name)
            continue
        again = crashing.run(*command, "--resume" if begun else "-q", cwd=home)
        assert again.code == 0, (died.last, again.err)
        resumed += begun
        scene.whole(name)
        assert not journal(scene, name).exists()
    assert refused > len(moments) // 4
    assert resumed > len(moments) // 4


def journal(scene: Scene, name: str) -> RestoreJournal:
    return RestoreJournal(scene.archive, "", scene.targets + name)


def test_killed_again_and_again_on_the_way(scene: Scene, new_name: NewName, home: Path, crashing: Crasher) -> None:
    name, moments = new_name(), random.Random(SEED + 1)
    command = ("restore", scene.archive, scene.targets + name)
    for _ in range(12):
        begun = journal(scene, name).exists()
        if scene.there(name) and not begun:
            break
        crashing.run(*command, "--resume" if begun else "-q", cwd=home, die_at=moments.randint(8, scene.steps // 2))
    if journal(scene, name).exists():
        assert crashing.run(*command, "--resume", cwd=home).code == 0
    scene.whole(name)


def test_there_is_nothing_to_resume_after_the_end(
    scene: Scene, new_name: NewName, home: Path, crashing: Crasher
) -> None:
    name = new_name()
    command = ("restore", scene.archive, scene.targets + name)
    assert crashing.run(*command, cwd=home).code == 0
    again = crashing.run(*command, "--resume", cwd=home)
    assert (again.code, again.err.startswith("qdrill: there is no unfinished restore into ")) == (2, True)
    scene.whole(name)


def test_the_journal_of_another_archive_is_refused(
    scene: Scene, store: ServerStore, new_name: NewName, home: Path, crashing: Crasher
) -> None:
    """The archive was made anew between the kill and the resume."""
    name, source = new_name(), new_name()
    command = ("restore", scene.archive, scene.targets + name)
    assert crashing.run(*command, cwd=home, die_at=scene.steps * 2 // 3).code == -9
    fill(store.writer(source), [point(n, 4) for n in range(1, 50)], create_body(4))
    assert crashing.run("backup", f"{store.url}/{source}", "-o", scene.archive, cwd=home).code == 0
    again = crashing.run(*command, "--resume", cwd=home)
    assert again.code == 2
    assert "was of another archive" in again.err


def test_kill_9_from_outside(store: ServerStore, new_name: NewName, home: Path) -> None:
    """The command as a user starts it, with chunks of the size that qdrill really uses."""
    source, text = new_name(), "x" * 150_000
    fill(
        store.writer(source),
        [point(n, 4) | {"payload": {"text": f"{n} {text}"}} for n in range(1, 61)],
        create_body(4),
    )
    assert qdrill("backup", f"{store.url}/{source}", "-o", "a.json", cwd=home).code == 0
    for target in (f"{store.url}/{new_name()}", f"edge:{home / 'edge'}/kept"):
        command = ("restore", "a.json", target, "--connections", "1", "--log-json")
        assert kill_when(start(*command, cwd=home), lambda event: event.get("phase") == "points")
        again = qdrill("restore", "a.json", target, "--resume", "--json", cwd=home)
        assert again.code == 0, again.err
        assert again.json["points_restored"] == 60
        assert qdrill("verify", "a.json", target, "--json", cwd=home).json["verdict"] == "pass"
