"""The meter, with a clock that the test turns."""

from __future__ import annotations

import pytest

from qdrill.rate import Meter


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def steady(clock: Clock, meter: Meter, seconds: int, *, per_second: int = 100, total: int | None = 10_000) -> None:
    """`seconds` updates, one a second."""
    before = meter.pace().done
    for step in range(seconds):
        meter.update(before + step * per_second, total, (before + step * per_second) * 10)
        clock.now += 1.0


def test_a_steady_job_has_its_rate() -> None:
    clock = Clock()
    meter = Meter(clock)
    steady(clock, meter, 5)
    meter.update(500, 10_000, 5000)
    pace = meter.pace()
    assert pace.per_second == pytest.approx(100)
    assert pace.bytes_per_second == pytest.approx(1000)
    assert pace.elapsed == pytest.approx(5.0)


def test_nothing_is_told_before_there_is_enough_to_tell_it_from() -> None:
    clock = Clock()
    meter = Meter(clock)
    meter.update(10, 100)
    assert (meter.pace().per_second, meter.pace().seconds_left) == (None, None)
    clock.now += 0.1
    meter.update(20, 100)
    assert (meter.pace().per_second, meter.pace().seconds_left) == (None, None)
    clock.now += 0.9
    meter.update(30, 100)
    assert meter.pace().per_second == pytest.approx(20)
    assert meter.pace().seconds_left is None


def test_an_estimate_comes_after_two_seconds_and_four_updates() -> None:
    clock = Clock()
    meter = Meter(clock)
    steady(clock, meter, 4)
    assert meter.pace().seconds_left == pytest.approx((10_000 - 300) / 75)


def test_no_estimate_without_a_total() -> None:
    clock = Clock()
    meter = Meter(clock)
    steady(clock, meter, 6, total=None)
    assert meter.pace().per_second is not None
    assert meter.pace().seconds_left is None


def test_what_a_resumed_job_had_before_is_not_speed() -> None:
    clock = Clock()
    meter = Meter(clock)
    meter.update(900_000, 1_000_000)
    clock.now += 1.0
    meter.update(900_100, 1_000_000)
    assert meter.pace().per_second == pytest.approx(100)


def test_the_rate_is_of_the_last_ten_seconds() -> None:
    clock = Clock()
    meter = Meter(clock)
    steady(clock, meter, 30, per_second=1000, total=None)
    steady(clock, meter, 30, per_second=10, total=None)
    assert meter.pace().per_second == pytest.approx(10, rel=0.2)


def test_a_stall_is_told_after_five_seconds_and_takes_the_estimate_away() -> None:
    clock = Clock()
    meter = Meter(clock)
    steady(clock, meter, 5)
    clock.now += 3.9
    assert meter.pace().stalled is None
    clock.now += 7.1
    pace = meter.pace()
    assert pace.stalled == pytest.approx(12.0)
    assert pace.seconds_left is None
    meter.update(600, 10_000, 6000)
    assert meter.pace().stalled is None


def test_updates_that_bring_nothing_new_do_not_end_a_stall() -> None:
    clock = Clock()
    meter = Meter(clock)
    meter.update(100, 1000, 10)
    clock.now += 6
    meter.update(90, 1000, 10)
    pace = meter.pace()
    assert pace.done == 100
    assert pace.stalled == pytest.approx(6.0)


def test_a_finished_job_does_not_stall() -> None:
    clock = Clock()
    meter = Meter(clock)
    meter.update(10, 10)
    clock.now += 60
    assert meter.pace().stalled is None


def test_held_time_is_neither_slow_nor_a_stall() -> None:
    clock = Clock()
    meter = Meter(clock)
    steady(clock, meter, 3)
    meter.hold()
    clock.now += 60
    assert meter.pace().stalled is None
    meter.release()
    meter.update(300, 10_000, 3000)
    pace = meter.pace()
    assert pace.per_second == pytest.approx(100)
    assert pace.elapsed == pytest.approx(63)
    assert pace.stalled is None


def test_a_finished_job_has_nothing_left_to_estimate() -> None:
    clock = Clock()
    meter = Meter(clock)
    steady(clock, meter, 6)
    meter.update(10_000, 10_000, 100_000)
    assert meter.pace().seconds_left is None
