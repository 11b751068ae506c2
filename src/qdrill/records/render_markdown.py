"""`drill.md` and `drill.zh.md`: the record for people, in English and Chinese.

A pure function of the record alone: rendering a record that was read back gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence

from qdrill.records import markdown_compare as compare
from qdrill.records import markdown_metrics as signals
from qdrill.records import markdown_person as person
from qdrill.records import markdown_sections as outcome
from qdrill.records.markdown_blocks import data, section
from qdrill.records.markdown_template import template
from qdrill.records.model import DrillRecord, Lang
from qdrill.records.words import WORDS, Words


def render_markdown(record: DrillRecord, lang: Lang, problems: Sequence[str] = ()) -> str:
    """The record in Markdown (GitHub's tables); the runbook's template first, the sign-off last.

    Args:
        problems: what is wrong with the record or its files, as `integrity` says it; a warning above all else.
    """
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
    lines = [*_warning(problems, words), f"# {title}", "", *(line for part in sections for line in part)]
    return "\n".join(lines).rstrip("\n") + "\n"


def _warning(problems: Sequence[str], words: Words) -> list[str]:
    if not problems:
        return []
    told = (f"> - {data(words.sentence(problem))}" for problem in problems)
    return [f"> {words('warning')}", ">", *told, ""]
