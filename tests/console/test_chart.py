"""The chart: where values are, what is missing, and what must not hide."""

from __future__ import annotations

import asyncio

import pytest
from rich.cells import cell_len

from qdrill.console.widgets.chart import Chart, ChartPoint, ChartValue, render_chart
from qdrill.console.widgets.lines import rows_text
from tests.console.dump import HOSTILE, OneWidget, color_of, screen_lines, shown_lines

RUNS = (
    ChartPoint("11-01", 3.2, "pass"),
    ChartPoint("11-02", 4.1, "pass"),
    ChartPoint("11-03", None, "fail"),
    ChartPoint("11-04", 8.8, "pass"),
    ChartPoint("11-05", 70.2, "fail"),
    ChartPoint("11-06", 12.0, "inconclusive"),
)
VALUE = ChartValue(RUNS, 60.0, "RTO 60 s", "no data yet")


def _chart(value: ChartValue, width: int = 40, height: int = 10) -> list[str]:
    return rows_text(render_chart(value, width, height, lambda seconds: f"{seconds:g} s"))


def _values(*values: float | None) -> ChartValue:
    return ChartValue(tuple(ChartPoint(str(number), value) for number, value in enumerate(values)))


def test_the_whole_picture() -> None:
    assert _chart(VALUE) == [
        "80 s┤                                   ",
        "    │                          ⢀✗⢦      ",
        "    │╌╌ RTO 60 s ╌╌╌╌╌╌╌╌╌╌╌╌╌⢠⠏╌⠈⢳⡀╌╌╌╌",
        "40 s┤                        ⣰⠋    ⠳⡄   ",
        "    │                       ⣰⠃      ⠙⣆  ",
        "    │                      ⡼⠁        ⠘⢦ ",
        "    │                    ⢀⡞⠁          ⠈?",
        " 0 s┤✓⠤⠤⠴⠒⠒⠒✓            ✓              ",
        "    └──────────────✗────────────────────",
        "     11-01       11-03             11-06",
    ]


def test_every_row_is_as_wide_as_the_chart() -> None:
    for width, height in ((8, 3), (40, 10), (120, 36), (9, 40)):
        rows = render_chart(VALUE, width, height)
        assert len(rows) == height
        assert all(cell_len(row) == width for row in rows_text(rows)[:-1])
        assert cell_len(rows_text(rows)[-1]) <= width


def test_higher_values_are_higher_and_the_scale_starts_at_zero() -> None:
    rows = _chart(ChartValue((ChartPoint("a", 0.0, "pass"), ChartPoint("b", 49.0, "fail"))))
    assert "✓" in rows[7]
    assert "✗" in rows[0]
    assert rows[0].startswith("50 s")


def test_a_missing_value_leaves_a_gap_and_its_verdict_on_the_axis() -> None:
    whole, gap = _chart(_values(5, 5, 5, 5, 5)), _chart(_values(5, 5, None, 5, 5))
    row = next(number for number, text in enumerate(whole) if "⣀" in text or "⠒" in text or "⠤" in text or "⠉" in text)
    assert " " not in whole[row].split("│")[-1].split("┤")[-1].strip()
    assert " " * 10 in gap[row].split("│")[-1].split("┤")[-1].strip()
    assert "✗" in _chart(ChartValue((ChartPoint("", None, "fail"), ChartPoint("", 3.0, "pass"))))[-2]


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), float("-inf")])
def test_what_is_no_number_was_not_measured(bad: float) -> None:
    assert _chart(_values(5, 5, bad, 5, 5)) == _chart(_values(5, 5, None, 5, 5))
    assert _chart(ChartValue((ChartPoint("", bad),), empty="nothing"))[5].strip() == "nothing"
    assert _chart(ChartValue(VALUE.points, bad)) == _chart(ChartValue(VALUE.points))


def test_a_failure_is_never_behind_a_pass() -> None:
    crowd = tuple(ChartPoint("", 5.0, "fail" if number == 500 else "pass") for number in range(1000))
    assert sum(row.count("✗") for row in _chart(ChartValue(crowd))) == 1


def test_no_value_says_so_in_the_words_given() -> None:
    rows = _chart(ChartValue(empty="还没有数据 [/"), 30, 5)
    assert [row.strip() for row in rows] == ["", "", "还没有数据 [/", "", ""]
    assert _chart(ChartValue(RUNS[2:3], empty="no data yet"))[5].strip() == "no data yet"


def test_one_value_zero_and_small_and_large_ones() -> None:
    assert any("✓" in row for row in _chart(ChartValue((ChartPoint("now", 0.0, "pass"),))))
    assert _chart(_values(0.0004, 0.0005))[0].startswith("0.0006 s")
    assert _chart(_values(12_345, 99_999))[0].startswith("150000 s")
    assert _chart(_values(9.95))[0].startswith(" 15 s")
    assert _chart(VALUE, 7, 10)[5].strip() == "12 s"


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("size", [(8, 3), (31, 8), (80, 24)])
def test_hostile_labels_break_no_row(text: str, size: tuple[int, int]) -> None:
    width, height = size
    points = tuple(ChartPoint(text, float(number), "pass") for number in range(7))
    rows = rows_text(render_chart(ChartValue(points, 3.0, text, text), width, height, lambda _: text))
    assert all(cell_len(row) <= width for row in rows)
    assert len(rows) == height
    assert all(char.isprintable() for row in rows for char in row)


def test_wide_labels_on_the_limit_line_keep_the_cells_aligned() -> None:
    value = ChartValue(tuple(ChartPoint("", v, "fail") for v in (59.0, 61.0, 3.0, 60.0, 60.0, 2.0)), 60.0, "目标六十秒")
    for width in range(20, 60):
        assert {cell_len(row) for row in _chart(value, width)[:-1]} == {width}


def test_without_colours_it_says_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    async def scenario() -> None:
        app = OneWidget(Chart(VALUE, lambda seconds: f"{seconds:g} s"))
        async with app.run_test(size=(60, 12)):
            assert screen_lines(app) == [row.rstrip() for row in _chart(VALUE, 60, 12)]

    asyncio.run(scenario())


def test_on_a_screen_it_follows_its_size_its_value_and_its_theme() -> None:
    async def scenario() -> None:
        chart = Chart(VALUE, lambda seconds: f"{seconds:g} s")
        app = OneWidget(chart)
        async with app.run_test(size=(80, 24)) as pilot:
            assert screen_lines(app) == [row.rstrip() for row in _chart(VALUE, 80, 24)]
            assert color_of(app, "✗") == app.theme_variables["state-fail"].lower()
            assert color_of(app, "RTO") == app.theme_variables["chart-limit"].lower()
            await pilot.resize_terminal(120, 36)
            await pilot.pause()
            assert screen_lines(app) == [row.rstrip() for row in _chart(VALUE, 120, 36)]
            before = color_of(app, "✗")
            app.theme = "qdrill-light"
            await pilot.pause()
            await pilot.pause()
            assert color_of(app, "✗") == app.theme_variables["state-fail"].lower() != before
            chart.show(ChartValue(empty="no data yet"))
            await pilot.pause()
            assert [line.strip() for line in shown_lines(app)] == ["no data yet"]

    asyncio.run(scenario())
