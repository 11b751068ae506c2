"""The second reading of a foreign dump: its rows, in Qdrant's order of ids, become an archive."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from qdrill import __version__
from qdrill.archive.dump_file import DumpFile
from qdrill.archive.dump_index import DumpIndex
from qdrill.archive.dump_notes import partial_note
from qdrill.archive.dump_plan import Plan
from qdrill.archive.dump_rows import Pieces
from qdrill.archive.dump_survey import Survey
from qdrill.archive.journal import JournalHead
from qdrill.archive.manifest import Chunk, Manifest
from qdrill.archive.manifest_file import Source
from qdrill.archive.writer import ArchiveWriter
from qdrill.control import JobControl
from qdrill.events import Emit, Progress
from qdrill.names import terminal_text
from qdrill.results import PointId, Rejected
from qdrill.rows.digest import root_digest
from qdrill.schema.config import config_digest

CHUNK_BYTES = 4 << 20
MOST_CHUNK_ROWS = 8192
_TELL_EVERY = 256

IdRow = tuple[PointId, bytes]


class DumpWriter:
    """Writes one archive; `clock` is the monotonic moment the adoption began."""

    def __init__(self, file: DumpFile, index: DumpIndex, survey: Survey, plan: Plan, clock: float) -> None:
        self._file, self._index, self._survey, self._plan = file, index, survey, plan
        self._clock = clock
        self._written = 0

    def write(self, archive: Path, emit: Emit, control: JobControl) -> None:
        """Write it, or leave nothing behind.

        Raises:
            ArchiveError: the dump changed since its survey.
            OutputError, StoreError, Interrupted: as they say.
        """
        writer = ArchiveWriter(archive)
        writer.start(self._head())
        try:
            for chunk in _chunks(self._told(self._rows(), emit, control)):
                control.checkpoint()
                writer.append_rows(b",".join(row for _, row in chunk), len(chunk), chunk[0][0], chunk[-1][0])
                self._written += len(chunk)
            self._check_complete()
            writer.finish(lambda chunks, size: self._manifest(archive, chunks, size))
        except BaseException:
            writer.discard()
            raise

    def _rows(self) -> Iterator[IdRow]:
        kept = self._kept()
        return self._plan.refill.rows(kept) if self._plan.refill else _whole(kept)

    def _told(self, rows: Iterator[IdRow], emit: Emit, control: JobControl) -> Iterator[IdRow]:
        """The same rows, with a word about them every few: embedding a chunk of them may take minutes."""
        ready = 0
        for ready, row in enumerate(rows, start=1):
            yield row
            if ready % _TELL_EVERY == 0:
                control.checkpoint()
                emit(Progress("backup", "points", ready, self._survey.fit))
        emit(Progress("backup", "points", ready, ready))

    def _kept(self) -> Iterator[Pieces]:
        """Rows that go into the archive, in its order; the others are noted as rejected."""
        reasons = [self._plan.why_not(shape) for shape in self._survey.shapes]
        last = b""
        for place in self._index.in_order():
            pieces, reason = self._file.pieces(place), reasons[place.shape]
            if reason is None and place.key != last:
                last = place.key
                yield pieces
            else:
                self._index.reject(place.number, Rejected(pieces.id, reason or "duplicate id"))

    def _check_complete(self) -> None:
        """Every row of the dump is in the archive or among the rejected."""
        self._file.check_unchanged()
        if self._written + self._index.rejected_total != self._survey.rows:
            raise self._file.changed()

    def _source(self) -> Source:
        name = f"dump {self._file.shown}"
        return Source(name, terminal_text(self._file.path.stem, 200), "unknown", name)

    def _head(self) -> JournalHead:
        digest = config_digest(msgspec.json.decode(self._plan.info))
        return JournalHead(self._source(), digest, 0, self._file.changed_at, None, None)

    def _manifest(self, archive: Path, chunks: Sequence[Chunk], size: int) -> Manifest:
        return Manifest(
            source=self._source(),
            info=msgspec.Raw(self._plan.info),
            aliases=(),
            points=self._written,
            bytes=size,
            chunk_rows=max((chunk.rows for chunk in chunks), default=0),
            count_before=None,
            count_after=None,
            writer="unknown",
            writer_detail="a dump does not tell whether anybody wrote while it was made",
            # When the dump was made is not known; the file's last change is the closest there is.
            started=self._file.changed_at,
            finished=self._file.changed_at,
            seconds=round(time.monotonic() - self._clock, 6),
            tool=f"qdrill {__version__}",
            digest=root_digest(chunk.digest for chunk in chunks),
            chunks=tuple(chunks),
            data_file=archive.name,
            partial=partial_note(self._survey),
        )


def _whole(pieces: Iterable[Pieces]) -> Iterator[IdRow]:
    """Rows of which each has its vector."""
    for piece in pieces:
        yield piece.id, piece.joined(piece.vector or b"{}")


def _chunks(rows: Iterable[IdRow]) -> Iterator[list[IdRow]]:
    """Rows in runs of about 4 MB, one row at least."""
    chunk: list[IdRow] = []
    size = 0
    for row in rows:
        if chunk and (size + len(row[1]) > CHUNK_BYTES or len(chunk) >= MOST_CHUNK_ROWS):
            yield chunk
            chunk, size = [], 0
        chunk.append(row)
        size += len(row[1]) + 1
    if chunk:
        yield chunk
