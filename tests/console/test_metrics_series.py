"""Series made ready to be drawn: thinned, cut at gaps, ticks; stages over them; what stands around them."""

from __future__ import annotations

import json
import math
import time
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as some
from rich.cells import cell_len

from qdrill.console.feed import JobSnapshot, Stage
from qdrill.console.i18n import say
from qdrill.console.panels.metrics_legend import chart_document, legend_lines, note_words, title_text
from qdrill.console.panels.metrics_ruler import Mark, line_columns, marks, ruler
from qdrill.console.panels.metrics_running import running_spans
from qdrill.console.panels.metrics_series import (
    MOST_SERIES,
    answer_picture,
    chart_picture,
    cut,
    height,
    spark_values,
    thin,
    time_ticks,
    value_ticks,
)
from qdrill.signals.board_model import Chart, Span
from qdrill.signals.model import QueryAnswer, Series
from tests.console.support.hostile import HOSTILE, raw_controls

EN = partial(say, "en")
START, END = 1_795_362_400.0, 1_795_362_700.0


def chart(*series: Series) -> Chart:
    return Chart("import_rows", "rows", series, START, END, (), "Prometheus")


def answer(*series: Series, state: str = "answered", note: str = "") -> QueryAnswer:
    return QueryAnswer("expression", "up", "range", state, START, END, note, series, 5.0)  # type: ignore[arg-type]


def test_a_million_points_become_few_and_no_peak_is_lost() -> None:
    count = 1_000_000
    points = tuple((START + 300.0 * at / count, 1e9 if at == 654_321 else float(at % 7)) for at in range(count))
    began = time.perf_counter()
    picture = chart_picture(chart(Series((), points)), 5, 160)
    assert time.perf_counter() - began < 10
    (curve,) = picture.curves
    assert curve.points == count
    assert curve.drawn <= 2 * 161 + 2
    assert max(value for stretch in curve.stretches for _, value in stretch) == 1e9
    assert curve.stretches[0][0] == points[0]
    assert curve.last == points[-1][1]


@given(some.lists(some.floats(0, 100, allow_nan=False), min_size=1, max_size=400), some.integers(1, 40))
def test_thinning_keeps_order_ends_and_extremes(values: list[float], columns: int) -> None:
    points = [(START + 300.0 * at / len(values), value) for at, value in enumerate(values)]
    kept = thin(points, START, END, columns)
    assert list(kept) == sorted(set(kept))
    assert set(kept) <= set(points)
    assert (kept[0], kept[-1]) == (points[0], points[-1])
    assert min(value for _, value in kept) == min(values)
    assert max(value for _, value in kept) == max(values)
    assert len(kept) <= 2 * (columns + 1) + 2


def test_what_is_no_number_is_a_gap_and_is_counted() -> None:
    points = ((START, 1.0), (START + 5, math.nan), (START + 10, 2.0), (START + 15, math.inf), (START + 20, 1e300))
    picture = answer_picture(answer(Series((), points)), 5, 160, (), "Prometheus")
    assert picture.curves[0].stretches == (((START, 1.0),), ((START + 10, 2.0),))
    assert picture.unusable == 3
    assert note_words(EN, picture, "the note") == "the note; values not drawn (NaN, infinite): 3"
    assert height(picture) == (0.0, 2.1)


def test_time_without_readings_is_a_gap() -> None:
    points = [(START + at, 1.0) for at in (0, 5, 10, 60, 65)]
    assert [len(stretch) for stretch in cut(points, 15.0)] == [3, 2]
    (curve,) = chart_picture(chart(Series((), tuple(points))), 5, 160).curves
    assert len(curve.stretches) == 2


def test_only_what_is_in_the_time_asked_for_is_drawn() -> None:
    points = ((START - 60, 1.0), (START, 2.0), (END, 3.0), (END + 600, 4.0))
    (curve,) = chart_picture(chart(Series((), points)), 5, 160).curves
    assert (curve.points, curve.last) == (2, 3.0)


def test_a_point_a_little_after_the_time_asked_for_is_drawn() -> None:
    # Windows of Prometheus are whole seconds: the only point there is may be the one rounded up.
    picture = chart_picture(chart(Series((), ((END + 0.7, 320.0),))), 5, 160)
    assert (picture.empty, picture.end) == (False, END + 0.7)


