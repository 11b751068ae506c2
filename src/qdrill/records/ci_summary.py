"""`artifacts/metrics/ci_summary.txt`: the lines that other people's pipelines read."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from pathlib import Path

from qdrill.files import write_text
from qdrill.names import terminal_text
from qdrill.records.model import DrillRecord
from qdrill.records.model_metrics import Metrics

UNKNOWN = "unknown"


def write_ci_summary(path: Path, record: DrillRecord, *, seed_total: int | None = None) -> None:
    """Replace the summary at `path` in one step; raises OutputError. Arguments as of `render_ci_summary`."""
    write_text(path, render_ci_summary(record, seed_total=seed_total))


def render_ci_summary(record: DrillRecord, *, seed_total: int | None = None) -> str:
    """The summary: the runbook's seven keys first, then the metrics, then what else the record says.

    Durations among the seven are whole seconds, rounded up. A number nobody knows is `unknown`, never 0.

    Args:
        seed_total: exact points of the source when the backup began, for a record of a backup that never ended.
    """
    sections = (
        ("# Consolidated CI Summary", _first(record, seed_total)),
        ("# Metrics E2E Summary", _metrics(record)),
        ("# Drill Summary", _further(record)),
    )
    return "\n".join(f"{title}\n\n{''.join(_lines(pairs))}" for title, pairs in sections)


def whole_seconds(seconds: float | None) -> str:
    """Seconds rounded up to a whole number, or `unknown`."""
    if seconds is None or not math.isfinite(seconds) or seconds < 0:
        return UNKNOWN
    # A nanosecond of float noise is not another second.
    return str(math.ceil(round(seconds, 9)))


def count(number: int | None) -> str:
    """A count, or `unknown`."""
    return UNKNOWN if number is None else str(number)


def _lines(pairs: Iterable[tuple[str, str]]) -> Iterable[str]:
    return (f"- {terminal_text(key)}: {terminal_text(value)}\n" for key, value in pairs)


def _first(record: DrillRecord, seed_total: int | None) -> tuple[tuple[str, str], ...]:
    backup, restore = record.backup, record.restore
    counted = record.source.points_exact
    return (
        ("collection", record.source.collection),
        ("seed_total", count(seed_total if counted is None else counted)),
        ("backup_total", count(backup.points if backup else None)),
        ("restored_total", count(restore.restored if restore else None)),
        ("src", "qdrill"),
        ("backup_duration_seconds", whole_seconds(backup.duration_s if backup else None)),
        ("restore_duration_seconds (RTO)", whole_seconds(record.rto.rta_s)),
    )


def _metrics(record: DrillRecord) -> tuple[tuple[str, str], ...]:
    metrics = record.metrics
    said = "not collected" if metrics.state in ("not_applicable", "skipped") else metrics.state
    links = (("grafana", metrics.grafana), ("screenshot", metrics.screenshot))
    given = tuple((key, value) for key, value in links if value)
    head = ("metrics", f"{said} ({metrics.reason})" if metrics.reason else said)
    return (head, *_changes(metrics), *given)


def _changes(metrics: Metrics) -> Iterable[tuple[str, str]]:
    """What each endpoint's import metrics rose by, keyed as Prometheus writes series; what it lacks is `absent`."""
    for endpoint in metrics.endpoint:
        where = f"endpoint={_quoted(endpoint.name)}"
        said = f"{endpoint.state} ({endpoint.note})" if endpoint.note else endpoint.state
        yield f"metrics_endpoint{{{where}}}", said
        for change in endpoint.change:
            labels = f"{{{where},collection={_quoted(change.collection)}}}"
            skipped = sum(change.skipped.values()) if change.skipped else None
            figures = (
                ("import_rows_total", change.rows),
                ("import_batches_total", change.batches),
                ("import_skipped_total", skipped),
                ("import_duration_seconds_sum", change.seconds),
            )
            yield from ((f"{name}{labels}", _figure(value)) for name, value in figures)


def _quoted(label: str) -> str:
    """A label's value without what could end the key."""
    return json.dumps(label, ensure_ascii=False).replace(":", "\\u003a")


def _figure(value: float | None) -> str:
    return "absent" if value is None else f"{value:.15g}"


def _further(record: DrillRecord) -> tuple[tuple[str, str], ...]:
    restore = record.restore
    return (
        ("verdict", record.verdict),
        ("reason", record.reason),
        ("record", record.id),
        ("evidence", record.evidence),
        ("source", record.source.address),
        ("target", record.target.address),
        ("rejected_total", count(restore.rejected_total if restore else None)),
        ("rto_objective_seconds", _exact(record.rto.objective_s, "none")),
        ("rta_seconds", _exact(record.rto.rta_s)),
        ("rpo_objective_seconds", _exact(record.rpo.objective_s, "none")),
        ("rpa_seconds", _exact(record.rpo.rpa_s)),
        ("backup_seconds", _exact(record.backup.duration_s if record.backup else None)),
        ("restore_stage_seconds", _exact(restore.duration_s if restore else None)),
    )


def _exact(seconds: float | None, absent: str = UNKNOWN) -> str:
    if seconds is None:
        return absent
    return f"{seconds:.6f}".rstrip("0").rstrip(".") if math.isfinite(seconds) else UNKNOWN
