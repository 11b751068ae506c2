"""From a job's snapshot to what the Drill screen shows of it. Pure: widgets compare values and paint what changed."""

from __future__ import annotations

from dataclasses import dataclass

from qdrill import units
from qdrill.console.feed import JobSnapshot, Stage
from qdrill.console.i18n import Say
from qdrill.console.jobs import JobState
from qdrill.console.pace_words import bar_of
from qdrill.console.panels.drill_words import throttle_words
from qdrill.console.widgets.bar import BarValue
from qdrill.console.widgets.clock import ClockValue
from qdrill.console.widgets.state import State, worst
from qdrill.drill.runner import DrillOutcome
from qdrill.events import Progress
from qdrill.results import Check, StageName

ENDED: frozenset[JobState] = frozenset({"done", "failed", "cancelled"})
_STAGE_OF_CHECK: dict[str, StageName] = {
    **dict.fromkeys(("source_has_points", "source_shows_all", "source_status"), "preflight"),
    **dict.fromkeys(("backup_complete", "writer_during_backup"), "backup"),
    **dict.fromkeys(("points_restored", "rows_accepted", "configuration", "aliases", "archive_whole"), "restore"),
}
_COUNTED = ("fail", "inconclusive", "skipped")


@dataclass(frozen=True, slots=True)
class StageRow:
    """A stage as it is shown; `seconds` is None where it has not begun. `word` is a key under `drill.stage_is`."""

    name: StageName
    state: State
    word: str
    seconds: float | None


def stage_rows(snapshot: JobSnapshot, job: JobState) -> tuple[StageRow, ...]:
    """All stages. One that ran to its end with a failed check has not passed, and does not look so."""
    return tuple(_stage_row(stage, snapshot, job) for stage in snapshot.stages)


def _stage_row(stage: Stage, snapshot: JobSnapshot, job: JobState) -> StageRow:
    if stage.state == "waiting":
        return StageRow(stage.name, "waiting", "never" if job in ENDED else "waiting", None)
    if stage.state == "running":
        seconds = snapshot.now - stage.began if stage.began is not None else None
        if job in ENDED:
            return StageRow(stage.name, "interrupted", "stopped", None)
        held = job == "paused"
        return StageRow(stage.name, "paused" if held else "running", "paused" if held else "running", seconds)
    if stage.state == "failed":
        cancelled = snapshot.verdict == "interrupted" or job in ("cancelled", "cancelling")
        return StageRow(stage.name, *(("interrupted", "stopped") if cancelled else ("fail", "failed")), stage.seconds)
    found = checked(stage.name, snapshot.checks)
    return StageRow(stage.name, found, {"pass": "done", "fail": "failed"}.get(found, "open"), stage.seconds)


def checked(stage: StageName, checks: tuple[Check, ...]) -> State:
    """The worst of a stage's required checks; `pass` where none speaks against it."""
    state: State = "pass"
    for check in checks:
        if check.required and check.state in _COUNTED and _STAGE_OF_CHECK.get(check.name, "validate") == stage:
            state = worst(state, "inconclusive" if check.state == "skipped" else check.state)
    return state


def clock_value(snapshot: JobSnapshot, rto: float | None, job: JobState, outcome: DrillOutcome | None) -> ClockValue:
    """The clock against the RTO: from the start of the restore to `validated`, which is the RTA."""
    actual = outcome.result.rta_seconds if outcome is not None else None
    if actual is None:
        actual = dict(snapshot.moments).get("validated")
    validate = next(stage for stage in snapshot.stages if stage.name == "validate")
    stopped = None
    if validate.state in ("done", "failed") or job in ENDED:
        stopped = _end_of(validate) or max(filter(None, map(_end_of, snapshot.stages)), default=snapshot.now)
    started = snapshot.restore_began
    if actual is None and started is not None and stopped is not None and (rto is None or stopped - started <= rto):
        started = None  # the work ended without a recovery time: its own length is none
    return ClockValue(rto=rto, started=started, actual=actual, stopped=stopped, settled=job in ENDED)


def _end_of(stage: Stage) -> float | None:
    return stage.began + stage.seconds if stage.began is not None and stage.seconds is not None else None


def belongs(progress: Progress, stage: StageName) -> bool:
    """Whether figures are those of the stage that runs; those of the one before would show 100 % with work left."""
    if progress.job == "restore":
        return stage == ("validate" if progress.phase == "searches" else "restore")
    return stage == ("backup" if progress.job == "backup" else "validate")


def running_stage(snapshot: JobSnapshot) -> StageName | None:
    """The stage under way; None between stages and at the ends."""
    return next((stage.name for stage in snapshot.stages if stage.state == "running"), None)


def current(snapshot: JobSnapshot) -> Progress | None:
    """The figures of what runs now; None where it tells none."""
    stage = running_stage(snapshot)
    if stage is None or snapshot.progress is None or not belongs(snapshot.progress, stage):
        return None
    compared = snapshot.progress.job == "verify" and "verified" in dict(snapshot.moments)
    return None if compared else snapshot.progress


def work_key(snapshot: JobSnapshot) -> str:
    """Catalogue key of what runs now."""
    progress, stage = current(snapshot), running_stage(snapshot)
    if progress is not None:
        return f"drill.work.{progress.job}_{progress.phase}"
    if stage == "validate" and "verified" in dict(snapshot.moments):
        return "drill.work.after_verified"
    if stage is not None:
        return f"drill.work.{stage}"
    begun = snapshot.stage
    return "drill.work.starting" if begun is None else f"drill.work.after_{begun.name}"


def bar_value(say: Say, snapshot: JobSnapshot, job: JobState, delay: float) -> BarValue:
    """Bar, figures, rate and counts of what runs now."""
    progress = current(snapshot)
    pace = snapshot.pace if progress is not None else None
    return bar_of(say, job, progress, pace, say("drill.no_figures"), _counts(say, snapshot, delay))


def _counts(say: Say, snapshot: JobSnapshot, delay: float) -> tuple[str, ...]:
    progress = snapshot.progress
    parts = [say("drill.count.throttle", words=throttle_words(say, delay))]
    parts.append(say("pace.retries", n=units.count(snapshot.retries)))
    if progress is not None and progress.job == "restore":
        parts.append(say("pace.rejected", n=units.count(progress.rejected)))
        parts.append(say("pace.batches", n=units.count(progress.batches)))
    if snapshot.requests:
        parts.append(say("pace.requests", n=units.count(snapshot.requests)))
    return tuple(parts)
