"""A scroll that ends early, loops or repeats: an error that says what was expected and what came, never an archive."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from qdrill.archive.manifest import manifest_path
from qdrill.archive.reader import ArchiveReader
from qdrill.control import JobControl
from qdrill.drill.compare import CompareOptions, compare
from qdrill.drill.sides import ArchiveSide, CollectionSide, Side
from qdrill.errors import ExitCode, ScrollBroken
from qdrill.events import ignore
from qdrill.rows.splice import exact_ids
from qdrill.stores.server import ServerStore
from tests.drill.stages import backup
from tests.faults.conftest import NewName
from tests.support.collections import create_body, fill, point
from tests.support.crashing import Crasher
from tests.support.fault_proxy import Fault, FaultProxy, Rule, Schedule

POINTS = 60
BROKEN = (Fault.EARLY_END, Fault.LOOP, Fault.REPEAT_ROW)
FOREVER = 100_000


@pytest.fixture(autouse=True)
def quick(small_chunks: None) -> None:
    """Several chunks of a few points."""


@pytest.fixture
def source(store: ServerStore, new_name: NewName) -> str:
    name = new_name()
    fill(store.writer(name), [point(n, 4) for n in range(1, POINTS + 1)], create_body(4))
    return name


@contextmanager
def broken(url: str, fault: Fault, at: Sequence[int]) -> Iterator[tuple[ServerStore, FaultProxy]]:
    """The server behind a proxy that breaks the scrolls numbered `at`."""
    with FaultProxy(url, Schedule([Rule(fault, at=at)])) as proxy:
        store = ServerStore(proxy.url, timeout=10)
        try:
            yield store, proxy
        finally:
            store.close()


def scrolls(proxy: FaultProxy) -> int:
    return sum(path.endswith("/scroll") for _, path in proxy.requests)


def says_what_came(error: ScrollBroken) -> None:
    text = str(error)
    assert error.exit_code == ExitCode.STORE
    assert "\n" not in text
    words = ("expected", "was asked", "it says that", "counts", "keep saying", "contradicts", "should ascend")
    assert any(word in text for word in words), text


def test_one_broken_page(store: ServerStore, source: str, tmp_path: Path) -> None:
    """At every scroll in turn: an error, or every point once."""
    with broken(store.url, Fault.LOOP, []) as (clean, proxy):
        backup(clean.reader(source), tmp_path / "clean.json")
        asked = scrolls(proxy)
    assert asked >= 6
    failed = Counter[Fault]()
    for fault in BROKEN:
        for number in range(asked):
            path = tmp_path / f"{fault}{number}.json"
            with broken(store.url, fault, [number]) as (behind, _):
                try:
                    backup(behind.reader(source), path)
                except ScrollBroken as error:
                    says_what_came(error)
                    assert not path.exists()
                    failed[fault] += 1
                    continue
            assert ids_in(path) == list(range(1, POINTS + 1)), (fault, number)
    # A page that says too early that it is the last is whole; a page sent again may be the one that was asked for.
    assert failed[Fault.REPEAT_ROW] >= asked // 2 - 1
    assert failed[Fault.LOOP] >= 1


def ids_in(path: Path) -> list[int | str]:
    with ArchiveReader(path) as archive:
        chunks = range(len(archive.manifest.chunks))
        assert archive.manifest.writer != "none" or archive.manifest.points == POINTS
        return [one for index in chunks for one in exact_ids(archive.chunk(index))]


@pytest.mark.parametrize("fault", BROKEN)
def test_all_pages_broken_from_some_point_on(
    store: ServerStore, source: str, tmp_path: Path, fault: Fault, crashing: Crasher
) -> None:
    """Also where the ids are cut as the rows are, so that the two agree with each other."""
    path = tmp_path / "a.json"
    for first in range(8):
        with broken(store.url, fault, range(first, FOREVER)) as (_, proxy):
            done = crashing.run("backup", f"{proxy.url}/{source}", "-o", path, "-q", cwd=tmp_path)
            assert proxy.faults or first > 6
        if done.code == 0:
            # The pages by which chunks are sized may be broken without harm: all points are there.
            assert ids_in(path) == list(range(1, POINTS + 1))
            path.unlink()
            manifest_path(path).unlink()
            continue
        assert done.code == 3
        (said,) = done.err.splitlines()
        says_what_came(ScrollBroken(said))
        assert not path.exists()
        assert not manifest_path(path).exists()


def compared(left: Side, right: ServerStore, name: str) -> str:
    try:
        return compare(left, right.reader(name), CompareOptions(), JobControl(), ignore).verdict
    except ScrollBroken as error:
        says_what_came(error)
        return "broken"


@pytest.mark.parametrize("fault", BROKEN)
def test_a_comparison_over_broken_scrolls_is_neither_green_nor_red(
    store: ServerStore, source: str, new_name: NewName, tmp_path: Path, fault: Fault
) -> None:
    """Points that the scroll loses are not reported as lost: the count tells otherwise."""
    target = new_name()
    fill(store.writer(target), [point(n, 4) for n in range(1, POINTS + 1)], create_body(4))
    backup(store.reader(source), tmp_path / "a.json")
    for first in range(8):
        at = range(first, FOREVER)
        with ArchiveReader(tmp_path / "a.json") as archive, broken(store.url, fault, at) as (right, proxy):
            seen = compared(ArchiveSide(archive), right, target)
            assert seen == ("broken" if proxy.faults else "pass"), first
        with broken(store.url, fault, at) as (left, _):
            assert compared_collections(left, store, source, target) in ("broken", "pass"), first
        with broken(store.url, fault, at) as (both, proxy):
            seen = compared_collections(both, both, source, target)
            assert seen == "broken" or scrolls(proxy) <= first + 1, (first, seen)


def compared_collections(left: ServerStore, right: ServerStore, source: str, target: str) -> str:
    return compared(CollectionSide(left.reader(source)), right, target)
