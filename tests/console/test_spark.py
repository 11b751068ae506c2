"""The sparkline tells size from zero, and a gap from nothing moving."""

from __future__ import annotations

import asyncio

import pytest

from qdrill.console.widgets.lines import rows_text
from qdrill.console.widgets.spark import Spark, SparkValue, render_spark
from tests.console.dump import OneWidget, shown_lines


def _line(*values: float | None, width: int = 8, ceiling: float | None = None) -> str:
    (row,) = rows_text(render_spark(SparkValue(values, ceiling), width, 1))
    return row


def test_a_flat_series_is_flat_whatever_its_size() -> None:
    assert _line(*[27_000.0] * 8) == "████████"
    assert _line(*[0.001] * 8) == "████████"
    assert _line(27_000, 26_900, 27_000, 26_950, 27_000, 26_990, 27_000, 26_900) == "████████"


def test_the_scale_starts_at_zero() -> None:
    assert _line(0, 1, 2, 3, 4, 5, 6, 7) == "▁▂▃▄▅▆▇█"
    assert _line(50, 100, width=2) == "▅█"
    assert _line(50, width=1, ceiling=100) == "▅"


def test_the_newest_is_at_the_right_and_the_oldest_leaves() -> None:
    assert _line(0, 7, width=5) == "   ▁█"
    assert _line(*[7.0] * 10, 0, 7, width=3) == "█▁█"


def test_gaps_are_not_zero() -> None:
    assert _line(7, None, 0, None, 7, width=5) == "█ ▁ █"
    assert _line(7, float("nan"), float("inf"), 7, width=4) == "█  █"
    assert _line(None, None, width=2) == "  "
    assert _line(width=2) == "  "
    assert _line(0, 0, width=2) == "▁▁"


def test_the_label_says_what_a_full_column_is() -> None:
    rows = render_spark(SparkValue((0, 2, 4), peak=4), 14, 2, lambda top: f"{top:g}/s [/")
    assert rows_text(rows) == ["     ▁█ 4/s [/", "    ▁██       "]
    assert rows_text(render_spark(SparkValue(()), 6, 1, str)) == ["      "]


@pytest.mark.parametrize("height", [1, 2, 5])
@pytest.mark.parametrize("width", [0, 1, 3, 40])
def test_any_size_is_filled_exactly(width: int, height: int) -> None:
    rows = rows_text(render_spark(SparkValue((1, 5, None, 3), peak=5), width, height, lambda top: f"{top:g}"))
    assert [len(row) for row in rows] == ([width] * height if width else [])


def test_on_a_screen_it_is_repainted_for_another_value() -> None:
    async def scenario() -> None:
        spark = Spark(lambda top: f"{top:g}/s")
        app = OneWidget(spark)
        async with app.run_test(size=(20, 5)) as pilot:
            spark.show(SparkValue((0, 7), peak=7))
            await pilot.pause()
            assert shown_lines(app) == [" " * 14 + "▁█ 7/s"]
            spark.show(SparkValue((0, 7, 8), peak=8))
            await pilot.pause()
            assert shown_lines(app) == [" " * 13 + "▁▇█ 8/s"]

    asyncio.run(scenario())
