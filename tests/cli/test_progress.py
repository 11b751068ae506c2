"""The three ways in which events are shown."""

from __future__ import annotations

import io
import json

import pytest
from rich.console import Console

from qdrill.cli.bar import BarSink, TaskView
from qdrill.cli.log_json import JsonSink
from qdrill.cli.plain import PlainSink
from qdrill.cli.progress import Task
from qdrill.events import CheckDone, MomentReached, Notice, Progress, RequestDone, Retrying, StageFinished
from qdrill.names import cell_width
from qdrill.results import Check

HOSTILE = "[red]x[/red] \x1b[31m\x1b]52;c;AA==\x07 \u202e"


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def points(done: int, total: int | None = 1000, **more: int) -> Progress:
    return Progress("backup", "points", done, total, done * 1000, **more)


def test_plain_lines_come_every_two_seconds_and_at_the_end() -> None:
    stream, clock = io.StringIO(), Clock()
    sink = PlainSink(stream, clock)
    for done in range(0, 700, 100):
        sink(points(done))
        clock.now += 0.5
    sink.settle()
    sink.settle()
    lines = stream.getvalue().splitlines()
    assert [line.split(" points")[0] for line in lines] == ["backup: 400 of 1,000", "backup: 600 of 1,000"]
    assert "200/s" in lines[0]
    assert "2.0 s" in lines[0]


def test_plain_lines_tell_of_rejected_rows_and_retries() -> None:
    stream = io.StringIO()
    sink = PlainSink(stream, Clock())
    sink(points(1000, retries=2, rejected=3))
    sink.settle()
    assert stream.getvalue() == "backup: 1,000 of 1,000 points, 3 rejected, 2 retries\n"


def test_short_phases_are_not_worth_a_line() -> None:
    stream = io.StringIO()
    sink = PlainSink(stream, Clock())
    sink(Progress("backup", "ids", 5, None))
    sink(RequestDone("GET", "/", 200, 1.0))
    sink.settle()
    assert stream.getvalue() == ""


def test_swarms_of_retries_are_one_line() -> None:
    stream, clock = io.StringIO(), Clock()
    sink = PlainSink(stream, clock)
    for attempt in range(1, 50):
        sink(Retrying("reading", attempt, 0.1, "reset"))
    assert len(stream.getvalue().splitlines()) == 1
    clock.now = 3.0
    sink(Retrying("reading", 50, 0.1, "reset"))
    assert len(stream.getvalue().splitlines()) == 2


def test_other_events_are_a_sentence() -> None:
    stream = io.StringIO()
    sink = PlainSink(stream, Clock())
    sink(Notice("warning", "careful"))
    sink(StageFinished("backup", 1.8, True))
    sink(CheckDone(Check("points_restored", "fail", "5", "0")))
    sink(CheckDone(Check("searches", "pass", "3", "3")))
    assert stream.getvalue().splitlines() == [
        "warning: careful",
        "✓ backup        1.8 s",
        "  fail: points_restored: expected 5, saw 0",
    ]


def test_how_far_the_work_came_is_told_before_its_end() -> None:
    stream = io.StringIO()
    sink = PlainSink(stream, Clock())
    sink(points(1000))
    sink(MomentReached("loaded", 0.5))
    sink(Progress("backup", "sync", 1000, 1000))
    sink(StageFinished("backup", 1.8, True))
    sink.settle()
    said = [line.split(":")[0].split(" after")[0].split()[0] for line in stream.getvalue().splitlines()]
    assert said == ["backup", "loaded", "backup", "✓"]


def test_the_bar_is_taken_away_before_the_end_of_its_stage() -> None:
    stream = io.StringIO()
    sink = BarSink(colour=False, console=console(stream))
    sink(points(1000))
    sink(StageFinished("backup", 1.8, True))
    sink.settle()
    shown = stream.getvalue()
    assert 0 < shown.rindex("1,000 of 1,000 points") < shown.index("✓ backup")


def test_a_total_that_was_exceeded_is_none() -> None:
    """Somebody writes while a backup runs: more points come than were counted."""
    stream = io.StringIO()
    sink = PlainSink(stream, Clock())
    sink(points(20_464, 20_000))
    sink.settle()
    assert stream.getvalue() == "backup: 20,464 points\n"
    task = Task(points(20_464, 20_000), Clock(), None)
    bar = io.StringIO()
    Console(file=bar, width=80, color_system=None).print(TaskView(task))
    assert "%" not in bar.getvalue()


def test_json_lines_have_type_time_and_fields() -> None:
    stream = io.StringIO()
    sink = JsonSink(stream)
    sink(StageFinished("backup", 1.5, True))
    sink.say(HOSTILE)
    first, second = map(json.loads, stream.getvalue().splitlines())
    assert first["type"] == "stage_finished"
    assert first["time"].endswith("Z")
    assert (first["stage"], first["seconds"], first["ok"]) == ("backup", 1.5, True)
    assert (second["type"], second["text"]) == ("notice", HOSTILE)


def console(stream: io.StringIO, width: int = 80) -> Console:
    return Console(file=stream, force_terminal=True, width=width, markup=False, highlight=False, emoji=False)


def test_on_a_terminal_data_are_never_markup() -> None:
    stream = io.StringIO()
    sink = BarSink(colour=False, console=console(stream))
    sink(points(10))
    sink(Notice("info", HOSTILE))
    sink.settle()
    shown = stream.getvalue()
    assert "[red]x[/red] \\x1b[31m\\x1b]52;c;AA==\\x07 \\u202e" in shown
    assert "\x1b[31m" not in shown
    assert "\x1b]52" not in shown


@pytest.mark.parametrize("width", [40, 80, 120])
def test_the_bar_fits_the_terminal(width: int) -> None:
    clock = Clock()
    task = Task(points(0, 100_000_000), clock, None)
    for step in range(1, 6):
        clock.now += 1.0
        task.update(points(step * 12_345_678, 100_000_000, retries=12, rejected=3))
    stream = io.StringIO()
    Console(file=stream, width=width, color_system=None).print(TaskView(task))
    lines = stream.getvalue().splitlines()
    assert len(lines) == 2
    assert all(cell_width(line) <= width for line in lines)
    assert "61 %" in lines[0]
    assert "61,728,390 of 100,000,000" in lines[1] or width == 40


def test_the_bar_never_says_hundred_percent_with_work_left() -> None:
    task = Task(points(999_999, 1_000_000), Clock(), None)
    stream = io.StringIO()
    Console(file=stream, width=80, color_system=None).print(TaskView(task))
    assert "99 %" in stream.getvalue()


def test_a_stall_and_an_unknown_total_are_said() -> None:
    clock = Clock()
    task = Task(points(5, None), clock, None)
    clock.now = 12.0
    assert task.words() == ["5 points", "stalled for 12 s", "12.0 s"]
