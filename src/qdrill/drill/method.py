"""What a drill does by its method: how data get from the source to the target, and what that proves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Protocol

from qdrill.control import JobControl
from qdrill.drill.evidence import JsonLines
from qdrill.drill.payload_times import PayloadTimes
from qdrill.drill.plan import DrillPlan, Ends
from qdrill.drill.restore import Restored
from qdrill.events import Emit
from qdrill.results import BackupResult, Check, CompareResult, Drift, RestoreResult
from qdrill.stores.base import UpdateMarks


class Method(Protocol):
    """The parts of a drill that depend on its method; used in the order below. Errors as of the stages."""

    def back_up(self) -> BackupResult:
        """The backup stage."""

    def backup_checks(self, made: BackupResult) -> Iterator[Check]:
        """What it proves."""

    @contextmanager
    def opened(self, made: BackupResult) -> Iterator[None]:
        """The archive is open for what follows."""

    def payload_times(self, field: str, written: datetime) -> PayloadTimes:
        """What a payload field tells about the age of the data; the backup was `written` by then."""

    def restore(self) -> Restored:
        """The restore stage."""

    def restore_checks(self, restored: RestoreResult) -> Iterator[Check]:
        """What it proves."""

    def compare(self, differences: JsonLines) -> CompareResult:
        """Every point of the target against what it must be; all differences go to `differences`."""

    def compare_check(self, found: CompareResult) -> Check:
        """What that proves."""

    def drift(self, marks: UpdateMarks | None) -> Drift:
        """What the source did since the backup; `marks` are those of the preflight."""


def method_of(plan: DrillPlan, ends: Ends, control: JobControl, emit: Emit) -> Method:
    """The method that the plan names."""
    if plan.method == "snapshot":
        from qdrill.drill.snapshot_method import Snapshot

        return Snapshot(plan, ends, control, emit)
    if plan.method == "rag_api":
        from qdrill.drill.rag_method import ThroughRagApi

        return ThroughRagApi(plan, ends, control, emit)
    from qdrill.drill.rows_method import Rows

    return Rows(plan, ends, control, emit)
