"""Sections of the Markdown record for what people added: searches kept by hand, amendments, the sign-off."""

from __future__ import annotations

from qdrill.records.markdown_blocks import ABSENT, data, decimal, link, moment, number, paragraph, section, table
from qdrill.records.model import Amended, DrillRecord, KeptSearch
from qdrill.records.words import Words

_BLANK = "____________________"


def kept(record: DrillRecord, words: Words) -> list[str]:
    """Searches that somebody kept; nothing where nobody did."""
    if not record.kept:
        return []
    columns = [words(f"column.{name}") for name in ("when", "query", "source", "target", "overlap", "file")]
    rows = [_kept(one) for one in record.kept]
    return section(words("title.kept"), paragraph(words("kept")), table(columns, rows, [4]))


def _kept(search: KeptSearch) -> tuple[str, ...]:
    return (
        moment(search.at) if search.at else ABSENT,
        data(search.query),
        data(search.source),
        data(search.target or ""),
        decimal(search.overlap) or ABSENT,
        link(search.path),
    )


def amendments(record: DrillRecord, words: Words) -> list[str]:
    """When the record was amended, and where each former form of it lies; nothing for a record that was not."""
    if not record.amended:
        return []
    told = words("amended", times=number(len(record.amended)), at=moment(record.amended[-1].at))
    columns = [words(f"column.{name}") for name in ("when", "amended", "former")]
    rows = [(moment(one.at), _fields(one, words), link(one.former)) for one in record.amended]
    return section(words("title.amendments"), paragraph(told), table(columns, rows))


def _fields(amended: Amended, words: Words) -> str:
    keys = ((name, f"amended.{name}") for name in amended.changed)
    return words("amended.and").join(words(key) if key in words.text else data(name) for name, key in keys) or ABSENT


def sign_off(record: DrillRecord, words: Words) -> list[str]:
    """Who stands for the drill; fields nobody filled are lines to write on. Notes of several lines stand below."""
    who = record.who
    filled = {"operator": who.operator, "ticket": who.ticket, "reviewer": who.reviewer, "notes": who.notes}
    lines = [line.strip() for line in who.notes.splitlines() if line.strip()]
    below = len(lines) > 1
    if below:
        del filled["notes"]
    rows = [(words(f"sign.{key}"), data(value) if value.strip() else _BLANK) for key, value in filled.items()]
    rows.append((words("sign.signature"), _BLANK))
    facts = table((words("column.what"), words("column.value")), rows)
    noted = [words("sign.below"), "", *(f"- {data(line)}" for line in lines), ""] if below else []
    return section(words("title.sign_off"), facts, noted)
