"""A bar that never claims more than was done."""

from __future__ import annotations

import asyncio

import pytest
from rich.cells import cell_len

from qdrill.console.widgets.bar import Bar, BarState, BarValue, percent, render_bar
from qdrill.console.widgets.lines import rows_text
from tests.console.dump import HOSTILE, OneWidget, color_of, shown_lines

VARIABLES: dict[BarState, str] = {
    "running": "state-running",
    "paused": "state-paused",
    "stalled": "state-inconclusive",
    "cancelling": "state-interrupted",
}


def test_percent_is_cut() -> None:
    assert [percent(done, 1000) for done in (0, 5, 786, 999, 1000)] == ["0 %", "0 %", "78 %", "99 %", "100 %"]
    assert percent(999_999_999, 1_000_000_000) == "99 %"
    assert percent(2**60 - 1, 2**60) == "99 %"


def test_what_has_no_total_has_no_percent() -> None:
    assert percent(5, None) == percent(0, 0) == percent(5, 0) == ""
    (bar,) = rows_text(render_bar(BarValue(5, None), 12))
    assert bar == "┄" * 12


def test_the_bar_is_full_only_when_all_is_done() -> None:
    assert rows_text(render_bar(BarValue(1, 2), 17)) == ["━━━━━─────   50 %"]
    assert rows_text(render_bar(BarValue(999, 1000), 17)) == ["━━━━━━━━━╸   99 %"]
    assert rows_text(render_bar(BarValue(1000, 1000), 17)) == ["━━━━━━━━━━  100 %"]
    assert rows_text(render_bar(BarValue(0, 1000), 17)) == ["──────────    0 %"]


def test_the_state_is_a_word_and_lines_leave_out_what_does_not_fit() -> None:
    value = BarValue(78, 100, "stalled", "stalled for 12 s", (("78 of 100 points", "393 of 504 MB"), ("retries 0",)))
    bar, first, second = rows_text(render_bar(value, 40))
    assert bar == "━━━━━━━━━━━╸───   78 %  stalled for 12 s"
    assert (first, second) == ("78 of 100 points   393 of 504 MB", "retries 0")
    assert rows_text(render_bar(value, 20))[1] == "78 of 100 points"


@pytest.mark.parametrize("word", HOSTILE)
@pytest.mark.parametrize("width", [1, 6, 11, 80])
def test_hostile_words_stay_on_their_lines(word: str, width: int) -> None:
    rows = rows_text(render_bar(BarValue(1, 3, "paused", word, ((word, word),)), width))
    assert len(rows) == 2
    assert all(cell_len(row) <= width and row.isprintable() for row in rows)


@pytest.mark.parametrize("state", VARIABLES)
def test_on_a_screen_it_grows_with_its_lines_and_wears_its_state(state: BarState) -> None:
    async def scenario() -> None:
        bar = Bar(BarValue(0, None))
        app = OneWidget(bar)
        async with app.run_test(size=(30, 6)) as pilot:
            bar.show(BarValue(3, 4, state, "[/ wort", (("one", "two"), ("three",))))
            await pilot.pause()
            assert shown_lines(app) == ["━━━━━━━━━━╸───   75 %  [/ wort", "one   two", "three"]
            assert color_of(app, "━") == app.theme_variables[VARIABLES[state]].lower()

    asyncio.run(scenario())
