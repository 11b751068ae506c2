"""Whole drills: what passes, what must never pass, and the record that every one of them leaves."""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import pytest

from qdrill.archive.place import open_alone
from qdrill.control import JobControl
from qdrill.drill.search_plan import SearchSpec
from qdrill.errors import ExitCode, NotFound, Refused, UsageError
from qdrill.events import Event, Progress, StageFinished, StageStarted
from qdrill.records.history import trend
from qdrill.records.render_toml import load_record
from qdrill.results import Drift, Objectives
from qdrill.stores.base import CollectionWriter, Store
from tests.drill.drills import Rehearsal, check, record_of, states, when_stage_starts
from tests.drill.recipes import DOT4, points, vector
from tests.drill.stages import unchanged
from tests.support.places import Recipe, delete_points, make, new_name, write

pytestmark = pytest.mark.usefixtures("small_chunks")
POINTS = points(range(1, 61))


@pytest.fixture
def drill(place: Store, tmp_path: Path) -> Rehearsal:
    """A drill of sixty points, all well."""
    return Rehearsal(place, tmp_path, Recipe(DOT4, POINTS, {"seq": "integer"}))


# ---------------------------------------------------------------- a drill that passes


def test_a_drill_that_passes(drill: Rehearsal) -> None:
    events: list[Event] = []
    with unchanged(drill.place, drill.source):
        outcome = drill.run(
            emit=events.append, objectives=Objectives(rto_seconds=900, rpo_seconds=3600), delete_target=True
        )
    result = outcome.result
    assert (result.verdict, outcome.exit_code) == ("pass", ExitCode.PASSED), result.reason
    assert set(states(result).values()) == {"pass"}, states(result)
    assert result.restore is not None
    moments = result.restore.moments
    known = [moments.created, moments.loaded, moments.searchable, moments.validated]
    assert all(moment is not None for moment in known)
    assert known == sorted(known, key=lambda moment: moment or 0.0)
    assert result.rta_seconds == moments.validated
    assert result.rpa_seconds is not None
    assert result.rpa_seconds > 0
    assert result.drift == Drift(0, 0, 0)
    assert result.target_removed
    started = [event.stage for event in events if isinstance(event, StageStarted)]
    assert started == ["preflight", "backup", "restore", "validate", "record"]
    assert [event.stage for event in events if isinstance(event, StageFinished) and event.ok] == started


def test_the_record_says_what_was_found(drill: Rehearsal) -> None:
    outcome = drill.run(readme=None)
    folder = outcome.record.parent
    assert sorted(path.name for path in folder.iterdir()) == ["drill.md", "drill.toml", "drill.zh.md", "evidence"]
    record = record_of(outcome)
    assert record["schema"] == "qdrill.drill/1"
    assert record["verdict"] == "pass"
    assert {one["name"]: one["state"] for one in record["check"]} == states(outcome.result)
    assert "60" in (folder / "drill.md").read_text()
    assert "恢复条目数" in (folder / "drill.zh.md").read_text()
    assert (folder / "evidence" / "journal.jsonl").stat().st_size > 0
    summary = (drill.folder / "ci_summary.txt").read_text()
    lines = dict(re.findall(r"^- ([^:]+): (.*)$", summary, re.MULTILINE))
    assert summary.startswith("# Consolidated CI Summary\n\n- collection: ")
    assert (lines["seed_total"], lines["backup_total"], lines["restored_total"]) == ("60", "60", "60")
    assert lines["verdict"] == "pass"


