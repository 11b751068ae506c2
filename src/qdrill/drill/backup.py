"""The backup stage: a collection becomes an archive. The source is read and nothing else."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from qdrill import __version__
from qdrill.archive.journal import JournalHead
from qdrill.archive.manifest import Chunk, Manifest, manifest_path
from qdrill.archive.manifest_file import Source
from qdrill.archive.place import need_room, refuse_what_is_not_ours
from qdrill.archive.writer import ArchiveWriter
from qdrill.control import JobControl
from qdrill.drill.chunks import PlannedChunk, plan_chunks, size_chunks
from qdrill.drill.fetch import Fetched, Grown, fetch_chunk, fetch_parts
from qdrill.drill.gapless import plan_gapless
from qdrill.drill.lanes import Turnstile, read_ahead, run_lanes
from qdrill.drill.quiet import Observation, compare_observations, nobody_wrote, observe
from qdrill.drill.resuming import keep_matching, observation_of, refuse_other_run
from qdrill.errors import ScrollBroken, UsageError
from qdrill.events import Emit, Notice, Progress
from qdrill.results import BackupResult
from qdrill.rows.digest import digest_of, root_digest
from qdrill.schema.config import config_digest
from qdrill.stores.base import LONGEST_PAGE, CollectionInfo, CollectionReader
from qdrill.stores.wire import TooLong

# Chunks planned before they are fetched; and lanes beyond the connections, for those that wait to write in turn.
PLANNED_AHEAD = 1024
WAITING_LANES = 2


@dataclass(frozen=True, slots=True)
class BackupOptions:
    """How a backup runs.

    Attributes:
        address: the source as the user named it, for the manifest.
        lanes: connections used side by side.
        resume: go on from what a killed run left behind.
    """

    address: str
    lanes: int = 4
    resume: bool = False


def back_up(
    reader: CollectionReader, path: Path, options: BackupOptions, control: JobControl, emit: Emit
) -> BackupResult:
    """Write all points of a collection to `path`, with its manifest beside it.

    Raises:
        StoreError: the source cannot be read, or contradicts itself (ScrollBroken).
        OutputError: the archive cannot be written; what stood there before is untouched.
        Interrupted: cancelled; `resume` goes on from there.
    """
    return _Backup(reader, path, options, control, emit).run()


class _Backup:
    """One run of the stage; holds what its threads share."""

    def __init__(
        self, reader: CollectionReader, path: Path, options: BackupOptions, control: JobControl, emit: Emit
    ) -> None:
        self.reader, self.options, self.control = reader, options, control
        self.writer = ArchiveWriter(path)
        self.turnstile = Turnstile()
        self.connections = threading.Semaphore(options.lanes)
        self.retries_before = control.retries
        self.changed = False
        self.long_rows = False
        self.rows_done = 0
        self.total: int | None = None
        self.ids = 0
        self.emit = emit
        self.started = datetime.now(UTC)
        self.clock = time.monotonic()

    @property
    def retries(self) -> int:
        return self.control.retries - self.retries_before

    def run(self) -> BackupResult:
        refuse_what_is_not_ours(self.writer.path)
        info = self.reader.info()
        refuse_custom_sharding(self.reader, info)
        before = observe(self.reader)
        sizing = size_chunks(self.reader)
        self.long_rows = sizing.row_bytes > LONGEST_PAGE
        self.total = before.count
        head = self._head(info, before, sizing.rows)
        kept, plan, head = self._resume_or_begin(head, self._plan(sizing.rows, before.count))
        if kept:
            before = observation_of(head)
        self.rows_done = sum(chunk.rows for chunk in kept)
        need_room(self.writer.path, int(sizing.row_bytes * max(0, (before.count or 0) - self.rows_done)))
        self.writer.start(head, kept)
        try:
            self._fetch_all(plan)
            self.writer.end()
            return self._finish(info, before, head, len(kept))
        except BaseException:
            self.writer.abandon()
            raise

    def _plan(self, rows: int, count: int | None) -> Iterable[PlannedChunk]:
        """Chunks known by counting alone, or found by a pass over the ids; the same ones either way."""
        gapless = plan_gapless(self.reader, rows, count)
        if gapless is None:
            return plan_chunks(self.reader, rows, self._tell_ids)
        self.ids = count or 0
        return gapless

    def _tell_ids(self, done: int) -> None:
        self.control.checkpoint()
        self.ids = done
        if self.total is None:
            self.emit(Progress("backup", "ids", done, None))

    def _check_complete(self, before: Observation, after: Observation) -> None:
        """The rows that came against the exact count, or against the ids where counting is forbidden."""
        expected = self.ids if after.count is None else after.count
        if self.rows_done == expected or not nobody_wrote(before, after):
            return
        last = self.writer.chunks[-1].last_id if self.writer.chunks else "the start"
        raise ScrollBroken(
            f"{self.options.address} counts {expected} points, {self.rows_done} came, up to {last}, and nothing speaks "
            "of a writer: the scroll ends early or repeats; check the server and what stands between"
        )

    def _head(self, info: CollectionInfo, before: Observation, rows: int) -> JournalHead:
        source = Source(self.options.address, self.reader.name, self.reader.version(), self.reader.identity())
        marks = dict(before.marks.operations) if before.marks else None
        return JournalHead(source, config_digest(info.data), rows, self.started.isoformat(), before.count, marks)

    def _resume_or_begin(
        self, head: JournalHead, planned: Iterable[PlannedChunk]
    ) -> tuple[list[Chunk], Iterable[PlannedChunk], JournalHead]:
        """Chunks of an earlier run that still hold, what is left to fetch, and the head of the run that began it.

        A resumed backup is as old as its first run: its time, count and marks stay those of the beginning.
        """
        saved = self.writer.saved() if self.options.resume else None
        if saved is None:
            return [], planned, head
        old, chunks = saved
        refuse_other_run(old, head)
        plan = list(planned)
        kept, used = keep_matching(chunks, plan)
        if not all(self.writer.still_holds(index, chunk) for index, chunk in enumerate(kept)):
            self.emit(Notice("warning", "the unfinished backup is damaged on disk; starting anew"))
            kept = []
        if not kept:
            return [], plan, head
        self.started = datetime.fromisoformat(old.started)
        return kept, plan[used:], old

    def _fetch_all(self, plan: Iterable[PlannedChunk]) -> None:
        ahead = read_ahead(plan, PLANNED_AHEAD)
        run_lanes(self.options.lanes + WAITING_LANES, ahead, self._one, self.control, self.turnstile)

    def _one(self, index: int, chunk: PlannedChunk) -> None:
        """Fetch side by side, write in turn; a chunk too long for memory is fetched in its turn, part by part."""
        self.control.pace(chunk.rows)
        fetched = None if self.long_rows else self._fetch(chunk)
        if fetched is not None:
            digest = digest_of(fetched.rows)
            self.turnstile.wait_for(index)
            self._write(fetched, digest)
        else:
            self.turnstile.wait_for(index)
            for _planned, part in fetch_parts(self.reader, chunk):
                self._write(part, digest_of(part.rows))
        self.turnstile.passed()

    def _fetch(self, chunk: PlannedChunk) -> Fetched | None:
        """The rows of a chunk; None where they are too long to be held beside those of other lanes."""
        try:
            with self.connections:
                return fetch_chunk(self.reader, chunk)
        except TooLong as error:
            self.changed = self.changed or isinstance(error, Grown)
            return None

    def _write(self, fetched: Fetched, digest: str) -> None:
        if not fetched.as_planned:
            self.changed = True
        if fetched.first_id is not None and fetched.last_id is not None:
            self.writer.append(fetched.rows, fetched.count, fetched.first_id, fetched.last_id, digest)
        self.rows_done += fetched.count
        self.emit(Progress("backup", "points", self.rows_done, self.total, self.writer.position, retries=self.retries))

    def _finish(self, info: CollectionInfo, before: Observation, head: JournalHead, kept: int) -> BackupResult:
        after = observe(self.reader)
        self._check_complete(before, after)
        changed = self.changed or before.count not in (None, self.ids)
        # Marks that have not moved prove that an odd page was the scroll's fault, and it was made good.
        proven = before.marks is not None and after.marks is not None and nobody_wrote(before, after)
        finding, detail = compare_observations(before, after, changed and not proven)
        finished, seconds = datetime.now(UTC), time.monotonic() - self.clock

        def manifest(chunks: Sequence[Chunk], size: int) -> Manifest:
            return Manifest(
                source=head.source,
                info=msgspec.Raw(info.raw),
                aliases=self.reader.aliases(),
                points=self.rows_done,
                bytes=size,
                chunk_rows=head.chunk_rows,
                count_before=before.count,
                count_after=after.count,
                writer=finding,
                writer_detail=detail,
                started=self.started.isoformat(),
                finished=finished.isoformat(),
                seconds=round(seconds, 6),
                tool=f"qdrill {__version__}",
                digest=root_digest(chunk.digest for chunk in chunks),
                chunks=tuple(chunks),
                data_file=self.writer.path.name,
            )

        made = self.writer.finish(manifest)
        return BackupResult(
            archive=self.writer.path,
            manifest=manifest_path(self.writer.path),
            points=made.points,
            bytes=made.bytes,
            seconds=time.monotonic() - self.clock,
            started=self.started,
            finished=datetime.now(UTC),
            writer=finding,
            writer_detail=detail,
            digest=made.digest,
            chunks=len(made.chunks),
            resumed_chunks=kept,
            retries=self.retries,
            count_before=before.count,
            count_after=after.count,
            clock=None if kept else self.clock,
        )


def refuse_custom_sharding(reader: CollectionReader, info: CollectionInfo) -> None:
    """Stop where one id may live under several shard keys: a scroll would silently drop all but one.

    Raises:
        UsageError: the collection is sharded by hand.
    """
    if info.data.get("config", {}).get("params", {}).get("sharding_method") == "custom":
        raise UsageError(
            f"collection {reader.name} uses custom sharding, where one id may live under several shard keys and a "
            "backup by rows would lose copies; back it up with Qdrant's own snapshots, shard by shard"
        )
