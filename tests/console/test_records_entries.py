"""Past drills as lines, in order, in the chart: what may be said of each, and what may not."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from qdrill.console.i18n import LANGUAGES, Language, say
from qdrill.console.panels.records_entries import Entry, SortKey, Trust, before_broken, matching, ordered
from qdrill.console.panels.records_folder import opener
from qdrill.console.panels.records_lines import (
    GAP,
    columns_for,
    count_text,
    detail_lines,
    entry_row,
    goal_text,
    mb_text,
    seconds_text,
    verdict_text,
)
from qdrill.console.panels.records_shelf import Looked, Shelf
from qdrill.console.panels.records_trend import chart_value, trend_lines, trend_value
from qdrill.console.widgets.columns import column_widths, header_line
from qdrill.records.history import RecordRow
from tests.console.support.hostile import HOSTILE, raw_controls

START = datetime(2026, 11, 22, 15, 11, 7, tzinfo=UTC)
EN: Callable[..., str] = partial(say, "en")


def row(number: int = 1, **changes: object) -> RecordRow:
    """A real drill that passed."""
    made = RecordRow(
        id=f"20261122T151107Z-{number:04x}",
        directory=Path(f"drills/{number}"),
        started=START + timedelta(minutes=number),
        finished=START + timedelta(minutes=number, seconds=9),
        kind="drill",
        verdict="pass",
        origin="real",
        name="nightly",
        source="local/a",
        target="local/b",
        restored=100_000,
        archive_mb=504.0,
        rta_s=3.6,
        rto_s=60.0,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def entry(number: int = 1, trust: Trust = "intact", problem: str = "", **changes: Any) -> Entry:
    """The same as an entry."""
    return Entry(row(number, **changes), trust, problem)


def line(one: Entry, width: int = 120, language: Language = "en") -> str:
    """The entry's line."""
    words = partial(say, language)
    columns = columns_for(words, width)
    return "".join(text for text, _ in entry_row(words, one, columns, column_widths(columns, width, GAP)))


@pytest.mark.parametrize(
    ("one", "shown"),
    [
        (entry(), "✓ PASS"),
        (entry(trust="unchecked"), "✓ PASS …"),
        (entry(verdict="fail"), "✗ FAIL"),
        (entry(verdict="fail", trust="unchecked"), "✗ FAIL"),
        (entry(trust="edited", problem="drill.toml was changed"), "✗ edited"),
        (entry(trust="unproven"), "? unproven"),
        (entry(verdict="fail", trust="unproven"), "✗ FAIL"),
        (entry(verdict="interrupted", finished=None), "! unfinished"),
        (entry(verdict="inconclusive", refused=True), "· refused"),
        (Entry(row(verdict="interrupted", finished=None), running=True), "▶ running"),
        (Entry(RecordRow("x", Path("x"), problem="cut off")), "✗ damaged"),
        (entry(verdict=None), "? unknown"),
    ],
)
def test_a_verdict_is_shown_only_where_nothing_is_against_it(one: Entry, shown: str) -> None:
    assert verdict_text(EN, one) == shown


@pytest.mark.parametrize("trust", ["unchecked", "edited", "unproven"])
def test_only_a_pass_that_is_as_its_drill_wrote_it_is_green(trust: Trust) -> None:
    def parts(one: Entry) -> set[str]:
        columns = columns_for(EN, 120)
        return {part for _, part in entry_row(EN, one, columns, column_widths(columns, 120, GAP))}

    assert "record--pass" in parts(entry())
    assert "record--pass" not in parts(entry(trust=trust, problem="changed"))


def test_a_line_nobody_may_rely_on_shows_why_in_place_of_its_figures() -> None:
    edited = line(entry(trust="edited", problem="drill.toml was changed"))
    assert "drill.toml was changed" in edited
    assert "3.6 s" not in edited
    assert "cut off" in line(Entry(RecordRow("20261122T151107Z-0001", Path("x"), problem="cut off")))
    assert detail_lines(EN, entry(trust="edited", problem="changed"))[-1] == "✗ edited: changed"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [30, 56, 75, 99, 100, 115, 200])