def test_the_readme_block_is_brought_up_to_date(drill: Rehearsal, tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_bytes("前\r\n<!-- BACKUP_SIGNALS_START -->\nold\n<!-- BACKUP_SIGNALS_END -->\r\nrest".encode())
    drill.run(readme=readme, run_url="https://ci.example/run/7")
    text = readme.read_bytes().decode()
    assert text.startswith("前\r\n<!-- BACKUP_SIGNALS_START -->")
    assert text.endswith("<!-- BACKUP_SIGNALS_END -->\r\nrest")
    assert "- backup_total: 60" in text
    assert "- restored_total: 60" in text
    assert "https://ci.example/run/7" in text


def test_the_target_is_taken_away_only_when_asked(drill: Rehearsal) -> None:
    kept = drill.run()
    assert (kept.result.target_removed, drill.place.reader(drill.target).count()) == (False, 60)
    removed = drill.run(replace=drill.target, delete_target=True)
    assert (removed.result.verdict, removed.result.target_removed) == ("pass", True)
    with pytest.raises(NotFound):
        drill.place.reader(drill.target)
    assert drill.place.reader(drill.source).count() == 60


def test_a_collection_without_vectors_can_be_drilled(kind: str, place: Store, tmp_path: Path) -> None:
    if kind != "qdrant":
        pytest.skip("the embedded engine, and so the test server, holds no collection without vectors")
    bare = [{"id": n, "payload": {"n": n}, "vector": {}} for n in range(1, 6)]
    outcome = Rehearsal(place, tmp_path, Recipe({"vectors": {}}, bare)).run()
    assert states(outcome.result)["sample_searches"] == "not_applicable"
    assert outcome.result.verdict == "pass", outcome.result.reason


# ---------------------------------------------------------------- what differs fails


def remove(drill: Rehearsal, *ids: int) -> Any:
    return lambda _writer: delete_points(drill.place, drill.target, ids)


def put(*changed: dict[str, Any]) -> Any:
    return lambda writer: write(writer, changed)


def test_a_lost_point_fails_and_is_named(drill: Rehearsal) -> None:
    outcome = drill.run(damage=remove(drill, 17))
    assert (outcome.result.verdict, outcome.exit_code) == ("fail", ExitCode.FAILED)
    assert "restored 59 of 60" in check(outcome.result, "points_restored").seen
    assert any(one.startswith("17 (missing") for one in check(outcome.result, "points_compared").ids)
    assert "17" in (outcome.record.parent / "evidence" / "differences.jsonl").read_text()


@pytest.mark.parametrize(
    ("changed", "kind"),
    [
        ({"vector": [9.0, 9.0, 9.0, 9.0]}, "vector"),
        ({"vector": [*POINTS[16]["vector"][:3], POINTS[16]["vector"][3] * (1 + 2**-22)]}, "float_drift"),
        ({"payload": {**POINTS[16]["payload"], "seq": 16.0}}, "payload"),
    ],
    ids=["vector", "drift", "payload"],
)
def test_a_changed_point_fails_and_is_named(drill: Rehearsal, changed: dict[str, Any], kind: str) -> None:
    outcome = drill.run(damage=put({**POINTS[16], **changed}))
    assert (outcome.result.verdict, outcome.exit_code) == ("fail", ExitCode.FAILED)
    found = check(outcome.result, "points_compared")
    assert found.state == "fail"
    assert any(one.startswith(f"17 ({kind.replace('_', ' ')}") for one in found.ids), found.ids
    assert states(outcome.result)["points_restored"] == "pass"


def test_one_point_too_many_fails(drill: Rehearsal) -> None:
    outcome = drill.run(damage=put({"id": 900, "payload": {}, "vector": vector(900)}))
    assert outcome.result.verdict == "fail"
    assert any(one.startswith("900 (extra") for one in check(outcome.result, "points_compared").ids)


def test_a_setting_changed_after_the_restore_fails(drill: Rehearsal) -> None:
    outcome = drill.run(damage=lambda writer: writer.patch({"hnsw_config": {"m": 5}}))
    assert outcome.result.verdict == "fail"
    assert "hnsw_config.m" in outcome.result.reason


class Swallowing:
    """A writer that says yes to every row and keeps none."""

    def __init__(self, writer: CollectionWriter) -> None:
        self._writer = writer

    def __getattr__(self, name: str) -> Any:
        return getattr(self._writer, name)

    def upsert(self, rows: Sequence[bytes | memoryview], *, wait: bool) -> None:
        pass


def test_zero_restored_of_five_is_no_pass_however_quick(place: Store, tmp_path: Path) -> None:
    drill = Rehearsal(place, tmp_path, Recipe(DOT4, POINTS[:5]))
    drill.wrap = lambda writer: cast(CollectionWriter, Swallowing(writer))
    outcome = drill.run(objectives=Objectives(rto_seconds=9))
    assert (outcome.result.verdict, outcome.exit_code) == ("fail", ExitCode.FAILED)
    assert "restored 0 of 5" in outcome.result.reason
    assert outcome.result.rta_seconds is None
    assert states(outcome.result)["rto"] == "inconclusive"
    assert "- restored_total: 0\n" in (tmp_path / "ci_summary.txt").read_text()
    assert record_of(outcome)["verdict"] == "fail"


def test_a_missed_objective_fails(drill: Rehearsal) -> None:
    outcome = drill.run(objectives=Objectives(rto_seconds=0.0001))
    assert (outcome.result.verdict, states(outcome.result)["rto"]) == ("fail", "fail")
    late = drill.run(replace=drill.target, objectives=Objectives(rpo_seconds=0.0001))
    assert (late.result.verdict, states(late.result)["rpo"]) == ("fail", "fail")


# ---------------------------------------------------------------- what is not known does not pass


def test_a_drill_of_nothing_is_inconclusive(place: Store, tmp_path: Path) -> None:
    outcome = Rehearsal(place, tmp_path, Recipe(DOT4)).run()
    assert (outcome.result.verdict, outcome.exit_code) == ("inconclusive", ExitCode.INCONCLUSIVE)
    assert states(outcome.result)["source_has_points"] == "inconclusive"
    assert record_of(outcome)["verdict"] == "inconclusive"


def test_a_text_without_an_embedder_is_inconclusive_and_says_what_to_add(drill: Rehearsal) -> None:
    outcome = drill.run(searches=(SearchSpec("text", text="登录"), SearchSpec("random", number=2)))
    assert (outcome.result.verdict, outcome.exit_code) == ("inconclusive", ExitCode.INCONCLUSIVE)
    assert "[embedders.ollama]" in outcome.result.reason
    assert states(outcome.result)["points_compared"] == "pass"
    assert outcome.result.rta_seconds is None


@pytest.mark.parametrize("level", ["count", "sample"])
def test_less_than_every_point_compared_is_inconclusive(drill: Rehearsal, level: str) -> None:
    outcome = drill.run(level=level)
    assert (outcome.result.verdict, outcome.exit_code) == ("inconclusive", ExitCode.INCONCLUSIVE)
    assert states(outcome.result)["points_compared"] == "inconclusive"
    assert outcome.result.drift == Drift()


# ---------------------------------------------------------------- somebody writes meanwhile


def test_a_writer_during_the_backup_is_noted(drill: Rehearsal) -> None:
    ids = itertools.count(10**6)

    def emit(event: Event) -> None:
        if isinstance(event, Progress) and event.job == "backup" and event.phase == "points" and event.done < 30:
            write(drill.place.writer(drill.source), [{"id": next(ids), "payload": {}, "vector": vector(5)}])

    outcome = drill.run(emit=emit)
    assert outcome.result.backup is not None
    assert outcome.result.backup.writer == "detected"
    assert states(outcome.result)["writer_during_backup"] == "inconclusive"
    assert states(outcome.result)["points_compared"] == "pass"
    assert states(outcome.result)["backup_complete"] == "pass"
    detail = outcome.result.backup.writer_detail
    assert outcome.result.verdict == "pass"
    assert outcome.result.reason.endswith(f"; open: writer_during_backup (detected: {detail})")
    assert outcome.result.reason in (drill.folder / "ci_summary.txt").read_text()
    assert "open: writer\\_during\\_backup" in (outcome.record.parent / "drill.md").read_text()
    assert "未决：备份期间的写入" in (outcome.record.parent / "drill.zh.md").read_text()


def test_a_payload_overwritten_during_the_backup_is_noted(drill: Rehearsal) -> None:
    """The count stays as it was: only operation numbers tell."""
    wrote: list[int] = []

    def emit(event: Event) -> None:
        if isinstance(event, Progress) and event.job == "backup" and event.phase == "points" and not wrote:
            wrote.append(1)
            write(drill.place.writer(drill.source), [{**POINTS[0], "payload": {"new": True}}])

    outcome = drill.run(emit=emit)
    assert wrote
    assert outcome.result.backup is not None
    assert outcome.result.backup.writer == "detected"


def test_what_the_source_did_since_is_measured(drill: Rehearsal) -> None:
    def act() -> None:
        writer = drill.place.writer(drill.source)
        write(
            writer, [{"id": 777, "payload": {}, "vector": vector(1)}, {"id": 778, "payload": {}, "vector": vector(2)}]
        )
        write(writer, [{**POINTS[4], "payload": {"new": 1}}])
        delete_points(drill.place, drill.source, [1, 2, 3])

    outcome = drill.run(emit=when_stage_starts("restore", act))
    assert outcome.result.drift == Drift(added=2, changed=1, removed=3)
    assert outcome.result.verdict == "pass", outcome.result.reason
    assert record_of(outcome)["rpo"]["source_drift"] == {"added": 2, "changed": 1, "removed": 3}


# ---------------------------------------------------------------- what may not run, and what breaks off


def test_a_target_that_is_there_is_left_alone_and_no_drill_begins(drill: Rehearsal) -> None:
    make(drill.place, drill.target, Recipe(DOT4, POINTS[:2]))
    with unchanged(drill.place, drill.source, drill.target):
        for wrong in (None, drill.source):
            with pytest.raises(UsageError, match="--replace"):
                drill.run(replace=wrong)
    assert not list(drill.folder.glob("drills/*"))


def test_the_source_is_never_the_target(drill: Rehearsal) -> None:
    alias = new_name("alias")
    drill.place.writer(drill.source).add_alias(alias)
    for name in (drill.source, alias):
        drill.target = name
        for replaced in (None, name, drill.source):
            with unchanged(drill.place, drill.source), pytest.raises(UsageError, match="is the source"):
                drill.run(replace=replaced)


def test_a_drill_that_another_one_keeps_from_its_archive_is_refused_and_has_not_failed(drill: Rehearsal) -> None:
    held = open_alone(drill.folder / "docs.json")
    try:
        outcome = drill.run(objectives=Objectives(rto_seconds=900))
    finally:
        os.close(held)
    assert (outcome.result.verdict, outcome.exit_code) == ("inconclusive", ExitCode.USAGE)
    record = load_record(outcome.record)
    assert (record.verdict, record.refused) == ("inconclusive", True)
    assert "another qdrill is writing" in record.reason
    assert trend([record]) == []
    assert "- verdict: inconclusive" in (drill.folder / "ci_summary.txt").read_text()
    later = load_record(drill.run().record)
    assert (later.verdict, later.refused) == ("pass", None)
    assert len(trend([record, later])[0].points) == 1


def test_a_cancelled_drill_leaves_a_record_that_says_so(drill: Rehearsal) -> None:
    control = JobControl()
    outcome = drill.run(control=control, emit=when_stage_starts("restore", control.cancel))
    assert (outcome.result.verdict, outcome.exit_code) == ("interrupted", ExitCode.INTERRUPTED)
    record = record_of(outcome)
    assert record["verdict"] == "interrupted"
    assert "restore" in record["reason"]
    assert (outcome.record.parent / "drill.zh.md").exists()


class Refusing(Swallowing):
    """A writer whose store refuses to create."""

    def create(self, body: Any) -> None:
        raise Refused("no room on the server", status=507, reason="no room")


def test_a_drill_that_breaks_off_leaves_a_record_that_says_why(drill: Rehearsal) -> None:
    drill.wrap = lambda writer: cast(CollectionWriter, Refusing(writer))
    outcome = drill.run(delete_target=True)
    assert (outcome.result.verdict, outcome.exit_code) == ("fail", ExitCode.STORE)
    assert "no room on the server" in record_of(outcome)["reason"]
    assert not outcome.result.target_removed
    assert drill.place.reader(drill.source).count() == 60
