"""A drill by rows: read and written one by one, by way of an archive of chunks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from qdrill.archive.reader import ArchiveReader
from qdrill.control import JobControl
from qdrill.drill import checks as questions
from qdrill.drill.backup import BackupOptions, back_up
from qdrill.drill.evidence import JsonLines
from qdrill.drill.payload_times import PayloadTimes, payload_times
from qdrill.drill.plan import DrillPlan, Ends
from qdrill.drill.recovery_point import source_drift
from qdrill.drill.restore import Restored, RestoreOptions, restore
from qdrill.drill.validate import compare_target
from qdrill.events import Emit
from qdrill.results import BackupResult, Check, CompareResult, Drift, RestoreResult
from qdrill.stores.base import UpdateMarks


def restore_options(plan: DrillPlan, ends: Ends) -> RestoreOptions:
    """How a drill restores."""
    return RestoreOptions(ends.target_address, plan.lanes, replace=plan.replace, aliases=plan.aliases)


class Rows:
    """Rows, in an archive of chunks."""

    def __init__(self, plan: DrillPlan, ends: Ends, control: JobControl, emit: Emit) -> None:
        self._plan, self._ends, self._control, self._emit = plan, ends, control, emit
        self._archive: ArchiveReader

    def back_up(self) -> BackupResult:
        """Write all points to an archive."""
        options = BackupOptions(self._ends.source_address, self._plan.lanes, resume=self._plan.resume)
        return back_up(self._ends.source, self._plan.archive, options, self._control, self._emit)

    def backup_checks(self, made: BackupResult) -> Iterator[Check]:
        """As many rows as points, and nobody wrote."""
        return questions.backup_checks(made)

    @contextmanager
    def opened(self, made: BackupResult) -> Iterator[None]:
        """Raises ArchiveError."""
        with ArchiveReader(made.archive) as self._archive:
            yield

    def payload_times(self, field: str, written: datetime) -> PayloadTimes:
        """Read from every row."""
        return payload_times(self._archive, field, written)

    def restore(self) -> Restored:
        """Create the target and load every row."""
        options = restore_options(self._plan, self._ends)
        return restore(self._archive, self._ends.target, options, self._control, self._emit)

    def restore_checks(self, restored: RestoreResult) -> Iterator[Check]:
        """Every row and every setting came back."""
        return questions.restore_checks(restored)

    def compare(self, differences: JsonLines) -> CompareResult:
        """Compare the archive with the target."""
        target = self._ends.target.reader
        return compare_target(self._archive, target, self._plan, self._control, self._emit, differences)

    def compare_check(self, found: CompareResult) -> Check:
        """Every point is equal."""
        return questions.compare_check(found)

    def drift(self, marks: UpdateMarks | None) -> Drift:
        """Compare the archive with the source, where marks do not prove that nothing was written."""
        if self._plan.level != "full":
            return Drift()
        return source_drift(self._archive, self._ends.source, marks, self._control, self._plan.lanes)
