"""The Markdown record: golden files in both languages, and hostile names that must stay text."""

from __future__ import annotations

import os
import string
from dataclasses import replace
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from qdrill.names import terminal_text
from qdrill.records import markdown_en, markdown_zh
from qdrill.records.markdown_blocks import data, decimal, link, trimmed
from qdrill.records.model import Amended, DrillRecord, KeptSearch, Lang
from qdrill.records.model_metrics import Metrics
from qdrill.records.render_markdown import render_markdown
from qdrill.records.render_toml import parse_record, render_toml
from qdrill.results import DrillResult
from tests.records import samples

DATA = Path(__file__).parent / "data"
RESULTS = {"pass": samples.passed(), "fail": samples.lossy(), "interrupted": samples.cut_off()}
LANGS: tuple[Lang, ...] = ("en", "zh")
TEMPLATE = {
    "zh": (
        "时间", "源集合 / 目标集合", "备份文件大小 (MB)", "恢复条目数", "RTO（秒）",
        "抽样检索示例响应", "指标截图",
    ),
    "en": (
        "Time", "Source / target collection", "Backup file size (MB)", "Points restored", "RTO (seconds)",
        "Sample search responses", "Metrics screenshot",
    ),
}  # fmt: skip
STARTS = ["", "- ", "+ ", "1. ", "2) ", "> ", "# ", "    ", "\t", "=== ", "--- ", "| ", "~~~"]
PARSER = MarkdownIt("commonmark").enable("table")


def parse(text: str) -> list[Token]:
    """All tokens of a document, those inside paragraphs and cells too."""
    return [inner for token in PARSER.parse(text) for inner in [token, *(token.children or [])]]


def shape(text: str) -> list[str]:
    """What a document is made of: kinds of tokens without the text in them."""
    return [token.type for token in parse(text) if token.type not in ("text", "inline")]


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", RESULTS)
def test_golden(name: str, lang: Lang) -> None:
    path = DATA / f"{name}.{lang}.md"
    text = render_markdown(samples.record_of(RESULTS[name]), lang)
    if os.environ.get("QDRILL_GOLDEN"):
        path.write_text(text, encoding="utf-8", newline="")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", RESULTS)
def test_the_first_section_is_the_template_with_every_field_filled(name: str, lang: Lang) -> None:
    text = render_markdown(samples.record_of(RESULTS[name]), lang)
    first = text.split("\n## ")[1].splitlines()
    colon = "：" if lang == "zh" else ":"
    fields = [number for number, line in enumerate(first) if line.startswith("- ")]
    labels = [first[number][2:].replace("*", "").split(colon)[0] for number in fields]
    assert tuple(labels) == TEMPLATE[lang]
    for number in fields:
        value = first[number].replace("**", "").partition(colon)[2].strip()
        assert value or first[number + 1].startswith("  - ")


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("result", [*RESULTS.values(), samples.hostile()], ids=[*RESULTS, "hostile"])
def test_a_record_read_back_renders_to_the_same_bytes(result: DrillResult, lang: Lang) -> None:
    record = samples.record_of(result)
    again = parse_record(render_toml(record))
    assert render_markdown(again, lang) == render_markdown(record, lang)


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("lang", LANGS)
def test_hostile_texts_change_nothing_of_the_document(lang: Lang, start: str) -> None:
    tame = samples.hostile("tame")
    hostile = render_markdown(samples.record_of(samples.hostile(start + samples.HOSTILE)), lang)
    assert shape(hostile) == shape(render_markdown(samples.record_of(tame), lang))
    assert all(char.isprintable() or char == "\n" for char in hostile)


@pytest.mark.parametrize("lang", LANGS)
def test_hostile_texts_render_as_themselves_without_html_or_links(lang: Lang) -> None:
    tokens = parse(render_markdown(samples.record_of(samples.hostile()), lang))
    kinds = {token.type for token in tokens}
    assert not kinds & {"html_block", "html_inline", "code_inline", "fence", "code_block", "hr"}
    targets = {token.attrs["href"] for token in tokens if token.type == "link_open"}
    assert targets == {"evidence/search-1.json", "evidence/differences.jsonl"}
    texts = ["".join(child.content for child in token.children or []) for token in tokens]
    assert sum(terminal_text(samples.HOSTILE) in text for text in texts) > 20


@pytest.mark.parametrize("lang", LANGS)
def test_every_row_of_a_table_has_the_columns_of_its_head(lang: Lang) -> None:
    for result in (*RESULTS.values(), samples.hostile()):
        tokens = parse(render_markdown(samples.record_of(result), lang))
        rows = _columns(tokens)
        assert rows
        assert all(len(set(widths)) == 1 for widths in rows)


