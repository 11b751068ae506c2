"""`qdrill doctor`: is everything in place for a drill?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import click

from qdrill import units
from qdrill.cli import output
from qdrill.cli.context import AppContext
from qdrill.cli.doctor_checks import Finding, examine
from qdrill.cli.options import pass_app, shared_options
from qdrill.config import Setting, settings
from qdrill.errors import QdrillError
from qdrill.names import cell_width

_GLYPHS = {"ok": "✓", "info": "·", "warning": "!", "problem": "✗", "not checked": "?"}
_STYLES: dict[str, output.Style] = {"ok": "green", "warning": "yellow", "problem": "red", "not checked": "dim"}


@click.command()
@shared_options
@pass_app
def doctor(app: AppContext) -> int:
    """Check configuration, stores, rights, embedders, disk space and versions.

    Nothing is written to any store. Exit 0 when a drill can run, else 2 for the
    configuration, 3 for a store, 4 for what would leave a drill inconclusive.
    """
    findings = examine(app)
    values = _settings(app)
    app.settle()
    code = exit_code(findings)
    if app.json:
        output.emit_json(as_document(findings, values, code))
    else:
        output.write(as_text(findings, values, app.colour))
    return code


def exit_code(findings: Sequence[Finding]) -> int:
    """That of the worst finding: the configuration before a store, a store before the rest."""
    return min((found.code for found in findings if found.code), default=0)


def as_document(findings: Sequence[Finding], values: Sequence[Setting], code: int) -> dict[str, Any]:
    """The report as `--json` prints it."""
    return {
        "findings": [asdict(found) for found in findings],
        "settings": [{"key": one.key, "value": one.value, "origin": str(one.origin)} for one in values],
        "exit_code": code,
    }


def as_text(findings: Sequence[Finding], values: Sequence[Setting], colour: bool) -> str:
    """The report for people: settings first, what needs attention last."""
    lines: list[str] = []
    if values:
        columns = (output.Column("setting"), output.Column("value", flexible=True), output.Column("from"))
        rows = [(one.key, one.value, str(one.origin)) for one in values]
        lines = [*output.table(columns, rows), ""]
    return "\n".join([*lines, *_findings(findings, colour), "", _bottom_line(findings)])


def _settings(app: AppContext) -> tuple[Setting, ...]:
    try:
        return settings(app.config, app.environ)
    except QdrillError:
        return ()


def _findings(findings: Sequence[Finding], colour: bool) -> list[str]:
    lines: list[str] = []
    area = ""
    cells = max((cell_width(found.name) for found in findings), default=0)
    for found in findings:
        if found.area != area:
            lines += ["", found.area] if lines else [found.area]
            area = found.area
        glyph = output.paint(_GLYPHS[found.state], _STYLES.get(found.state, ""), colour)
        head, *rest = output.pairs([(output.pad(found.name, cells), f"{_word(found)}{found.detail}")], indent=4)
        lines += [f"  {glyph} {head[4:]}", *rest]
    return lines


def _word(found: Finding) -> str:
    return f"{found.state}: " if found.state in {"warning", "not checked"} else ""


def _bottom_line(findings: Sequence[Finding]) -> str:
    problems = sum(found.state == "problem" for found in findings)
    warnings = sum(found.state == "warning" for found in findings)
    if problems:
        return f"{units.plural(problems, 'problem')} to solve before a drill"
    unknown = sum(found.state == "not checked" for found in findings)
    parts = ["no problem found"]
    parts += [units.plural(warnings, "warning")] if warnings else []
    return "; ".join([*parts, f"{unknown} not checked"] if unknown else parts)
