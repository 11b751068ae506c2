"""Text that is aligned by cells and JSON that no terminal obeys."""

from __future__ import annotations

import json

import pytest

from qdrill import units
from qdrill.cli import output
from qdrill.cli.output import Column, json_text, pairs, table, wrapped
from qdrill.names import cell_width

HOSTILE = ["[/]", "[bold]x[/bold]", "\x1b[31mred", "\x9b31m", "\u202eevil", "a\nb\rc", "\x1b]52;c;AA==\x07", "🙂" * 50]


@pytest.fixture(autouse=True)
def eighty_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


def test_columns_line_up_whatever_the_alphabet() -> None:
    rows = [("登录失败怎么办", "5"), ("How do I log in?", "1,234"), ("é", "12")]
    lines = table((Column("text"), Column("points", right=True)), rows)
    assert {cell_width(line) for line in lines[1:]} == {cell_width(lines[0])}
    assert lines[0] == "  text              points"


def test_the_flexible_column_gives_way_and_says_so() -> None:
    lines = table((Column("id"), Column("text", flexible=True)), [("17", "登录" * 100)])
    assert cell_width(lines[1]) in {79, 80}
    assert lines[1].endswith("…")


def test_columns_that_do_not_give_way_stay_whole() -> None:
    digest = "blake3:" + "0" * 100
    assert digest in table((Column("digest"), Column("x", flexible=True)), [(digest, "y" * 50)])[1]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_cells_stay_on_their_line_and_are_shown_harmless(text: str) -> None:
    lines = table((Column(text, flexible=True),), [(text,)]) + pairs([("name", text)])
    assert all(line.isprintable() for line in lines)
    assert all(cell_width(line) <= 80 for line in lines)


def test_long_values_go_on_under_themselves() -> None:
    lines = pairs([("detail", "word " * 30), ("id", "7")])
    assert lines[0].startswith("  detail  word")
    assert lines[1].startswith("          word")
    assert all(cell_width(line) <= 80 for line in lines)


def test_wrapping_cuts_chinese_and_keeps_what_is_copied() -> None:
    assert all(cell_width(line) <= 20 for line in wrapped("登" * 50, 20))
    assert "".join(wrapped("登" * 50, 20)) == "登" * 50
    path = "/a" * 40
    assert path in wrapped(f"see {path}", 20)


@pytest.mark.parametrize("text", HOSTILE)
def test_json_keeps_the_value_and_loses_what_a_terminal_obeys(text: str) -> None:
    document = json_text({"name": text, text: [1, 2**64, 0.1]})
    assert json.loads(document) == {"name": text, text: [1, 2**64, 0.1]}
    assert not any(char < " " or "\x7f" <= char <= "\x9f" or char == "\u202e" for char in document)


def test_json_has_no_numbers_that_are_not_numbers() -> None:
    assert json.loads(json_text([float("nan"), float("inf")])) == ["nan", "inf"]


def test_colour_is_only_there_when_asked_for() -> None:
    assert output.paint("pass", "green", False) == "pass"
    assert output.paint("pass", "green", True) == "\x1b[32mpass\x1b[0m"


@pytest.mark.parametrize(
    ("given", "shown"),
    [(0.042, "0.04 s"), (3.64, "3.6 s"), (125, "2 min 05 s"), (3600 * 3 + 125, "3 h 02 min"), (59.999, "60.0 s")],
)
def test_seconds(given: float, shown: str) -> None:
    assert units.seconds(given) == shown


def test_other_units() -> None:
    assert units.size(504_100_000) == "504.1 MB"
    assert units.size(5) == "5 bytes"
    assert units.about(0.2) == "about 1 s left"
    assert units.about(150) == "about 2 min left"
    assert units.about(3600 * 2) == "about 2 h 00 min left"
    assert units.plural(1, "point") == "1 point"
    assert units.plural(2000, "retry", "retries") == "2,000 retries"
