"""The chart: valid, readable, honest about what is not there, and safe with any text."""

from __future__ import annotations

import math
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qdrill.signals.chart_axis import round_step, time_axis, value_axis
from qdrill.signals.chart_svg import HEIGHT, MOST_LINES, WIDTH, ChartLine, ChartMark, chart_svg
from qdrill.signals.throughput import StageSpan

NS = "{http://www.w3.org/2000/svg}"
HOSTILE = "<script>alert(1)</script>&\"'\x00\x1b[31m\ud800\ufffe\u202e]]>-->"
STAGES = (StageSpan("backup", 0.0, 4.0, True), StageSpan("restore", 4.0, 9.0, False), StageSpan("validate", 9.0))
RISING = ChartLine("restore", "points/s", tuple((float(at), at * 100.0) for at in range(11)))


def parsed(svg: str) -> ElementTree.Element:
    """The chart, as a reader of files on disk parses it."""
    return ElementTree.fromstring(svg.encode())


def texts(root: ElementTree.Element) -> list[str]:
    return [element.text or "" for element in root.iter(f"{NS}text")]


def spots(line: ElementTree.Element) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in (pair.split(",") for pair in line.get("points", "").split())]


def test_the_chart_stands_alone_on_its_own_background() -> None:
    root = parsed(chart_svg("nightly", STAGES, [RISING], "en"))
    assert root.tag == f"{NS}svg"
    assert root.get("viewBox") == f"0 0 {WIDTH} {HEIGHT}"
    background = next(root.iter(f"{NS}rect"))
    assert (background.get("fill"), float(background.get("width", 0)) >= WIDTH - 1) == ("#ffffff", True)
    used = {element.tag.removeprefix(NS) for element in root.iter()}
    assert used <= {"svg", "title", "rect", "text", "line", "polyline", "circle"}
    assert not any("href" in name or name.startswith("on") for element in root.iter() for name in element.attrib)


def test_axes_have_round_ticks_and_units() -> None:
    shown = texts(parsed(chart_svg("nightly", STAGES, [RISING], "en")))
    assert {"0", "200", "400", "600", "800", "1,000", "points/s", "0 s", "2 s", "10 s"} <= set(shown)


def test_stages_are_named_and_timed_and_failure_has_a_word() -> None:
    shown = texts(parsed(chart_svg("nightly", STAGES, [RISING], "en")))
    assert "backup 4.0 s · restore 5.0 s (failed) · validate (running)" in shown
    assert {"backup", "restore", "validate"} <= set(shown)
    chinese = texts(parsed(chart_svg("每夜演练", STAGES, [RISING], "zh")))
    assert {"每夜演练", "备份", "恢复", "点/秒", "自演练开始"} <= set(chinese)
    assert "备份 4.0 s · 恢复 5.0 s (失败) · 验证 (进行中)" in chinese


def test_a_line_goes_from_the_lower_left_to_the_upper_right() -> None:
    root = parsed(chart_svg("nightly", STAGES, [RISING], "en"))
    (line,) = root.iter(f"{NS}polyline")
    drawn = spots(line)
    assert len(drawn) == 11
    assert [x for x, _ in drawn] == sorted(x for x, _ in drawn)
    assert [y for _, y in drawn] == sorted((y for _, y in drawn), reverse=True)
    assert all(0 < x < WIDTH and 0 < y < HEIGHT for x, y in drawn)


def test_two_units_have_two_axes_and_lines_differ_without_colour() -> None:
    memory = ChartLine("memory", "bytes", ((0.0, 2.5e8), (10.0, 4e8)))
    root = parsed(chart_svg("nightly", STAGES, [RISING, memory], "en"))
    assert {"points/s", "MB", "400", "restore", "memory"} <= set(texts(root))
    dashes = [line.get("stroke-dasharray") for line in root.iter(f"{NS}polyline")]
    assert len(set(dashes)) == 2


def test_more_than_a_chart_can_show_is_refused() -> None:
    with pytest.raises(ValueError, match="2 units"):
        chart_svg("x", (), [RISING, ChartLine("b", "bytes", ()), ChartLine("c", "seconds", ())], "en")
    with pytest.raises(ValueError, match="6 lines"):
        chart_svg("x", (), [RISING] * (MOST_LINES + 1), "en")


def test_marks_stand_where_they_were() -> None:
    root = parsed(
        chart_svg("nightly", STAGES, [RISING], "en", [ChartMark("RTA 3.6 s", 5.0), ChartMark("RTO 1 s", 1.0)])
    )
    marks = [element for element in root.iter(f"{NS}line") if element.get("stroke-dasharray") == "3 3"]
    (line,) = root.iter(f"{NS}polyline")
    assert [float(mark.get("x1", 0)) for mark in marks] == [spots(line)[5][0], spots(line)[1][0]]
    assert {"RTA 3.6 s", "RTO 1 s"} <= set(texts(root))


