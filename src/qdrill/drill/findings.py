"""What a drill has found out so far; the result that its record is built from is made of this at the end."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from qdrill.drill.checks import not_run
from qdrill.drill.clocks import Clocks, moved_words, read_clocks
from qdrill.drill.plan import DrillPlan, Ends
from qdrill.drill.preflight import Preflight
from qdrill.drill.recovery_point import NOT_MEASURED, RecoveryPoint
from qdrill.drill.restore import Restored
from qdrill.drill.steering import Steering
from qdrill.errors import QdrillError
from qdrill.results import (
    BackupResult,
    Check,
    CompareResult,
    Drift,
    DrillResult,
    Place,
    SearchOutcome,
    StageName,
    StageTime,
    UnfinishedRestore,
    Verdict,
)

STAGES: tuple[StageName, ...] = ("preflight", "backup", "restore", "validate", "record")


@dataclass(slots=True)
class Findings:
    """Filled stage by stage; what was found is never changed afterwards, only added to.

    Attributes:
        stages: those that were reached, with their time once they ended.
        rta: recovery time actual, in seconds.
        unfinished: a restore that broke off and left its target; `restored` is None then.
        refused: the drill was not let go on; what it did not find out says nothing.
    """

    source: Place
    target: Place
    stages: dict[StageName, StageTime] = field(default_factory=dict)
    checks: list[Check] = field(default_factory=list)
    preflight: Preflight | None = None
    backup: BackupResult | None = None
    restored: Restored | None = None
    unfinished: UnfinishedRestore | None = None
    compare: CompareResult | None = None
    searches: tuple[SearchOutcome, ...] = ()
    rta: float | None = None
    rpa: RecoveryPoint = NOT_MEASURED
    drift: Drift = field(default_factory=Drift)
    target_removed: bool = False
    refused: bool = False
    notes: list[str] = field(default_factory=list)

    @classmethod
    def before(cls, ends: Ends) -> Findings:
        """What is known before any stage: the two ends as they were named."""
        return cls(
            source=Place(ends.source_address, ends.source_store, ends.source.name, "unknown"),
            target=Place(ends.target_address, ends.target_store, ends.target_collection, ends.target_version),
        )

    @property
    def last_stage(self) -> StageName:
        """The stage reached last."""
        return next((stage for stage in reversed(STAGES) if stage in self.stages), "preflight")

    @property
    def points_before_backup(self) -> int | None:
        """Exact points of the source when the backup began; None where no backup began."""
        if self.backup is not None:
            return self.backup.count_before
        return self.preflight.points if self.preflight is not None and "backup" in self.stages else None

    def moment(self, name: str, seconds: float) -> None:
        """Note a moment of the recovery, in seconds since the restore began."""
        assert self.restored is not None
        result = self.restored.result
        moments = replace(result.moments, **{name: seconds})
        self.restored = replace(self.restored, result=replace(result, moments=moments))

    def restored_points(self, points: int) -> None:
        """Note that the target holds so many points now."""
        assert self.restored is not None
        self.restored = replace(self.restored, result=replace(self.restored.result, points_restored=points))

    def result(
        self,
        plan: DrillPlan,
        steering: Steering,
        id: str,
        began: Clocks,
        verdict: Verdict,
        reason: str,
        error: QdrillError | None,
    ) -> DrillResult:
        """The result of a drill that ends now, every stage in it, reached or not.

        Args:
            began: the clocks when it began.
        """
        now = read_clocks()
        moved = now.moved_since(began)
        clock = [f"{moved_words(moved)}: times of day in this record do not fit each other"] if moved else []
        return DrillResult(
            id=id,
            name=plan.name,
            verdict=verdict,
            reason=reason,
            started=began.wall,
            finished=now.wall,
            source=self.source,
            target=self.target,
            method=plan.method,
            objectives=plan.objectives,
            stages=tuple(self.stages.get(stage, StageTime(stage, None, False)) for stage in STAGES),
            checks=tuple(self.checks) if error is None else (*self.checks, *not_run(self.checks)),
            rta_seconds=self.rta,
            rpa_seconds=self.rpa.seconds,
            drift=self.drift,
            backup=self.backup,
            restore=self.restored.result if self.restored else None,
            compare=self.compare,
            searches=self.searches,
            target_removed=self.target_removed,
            delay_ms_per_point=steering.largest_delay(),
            error=str(error) if error is not None else "",
            notes=(*self.notes, *clock, *steering.notes(now.monotonic)),
            unfinished=self.unfinished,
            rta_note=self._rta_note(steering),
            refused=self.refused,
        )

    def _rta_note(self, steering: Steering) -> str:
        if self.rta is None or self.restored is None:
            return ""
        return steering.during(self.restored.clock, self.restored.clock + self.rta)
