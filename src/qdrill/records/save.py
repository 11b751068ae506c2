"""A drill's directory: evidence first, then the Markdown, the record last; each file whole or not there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from qdrill.errors import ArchiveError, OutputError
from qdrill.files import make_directory, output_error, write_text
from qdrill.names import terminal_text
from qdrill.records.build import build_record
from qdrill.records.evidence import write_searches
from qdrill.records.integrity import digest_file, evidence_digests, last_digest
from qdrill.records.kept import kept_searches
from qdrill.records.lock import held
from qdrill.records.model import MARKDOWN_NAMES, RECORD_NAME, UNFINISHED, DrillRecord, Origin, Who
from qdrill.records.model_metrics import Metrics
from qdrill.records.render_markdown import render_markdown
from qdrill.records.render_toml import load_record, render_toml
from qdrill.results import DrillResult, Objectives, Place


def open_drill(
    directory: Path,
    *,
    name: str,
    source: Place,
    target: Place,
    method: str,
    objectives: Objectives,
    started: datetime,
    who: Who,
    origin: Origin = "real",
    delay_ms_per_point: float = 0.0,
) -> Path:
    """Write the record of a drill that has just begun into `directory` (its name is the drill's id).

    It says `interrupted`, so that a drill that is killed leaves a record that tells so. Returns the path of
    the record. Raises OutputError, also where the directory holds a record already.
    """
    if (directory / RECORD_NAME).exists():
        raise OutputError(_taken(directory))
    begun = DrillResult(
        id=directory.name,
        name=name,
        verdict="interrupted",
        reason=UNFINISHED,
        started=started,
        finished=started,
        source=source,
        target=target,
        method=method,
        objectives=objectives,
        stages=(),
        checks=(),
        delay_ms_per_point=delay_ms_per_point,
    )
    previous = last_digest(directory.parent, but=directory.name)
    record = build_record(begun, who=who, previous=previous, evidence={}, origin=origin)
    return _write_record(directory, replace(record, time=replace(record.time, finished=None)))


def save_drill(
    directory: Path,
    result: DrillResult,
    *,
    who: Who,
    origin: Origin = "real",
    metrics: Metrics | None = None,
) -> Path:
    """Write evidence, Markdown and record of a finished drill into `directory`; returns the record's path.

    Files that others put under `evidence/` before (screenshots, kept searches) are linked and digested. An opened
    record is replaced, a finished one never. Raises OutputError.
    """
    make_directory(directory)
    with held(directory):
        opened = _opened(directory)
        write_searches(directory, result)
        record = _finished(directory, result, opened, who, origin, metrics)
        return _write_record(directory, _with_files(record, write_markdown(directory, record)))


def _finished(
    directory: Path, result: DrillResult, opened: DrillRecord | None, who: Who, origin: Origin, metrics: Metrics | None
) -> DrillRecord:
    """The record of `result` with what lies in its directory; `opened` is the form it has had so far."""
    try:
        evidence = evidence_digests(directory)
        opened_digest = digest_file(directory / RECORD_NAME) if opened else None
    except OSError as error:
        raise output_error(directory, error) from error
    return build_record(
        result,
        who=who,
        previous=opened.integrity.previous if opened else last_digest(directory.parent, but=directory.name),
        evidence=evidence,
        origin=origin,
        opened=opened_digest,
        metrics=metrics,
        kept=kept_searches(directory, evidence),
    )


def write_markdown(directory: Path, record: DrillRecord) -> dict[str, str]:
    """Write `drill.md` and `drill.zh.md` of `record`; returns their digests by name. Raises OutputError."""
    write_text(directory / MARKDOWN_NAMES["en"], render_markdown(record, "en"))
    write_text(directory / MARKDOWN_NAMES["zh"], render_markdown(record, "zh"))
    return {name: digest_file(directory / name) for name in MARKDOWN_NAMES.values()}


def _with_files(record: DrillRecord, files: Mapping[str, str]) -> DrillRecord:
    integrity = record.integrity
    return replace(record, integrity=replace(integrity, files={**integrity.files, **files}))


def _write_record(directory: Path, record: DrillRecord) -> Path:
    path = directory / RECORD_NAME
    write_text(path, render_toml(record))
    return path


def _opened(directory: Path) -> DrillRecord | None:
    """The record that `open_drill` left; raises OutputError where a finished one is in its place."""
    path = directory / RECORD_NAME
    if not path.exists():
        return None
    try:
        record = load_record(path)
    except ArchiveError as error:
        raise OutputError(f"will not replace a record: {error}") from error
    if record.time.finished is not None:
        raise OutputError(_taken(directory))
    return record


def _taken(directory: Path) -> str:
    name = terminal_text(str(directory))
    return f"{name} holds a drill record already; records are never replaced, take a new id"
