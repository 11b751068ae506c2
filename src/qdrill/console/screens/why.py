"""What the screens share in saying why an action cannot be done now."""

from __future__ import annotations

from collections.abc import Iterable

from qdrill.console.jobs import Job


def first_reason(reasons: Iterable[tuple[str, bool]]) -> str:
    """The first reason that holds; empty where none does."""
    return next((key for key, holds in reasons if holds), "")


def not_steered(job: Job[object] | None) -> str:
    """`cancelling` or `not_running`: why a job can be neither held nor cancelled; empty where it can."""
    state = job.state if job is not None else None
    if state in ("running", "paused"):
        return ""
    return "cancelling" if state == "cancelling" else "not_running"
