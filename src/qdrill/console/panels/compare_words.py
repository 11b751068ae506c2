"""How a comparison ended, in words: verdict, reason, figures. Pure: nothing here asks or paints."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

from rich.cells import cell_len

from qdrill import units
from qdrill.console.engine_words import sentence
from qdrill.console.feed import JobSnapshot
from qdrill.console.i18n import Language, Say
from qdrill.console.jobs import Job
from qdrill.console.panels.compare_places import Comparison
from qdrill.console.text import UNKNOWN, shown
from qdrill.console.widgets.state import State
from qdrill.drill.verify import Verification
from qdrill.errors import Interrupted
from qdrill.results import CompareResult, Difference, DifferenceClass

CLASSES: tuple[DifferenceClass, ...] = get_args(DifferenceClass)
# What the engine says of a difference; it calls the left side here and the right one there.
_DETAILS: tuple[tuple[str, str], ...] = (
    ("rows", r"(?P<what>.+) has (?P<left>\d+) rows here, (?P<right>\d+) there"),
    ("numbers", r"(?P<what>.+) has (?P<left>\d+) numbers here, (?P<right>\d+) there"),
    ("items", r"(?P<what>.+) has (?P<left>\d+) items here, (?P<right>\d+) there"),
    ("not_left", r"(?P<what>.+) is missing here"),
    ("not_right", r"(?P<what>.+) is missing there"),
    ("sparse", r"(?P<what>.+) is sparse on one side only"),
    ("multi", r"(?P<what>.+) is a multi-vector on one side only"),
    ("indices", r"(?P<what>.+) has other indices"),
    ("shard_key", r"the shard key differs"),
    ("more", r"(?P<what>.+?): (?P<left>.+) here, (?P<right>.+) there, and (?P<n>\d+) more"),
    ("values", r"(?P<what>.+?): (?P<left>.+) here, (?P<right>.+) there"),
)


@dataclass(frozen=True, slots=True)
class Ending:
    """How a comparison ended.

    Attributes:
        state: the verdict; `interrupted` where it was cancelled, `inconclusive` where an error ended it.
        asked: what was compared; None where this screen did not start it.
        title: how the job is called.
        found: the result; None where there is none.
        error: what ended it, in one line.
        side: `left` or `right`, where the error speaks of one of them.
        snapshot: the figures of the job when it ended.
    """

    state: State
    asked: Comparison | None
    title: str
    found: Verification | None
    error: str
    snapshot: JobSnapshot
    side: str = ""


def ending_of(job: Job[object], asked: Comparison | None) -> Ending:
    """How a job that has ended did so."""
    snapshot = job.snapshot()
    if isinstance(job.result, Verification):
        return Ending(job.result.verdict, asked, job.title, job.result, "", snapshot)
    state: State = "interrupted" if isinstance(job.error, Interrupted) else "inconclusive"
    return Ending(state, asked, job.title, None, str(job.error), snapshot)


def reason(say: Say, language: Language, ending: Ending) -> str:
    """Why the verdict is what it is."""
    if ending.found is not None:
        return _found_reason(say, language, ending.found)
    if ending.state == "interrupted":
        return say("compare.reason.cancelled", done=_done(say, ending.snapshot))
    side = say(f"compare.reason.at_{ending.side}") if ending.side else ""
    return say(
        "compare.reason.error", side=side, error=sentence(language, ending.error), done=_done(say, ending.snapshot)
    )


def _done(say: Say, snapshot: JobSnapshot) -> str:
    """How far it had come."""
    progress = snapshot.progress
    if progress is None or progress.phase == "ids":
        return say("compare.reason.done_none")
    if progress.phase == "searches":
        return say("compare.reason.done_searches", n=units.count(progress.done))
    total = UNKNOWN if progress.total is None else units.count(progress.total)
    return say("compare.reason.done_points", done=units.count(progress.done), total=total)


def _found_reason(say: Say, language: Language, found: Verification) -> str:
    result = found.result
    if found.verdict == "fail":
        words = _failure(say, found)
    elif found.verdict == "pass":
        words = say("compare.reason.pass", n=units.count(result.compared))
        if found.searches:
            words += say("compare.reason.pass_searches", n=units.count(len(found.searches)))
    elif result.left_points == 0:
        words = say("compare.reason.empty")
    elif found.partial and result.verdict == "pass":
        words = sentence(language, found.partial)
    elif result.level == "full":
        words = say("compare.reason.not_asked")
    else:
        words = say("compare.reason.nothing_found")
    return words if result.level == "full" else f"{words} {_not_checked(say, result)}"


def _not_checked(say: Say, result: CompareResult) -> str:
    """What less than a full comparison leaves open."""
    numbers = {"n": units.count(result.compared), "total": units.count(result.left_points)}
    return say(f"compare.reason.only_{result.level}", **numbers)


def _failure(say: Say, found: Verification) -> str:
    result = found.result
    parts = [
        say("compare.reason.class", n=units.count(number), kind=say(f"compare.class.{kind}"))
        for kind in CLASSES
        if (number := getattr(result, kind))
    ]
    if result.config:
        parts.append(say("compare.reason.settings", n=units.count(len(result.config))))
    if failed := sum(one.state == "fail" for one in found.searches):
        parts.append(say("compare.reason.searches", n=units.count(failed)))
    if not parts or result.level == "count":
        parts.insert(0, say("compare.reason.counts", left=units.count(result.left_points), right=right_points(result)))
    return say("compare.reason.fail", parts=say("compare.reason.comma").join(parts))


def right_points(result: CompareResult) -> str:
    """Points on the right as counted, where they could be counted."""
    return UNKNOWN if result.right_points < 0 else units.count(result.right_points)


def figures(say: Say, found: Verification) -> list[str]:
    """The figures, one part each; what was not looked at is unknown, not 0."""
    result = found.result
    looked = result.level != "count"
    numbers = [(name, getattr(result, name)) for name in ("compared", "equal", *CLASSES)]
    parts = [say(f"compare.figure.{name}", n=units.count(number) if looked else UNKNOWN) for name, number in numbers]
    return [
        *parts,
        say("compare.figure.settings", n=units.count(len(result.config))),
        say("compare.figure.searches", n=searches_right(found)),
        say("compare.figure.left", n=units.count(result.left_points)),
        say("compare.figure.right", n=right_points(result)),
        say("compare.figure.level", level=say(f"compare.level.{result.level}")),
        say("compare.figure.seconds", time=units.seconds(result.seconds)),
    ]


def searches_right(found: Verification) -> str:
    """`4/5` searches were answered alike; unknown where none was asked."""
    if not found.searches:
        return UNKNOWN
    return f"{sum(one.state == 'pass' for one in found.searches)}/{len(found.searches)}"


def wrapped(parts: Sequence[str], width: int, gap: int = 3) -> str:
    """All parts on as many lines as they need; no part is broken or left out."""
    lines: list[str] = []
    for part in parts:
        candidate = f"{lines[-1]}{' ' * gap}{part}" if lines else part
        if lines and cell_len(candidate) <= width:
            lines[-1] = candidate
        else:
            lines.append(part)
    return "\n".join(shown(line) for line in lines)


def detail(say: Say, language: Language, difference: Difference) -> str:
    """What differs at a point, in the language of the screen; what we do not know to say comes as it is."""
    if difference.kind in ("missing", "extra"):
        return say(f"compare.detail.{difference.kind}")
    # A value that says "here" itself cannot be told apart from the sentence around it.
    for key, pattern in _DETAILS if difference.detail.count(" here") < 2 else ():
        if found := re.fullmatch(pattern, difference.detail, re.DOTALL):
            return say(f"compare.detail.{key}", **found.groupdict())
    return sentence(language, difference.detail)


def unlisted(result: CompareResult, kind: DifferenceClass | None) -> list[tuple[DifferenceClass, int, int]]:
    """(class, listed, all) of each class (or of the one chosen) of which not every point is listed."""
    found = []
    for one in CLASSES if kind is None else (kind,):
        listed = sum(difference.kind == one for difference in result.differences)
        if listed < (counted := getattr(result, one)):
            found.append((one, listed, counted))
    return found


def ending_text(say: Say, language: Language, ending: Ending) -> str:
    """The ending in a few lines, for copying where there is no result."""
    return f"{ending.title}\n{say(f'compare.verdict.{ending.state}')}: {reason(say, language, ending)}"
