"""Reading an archive: every byte is checked before it is used."""

from __future__ import annotations

import os
from pathlib import Path

from qdrill.archive.layout import glue_after_last, glue_before
from qdrill.archive.manifest import Chunk, Manifest, read_manifest
from qdrill.errors import ArchiveError
from qdrill.names import terminal_text
from qdrill.rows.digest import digest_of, root_digest
from qdrill.rows.splice import NotAPage, exact_ids


class ArchiveReader:
    """An archive on disk. Threads may read chunks side by side.

    Raises:
        ArchiveError: the manifest is missing or damaged, or the data file is not the one it speaks of.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._shown = terminal_text(str(path), 300)
        self.manifest: Manifest = read_manifest(path)
        try:
            self._fd = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        except OSError as error:
            raise ArchiveError(
                f"cannot read {self._shown}: {error.strerror}; the manifest is there, its data is not"
            ) from error
        try:
            self._check_frame()
        except ArchiveError:
            self.close()
            raise

    def __enter__(self) -> ArchiveReader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the data file."""
        os.close(self._fd)

    def chunk(self, index: int) -> bytes:
        """The rows of chunk `index`, comma-joined, checked against their digest.

        Raises:
            ArchiveError: names file, chunk and id range.
        """
        entry = self.manifest.chunks[index]
        glue = glue_before(index)
        rows = self._read(entry.offset, entry.length)
        if len(rows) < entry.length:
            raise ArchiveError(self._damage(index, "the file ends before it does"))
        if self._read(entry.offset - len(glue), len(glue)) != glue or digest_of(rows) != entry.digest:
            raise ArchiveError(self._damage(index, "its bytes are not the ones that were written"))
        return rows

    def check_rows(self, index: int, rows: bytes) -> None:
        """Hold the decoded rows of a chunk against its entry: number, first and last id, order.

        Raises:
            ArchiveError: they contradict each other.
        """
        entry = self.manifest.chunks[index]
        try:
            ids = exact_ids(rows)
        except NotAPage as error:
            raise ArchiveError(self._damage(index, str(error))) from error
        if len(ids) != entry.rows or ids[0] != entry.first_id or ids[-1] != entry.last_id:
            raise ArchiveError(self._damage(index, f"it holds {len(ids)} rows, {ids[0]} to {ids[-1]}"))

    def _check_frame(self) -> None:
        """Size, order and digest of the whole as the manifest tells them."""
        manifest, position = self.manifest, 0
        for index, entry in enumerate(manifest.chunks):
            if entry.offset != position + len(glue_before(index)):
                raise ArchiveError(self._damage(index, "the manifest puts it where it cannot be"))
            position = entry.offset + entry.length
        end = glue_after_last(len(manifest.chunks))
        size = os.fstat(self._fd).st_size
        if size < position + len(end):
            raise ArchiveError(self._truncated(size, position + len(end)))
        if size > position + len(end) or self._read(position, len(end)) != end:
            raise ArchiveError(f"{self._shown} does not end where its manifest says; restore from another backup")
        if root_digest(entry.digest for entry in manifest.chunks) != manifest.digest:
            raise ArchiveError(f"{self._shown}: the digest of the whole does not fit its chunks; use another backup")
        if sum(entry.rows for entry in manifest.chunks) != manifest.points:
            raise ArchiveError(f"{self._shown}: the manifest's chunks do not add up to its points; use another backup")

    def _truncated(self, size: int, expected: int) -> str:
        for index, entry in enumerate(self.manifest.chunks):
            if entry.offset + entry.length > size:
                return self._damage(index, f"the file has {size} of {expected} bytes")
        return f"{self._shown} has {size} of {expected} bytes; restore from another backup"

    def _damage(self, index: int, what: str) -> str:
        entry: Chunk = self.manifest.chunks[index]
        return (
            f"{self._shown}: chunk {index + 1} of {len(self.manifest.chunks)} "
            f"(ids {entry.first_id} to {entry.last_id}) is damaged: {what}; restore from another backup"
        )

    def _read(self, offset: int, length: int) -> bytes:
        parts: list[bytes] = []
        while length > 0:
            part = os.pread(self._fd, length, offset)
            if not part:
                break
            parts.append(part)
            offset += len(part)
            length -= len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)
