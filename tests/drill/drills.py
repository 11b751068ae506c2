"""Whole drills with few words: a place, a source, and what differs from the plain plan."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from qdrill.control import JobControl
from qdrill.drill.plan import DrillPlan, Ends
from qdrill.drill.runner import Damage, DrillOutcome, run_drill
from qdrill.events import Emit, Event, StageStarted, ignore
from qdrill.records.build import who_here
from qdrill.results import Check, DrillResult
from qdrill.stores.base import CollectionWriter, Store
from tests.support.places import Recipe, make, new_name


@dataclass
class Rehearsal:
    """A drill to be run: `source` and `target` are collection names of `place`."""

    place: Store
    folder: Path
    recipe: Recipe
    source: str = field(default_factory=lambda: new_name("source"))
    target: str = field(default_factory=lambda: new_name("target"))
    wrap: Callable[[CollectionWriter], CollectionWriter] = lambda writer: writer
    recount: Callable[[], int] | None = None

    def __post_init__(self) -> None:
        make(self.place, self.source, self.recipe)

    def plan(self, **options: Any) -> DrillPlan:
        plain = DrillPlan(
            name="test",
            archive=self.folder / "docs.json",
            drills=self.folder / "drills",
            ci_summary=self.folder / "ci_summary.txt",
            who=who_here("tester"),
            lanes=3,
            recovery_seconds=0.0,
            optimize_seconds=30.0,
        )
        return replace(plain, **options)

    def run(
        self,
        *,
        damage: Damage | None = None,
        emit: Emit = ignore,
        control: JobControl | None = None,
        **options: Any,
    ) -> DrillOutcome:
        ends = Ends(
            source=self.place.reader(self.source),
            target=self.wrap(self.place.writer(self.target)),
            source_address=f"test/{self.source}",
            target_address=f"test/{self.target}",
            source_store=self.place.label,
            target_store=self.place.label,
            target_collection=self.target,
            target_version=self.place.version(),
            recount=self.recount,
        )
        return run_drill(self.plan(**options), ends, control or JobControl(), emit, damage)


def states(result: DrillResult) -> dict[str, str]:
    """Checks by name, each with its state."""
    return {check.name: check.state for check in result.checks}


def check(result: DrillResult, name: str) -> Check:
    """The check of that name."""
    (found,) = [one for one in result.checks if one.name == name]
    return found


def record_of(outcome: DrillOutcome) -> dict[str, Any]:
    """The record as it stands on disk."""
    return tomllib.loads(outcome.record.read_text())


def when_stage_starts(stage: str, act: Callable[[], None]) -> Emit:
    """A sink that acts once, when `stage` starts."""

    def emit(event: Event) -> None:
        if isinstance(event, StageStarted) and event.stage == stage:
            act()

    return emit
