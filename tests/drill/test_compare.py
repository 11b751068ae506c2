"""Comparing: every difference is found, named by id and class, and nothing unlooked-at passes."""

from __future__ import annotations

import copy
import math
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from qdrill.control import JobControl
from qdrill.drill.compare import LISTED_PER_CLASS, CompareOptions, compare
from qdrill.drill.sides import CollectionSide
from qdrill.errors import Interrupted
from qdrill.events import ignore
from qdrill.results import CompareResult, Difference
from qdrill.stores.base import Store
from tests.drill.recipes import DOT4, points, uuid_of, vector
from tests.drill.stages import backup, compare_archive, restore_to
from tests.support.places import Recipe, delete_points, make, new_name, write

pytestmark = pytest.mark.usefixtures("small_chunks")

IDS: list[int | str] = [*range(10, 130, 2), 10**12, *(uuid_of(n) for n in range(40))]
POINTS = points(IDS)
BY_ID = {point["id"]: point for point in POINTS}
LAST = max(uuid_of(n) for n in range(40))
Change = Callable[[Store, str], None]


class Drilled:
    """An archive and the collection restored from it, to be damaged."""

    def __init__(self, place: Store, folder: Path) -> None:
        self.place = place
        self.archive = folder / "docs.json"
        self.name = new_name("target")
        backup(make(place, new_name(), Recipe(DOT4, POINTS)), self.archive)
        restore_to(self.archive, place, self.name)

    def put(self, *changed: dict[str, Any]) -> None:
        write(self.place.writer(self.name), changed)

    def remove(self, *ids: int | str) -> None:
        delete_points(self.place, self.name, ids)

    def compare(self, **options: Any) -> CompareResult:
        return compare_archive(self.archive, self.place.reader(self.name), **options)


@pytest.fixture
def drilled(place: Store, tmp_path: Path) -> Drilled:
    return Drilled(place, tmp_path)


def changed(point_id: int | str, **fields: Any) -> dict[str, Any]:
    return {**copy.deepcopy(BY_ID[point_id]), **fields}


def found(result: CompareResult) -> list[tuple[int | str, str]]:
    return [(difference.id, difference.kind) for difference in result.differences]


def test_one_changed_float(drilled: Drilled) -> None:
    first, rest = BY_ID[20]["vector"][0], BY_ID[20]["vector"][1:]
    drilled.put(changed(20, vector=[_next_f32(first), *rest]))
    result = drilled.compare()
    assert found(result) == [(20, "float_drift")]
    assert "vector[0]" in result.differences[0].detail
    assert (result.verdict, result.float_drift, result.equal) == ("fail", 1, len(IDS) - 1)

    drilled.put(changed(20, vector=[first + 0.01, *rest]))
    result = drilled.compare()
    assert found(result) == [(20, "vector")]
    assert (result.verdict, result.vector, result.float_drift) == ("fail", 1, 0)


def _next_f32(number: float) -> float:
    (bits,) = struct.unpack("<i", struct.pack("<f", number))
    return float(struct.unpack("<f", struct.pack("<i", bits + 1))[0])


@pytest.mark.parametrize(
    "payload",
    [{"text": "登录失败怎么辨"}, {"n": 1.0}, {"n": "1"}, {"new": None}, {"seq": None}],
    ids=["one character", "integer to float", "integer to text", "a null more", "a null for a value"],
)
def test_one_changed_value_of_a_payload(drilled: Drilled, payload: dict[str, Any]) -> None:
    drilled.put(changed(10, payload=BY_ID[10]["payload"] | payload))
    result = drilled.compare()
    assert found(result) == [(10, "payload")]
    assert f"payload.{next(iter(payload))}" in result.differences[0].detail
    assert (result.verdict, result.payload) == ("fail", 1)


def test_a_missing_key_of_a_payload(drilled: Drilled) -> None:
    drilled.put(changed(10, payload={}))
    assert found(drilled.compare()) == [(10, "payload")]


@pytest.mark.parametrize("lost", [10, 64, 10**12, uuid_of(7), LAST])
def test_one_lost_point(drilled: Drilled, lost: int | str) -> None:
    drilled.remove(lost)
    result = drilled.compare()
    assert found(result) == [(lost, "missing")]
    assert (result.verdict, result.missing, result.right_points) == ("fail", 1, len(IDS) - 1)


@pytest.mark.parametrize(
    "extra", [0, 9, 65, 131, 2**64 - 1, "00000000-0000-4000-8000-000000000000", "ffffffff-ffff-4fff-bfff-ffffffffffff"]
)
def test_one_extra_point(drilled: Drilled, extra: int | str) -> None:
    drilled.put({"id": extra, "payload": {}, "vector": vector(1)})
    result = drilled.compare()
    assert found(result) == [(extra, "extra")]
    assert (result.verdict, result.extra, result.right_points) == ("fail", 1, len(IDS) + 1)


def test_swapped_payloads_have_the_same_count_and_the_same_words(drilled: Drilled) -> None:
    drilled.put(changed(30, payload=BY_ID[32]["payload"]), changed(32, payload=BY_ID[30]["payload"]))
    result = drilled.compare()
    assert found(result) == [(30, "payload"), (32, "payload")]
    assert result.left_points == result.right_points


