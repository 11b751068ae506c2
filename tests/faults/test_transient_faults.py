"""Faults of the network that pass: the result is the clean one, or one line and exit code 3; never a wrong green."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from qdrill.archive.manifest import manifest_path
from qdrill.archive.reader import ArchiveReader
from qdrill.drill.sides import CollectionSide
from qdrill.errors import ExitCode, QdrillError, StoreError, UsageError
from qdrill.results import BackupResult
from qdrill.stores import retry
from qdrill.stores.server import ServerStore
from tests.drill.stages import backup, compare_archive, restore_to
from tests.faults.conftest import NewName
from tests.support.collections import create_body, fill, point
from tests.support.crashing import Crasher
from tests.support.fault_proxy import SCROLL_ONLY, Fault, FaultProxy, Rule, Schedule
from tests.support.places import row

POINTS = 60
TRANSIENT = tuple(fault for fault in Fault if fault not in SCROLL_ONLY)


@pytest.fixture(autouse=True)
def quick(small_chunks: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tries follow each other at once."""
    monkeypatch.setattr(retry, "_backoff", lambda state: 0.001)


@dataclass(frozen=True)
class Scene:
    """A source, its clean backup, and how to meet its server behind a proxy."""

    direct: ServerStore
    source: str
    archive: Path
    clean: BackupResult

    @contextmanager
    def behind(self, *rules: Rule, seed: int = 0) -> Iterator[tuple[ServerStore, FaultProxy]]:
        with FaultProxy(self.direct.url, Schedule(rules, seed), retry_after=0, drip_seconds=0.01) as proxy:
            store = ServerStore(proxy.url, label="faulty", timeout=10)
            try:
                yield store, proxy
            finally:
                store.close()


@pytest.fixture
def scene(store: ServerStore, new_name: NewName, tmp_path: Path) -> Scene:
    name = new_name()
    fill(store.writer(name), [point(n, 4) for n in range(1, POINTS + 1)], create_body(4))
    store.writer(name).create_index("number", "integer")
    archive = tmp_path / "clean.json"
    return Scene(store, name, archive, backup(store.reader(name), archive))


def one_line(error: QdrillError) -> None:
    assert error.exit_code == ExitCode.STORE, error
    assert str(error)
    assert "\n" not in str(error)


def backed_up(scene: Scene, path: Path, *rules: Rule, seed: int = 0) -> bool:
    """Back up behind a proxy: whether it is the clean result; otherwise nothing has the final name."""
    with scene.behind(*rules, seed=seed) as (store, _):
        try:
            made = backup(store.reader(scene.source), path)
        except StoreError as error:
            one_line(error)
            assert not path.exists()
            assert not manifest_path(path).exists()
            return False
    assert made.digest == scene.clean.digest
    assert path.read_bytes() == scene.archive.read_bytes()
    path.unlink()
    manifest_path(path).unlink()
    return True


def restored(scene: Scene, name: str, *rules: Rule, seed: int = 0) -> bool:
    """Restore behind a proxy, and go on without it where that failed; the target is whole in the end."""
    with scene.behind(*rules, seed=seed) as (store, _):
        try:
            result = restore_to(scene.archive, store, name).result
        except StoreError as error:
            one_line(error)
            result = None
    if result is None:
        try:
            restore_to(scene.archive, scene.direct, name, resume=True)
        except UsageError as error:
            assert "there is no unfinished restore" in str(error)
            restore_to(scene.archive, scene.direct, name)
    else:
        assert (result.points_restored, result.rejected, result.config_differences) == (POINTS, (), ())
    found = compare_archive(scene.archive, scene.direct.reader(name))
    assert (found.verdict, found.equal) == ("pass", POINTS)
    return result is not None


def verified(scene: Scene, name: str, *rules: Rule, wanted: str, seed: int = 0) -> bool:
    """Verify behind a proxy: the true verdict or none."""
    with scene.behind(*rules, seed=seed) as (store, _):
        try:
            found = compare_archive(scene.archive, store.reader(name))
        except StoreError as error:
            one_line(error)
            return False
    assert found.verdict == wanted
    return True


