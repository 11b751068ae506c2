"""Sections of the Markdown record about the drill's outcome: verdict, checks, moments, writer, sign-off."""

from __future__ import annotations

from collections.abc import Iterable

from qdrill.records.markdown_blocks import (
    ABSENT,
    GLYPHS,
    data,
    decimal,
    link,
    moment,
    number,
    paragraph,
    section,
    table,
    trimmed,
)
from qdrill.records.markdown_template import MOMENTS, met, place, why_absent
from qdrill.records.model import MARKDOWN_NAMES, DrillRecord
from qdrill.records.words import Words
from qdrill.results import Check, StageTime


def state(value: str, words: Words) -> str:
    """A state or verdict as glyph and word."""
    return f"{GLYPHS[value]} {words(f'state.{value}')}"


def verdict(record: DrillRecord, words: Words) -> list[str]:
    """The banner with verdict and reason, and the drill's circumstances."""
    banner = words("banner", state=state(record.verdict, words), reason=data(words.sentence(record.reason)))
    lines = [f"> {banner}"]
    if record.evidence != "real":
        lines += [">", f"> {words('banner.not_real', origin=words(f'origin.{record.evidence}'))}"]
    return section(words("title.verdict"), [*lines, ""], _circumstances(record, words), _notes(record, words))


def _circumstances(record: DrillRecord, words: Words) -> list[str]:
    who = record.who
    rows = [
        (words("fact.drill"), data(record.name)),
        (words("fact.evidence"), words(f"origin.{record.evidence}")),
        (words("fact.method"), data(record.method)),
        (
            words("fact.throttle"),
            words("throttle", ms=decimal(record.delay_ms_per_point, 1) or words("unknown")),
        ),
        (words("fact.source"), place(record.source, words)),
        (words("fact.target"), _target(record, words)),
        (words("fact.aliases"), data(", ".join(record.source.aliases))),
        (words("fact.tool"), data(f"{who.tool}, Python {who.python}, {who.host}")),
        (words("fact.runbook"), data(who.runbook)),
    ]
    if record.error:
        rows.append((words("fact.error"), data(words.sentence(record.error))))
    return _facts(rows, words)


def _target(record: DrillRecord, words: Words) -> str:
    said = {True: "target.created", False: "target.existed", None: "target.unknown"}[record.target.created_by_drill]
    kept = "target.removed" if record.target.removed else "target.kept"
    return words("target", place=place(record.target, words), created=words(said), kept=words(kept))


def _notes(record: DrillRecord, words: Words) -> list[str]:
    if not record.notes:
        return []
    return [words("fact.notes"), "", *(f"- {data(words.sentence(note))}" for note in record.notes), ""]


def _facts(rows: Iterable[tuple[str, str]], words: Words) -> list[str]:
    return table((words("column.what"), words("column.value")), rows)


def checks(record: DrillRecord, words: Words) -> list[str]:
    """Every check, with what was expected and what was seen."""
    if not record.check:
        return section(words("title.checks"), paragraph(words("checks.none")))
    rows = [
        (
            state(one.state, words),
            data(words.check(one.name)),
            words("yes" if one.required else "no"),
            data(words.sentence(one.expected)),
            data(words.sentence(one.seen)),
        )
        for one in record.check
    ]
    columns = ("state", "check", "required", "expected", "seen")
    return section(words("title.checks"), table([words(f"column.{name}") for name in columns], rows))


def failed_checks(record: DrillRecord, words: Words) -> list[str]:
    """Checks that did not pass, with the ids concerned, and rows the target refused."""
    unsettled = [one for one in record.check if one.state in ("fail", "inconclusive")]
    none = words(_none_failed(record))
    blocks = [_failed(one, words) for one in unsettled] or [paragraph(none)]
    return section(words("title.failed"), *blocks, _rejected(record, words))


def _none_failed(record: DrillRecord) -> str:
    """Which words say that no check failed: one that was not run has not passed."""
    if all(one.state == "skipped" for one in record.check):
        return "checks.none"
    return "failed.none_of_those_run" if any(one.state == "skipped" for one in record.check) else "failed.none"


def _failed(check: Check, words: Words) -> list[str]:
    ids = ", ".join(data(one) for one in check.ids) or ABSENT
    return [
        f"### {state(check.state, words)} {data(words.check(check.name))}",
        "",
        f"- {words('failed.expected', text=data(words.sentence(check.expected)))}",
        f"- {words('failed.seen', text=data(words.sentence(check.seen)))}",
        f"- {words('failed.ids', ids=ids)}",
        "",
    ]


