"""Sending an archive's rows to the target, in batches bounded in bytes, and finding the rows it will not take."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from qdrill.archive.reader import ArchiveReader
from qdrill.control import JobControl
from qdrill.drill.chunks import PlannedChunk
from qdrill.drill.compare import different_ids
from qdrill.drill.lanes import run_lanes
from qdrill.drill.ranges import iterate_ids
from qdrill.drill.restore_journal import RestoreJournal
from qdrill.drill.room import Room
from qdrill.drill.sides import ArchiveSide
from qdrill.errors import Refused, StoreError
from qdrill.events import Emit, Progress
from qdrill.results import PointId, Rejected
from qdrill.rows.splice import exact_ids, row_id, split_rows
from qdrill.stores.base import CollectionWriter

# Half of what a server takes by default; chunks are far smaller unless single rows are large.
LONGEST_BODY = 16 << 20
# Every so many chunks one is waited for, so that the server's queue stays short.
BARRIER_EVERY = 16
# Refusals that a smaller request or another row may not meet; everything else concerns them all.
_ABOUT_THE_ROWS = frozenset({400, 413, 422, 429})
_GIVE_UP_AFTER = 1000


class Loader:
    """Loads the chunks of one archive into one target."""

    def __init__(
        self,
        archive: ArchiveReader,
        writer: CollectionWriter,
        journal: RestoreJournal,
        control: JobControl,
        emit: Emit,
        lanes: int,
    ) -> None:
        self.archive, self.writer, self.journal = archive, writer, journal
        self.control, self.emit, self.lanes = control, emit, lanes
        self._lock = threading.Lock()
        self._room = Room()
        self.rows = sum(archive.manifest.chunks[i].rows for i in journal.done)
        self.bytes = sum(archive.manifest.chunks[i].length for i in journal.done)
        self.batches = 0

    @property
    def rejected(self) -> list[Rejected]:
        """Rows that the target refused, with its reasons."""
        return self.journal.rejected

    def load(self) -> None:
        """Send every chunk that is not yet acknowledged.

        Most are sent without waiting for them to be applied; the last one is sent alone and waited for, behind all
        others in the server's queue, which makes it a barrier for them.
        """
        open_chunks = [i for i in range(len(self.archive.manifest.chunks)) if i not in self.journal.done]
        if not open_chunks:
            return
        run_lanes(self.lanes, open_chunks[:-1], self._one, self.control)
        self.send_chunk(open_chunks[-1], wait=True)
        self.writer.settle()

    def _one(self, position: int, index: int) -> None:
        self.control.pace(self.archive.manifest.chunks[index].rows)
        self.send_chunk(index, wait=position % BARRIER_EVERY == BARRIER_EVERY - 1)

    def send_chunk(self, index: int, *, wait: bool) -> None:
        """Check a chunk, send it, note it."""
        entry = self.archive.manifest.chunks[index]
        with self._room.of(entry.length):
            rejected = self._send_rows_of(index, wait=wait)
        self.journal.add(index, rejected)
        with self._lock:
            self.rows += entry.rows
            self.bytes += entry.length
        self.emit(
            Progress(
                "restore",
                "points",
                self.rows,
                self.archive.manifest.points,
                self.bytes,
                self.archive.manifest.bytes,
                self.control.retries,
                len(self.rejected),
                self.batches,
            )
        )
        self._give_up_if_hopeless()

    def _send_rows_of(self, index: int, *, wait: bool) -> list[Rejected]:
        rows = self.archive.chunk(index)
        if len(rows) <= LONGEST_BODY or self.archive.manifest.chunks[index].rows == 1:
            return self._send([rows], wait=wait)
        return [r for group in _groups(split_rows(rows)) for r in self._send_rows(group, wait=wait)]

    def _send(self, fragments: Sequence[bytes], *, wait: bool) -> list[Rejected]:
        """One upsert; where the target refuses it for its rows, halves of it, down to the rows at fault."""
        self.control.checkpoint()
        try:
            self.writer.upsert(fragments, wait=wait)
        except Refused as error:
            if error.status not in _ABOUT_THE_ROWS:
                raise
            rows = split_rows(b"".join(fragments))
            if len(rows) == 1 and error.status == 429:
                # One row is never more than a rate allows: this is no word about the row.
                raise
            if len(rows) == 1:
                return [Rejected(row_id(rows[0]), error.reason)]
            return self._halves(rows, wait=wait)
        with self._lock:
            self.batches += 1
        return []

    def _send_rows(self, rows: list[bytes], *, wait: bool) -> list[Rejected]:
        return self._send([b",".join(rows)], wait=wait)

    def _halves(self, rows: list[bytes], *, wait: bool) -> list[Rejected]:
        middle = len(rows) // 2
        return self._send_rows(rows[:middle], wait=wait) + self._send_rows(rows[middle:], wait=wait)

    def _give_up_if_hopeless(self) -> None:
        rejected = self.rejected
        if len(rejected) >= _GIVE_UP_AFTER and len(rejected) >= self.rows:
            raise StoreError(
                f"the target refuses every row ({len(rejected)} so far): {rejected[0].reason}; compare the archive's "
                "schema with the target's"
            )

    def repair_changed(self, indexes: Sequence[int]) -> int:
        """Compare chunks that an earlier run loaded with what the target holds now, and send again what differs.

        Returns how many points that were.
        """
        if not indexes:
            return 0
        self.writer.settle()
        side = ArchiveSide(self.archive)
        plan, known = side.plan(lambda _done: None), {r.id for r in self.rejected}
        repaired: dict[int, int] = {}

        def one(_position: int, index: int) -> None:
            lacking = different_ids(side, self.writer.reader, plan[index], index, self.control, self._room) - known
            with self._room.of(2 * self.archive.manifest.chunks[index].length):
                self._send_again(index, lacking)
            repaired[index] = len(lacking)
            self.emit(Progress("verify", "points", sum(list(repaired.values())), None))

        run_lanes(self.lanes, list(indexes), one, self.control)
        return sum(repaired.values())

    def repair(self) -> None:
        """Send the chunks again of which the target lacks ids, waiting for each, so that reasons come to light."""
        chunks = self.archive.manifest.chunks
        known = {r.id for r in self.rejected}
        for index, entry in enumerate(chunks):
            after = chunks[index + 1].first_id if index + 1 < len(chunks) else None
            planned = PlannedChunk(entry.first_id, entry.rows, after)
            there = set(iterate_ids(self.writer.reader, planned))
            lacking = set(exact_ids(self.archive.chunk(index))) - there - known
            self._send_again(index, lacking)

    def _send_again(self, index: int, ids: set[PointId]) -> None:
        """Send these rows of a chunk, waiting for them."""
        if ids:
            rows = [row for row in split_rows(self.archive.chunk(index)) if row_id(row) in ids]
            for group in _groups(rows):
                self.journal.add(index, self._send_rows(group, wait=True))


def _groups(rows: Sequence[bytes]) -> list[list[bytes]]:
    """Rows in runs of at most LONGEST_BODY bytes, one row at least."""
    groups: list[list[bytes]] = []
    size = LONGEST_BODY
    for row in rows:
        if size + len(row) > LONGEST_BODY:
            groups.append([])
            size = 0
        groups[-1].append(row)
        size += len(row) + 1
    return groups