def requests_of(scene: Scene, tmp_path: Path, name: str) -> Sequence[int]:
    """How many requests a clean backup, restore and verify make."""
    numbers = []
    with scene.behind() as (store, proxy):
        backup(store.reader(scene.source), tmp_path / "count.json")
        numbers.append(len(proxy.requests))
        restore_to(scene.archive, store, name)
        numbers.append(len(proxy.requests) - sum(numbers))
        compare_archive(scene.archive, store.reader(name))
        numbers.append(len(proxy.requests) - sum(numbers))
    return numbers


@pytest.mark.parametrize("fault", TRANSIENT)
def test_each_fault_at_each_request(scene: Scene, tmp_path: Path, new_name: NewName, fault: Fault) -> None:
    """One fault a run. A backup and a verify get over it wherever it falls; a restore, but for the creation."""
    target = new_name()
    backups, restores, verifies = requests_of(scene, tmp_path, target)
    for number in range(backups):
        assert backed_up(scene, tmp_path / "b.json", Rule(fault, at=[number])), number
    held = [restored(scene, new_name(), Rule(fault, at=[number])) for number in range(restores)]
    assert held.count(False) <= 1
    for number in range(verifies):
        assert verified(scene, target, Rule(fault, at=[number]), wanted="pass"), number


@pytest.mark.parametrize("seed", range(12))
def test_faults_at_random(scene: Scene, tmp_path: Path, new_name: NewName, seed: int) -> None:
    """From a fault now and then to a network where hardly anything gets through."""
    chance = random.Random(seed).choice([0.01, 0.03, 0.05, 0.12])
    rules = [Rule(fault, chance=chance) for fault in TRANSIENT]
    target = new_name()
    backed_up(scene, tmp_path / "b.json", *rules, seed=seed)
    restored(scene, target, *rules, seed=seed)
    verified(scene, target, *rules, seed=seed, wanted="pass")
    scene.direct.writer(target).upsert([row(point(7, 4) | {"payload": {"text": "登录", "number": 7}})], wait=True)
    verified(scene, target, *rules, seed=seed, wanted="fail")


@pytest.mark.parametrize("fault", TRANSIENT)
def test_a_fault_that_does_not_pass(
    scene: Scene, tmp_path: Path, new_name: NewName, fault: Fault, crashing: Crasher
) -> None:
    """From the first, a middle and a late request on: one line, exit code 3, and nothing under the final name."""
    if fault is Fault.SLOW_DRIP:
        pytest.skip("an answer that comes slowly is an answer")
    target = new_name()
    counts = requests_of(scene, tmp_path, target)
    commands = (
        ("backup", "{source}", "-o", "b.json"),
        ("restore", scene.archive, "{r}"),
        ("verify", scene.archive, "{t}"),
    )
    for command, requests in zip(commands, counts, strict=True):
        for first in (0, requests // 2, requests - 1):
            rule = Rule(fault, at=range(first, 100_000))
            with scene.behind(rule) as (store, proxy):
                names = {"source": scene.source, "t": target, "r": new_name()}
                addresses = {key: f"{store.url}/{name}" for key, name in names.items()}
                arguments = [str(one).format(**addresses) for one in command]
                done = crashing.run(*arguments, "-q", cwd=tmp_path)
                assert proxy.faults
            if done.code == 0:
                # The command line asks fewer questions than the count above; all were answered before the fault.
                assert first == requests - 1
                continue
            assert done.code == 3, done
            (said,) = done.err.splitlines()
            assert said.startswith("qdrill: ")
            assert urlsplit(store.url).netloc in said
            assert not (tmp_path / "b.json").exists()


def test_two_collections_are_compared_through_faults(scene: Scene, new_name: NewName) -> None:
    from qdrill.control import JobControl
    from qdrill.drill.compare import CompareOptions, compare
    from qdrill.events import ignore

    target = new_name()
    restore_to(scene.archive, scene.direct, target)
    rules = [Rule(fault, chance=0.03) for fault in TRANSIENT]
    for seed in range(5):
        with scene.behind(*rules, seed=seed) as (left, _), scene.behind(*rules, seed=seed + 100) as (right, _):
            side = CollectionSide(left.reader(scene.source))
            found = compare(side, right.reader(target), CompareOptions(), JobControl(), ignore)
        assert (found.verdict, found.equal) == ("pass", POINTS)


def test_the_archive_of_a_clean_run_is_whole(scene: Scene) -> None:
    with ArchiveReader(scene.archive) as reader:
        assert len(reader.manifest.chunks) >= 3
