"""A drill's own pace: what is noted, how little is kept, and what it costs."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qdrill.events import Event, MomentReached, Progress, RequestDone, StageFinished, StageStarted, ignore
from qdrill.signals.throughput import BINS, MOST_SAMPLES, JobPace, StageSpan, Throughput


class Clock:
    """Seconds that pass when told."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def points(done: int, size: int = 0) -> Progress:
    return Progress("restore", "points", done, None, size)


def test_stages_and_moments_are_noted_since_the_beginning() -> None:
    clock = Clock()
    pace = Throughput(clock)
    heard = pace.watch(ignore)
    for event, seconds in (
        (StageStarted("preflight"), 0.5),
        (StageFinished("preflight", 0.5, True), 0.5),
        (StageStarted("restore"), 2.0),
        (MomentReached("validated", 1.5), 0.0),
        (MomentReached("validated", 9.0), 0.0),
        (StageFinished("restore", 2.0, False), 0.0),
        (StageStarted("record"), 1.0),
    ):
        heard(event)
        clock.now += seconds
    seen = pace.samples()
    assert seen.stages == (
        StageSpan("preflight", 0.0, 0.5, True),
        StageSpan("restore", 1.0, 3.0, False),
        StageSpan("record", 3.0),
    )
    assert seen.moments == (("validated", 2.5),)
    assert seen.seconds == 4.0


def test_a_stage_whose_beginning_was_not_heard_has_the_time_it_tells() -> None:
    clock = Clock()
    pace = Throughput(clock)
    clock.now += 3
    pace.watch(ignore)(StageFinished("backup", 2.0, True))
    assert pace.samples().stages == (StageSpan("backup", 1.0, 3.0, True),)


def test_every_event_is_passed_on() -> None:
    heard: list[Event] = []
    told: list[Event] = [
        StageStarted("backup"),
        points(1),
        RequestDone("GET", "/", 200, 1.0),
        Progress("backup", "ids", 3, None),
    ]
    watch = Throughput().watch(heard.append)
    for event in told:
        watch(event)
    assert heard == told


def test_only_points_have_a_pace() -> None:
    pace = Throughput()
    heard = pace.watch(ignore)
    heard(Progress("backup", "ids", 600_000, None))
    heard(Progress("verify", "searches", 3, 5))
    assert pace.samples().jobs == ()


def test_a_steady_job_has_a_steady_pace() -> None:
    clock = Clock()
    pace = Throughput(clock)
    heard = pace.watch(ignore)
    heard(StageStarted("restore"))
    for step in range(1, 201):
        clock.now += 0.1
        heard(points(step * 500, step * 4_000))
    (job,) = pace.samples().jobs
    rates = job.points_per_second()
    assert (job.stage, job.job, len(rates)) == ("restore", "restore", BINS)
    assert [rate for _, rate in rates] == pytest.approx([5000.0] * BINS)
    assert [rate for _, rate in job.bytes_per_second()] == pytest.approx([40_000.0] * BINS)
    assert 0.1 < rates[0][0] < rates[-1][0] < 20.0


def test_what_a_resumed_job_had_before_is_no_speed() -> None:
    job = JobPace("restore", "restore", 0.0, ((1.0, 900_000, 0), (2.0, 900_100, 0)))
    assert job.points_per_second() == ((1.5, 100.0),)


def test_a_job_of_one_step_has_its_average() -> None:
    assert JobPace("restore", "restore", 1.0, ((1.5, 25, 0),)).points_per_second() == ((1.0, 50.0), (1.5, 50.0))


@pytest.mark.parametrize(
    "samples",
    [
        (),
        ((1.0, 0, 0),),
        ((0.0, 5, 0),),
        ((1.0, 500_000, 0),),
        ((1.0, 0, 10), (2.0, 0, 20), (3.0, 0, 30), (4.0, 100_000, 30)),
        ((1.0, 5, 0), (1.0, 9, 0)),
    ],
)
def test_where_nobody_can_tell_there_is_no_pace(samples: tuple[tuple[float, int, int], ...]) -> None:
    assert JobPace("restore", "restore", 0.0, samples).points_per_second() == ()


