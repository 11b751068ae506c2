"""The Markdown record's section about metrics: what endpoints and Prometheus said about the drill."""

from __future__ import annotations

from collections.abc import Iterator

from qdrill.records.markdown_blocks import ABSENT, GLYPHS, data, decimal, link, number, paragraph, section, table
from qdrill.records.model import DrillRecord
from qdrill.records.model_metrics import Metrics, MetricsEndpoint
from qdrill.records.words import Words
from qdrill.signals.model import ImportChange

_READING = {"known": "pass", "absent": "not_applicable", "restarted": "inconclusive", "unreadable": "inconclusive"}
_ANSWER = {"answered": "pass", "empty": "not_applicable", "failed": "inconclusive"}


def metrics(record: DrillRecord, words: Words) -> list[str]:
    """State and reason, the import metrics of each endpoint, the queries, and notes."""
    found = record.metrics
    said = f"{GLYPHS[found.state]} {words(f'state.{found.state}')}"
    why = words("metrics.because", why=data(words.sentence(found.reason))) if found.reason else ""
    return section(
        words("title.metrics"),
        paragraph(words("metrics.state", state=said, reason=why)),
        _endpoints(found, words),
        _queries(found, words),
        _notes(found, words),
    )


def _endpoints(found: Metrics, words: Words) -> list[str]:
    if not found.endpoint:
        return []
    columns = ("endpoint", "state", "collection", "rows", "batches", "skipped", "seconds", "p50", "p95")
    rows = [row for endpoint in found.endpoint for row in _changes(endpoint, words)]
    return table([words(f"column.{name}") for name in columns], rows, [3, 4, 5, 6, 7, 8])


def _changes(endpoint: MetricsEndpoint, words: Words) -> Iterator[tuple[str, ...]]:
    """A row for each collection; one that says why where there is none."""
    said = f"{GLYPHS[_READING[endpoint.state]]} {words(f'reading.{endpoint.state}')}"
    if endpoint.note:
        said = f"{said} ({data(words.sentence(endpoint.note))})"
    name = f"{data(endpoint.name)} {link(endpoint.path)}" if endpoint.path else data(endpoint.name)
    for change in endpoint.change:
        yield name, said, data(change.collection), *_figures(change, words)
    if not endpoint.change:
        yield name, said, *[ABSENT] * 7


def _figures(change: ImportChange, words: Words) -> tuple[str, ...]:
    absent = words("metrics.absent")
    skipped = ", ".join(f"{data(reason)} {_count(value)}" for reason, value in sorted(change.skipped.items()))
    return (
        _count(change.rows) if change.rows is not None else absent,
        _count(change.batches) if change.batches is not None else absent,
        skipped or absent,
        decimal(change.seconds) or absent,
        decimal(change.p50) or ABSENT,
        decimal(change.p95) or ABSENT,
    )


def _count(value: float) -> str:
    """A counter's increase; Prometheus clients count in floats."""
    return (number(int(value)) if value.is_integer() else decimal(value)) or ABSENT


def _queries(found: Metrics, words: Words) -> list[str]:
    if not found.query:
        return []
    rows = [
        (
            data(one.name),
            f"{GLYPHS[_ANSWER[one.state]]} {words(f'answer.{one.state}')}"
            + (f" ({data(words.sentence(one.note))})" if one.note else ""),
            number(one.series),
            decimal(one.last) or ABSENT,
            data(one.promql),
            link(one.path) if one.path else ABSENT,
        )
        for one in found.query
    ]
    columns = ("query", "state", "series", "last", "promql", "answer")
    return table([words(f"column.{name}") for name in columns], rows, [2, 3])


def _notes(found: Metrics, words: Words) -> list[str]:
    annotation = [words("metrics.annotation", id=number(found.annotation))] if found.annotation is not None else []
    notes = [data(words.sentence(note)) for note in found.notes]
    if not annotation and not notes:
        return []
    return [words("metrics.notes"), "", *(f"- {line}" for line in (*annotation, *notes)), ""]
