"""A backup or a restore as its panel shows it: while it runs, and what came of it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce

from qdrill import units
from qdrill.console.feed import JobSnapshot
from qdrill.console.i18n import Language
from qdrill.console.jobs import Job, JobState
from qdrill.console.panels.drill_words import check_name, sentence
from qdrill.console.widgets.bar import BarState, BarValue
from qdrill.console.widgets.state import GLYPHS, State, worst
from qdrill.drill.checks import backup_checks, restore_checks
from qdrill.drill.results import BackupResult, Check, RestoreResult
from qdrill.events import Progress

Say = Callable[..., str]
_BARS: dict[JobState, tuple[BarState, str]] = {
    "cancelling": ("cancelling", "collections.job.cancelling"),
    "paused": ("paused", "collections.job.paused"),
}


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
    """Bar, figures and rate of a job that runs."""
    progress, pace = snapshot.progress, snapshot.pace
    bar, word = _state(say, snapshot, state)
    if progress is None:
        return BarValue(0, None, bar, word, ((say("collections.job.starting"),), ()))
    total = pace.total if pace is not None else progress.total
    return BarValue(progress.done, total, bar, word, (_figures(say, progress, total), _rate(say, snapshot)))


def _state(say: Say, snapshot: JobSnapshot, state: JobState) -> tuple[BarState, str]:
    if state in _BARS:
        bar, key = _BARS[state]
        return bar, say(key)
    if snapshot.pace is not None and snapshot.pace.stalled is not None:
        return "stalled", say("collections.job.stalled", n=int(snapshot.pace.stalled))
    return "running", ""


def _figures(say: Say, progress: Progress, total: int | None) -> tuple[str, ...]:
    phase = say(f"collections.job.phase_{progress.phase}")
    done = units.count(progress.done)
    of = say("collections.job.of", done=done, total=units.count(total)) if total is not None else done
    parts = [f"{phase}  {of}"]
    if progress.bytes_done:
        done = units.size(progress.bytes_done)
        whole = progress.bytes_total
        parts.append(say("collections.job.of", done=done, total=units.size(whole)) if whole else done)
    return tuple(parts)


def _rate(say: Say, snapshot: JobSnapshot) -> tuple[str, ...]:
    pace, progress = snapshot.pace, snapshot.progress
    if pace is None or progress is None:
        return ()
    parts = []
    if pace.per_second is not None:
        parts.append(say("collections.job.rate", n=units.count(pace.per_second)))
    if pace.bytes_per_second is not None:
        parts.append(f"{units.size(pace.bytes_per_second)}/s")
    parts.append(say("collections.job.elapsed", time=units.seconds(pace.elapsed)))
    if pace.seconds_left is not None:
        parts.append(_left(say, pace.seconds_left))
    if snapshot.retries:
        parts.append(say("collections.job.retries", n=units.count(snapshot.retries)))
    if progress.rejected:
        parts.append(say("collections.job.rejected", n=units.count(progress.rejected)))
    return tuple(parts)


def _left(say: Say, seconds: float) -> str:
    """An estimate, never more exact than it is."""
    if seconds < 60:
        return say("collections.job.left_seconds", n=max(1, round(seconds)))
    return say("collections.job.left_minutes", n=round(seconds / 60))


def ended_of(say: Say, language: Language, job: Job[object], archive: str) -> Ended:
    """What came of a job that has stopped. It is green only where every check that counts has passed."""
    result = job.result
    if isinstance(result, BackupResult):
        return _backup(say, language, job.title, result)
    if isinstance(result, RestoreResult):
        return _restore(say, language, job.title, archive, result)
    if job.state == "cancelled":
        return Ended("interrupted", say(f"collections.job.{job.kind}_cancelled", title=job.title))
    return Ended("fail", say(f"collections.job.{job.kind}_failed", title=job.title), (str(job.error),))


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
            expected=sentence(language, check.expected),
            seen=sentence(language, check.seen),
        )
        for check in checks
        if check.state != "pass"
    ]
