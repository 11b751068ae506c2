"""The record of a drill that could not begin: it proved nothing, and no older green summary may stand in its place."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from pathlib import Path

from qdrill.drill.plan import DrillPlan
from qdrill.drill.verdict import is_refusal
from qdrill.errors import Interrupted, QdrillError
from qdrill.records.ci_summary import write_ci_summary
from qdrill.records.ids import claim_directory
from qdrill.records.render_toml import load_record
from qdrill.records.save import save_drill
from qdrill.results import DrillResult, Place, StageTime


def record_refusal(plan: DrillPlan, source: str, target: str, error: QdrillError) -> Path:
    """Write record and summary of a drill between two addresses that `error` kept from beginning.

    The verdict is `interrupted` where that was a cancellation, else `inconclusive`.

    Raises:
        OutputError: they cannot be written.
    """
    now = datetime.now(UTC)
    directory = claim_directory(plan.drills, now, random.SystemRandom())
    result = DrillResult(
        id=directory.name,
        name=plan.name,
        verdict="interrupted" if isinstance(error, Interrupted) else "inconclusive",
        reason=f"the drill could not begin: {error}",
        started=now,
        finished=datetime.now(UTC),
        source=_place(source),
        target=_place(target),
        method=plan.method,
        objectives=plan.objectives,
        stages=(StageTime("preflight", None, False),),
        checks=(),
        error=str(error),
        refused=is_refusal(error),
    )
    path = save_drill(directory, result, who=plan.who, origin=plan.origin)
    write_ci_summary(plan.ci_summary, load_record(path))
    return path


def _place(address: str) -> Place:
    return Place(address, address.rpartition("/")[0], address.rpartition("/")[2], "unknown")
