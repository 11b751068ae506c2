"""What the steps do and wait for, beyond actions of the registry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from qdrill import units
from qdrill.console.modals.reading import Reading
from qdrill.console.panels.drill_words import recovery_words
from qdrill.console.walkthrough.step import Condition, Move
from qdrill.demo import sabotage
from qdrill.drill.runner import DrillOutcome
from qdrill.results import StageName

if TYPE_CHECKING:
    from qdrill.console.feed import JobSnapshot
    from qdrill.console.walkthrough.app import WalkthroughApp


# ---------------------------------------------------------------------- the drill


def _snapshot(app: WalkthroughApp) -> JobSnapshot | None:
    job = app.jobs.last("drill")
    return None if job is None else job.snapshot()


def outcome(app: WalkthroughApp) -> DrillOutcome | None:
    """How the last drill ended."""
    job = app.jobs.last("drill")
    return job.result if job is not None and isinstance(job.result, DrillOutcome) else None


def ended(stage: StageName) -> Condition:
    """The stage is over."""

    def so(app: WalkthroughApp) -> bool:
        snapshot = _snapshot(app)
        return snapshot is not None and any(
            one.name == stage and one.state in ("done", "failed") for one in snapshot.stages
        )

    return so


def half_way(stage: StageName) -> Condition:
    """A good deal of the stage's points are through, and not all."""

    def so(app: WalkthroughApp) -> bool:
        snapshot = _snapshot(app)
        if snapshot is None or (progress := snapshot.progress) is None or not progress.total:
            return False
        return progress.job == stage and progress.phase == "points" and 0.4 <= progress.done / progress.total < 1

    return so


def drill_ended(app: WalkthroughApp) -> bool:
    """The record is written."""
    return outcome(app) is not None


async def read_dry_run(app: WalkthroughApp) -> None:
    """What the drill would do."""
    await app.action_do("drill.dry_run")


def reading_open(app: WalkthroughApp) -> bool:
    """A text is there to be read."""
    return isinstance(app.screen, Reading)


def read_check(name: str) -> Move:
    """Open a check of the last drill."""

    async def move(app: WalkthroughApp) -> None:
        from qdrill.console.panels.drill_verdict import VerdictPanel

        app.base_screen.tick()
        panel = app.base_screen.query_one(VerdictPanel)
        panel.table.focus()
        for row in range(panel.table.row_count):
            panel.table.move_cursor(row=row)
            if panel.selected is not None and panel.selected.name == name:
                await app.action_do("drill.open")
                return

    return move


# ---------------------------------------------------------------------- figures for captions


def points_fact(app: WalkthroughApp) -> Mapping[str, object]:
    """How many points the sample collection has."""
    return {"points": units.count(app.demo.points)}


def outcome_facts(app: WalkthroughApp) -> Mapping[str, object]:
    """What the last drill measured."""
    found = outcome(app)
    if found is None:
        return {}
    result = found.result
    restore, rta = result.restore, result.rta_seconds
    return {
        "failed": sum(check.state == "fail" for check in result.checks),
        "checks": len(result.checks),
        "rta": "–" if rta is None else recovery_words(rta),
        "rto": f"{result.objectives.rto_seconds:g}",
        "expected": units.count(restore.points_expected) if restore else "–",
        "restored": units.count(restore.points_restored) if restore else "–",
        **damage_facts(app),
    }


def damage_facts(app: WalkthroughApp) -> Mapping[str, object]:  # noqa: ARG001 - facts
    """The three points of the second act."""
    return {
        "lost": sabotage.LOST,
        "changed": sabotage.CHANGED,
        "nudged": sabotage.NUDGED,
        "nudge": sabotage.NUDGE,
    }
