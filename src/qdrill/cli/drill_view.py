"""A drill's outcome, as a document and as text."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qdrill.cli import output, units
from qdrill.drill.results import Check, DrillResult, SearchOutcome

if TYPE_CHECKING:
    from qdrill.drill.plan import DrillPlan, Ends
    from qdrill.drill.runner import DrillOutcome
    from qdrill.records.model import Lang

GLYPHS = {"pass": "✓", "fail": "✗", "inconclusive": "?", "not_applicable": "–", "skipped": "·", "interrupted": "!"}
_STYLES: dict[str, output.Style] = {"pass": "green", "fail": "red", "not_applicable": "dim"}
_LISTED = 10


def as_document(outcome: DrillOutcome) -> dict[str, Any]:
    """The outcome as `--json` prints it."""
    result = outcome.result
    return {
        "verdict": result.verdict,
        "reason": result.reason,
        "record": str(outcome.record),
        "rta_seconds": result.rta_seconds,
        "rpa_seconds": result.rpa_seconds,
        "checks": [asdict(check) for check in result.checks],
        "id": result.id,
        "exit_code": int(outcome.exit_code),
        "stages": [asdict(stage) for stage in result.stages],
        "moments": asdict(result.restore.moments) if result.restore else None,
        "drift": asdict(result.drift),
        "notes": list(result.notes),
        "error": result.error,
    }


def as_text(outcome: DrillOutcome, colour: bool) -> str:
    """The outcome for people: stages, checks, searches, and the verdict last."""
    result = outcome.result
    lines = [f"drill {result.id}", *output.pairs(_facts(result)), "", *_checks(result, colour)]
    for search in result.searches:
        # A random point that came back as it should says all in one line.
        brief = search.kind == "random" and search.state == "pass"
        lines += search_lines(search)[:1] if brief else ["", *search_lines(search), ""]
    for note in result.notes:
        lines += ["", *output.pairs([("note", note)])]
    word = output.paint(f"{GLYPHS[result.verdict]} {result.verdict}", _STYLES.get(result.verdict, "yellow"), colour)
    closing = output.pairs([("why", result.reason), ("record", str(outcome.record))])
    return "\n".join([*lines, "", word, *closing])


def template(record: Path, lang: Lang) -> str:
    """The record in the form of the runbook's template, its fields and nothing else."""
    from qdrill.records.markdown_template import template as lines
    from qdrill.records.render_toml import load_record
    from qdrill.records.words import WORDS

    return "\n".join(lines(load_record(record), WORDS[lang]))


def _facts(result: DrillResult) -> list[tuple[str, str]]:
    rows = [("source", result.source.address), ("target", result.target.address)]
    if result.backup is not None:
        size = f"{units.count(result.backup.points)} points, {units.size(result.backup.bytes)}"
        rows.append(("backup", f"{size} in {units.seconds(result.backup.seconds)}"))
        rows.append(("writer", f"{result.backup.writer}: {result.backup.writer_detail}"))
    if result.restore is not None:
        restored, expected = result.restore.points_restored, result.restore.points_expected
        rows.append(("restored", f"{units.count(restored)} of {units.count(expected)} points"))
        rows.append(("moments", _moments(asdict(result.restore.moments))))
    rows.append(("RTO", _objective(result.objectives.rto_seconds, result.rta_seconds)))
    rows.append(("RPO", _objective(result.objectives.rpo_seconds, result.rpa_seconds)))
    if result.drift.added is not None:
        drift = f"{result.drift.added} added, {result.drift.changed} changed, {result.drift.removed} removed"
        rows.append(("drift", f"{drift} on the source since the backup"))
    return rows


def _moments(moments: dict[str, float | None]) -> str:
    reached = [f"{name} {units.seconds(seconds)}" for name, seconds in moments.items() if seconds is not None]
    missing = [name for name, seconds in moments.items() if seconds is None]
    return ", ".join(reached) + (f"; not reached: {', '.join(missing)}" if missing else "")


