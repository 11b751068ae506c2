"""The restore stage by snapshot: the target is created, then the server fills it from an uploaded snapshot."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from qdrill.archive.snapshot_reader import SnapshotArchive
from qdrill.control import JobControl
from qdrill.drill.ranges import count_points
from qdrill.drill.restore import OwnedTarget, Restored, RestoreOptions
from qdrill.drill.restore_aliases import ours, tell_of_lost_aliases, with_aliases
from qdrill.drill.restore_journal import RestoreJournal
from qdrill.drill.restore_target import RestoreClock, refuse_existing, refuse_schema, refuse_source
from qdrill.drill.snapshot_rules import why_not_restorable
from qdrill.errors import QdrillError, Refused, UsageError
from qdrill.events import Emit, Notice, Progress
from qdrill.names import terminal_text
from qdrill.results import RestoreResult
from qdrill.schema.config import diff_configuration, without_nulls
from qdrill.schema.recreate import recipe
from qdrill.stores.base import CollectionWriter, SnapshotTarget


def restore_snapshot(
    archive: SnapshotArchive,
    writer: CollectionWriter,
    target: SnapshotTarget,
    version: str,
    options: RestoreOptions,
    control: JobControl,
    emit: Emit,
) -> Restored:
    """Create the target and let its server, of `version`, fill it from the snapshot.

    The collection is created first, with the configuration of the source, although an upload would create it too: so
    it is certain that this run made it, and only that may be deleted again. `resume` starts over with a target that an
    unfinished run left.

    Raises:
        UsageError: the target exists, is the source itself, or cannot take this snapshot; nothing was written.
        ArchiveError: the file is damaged; nothing was written.
        Refused: the server cannot restore it; the target is gone again.
        StoreError, OutputError, Interrupted: the target stays unfinished.
    """
    return _Restore(archive, writer, target, version, options, control, emit).run()


class _Restore:
    def __init__(
        self,
        archive: SnapshotArchive,
        writer: CollectionWriter,
        target: SnapshotTarget,
        version: str,
        options: RestoreOptions,
        control: JobControl,
        emit: Emit,
    ) -> None:
        self.archive, self.writer, self.target, self.version = archive, writer, target, version
        self.options, self.control, self.emit = options, control, emit
        self.clock = RestoreClock(emit)
        self.retries_before = control.retries
        self.manifest, self.info = archive.manifest, archive.manifest.info_data
        self.plan = recipe(self.info)
        self.journal = RestoreJournal(archive.path, archive.manifest.digest, options.address)

    def run(self) -> Restored:
        self._prepare()
        self.clock.reach("created")
        restored = self._load()
        self.clock.reach("loaded")
        self._finish_settings()
        differences = diff_configuration(self.info, self.writer.reader.info().data)
        result = RestoreResult(
            points_expected=self.manifest.points,
            points_restored=restored,
            rejected=(),
            rejected_total=0,
            seconds=self.clock.seconds,
            moments=self.clock.moments,
            config_differences=differences,
            created_by_drill=True,
            retries=self.control.retries - self.retries_before,
        )
        if self.options.aliases:
            names, move = self.manifest.aliases, self.options.move_aliases
            result = with_aliases(self.writer, result, names, move=move, emit=self.emit)
        self.journal.remove()
        return Restored(result, OwnedTarget(self.writer, ours(result)), self.clock.began)

    def _prepare(self) -> None:
        """Leave an empty target that is ours, or refuse before anything is written."""
        exists, address = self.writer.exists(), self.options.address
        if self.options.resume:
            self.journal.load()
        if exists:
            refuse_source(self.writer, self.manifest.source, address, "snapshot")
            refuse_schema(self.writer, self.info, address, "snapshot")
            if not self.options.resume:
                refuse_existing(self.writer, address, self.options.replace)
        version = self.manifest.source.server_version
        why = why_not_restorable(self.target, version, self.version, address.rpartition("/")[0])
        if why:
            raise UsageError(f"{why}; nothing was written")
        self.archive.check(self.control)
        if exists:
            tell_of_lost_aliases(self.writer, address, self.emit)
            self.writer.delete()
        self.journal.begin()
        try:
            self.writer.create(self._create_body())
        except Refused:
            self.journal.remove()
            raise

    def _create_body(self) -> dict[str, object]:
        """The source's own settings: nothing is written row by row, so no index has to wait for the load."""
        optimizers = without_nulls(self.info.get("config", {}).get("optimizer_config") or {})
        return {**self.plan.create, "optimizers_config": optimizers}

    def _load(self) -> int:
        """Upload; the points that the target has then."""
        try:
            kept = self.target.upload(self._blocks(), self.manifest.bytes, self.manifest.sha256)
        except Refused:
            self._take_back()
            raise
        if kept:
            shown = terminal_text(self.options.address)
            self.emit(Notice("warning", f"the server of {shown} keeps its copy of the uploaded snapshot: {kept}"))
        restored, size = count_points(self.writer.reader), self.manifest.bytes
        self.emit(Progress("restore", "points", restored, self.manifest.points, size, size))
        return restored

    def _take_back(self) -> None:
        """Delete the empty collection that was created for nothing; it is ours."""
        with suppress(QdrillError):
            self.writer.delete()
            self.journal.remove()

    def _blocks(self) -> Iterator[memoryview]:
        """The file, as it is sent. No point counts as restored before the server says so."""
        sent, points, size = 0, self.manifest.points, self.manifest.bytes
        self.emit(Progress("restore", "points", 0, points, 0, size))
        for block in self.archive.blocks():
            self.control.checkpoint()
            yield block
            sent += len(block)
            self.emit(Progress("restore", "points", 0, points, sent, size))

    def _finish_settings(self) -> None:
        """What neither a create call nor a snapshot brings back: read fan-out, strict mode."""
        for body in self.plan.after_load:
            if "optimizers_config" not in body:
                self.writer.patch(body)
