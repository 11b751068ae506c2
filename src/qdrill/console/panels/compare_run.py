"""A comparison under way, from the snapshot of its job to what the Compare screen shows. Pure."""

from __future__ import annotations

from qdrill import units
from qdrill.console.feed import JobSnapshot
from qdrill.console.i18n import Say
from qdrill.console.jobs import JobState
from qdrill.console.pace_words import bar_of
from qdrill.console.widgets.bar import BarValue


def bar_value(say: Say, snapshot: JobSnapshot, job: JobState) -> BarValue:
    """Bar, figures, rate and counts of what runs now."""
    counts = (
        say("pace.retries", n=units.count(snapshot.retries)),
        say("pace.requests", n=units.count(snapshot.requests)),
    )
    progress = snapshot.progress if snapshot.pace is not None else None
    return bar_of(say, job, progress, snapshot.pace, say("compare.run.starting"), counts)


def work_key(snapshot: JobSnapshot) -> str:
    """Catalogue key of what runs now."""
    return f"compare.work.{snapshot.progress.phase}" if snapshot.progress else "compare.work.starting"