def _objective(objective: float | None, actual: float | None) -> str:
    wanted = f"{objective:g} s" if objective is not None else "no objective"
    return f"{wanted}, actual {units.seconds(actual) if actual is not None else 'not measured'}"


def _checks(result: DrillResult, colour: bool) -> list[str]:
    lines: list[str] = []
    for check in result.checks:
        glyph = output.paint(GLYPHS[check.state], _STYLES.get(check.state, "yellow"), colour)
        first, *rest = output.pairs([(check.name.ljust(22), check.seen)], indent=0)
        lines += [f"  {glyph} {first}", *(f"    {line}" for line in rest)]
        lines += _failed_detail(check)
    return lines


def _failed_detail(check: Check) -> list[str]:
    """What was expected and which ids, where a check did not pass."""
    if check.state in ("pass", "not_applicable"):
        return []
    rows = [("expected", check.expected)]
    rows += [("", one) for one in check.ids[:_LISTED]]
    if len(check.ids) > _LISTED:
        rows.append(("", f"and {len(check.ids) - _LISTED} more in the record"))
    return output.pairs(rows, indent=6)


def search_lines(search: SearchOutcome) -> list[str]:
    """One sample search, both sides under each other's rank."""
    from qdrill.drill.search import hit_text

    head = f"search {search.name}  top {search.top_k}  {GLYPHS[search.state]} {search.state.replace('_', ' ')}"
    target = {hit.id: hit for hit in search.target_hits}
    columns = [
        output.Column("", right=True),
        output.Column("score"),
        output.Column("id"),
        output.Column("text", flexible=True),
        output.Column("in the target"),
    ]
    rows = []
    for rank, hit in enumerate(search.source_hits[: search.top_k], start=1):
        there = target.get(hit.id)
        mark = "missing" if there is None else "=" if there.score == hit.score else f"{there.score:.4f}"
        rows.append([str(rank), f"{hit.score:.4f}", str(hit.id), hit_text(hit, 60), mark])
    table = output.table(columns, rows) if rows else [f"  {search.reason}"]
    return [*output.wrapped(head, output.width()), *table, *_search_summary(search)]


def _search_summary(search: SearchOutcome) -> list[str]:
    if search.overlap is None:
        return []
    parts = [f"overlap {search.overlap:.2f}"]
    parts.append(f"order {'same' if search.same_order else 'changed'}")
    if search.max_score_change is not None:
        parts.append(f"largest score change {search.max_score_change:.4g}")
    if search.source_ms is not None and search.target_ms is not None:
        parts.append(f"{search.source_ms:.0f} ms | {search.target_ms:.0f} ms")
    return [f"  {line}" for line in output.wrapped("   ".join(parts), output.width() - 2)]


def dry_run(plan: DrillPlan, ends: Ends) -> list[tuple[str, str]]:
    """What a drill would do: (step, words)."""
    count = ends.source.count()
    points = "an unknown number of" if count is None else units.count(count)
    exists = ends.target.exists()
    create = f"delete {ends.target_address}, then create it anew" if exists and plan.replace else "create it"
    create += "; load every row, indexes, settings"
    if exists and not plan.replace:
        create = "REFUSED: it exists; name another target or use --replace"
    return [
        ("drill", plan.name),
        ("preflight", f"read {ends.source_address} ({points} points); nothing is written"),
        ("backup", f"write {plan.archive} over {plan.lanes} connections"),
        ("restore", f"{ends.target_address}: {create}"),
        ("validate", f"{len(plan.searches)} sample searches, points compared: {plan.level}"),
        ("record", f"{plan.drills}/ID/drill.toml, {plan.ci_summary}" + (f", {plan.readme}" if plan.readme else "")),
        ("afterwards", "delete the target, if this drill made it" if plan.delete_target else "keep the target"),
    ]
