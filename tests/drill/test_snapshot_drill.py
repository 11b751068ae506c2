"""Drills by Qdrant's own snapshot: what passes, what must never pass, and what is refused before anything is done."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from qdrill.archive.manifest import manifest_path
from qdrill.archive.snapshot_manifest import is_snapshot, read_snapshot_manifest
from qdrill.config import Config, DrillConfig, StoreConfig
from qdrill.control import JobControl
from qdrill.drill import start
from qdrill.drill.plan import Ends
from qdrill.drill.runner import Damage, DrillOutcome, run_drill
from qdrill.drill.snapshot_rules import why_incomplete, why_not_restorable
from qdrill.drill.start import dry_run, make_plan, open_ends, start_drill
from qdrill.errors import StoreError, UsageError
from qdrill.events import Emit, Event, Progress, ignore
from qdrill.results import Drift, Objectives
from qdrill.session import Session
from qdrill.stores.base import CollectionWriter, ServerSnapshot, SnapshotSink
from qdrill.stores.request_head import collection_path
from qdrill.stores.server import ServerStore
from tests.drill.drills import check, states, when_stage_starts
from tests.drill.recipes import DOT4, points, vector
from tests.drill.stages import unchanged
from tests.support.places import REAL_SERVER, Recipe, delete_points, make, new_name, open_place, write
from tests.support.processes import RunningServer

URLS = ("server", "qdrant") if os.environ.get(REAL_SERVER) else ("server",)
POINTS = points(range(1, 61))
RECIPE = Recipe(
    DOT4 | {"hnsw_config": {"m": 8}, "metadata": {"team": "search"}},
    POINTS,
    {"seq": "integer"},
    ({"strict_mode_config": {"enabled": True, "max_query_limit": 500}},),
)


class Lab:
    """A server with sixty points in `source`, and a session on it."""

    def __init__(self, place: ServerStore, folder: Path) -> None:
        self.place, self.folder = place, folder
        self.source, self.target = new_name("source"), new_name("target")
        make(place, self.source, RECIPE)
        self.events: list[Event] = []
        config = Config(artifacts=folder / "artifacts", stores={"lab": StoreConfig("lab", url=place.url)})
        self.session = Session(config, {}, JobControl(), self.events.append)
        self.drill = DrillConfig("nightly", f"lab/{self.source}", f"lab/{self.target}", method="snapshot")

    def run(self, *, emit: Emit = ignore, damage: Damage | None = None, **options: Any) -> DrillOutcome:
        plan = replace(make_plan(self.session, self.drill, **options), recovery_seconds=0.0)
        return run_drill(plan, open_ends(self.session, self.drill), self.session.control, emit, damage)

    def snapshots(self, name: str) -> list[str]:
        """Those that lie on the server."""
        raw = self.place.call("GET", collection_path(name, "snapshots"), what="listing").text
        return [name for name in raw.split('"') if name.endswith(".snapshot")]

    def change(self, point_id: int) -> None:
        row = {"id": point_id, "payload": {"new": 1}, "vector": vector(99)}
        write(self.place.writer(self.source), [row])


@pytest.fixture(params=URLS)
def lab(request: pytest.FixtureRequest, server: RunningServer, tmp_path: Path) -> Iterator[Lab]:
    with open_place(request.param, tmp_path / "unused", server.url) as place:
        assert isinstance(place, ServerStore)
        found = Lab(place, tmp_path)
        with found.session:
            yield found


# ---------------------------------------------------------------- a drill that passes


def test_a_drill_that_passes(lab: Lab) -> None:
    with unchanged(lab.place, lab.source):
        outcome = start_drill(lab.session, lab.drill, make_plan(lab.session, lab.drill))
        lab.place.writer(lab.target).delete()
    result = outcome.result
    assert (result.verdict, result.method) == ("pass", "snapshot"), result.reason
    assert {name: state for name, state in states(result).items() if state != "pass"} == {
        "rows_accepted": "not_applicable",
        "rto": "not_applicable",
        "rpo": "not_applicable",
    }
    assert result.restore is not None
    moments = result.restore.moments
    known = [moments.created, moments.loaded, moments.searchable, moments.validated]
    assert known == sorted(known, key=lambda moment: moment or 0.0)
    assert result.rta_seconds == moments.validated
    assert result.drift == Drift(0, 0, 0)
    assert (result.restore.points_restored, result.restore.config_differences) == (60, ())
    assert lab.snapshots(lab.source) == []


def test_times_in_a_payload_cannot_be_read_from_a_snapshot_and_meet_no_objective(lab: Lab) -> None:
    goals = Objectives(rpo_seconds=3600)
    lab.drill = replace(lab.drill, payload_time_field="at", objectives=goals)
    timed = lab.run().result
    assert (timed.verdict, states(timed)["rpo"], timed.rpa_seconds) == ("inconclusive", "inconclusive", None)
    assert "the times in at cannot be read from a snapshot" in check(timed, "rpo").seen
    lab.drill = replace(lab.drill, payload_time_field=None)
    plain = lab.run(replace=lab.target).result
    assert (plain.verdict, states(plain)["rpo"]) == ("pass", "pass")


def test_the_record_tells_the_method_the_size_and_the_digest(lab: Lab) -> None:
    outcome = lab.run()
    archive = lab.folder / "artifacts" / "metrics"
    (file,) = archive.glob("*.snapshot")
    manifest = read_snapshot_manifest(file)
    record = tomllib.loads(outcome.record.read_text())
    assert record["method"] == record["backup"]["format"] == "snapshot"
    assert record["backup"]["bytes"] == manifest.bytes == file.stat().st_size
    assert record["backup"]["digest"] == manifest.digest
    assert record["restore"]["restored"] == 60
    assert f"{file.stat().st_size / 1e6:.1f}" in (outcome.record.parent / "drill.md").read_text()
    assert (manifest.points, manifest.count_before, manifest.count_after, manifest.writer) == (60, 60, 60, "none")
    assert manifest.info_data["config"]["metadata"] == {"team": "search"}
    assert is_snapshot(file)
    assert manifest_path(file).name.endswith(".snapshot.manifest.json")
    assert {one.name for one in archive.iterdir()} == {file.name, manifest_path(file).name, "ci_summary.txt"}


def test_the_target_is_ours_to_delete_and_keeps_no_upload(lab: Lab) -> None:
    lab.run()
    assert lab.snapshots(lab.target) == []
    outcome = run_drill(
        make_plan(lab.session, lab.drill, replace=lab.target),
        open_ends(lab.session, lab.drill),
        lab.session.control,
        ignore,
        damage=lambda writer: None,
    )
    assert outcome.result.verdict == "pass", outcome.result.reason
    lab.drill = DrillConfig("n", lab.drill.source, f"lab/{new_name()}", method="snapshot", after="delete")
    assert lab.run().result.target_removed
    assert lab.drill.target.partition("/")[2] not in lab.place.collections()


def test_aliases_come_back_only_when_asked_for(lab: Lab) -> None:
    alias = new_name("alias")
    lab.place.writer(lab.source).add_alias(alias)
    lab.run()
    assert lab.place.reader(alias).name == lab.source


def test_an_alias_that_the_source_holds_stays_there(lab: Lab) -> None:
    alias = new_name("alias")
    lab.place.writer(lab.source).add_alias(alias)
    lab.drill = replace(lab.drill, aliases=True)
    result = lab.run().result
    assert lab.place.reader(alias).name == lab.source
    assert result.restore is not None
    assert [(one.name, one.state, one.holder) for one in result.restore.aliases] == [(alias, "held", lab.source)]
    assert (result.verdict, check(result, "aliases").state) == ("inconclusive", "inconclusive")


def test_no_point_counts_as_restored_before_the_server_says_so(lab: Lab) -> None:
    told: list[Progress] = []
    lab.run(emit=lambda event: told.append(event) if isinstance(event, Progress) else None)
    sent = [event for event in told if (event.job, event.phase) == ("restore", "points")]
    *before, last = sent
    assert [event.done for event in before] == [0] * len(before)
    assert (last.done, last.total, last.bytes_done) == (60, 60, last.bytes_total)


# ---------------------------------------------------------------- what must never pass


def test_a_damaged_target_fails(lab: Lab) -> None:
    def damage(writer: CollectionWriter) -> None:
        write(writer, [{"id": 5, "payload": {"text": "wrong"}, "vector": vector(1)}])

    result = lab.run(damage=damage).result
    assert result.verdict == "fail"
    assert check(result, "points_compared").state == "fail"
    assert any(one.startswith("5 (") for one in check(result, "points_compared").ids)


def test_a_point_too_few_fails(lab: Lab) -> None:
    result = lab.run(damage=lambda writer: delete_points(lab.place, lab.target, [7])).result
    assert (result.verdict, check(result, "points_restored").state) == ("fail", "fail")


@pytest.mark.parametrize("point_id", [5, 999])
def test_a_source_written_to_since_the_backup_is_never_a_pass(lab: Lab, point_id: int) -> None:
    result = lab.run(emit=when_stage_starts("validate", lambda: lab.change(point_id))).result
    found = check(result, "points_compared")
    assert found.state == "inconclusive"
    assert "the source was written to since the backup" in found.seen
    assert "cannot be told" in found.seen
    assert result.verdict in ("inconclusive", "fail")
    assert result.drift == Drift()
    assert result.compare is not None
    assert result.compare.verdict == "inconclusive"
    assert check(result, "points_restored").state == "pass"


def test_a_write_that_changes_nothing_is_a_write(lab: Lab) -> None:
    """Everything is equal, and whether the snapshot was right is not proved by that."""
    same = {**POINTS[3]}
    act = when_stage_starts("validate", lambda: write(lab.place.writer(lab.source), [same]))
    result = lab.run(emit=act).result
    assert (result.verdict, check(result, "points_compared").state) == ("inconclusive", "inconclusive")


class Interfering:
    """A snapshot source beside which something happens while the snapshot is made."""

    def __init__(self, real: Any, act: Callable[[], None], **instead: Any) -> None:
        self.real, self.act, self.instead = real, act, instead

    def shards(self) -> Mapping[str, Any]:
        return self.real.shards()  # type: ignore[no-any-return]

    def make(self) -> ServerSnapshot:
        made: ServerSnapshot = self.real.make()
        self.act()
        return ServerSnapshot(made.name, made.size, self.instead.get("sha256", made.sha256))

    def download(self, snapshot: ServerSnapshot, sink: SnapshotSink) -> None:
        self.real.download(snapshot, sink)

    def remove(self, name: str) -> str:
        return self.real.remove(name)  # type: ignore[no-any-return]


def interfered(lab: Lab, act: Callable[[], None], **instead: Any) -> DrillOutcome:
    ends = open_ends(lab.session, lab.drill)
    assert ends.snapshots is not None
    source = Interfering(ends.snapshots.source, act, **instead)
    ends = replace(ends, snapshots=replace(ends.snapshots, source=source))
    return run_drill(make_plan(lab.session, lab.drill), ends, lab.session.control, ignore)


def test_a_writer_during_the_backup_leaves_it_open_what_the_snapshot_holds(lab: Lab) -> None:
    result = interfered(lab, lambda: lab.change(1000)).result
    assert check(result, "writer_during_backup").state == "inconclusive"
    assert check(result, "points_restored").state == "inconclusive"
    assert check(result, "points_compared").state == "inconclusive"
    assert result.verdict in ("inconclusive", "fail")


def test_a_snapshot_without_a_checksum_is_said_to_be_one(lab: Lab) -> None:
    result = interfered(lab, lambda: None, sha256="").result
    assert check(result, "backup_complete").state == "inconclusive"
    assert "no checksum" in check(result, "backup_complete").seen
    assert check(result, "points_compared").state == "pass"


def test_a_snapshot_that_arrives_other_than_it_was_made(lab: Lab) -> None:
    outcome = interfered(lab, lambda: None, sha256="0" * 64)
    assert (outcome.result.verdict, "arrived damaged" in outcome.result.reason) == ("fail", True)
    assert lab.snapshots(lab.source) == []
    assert not list((lab.folder / "artifacts" / "metrics").glob("*snapshot*"))


# ---------------------------------------------------------------- what is refused before anything is done


def test_embedded_stores_have_no_snapshots(lab: Lab) -> None:
    for source, target in (
        (f"edge:{lab.folder}/e/docs", lab.drill.target),
        (lab.drill.source, f"edge:{lab.folder}/e/x"),
    ):
        with pytest.raises(UsageError, match="is an embedded store, whose engine can neither make nor restore") as told:
            make_plan(lab.session, DrillConfig("n", source, target, method="snapshot"))
        assert "\n" not in str(told.value)
    assert not (lab.folder / "e").exists()
    assert not (lab.folder / "artifacts").exists()


def test_the_file_must_end_in_snapshot(lab: Lab) -> None:
    wrong = DrillConfig("n", lab.drill.source, lab.drill.target, method="snapshot", archive=Path("a.json"))
    with pytest.raises(UsageError, match=r"must end in \.snapshot"):
        make_plan(lab.session, wrong)


def test_a_target_that_exists(lab: Lab) -> None:
    make(lab.place, lab.target, Recipe(DOT4, points(range(3))))
    with unchanged(lab.place, lab.source, lab.target), pytest.raises(UsageError, match="exists"):
        start_drill(lab.session, lab.drill, make_plan(lab.session, lab.drill))


def test_a_dry_run_says_what_would_be_done(lab: Lab) -> None:
    steps = dict(dry_run(make_plan(lab.session, lab.drill), open_ends(lab.session, lab.drill)))
    assert "have the server make a snapshot" in steps["backup"]
    assert steps["restore"].endswith("create it; upload the snapshot")
    assert lab.snapshots(lab.source) == []


class Facts:
    """Both ends' snapshots, as far as their clusters go."""

    def __init__(self, shards: Mapping[str, Any], cluster: Mapping[str, Any]) -> None:
        self._shards, self._cluster = shards, cluster

    def shards(self) -> Mapping[str, Any]:
        return self._shards

    def cluster(self) -> Mapping[str, Any]:
        return self._cluster