def test_many_series_are_left_out_and_counted() -> None:
    series = [Series((("n", str(number)),), ((START, 1.0),)) for number in range(1000)]
    picture = answer_picture(answer(*series), 5, 160, (), "Prometheus")
    assert (len(picture.curves), picture.more) == (MOST_SERIES, 1000 - MOST_SERIES)
    lines = legend_lines(EN, picture, 30, 2)
    assert len(lines) == 2
    named = sum(line.plain.count('n="') for line in lines)
    assert f"and {1000 - named} more series" in lines[-1].plain
    assert all(line.cell_length <= 30 for line in lines)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("width", [30, 76, 116])
def test_hostile_labels_keep_the_legend_in_its_width(text: str, width: int) -> None:
    labels = [(("__name__", "up"), ("a", text), ("b", str(number))) for number in range(4)]
    picture = answer_picture(answer(*[Series(one, ((START, 1.0),)) for one in labels]), 5, 160, (), "Prometheus")
    for line in legend_lines(EN, picture, width, 3):
        assert line.cell_length <= width
        assert not raw_controls(line.plain) and "\n" not in line.plain


def test_labels_that_all_series_share_are_not_repeated() -> None:
    labels = [(("__name__", "up"), ("job", name)) for name in ("rag", "qdrant")]
    picture = answer_picture(answer(*[Series(one, ((START, 1.0),)) for one in labels]), 5, 160, (), "Prometheus")
    (line,) = legend_lines(EN, picture, 76, 3)
    assert line.plain == '1 {job="rag"} 1   2 {job="qdrant"} 1'


def test_an_instant_answer_and_an_error_have_a_time_too() -> None:
    once = QueryAnswer("expression", "1", "instant", "answered", END, END, "", (Series((), ((END, 1.0),)),))
    picture = answer_picture(once, 15, 160, (), "Prometheus")
    assert (picture.start, picture.end, picture.empty) == (END - 900, END, False)
    failed = answer_picture(answer(state="failed", note="parse error"), 5, 160, (), "Prometheus")
    assert (failed.failed, failed.note, failed.source, failed.empty) == (True, "parse error", "", True)


@given(some.floats(-1e280, 1e280), some.floats(1e-200, 1e280), some.integers(2, 12))
def test_value_ticks_are_few_round_and_inside(low: float, size: float, most: int) -> None:
    low = min(low, 0.0)
    high = max(0.0, low + size)
    if high - low < 1e-290:
        return
    ticks = value_ticks(None, low, high, most)
    assert len(ticks) <= most + 1
    assert all(low <= tick <= high or math.isclose(tick, low) or math.isclose(tick, high) for tick in ticks)


def test_ticks_of_what_is_counted_are_whole_and_0_is_among_them() -> None:
    assert value_ticks("count", 0, 2.1, 8) == [0, 1, 2]
    assert value_ticks("rows", 0, 105_000, 6) == [0, 50_000, 100_000]
    assert value_ticks("seconds", 0, 0.0441, 6) == pytest.approx([0, 0.01, 0.02, 0.03, 0.04])


@pytest.mark.parametrize(("minutes", "most"), [(5, 6), (15, 6), (60, 11), (60, 3), (5, 2)])
@pytest.mark.parametrize("ahead", [0, 28_800, -12_600])
def test_time_ticks_are_round_where_people_live(minutes: int, most: int, ahead: int) -> None:
    ticks = time_ticks(END - 60 * minutes, END, most, lambda _: float(ahead))
    assert 1 <= len(ticks) <= most + 1
    assert all(END - 60 * minutes <= tick <= END and (tick + ahead) % 60 == 0 for tick in ticks)


def test_a_flat_0_has_an_axis_all_the_same() -> None:
    assert height(chart_picture(chart(Series((), ((START, 0.0), (END, 0.0)))), 5, 160)) == (0.0, 1.0)
    assert height(chart_picture(chart(), 5, 160)) == (0.0, 1.0)


def test_a_sparkline_goes_over_all_of_its_time() -> None:
    points = tuple((float(at), float(at)) for at in range(100))
    assert spark_values(points, 10) == tuple(float(10 * at + 9) for at in range(10))
    assert spark_values(points[:3], 10) == (0.0, 1.0, 2.0)
    assert spark_values(((0.0, math.nan), (1.0, 2.0)), 10) == (None, 2.0)
    far = (*((float(at), 1.0) for at in range(20)), (1000.0, 5.0))
    assert spark_values(far, 4) == (1.0, None, None, 5.0)


