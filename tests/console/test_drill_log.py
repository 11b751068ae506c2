"""The request log: what a filter finds, how a line looks, and that the view stays where somebody put it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial
from typing import Any

import pytest
from rich.cells import cell_len
from textual.events import MouseScrollUp

from qdrill.console.feed import Feed, LogLine
from qdrill.console.i18n import say
from qdrill.console.panels.drill_log_lines import full_text, log_row, matches, short_path, time_of
from qdrill.console.panels.drill_log_view import LogView
from qdrill.console.panels.drill_log_words import ENGLISH, LogWords
from qdrill.console.widgets.lines import rows_text
from qdrill.events import CheckDone, DrillFinished, RequestDone, StageFinished
from tests.console.dump import OneWidget, screen_lines
from tests.console.support import samples
from tests.console.support.hostile import HOSTILE, raw_controls

CHINESE = LogWords(partial(say, "zh"), "zh")


def line(number: int = 1, **changes: Any) -> LogLine:
    return LogLine(number, 0.0, samples.request(**changes))


def many(first: int, last: int) -> Sequence[LogLine]:
    return [line(number, detail=f"n{number}") for number in range(first, last + 1)]


def text_of(one: LogLine, width: int = 76, words: LogWords = ENGLISH) -> str:
    return rows_text([log_row(one, width, 0.0, words)])[0]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("", True), ("scroll", True), ("SCROLL post", True), ("scroll 404", False), ("!scroll", False),
        ("200 !404", True), ("!", False), ("500 points", True),
    ],
)  # fmt: skip
def test_all_words_must_be_there_and_none_that_is_left_out(wanted: str, found: bool) -> None:
    assert matches(line(), wanted, ENGLISH) is found


def test_retries_and_notices_are_found_by_what_they_are() -> None:
    retry = LogLine(1, 0.0, level="retry", text="reading local/docs: refused")
    assert matches(retry, "retry docs", ENGLISH)
    assert not matches(retry, "warning", ENGLISH)
    assert text_of(retry)[12:].rstrip() == "↻ retry: reading local/docs: refused"
    assert "! warning: x" in text_of(LogLine(1, 0.0, level="warning", text="x"))


def test_a_drill_without_requests_has_its_log_too() -> None:
    feed = Feed(lambda: 0.0)
    for event in samples.drill_events(verdict="fail"):
        if not isinstance(event, RequestDone):
            feed(event)
    english = [text_of(one, 100)[12:].rstrip() for one in feed.log()]
    assert english[:3] == [
        "▶ Preflight begins",
        "✓ source ready: pass, 100,000 points",
        "i Preflight ended after 0.20 s",
    ]
    assert "i validated 3.6 s after the restore began" in english
    assert "✗ points compared: fail, expected 100,000 points, seen 100,000 points" in english
    assert english[-1] == "✗ verdict FAIL: points differ"
    chinese = [text_of(one, 100, CHINESE)[12:].rstrip() for one in feed.log()]
    assert chinese[:3] == ["▶ 预检开始", "✓ source_ready：通过，100,000 个数据点", "i 预检结束，用时 0.20 s"]
    assert "i 检索正确：恢复开始后 3.6 s" in chinese


def test_a_stage_that_was_cut_off_did_not_complete_and_a_filter_finds_it_in_its_language() -> None:
    one = LogLine(1, 0.0, level="info", told=StageFinished("restore", 2.0, ok=False))
    assert "! Restore did not complete, after 2.0 s" in text_of(one)
    assert matches(one, "restore complete", ENGLISH)
    assert matches(one, "恢复", CHINESE)
    assert not matches(one, "恢复", ENGLISH)
    assert full_text(one, 0.0, CHINESE).endswith("\n! 恢复未完成，用时 2.0 s")


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
        LogLine(1, 0.0, told=CheckDone(samples.check(text, "fail", expected=text, seen=text))),
        LogLine(1, 0.0, told=DrillFinished("fail", text, text)),
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
    shown = full_text(line(), 0.0, ENGLISH)
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
