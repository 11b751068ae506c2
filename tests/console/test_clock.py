"""The clock says whether the RTO was kept, in words, and never contradicts itself by rounding."""

from __future__ import annotations

import asyncio

import pytest
from rich.cells import cell_len

from qdrill.console.widgets.clock import Clock, ClockState, ClockValue, ClockWords, read_clock, stopwatch
from tests.console.dump import HOSTILE, OneWidget, color_of, shown_lines, until

WORDS = ClockWords()


def _line(value: ClockValue, now: float = 0.0, width: int = 80) -> str:
    return read_clock(value, now, WORDS).line(width)


def test_no_time_reads_shorter_than_it_was() -> None:
    assert stopwatch(3.61) == "00:03.7"
    assert stopwatch(3.6) == "00:03.6"
    assert stopwatch(0.996) == "00:01.0"
    assert stopwatch(59.99) == "01:00.0"
    assert stopwatch(3723.4) == "1:02:03.4"
    assert stopwatch(-1) == "00:00.0"


@pytest.mark.parametrize(
    ("value", "state", "line"),
    [
        (ClockValue(rto=60), "waiting", "RTO 60 s  actual --:--.-"),
        (ClockValue(rto=60, started=100.0), "running", "RTO 60 s  actual 00:03.6"),
        (ClockValue(rto=2.5, started=100.0), "over", "RTO 2.5 s  actual 00:03.6  ! over the RTO"),
        (ClockValue(60, 1.0, 3.6, settled=False), "recovered", "RTO 60 s  actual 00:03.6  ▶ recovered, comparing..."),
        (ClockValue(60, 1.0, 60.1, settled=False), "missed", "RTO 60 s  actual 01:00.1  ✗ missed"),
        (ClockValue(rto=60, started=1.0, actual=60.0), "met", "RTO 60 s  actual 01:00.0  ✓ met"),
        (ClockValue(rto=60, started=1.0, actual=60.001), "missed", "RTO 60 s  actual 01:00.1  ✗ missed"),
        (ClockValue(started=100.0), "running", "actual 00:03.6"),
        (ClockValue(actual=3.6), "measured", "actual 00:03.6"),
        (ClockValue(rto=60, started=1.0, stopped=5.0), "unmeasured", "RTO 60 s  actual 00:04.0  ? not measured"),
        (ClockValue(rto=60, started=1.0, stopped=99.0), "missed", "RTO 60 s  actual 01:38.0  ✗ missed"),
        (ClockValue(rto=1_800, stopped=9.0), "unmeasured", "RTO 1,800 s  actual --:--.-  ? not measured"),
    ],
)
def test_every_state_has_its_line(value: ClockValue, state: ClockState, line: str) -> None:
    face = read_clock(value, 103.6, WORDS)
    assert face.state == state
    assert face.line(80) == line


def test_narrow_lines_keep_time_and_word() -> None:
    value = ClockValue(rto=60, actual=61.0)
    assert _line(value, width=34) == "RTO 60 s  actual 01:01.0  ✗ missed"
    assert _line(value, width=33) == "RTO 60 s  01:01.0  ✗ missed"
    assert _line(value, width=20) == "01:01.0  ✗ missed"
    assert _line(value, width=8) == "01:01.0…"


@pytest.mark.parametrize("word", HOSTILE)
def test_hostile_words_stay_on_the_line(word: str) -> None:
    face = read_clock(ClockValue(rto=1, actual=2), 0.0, ClockWords(word, word, word, word, word, word, word))
    for width in (5, 40, 80):
        for line in (face.line(width), face.words(width)):
            assert cell_len(line) <= width
            assert line.isprintable()


class _Time:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_large_digits_where_there_is_room_and_one_line_where_not() -> None:
    async def scenario() -> None:
        clock = Clock()
        app = OneWidget(clock)
        async with app.run_test(size=(40, 6)) as pilot:
            clock.show(ClockValue(rto=60, actual=61.5))
            await pilot.pause()
            assert [line[:6] for line in shown_lines(app)[:3]] == ["┏━┓╺┓ ", "┃ ┃ ┃ ", "┗━┛╺┻╸"]
            assert shown_lines(app)[3] == "✗ missed  RTO 60 s"
            assert color_of(app, "missed") == app.theme_variables["state-fail"].lower()
            clock.styles.height = 1
            await until(pilot, ["RTO 60 s  actual 01:01.5  ✗ missed"])
            await pilot.resize_terminal(12, 6)
            await until(pilot, ["01:01.5  ✗ …"])

    asyncio.run(scenario())


def test_it_counts_by_itself_until_the_recovery_is_measured() -> None:
    async def scenario() -> None:
        time = _Time()
        clock = Clock(ClockWords(objective="目标", actual="实际", over="超时", met="达标"), time)
        clock.styles.height = 1
        app = OneWidget(clock)
        async with app.run_test(size=(60, 3)) as pilot:
            await until(pilot, ["实际 --:--.-"])
            clock.show(ClockValue(rto=5, started=0.0))
            time.now = 3.6
            clock.tick()
            await until(pilot, ["目标 5 s  实际 00:03.6"])
            time.now = 5.01
            clock.tick()
            await until(pilot, ["目标 5 s  实际 00:05.1  ! 超时"])
            clock.show(ClockValue(rto=5, started=0.0, actual=4.9))
            await until(pilot, ["目标 5 s  实际 00:04.9  ✓ 达标"])
            clock.show(clock.value, ClockWords())
            await until(pilot, ["RTO 5 s  actual 00:04.9  ✓ met"])

    asyncio.run(scenario())


def test_a_value_given_before_it_is_on_the_screen_is_shown() -> None:
    async def scenario() -> None:
        clock = Clock()
        clock.show(ClockValue(rto=60, actual=3.6))
        clock.styles.height = 1
        app = OneWidget(clock)
        async with app.run_test(size=(60, 3)) as pilot:
            await until(pilot, ["RTO 60 s  actual 00:03.6  ✓ met"])

    asyncio.run(scenario())
