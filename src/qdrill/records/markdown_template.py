"""The runbook's own template, which opens every record: each field filled, or why it is not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields

from qdrill.records.markdown_blocks import data, decimal, link, moment, number, trimmed
from qdrill.records.model import DrillRecord, Side
from qdrill.records.words import Words
from qdrill.results import Moments, StageName

MOMENTS = tuple(item.name for item in fields(Moments))


def template(record: DrillRecord, words: Words) -> list[str]:
    """Seven fields, in the order and under the labels of the runbook."""
    return [
        *_field(words, "time", _time(record, words)),
        *_field(words, "collections", "", _collections(record, words)),
        *_field(words, "size", _size(record, words)),
        *_field(words, "restored", _restored(record, words)),
        *_field(words, "rto", _rto(record, words), _phases(record, words)),
        *_field(words, "responses", *_responses(record, words)),
        *_field(words, "metrics", *_metrics(record, words)),
        "",
    ]


def why_absent(record: DrillRecord, stage: StageName, words: Words) -> str:
    """Why the record has nothing of a stage."""
    name = words(f"stage.{stage}")
    for one in record.stage:
        if one.stage == stage and one.seconds is not None:
            return words("absent.no_figures" if one.ok else "absent.broke", stage=name)
    return words("absent.not_reached", stage=name)


def _field(words: Words, key: str, value: str, below: Iterable[str] = ()) -> list[str]:
    label = words("field", label=words(f"template.{key}"), value=value).rstrip()
    return [f"- {label}", *(f"  - {line}" for line in below)]


def _time(record: DrillRecord, words: Words) -> str:
    started = moment(record.time.started)
    if record.time.finished is None:
        return words("time.unfinished", started=started)
    return words("time.span", started=started, finished=moment(record.time.finished))


def _collections(record: DrillRecord, words: Words) -> list[str]:
    return [
        words("side.source", place=place(record.source, words)),
        words("side.target", place=place(record.target, words)),
    ]


def place(side: Side, words: Words) -> str:
    """A collection's address, with the version behind it where it is known."""
    return words("place", address=data(side.address), version=data(side.server)) if side.server else data(side.address)


def _size(record: DrillRecord, words: Words) -> str:
    if record.backup is None:
        return words("unknown.because", why=why_absent(record, "backup", words))
    backup = record.backup
    mb = trimmed(backup.mb) or words("unknown")
    return words("size", mb=mb, bytes=number(backup.bytes), file=data(backup.file))


def _restored(record: DrillRecord, words: Words) -> str:
    restore = record.restore
    if restore is None:
        return words("unknown.because", why=why_absent(record, "restore", words))
    key = "restored.unfinished" if restore.broke_off else "restored"
    restored = words("unknown") if restore.restored is None else number(restore.restored)
    return words(key, restored=restored, expected=number(restore.expected))


def _rto(record: DrillRecord, words: Words) -> str:
    objective = trimmed(record.rto.objective_s) or words("objective.none")
    actual = decimal(record.rto.rta_s)
    if actual is None:
        reason = data(words.sentence(record.reason))
        why = reason if record.search else words("searches.none", why=why_absent(record, "validate", words))
        return words("rto.not_reached", objective=objective, why=why)
    said = words("rto", objective=objective, actual=actual, met=met(record.rto.met, words))
    note = record.rto.note
    return words("rto.note", said=said, note=data(words.sentence(note))) if note else said


def met(value: bool | None, words: Words) -> str:
    """Whether an objective was met, in words; None is 'no objective to meet' or 'not known'."""
    return words({True: "met.yes", False: "met.no", None: "met.unknown"}[value])


def _phases(record: DrillRecord, words: Words) -> list[str]:
    phases = record.rto.phases
    return [
        words(
            "phase",
            name=words(f"moment.{name}"),
            seconds=decimal(getattr(phases, name)) or words("not_reached"),
        )
        for name in MOMENTS
    ]


def _responses(record: DrillRecord, words: Words) -> tuple[str, list[str]]:
    if not record.search:
        return words("searches.none", why=why_absent(record, "validate", words)), []
    return "", [
        words(
            "response",
            state=words(f"state.{one.state}"),
            query=data(words.sentence(one.query)),
            path=link(one.response) if one.response else words("responses.no_file"),
        )
        for one in record.search
    ]


def _metrics(record: DrillRecord, words: Words) -> tuple[str, list[str]]:
    metrics = record.metrics
    panel, picture = metrics.grafana, metrics.screenshot
    screens = [words("metrics.screen", where=link(one)) for one in record.screenshots]
    if not panel and not picture:
        return words("metrics.none", why=data(words.sentence(metrics.reason))), screens
    return "", [
        words("metrics.panel", where=link(panel) if panel else words("none")),
        words("metrics.picture", where=link(picture) if picture else words("none")),
        *screens,
    ]