# ---------------------------------------------------------------------- stages

NAMES = ("Preflight", "Backup", "Restore", "Validate", "Record")


def spans(*seconds: float, begin: float = START) -> list[tuple[Span, str]]:
    found, at = [], begin
    for name, long in zip(NAMES, seconds, strict=False):
        found.append((Span(name.lower(), at, at + long), name))
        at += long
    return found


def test_stages_stand_where_they_begin() -> None:
    found = marks(spans(100, 50, 60, 50, 30), START, END, 60)
    assert [one.column for one in found] == [0, 20, 30, 42, 52, 58]
    assert [one.name for one in found] == [*NAMES, ""]
    assert ruler(found, 60) == "▾Preflight          ▾Backup   ▾Restore    ▾Validate ▾Record "


def test_short_stages_share_one_name() -> None:
    found = marks(spans(1, 9, 10, 4, 1, begin=START + 100), START, END, 60)
    assert ruler(found, 60).strip() == "▾Preflight–Record"
    at_the_edge = marks(spans(1, 9, 10, 4, 1, begin=END - 26), START, END, 60)
    line = ruler(at_the_edge, 60)
    assert line.strip() == "Preflight–Record▾"
    assert line.index("▾") == at_the_edge[0].column


def test_stages_outside_of_the_chart_are_left_out() -> None:
    assert marks(spans(10, 10, begin=START - 100), START, END, 60) == ()
    assert marks(spans(10, begin=END + 1), START, END, 60) == ()
    (running,) = marks([(Span("backup", START + 150, None), "Backup")], START, END, 60)
    assert running == Mark(30, "Backup")
    # One that began before the chart, and goes on in it, stands at its edge.
    assert marks(spans(60, begin=START - 30), START, END, 60)[0] == Mark(0, "Preflight")
    assert marks(spans(60), START, START, 60) == ()


@given(
    some.lists(some.floats(0, 200), min_size=1, max_size=5),
    some.floats(-100, 300),
    some.integers(1, 120),
    some.sampled_from([*NAMES, "预检", "宽" * 20, "e\u0301" * 9, *HOSTILE[:20]]),
)
def test_the_ruler_keeps_its_width(seconds: list[float], begin: float, columns: int, name: str) -> None:
    named = [(span, name) for span, _ in spans(*seconds, begin=START + begin)]
    found = marks(named, START, END, columns)
    line = ruler(found, columns)
    assert cell_len(line) == columns
    assert not raw_controls(line)
    assert all(0 <= column < columns for column in line_columns(found))


def test_lines_are_not_drawn_side_by_side() -> None:
    assert line_columns([Mark(column, "") for column in (3, 4, 5, 6, 20)]) == (3, 6, 20)


def test_the_stages_of_a_running_drill_are_times_of_day() -> None:
    stages = (Stage("preflight", "done", 990.0, 2.0), Stage("backup", "running", 992.0), Stage("restore"))
    found = running_spans(JobSnapshot(1000.0, stages=stages), START)
    assert found == (Span("preflight", START - 10, START - 8), Span("backup", START - 8, None))


# ---------------------------------------------------------------------- words


def test_the_title_keeps_the_minutes_whatever_the_expression() -> None:
    picture = answer_picture(answer(), 60, 160, (), "Prometheus")
    assert title_text(EN, picture, 40) == "up, last 60 min"
    assert cell_len(title_text(EN, answer_picture(answer(), 5, 160, (), ""), 20)) <= 20


def test_the_document_is_json_whatever_is_in_it() -> None:
    points = ((START, math.nan), (START + 5, 2.0), (START + 10, math.inf))
    stage = (Span("backup", START, None), Span("[/", 1e300, math.inf))
    made = answer_picture(answer(Series((("a", "[/\u202e"),), points)), 5, 160, stage, "Prometheus")
    found = json.loads(chart_document(made), parse_constant=pytest.fail)
    assert found["promql"] == "up"
    assert found["series"] == [{"labels": {"a": "[/\u202e"}, "points_answered": 3, "points": [[START + 5, 2.0]]}]
    assert found["values_left_out"] == 2
    assert found["stages"][0] == {"name": "backup", "start": "2026-11-22T15:46:40.000+00:00", "end": None}
    assert found["stages"][1]["start"] is None
