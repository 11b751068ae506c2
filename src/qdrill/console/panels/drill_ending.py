"""How a drill ended, in words: the figures that its verdict rests on, and its checks. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Literal

from qdrill import units
from qdrill.console.engine_words import check_name, check_words, sentence
from qdrill.console.i18n import Language, Say
from qdrill.console.jobs import Job
from qdrill.console.panels.drill_words import goal_words, recovery_words, seconds_words
from qdrill.console.text import UNKNOWN, shown
from qdrill.console.widgets.state import GLYPHS, State
from qdrill.drill.runner import DrillOutcome
from qdrill.errors import Interrupted
from qdrill.results import Check, Drift, DrillResult, Moments, SearchOutcome

Room = Literal["all", "beside", "tight"]

_SEARCHES_SHOWN = 3
_ORDER: tuple[State, ...] = ("fail", "inconclusive", "skipped", "pass", "not_applicable")


@dataclass(frozen=True, slots=True)
class Ending:
    """How a drill ended.

    Attributes:
        verdict: as in the record; one that could not begin is inconclusive or interrupted there too.
        begun: whether there are figures at all.
        record: path of the record; empty where the console does not know it.
    """

    verdict: State
    reason: str
    begun: bool
    checks: tuple[Check, ...] = ()
    result: DrillResult | None = None
    record: str = ""


def ending_of(job: Job[object]) -> Ending | None:
    """How the job ended; None while it runs."""
    if not job.ended:
        return None
    snapshot = job.snapshot()
    if isinstance(job.result, DrillOutcome):
        result = job.result.result
        return Ending(result.verdict, result.reason, True, result.checks, result, str(job.result.record))
    if snapshot.verdict is not None:
        return Ending(snapshot.verdict, snapshot.reason, True, snapshot.checks, None, snapshot.record)
    verdict: State = "interrupted" if isinstance(job.error, Interrupted) else "inconclusive"
    return Ending(verdict, str(job.error), bool(snapshot.drill_id), snapshot.checks)


def figure_lines(say: Say, ending: Ending, language: Language, room: Room = "all") -> list[str]:
    """The figures of a drill, a line for each kind; what was not measured says so.

    Args:
        room: `beside`: the moments stand beside the stages; `tight`: what the checks tell too is left to them.
    """
    result = ending.result
    if result is None:
        return [say("drill.figure.record", path=ending.record)] if ending.record else []
    found = [_times(say, result), *_amounts(say, result), _drift(say, result.drift)]
    if result.restore is not None and room != "beside":
        parts = [f"{name} {time}" for name, time in moments(say, result.restore.moments)]
        # In two lines: one that is broken where it ends would tear a time from its unit.
        half = (len(parts) + 1) // 2 if room == "tight" else len(parts)
        found.append(say("drill.figure.moments", parts="  ".join(parts[:half])))
        found += ["  ".join(parts[half:])] if parts[half:] else []
    found += _searches(say, result.searches, language, tight=room == "tight")
    found += [say("drill.figure.note", text=sentence(language, note)) for note in result.notes]
    return [*found, say("drill.figure.record", path=ending.record)]


def moments(say: Say, reached: Moments) -> list[tuple[str, str]]:
    """The moments of a recovery by name, in the order in which they come; one that was not reached is unknown."""
    return [(say(f"drill.moment.{one.name}"), recovery_words(getattr(reached, one.name))) for one in fields(reached)]


def _times(say: Say, result: DrillResult) -> str:
    wanted = result.objectives
    rta = say("drill.figure.rta", actual=recovery_words(result.rta_seconds), goal=goal_words(wanted.rto_seconds))
    rpa = say("drill.figure.rpa", actual=seconds_words(result.rpa_seconds), goal=goal_words(wanted.rpo_seconds))
    return f"{rta}   {rpa}"


def _amounts(say: Say, result: DrillResult) -> list[str]:
    found: list[str] = []
    if result.restore is not None:
        rows = units.count(result.restore.points_restored), units.count(result.restore.points_expected)
        found.append(say("drill.figure.restored", restored=rows[0], expected=rows[1]))
    if result.backup is not None:
        size, points = units.size(result.backup.bytes), units.count(result.backup.points)
        found.append(say("drill.figure.archive", points=points, size=size))
    lines_found = ["   ".join(found)] if found else []
    if result.backup is not None and result.backup.resumed_chunks:
        lines_found.append(say("drill.figure.resumed", n=units.count(result.backup.resumed_chunks)))
    return lines_found


def _drift(say: Say, drift: Drift) -> str:
    if drift.added is None or drift.changed is None or drift.removed is None:
        return say("drill.figure.no_drift")
    added, changed, removed = map(units.count, (drift.added, drift.changed, drift.removed))
    return say("drill.figure.drift", added=added, changed=changed, removed=removed)


def _searches(say: Say, searches: Sequence[SearchOutcome], language: Language, *, tight: bool) -> list[str]:
    """How many are right, and a line for each of those that are not."""
    if not searches:
        return []
    wrong = [search for search in searches if search.state != "pass"]
    names = ", ".join(sentence(language, search.name) for search in searches if search.state == "pass")
    right, total = len(searches) - len(wrong), len(searches)
    if tight:
        return [say("drill.figure.searches", right=right, total=total, names="").rstrip(" :：")]
    found = [_search(say, search, language) for search in wrong[:_SEARCHES_SHOWN]]
    if len(wrong) > _SEARCHES_SHOWN:
        found.append(say("drill.figure.more_searches", n=len(wrong) - _SEARCHES_SHOWN))
    return [say("drill.figure.searches", right=right, total=total, names=names), *found]


def _search(say: Say, search: SearchOutcome, language: Language) -> str:
    overlap = UNKNOWN if search.overlap is None else f"{search.overlap:.2f}"
    state = f"{GLYPHS[search.state]} {say(f'drill.state.{search.state}')}"
    name, reason = sentence(language, search.name), sentence(language, search.reason)
    return say("drill.figure.search", state=state, name=name, k=search.top_k, overlap=overlap, reason=reason)


def worst_first(checks: Sequence[Check]) -> list[Check]:
    """The checks as they are listed: what failed is never below the fold."""
    return sorted(checks, key=lambda check: _ORDER.index(check.state))


def check_text(say: Say, language: Language, check: Check) -> str:
    """A check in full: expected, seen, and which ids."""
    parts = [
        f"{GLYPHS[check.state]} {say(f'drill.state.{check.state}')}   {check.name}",
        say("drill.check.required" if check.required else "drill.check.optional"),
        "",
        say("drill.check.expected"),
        f"  {check_words(language, check.expected) or UNKNOWN}",
        "",
        say("drill.check.seen"),
        f"  {check_words(language, check.seen) or UNKNOWN}",
    ]
    if check.ids:
        parts += ["", say("drill.check.ids", n=len(check.ids)), *(f"  {shown(one)}" for one in check.ids)]
    return "\n".join(parts)


def ending_text(say: Say, ending: Ending, language: Language) -> str:
    """All of it as text, for copying."""
    head = f"{GLYPHS[ending.verdict]} {say(f'drill.verdict.{ending.verdict}')}: {check_words(language, ending.reason)}"
    checks = [
        f"{GLYPHS[one.state]} {say(f'drill.state.{one.state}')}  {check_name(language, one.name)}: "
        f"{check_words(language, one.expected)} | {check_words(language, one.seen)}"
        for one in worst_first(ending.checks)
    ]
    return "\n".join([head, "", *figure_lines(say, ending, language), "", *checks])
