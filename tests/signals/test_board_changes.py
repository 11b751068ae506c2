"""What series of Prometheus did during a drill: resets, series that come and go, numbers that are none."""

from __future__ import annotations

import math

import pytest

from qdrill.signals.board_changes import Steps, Window, change_of, steps_over
from qdrill.signals.board_tiles import SPECS
from qdrill.signals.model import Labels, Series

WINDOW = Window(Steps(100, 110, 1), over=True)
ROWS, POINTS, P95 = SPECS["import_rows"], SPECS["qdrant_points"], SPECS["import_p95"]


def _series(values: dict[int, float], instance: str = "a", **labels: str) -> Series:
    named: Labels = tuple(sorted({"job": "rag", "instance": instance, **labels}.items()))
    return Series(named, tuple((float(at), value) for at, value in values.items()))


def _up(_: object) -> bool:
    return True


def _down(_: object) -> bool:
    return False


def test_a_counter_rises_by_what_it_rose_and_goes_on_after_a_reset() -> None:
    assert change_of(ROWS, [_series({100: 5, 105: 8, 110: 9})], WINDOW, _down) == 4
    assert change_of(ROWS, [_series({100: 5, 104: 8, 105: 2, 110: 4})], WINDOW, _down) == 7


def test_a_series_that_came_later_counts_from_0_if_its_target_was_scraped_before() -> None:
    late = [_series({100: 5, 110: 5}), _series({107: 3, 110: 4}, "b")]
    assert change_of(ROWS, late, WINDOW, _up) == 4
    assert change_of(ROWS, late, WINDOW, _down) is None


def test_each_target_is_asked_for_once() -> None:
    asked: list[str] = []

    def was_up(labels: object) -> bool:
        assert isinstance(labels, dict)
        asked.append(labels["instance"])
        return True

    late = [_series({107: 3, 110: 4}, name, reason=reason) for name in "ab" for reason in ("conflict", "error")]
    assert change_of(ROWS, late, WINDOW, was_up) == 16
    assert asked == ["a", "b"]


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_what_is_no_number_makes_the_whole_unknown(value: float) -> None:
    odd = [_series({100: 5, 110: 9}), _series({100: 1, 110: value}, "b")]
    assert change_of(ROWS, odd, WINDOW, _up) is None


def test_a_gauge_may_fall_but_one_that_ended_is_unknown() -> None:
    assert change_of(POINTS, [_series({100: 9, 110: 4})], WINDOW, _up) == -5
    assert change_of(POINTS, [_series({100: 9, 105: 9})], WINDOW, _up) is None


def test_no_series_is_unknown_and_not_0() -> None:
    assert change_of(ROWS, [], WINDOW, _up) is None
    assert change_of(ROWS, [Series((), ())], WINDOW, _up) is None


def test_the_quantile_is_of_what_came_in() -> None:
    before_and_after = {"0.1": (50, 50), "1.0": (50, 60), "+Inf": (50, 60)}
    found = [_series({100: low, 110: high}, le=le) for le, (low, high) in before_and_after.items()]
    assert change_of(P95, found, WINDOW, _up) == pytest.approx(0.1 + 0.9 * 0.95)
    odd = [_series({100: 1, 110: 2}, le="much")]
    assert change_of(P95, odd, WINDOW, _up) is None


@pytest.mark.parametrize(("start", "end"), [(100.2, 100.9), (0.0, 601.0), (7.5, 86_400.3), (3.0, 3.0)])
def test_steps_reach_from_the_start_past_the_end(start: float, end: float) -> None:
    steps = steps_over(start, end, 600)
    assert steps.start <= start
    assert end <= steps.end < end + steps.step + 1
    assert (steps.end - steps.start) % steps.step == 0
    assert (steps.end - steps.start) / steps.step <= 600
