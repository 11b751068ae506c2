"""The backup stage by snapshot: the server makes one, it is downloaded and checked, and taken away there again."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from qdrill import __version__
from qdrill.archive.manifest import manifest_path
from qdrill.archive.manifest_file import Source
from qdrill.archive.place import need_room
from qdrill.archive.snapshot_manifest import SnapshotManifest
from qdrill.archive.snapshot_writer import SnapshotNote, SnapshotWriter
from qdrill.control import JobControl
from qdrill.drill.quiet import Observation, compare_observations, observe
from qdrill.drill.ranges import count_points
from qdrill.drill.snapshot_rules import why_incomplete
from qdrill.errors import NotFound, Refused, StoreError, UsageError
from qdrill.events import Emit, Notice, Progress
from qdrill.names import terminal_text
from qdrill.results import BackupResult
from qdrill.stores.base import CollectionInfo, CollectionReader, ServerSnapshot, SnapshotSource


def back_up_snapshot(
    reader: CollectionReader, source: SnapshotSource, path: Path, address: str, control: JobControl, emit: Emit
) -> BackupResult:
    """Write a snapshot of a collection to `path`, with its manifest beside it.

    The server's own copy is deleted afterwards, also after a failure or a cancellation; a notice says where that was
    not possible. Nothing else on the server is touched.

    Raises:
        UsageError: a snapshot would not hold all of the collection.
        StoreError: the server cannot make it, or what arrived is not what it made.
        OutputError: it cannot be written; what stood there before is untouched.
        Interrupted: cancelled; nothing stays.
    """
    return _Backup(reader, source, path, address, control, emit).run()


@dataclass(frozen=True, slots=True)
class _Around:
    """What the source said of itself before and after its snapshot."""

    info: CollectionInfo
    aliases: tuple[str, ...]
    before: Observation
    after: Observation


class _Backup:
    def __init__(
        self,
        reader: CollectionReader,
        source: SnapshotSource,
        path: Path,
        address: str,
        control: JobControl,
        emit: Emit,
    ) -> None:
        self.reader, self.source, self.path, self.address = reader, source, path, address
        self.control, self.emit = control, emit
        self.writer = SnapshotWriter(path, self._written)
        self.origin = Source(address, reader.name, reader.version(), reader.identity())
        self.retries_before = control.retries
        self.started, self.clock = datetime.now(UTC), time.monotonic()
        self.began = self.clock
        self.points = self.size = self.paced = 0

    def run(self) -> BackupResult:
        if why := why_incomplete(self.reader, self.source, self.address):
            raise UsageError(why)
        left = self.writer.start()
        try:
            if left is not None:
                self._tidy(left)
            return self._run()
        finally:
            self.writer.discard()

    def _run(self) -> BackupResult:
        info, aliases, before = self.reader.info(), self.reader.aliases(), look(self.reader)
        assert before.count is not None
        self.started, self.began, self.points = datetime.now(UTC), time.monotonic(), before.count
        made = self._make()
        try:
            around = _Around(info, aliases, before, look(self.reader))
            self._download(made)
            return self._finish(made, around)
        finally:
            if made.ours:
                self._remove(made.name)

    def _make(self) -> ServerSnapshot:
        """Have a snapshot made, with a note on disk of what may lie on the server from now on."""
        note = SnapshotNote(self.origin.identity, self.address)
        self.writer.note(note)
        self.emit(Notice("info", f"the server is making a snapshot of {terminal_text(self.address)}"))
        try:
            made = self.source.make()
        except (NotFound, Refused):
            self.writer.forget_note()
            raise
        except BaseException:
            self._tell_of_unknown(self.address)
            raise
        if made.ours:
            self.writer.note(msgspec.structs.replace(note, snapshot=made.name))
        else:
            self.writer.forget_note()
        return made

    def _download(self, made: ServerSnapshot) -> None:
        need_room(self.path, made.size)
        self.size = made.size
        self.writer.expect(made.size)
        self.source.download(made, self.writer)
        if self.writer.position != made.size:
            raise StoreError(
                f"the snapshot of {terminal_text(self.address)} has {made.size} bytes, and {self.writer.position} "
                "came; check what stands between, then run it again"
            )
        if made.sha256 and self.writer.sha256 != made.sha256:
            raise StoreError(
                f"the snapshot of {terminal_text(self.address)} arrived damaged: its SHA-256 is not the one that the "
                "server tells; run it again"
            )

    def _written(self, position: int) -> None:
        """Progress, and the throttle: a share of the bytes stands for that share of the points."""
        share = self.points * position // self.size if self.size else self.points
        self.control.pace(share - self.paced)
        self.paced = share
        retries = self.control.retries - self.retries_before
        self.emit(Progress("backup", "points", 0, self.points, position, self.size, retries=retries))

    def _finish(self, made: ServerSnapshot, around: _Around) -> BackupResult:
        before, after = around.before, around.after
        finding, detail = compare_observations(before, after, changed=False)
        assert before.count is not None
        assert after.count is not None
        finished, seconds = datetime.now(UTC), time.monotonic() - self.clock
        manifest = SnapshotManifest(
            source=self.origin,
            info=msgspec.Raw(around.info.raw),
            aliases=around.aliases,
            points=after.count,
            bytes=made.size,
            sha256=self.writer.sha256,
            server_sha256=made.sha256,
            digest=self.writer.digest,
            snapshot=made.name,
            count_before=before.count,
            count_after=after.count,
            operations=dict(before.marks.operations) if before.marks else None,
            writer=finding,
            writer_detail=detail,
            started=self.started.isoformat(),
            finished=finished.isoformat(),
            seconds=round(seconds, 6),
            tool=f"qdrill {__version__}",
            data_file=self.path.name,
        )
        self.control.checkpoint()
        self.writer.finish(manifest)
        self.emit(Progress("backup", "points", after.count, after.count, made.size, made.size))
        return BackupResult(
            archive=self.path,
            manifest=manifest_path(self.path),
            points=manifest.points,
            bytes=manifest.bytes,
            seconds=time.monotonic() - self.clock,
            started=self.started,
            finished=datetime.now(UTC),
            writer=finding,
            writer_detail=detail,
            digest=manifest.digest,
            chunks=0,
            retries=self.control.retries - self.retries_before,
            count_before=before.count,
            count_after=after.count,
            method="snapshot",
            clock=self.began,
        )

    def _remove(self, name: str) -> None:
        """Delete our snapshot on the server; where that fails, the note stays for the next backup."""
        why = self.source.remove(name)
        if not why:
            self.writer.forget_note()
            return
        shown = terminal_text(name, 300)
        self.emit(
            Notice(
                "warning",
                f"snapshot {shown} may still lie on the server of {terminal_text(self.address)} ({why}); the next "
                "backup to this file deletes it, or delete it there",
            )
        )

    def _tidy(self, left: SnapshotNote) -> None:
        """Take away what a killed backup to the same place left on the server, and only that."""
        address = terminal_text(left.address)
        if not left.snapshot:
            self._tell_of_unknown(left.address)
        elif left.identity == self.origin.identity:
            self._remove(left.snapshot)
        else:
            name = terminal_text(left.snapshot, 300)
            self.emit(
                Notice("warning", f"an earlier backup left snapshot {name} on the server of {address}; delete it")
            )

    def _tell_of_unknown(self, address: str) -> None:
        self.emit(
            Notice(
                "warning",
                f"a backup ended while the server was making a snapshot of {terminal_text(address)}, which may lie "
                "there now; GET /collections/NAME/snapshots lists them",
            )
        )


def look(reader: CollectionReader) -> Observation:
    """As `observe`, with the points counted by walking over the ids where exact counting is forbidden."""
    seen = observe(reader)
    return seen if seen.count is not None else Observation(count_points(reader), seen.marks)