def _rejected(record: DrillRecord, words: Words) -> list[str]:
    restore = record.restore
    if restore is None or restore.rejected_total == 0:
        return []
    listed = sum(group.count for group in restore.rejected)
    rows = [
        (data(group.reason), number(group.count), ", ".join(data(one) for one in group.first_ids))
        for group in restore.rejected
    ]
    columns = [words("column.reason"), words("column.rows"), words("column.first_ids")]
    text = words("rejected", total=number(restore.rejected_total), listed=number(listed))
    return [f"### {words('title.rejected')}", "", text, "", *(table(columns, rows, [1]) if rows else [])]


def moments(record: DrillRecord, words: Words) -> list[str]:
    """Recovery time and point against their objectives, the moments, and how long each stage took."""
    phases = [
        (words(f"moment.{name}"), words(f"meaning.{name}"), _seconds(getattr(record.rto.phases, name), words))
        for name in MOMENTS
    ]
    columns = (words("column.moment"), words("column.meaning"), words("column.seconds"))
    return section(
        words("title.moments"),
        _objectives(record, words),
        table(columns, phases, [2]),
        _stages(record, words),
    )


def _seconds(value: float | None, words: Words) -> str:
    return decimal(value) or words("not_reached")


def _objectives(record: DrillRecord, words: Words) -> list[str]:
    none, unknown = words("objective.none"), words("unknown")
    rows = [
        (name, trimmed(one.objective_s) or none, actual or unknown, met(one.met, words))
        for name, one, actual in (
            ("RTO / RTA", record.rto, decimal(record.rto.rta_s)),
            ("RPO / RPA", record.rpo, decimal(record.rpo.rpa_s)),
        )
    ]
    columns = ("measure", "objective", "actual", "met")
    return table([words(f"column.{name}") for name in columns], rows, [1, 2])


def _stages(record: DrillRecord, words: Words) -> list[str]:
    if not record.stage:
        return paragraph(words("stages.none"))
    rows = [(words(f"stage.{one.stage}"), _ended(one, words), decimal(one.seconds) or ABSENT) for one in record.stage]
    return table((words("column.stage"), words("column.state"), words("column.seconds")), rows, [2])


def _ended(one: StageTime, words: Words) -> str:
    if one.seconds is not None:
        return f"{GLYPHS['pass' if one.ok else 'fail']} {words('stage.done' if one.ok else 'stage.broke')}"
    # The record cannot know how long its own writing takes.
    return words("stage.writing") if one.stage == "record" else f"{GLYPHS['skipped']} {words('not_reached')}"


def backup(record: DrillRecord, words: Words) -> list[str]:
    """The archive, and whether anybody wrote while it was made."""
    made = record.backup
    if made is None:
        why = why_absent(record, "backup", words)
        return section(words("title.backup"), paragraph(words("backup.none", why=why)))
    counts = (words("unknown") if one is None else number(one) for one in (made.count_before, made.count_after))
    writer = words(f"writer.{made.writer_during_backup}", detail=data(words.sentence(made.writer_detail)))
    rows = [
        (words("fact.writer"), writer),
        (words("fact.counts"), " / ".join(counts)),
        (words("fact.points"), number(made.points)),
        (words("fact.file"), data(made.file)),
        (words("fact.digest"), data(made.digest)),
        (words("fact.made"), f"{moment(made.started)} – {moment(made.finished)}"),
        (words("fact.duration"), _seconds(made.duration_s, words)),
        (words("fact.chunks"), words("chunks", n=number(made.chunks), resumed=number(made.resumed))),
        (words("fact.retries"), number(made.retries)),
    ]
    return section(words("title.backup"), _facts(rows, words))


def integrity(record: DrillRecord, words: Words) -> list[str]:
    """Digests of the evidence, and the record before this one."""
    previous = data(record.integrity.previous or "") if record.integrity.previous else words("previous.none")
    pages = MARKDOWN_NAMES.values()
    files = sorted((name, digest) for name, digest in record.integrity.files.items() if name not in pages)
    rows = [(link(name), data(digest)) for name, digest in files]
    listed = table((words("column.file"), words("column.digest")), rows) if rows else paragraph(words("evidence.none"))
    return section(words("title.integrity"), paragraph(words("previous", digest=previous)), listed)