def test_key_order_alone_is_no_difference(drilled: Drilled) -> None:
    drilled.put(*(changed(i, payload=dict(reversed(BY_ID[i]["payload"].items()))) for i in IDS))
    result = drilled.compare()
    assert (result.verdict, result.equal, found(result)) == ("pass", len(IDS), [])


def test_several_of_each_class_are_counted_apart(drilled: Drilled) -> None:
    drilled.remove(12, 14)
    drilled.put({"id": 13, "payload": {}, "vector": vector(1)})
    drilled.put(changed(16, vector=vector(99), payload={}), changed(18, payload={"new": 1}))
    result = drilled.compare()
    assert sorted(found(result), key=str) == [
        (12, "missing"),
        (13, "extra"),
        (14, "missing"),
        (16, "payload"),
        (16, "vector"),
        (18, "payload"),
    ]
    counts = (result.missing, result.extra, result.vector, result.payload, result.float_drift)
    assert counts == (2, 1, 1, 2, 0)
    assert result.compared == len(IDS) + 1
    assert result.equal == result.compared - 5


def test_a_flood_in_one_gap_is_counted_and_the_first_are_listed(drilled: Drilled) -> None:
    drilled.put(*({"id": 10**6 + n, "payload": {}, "vector": vector(n)} for n in range(5000)))
    sunk: list[Difference] = []
    from qdrill.archive.reader import ArchiveReader
    from qdrill.drill.sides import ArchiveSide

    with ArchiveReader(drilled.archive) as archive:
        reader = drilled.place.reader(drilled.name)
        result = compare(ArchiveSide(archive), reader, CompareOptions(), JobControl(), ignore, sunk.append)
    assert (result.extra, len(result.differences), len(sunk)) == (5000, LISTED_PER_CLASS, 5000)
    assert {difference.id for difference in sunk} == {10**6 + n for n in range(5000)}
    assert (result.verdict, result.equal, result.right_points) == ("fail", len(IDS), len(IDS) + 5000)


def test_an_empty_target_misses_everything(drilled: Drilled) -> None:
    drilled.remove(*IDS)
    result = drilled.compare()
    assert (result.verdict, result.missing, result.equal) == ("fail", len(IDS), 0)


@pytest.mark.parametrize("level", ["count", "sample"])
def test_less_than_everything_never_passes_but_fails_on_a_loss(drilled: Drilled, level: str) -> None:
    result = drilled.compare(level=level)
    assert (result.verdict, found(result)) == ("inconclusive", [])
    assert result.compared < len(IDS)
    drilled.remove(64)
    assert drilled.compare(level=level).verdict == "fail"


def test_a_count_that_agrees_hides_a_swap_only_from_less_than_everything(drilled: Drilled) -> None:
    drilled.remove(64)
    drilled.put({"id": 65, "payload": {}, "vector": vector(1)})
    assert drilled.compare(level="count").verdict == "inconclusive"
    assert found(drilled.compare()) == [(64, "missing"), (65, "extra")]


def test_settings_that_differ_are_named(place: Store, tmp_path: Path) -> None:
    archive = tmp_path / "docs.json"
    indexed = Recipe(DOT4, POINTS[:5], {"seq": "integer", "text": "keyword"})
    backup(make(place, new_name(), indexed), archive)
    other = Recipe({**DOT4, "hnsw_config": {"m": 9}}, POINTS[:5], {"seq": "float"})
    target = make(place, new_name(), other)
    result = compare_archive(archive, target)
    assert [difference.path for difference in result.config] == [
        "config.hnsw_config.m",
        "payload_schema.seq.data_type",
        "payload_schema.text",
    ]
    assert (result.config[0].left, result.config[0].right) == ("16", "9")
    assert result.config[2].right == "absent"
    assert (result.verdict, result.equal) == ("fail", 5)
    assert compare_archive(archive, target, config=False).verdict == "pass"


def test_two_collections_are_compared_without_an_archive(place: Store) -> None:
    left, right = make(place, new_name(), Recipe(DOT4, POINTS)), make(place, new_name(), Recipe(DOT4, POINTS))
    result = compare(CollectionSide(left), right, CompareOptions(), JobControl(), ignore)
    assert (result.verdict, result.equal) == ("pass", len(IDS))
    delete_points(place, left.name, [20])
    result = compare(CollectionSide(left), right, CompareOptions(), JobControl(), ignore)
    assert found(result) == [(20, "extra")]


def test_nothing_against_nothing_proves_nothing(place: Store) -> None:
    left, right = make(place, new_name(), Recipe(DOT4)), make(place, new_name(), Recipe(DOT4))
    result = compare(CollectionSide(left), right, CompareOptions(), JobControl(), ignore)
    assert (result.verdict, result.compared) == ("inconclusive", 0)
    write(place.writer(right.name), POINTS[:3])
    result = compare(CollectionSide(left), right, CompareOptions(), JobControl(), ignore)
    assert (result.verdict, result.extra) == ("fail", 3)


def test_a_cancelled_comparison_says_so(drilled: Drilled) -> None:
    control = JobControl()
    control.cancel()
    reader = drilled.place.reader(drilled.name)
    with pytest.raises(Interrupted):
        compare(CollectionSide(reader), reader, CompareOptions(), control, ignore)


def test_drift_is_measured_in_ulps() -> None:
    assert math.isclose(_next_f32(1.0), 1.0 + 2**-23)
