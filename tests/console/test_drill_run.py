"""What the Drill screen makes of a job's snapshot: nothing looks better than it is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from qdrill.console.feed import Feed, JobSnapshot, Stage
from qdrill.console.i18n import say
from qdrill.console.jobs import JobState
from qdrill.console.pace_words import spark_value
from qdrill.console.panels.drill_run import bar_value, clock_value, stage_rows, work_key
from qdrill.console.widgets.bar import BarValue
from qdrill.drill.runner import DrillOutcome
from qdrill.errors import ExitCode
from qdrill.events import CheckDone, MomentReached, Progress, StageFinished, StageStarted
from qdrill.results import Check
from tests.console.support import samples
from tests.console.support.clock import FakeClock


def english(key: str, **values: object) -> str:
    return say("en", key, **values)


def snapshot_of(*events: Any, clock: FakeClock | None = None) -> JobSnapshot:
    feed = Feed(clock or FakeClock())
    for event in events:
        feed(event)
    return feed.snapshot()


def words_of(snapshot: JobSnapshot, job: JobState = "running") -> list[tuple[str, str]]:
    return [(row.state, row.word) for row in stage_rows(snapshot, job)]


def bar(snapshot: JobSnapshot, job: JobState = "running", delay: float = 0.0) -> BarValue:
    return bar_value(english, snapshot, job, delay)


def outcome(**changes: Any) -> DrillOutcome:
    return DrillOutcome(samples.drill_result(**changes), Path("drill.toml"), ExitCode.PASSED)


def check(name: str, state: str, *, required: bool = True) -> CheckDone:
    return CheckDone(Check(name, state, "a", "b", required=required))  # type: ignore[arg-type]


def test_a_stage_that_ran_well_with_a_failed_check_has_not_passed() -> None:
    events = [
        StageStarted("preflight"), check("source_has_points", "pass"), StageFinished("preflight", 0.1, True),
        StageStarted("backup"), check("backup_complete", "inconclusive"), StageFinished("backup", 0.1, True),
        StageStarted("restore"), check("rows_accepted", "fail"), StageFinished("restore", 0.1, True),
        StageStarted("validate"), check("some_new_check", "fail"), StageFinished("validate", 0.1, True),
        StageStarted("record"),
    ]  # fmt: skip
    assert words_of(snapshot_of(*events)) == [
        ("pass", "done"), ("inconclusive", "open"), ("fail", "failed"), ("fail", "failed"), ("running", "running"),
    ]  # fmt: skip


def test_a_check_the_verdict_does_not_depend_on_leaves_its_stage_alone() -> None:
    found = snapshot_of(
        StageStarted("backup"),
        check("writer_during_backup", "inconclusive", required=False),
        StageFinished("backup", 1.0, True),
    )
    assert words_of(found)[1] == ("pass", "done")


@pytest.mark.parametrize(
    ("job", "running", "waiting"),
    [
        ("running", ("running", "running"), ("waiting", "waiting")),
        ("paused", ("paused", "paused"), ("waiting", "waiting")),
        ("cancelling", ("running", "running"), ("waiting", "waiting")),
        ("failed", ("interrupted", "stopped"), ("waiting", "never")),
    ],
)
def test_the_running_stage_and_those_to_come(job: JobState, running: tuple[str, str], waiting: tuple[str, str]) -> None:
    assert words_of(snapshot_of(StageStarted("preflight")), job)[:2] == [running, waiting]


def test_a_stage_that_broke_off_is_stopped_when_cancelled_and_failed_when_not() -> None:
    broken = snapshot_of(StageStarted("backup"), StageFinished("backup", 1.0, False))
    assert words_of(broken)[1] == ("fail", "failed")
    assert words_of(broken, "cancelled")[1] == ("interrupted", "stopped")
    assert words_of(replace(broken, verdict="interrupted"), "done")[1] == ("interrupted", "stopped")


def test_the_running_stage_ticks() -> None:
    clock = FakeClock()
    feed = Feed(clock)
    feed(StageStarted("backup"))
    clock.advance(2.5)
    assert stage_rows(feed.snapshot(), "running")[1].seconds == 2.5


def test_the_clock_counts_from_the_restore_to_validated() -> None:
    clock = FakeClock(100.0)
    feed = Feed(clock)
    assert clock_value(feed.snapshot(), 60.0, "running", None).started is None
    feed(StageStarted("restore"))
    running = clock_value(feed.snapshot(), 60.0, "running", None)
    assert (running.started, running.actual, running.stopped) == (100.0, None, None)
    feed(MomentReached("validated", 3.6))
    assert clock_value(feed.snapshot(), 60.0, "running", None).actual == 3.6


def test_a_recovery_that_was_never_right_has_no_time() -> None:
    clock = FakeClock(100.0)
    feed = Feed(clock)
    for event in (StageStarted("restore"), StageFinished("restore", 1.0, True), StageStarted("validate")):
        feed(event)
    clock.advance(5.0)
    feed(StageFinished("validate", 4.0, True))
    ended = clock_value(feed.snapshot(), 60.0, "done", None)
    assert (ended.started, ended.actual) == (None, None)
    assert ended.stopped is not None
    # Over the objective it is missed, and by how much at least is known.
    missed = clock_value(feed.snapshot(), 2.0, "done", None)
    assert missed.started == 100.0
    assert missed.stopped == 104.0


def test_the_result_knows_the_time_of_a_collection_without_vectors() -> None:
    value = clock_value(snapshot_of(StageStarted("restore")), 60.0, "done", outcome(rta_seconds=1.25))
    assert value.actual == 1.25


def test_the_bar_never_shows_a_full_step_while_another_runs() -> None:
    events = (StageStarted("backup"), Progress("backup", "points", 10, 10), StageFinished("backup", 1.0, True))
    full = snapshot_of(*events[:2])
    assert (bar(full).done, bar(full).total) == (10, 10)
    assert bar(full).word == english("pace.goes_on")
    between = snapshot_of(*events)
    assert bar(between).total is None
    assert work_key(between) == "drill.work.after_backup"
    record = snapshot_of(*events, StageStarted("record"))
    assert bar(record).total is None
    assert work_key(record) == "drill.work.record"


@pytest.mark.parametrize(
    ("stage", "event", "key"),
    [
        ("backup", Progress("backup", "ids", 5, None), "drill.work.backup_ids"),
        ("restore", Progress("restore", "points", 5, 9), "drill.work.restore_points"),
        ("validate", Progress("restore", "searches", 1, 3), "drill.work.restore_searches"),
        ("validate", Progress("verify", "points", 1, 3), "drill.work.verify_points"),
        ("validate", Progress("restore", "points", 9, 9), "drill.work.validate"),
        ("restore", Progress("backup", "points", 9, 9), "drill.work.restore"),
    ],
)
def test_what_runs_is_named_by_its_own_figures_alone(stage: Any, event: Progress, key: str) -> None:
    found = snapshot_of(StageStarted(stage), event)
    assert work_key(found) == key
    assert english(key)
    assert (bar(found).total is None) == (event.total is None or key == f"drill.work.{stage}")


def test_after_the_comparison_its_full_bar_goes() -> None:
    found = snapshot_of(StageStarted("validate"), Progress("verify", "points", 3, 3), MomentReached("verified", 2.0))
    assert work_key(found) == "drill.work.after_verified"
    assert bar(found).total is None
    assert work_key(snapshot_of()) == "drill.work.starting"


def test_figures_rate_and_counts() -> None:
    clock = FakeClock()
    feed = Feed(clock)
    feed(StageStarted("restore"))
    for step in range(9):
        feed(Progress("restore", "points", step * 1000, 10_000, step * 1000, 10_000, 2, 3, 156))
        clock.advance(0.5)
    shown = [" | ".join(parts) for parts in bar(feed.snapshot(), delay=0.05).lines]
    assert shown[0] == "8,000 of 10,000 points | 8.0 kB of 10.0 kB"
    assert shown[1].startswith("about 1 s left | elapsed 4.5 s | 1,7")
    assert shown[2] == "throttle 0.05 ms a point | retries 0 | rejected 3 | batches 156"
    # A job that is held has no end in sight.
    assert not any("left" in part for part in bar(feed.snapshot(), "paused").lines[1])


def test_a_total_that_is_not_known_is_not_made_up() -> None:
    shown = bar(snapshot_of(StageStarted("backup"), Progress("backup", "ids", 1200, None)))
    assert shown.total is None
    assert shown.lines[0] == ("1,200 ids, total not known yet",)


def test_a_standstill_is_told_and_has_no_estimate() -> None:
    clock = FakeClock()
    feed = Feed(clock)
    feed(StageStarted("backup"))
    for step in range(9):
        feed(Progress("backup", "points", step, 100))
        clock.advance(0.5)
    clock.advance(12.0)
    shown = bar(feed.snapshot())
    assert (shown.state, shown.word) == ("stalled", "stalled for 12 s")
    assert not any("left" in part for part in shown.lines[1])


@pytest.mark.parametrize(("job", "word"), [("cancelling", "cancelling..."), ("paused", "paused")])
def test_the_state_of_the_job_stands_beside_the_bar(job: JobState, word: str) -> None:
    shown = bar(snapshot_of(StageStarted("backup"), Progress("backup", "points", 1, 2)), job)
    assert (shown.state, shown.word) == (job, word)


def test_the_sparkline_leaves_out_the_half_second_that_is_not_over() -> None:
    found = replace(snapshot_of(), samples=(10, 20, 3), stages=(Stage("backup", "running", 0.0),))
    assert spark_value(found).values == (20.0, 40.0)
    assert spark_value(snapshot_of()).values == ()


def test_the_peak_is_of_two_seconds_whole_and_never_nothing() -> None:
    assert spark_value(JobSnapshot(0.0, samples=(650, 0, 0, 999))).peak is None, "three half seconds tell no peak"
    assert spark_value(JobSnapshot(0.0, samples=(0, 650, 0, 350, 999))).peak == 500.0
    assert spark_value(JobSnapshot(0.0, samples=(0, 0, 0, 0, 999))).peak is None, "no peak is not a peak of 0"


def test_what_is_paused_has_no_rate() -> None:
    clock = FakeClock()
    feed = Feed(clock)
    for done in range(6):
        feed(Progress("backup", "points", done * 100, 1000, done))
        clock.advance(1.0)
    feed(StageStarted("backup"))
    assert "points/s" in str(bar(feed.snapshot()).lines)
    assert "/s" not in str(bar(feed.snapshot(), "paused").lines)
