"""`qdrill record list|show|render`: what past drills left."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qdrill import units
from qdrill.cli import output
from qdrill.cli.context import AppContext
from qdrill.cli.options import lang_option, pass_app, shared_options
from qdrill.cli.paths import named, rendered_file

if TYPE_CHECKING:
    from qdrill.language import Lang
    from qdrill.records.model import DrillRecord

# The heading of a page; a warning may stand before it.
_RENDERED = re.compile("(?:.*\n)?# (?:Drill record|演练记录) ".encode(), re.DOTALL)
# Each takes some milliseconds.
CHECKED = 200
_STATES_ZH: Mapping[str, str] = {
    "pass": "通过",
    "fail": "失败",
    "inconclusive": "无法判定",
    "interrupted": "中断",
    "unfinished": "未结束",
    "refused": "未执行",
    "edited": "已改动",
}


@click.group()
def record() -> None:
    """List, show and render drill records (artifacts/drills)."""


@record.command("list")
@shared_options
@pass_app
def list_command(app: AppContext) -> int:
    """Past drills, newest first, and how their recovery time develops.

    A record that is not as its drill wrote it is `edited`, and has no verdict to rely on; a drill that runs now, or
    was killed, is `unfinished`; one that was not let begin, or go on, is `refused`.
    """
    from qdrill.records.history import list_records
    from qdrill.records.integrity import check_chain, check_record

    records, warnings = list_records(_drills(app))
    problems = {one.id: check_record(_drills(app) / one.id, one) for one in records[:CHECKED]}
    changed = [f"{drill}: {problem}" for drill, found in problems.items() for problem in found]
    for warning in (*warnings, *changed, *check_chain(_drills(app))):
        app.warn(warning)
    if len(records) > CHECKED:
        app.warn(f"only the newest {CHECKED} of {len(records)} records were checked; `qdrill record show` checks one")
    if app.json:
        output.emit_json([_row(one, problems.get(one.id)) for one in records])
    elif not records:
        output.write(f"no drill records in {_drills(app)}; `qdrill run` or `qdrill demo` makes one")
    else:
        output.write("\n".join(_lines(records, problems, app.lang)))
    return 0


def _lines(records: Sequence[DrillRecord], problems: Mapping[str, Sequence[str]], lang: Lang) -> list[str]:
    """The table and the trends; only what was checked and found as its drill wrote it is in a trend."""
    from qdrill.records.history import trend

    columns = [
        output.Column("drill"),
        output.Column("verdict"),
        output.Column("source", flexible=True),
        output.Column("points", right=True),
        output.Column("MB", right=True),
        output.Column("RTA s", right=True),
    ]
    lines = output.table(columns, [_cells(one, _state(one, problems.get(one.id)), lang) for one in records], indent=0)
    for line in trend(one for one in records if problems.get(one.id) == []):
        change = f", {line.change:+.0%} against the median before" if line.change is not None else ""
        lines.append(f"RTA {line.source}: {line.sparkline} {line.points[-1].rta_s:.2f} s{change}")
    return lines


@record.command()
@click.argument("drill", metavar="ID", type=named)
@shared_options
@pass_app
def show(app: AppContext, *, drill: str) -> int:
    """A record as TOML, after holding its files and the chain of records against their digests.

    The beginning of an ID is enough.
    """
    from dataclasses import asdict

    from qdrill.records.history import find_record
    from qdrill.records.model import RECORD_NAME
    from qdrill.records.render_toml import load_record

    folder = find_record(_drills(app), drill)
    found = load_record(folder)
    problems = _problems(app, folder, found)
    for problem in problems:
        app.warn(problem)
    if app.json:
        output.emit_json({**asdict(found), "problems": problems})
    else:
        output.write((folder / RECORD_NAME).read_text(encoding="utf-8").rstrip("\n"))
    return 1 if problems else 0


@record.command()
@click.argument("drill", metavar="ID", type=named)
@lang_option
@click.option("-o", "--output", "file", type=rendered_file, metavar="FILE", help="Write to FILE.")
@shared_options
@pass_app
def render(app: AppContext, *, drill: str, lang: Lang | None, file: Path | None) -> int:
    """A record as Markdown, in English or 中文.

    Where the record, a file of it or the chain of records is not as the drills left it, the page begins with a
    warning, and the exit code is 1.
    """
    from qdrill.files import refuse_foreign, write_whole
    from qdrill.records.history import find_record
    from qdrill.records.render_markdown import render_markdown
    from qdrill.records.render_toml import load_record

    lang = lang or app.lang
    folder = find_record(_drills(app), drill)
    found = load_record(folder)
    problems = _problems(app, folder, found)
    if problems:
        more = f", and {len(problems) - 1} more" if len(problems) > 1 else ""
        app.warn(f"do not rely on this page: {problems[0]}{more}; see `qdrill record show {folder.name}`")
    text = render_markdown(found, lang, problems)
    if file is not None:
        refuse_foreign(file, _RENDERED, "rendered drill record")
        write_whole(file, text.encode())
    if app.json:
        output.emit_json({"lang": lang, "markdown": text, "file": str(file) if file else None, "problems": problems})
    elif file is None:
        output.write(text.rstrip("\n"))
    return 1 if problems else 0


def _problems(app: AppContext, folder: Path, found: DrillRecord) -> list[str]:
    """What is wrong with a record, its files and the chain of records; a line each."""
    from qdrill.records.integrity import check_chain, check_record

    return [*check_record(folder, found), *check_chain(_drills(app))]


def _drills(app: AppContext) -> Path:
    return app.config.artifacts / "drills"


def _state(one: DrillRecord, problems: Sequence[str] | None) -> str:
    """The verdict, or why there is none to rely on."""
    if problems:
        return "edited"
    if one.refused:
        return "refused"
    return one.verdict if one.time.finished is not None else "unfinished"


def _row(one: DrillRecord, problems: Sequence[str] | None) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "verdict": None if problems else one.verdict,
        "recorded_verdict": one.verdict,
        "state": _state(one, problems),
        "reason": one.reason,
        "evidence": one.evidence,
        "started": one.time.started.isoformat(),
        "finished": one.time.finished.isoformat() if one.time.finished is not None else None,
        "problems": problems,
        "source": one.source.address,
        "target": one.target.address,
        "points": one.backup.points if one.backup else None,
        "mb": one.backup.mb if one.backup else None,
        "rta_seconds": one.rto.rta_s,
        "rpa_seconds": one.rpo.rpa_s,
    }


def _cells(one: DrillRecord, state: str, lang: Lang) -> list[str]:
    made, rta = one.backup, one.rto.rta_s
    return [
        one.id,
        _STATES_ZH[state] if lang == "zh" else state,
        one.source.address,
        units.count(made.points) if made else "–",
        f"{made.mb:.2f}" if made else "–",
        f"{rta:.2f}" if rta is not None and math.isfinite(rta) else "–",
    ]