HERE = {"shard_id": 0, "state": "Active"}
ALONE = {"status": "disabled"}


@pytest.mark.parametrize(
    ("shards", "why"),
    [
        ({"local_shards": [HERE], "remote_shards": [], "shard_transfers": []}, ""),
        ({"local_shards": [HERE], "remote_shards": [{"shard_id": 1, "peer_id": 2}]}, "shards on 2 nodes"),
        ({"local_shards": [HERE], "remote_shards": [{"peer_id": 2}, {"peer_id": 3}]}, "shards on 3 nodes"),
        ({"local_shards": [{"shard_id": 0, "state": "Dead"}], "remote_shards": []}, "not active"),
        ({"local_shards": [HERE], "shard_transfers": [{"shard_id": 0}]}, "being moved"),
    ],
)
def test_a_collection_that_is_not_all_on_one_node(lab: Lab, shards: Mapping[str, Any], why: str) -> None:
    found = why_incomplete(lab.place.reader(lab.source), Facts(shards, ALONE), "lab/docs")  # type: ignore[arg-type]
    assert why in found
    assert bool(found) is bool(why)


@pytest.mark.parametrize(
    ("source", "target", "cluster", "why"),
    [
        ("1.19.0", "1.19.3", ALONE, ""),
        ("1.19.0", "1.20.0", ALONE, ""),
        ("1.19.0", "1.20.0", {"status": "enabled", "peers": {"1": {}}}, ""),
        ("1.19.0", "1.18.2", ALONE, "is read by 1.19 and 1.20"),
        ("1.19.0", "1.21.0", ALONE, "is read by 1.19 and 1.20"),
        ("1.19.0", "2.19.0", ALONE, "is read by 1.19 and 1.20"),
        ("unknown", "1.19.0", ALONE, "the source does not tell its version"),
        ("1.19.0", "unknown", ALONE, "lab does not tell its version"),
        ("1.19.0", "1.19.0", {"status": "enabled", "peers": {"1": {}, "2": {}}}, "a cluster of 2 nodes"),
    ],
)
def test_a_server_that_cannot_restore_it(source: str, target: str, cluster: Mapping[str, Any], why: str) -> None:
    found = why_not_restorable(Facts({}, cluster), source, target, "lab")  # type: ignore[arg-type]
    assert why in found
    assert bool(found) is bool(why)


def test_a_drill_that_cannot_be_leaves_a_record_of_that(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(ends: Ends) -> str:
        return "lab/docs has shards on 2 nodes"

    monkeypatch.setattr(start, "snapshot_refusal", refused)
    with pytest.raises(UsageError, match="shards on 2 nodes"):
        start_drill(lab.session, lab.drill, make_plan(lab.session, lab.drill))
    (record,) = (lab.folder / "artifacts" / "drills").glob("*/drill.toml")
    assert tomllib.loads(record.read_text())["verdict"] == "inconclusive"
    assert lab.target not in lab.place.collections()


def test_a_server_that_cannot_be_reached_is_told_so(lab: Lab) -> None:
    nowhere = StoreConfig("nowhere", url="http://127.0.0.1:9")
    config = Config(artifacts=lab.folder, stores={"lab": StoreConfig("lab", url=lab.place.url), "nowhere": nowhere})
    drill = DrillConfig("n", lab.drill.source, "nowhere/x", method="snapshot")
    with Session(config, {}, JobControl()) as session, pytest.raises(StoreError, match="nowhere"):
        start_drill(session, drill, make_plan(session, drill))
