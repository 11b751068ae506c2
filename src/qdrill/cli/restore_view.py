"""The result of a restore, as a document and as text."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from qdrill import units
from qdrill.cli import output
from qdrill.drill.restore_aliases import not_set
from qdrill.errors import ExitCode
from qdrill.results import AliasOutcome, RestoreResult

LISTED = 20


def exit_code(result: RestoreResult) -> int:
    """0 only where all that was asked for came back; 4 where there was nothing to bring back, or not all was there."""
    whole = result.points_restored == result.points_expected and not result.rejected_total
    if not whole or result.config_differences or not_set(result):
        return int(ExitCode.FAILED)
    return int(ExitCode.PASSED if result.points_expected and not result.partial else ExitCode.INCONCLUSIVE)


def as_document(archive: str, target: str, result: RestoreResult) -> dict[str, Any]:
    """The result as `--json` prints it."""
    return {
        "points_expected": result.points_expected,
        "points_restored": result.points_restored,
        "rejected": [{"id": row.id, "reason": row.reason} for row in result.rejected],
        "seconds": round(result.seconds, 6),
        "moments": {name: None if at is None else round(at, 6) for name, at in asdict(result.moments).items()},
        "rejected_total": result.rejected_total,
        "config_differences": [asdict(one) for one in result.config_differences],
        "archive": archive,
        "target": target,
        "batches": result.batches,
        "retries": result.retries,
        "resumed_chunks": result.resumed_chunks,
        "resumed_repaired": result.resumed_repaired,
        "aliases": [asdict(one) for one in result.aliases],
        "partial": result.partial,
    }


def as_text(archive: str, target: str, result: RestoreResult, colour: bool) -> str:
    """The result for people."""
    speed = result.points_restored / result.seconds if result.seconds > 0 else 0.0
    rows = [
        ("archive", archive),
        ("target", target),
        ("points", f"{units.count(result.points_restored)} of {units.count(result.points_expected)}, counted there"),
        ("rejected", units.count(result.rejected_total)),
        ("time", f"{units.seconds(result.seconds)}, {units.count(speed)} points/s"),
        ("moments", _moments(result)),
    ]
    if result.resumed_chunks:
        rows.append(("resumed", _resumed(result)))
    if result.retries:
        rows.append(("retries", units.count(result.retries)))
    lines = ["restore", *output.pairs(rows), *_rejected(result), *_differences(result), *_aliases(result)]
    return "\n".join([*lines, "", _bottom_line(result, colour)])


def _aliases_why(result: RestoreResult) -> list[str]:
    left = not_set(result)
    if not left:
        return []
    held = all(one.state == "held" and not one.reason for one in left)
    way_out = "; --move-aliases takes what other collections hold" if held else ""
    return [f"{units.plural(len(left), 'alias', 'aliases')} not set{way_out}"]


def _moments(result: RestoreResult) -> str:
    reached = [(name, value) for name, value in asdict(result.moments).items() if value is not None]
    return ", ".join(f"{name} {units.seconds(value)}" for name, value in reached)


def _rejected(result: RestoreResult) -> list[str]:
    if not result.rejected:
        return []
    rows = [(str(row.id), row.reason) for row in result.rejected[:LISTED]]
    return ["", "rejected rows", *output.pairs(rows), *more(result.rejected_total - len(rows))]


def _differences(result: RestoreResult) -> list[str]:
    if not result.config_differences:
        return []
    columns = (output.Column("setting", flexible=True), output.Column("archive", flexible=True))
    rows = [(one.path, one.left, one.right) for one in result.config_differences]
    return ["", "configuration", *output.table((*columns, output.Column("target", flexible=True)), rows)]


def _resumed(result: RestoreResult) -> str:
    there = f"{units.plural(result.resumed_chunks, 'chunk')} there from the earlier run, compared with the archive"
    if not result.resumed_repaired:
        return f"{there}: the same"
    points = units.plural(result.resumed_repaired, "point")
    return f"{there}: {points} differed or lacked, sent again"


def _aliases(result: RestoreResult) -> list[str]:
    if not result.aliases:
        return []
    return ["", "aliases", *output.pairs([(one.name, _alias(one)) for one in result.aliases])]


def _alias(alias: AliasOutcome) -> str:
    if alias.state == "failed":
        return f"not set: {alias.reason}"
    if alias.state == "held":
        return f"left with {alias.holder}, which holds it" + (f"; not moved: {alias.reason}" if alias.reason else "")
    return f"moved here from {alias.holder}" if alias.state == "moved" else "set"


def more(number: int) -> list[str]:
    """The line that says how many are not listed."""
    return [f"  … and {units.count(number)} more"] if number > 0 else []


def _bottom_line(result: RestoreResult, colour: bool) -> str:
    code = exit_code(result)
    if code == ExitCode.INCONCLUSIVE:
        why_open = result.partial or "the archive holds no point"
        return f"{output.paint('inconclusive', 'yellow', colour)}  {why_open}"
    if code == ExitCode.PASSED:
        return f"{output.paint('restored', 'green', colour)}  every point counted, every setting read back"
    why = []
    missing = result.points_expected - result.points_restored
    if missing > 0:
        why.append(f"{units.count(missing)} of {units.plural(result.points_expected, 'point')} did not come back")
    elif missing < 0:
        why.append(f"the target has {units.plural(-missing, 'point')} more than the archive")
    if result.rejected_total:
        why.append(f"{units.plural(result.rejected_total, 'row')} rejected")
    if result.config_differences:
        why.append(f"{units.plural(len(result.config_differences), 'setting differs', 'settings differ')}")
    why += _aliases_why(result)
    return f"{output.paint('failed', 'red', colour)}  {', '.join(why)}"
