"""Names from outside: as file parts, on a terminal, in Markdown."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from urllib.parse import unquote_to_bytes

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from qdrill.names import cell_width, default_archive, markdown_text, safe_file_part, terminal_text

# Any code point, lone surrogates too.
ANY_TEXT = st.text(st.characters(), max_size=120)
HOSTILE = [
    "",
    ".",
    "..",
    "/",
    "a/b",
    "CON",
    "con.json",
    "nul",
    "\x1b[31m",
    "a\nb",
    "%41",
    "…",
    "\ud800",
    "\u202e",
]


@pytest.mark.parametrize("name", ["docs", "default_collection", "a-b.c_1", "登录", "Bücher", "CONTENT", "com10"])
def test_ordinary_names_stay_as_they_are(name: str) -> None:
    assert safe_file_part(name) == name


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("a b", "a%20b"),
        ("50%", "50%25"),
        ("../up", "%2E.%2Fup"),
        (".hidden", "%2Ehidden"),
        ("dot.", "dot%2E"),
        (".", "%2E"),
        ("con", "%63on"),
        ("LPT1.x", "%4CPT1.x"),
        ("a\u202eb", "a%E2%80%AEb"),
        ("🚀", "%F0%9F%9A%80"),
        ("\ud800", "%ED%A0%80"),
        ("e\u0301", "e%CC%81"),
        ("\u212b", "%E2%84%AB"),
        ("\u3164", "%E3%85%A4"),
        ("", "%"),
    ],
)
def test_everything_else_is_percent_encoded(name: str, part: str) -> None:
    assert safe_file_part(name) == part


@given(ANY_TEXT)
@example("CON")
def test_a_part_is_safe_and_decodes_to_its_name(name: str) -> None:
    part = safe_file_part(name)
    size = len(part.encode())
    assert 0 < size <= 200
    assert not part.startswith(".") and not part.endswith(".")
    assert not set(part) & set('/\\<>:"|?* \0')
    assert part.split(".")[0].upper() not in {"CON", "PRN", "AUX", "NUL", "COM1", "LPT9"}
    assert all(not unicodedata.category(char).startswith(("C", "Z")) for char in part)
    if size <= 180 and name:
        assert unquote_to_bytes(part).decode("utf-8", "surrogatepass") == name


@given(st.lists(ANY_TEXT | st.text("a%.登 ", max_size=300), min_size=2, max_size=2, unique=True))
def test_different_names_have_different_parts(names: list[str]) -> None:
    assert safe_file_part(names[0]) != safe_file_part(names[1])


@given(st.text(st.sampled_from("登a🚀"), min_size=181, max_size=400), st.sampled_from("xy"))
def test_long_names_are_cut_between_characters_and_stay_apart(name: str, end: str) -> None:
    part = safe_file_part(name + end)
    head, _, digest = part.rpartition("-")
    assert len(digest) == 16
    assert name.startswith(unquote_to_bytes(head).decode())
    assert part != safe_file_part(name + "z")


def test_the_default_archive_is_where_the_runbook_looks() -> None:
    assert default_archive(Path("artifacts"), "docs") == Path("artifacts/metrics/qdrant_backup_docs.json")
    assert default_archive(Path("a"), "../../etc/x").parent == Path("a/metrics")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("登录 🚀 ok", "登录 🚀 ok"),
        ("❤\ufe0f", "❤\ufe0f"),
        ("a\ufe0f", "a\\ufe0f"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("a\nb\r\tc\x7f\x9b", "a\\x0ab\\x0d\\x09c\\x7f\\x9b"),
        ("\u202eabc\u2066", "\\u202eabc\\u2066"),
        ("\u200b\u200d\ufeff\u00ad", "\\u200b\\u200d\\ufeff\\xad"),
        ("\u2028\u2029", "\\u2028\\u2029"),
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\U000e0041"),
        ("e\u0301", "e\u0301"),
        ("\u0301e", "\\u0301e"),
        ("e" + "\u0301" * 5, "e\u0301\u0301\u0301\\u0301\\u0301"),
        ("\uffff", "\\uffff"),
    ],
)
def test_terminal_text_shows_what_is_hidden(text: str, shown: str) -> None:
    assert terminal_text(text) == shown


@given(ANY_TEXT)
def test_terminal_text_holds_nothing_that_steers_a_terminal(text: str) -> None:
    shown = terminal_text(text)
    assert not {unicodedata.category(char) for char in shown} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert len(shown.splitlines()) <= 1
    assert terminal_text(shown) == shown
    shown.encode()


@given(ANY_TEXT, st.integers(0, 40))
def test_a_cut_text_keeps_to_its_cells(text: str, limit: int) -> None:
    whole, cut = terminal_text(text), terminal_text(text, limit)
    assert cell_width(cut) <= limit
    assert cut == whole or limit == 0 or (cut.endswith("…") and whole.startswith(cut[:-1]))
    assert (cut == whole) == (cell_width(whole) <= limit)


def test_a_cut_never_splits_an_escape_or_a_wide_character() -> None:
    assert terminal_text("abc\x1bdef", 6) == "abc…"
    assert terminal_text("登录失败", 5) == "登录…"
    assert terminal_text("登录失败", 6) == "登录…"
    assert terminal_text("登录失败", 8) == "登录失败"


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("", 0),
        ("abc", 3),
        ("登录", 4),
        ("e\u0301", 1),
        ("ｱ", 1),
        ("Ａ", 2),
        ("🚀", 2),
        ("❤\ufe0f", 2),
        ("\x1b", 0),
        ("…", 1),
    ],
)
def test_cell_width(text: str, cells: int) -> None:
    assert cell_width(text) == cells


def _rendered(markdown: str) -> str:
    """The text of Markdown that renders as one paragraph of nothing but text; anything else fails."""
    tokens = MarkdownIt("js-default").parse(markdown)
    assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"], markdown
    children = tokens[1].children or []
    assert {child.type for child in children} <= {"text", "text_special"}, markdown
    return "".join(child.content for child in children)


MARKUP = st.text("`*_[]()<>#!|\\&-+=~$:/.@1 a\n\t{}^'\"", max_size=30)


@given(ANY_TEXT | MARKUP)
@example("    code")
@example("- item")
@example("1. item")
@example("---")
@example("<!-- BACKUP_SIGNALS_END -->")
@example("&lt;b&gt; &amp;")
@example("[a](javascript:alert(1))")
def test_markdown_text_renders_as_itself(text: str) -> None:
    assume(terminal_text(text).strip())
    markdown = markdown_text(text)
    assert _rendered(markdown).strip() == terminal_text(text).strip()
    assert not set(markdown) & set("<>\n\r") and "-->" not in markdown


@given(ANY_TEXT | MARKUP)
def test_markdown_text_stays_in_its_table_cell(text: str) -> None:
    table = f"| a | b |\n|---|---|\n| {markdown_text(text)} | end |\n"
    cells = [token for token in MarkdownIt("js-default").parse(table) if token.type == "inline"]
    assert len(cells) == 4
    assert cells[3].content == "end"


@pytest.mark.parametrize("text", ["https://x.example/a", "www.x.example", "a@x.example"])
def test_markdown_text_makes_no_links(text: str) -> None:
    assert markdown_text(text) in {r"https\://x.example/a", r"www\.x.example", r"a\@x.example"}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_go_through_everything(name: str) -> None:
    assert "\n" not in safe_file_part(name) + terminal_text(name) + markdown_text(name)
    assert default_archive(Path("m"), name).parent == Path("m/metrics")
