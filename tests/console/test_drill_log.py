"""The request log: what a filter finds, how a line looks, and that the view stays where somebody put it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import pytest
from rich.cells import cell_len
from textual.events import MouseScrollUp

from qdrill.console.feed import LogLine
from qdrill.console.panels.drill_log_lines import LogWords, full_text, log_row, matches, short_path, time_of
from qdrill.console.panels.drill_log_view import LogView
from qdrill.console.widgets.lines import rows_text
from tests.console.dump import OneWidget, screen_lines
from tests.console.support import samples
from tests.console.support.hostile import HOSTILE, raw_controls

WORDS = LogWords()


def line(number: int = 1, **changes: Any) -> LogLine:
    return LogLine(number, 0.0, samples.request(**changes))


def many(first: int, last: int) -> Sequence[LogLine]:
    return [line(number, detail=f"n{number}") for number in range(first, last + 1)]


def text_of(one: LogLine, width: int = 76) -> str:
    return rows_text([log_row(one, width, 0.0, WORDS)])[0]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("", True), ("scroll", True), ("SCROLL post", True), ("scroll 404", False), ("!scroll", False),
        ("200 !404", True), ("!", False), ("500 points", True),
    ],
)  # fmt: skip
def test_all_words_must_be_there_and_none_that_is_left_out(wanted: str, found: bool) -> None:
    assert matches(line(), wanted) is found


def test_retries_and_notices_are_found_by_what_they_are() -> None:
    retry = LogLine(1, 0.0, level="retry", text="reading local/docs: refused")
    assert matches(retry, "retry docs")
    assert not matches(retry, "warning")
    assert text_of(retry)[12:].rstrip() == "↻ retry: reading local/docs: refused"
    assert "! warning: x" in text_of(LogLine(1, 0.0, level="warning", text="x"))


@pytest.mark.parametrize("width", [46, 76, 82, 200])
def test_a_request_takes_exactly_its_width(width: int) -> None:
    shown = text_of(line(), width)
    assert cell_len(shown) == width
    assert shown.endswith("200      31 ms")
    assert "POST" in shown
    assert "…/points/sc" in shown or "/points/scroll" in shown


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("width", [46, 76])
def test_hostile_texts_stay_on_their_cells(text: str, width: int) -> None:
    for one in (
        line(path=f"/collections/{text}/points", detail=text),
        line(method=text, path=text),
        LogLine(1, 0.0, level="warning", text=text),
    ):
        shown = text_of(one, width)
        assert cell_len(shown) == width
        assert "\n" not in shown
        assert not raw_controls(shown)


def test_a_long_path_loses_the_collection_first() -> None:
    path = "/collections/a_rather_long_collection_name/points/scroll"
    assert short_path(path, 80) == path
    assert short_path(path, 30) == "…/points/scroll"
    assert short_path("/telemetry?details_level=3", 5) == "/telemetry?details_level=3"


def test_the_time_of_day_has_tenths_and_is_cut() -> None:
    local = time.mktime((2026, 1, 2, 15, 11, 9, 0, 0, -1))
    assert time_of(LogLine(1, 0.29), local) == "15:11:09.2"


def test_a_line_in_full_has_everything() -> None:
    shown = full_text(line(), 0.0)
    assert "POST http://local.invalid:6333/collections/default_collection/points/scroll" in shown
    assert "31.4 ms" in shown
    assert '{"limit":500}' in shown


async def test_the_view_keeps_two_thousand_lines_and_follows_the_end() -> None:
    view = LogView()
    app = OneWidget(view)
    async with app.run_test(size=(80, 10)) as pilot:
        view.append(many(1, 1500))
        view.append(many(1501, 3000))
        await pilot.pause()
        assert view.matching == 2000
        assert view.follows
        assert "n3000" in screen_lines(app)[9]
        view.append(many(3001, 3010))
        await pilot.pause()
        assert "n3010" in screen_lines(app)[9]
        assert view.selected is not None
        assert view.selected.number == 3010


async def test_what_somebody_looks_at_stays_in_its_place() -> None:
    view = LogView()
    app = OneWidget(view)
    async with app.run_test(size=(80, 10)) as pilot:
        view.append(many(1, 2000))
        view.focus()
        await pilot.press("up", "up")
        await pilot.pause()
        assert view.cursor == 1999
        before = _lines(app)
        view.append(many(2001, 2300))
        await pilot.pause()
        assert _lines(app) == before
        await pilot.press("end")
        await pilot.pause()
        assert "n2300" in screen_lines(app)[9]
        await pilot.press("home")
        assert view.cursor == 301
        # What is pushed out takes the cursor along.
        view.append(many(2301, 2310))
        assert view.cursor == 311
        await pilot.press("pagedown", "pageup", "j", "k")
        assert view.cursor == 311


def _lines(app: OneWidget) -> list[str]:
    return [shown[:78] for shown in screen_lines(app)]


async def test_the_wheel_and_the_mouse_stop_the_following() -> None:
    view = LogView()
    app = OneWidget(view)
    async with app.run_test(size=(80, 10)) as pilot:
        view.append(many(1, 100))
        await pilot.pause()
        await pilot.click(view, offset=(5, 3))
        assert view.cursor == 94
        await pilot.press("end")
        await pilot._post_mouse_events([MouseScrollUp], view, offset=(5, 3))
        assert view.cursor == 100


async def test_a_filter_shows_matching_lines_alone_and_new_ones_too() -> None:
    view = LogView()
    app = OneWidget(view)
    async with app.run_test(size=(80, 10)) as pilot:
        view.append(many(1, 200))
        view.show_matching("n19")
        await pilot.pause()
        assert view.matching == 11
        view.append(many(1900, 1950))
        await pilot.pause()
        assert view.matching == 62
        view.show_matching("")
        assert view.matching == 251
        view.clear()
        assert view.selected is None
        view.append(())
        await pilot.press("up")
        assert view.cursor is None