def test_a_line_is_as_wide_as_its_header_whatever_its_names(width: int, language: Language) -> None:
    columns = columns_for(partial(say, language), width)
    header = cell_len(header_line(columns, column_widths(columns, width, GAP), ("when", True), GAP))
    for text in HOSTILE:
        made = line(entry(name=text, source=text, target=text), width, language)
        assert cell_len(made) == header
        assert not raw_controls(made)
        bad = line(entry(trust="edited", problem=text or "?", name=text), width, language)
        assert not raw_controls(bad)
    if width >= 56:
        assert header == width


def test_what_is_not_known_or_no_number_is_never_a_zero() -> None:
    assert [mb_text(None), mb_text(math.nan), mb_text(0.0004), mb_text(504.0)] == ["–", "–", "0.000", "504.0"]
    assert [seconds_text(math.inf), seconds_text(None), seconds_text(0.25)] == ["–", "–", "0.25 s"]
    assert [goal_text(900.0), goal_text(0.5), goal_text(math.nan)] == ["900 s", "0.5 s", "–"]
    assert [count_text(None), count_text(100_000)] == ["–", "100,000"]


@pytest.mark.parametrize("down", [True, False])
@pytest.mark.parametrize(
    ("key", "changes"),
    [
        ("when", {"started": None}),
        ("name", {"name": ""}),
        ("source", {"source": ""}),
        ("restored", {"restored": None}),
        ("mb", {"archive_mb": math.nan}),
        ("rta", {"rta_s": None}),
        ("rto", {"rto_s": None}),
        ("origin", {"origin": None}),
    ],
)
def test_what_is_not_known_comes_last_in_either_order(key: SortKey, changes: dict[str, Any], down: bool) -> None:
    unknown = entry(9, **changes)
    assert ordered([unknown, entry(1), entry(2)], key, down)[-1] is unknown


def test_orders() -> None:
    slow, fast, failed = entry(1, rta_s=10.0), entry(2, rta_s=9.0), entry(3, verdict="fail", rta_s=None)
    three = [fast, failed, slow]
    assert ordered(three, "when", True) == [failed, fast, slow]
    assert ordered(three, "rta", True) == [slow, fast, failed]
    assert ordered(three, "rta", False) == [fast, slow, failed]
    assert ordered(three, "verdict", False) == [failed, fast, slow]


