"""`drill.md` and `drill.zh.md`: the record for people, in English and Chinese.

A pure function of the record alone: rendering a record that was read back gives the same bytes.
"""

from __future__ import annotations

from qdrill.records import markdown_compare as compare
from qdrill.records import markdown_metrics as signals
from qdrill.records import markdown_person as person
from qdrill.records import markdown_sections as outcome
from qdrill.records.markdown_blocks import data, section
from qdrill.records.markdown_template import template
from qdrill.records.model import DrillRecord, Lang
from qdrill.records.words import WORDS


def render_markdown(record: DrillRecord, lang: Lang) -> str:
    """The record in Markdown (GitHub's tables); the runbook's template first, the sign-off last."""
    words = WORDS[lang]
    title = words("title", id=data(record.id), state=outcome.state(record.verdict, words))
    sections = (
        section(words("title.template"), template(record, words)),
        outcome.verdict(record, words),
        outcome.checks(record, words),
        compare.searches(record, words),
        person.kept(record, words),
        outcome.moments(record, words),
        compare.comparison(record, words),
        compare.configuration(record, words),
        compare.drift(record, words),
        outcome.backup(record, words),
        signals.metrics(record, words),
        outcome.failed_checks(record, words),
        outcome.integrity(record, words),
        person.amendments(record, words),
        person.sign_off(record, words),
    )
    lines = [f"# {title}", "", *(line for part in sections for line in part)]
    return "\n".join(lines).rstrip("\n") + "\n"
