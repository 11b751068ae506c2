"""The feed: events merged into snapshots, whatever comes and however much."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from types import FrameType
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from qdrill.console.feed import LOG_LINES, STAGES, Feed
from qdrill.events import (
    CheckDone,
    DrillFinished,
    DrillStarted,
    Event,
    MomentReached,
    Notice,
    Progress,
    RequestDone,
    Retrying,
    StageFinished,
    StageStarted,
)
from tests.console.support import samples
from tests.console.support.clock import FakeClock


def points(done: int, total: int | None = 1000, job: Any = "backup") -> Progress:
    return Progress(job, "points", done, total, done * 1000)


def calls_of(work: Callable[[], object]) -> int:
    """How many Python functions `work` calls."""
    count = 0

    def look(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += event == "call"

    sys.setprofile(look)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def test_a_whole_drill_is_merged_into_one_snapshot() -> None:
    feed = Feed(FakeClock())
    feed(DrillStarted("id-1", "/drills/id-1"))
    for event in samples.drill_events(1000):
        feed(event)
    seen = feed.snapshot()
    assert (seen.drill_id, seen.directory, seen.verdict, seen.record) == ("id-1", "/drills/id-1", "pass", "drill.toml")
    assert [(stage.name, stage.state) for stage in seen.stages] == [(name, "done") for name in STAGES]
    assert seen.progress is not None and seen.progress.done == 1000
    assert dict(seen.moments)["validated"] == 3.6
    assert [check.name for check in seen.checks] == ["source_ready", "points_restored", "points_compared"]
    assert (seen.requests, seen.retries) == (2, 1)
    log = feed.log()
    assert [line.level for line in log if line.told is None] == ["request", "request", "retry", "info"]
    told = [type(line.told).__name__ for line in log if line.told is not None]
    assert [told.count(name) for name in ("StageStarted", "StageFinished", "MomentReached", "CheckDone")] == [
        5,
        5,
        5,
        3,
    ]
    assert told[-1] == "DrillFinished"


def test_stages_have_a_clock_of_their_own() -> None:
    clock = FakeClock(10.0)
    feed = Feed(clock)
    feed(StageStarted("preflight"))
    clock.advance(2)
    feed(StageFinished("preflight", 1.9, ok=True))
    feed(StageStarted("restore"))
    clock.advance(3)
    seen = feed.snapshot()
    by_name = {stage.name: stage for stage in seen.stages}
    assert (by_name["preflight"].seconds, by_name["restore"].began, seen.restore_began) == (1.9, 12.0, 12.0)
    assert seen.stage is not None and seen.stage.name == "restore"
    assert by_name["validate"].state == "waiting" and by_name["validate"].began is None
    assert seen.now == 15.0


def test_a_stage_that_failed_says_so() -> None:
    feed = Feed(FakeClock())
    feed(StageStarted("backup"))
    feed(StageFinished("backup", 0.5, ok=False))
    assert {stage.name: stage.state for stage in feed.snapshot().stages}["backup"] == "failed"


@given(st.lists(st.integers(0, 1000), min_size=1))
def test_progress_never_goes_back_however_lanes_overtake_each_other(dones: list[int]) -> None:
    feed = Feed(FakeClock())
    seen = []
    for done in dones:
        feed(points(done))
        progress = feed.snapshot().progress
        assert progress is not None
        seen.append((progress.done, progress.bytes_done))
    assert seen == sorted(seen)
    assert seen[-1] == (max(dones), max(dones) * 1000)


def test_a_new_phase_begins_anew() -> None:
    feed = Feed(FakeClock())
    feed(points(1000))
    feed(points(5, job="restore"))
    progress = feed.snapshot().progress
    assert progress is not None and (progress.job, progress.done) == ("restore", 5)


def test_samples_are_points_in_each_half_second_and_a_stall_is_zeros() -> None:
    clock = FakeClock(100.0)
    feed = Feed(clock)
    for done in (0, 100, 250):
        feed(points(done))
    clock.advance(0.5)
    feed(points(300))
    assert feed.snapshot().samples == (250, 50)
    clock.advance(2.0)
    seen = feed.snapshot()
    assert seen.samples == (250, 50, 0, 0, 0, 0)
    assert seen.pace is not None and seen.pace.stalled is None
    clock.advance(4.0)
    pace = feed.snapshot().pace
    assert pace is not None and pace.stalled == 6.0 and pace.seconds_left is None


def test_nothing_more_is_sampled_once_all_points_are_done() -> None:
    clock = FakeClock(100.0)
    feed = Feed(clock)
    feed(points(0))
    feed(points(1000))
    clock.advance(30)
    seen = feed.snapshot()
    assert seen.samples == (1000,)
    assert seen.pace is not None and seen.pace.stalled is None


def test_a_job_that_is_held_neither_stalls_nor_slows_down() -> None:
    clock = FakeClock(100.0)
    feed = Feed(clock)
    feed(points(0))
    clock.advance(1.0)
    feed(points(500))
    feed.hold(True)
    clock.advance(60.0)
    held = feed.snapshot()
    assert held.pace is not None and held.pace.stalled is None and held.pace.per_second == 500.0
    feed.hold(False)
    clock.advance(1.0)
    feed(points(900))
    seen = feed.snapshot()
    assert seen.pace is not None and seen.pace.per_second == 450.0
    assert seen.samples == (0, 0, 500, 0, 400)


def test_holding_before_the_first_progress_holds_that_too() -> None:
    clock = FakeClock(100.0)
    feed = Feed(clock)
    feed.hold(True)
    feed(points(0))
    clock.advance(60.0)
    pace = feed.snapshot().pace
    assert pace is not None and pace.stalled is None


def test_what_is_not_known_is_none() -> None:
    seen = Feed(FakeClock()).snapshot()
    assert (seen.progress, seen.pace, seen.verdict, seen.restore_began, seen.stage) == (None,) * 5
    feed = Feed(FakeClock())
    feed(points(10, None))
    pace = feed.snapshot().pace
    assert pace is not None and (pace.total, pace.seconds_left, pace.per_second) == (None, None, None)


def test_the_log_keeps_its_last_lines_and_their_numbers() -> None:
    feed = Feed(FakeClock())
    for number in range(LOG_LINES + 500):
        feed(samples.request(f"/{number}"))
    kept = feed.log()
    assert (len(kept), kept[0].number, kept[-1].number) == (LOG_LINES, 501, LOG_LINES + 500)
    assert [line.number for line in feed.log(LOG_LINES + 498)] == [LOG_LINES + 499, LOG_LINES + 500]
    assert feed.log(LOG_LINES + 500) == ()
    assert feed.snapshot().log_total == LOG_LINES + 500


def test_a_snapshot_does_not_change_any_more() -> None:
    feed = Feed(FakeClock())
    feed(points(1))
    before = feed.snapshot()
    kept = replace(before)
    for event in samples.drill_events():
        feed(event)
    assert before == kept


def flood(seconds: int) -> list[Event]:
    """27,000 points a second in chunks of ten, each with its request, and a retry now and then."""
    return [
        event
        for number in range(seconds * 2700)
        for event in (points(number * 10, seconds * 27_000), samples.request(), Retrying("a page", 1, 0.1, "reset"))
    ]


def test_a_snapshot_costs_the_same_however_many_events_came() -> None:
    few, many = Feed(FakeClock()), Feed(FakeClock())
    for event in flood(1)[:300]:
        few(event)
    for event in flood(4):
        many(event)
    assert calls_of(many.snapshot) == calls_of(few.snapshot)
    assert len(many.snapshot().samples) <= 240
    assert len(many.log()) == LOG_LINES


def test_taking_an_event_costs_the_same_however_many_came_before() -> None:
    feed, event = Feed(FakeClock()), points(1)
    feed(event)
    first = calls_of(lambda: feed(replace(event, done=2)))
    for number in range(3, 10_000):
        feed(replace(event, done=number))
    assert calls_of(lambda: feed(replace(event, done=10_000))) <= first


@given(
    st.lists(
        st.sampled_from(
            [
                StageStarted("backup"),
                StageFinished("restore", 1.0, ok=True),
                points(5),
                Progress("restore", "index", 3, None),
                RequestDone("GET", "/", 0, 0.0),
                Notice("warning", "[/"),
                MomentReached("loaded", 1.0),
                CheckDone(samples.check()),
                DrillFinished("fail", "", ""),
            ]
        )
    )
)
def test_any_order_of_events_makes_a_snapshot(events: list[Event]) -> None:
    feed = Feed(FakeClock())
    for event in events:
        feed(event)
    seen = feed.snapshot()
    assert len(seen.stages) == len(STAGES)
    assert seen.requests == sum(isinstance(event, RequestDone) for event in events)
    assert len(seen.checks) == sum(isinstance(event, CheckDone) for event in events)