@pytest.mark.parametrize("started", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
def test_a_year_that_no_clock_has_breaks_nothing(started: datetime) -> None:
    odd = entry(1, started=started)
    assert cell_len(line(odd)) == 120
    assert odd in ordered([odd, entry(2)], "when", True)
    assert matching([odd], str(started.year), lambda _: "") == [odd]


def test_a_filter_needs_every_word_of_it() -> None:
    one, other = entry(1, name="nightly"), entry(2, name="weekly", target="local/登录")
    assert matching([one, other], "", lambda _: "") == [one, other]
    assert matching([one, other], "WEEKLY 登录", lambda _: "") == [other]
    assert matching([one, other], "weekly nightly", lambda _: "") == []
    assert matching([one, other], "通过", lambda found: "通过" if found is one else "") == [one]


def test_the_record_before_a_broken_link_is_not_proven() -> None:
    assert before_broken(["1", "2", "3", "4"], {"3"}) == {"2"}
    assert before_broken(["1"], {"1"}) == set()


def test_a_look_counts_only_for_the_record_that_was_looked_at() -> None:
    shelf = Shelf()
    shelf.begin(again=True)
    shelf.take([row(1), row(2)])
    shelf.end()
    first = shelf.next_to_look([entry(2), entry(2)], 1)
    assert [one.id for one in first] == [row(2).id]
    shelf.take([row(2, rta_s=1.0)])
    shelf.looked([Looked(first[0])])
    found = shelf.get(row(2).id)
    assert found is not None
    assert found.trust == "unchecked"
    rest = shelf.next_to_look([], 10)
    assert {one.id for one in rest} == {row(1).id, row(2).id}
    shelf.looked([Looked(rest[0], ("a", "b")), Looked(rest[1], failed="no rights")])
    assert sorted((one.trust, one.problem) for one in shelf.entries) == [
        ("edited", "a (+1)"),
        ("unchecked", "no rights"),
    ]


def test_a_broken_chain_takes_the_proof_and_a_mended_one_gives_it_back() -> None:
    shelf = Shelf()
    shelf.begin(again=True)
    shelf.take([row(1), row(2)])
    shelf.end()
    shelf.looked([Looked(one) for one in shelf.next_to_look([], 8)])
    shelf.chain([row(2).id])
    assert [one.trust for one in ordered(shelf.entries, "when", False)] == ["unproven", "intact"]
    shelf.chain([])
    assert {one.trust for one in shelf.entries} == {"intact"}


def test_what_is_gone_leaves_the_shelf_and_what_stayed_keeps_what_was_found() -> None:
    shelf = Shelf()
    shelf.begin(again=False)
    shelf.take([row(1), row(2)])
    shelf.end()
    shelf.looked([Looked(one) for one in shelf.next_to_look([], 8)])
    shelf.begin(again=False)
    shelf.take([row(1)])
    shelf.end()
    assert [(one.row.id, one.trust) for one in shelf.entries] == [(row(1).id, "intact")]
    assert shelf.next_to_look([], 8) == []
    assert not shelf.linked


def test_the_chart_leaves_out_what_says_nothing_and_says_how_many() -> None:
    entries = [
        entry(1, rta_s=4.0),
        entry(2, rta_s=4.0),
        entry(3, rta_s=5.0, trust="unchecked"),
        entry(4, origin="simulated", rta_s=1.0),
        entry(5, verdict="interrupted", rta_s=None),
        entry(6, trust="edited", problem="changed", rta_s=0.1),
        entry(7, rta_s=math.nan),
        entry(8, verdict="inconclusive"),
        entry(9, source="local/other"),
        Entry(RecordRow("x", Path("x"), problem="cut off")),
    ]
    value = trend_value(entries, ("local/a", "local/b"))
    assert value.trend is not None
    assert [point.rta_s for point in value.trend.points] == [4.0, 4.0, 5.0]
    assert dict(value.left_out) == {"simulated": 1, "interrupted": 1, "edited": 1, "no_rta": 2}
    assert value.unchecked == 1
    chart = chart_value(EN, value)
    assert [(point.value, point.state) for point in chart.points] == [(4.0, "pass"), (4.0, "pass"), (5.0, None)]
    assert (chart.limit, chart.limit_label) == (60.0, "RTO 60 s")
    assert trend_lines(EN, value, 200) == [
        "last 5.0 s   usual 4.0 s   25% slower than usual",
        "left out: 5 (1 edited, 1 interrupted, 2 without a recovery time, 1 simulated)   1 not checked yet",
    ]


@pytest.mark.parametrize(
    ("times", "words"),
    [
        ([4.0], "no drill before it passed"),
        ([4.0, 4.01], "as usual"),
        ([4.0, 2.0], "50% faster than usual"),
    ],
)
def test_the_change_in_words(times: list[float], words: str) -> None:
    value = trend_value([entry(at, rta_s=rta) for at, rta in enumerate(times)], ("local/a", "local/b"))
    assert words in trend_lines(EN, value, 200)[0]


def test_a_pair_without_drills_that_count_says_so() -> None:
    value = trend_value([entry(1, origin="simulated")], ("local/a", "local/b"))
    assert chart_value(EN, value).points == ()
    assert "No real drill" in chart_value(EN, value).empty
    assert trend_lines(EN, value, 200) == ["left out: 1 (1 simulated)"]
    assert "No drill is selected" in chart_value(EN, trend_value([], None)).empty


def test_a_folder_is_opened_only_where_there_is_a_desktop(tmp_path: Path) -> None:
    for name in ("xdg-open", "open"):
        program = tmp_path / name
        program.touch(mode=0o755)
    path = {"PATH": str(tmp_path)}
    assert opener(path, "linux") is None
    assert opener({**path, "DISPLAY": ":0"}, "linux") == str(tmp_path / "xdg-open")
    assert opener({"PATH": "", "WAYLAND_DISPLAY": "w"}, "linux") is None
    assert opener(path, "darwin") == str(tmp_path / "open")
    assert opener({**path, "SSH_CONNECTION": "x"}, "darwin") is None
