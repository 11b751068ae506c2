"""A backup killed at any moment: the good one stays, and `--resume` makes the very file of an uninterrupted run."""

from __future__ import annotations

import json
import os
import random
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from qdrill.archive.manifest import manifest_path
from qdrill.archive.reader import ArchiveReader
from qdrill.stores.server import ServerStore
from tests.cli.runner import qdrill, start
from tests.faults.conftest import NewName
from tests.support.collections import create_body, fill, point
from tests.support.crashing import Crasher
from tests.support.killing import kill_when
from tests.support.places import row

POINTS = 120
KILLS = int(os.environ.get("QDRILL_TEST_KILLS", "30"))
SEED = 20260517


@dataclass(frozen=True)
class Archive:
    """The bytes of an archive's two files, and its digest after every chunk was checked."""

    data: bytes
    manifest: bytes
    digest: str


def look(path: Path) -> Archive:
    with ArchiveReader(path) as archive:
        for index, entry in enumerate(archive.manifest.chunks):
            archive.check_rows(index, archive.chunk(index))
            assert entry.rows > 0
        return Archive(path.read_bytes(), manifest_path(path).read_bytes(), archive.manifest.digest)


@dataclass(frozen=True)
class Scene:
    """A source that has changed since its good backup, and what an uninterrupted backup of it makes."""

    address: str
    old: Archive
    wanted: Archive
    steps: int


@pytest.fixture
def scene(store: ServerStore, new_name: NewName, home: Path, crashing: Crasher) -> Scene:
    name = new_name()
    address = f"{store.url}/{name}"
    writer = store.writer(name)
    fill(writer, [point(n, 4) for n in range(1, POINTS + 1)], create_body(4))
    assert crashing.run("backup", address, "-o", "a.json", cwd=home).code == 0
    writer.upsert([row(point(n, 4) | {"payload": {"changed": n}}) for n in (3,)], wait=True)
    uninterrupted = crashing.run("backup", address, "-o", "wanted.json", cwd=home)
    assert uninterrupted.code == 0
    return Scene(address, look(home / "a.json"), look(home / "wanted.json"), uninterrupted.steps)


def put_back(path: Path, archive: Archive) -> None:
    path.write_bytes(archive.data)
    manifest_path(path).write_bytes(archive.manifest)


def nothing_half_written(scene: Scene, path: Path) -> bool:
    """What stands under the final names is one whole archive; returns whether it is the new one."""
    assert path.read_bytes() in (scene.old.data, scene.wanted.data)
    found = look(path)
    assert found.digest in (scene.old.digest, scene.wanted.digest)
    assert found.data == (scene.old if found.digest == scene.old.digest else scene.wanted).data
    if found.digest == scene.old.digest:
        assert found == scene.old
    return found.digest == scene.wanted.digest


def test_killed_at_any_step(scene: Scene, home: Path, crashing: Crasher) -> None:
    moments = sorted(random.Random(SEED).sample(range(1, scene.steps + 1), min(KILLS, scene.steps)))
    path, seen, resumed = home / "a.json", set(), 0
    for moment in moments:
        put_back(path, scene.old)
        died = crashing.run("backup", scene.address, "-o", path, cwd=home, die_at=moment)
        # Two threads share the steps, so a run may need a step more or less than the one measured.
        assert died.code in (-9, 0)
        seen.add(died.last)
        nothing_half_written(scene, path)
        again = crashing.run("backup", scene.address, "-o", path, "--resume", "--json", cwd=home)
        assert again.code == 0, again.err
        assert nothing_half_written(scene, path), died.last
        resumed += json.loads(again.out)["resumed_chunks"] > 0
    assert len(seen) >= 5, seen
    assert resumed >= len(moments) // 10, "hardly any run had something to go on from"
    assert sorted(one.name for one in home.iterdir()) == [
        *("a.json", "a.manifest.json", "wanted.json", "wanted.manifest.json")
    ]


def test_killed_again_and_again_on_the_way(scene: Scene, home: Path, crashing: Crasher) -> None:
    """Each resume is killed too, each a little later; the last one is let through."""
    path, moments = home / "a.json", random.Random(SEED + 1)
    for low in range(1, scene.steps, max(1, scene.steps // 10)):
        moment = moments.randrange(low, low + scene.steps // 10 + 1)
        crashing.run("backup", scene.address, "-o", path, "--resume", cwd=home, die_at=moment)
        if nothing_half_written(scene, path):
            put_back(path, scene.old)
    assert crashing.run("backup", scene.address, "-o", path, "--resume", cwd=home).code == 0
    assert look(path).data == scene.wanted.data


def test_a_bit_that_flips_in_the_unfinished_file_is_not_taken_over(scene: Scene, home: Path, crashing: Crasher) -> None:
    """Also between the chunks: a resumed backup is never damaged from birth."""
    path, part = home / "a.json", home / ".a.json.part"
    for where in range(0, len(scene.wanted.data), 97):
        put_back(path, scene.old)
        assert crashing.run("backup", scene.address, "-o", path, cwd=home, die_at=scene.steps * 4 // 5).code == -9
        unfinished = bytearray(part.read_bytes())
        breaks = [i for i in range(1, len(unfinished)) if unfinished[i - 1 : i + 1] == b",\n"]
        for spot in (where % len(unfinished), breaks[where % len(breaks)] if breaks else 0):
            unfinished[spot] ^= 1
        part.write_bytes(unfinished)
        assert crashing.run("backup", scene.address, "-o", path, "--resume", cwd=home).code == 0
        assert look(path).data == scene.wanted.data
        if where > 97 * 8:
            break


@pytest.fixture
def heavy(store: ServerStore, new_name: NewName, home: Path) -> Scene:
    """The same with rows of 150 KB, which make several chunks of the size that qdrill really uses."""
    name, text = new_name(), "x" * 150_000
    writer, address = store.writer(name), f"{store.url}/{name}"
    fill(writer, [point(n, 4) | {"payload": {"text": f"{n} {text}"}} for n in range(1, 31)], create_body(4))
    assert qdrill("backup", address, "-o", "a.json", cwd=home).code == 0
    writer.upsert([row(point(3, 4) | {"payload": {"changed": 3}})], wait=True)
    assert qdrill("backup", address, "-o", "wanted.json", cwd=home).code == 0
    return Scene(address, look(home / "a.json"), look(home / "wanted.json"), 0)


def has_written(points: int, event: dict[str, Any]) -> bool:
    return event.get("phase") == "points" and int(event["done"]) >= points


def test_kill_9_from_outside(heavy: Scene, home: Path) -> None:
    """The command as a user starts it, throttled, killed when so many points are written."""
    path, resumed = home / "a.json", 0
    command = ("backup", heavy.address, "-o", path)
    for points in (0, 6, 12, 18, 24, 30):
        put_back(path, heavy.old)
        process = start(*command, "--delay-ms-per-point", "25", "--log-json", cwd=home)
        kill_when(process, partial(has_written, points))
        nothing_half_written(heavy, path)
        again = qdrill(*command, "--resume", "--json", cwd=home)
        assert again.code == 0
        assert look(path).data == heavy.wanted.data
        resumed += again.json["resumed_chunks"] > 0
    assert resumed