def test_points_that_came_all_at_once_leave_the_pace_of_their_bytes() -> None:
    job = JobPace("restore", "restore", 0.0, ((1.0, 0, 0), (2.0, 0, 20), (3.0, 0, 40), (4.0, 100_000, 60)))
    assert [rate for _, rate in job.bytes_per_second()] == [20.0, 20.0, 20.0]
    assert JobPace("restore", "restore", 0.0, ((1.0, 0, 0), (2.0, 5, 0))).bytes_per_second() == ()


def test_a_long_job_keeps_few_samples_evenly_and_the_newest() -> None:
    clock = Clock()
    pace = Throughput(clock)
    heard = pace.watch(ignore)
    heard(StageStarted("restore"))
    for step in range(100_000):
        clock.now += 0.01
        heard(points(step))
    (job,) = pace.samples().jobs
    assert MOST_SAMPLES / 2 - 1 <= len(job.samples) <= MOST_SAMPLES
    assert job.samples[-1][0] == pytest.approx(1000.0)
    assert job.samples[-1][1:] == (99_999, 0)
    gaps = [right[0] - left[0] for left, right in zip(job.samples[:-2], job.samples[1:-1], strict=True)]
    assert max(gaps) < 2.1 * min(gaps)


@given(st.lists(st.tuples(st.floats(0, 5), st.integers(0, 10**6), st.integers(0, 10**9)), max_size=900))
def test_whatever_is_told_the_rates_add_up(told: list[tuple[float, int, int]]) -> None:
    clock = Clock()
    pace = Throughput(clock)
    heard = pace.watch(ignore)
    heard(StageStarted("restore"))
    for seconds, done, size in told:
        clock.now += seconds
        heard(points(done, size))
    for job in pace.samples().jobs:
        assert len(job.samples) <= MOST_SAMPLES
        assert list(job.samples) == sorted(job.samples)
        rates = job.points_per_second()
        if len(rates) > 2:
            width = (job.samples[-1][0] - job.samples[0][0]) / len(rates)
            moved = job.samples[-1][1] - job.samples[0][1]
            assert sum(rate for _, rate in rates) * width == pytest.approx(moved, rel=1e-6, abs=1e-3)
            assert all(rate >= 0 for _, rate in rates)


def test_jobs_of_two_stages_stay_apart() -> None:
    pace = Throughput()
    heard = pace.watch(ignore)
    heard(points(3))
    for begun in (StageStarted("restore"), StageStarted("validate")):
        heard(begun)
        heard(points(5))
    assert [job.stage for job in pace.samples().jobs] == [None, "restore", "validate"]


def test_workers_may_tell_at_once() -> None:
    pace = Throughput()
    heard = pace.watch(ignore)
    heard(StageStarted("restore"))

    def work(first: int) -> None:
        for done in range(first, 20_000, 4):
            heard(points(done))

    threads = [threading.Thread(target=work, args=(first,)) for first in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (job,) = pace.samples().jobs
    assert job.samples[-1][1] == 19_999
    assert list(job.samples) == sorted(job.samples)


def test_listening_costs_next_to_nothing() -> None:
    """A backup tells of a chunk every few milliseconds; 50 µs is the limit on a busy machine, some 2 µs are usual."""
    pace = Throughput()
    heard = pace.watch(ignore)
    heard(StageStarted("restore"))
    event = points(5)
    best = min(_seconds(lambda: [heard(event) for _ in range(1000)]) for _ in range(5)) / 1000
    assert best < 50e-6, f"{best * 1e6:.1f} µs an event"
    assert sys.getsizeof(pace.samples().jobs[0].samples) < 10_000


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
