"""A drill's outcome, as a document and as text."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qdrill import units
from qdrill.cli import output
from qdrill.cli.drill_words import DrillWords
from qdrill.names import cell_width
from qdrill.results import Check, DrillResult, SearchOutcome

if TYPE_CHECKING:
    from qdrill.drill.runner import DrillOutcome
    from qdrill.language import Lang

GLYPHS = {"pass": "✓", "fail": "✗", "inconclusive": "?", "not_applicable": "–", "skipped": "·", "interrupted": "!"}
_STYLES: dict[str, output.Style] = {"pass": "green", "fail": "red", "not_applicable": "dim"}
_LISTED = 10
_NAME_CELLS = 22


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


def as_text(outcome: DrillOutcome, colour: bool, lang: Lang = "en") -> str:
    """The outcome for people: stages, checks, searches, and the verdict last."""
    result, words = outcome.result, DrillWords(lang)
    lines = [words("drill", id=result.id), *output.pairs(_facts(result, words)), "", *_checks(result, words, colour)]
    for search in result.searches:
        # A random point that came back as it should says all in one line.
        brief = search.kind == "random" and search.state == "pass"
        shown = _search_lines(search, words)
        lines += shown[:1] if brief else ["", *shown, ""]
    for note in result.notes:
        lines += ["", *output.pairs([(words("note"), words.sentence(note))])]
    verdict = f"{GLYPHS[result.verdict]} {words.state(result.verdict)}"
    word = output.paint(verdict, _STYLES.get(result.verdict, "yellow"), colour)
    closing = [(words("why"), words.sentence(result.reason)), (words("record"), str(outcome.record))]
    return "\n".join([*lines, "", word, *output.pairs(closing)])


def template(record: Path, lang: Lang) -> str:
    """The record in the form of the runbook's template, its fields and nothing else."""
    from qdrill.records.markdown_template import template as lines
    from qdrill.records.render_toml import load_record
    from qdrill.records.words import WORDS

    return "\n".join(lines(load_record(record), WORDS[lang]))


def _facts(result: DrillResult, words: DrillWords) -> list[tuple[str, str]]:
    rows = [(words("source"), result.source.address), (words("target"), result.target.address)]
    if result.backup is not None:
        made = result.backup
        took = {"size": units.size(made.bytes), "seconds": units.seconds(made.seconds)}
        rows.append((words("backup"), words("backup.value", points=units.count(made.points), **took)))
        rows.append((words("writer"), words.sentence(f"{made.writer}: {made.writer_detail}")))
    if result.restore is not None:
        restored, expected = result.restore.points_restored, result.restore.points_expected
        counts = words("restored.value", restored=units.count(restored), expected=units.count(expected))
        rows.append((words("restored"), counts))
        rows.append((words("moments"), _moments(asdict(result.restore.moments), words)))
    rows.append(("RTO", _objective(result.objectives.rto_seconds, result.rta_seconds, words)))
    rows.append(("RPO", _objective(result.objectives.rpo_seconds, result.rpa_seconds, words)))
    if result.drift.added is not None:
        rows.append((words("drift"), words("drift.value", **asdict(result.drift))))
    return rows


def _moments(moments: dict[str, float | None], words: DrillWords) -> str:
    comma = words("list")
    done = [
        f"{words.moment(name)} {units.seconds(seconds)}" for name, seconds in moments.items() if seconds is not None
    ]
    missing = [words.moment(name) for name, seconds in moments.items() if seconds is None]
    reached = comma.join(done)
    return words("not_reached", reached=reached, missing=comma.join(missing)) if missing else reached


def _objective(objective: float | None, actual: float | None, words: DrillWords) -> str:
    wanted = f"{objective:g} s" if objective is not None else words("objective.none")
    return words(
        "objective", wanted=wanted, actual=units.seconds(actual) if actual is not None else words("unmeasured")
    )


def _checks(result: DrillResult, words: DrillWords, colour: bool) -> list[str]:
    lines: list[str] = []
    names = [words.check(check.name) for check in result.checks]
    cells = max(_NAME_CELLS, *(cell_width(name) for name in names)) if names else 0
    for check, name in zip(result.checks, names, strict=True):
        glyph = output.paint(GLYPHS[check.state], _STYLES.get(check.state, "yellow"), colour)
        first, *rest = output.pairs([(output.pad(name, cells), words.sentence(check.seen))], indent=0)
        lines += [f"  {glyph} {first}", *(f"    {line}" for line in rest)]
        lines += _failed_detail(check, words)
    return lines


def _failed_detail(check: Check, words: DrillWords) -> list[str]:
    """What was expected and which ids, where a check did not pass."""
    if check.state in ("pass", "not_applicable"):
        return []
    rows = [(words("expected"), words.sentence(check.expected))] if check.expected else []
    rows += [("", words.sentence(one)) for one in check.ids[:_LISTED]]
    if len(check.ids) > _LISTED:
        rows.append(("", words("more", n=len(check.ids) - _LISTED)))
    return output.pairs(rows, indent=6) if rows else []


def _search_lines(search: SearchOutcome, words: DrillWords) -> list[str]:
    """One sample search, both sides under each other's rank."""
    from qdrill.drill.search import hit_text

    state = f"{GLYPHS[search.state]} {words.state(search.state)}"
    head = words("search", name=words.sentence(search.name), k=search.top_k, state=state)
    target = {hit.id: hit for hit in search.target_hits}
    columns = [
        output.Column("", right=True),
        output.Column(words("score")),
        output.Column(words("id")),
        output.Column(words("text"), flexible=True),
        output.Column(words("there")),
    ]
    rows = []
    for rank, hit in enumerate(search.source_hits[: search.top_k], start=1):
        there = target.get(hit.id)
        mark = words("missing") if there is None else "=" if there.score == hit.score else f"{there.score:.4f}"
        rows.append([str(rank), f"{hit.score:.4f}", str(hit.id), hit_text(hit, 60), mark])
    reason = output.wrapped(words.sentence(search.reason), output.width() - 2)
    table = output.table(columns, rows) if rows else [f"  {line}" for line in reason]
    return [*output.wrapped(head, output.width()), *table, *_search_summary(search, words)]


def _search_summary(search: SearchOutcome, words: DrillWords) -> list[str]:
    if search.overlap is None:
        return []
    parts = [words("overlap", share=f"{search.overlap:.2f}")]
    parts.append(words("order.same" if search.same_order else "order.changed"))
    if search.max_score_change is not None:
        parts.append(words("change", change=f"{search.max_score_change:.4g}"))
    if search.source_ms is not None and search.target_ms is not None:
        parts.append(f"{search.source_ms:.0f} ms | {search.target_ms:.0f} ms")
    return [f"  {line}" for line in output.wrapped("   ".join(parts), output.width() - 2)]
