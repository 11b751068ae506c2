"""Drills that are cancelled, throttled or paused while they run, and what their records own to."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from qdrill.control import JobControl
from qdrill.drill.checks import not_run
from qdrill.errors import StoreError
from qdrill.events import Emit, Event, Progress
from qdrill.records.integrity import check_record
from qdrill.records.render_toml import load_record
from qdrill.stores.base import Store
from tests.drill.drills import Rehearsal
from tests.drill.recipes import DOT4, points
from tests.support.places import Recipe

pytestmark = pytest.mark.usefixtures("small_chunks")


@pytest.fixture
def drill(place: Store, tmp_path: Path) -> Rehearsal:
    """A drill of sixty points, all well."""
    return Rehearsal(place, tmp_path, Recipe(DOT4, points(range(1, 61)), {"seq": "integer"}))


def when_some_are_restored(act: Callable[[], None]) -> Emit:
    """A sink that acts once the first points are in the target."""

    def emit(event: Event) -> None:
        if isinstance(event, Progress) and (event.job, event.phase) == ("restore", "points") and event.done:
            act()

    return emit


def test_a_drill_cancelled_in_mid_restore_owns_to_the_target_that_it_leaves(drill: Rehearsal) -> None:
    control = JobControl()
    outcome = drill.run(control=control, emit=when_some_are_restored(control.cancel))
    held = drill.place.reader(drill.target).count()
    assert held is not None
    assert 0 < held < 60
    record = load_record(outcome.record)
    said = f"exists, made by this drill; it held {held} of 60 points when counted afterwards"
    assert record.reason == f"cancelled during restore; the target test/{drill.target} {said}"
    assert (record.verdict, record.target.created_by_drill, record.target.points_exact) == ("interrupted", True, held)
    assert record.restore is not None
    assert (record.restore.restored, record.restore.expected, record.restore.broke_off) == (held, 60, True)
    assert record.rto.phases.created is not None
    assert record.rto.phases.loaded is None
    english, chinese = ((outcome.record.parent / name).read_text() for name in ("drill.md", "drill.zh.md"))
    assert "created by this drill" in english
    assert f"{held} of 60 expected, counted in the target after the restore broke off" in english
    assert f"存在，由本次演练创建；之后计数时含 {held} 个数据点，应为 60 个" in chinese
    assert check_record(outcome.record.parent, record) == []
    skipped = [one.name for one in record.check if one.state == "skipped"]
    assert skipped[0] == "points_restored"
    assert set(skipped).isdisjoint(one.name for one in record.check if one.state != "skipped")
    assert "未执行：演练在此之前已结束" in chinese
    assert "No check that ran failed or stayed undecided; not every check ran." in english


def test_points_that_could_not_be_counted_after_a_broken_restore_are_unknown(drill: Rehearsal) -> None:
    def recount() -> int:
        raise StoreError("no answer")

    drill.recount = recount
    control = JobControl()
    outcome = drill.run(control=control, emit=when_some_are_restored(control.cancel))
    record = load_record(outcome.record)
    assert record.reason.endswith("made by this drill; how many of 60 points it holds could not be counted")
    assert record.restore is not None
    assert (record.restore.restored, record.target.points_exact, record.target.created_by_drill) == (None, None, True)
    assert "unknown of 60 expected" in (outcome.record.parent / "drill.md").read_text()
    assert "其数据点数未能计数" in (outcome.record.parent / "drill.zh.md").read_text()
    assert "- restored_total: unknown" in (drill.folder / "ci_summary.txt").read_text()


def test_a_drill_that_was_steered_says_so_beside_its_recovery_time(drill: Rehearsal) -> None:
    control = JobControl(0.02)
    steps: list[Callable[[], None]] = [lambda: control.throttle(0.05), lambda: control.throttle(0.0), hold(control)]

    def emit(event: Event) -> None:
        restoring = isinstance(event, Progress) and (event.job, event.phase) == ("restore", "points")
        if restoring and steps:
            steps.pop(0)()

    outcome = drill.run(control=control, emit=emit)
    record = load_record(outcome.record)
    assert (record.verdict, record.delay_ms_per_point, steps) == ("pass", 0.05, [])
    assert record.notes[0] == "the throttle was 0.02 ms a point at the start"
    assert re.fullmatch(r"the throttle was set to 0\.05 ms a point after [\d.]+ s, during restore", record.notes[1])
    assert re.fullmatch(r"the throttle was lifted after [\d.]+ s, during restore", record.notes[2])
    assert re.fullmatch(r"paused for 0\.1 s during restore", record.notes[3])
    assert record.rto.note == "it includes a pause of 0.1 s and a throttle of up to 0.05 ms a point"
    assert record.rto.note in (outcome.record.parent / "drill.md").read_text()
    chinese = (outcome.record.parent / "drill.zh.md").read_text()
    assert "其中包括暂停 0.1 秒，以及每个数据点最多 0.05 毫秒的限速" in chinese
    assert "在恢复阶段暂停 0.1 秒" in chinese
    journal = (outcome.record.parent / "evidence" / "journal.jsonl").read_text()
    assert [word for word in ("throttled", "paused", "resumed") if f'"{word}"' not in journal] == []


def hold(control: JobControl) -> Callable[[], None]:
    """Pauses a job for a tenth of a second."""

    def act() -> None:
        control.pause()
        threading.Timer(0.1, control.resume).start()

    return act


def test_a_drill_that_ends_has_run_all_that_one_that_breaks_off_lists_as_not_run(drill: Rehearsal) -> None:
    whole = drill.run().result.checks
    assert [(one.name, one.required) for one in not_run(())] == [(one.name, one.required) for one in whole]


def test_a_drill_that_nobody_steered_has_no_note_of_it(drill: Rehearsal) -> None:
    record = load_record(drill.run().record)
    assert (record.notes, record.rto.note, record.delay_ms_per_point) == ((), None, 0.0)