def test_states_have_a_glyph_and_a_word() -> None:
    text = render_markdown(samples.record_of(samples.lossy()), "zh")
    assert "**✗ 失败**：恢复 22 个数据点，应为 25 个" in text
    assert "| ? 无法判定 | writer | 是 |" in text
    assert "| – 不适用 | api\\_metrics | 否 |" in render_markdown(samples.record_of(samples.passed()), "zh")
    assert "**■ 中断**" in render_markdown(samples.record_of(samples.cut_off()), "zh")


def test_a_simulated_drill_says_that_it_does_not_count() -> None:
    text = render_markdown(samples.record_of(samples.passed(), origin="simulated"), "en")
    assert "This is a simulated drill. It does not count as evidence." in text


def test_the_panel_and_the_screenshot_are_linked() -> None:
    panel = "http://grafana:3000/d/qdrill/x?orgId=1&from=1&to=2"
    metrics = Metrics("pass", "", panel, "evidence/metrics.svg")
    text = render_markdown(replace(samples.record_of(samples.passed()), metrics=metrics), "zh")
    assert f"- 面板：<{panel}>" in text
    assert "(evidence/metrics.svg)" in text


def with_additions(text: str) -> DrillRecord:
    """A record to which people added everything they can; `text` is in all of it."""
    record = samples.record_of(samples.passed())
    return replace(
        record,
        who=replace(record.who, operator=text, reviewer=text, ticket=text, notes=f"{text}\n{text}"),
        metrics=Metrics("not_applicable", "", text, text),
        screenshots=(f"evidence/screens/{text}.svg",),
        kept=(KeptSearch(text, text, 0.5, text, text, samples.START),),
        amended=(Amended(samples.START, ("operator", text), text, text),),
    )


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("start", STARTS)
def test_what_people_add_changes_nothing_of_the_document(lang: Lang, start: str) -> None:
    # One line more in the notes would be a line more in the document, as it should be.
    attack = (start + samples.HOSTILE).replace("\r\n", " ").replace("\n", " ")
    hostile = render_markdown(with_additions(attack), lang)
    assert shape(hostile) == shape(render_markdown(with_additions("tame!"), lang))
    assert all(char.isprintable() or char == "\n" for char in hostile)
    assert render_markdown(parse_record(render_toml(with_additions(attack))), lang) == hostile


@pytest.mark.parametrize("lang", LANGS)
def test_screens_are_linked_beside_the_reason_why_there_is_no_panel(lang: Lang) -> None:
    path = "evidence/screens/01-backup.svg"
    text = render_markdown(replace(samples.record_of(samples.passed()), screenshots=(path,)), lang)
    first = text.split("\n## ")[1]
    reason = {"en": "none: this drill did not collect metrics", "zh": "无：本次演练未采集指标"}[lang]
    assert reason in first
    assert f"[{path}]({path})" in first


def test_a_kind_of_search_nobody_knows_is_shown_as_it_is() -> None:
    record = samples.record_of(samples.passed())
    odd = replace(record, search=(replace(record.search[0], kind="{by} <hand>"),))
    assert "Query by {by} &lt;hand&gt;, top 2" in render_markdown(odd, "en")


@pytest.mark.parametrize("target", ["javascript:alert(1)", "../../etc/passwd", "http://x/<b>", "a b", "//evil", ""])
def test_a_link_to_anywhere_else_stays_text(target: str) -> None:
    assert "link_open" not in shape(link(target))


def test_what_is_not_zero_is_not_shown_as_zero() -> None:
    assert (decimal(0.0), decimal(0.0004), decimal(1e-9, 6)) == ("0.000", "&lt;0.001", "&lt;0.000001")
    assert (trimmed(900.0), trimmed(0.003401), trimmed(0.0), trimmed(1e-9)) == (
        "900",
        "0.003401",
        "0",
        "&lt;0.000001",
    )
    assert (decimal(float("nan")), trimmed(None)) == (None, None)


def test_long_text_is_cut_and_says_how_long_it_was() -> None:
    assert data("x" * 1000) == "x" * 400 + "… (1,000)"


def test_both_languages_have_the_same_words_with_the_same_blanks() -> None:
    def blanks(text: str) -> set[str | None]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    english, chinese = markdown_en.TEXT, markdown_zh.TEXT
    assert english.keys() == chinese.keys()
    assert {key for key in english if blanks(english[key]) != blanks(chinese[key])} == set()


def _columns(tokens: list[Token]) -> list[list[int]]:
    tables: list[list[int]] = []
    for token in tokens:
        if token.type == "table_open":
            tables.append([])
        elif token.type == "tr_open":
            tables[-1].append(0)
        elif token.type in ("td_open", "th_open"):
            tables[-1][-1] += 1
    return tables
