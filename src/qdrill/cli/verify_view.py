"""The result of a comparison as text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, get_args

from qdrill import units
from qdrill.cli import output
from qdrill.cli.restore_view import more
from qdrill.results import CompareResult, DifferenceClass, SearchOutcome

if TYPE_CHECKING:
    from qdrill.drill.verify import Verification

LISTED = 20
_STYLES: dict[str, output.Style] = {"pass": "green", "fail": "red"}


def as_text(found: Verification, colour: bool) -> str:
    """The result for people."""
    result = found.result
    right_points = "unknown" if result.right_points < 0 else units.count(result.right_points)
    rows = [
        ("here", f"{found.left}: {units.count(result.left_points)} points"),
        ("there", f"{found.right}: {right_points} points"),
        ("level", result.level),
        ("time", units.seconds(result.seconds)),
    ]
    rows += [("note", note) for note in found.notes]
    lines = ["verify", *output.pairs(rows), "", *_classes(result)]
    for kind in get_args(DifferenceClass):
        lines += _class_list(result, kind)
    lines += [*_configuration(result), *_searches(found.searches)]
    word = found.verdict
    bottom = f"{output.paint(word, _STYLES.get(word, 'yellow'), colour)}  {_why(found)}"
    return "\n".join([*lines, "", bottom])


def _words(kind: str) -> str:
    return kind.replace("_", " ")


def _classes(result: CompareResult) -> list[str]:
    rows = [("compared", units.count(result.compared)), ("equal", units.count(result.equal))]
    rows += [(_words(kind), units.count(getattr(result, kind))) for kind in get_args(DifferenceClass)]
    rows.append(("settings", units.count(len(result.config))))
    return output.table((output.Column(""), output.Column("", right=True)), rows)


def _class_list(result: CompareResult, kind: DifferenceClass) -> list[str]:
    found = [one for one in result.differences if one.kind == kind][:LISTED]
    if not found:
        return []
    rows = [(str(one.id), one.detail) for one in found]
    return ["", _words(kind), *output.pairs(rows), *more(getattr(result, kind) - len(found))]


def _configuration(result: CompareResult) -> list[str]:
    if not result.config:
        return []
    columns = [output.Column(title, flexible=True) for title in ("setting", "here", "there")]
    return ["", "configuration", *output.table(columns, [(one.path, one.left, one.right) for one in result.config])]


def _searches(outcomes: Sequence[SearchOutcome]) -> list[str]:
    if not outcomes:
        return []
    columns = (output.Column(""), output.Column("", flexible=True), output.Column("", flexible=True))
    rows = [(one.state, one.name, _search_words(one)) for one in outcomes]
    return ["", "searches", *output.table(columns, rows)]


def _search_words(outcome: SearchOutcome) -> str:
    if outcome.overlap is None:
        return outcome.reason
    found = f"overlap {outcome.overlap:.2f}, order {'same' if outcome.same_order else 'changed'}"
    return f"{found}; {outcome.reason}" if outcome.reason and outcome.state != "pass" else found


def _why(found: Verification) -> str:
    word, result, outcomes = found.verdict, found.result, found.searches
    if word == "pass":
        return f"all {units.plural(result.compared, 'point')} are the same" + (
            f", and {units.plural(len(outcomes), 'search', 'searches')} answered alike" if outcomes else ""
        )
    if word == "fail":
        return _failure(result, outcomes)
    if result.left_points == 0:
        return "there is no point to compare"
    if result.level != "full":
        return f"level {result.level} does not compare every point, so it cannot pass"
    return found.partial or "not every search could be asked"


def _failure(result: CompareResult, outcomes: Sequence[SearchOutcome]) -> str:
    counts = [(kind, getattr(result, kind)) for kind in get_args(DifferenceClass)]
    why = [f"{units.count(number)} {_words(kind)}" for kind, number in counts if number]
    if result.config:
        why.append(units.plural(len(result.config), "setting differs", "settings differ"))
    failed = sum(one.state == "fail" for one in outcomes)
    if failed:
        why.append(f"{units.plural(failed, 'search', 'searches')} answered differently")
    if not why:
        why.append(f"{units.count(result.left_points)} points here, {units.count(result.right_points)} there")
    return ", ".join(why)
