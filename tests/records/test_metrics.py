"""The metrics of a record: written and read back, rendered in both languages, hostile words kept as text."""

from __future__ import annotations

from dataclasses import replace

import pytest
from markdown_it import MarkdownIt

from qdrill.records.ci_summary import render_ci_summary
from qdrill.records.model import DrillRecord, Lang
from qdrill.records.render_markdown import render_markdown
from qdrill.records.render_toml import parse_record, render_toml
from tests.records import samples


def record(text: str = "") -> DrillRecord:
    return replace(samples.record_of(samples.passed()), metrics=samples.metrics(text))


def section(text: str, title: str) -> str:
    return next(part for part in text.split("\n## ") if part.startswith(title))


def test_they_come_back_from_the_file_as_they_were() -> None:
    assert parse_record(render_toml(record())).metrics == samples.metrics()


def test_the_section_says_what_each_service_said() -> None:
    said = section(render_markdown(record(), "en"), "Metrics")
    assert "| rag | ✓ read | default\\_collection\\_restored | 100,000 | 196 | error 2 | 2.900 | — | 2.400 |" in said
    assert "not readable (cannot be reached)" in said
    assert "[evidence/p.json](evidence/p.json)" in said
    assert "✗" not in said
    assert "Grafana annotation: 7" in said


def test_absent_is_written_as_absent_and_never_as_0() -> None:
    metrics = samples.metrics()
    bare = replace(metrics.endpoint[0].change[0], rows=None, batches=None, skipped={}, seconds=None, p95=None)
    empty = replace(metrics, endpoint=(replace(metrics.endpoint[0], change=(bare,)),))
    found = replace(record(), metrics=empty)
    line = next(line for line in render_markdown(found, "en").splitlines() if line.startswith("| rag "))
    assert line.count("absent") == 4
    assert "| 0 " not in line
    assert 'import_rows_total{endpoint="rag",collection="default_collection_restored"}: absent' in render_ci_summary(
        found
    )


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_hostile_words_change_nothing_of_the_document(lang: Lang) -> None:
    def shape(text: str) -> list[str]:
        return [token.type for token in MarkdownIt("commonmark").enable("table").parse(text)]

    hostile = render_markdown(record(samples.HOSTILE), lang)
    assert shape(hostile) == shape(render_markdown(record("tame"), lang))
    assert all(char.isprintable() or char == "\n" for char in hostile)


def test_the_summary_has_a_line_for_each_figure_and_none_can_be_forged() -> None:
    text = render_ci_summary(record("x: 5\n- backup_total: 9"))
    assert text.count("\n- backup_total:") == 1
    lines = text.split("# Metrics E2E Summary\n\n")[1].split("\n\n")[0].splitlines()
    assert all(line.startswith("- ") for line in lines)
    assert any(line.endswith("}: 100000") for line in lines)
