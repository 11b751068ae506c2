"""Numbers, ages, sources and tiles of the Metrics screen in words."""

from __future__ import annotations

import math
from functools import partial

import pytest
from rich.cells import cell_len

from qdrill.console.i18n import LANGUAGES, Language, say
from qdrill.console.panels.metrics_tile import TileValue, tile_line, tile_rows
from qdrill.console.panels.metrics_words import (
    age_text,
    axis_text,
    change_text,
    clock_text,
    labels_text,
    number_text,
    short_change,
    source_text,
)
from qdrill.console.text import UNKNOWN
from qdrill.console.widgets.lines import rows_text
from qdrill.signals.board_model import KEYS, Unit
from tests.console.support.hostile import HOSTILE, raw_controls
from tests.console.support.scripted_metrics import tile

EN = partial(say, "en")


@pytest.mark.parametrize(
    ("unit", "value", "text"),
    [
        ("rows", 100_000.0, "100,000"),
        ("rows", 0.0, "0"),
        ("rows", 99.98, "99.98"),
        ("bytes", 512.4e6, "512.4 MB"),
        ("bytes", -61e6, "−61.0 MB"),
        ("seconds", 0.042, "42 ms"),
        ("seconds", 0.0004, "0.4 ms"),
        ("seconds", 3.6, "3.6 s"),
        ("count", 1e300, "1e+300"),
        ("bytes", 1e300, "1e+300 B"),
        ("seconds", 1e300, "1e+300 s"),
        (None, 0.000123, "0.000123"),
        (None, -0.5, "−0.5"),
        ("rows", None, UNKNOWN),
        ("rows", math.nan, UNKNOWN),
        ("rows", math.inf, "∞"),
        ("rows", -math.inf, "−∞"),
    ],
)
def test_a_number_is_shown_in_its_unit_and_what_is_unknown_is_never_0(
    unit: Unit | None, value: float | None, text: str
) -> None:
    assert number_text(unit, value) == text


@pytest.mark.parametrize(
    ("unit", "value", "text"),
    [
        ("rows", 0, "0"),
        ("rows", 150_000, "150k"),
        ("rows", 250, "250"),
        ("bytes", 512e6, "512 MB"),
        ("bytes", 500, "500 B"),
        ("seconds", 0.02, "20 ms"),
        ("seconds", 2.0, "2 s"),
        (None, -1500, "−1.5k"),
        (None, 1.8e9, "1.8G"),
        (None, 2e200, "2e+200"),
        (None, 0.25, "0.25"),
    ],
)
def test_a_number_at_an_axis_is_short(unit: Unit | None, value: float, text: str) -> None:
    assert axis_text(unit, value) == text
    assert cell_len(text) <= 9


def test_a_change_has_a_sign_and_an_unknown_one_says_so() -> None:
    rows = tile("import_rows")
    assert [short_change(EN, tile("import_rows", change=number)) for number in (5.0, -5.0, 0.0)] == ["+5", "−5", "±0"]
    assert change_text(EN, rows, drilled=True) == "+100,000 in the drill"
    unknown = tile("import_rows", change=None)
    assert change_text(EN, unknown, drilled=True) == "in the drill: unknown"
    assert change_text(EN, unknown, drilled=False) == "no drill yet"
    assert "0" not in short_change(EN, unknown)
    # A quantile does not rise by something: it is that of the drill's own imports.
    assert short_change(EN, tile("import_p95", change=0.5)) == "drill 500 ms"


def test_age_and_source_stand_together_and_nobody_is_a_source_too() -> None:
    assert [age_text(seconds) for seconds in (0, 1.9, 119, 120, 7199, 7200, -3)] == [
        *("0 s", "1 s", "119 s", "2 min", "119 min", "2 h", "0 s")
    ]
    found = tile("import_rows")
    assert source_text(EN, found, 2.0) == "endpoint rag, 2 s ago"
    assert source_text(EN, found, None) == "endpoint rag, age unknown"
    assert source_text(EN, tile("import_rows", source="Prometheus"), 40.0) == "Prometheus, 40 s ago"
    assert source_text(EN, tile("import_rows", value=None, source="", age=None), None) == "nobody says"


def test_a_time_that_no_clock_shows_is_a_dash() -> None:
    assert clock_text(1e300) == clock_text(math.nan) == UNKNOWN
    assert len(clock_text(1_795_362_700.0)) == 5
    assert len(clock_text(1_795_362_700.0, exact=True)) == 8


def test_a_series_is_named_as_promql_writes_it() -> None:
    assert labels_text((("__name__", "up"), ("job", 'a"b\\')), 60) == 'up{job="a\\"b\\\\"}'
    assert labels_text((("__name__", "up"),), 60) == "up"
    assert labels_text((), 60) == "{}"


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_labels_are_harmless_on_one_line(text: str) -> None:
    line = labels_text((("__name__", text), ("name", text)), 40)
    assert cell_len(line) <= 40
    assert not raw_controls(line) and "\n" not in line


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize("width", [8, 13, 19, 26, 60])
@pytest.mark.parametrize("key", KEYS)
def test_a_tile_has_its_width_whatever_is_in_it(key: str, width: int, named: bool, language: Language) -> None:
    words = partial(say, language)
    odd = {"source": "endpoint 宽\u202e[/", "value": 1.23456e15, "change": -1.2e15}
    for one in (tile(key), tile(key, **odd), tile(key, value=None, change=None, source="", age=None, spark=()), None):
        rows = rows_text(tile_rows(words, TileValue(key, one, 5, chosen=True), width, named=named))
        assert {cell_len(row) for row in rows} == {width}
        assert len(rows) <= 3
        assert not any(raw_controls(row) for row in rows)


def test_an_unknown_value_is_a_word_in_the_tile() -> None:
    for value in (None, math.nan):
        rows = rows_text(tile_rows(EN, TileValue("import_rows", tile("import_rows", value=value)), 26, named=False))
        assert rows[0].startswith("unknown")
    assert (
        "∞" in rows_text(tile_rows(EN, TileValue("import_p95", tile("import_p95", value=math.inf)), 26, named=False))[0]
    )


def test_a_source_too_long_for_a_small_tile_leaves_its_age() -> None:
    found = tile("import_p95", change=0.0837)
    rows = rows_text(tile_rows(EN, TileValue("import_p95", found, 2), 16, named=True))
    assert rows[-1] == "drill 83.7 ms   "
    assert rows_text(tile_rows(EN, TileValue("import_p95", found, 2), 18, named=True))[-1] == "drill 83.7 ms  2 s"


def test_the_line_of_a_tile_has_all_of_it() -> None:
    line = tile_line(EN, tile("import_rows"), 2.0, True, "the note")
    assert line == "Rows imported, 100,000, +100,000 in the drill, endpoint rag, 2 s ago, the note"