def test_without_anything_it_says_so_and_makes_nothing_up() -> None:
    assert "nothing was measured" in texts(parsed(chart_svg("x", (), (), "en")))
    assert "没有测得数据" in texts(parsed(chart_svg("x", STAGES, [ChartLine("a", "bytes", ())], "zh")))
    only_gaps = ChartLine("a", "points/s", ((1.0, math.nan), (2.0, math.inf)))
    assert "nothing was measured" in texts(parsed(chart_svg("x", (), [only_gaps], "en")))


def test_gaps_are_gaps_and_a_lone_point_is_a_dot() -> None:
    line = ChartLine("a", "points/s", ((0.0, 1.0), (1.0, 2.0), (2.0, math.nan), (3.0, 4.0)))
    root = parsed(chart_svg("x", (), [line], "en"))
    assert [len(spots(drawn)) for drawn in root.iter(f"{NS}polyline")] == [2]
    assert len(list(root.iter(f"{NS}circle"))) == 1


def test_a_long_line_is_thinned_and_keeps_its_peaks() -> None:
    many = [(at / 100, 5.0) for at in range(100_000)]
    many[54_321] = (543.21, 9_000.0)
    svg = chart_svg("x", (), [ChartLine("a", "points/s", tuple(many))], "en")
    (line,) = parsed(svg).iter(f"{NS}polyline")
    assert len(spots(line)) <= 700
    assert len(svg) < 30_000
    heights = sorted(y for _, y in spots(line))
    assert heights[0] < heights[1] - 100


def test_hostile_text_is_text() -> None:
    svg = chart_svg(HOSTILE, STAGES, [ChartLine(HOSTILE, "points/s", RISING.points)], "en", [ChartMark(HOSTILE, 1.0)])
    root = parsed(svg)
    assert "<script>" not in svg
    assert "\x1b" not in svg
    assert next(root.iter(f"{NS}title")).text in texts(root)
    assert any(text.startswith("<script>alert(1)</script>&") for text in texts(root))
    assert not list(root.iter(f"{NS}script"))


@given(st.text(), st.text())
def test_any_text_makes_a_valid_file(title: str, label: str) -> None:
    parsed(chart_svg(title, STAGES, [ChartLine(label, "bytes/s", RISING.points)], "zh", [ChartMark(label, 3.0)]))


@given(st.lists(st.tuples(st.floats(0, 1e9), st.floats() | st.sampled_from([1e308, -1e308, 5e-324])), max_size=40))
def test_any_numbers_stay_on_the_paper(points: list[tuple[float, float]]) -> None:
    line = ChartLine("a", "number", tuple(sorted(points, key=lambda point: point[0])))
    for drawn in parsed(chart_svg("x", (), [line], "en")).iter(f"{NS}polyline"):
        assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in spots(drawn))


@given(st.floats(0, 1e15), st.floats(0, 1e15))
def test_an_axis_holds_its_values_with_few_round_ticks(low: float, high: float) -> None:
    axis = value_axis(-low, high, "bytes")
    hair = max(1e-12, (low + high) * 1e-6)
    assert axis.low <= -low + hair
    assert axis.high >= high - hair
    assert axis.low < axis.high
    assert 2 <= len(axis.ticks) <= 8
    assert any(value == 0 for value, _ in axis.ticks)
    assert len({text for _, text in axis.ticks}) == len(axis.ticks)


@pytest.mark.parametrize(
    ("seconds", "texts_"),
    [
        (0.0, ["0 s"]),
        (5e-324, ["0 s"]),
        (1.0, ["0.0 s", "0.2 s", "0.4 s", "0.6 s", "0.8 s", "1.0 s"]),
        (9.0, ["0 s", "2 s", "4 s", "6 s", "8 s"]),
        (900.0, ["0 min", "2 min", "4 min", "6 min", "8 min", "10 min", "12 min", "14 min"]),
        (4 * 3600.0, ["0 h", "0.5 h", "1 h", "1.5 h", "2 h", "2.5 h", "3 h", "3.5 h", "4 h"]),
    ],
)
def test_time_has_ticks_of_a_clock(seconds: float, texts_: list[str]) -> None:
    assert [text for _, text in time_axis(seconds)] == texts_


def test_steps_are_one_two_five() -> None:
    assert [round_step(least) for least in (0.011, 1.0, 1.1, 2.1, 5.1, 700)] == [0.02, 1.0, 2.0, 5.0, 10.0, 1000.0]


def test_units_of_bytes_follow_their_size() -> None:
    assert [value_axis(0, high, "bytes/s").unit for high in (12, 4e4, 4e6, 4e9, 4e12)] == [
        "B/s",
        "kB/s",
        "MB/s",
        "GB/s",
        "TB/s",
    ]
    assert value_axis(0, 3.0, "seconds").unit == "s"
    assert value_axis(0, 5e7, "number").ticks[-1] == (5e7, "50")
    assert value_axis(0, 5e7, "number").unit == "M"
