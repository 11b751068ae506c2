"""The stages of a drill that runs in this console, as spans of time. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from qdrill.config_model import DrillConfig
from qdrill.console.feed import JobSnapshot
from qdrill.console.jobs import Job
from qdrill.signals.board_model import Span


def running_spans(snapshot: JobSnapshot, now: float) -> tuple[Span, ...]:
    """The stages that have begun.

    Args:
        now: Unix seconds at the moment of the snapshot.
    """
    ahead = now - snapshot.now
    return tuple(
        Span(
            stage.name,
            stage.began + ahead,
            None if stage.seconds is None else stage.began + ahead + stage.seconds,
        )
        for stage in snapshot.stages
        if stage.began is not None
    )


def drill_name(job: Job[object] | None, drills: Iterable[DrillConfig]) -> str | None:
    """The name in drills.toml of the drill that runs; None where it has none there, or none runs."""
    if job is None or job.ended:
        return None
    return job.title if job.title in {one.name for one in drills} else None


def spans_of(job: Job[object] | None, now: float) -> tuple[Span, ...]:
    """The stages so far of a drill that runs; () where none does."""
    return () if job is None or job.ended else running_spans(job.snapshot(), now)
