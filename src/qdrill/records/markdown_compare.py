"""Sections of the Markdown record that set source and target side by side."""

from __future__ import annotations

from itertools import zip_longest

from qdrill.records.markdown_blocks import ABSENT, data, decimal, link, number, paragraph, section, table
from qdrill.records.markdown_sections import state
from qdrill.records.markdown_template import why_absent
from qdrill.records.model import DrillRecord, SearchRecord, Verify
from qdrill.records.words import Words

_CLASSES = ("equal", "missing", "extra", "vector", "payload", "float_drift")


def searches(record: DrillRecord, words: Words) -> list[str]:
    """Each sample search with both sides' hits in one table."""
    if not record.search:
        why = why_absent(record, "validate", words)
        return section(words("title.searches"), paragraph(words("searches.none", why=why)))
    blocks = [_search(number_, one, words) for number_, one in enumerate(record.search, 1)]
    return section(words("title.searches"), *blocks)


def _search(number_: int, search: SearchRecord, words: Words) -> list[str]:
    columns = ("rank", "source_hit", "score", "target_hit", "score", "same")
    hits = table([words(f"column.{name}") for name in columns], _hits(search, words), [0, 2, 4])
    return [
        f"### {number_}. {state(search.state, words)} {data(words.sentence(search.query))}",
        "",
        *([data(words.sentence(search.reason)), ""] if search.reason.strip() else []),
        *(hits if search.source_ids or search.target_ids else paragraph(words(_no_hits(search)))),
        *_measures(search, words),
        "",
    ]


def _answered(search: SearchRecord) -> bool:
    """Whether both sides answered, with hits or without."""
    source = search.source_ms is not None or bool(search.source_ids)
    return source and (search.target_ms is not None or bool(search.target_ids))


def _no_hits(search: SearchRecord) -> str:
    return "hits.none" if _answered(search) else "hits.unanswered"


def _hits(search: SearchRecord, words: Words) -> list[tuple[str, ...]]:
    source = zip_longest(search.source_ids, search.source_scores)
    target = zip_longest(search.target_ids, search.target_scores)
    pairs = zip_longest(source, target, fillvalue=(None, None))
    return [
        (
            str(rank),
            *_hit(left_id, left),
            *_hit(right_id, right),
            words("unknown" if not _answered(search) else "yes" if left_id == right_id else "no"),
        )
        for rank, ((left_id, left), (right_id, right)) in enumerate(pairs, 1)
    ]


def _hit(point: str | None, score: float | None) -> tuple[str, str]:
    return (ABSENT if point is None else data(point), decimal(score, 4) or ABSENT)


def _measures(search: SearchRecord, words: Words) -> list[str]:
    unknown = words("unknown")
    using = data(search.using)
    order = {True: "yes", False: "no", None: "unknown"}[search.same_order]
    latency = " / ".join(decimal(one, 1) or unknown for one in (search.source_ms, search.target_ms))
    return [
        f"- {words('search.kind', kind=_kind(search, words), k=number(search.k), using=using)}",
        f"- {words('search.overlap', overlap=decimal(search.overlap_at_k) or unknown, order=words(order))}",
        f"- {words('search.change', change=decimal(search.max_score_change, 6) or unknown)}",
        f"- {words('search.latency', latency=latency)}",
        f"- {words('search.response', path=link(search.response) if search.response else words('none'))}",
    ]


def _kind(search: SearchRecord, words: Words) -> str:
    key = f"kind.{search.kind}"
    return words(key) if key in words.text else data(search.kind)


def comparison(record: DrillRecord, words: Words) -> list[str]:
    """How many points are equal and how many are not, by class, and the first of them."""
    verify = record.verify
    if verify is None:
        why = why_absent(record, "validate", words)
        return section(words("title.comparison"), paragraph(words("comparison.none", why=why)))
    head = words(
        "comparison",
        state=state(verify.state, words),
        level=words(f"level.{verify.level}"),
        compared=number(verify.compared),
        source=number(verify.source_points),
        target=number(verify.target_points),
        seconds=decimal(verify.duration_s) or words("unknown"),
    )
    rows = [(words(f"class.{name}"), _counted(verify, name, words)) for name in _CLASSES]
    counts = table((words("column.class"), words("column.points")), rows, [1])
    return section(words("title.comparison"), paragraph(head), counts, _differences(verify, words))


def _counted(verify: Verify, name: str, words: Words) -> str:
    """Points of a class; where none was looked at, none of them is 0."""
    found = getattr(verify, name)
    return number(found) if found or verify.compared or not verify.source_points else words("drift.unknown")


def _differences(verify: Verify, words: Words) -> list[str]:
    rows = [(data(one.id), words(f"class.{one.kind}"), data(one.detail)) for one in verify.difference]
    columns = (words("column.id"), words("column.class"), words("column.detail"))
    listed = [words("differences.first"), "", *table(columns, rows)] if rows else []
    return listed + (paragraph(words("differences.all", path=link(verify.differences))) if verify.differences else [])


def configuration(record: DrillRecord, words: Words) -> list[str]:
    """Settings that are not the same on both sides."""
    if record.config_difference:
        rows = [(data(one.path), data(one.left), data(one.right)) for one in record.config_difference]
        columns = (words("column.setting"), words("column.source"), words("column.target"))
        return section(words("title.configuration"), table(columns, rows))
    # The restore compares them at its end; one that broke off never came to it.
    whole = record.restore is not None and not record.restore.broke_off
    if whole or record.verify is not None:
        return section(words("title.configuration"), paragraph(words("configuration.same")))
    why = why_absent(record, "restore", words)
    return section(words("title.configuration"), paragraph(words("configuration.none", why=why)))


def drift(record: DrillRecord, words: Words) -> list[str]:
    """What the source did since the backup, in points."""
    found = record.rpo.source_drift
    values = ((words(f"drift.{name}"), getattr(found, name)) for name in ("added", "changed", "removed"))
    rows = [(name, words("drift.unknown") if value is None else number(value)) for name, value in values]
    return section(words("title.drift"), table((words("column.what"), words("column.points")), rows, [1]))
