"""Ticks of a chart's axes at round numbers, and numbers as they stand beside them. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

Unit = Literal["points/s", "bytes/s", "bytes", "points", "seconds", "number"]

MOST_VALUE = 1e100
"""Greater ones, up or down, are no measurement, and would break the arithmetic."""
_LEAST_STEP = 1e-12
_MOST_WRITTEN_OUT = 1e15
_BYTE_STEPS = ((1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB"), (1.0, "B"))
_NUMBER_STEPS = ((1e12, "T"), (1e9, "G"), (1e6, "M"))
# Steps of a clock, in seconds, where 1, 2, 5 of the decimal system would read oddly.
_CLOCK = (60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400)
_MINUTES_FROM = 180.0
_HOURS_FROM = 3 * 3600.0


@dataclass(frozen=True, slots=True)
class Axis:
    """Ticks from 0 (or a round number below the least value) to a round number at or above the greatest.

    Attributes:
        ticks: (value, text), rising, two of them at least.
        unit: what the texts are in, such as `MB/s`; '' for bare numbers.
    """

    ticks: tuple[tuple[float, str], ...]
    unit: str

    @property
    def low(self) -> float:
        """The least value shown."""
        return self.ticks[0][0]

    @property
    def high(self) -> float:
        """The greatest value shown."""
        return self.ticks[-1][0]


def value_axis(low: float, high: float, unit: Unit, wanted: int = 5) -> Axis:
    """The axis for values between `low` and `high`, neither beyond MOST_VALUE; 0 is always on it."""
    low, high = min(0.0, low), max(0.0, high)
    if low == high:
        high = 1.0
    factor, name = _scale(max(-low, high), unit)
    step = round_step(max(_LEAST_STEP, (high - low) / factor / wanted))
    first, last = math.floor(low / factor / step + 1e-9), math.ceil(high / factor / step - 1e-9)
    last = max(last, first + 1)
    ticks = tuple((index * step * factor, _decimal(index * step, step)) for index in range(first, last + 1))
    return Axis(ticks, name)


def time_axis(seconds: float, wanted: int = 8) -> tuple[tuple[float, str], ...]:
    """Ticks (seconds, text) from 0 up to `seconds`: `0 s`, `5 s`; `2 min`; `1 h`."""
    if seconds <= 0 or not math.isfinite(seconds):
        return ((0.0, "0 s"),)
    step = _time_step(max(_LEAST_STEP, seconds / wanted), seconds)
    count = math.floor(seconds / step + 1e-9)
    return tuple((index * step, _clock(index * step, step, seconds)) for index in range(count + 1))


def round_step(least: float) -> float:
    """The smallest of 1, 2, 5 times a power of ten that is at least `least`, which is above 0."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(times * power for times in (1.0, 2.0, 5.0, 10.0) if times * power >= least * (1 - 1e-9))


def _time_step(least: float, seconds: float) -> float:
    if seconds < _MINUTES_FROM:
        return round_step(least)
    return next((float(step) for step in _CLOCK if step >= least), round_step(least / 86400) * 86400)


def _clock(value: float, step: float, seconds: float) -> str:
    if seconds < _MINUTES_FROM:
        return f"{_decimal(value, step)} s"
    if seconds < _HOURS_FROM:
        return f"{value / 60:g} min"
    return f"{value / 3600:g} h"


def _scale(greatest: float, unit: Unit) -> tuple[float, str]:
    """What values are divided by on the axis, and the unit of the result."""
    if unit in ("bytes", "bytes/s"):
        factor, name = next((one for one in _BYTE_STEPS if greatest >= one[0]), _BYTE_STEPS[-1])
        return factor, name if unit == "bytes" else f"{name}/s"
    if unit == "seconds":
        return 1.0, "s"
    factor, name = next((one for one in _NUMBER_STEPS if greatest >= 10 * one[0]), (1.0, ""))
    return factor, name


def _decimal(value: float, step: float) -> str:
    """A multiple of `step` with as many digits as the step has: `0.25`, `1,500`."""
    digits = max(0, -math.floor(math.log10(step) + 1e-9))
    return f"{value:,.{digits}f}" if digits <= 6 and abs(value) < _MOST_WRITTEN_OUT else f"{value:.3g}"
