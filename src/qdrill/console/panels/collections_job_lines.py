"""A backup or a restore as its panel shows it: while it runs, and what came of it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

from qdrill import units
from qdrill.console.engine_words import check_name, check_words, sentence
from qdrill.console.feed import JobSnapshot
from qdrill.console.i18n import Language, Say
from qdrill.console.jobs import Job, JobState
from qdrill.console.pace_words import bar_of
from qdrill.console.widgets.bar import BarValue
from qdrill.console.widgets.state import GLYPHS, State, worst
from qdrill.drill.checks import backup_checks, restore_checks
from qdrill.results import BackupResult, Check, RestoreResult


@dataclass(frozen=True, slots=True)
class Ended:
    """What came of a job: its state, a headline, and lines under it; all may hold text from outside."""

    state: State
    headline: str
    lines: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """All of it, for copying."""
        return "\n".join([f"{GLYPHS[self.state]} {self.headline}", *self.lines])


def job_bar(say: Say, snapshot: JobSnapshot, state: JobState) -> BarValue:
    """Bar, figures and rate of a job that runs; what was tried again or refused, where there is any."""
    progress = snapshot.progress
    counts = {"retries": snapshot.retries, "rejected": progress.rejected if progress is not None else 0}
    words = tuple(say(f"pace.{name}", n=units.count(n)) for name, n in counts.items() if n)
    return bar_of(say, state, progress, snapshot.pace, say("collections.job.starting"), words)


def ended_of(say: Say, language: Language, job: Job[object], archive: str) -> Ended:
    """What came of a job that has stopped. It is green only where every check that counts has passed."""
    result = job.result
    if isinstance(result, BackupResult):
        return _backup(say, language, job.title, result)
    if isinstance(result, RestoreResult):
        return _restore(say, language, job.title, archive, result)
    if job.state == "cancelled":
        return Ended("interrupted", say(f"collections.job.{job.kind}_cancelled", title=job.title))
    return Ended(
        "fail", say(f"collections.job.{job.kind}_failed", title=job.title), (sentence(language, str(job.error)),)
    )


def _backup(say: Say, language: Language, title: str, result: BackupResult) -> Ended:
    checks = tuple(backup_checks(result))
    headline = say(
        "collections.job.backed_up",
        title=title,
        points=units.count(result.points),
        size=units.size(result.bytes),
        time=units.seconds(result.seconds),
    )
    lines = [say("collections.job.archive", path=result.archive), *_open_checks(say, language, checks)]
    if not result.points:
        lines.append(say("collections.job.empty"))
    return Ended(_state_of(checks, result.points), headline, tuple(lines))


def _restore(say: Say, language: Language, title: str, archive: str, result: RestoreResult) -> Ended:
    checks = tuple(restore_checks(result))
    headline = say(
        "collections.job.restored",
        title=title,
        points=units.count(result.points_restored),
        expected=units.count(result.points_expected),
        time=units.seconds(result.seconds),
    )
    lines = [say("collections.job.from", path=archive), *_open_checks(say, language, checks)]
    lines.append(say("collections.job.not_compared" if result.points_expected else "collections.job.empty"))
    return Ended(_state_of(checks, result.points_expected), headline, tuple(lines))


def _state_of(checks: Sequence[Check], points: int) -> State:
    """The worst of the checks that count; a backup or a restore of nothing proves nothing."""
    states: list[State] = [check.state for check in checks if check.required]
    return reduce(worst, states, "pass" if points else "inconclusive")


def _open_checks(say: Say, language: Language, checks: Sequence[Check]) -> list[str]:
    """Every check that did not pass: what was expected and what was seen."""
    return [
        say(
            "collections.job.check",
            glyph=GLYPHS[check.state],
            name=check_name(language, check.name),
            expected=check_words(language, check.expected),
            seen=check_words(language, check.seen),
        )
        for check in checks
        if check.state != "pass"
    ]
