"""Verifying any two places: archives and addresses on either side."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from qdrill.archive.manifest import read_manifest
from qdrill.config_model import StoreConfig
from qdrill.control import JobControl
from qdrill.drill.verify import Verification, verification_document, verify_places
from qdrill.errors import ArchiveError, ExitCode, Interrupted, NotFound, UsageError
from qdrill.events import Event, Progress
from qdrill.results import CompareResult
from qdrill.session import Session
from qdrill.stores.base import Store
from tests.drill.recipes import DOT4, points, uuid_of
from tests.drill.stages import backup
from tests.support.places import Kind, Recipe, delete_points, make, new_name, write
from tests.support.processes import RunningServer
from tests.support.sessions import STORE, session_of, store_config

pytestmark = pytest.mark.usefixtures("small_chunks")

IDS: list[int | str] = [*range(10, 130, 2), *(uuid_of(n) for n in range(20))]
POINTS = points(IDS)


class Pair:
    """Two collections with the same points, an archive of each, and a session."""

    def __init__(self, place: Store, config: StoreConfig, folder: Path) -> None:
        self.place, self.folder = place, folder
        self.events: list[Event] = []
        self.config = config
        self.session = session_of(config, artifacts=folder / "artifacts", emit=self.events.append)
        self.names = new_name("left"), new_name("right")
        for name in self.names:
            make(place, name, Recipe(DOT4, POINTS))
        self.left, self.right = (f"{STORE}/{name}" for name in self.names)
        self.left_archive, self.right_archive = str(folder / "left.json"), str(folder / "right.json")

    def change(self) -> None:
        """The right side loses a point, gains one, and has one with another text and another vector."""
        writer = self.place.writer(self.names[1])
        write(writer, [{**POINTS[0], "id": 11}, {**POINTS[4], "payload": {"text": "别的"}, "vector": [9.0] * 4}])
        delete_points(self.place, self.names[1], [IDS[8]])

    def back_up(self) -> None:
        for name, archive in zip(self.names, (self.left_archive, self.right_archive), strict=True):
            backup(self.place.reader(name), Path(archive))

    def verify(self, left: str, right: str, session: Session | None = None, **options: object) -> Verification:
        return verify_places(session or self.session, left, right, **options)  # type: ignore[arg-type]

    def all_ways(self) -> list[Verification]:
        lefts, rights = (self.left, self.left_archive), (self.right, self.right_archive)
        return [self.verify(left, right) for left in lefts for right in rights]


@pytest.fixture
def pair(place: Store, kind: Kind, edge_dir: Path, server: RunningServer, tmp_path: Path) -> Iterator[Pair]:
    made = Pair(place, store_config(kind, edge_dir, server.url), tmp_path)
    yield made
    made.session.close()


def timeless(result: CompareResult) -> CompareResult:
    return replace(result, seconds=0.0, differences=tuple(sorted(result.differences, key=str)))


def test_the_same_either_way(pair: Pair) -> None:
    pair.back_up()
    for found in pair.all_ways():
        assert (found.verdict, found.result.compared, found.result.equal) == ("pass", len(IDS), len(IDS))
        assert (found.result.left_points, found.result.right_points) == (len(IDS), len(IDS))
    assert {event.phase for event in pair.events if isinstance(event, Progress)} == {"ids", "points"}


def test_differences_are_the_same_either_way(pair: Pair) -> None:
    pair.change()
    pair.back_up()
    first, *others = pair.all_ways()
    kinds = {(one.id, one.kind) for one in first.result.differences}
    assert kinds == {(11, "extra"), (IDS[8], "missing"), (IDS[4], "vector"), (IDS[4], "payload")}
    assert first.verdict == "fail"
    assert all(timeless(other.result) == timeless(first.result) for other in others)
    back = pair.verify(pair.right_archive, pair.left_archive).result
    assert (back.missing, back.extra, back.vector, back.payload) == (1, 1, 1, 1)


def test_configuration_is_compared_with_an_archive_too(pair: Pair) -> None:
    other = new_name("euclid")
    make(pair.place, other, Recipe({"vectors": {"size": 4, "distance": "Euclid"}}, POINTS))
    pair.back_up()
    for left, right in ((f"{STORE}/{other}", pair.right_archive), (pair.left_archive, f"{STORE}/{other}")):
        found = pair.verify(left, right)
        assert found.verdict == "fail"
        assert [one.path for one in found.result.config] == ["config.params.vectors.distance"]
        assert pair.verify(left, right, ignore_config=True).result.config == ()


def test_an_archive_cut_in_another_way(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    pair.back_up()
    monkeypatch.undo()  # the right one in one chunk
    backup(pair.place.reader(pair.names[1]), Path(pair.right_archive))
    assert len(read_manifest(Path(pair.left_archive)).chunks) > len(read_manifest(Path(pair.right_archive)).chunks) == 1
    for left, right in (
        (pair.left_archive, pair.right_archive),
        (pair.right_archive, pair.left_archive),
    ):
        assert pair.verify(left, right).verdict == "pass"


@pytest.mark.parametrize("level", ["count", "sample"])
def test_less_than_all_of_two_archives_never_passes(pair: Pair, level: str) -> None:
    pair.back_up()
    assert pair.verify(pair.left_archive, pair.right_archive, level=level).verdict == "inconclusive"


def test_empty_archives_prove_nothing_and_lack_everything(pair: Pair) -> None:
    empty, archive = new_name("empty"), str(pair.folder / "empty.json")
    backup(make(pair.place, empty, Recipe(DOT4)), Path(archive))
    pair.back_up()
    assert pair.verify(f"{STORE}/{empty}", archive).verdict == "inconclusive"
    found = pair.verify(archive, pair.right_archive)
    assert (found.verdict, found.result.extra) == ("fail", len(IDS))
    found = pair.verify(pair.left, archive)
    assert (found.verdict, found.result.missing) == ("fail", len(IDS))


def test_one_place_twice_is_refused(pair: Pair) -> None:
    pair.back_up()
    (pair.folder / "link.json").symlink_to(pair.left_archive)
    os.link(pair.left_archive, pair.folder / "hard.json")
    for left, right, what in (
        (pair.left, pair.left, "collection"),
        (pair.left_archive, pair.left_archive, "archive"),
        (pair.left_archive, f"{pair.folder}/../{pair.folder.name}/left.json", "archive"),
        (str(pair.folder / "link.json"), pair.left_archive, "archive"),
        (str(pair.folder / "hard.json"), pair.left_archive, "archive"),
    ):
        with pytest.raises(UsageError, match=f"are the same {what}; name two"):
            pair.verify(left, right)


def test_searches_ask_two_collections(pair: Pair) -> None:
    found = pair.verify(pair.left, pair.right, searches=2)
    assert (found.verdict, [one.state for one in found.searches]) == ("pass", ["pass", "pass"])
    assert [one["state"] for one in verification_document(found)["searches"]] == ["pass", "pass"]
    pair.back_up()
    for left, right, side in ((pair.left_archive, pair.right, "A"), (pair.left, pair.right_archive, "B")):
        with pytest.raises(UsageError, match=f"is an archive; name a collection as {side}"):
            pair.verify(left, right, searches=1)


def test_damage_on_either_side_is_no_difference(pair: Pair) -> None:
    pair.back_up()
    whole = Path(pair.right_archive).read_bytes()
    Path(pair.right_archive).write_bytes(whole.replace(b'"seq":3}', b'"seq":4}', 1))
    for left, right in (
        (pair.left, pair.right_archive),
        (pair.right_archive, pair.left),
        (pair.left_archive, pair.right_archive),
    ):
        with pytest.raises(ArchiveError, match="chunk 1 of"):
            pair.verify(left, right)


def test_a_dump_of_another_tool(pair: Pair) -> None:
    dump = pair.folder / "dump.json"
    dump.write_text("[]")
    for left, right in ((str(dump), pair.right), (pair.left, str(dump))):
        with pytest.raises(ArchiveError, match=r"has no dump\.manifest\.json beside it") as caught:
            pair.verify(left, right)
        assert "`qdrill restore" in str(caught.value)
        assert caught.value.exit_code == ExitCode.ARCHIVE


def test_a_manifest_is_no_archive(pair: Pair) -> None:
    pair.back_up()
    with pytest.raises(ArchiveError, match="is a manifest; name the data file"):
        pair.verify(pair.left, str(pair.folder / "right.manifest.json"))


def test_what_is_not_there(pair: Pair) -> None:
    with pytest.raises(ArchiveError, match=r"gone\.manifest\.json"):
        pair.verify(pair.left, str(pair.folder / "gone.json"))
    with pytest.raises(NotFound):
        pair.verify(pair.left, f"{STORE}/{new_name('nowhere')}")


def test_a_cancelled_comparison_of_archives_stops(pair: Pair) -> None:
    pair.back_up()
    control = JobControl()

    def emit(event: Event) -> None:
        if isinstance(event, Progress) and event.phase == "points":
            control.cancel()

    with session_of(pair.config, control=control, emit=emit) as session, pytest.raises(Interrupted):
        pair.verify(pair.left_archive, pair.right_archive, session, connections=1)
