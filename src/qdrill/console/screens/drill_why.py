"""Why an action of the Drill screen cannot be done now, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qdrill.console.jobs import Job
from qdrill.console.screens.why import first_reason, not_steered
from qdrill.drill.runner import DrillOutcome

if TYPE_CHECKING:
    from qdrill.console.screens.drill import DrillScreen

_BEFORE = ("drill.dry_run", "drill.start")
_IDLE = (*_BEFORE, "drill.resume", "drill.demo")
_STEER = ("drill.pause", "drill.cancel")
_THROTTLE = ("drill.faster", "drill.slower", "drill.throttle")
_WATCH = ("drill.view", "drill.filter", "drill.curl", "drill.log")


def why_not(screen: DrillScreen, identifier: str) -> str | None:
    """The reason in the app's language; None when it can be done."""
    key = _why(screen, identifier)
    if key == "look":
        return screen.sentence(screen.look(screen.drill).problem)
    return screen.say(f"drill.why.{key}") if key else None


def _why(screen: DrillScreen, identifier: str) -> str:
    jobs = screen.console_app.jobs
    job = jobs.last("drill")
    reasons = (
        ("no_drills", identifier == "drill.choose" and not screen.engine.config.drills),
        ("running", identifier in _IDLE and jobs.running is not None),
        ("no_drill", identifier in _BEFORE and screen.drill is None),
        ("look", identifier == "drill.start" and bool(screen.look(screen.drill).problem)),
        ("no_drill", identifier in _THROTTLE and screen.steered is None and screen.drill is None),
        ("no_job", identifier in _WATCH and job is None),
        ("log_shown", identifier == "drill.log" and job is not None and not job.ended),
        (not_steered(job), identifier in _STEER),
        (_why_not_resume(screen, job), identifier == "drill.resume"),
    )
    return first_reason(reasons)


def _why_not_resume(screen: DrillScreen, job: Job[object] | None) -> str:
    """Only a backup can be gone on with, and only where this console knows the drill."""
    if screen.unfinished and (screen.planning or screen.to_resume == screen.drill):
        return ""
    if job is None or job not in screen.drill_of:
        return "nothing_interrupted"
    if isinstance(job.result, DrillOutcome):
        result = job.result.result
        if result.verdict == "pass" or (result.verdict != "interrupted" and not result.error):
            return "nothing_interrupted"
        return "backup_complete" if result.backup is not None else ""
    return "nothing_interrupted"
