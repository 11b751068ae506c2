"""A drill by Qdrant's own snapshot."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from qdrill.archive.snapshot_reader import SnapshotArchive
from qdrill.control import JobControl
from qdrill.drill import snapshot_validate as validate
from qdrill.drill.evidence import JsonLines
from qdrill.drill.payload_times import PayloadTimes
from qdrill.drill.plan import DrillPlan, Ends
from qdrill.drill.restore import Restored
from qdrill.drill.rows_method import restore_options
from qdrill.drill.snapshot_backup import back_up_snapshot
from qdrill.drill.snapshot_restore import restore_snapshot
from qdrill.events import Emit
from qdrill.names import one_line
from qdrill.results import BackupResult, Check, CompareResult, Drift, RestoreResult
from qdrill.stores.base import UpdateMarks


class Snapshot:
    """Snapshots: a `Method`."""

    def __init__(self, plan: DrillPlan, ends: Ends, control: JobControl, emit: Emit) -> None:
        assert ends.snapshots is not None
        self._plan, self._ends, self._control, self._emit = plan, ends, control, emit
        self._snapshots = ends.snapshots
        self._archive: SnapshotArchive
        self._since: validate.Since

    def back_up(self) -> BackupResult:
        """Have a snapshot made, and download it; an interrupted one is begun anew."""
        ends, path = self._ends, self._plan.archive
        source = self._snapshots.source
        return back_up_snapshot(ends.source, source, path, ends.source_address, self._control, self._emit)

    def backup_checks(self, made: BackupResult) -> Iterator[Check]:
        """The file is the one that the server made."""
        return validate.backup_checks(made, SnapshotArchive(made.archive).manifest)

    @contextmanager
    def opened(self, made: BackupResult) -> Iterator[None]:
        """Raises ArchiveError."""
        self._archive = SnapshotArchive(made.archive)
        yield

    def payload_times(self, field: str, written: datetime) -> PayloadTimes:  # noqa: ARG002 - of no use here
        """None: rows cannot be read from a snapshot."""
        shown = one_line(field, 60)
        return PayloadTimes(
            None,
            f"the times in {shown} cannot be read from a snapshot; drill by rows, or without payload_time_field",
        )

    def restore(self) -> Restored:
        """Create the target and upload the snapshot."""
        ends, options = self._ends, restore_options(self._plan, self._ends)
        return restore_snapshot(
            self._archive,
            ends.target,
            self._snapshots.target,
            ends.target_version,
            options,
            self._control,
            self._emit,
        )

    def restore_checks(self, restored: RestoreResult) -> Iterator[Check]:
        """Every point and every setting came back."""
        return validate.restore_checks(restored, self._archive.manifest)

    def compare(self, differences: JsonLines) -> CompareResult:
        """Compare the source with the target."""
        found, self._since = validate.compare_with_source(
            self._archive.manifest, self._ends, self._plan, self._control, self._emit, differences
        )
        return found

    def compare_check(self, found: CompareResult) -> Check:
        """Every point is equal, as far as the source still tells what must be."""
        return validate.points_check(found, self._since)

    def drift(self, marks: UpdateMarks | None) -> Drift:  # noqa: ARG002 - the manifest has those of the backup
        """None is known where operation numbers prove it; anything else cannot be told."""
        return self._since.drift
