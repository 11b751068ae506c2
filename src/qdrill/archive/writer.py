"""Writing an archive: in order, under a temporary name, beside a journal, renamed only when whole."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from qdrill.archive.journal import Journal, JournalHead, read_journal, truncate_journal
from qdrill.archive.layout import glue_after_last, glue_before
from qdrill.archive.manifest import Chunk, Manifest, finish_swap, part_path, render_manifest
from qdrill.archive.place import open_alone, put_in_place, write_all
from qdrill.files import make_directory, output_errors
from qdrill.results import PointId
from qdrill.rows.digest import digest_of
from qdrill.rows.splice import Buffer

SYNC_SECONDS = 0.25


class ArchiveWriter:
    """An archive in the making.

    `append` is called by one thread at a time, in chunk order; a thread of its own makes the bytes durable and only
    then notes them in the journal. Nothing under the final name changes before `finish`.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._part = part_path(path)
        self._journal_path = path.with_name(f".{path.name}.journal")
        self._fd = -1
        self._journal: Journal | None = None
        self._chunks: list[Chunk] = []
        self._journaled = 0
        self._position = 0
        self._ended = False
        self._failure: OSError | None = None
        self._stop = threading.Event()
        self._syncer = threading.Thread(target=self._sync_loop, name="qdrill-sync", daemon=True)

    @property
    def chunks(self) -> Sequence[Chunk]:
        """Chunks written so far."""
        return self._chunks

    @property
    def position(self) -> int:
        """Bytes written so far."""
        return self._position

    def saved(self) -> tuple[JournalHead, list[Chunk]] | None:
        """What an earlier run left behind to go on from; None for nothing."""
        return read_journal(self._journal_path) if self._part.exists() else None

    def start(self, head: JournalHead, keep: Sequence[Chunk] = ()) -> None:
        """Begin, or go on behind the chunks `keep` of an earlier run.

        Raises:
            UsageError: another process writes this archive.
            OutputError: the place cannot be written.
        """
        make_directory(self.path.parent)
        finish_swap(self.path)
        with output_errors(self.path):
            self._fd = open_alone(self.path)
            self._chunks = list(keep)
            self._position = keep[-1].offset + keep[-1].length if keep else 0
            self._journaled = len(keep)
            os.ftruncate(self._fd, self._position)
            os.lseek(self._fd, self._position, os.SEEK_SET)
            truncate_journal(self._journal_path, head, self._chunks)
            self._journal = Journal(self._journal_path, None)
        self._syncer.start()

    def still_holds(self, index: int, chunk: Chunk) -> bool:
        """Whether chunk `index` of an earlier run, and what stands before it, are on disk as they were written."""
        glue = glue_before(index)
        try:
            with self._part.open("rb") as stream:
                stream.seek(chunk.offset - len(glue))
                return stream.read(len(glue)) == glue and digest_of(stream.read(chunk.length)) == chunk.digest
        except (OSError, ValueError):
            return False

    def append(self, rows: Buffer, count: int, first_id: PointId, last_id: PointId, digest: str) -> Chunk:
        """Write the next chunk: `rows` comma-joined, with their number, first and last id and digest."""
        glue = glue_before(len(self._chunks))
        with output_errors(self.path, self._position + len(rows)):
            if self._failure is not None:
                raise self._failure
            write_all(self._fd, glue)
            write_all(self._fd, rows)
        chunk = Chunk(self._position + len(glue), len(rows), count, first_id, last_id, digest)
        self._position += len(glue) + len(rows)
        self._chunks.append(chunk)
        return chunk

    def append_rows(self, rows: Buffer, count: int, first_id: PointId, last_id: PointId) -> Chunk:
        """`append` with the digest taken here."""
        return self.append(rows, count, first_id, last_id, digest_of(rows))

    def end(self) -> None:
        """Write the end of the file; all is made durable from now on, while the caller does something else."""
        end = glue_after_last(len(self._chunks))
        with output_errors(self.path, self._position):
            write_all(self._fd, end)
        self._position += len(end)
        self._ended = True
        self._stop.set()

    def finish(self, manifest: Callable[[Sequence[Chunk], int], Manifest]) -> Manifest:
        """Give data file and manifest, both durable, their final names; ends the file where `end` did not."""
        if not self._ended:
            self.end()
        self._end_syncer()
        with output_errors(self.path, self._position):
            if self._failure is not None:
                raise self._failure
            made = manifest(tuple(self._chunks), self._position)
            put_in_place(self.path, render_manifest(made))
            with suppress(FileNotFoundError):
                self._journal_path.unlink()
        self._release()
        return made

    def abandon(self) -> None:
        """Stop; what is written stays for a resume."""
        self._end_syncer()
        if self._failure is None and self._fd >= 0:
            self._sync_once()
        self._release()

    def discard(self) -> None:
        """Stop and take away what was written."""
        self.abandon()
        for path in (self._part, self._journal_path):
            with suppress(FileNotFoundError):
                path.unlink()

    def _release(self) -> None:
        if self._journal is not None:
            # On a full disk closing fails as writing did, which is told already.
            with suppress(OSError):
                self._journal.close()
            self._journal = None
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def _sync_loop(self) -> None:
        while not self._stop.wait(SYNC_SECONDS):
            self._sync_once()
        if self._ended and self._failure is None:
            self._sync_last()

    def _sync_once(self) -> None:
        """Data first, then the journal lines that speak of it."""
        upto = len(self._chunks)
        if upto == self._journaled or self._journal is None:
            return
        try:
            os.fsync(self._fd)
            self._note_durable(upto)
            self._journal.sync()
        except OSError as error:
            self._failure = error

    def _sync_last(self) -> None:
        """The journal lives no longer than the renames, so a kill must find it, and a power cut need not."""
        try:
            os.fsync(self._fd)
            self._note_durable(len(self._chunks))
        except OSError as error:
            self._failure = error

    def _note_durable(self, upto: int) -> None:
        """Write the journal's lines of the chunks before `upto`, whose bytes are on the disk."""
        if self._journal is not None:
            for chunk in self._chunks[self._journaled : upto]:
                self._journal.add(chunk)
            self._journal.flush()
        self._journaled = upto

    def _end_syncer(self) -> None:
        self._stop.set()
        if self._syncer.is_alive():
            self._syncer.join()
