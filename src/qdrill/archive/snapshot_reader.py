"""A snapshot on disk, checked as a whole before anything is made of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from blake3 import blake3

from qdrill.archive.snapshot_manifest import SnapshotManifest, read_snapshot_manifest
from qdrill.control import JobControl
from qdrill.errors import ArchiveError
from qdrill.names import terminal_text
from qdrill.rows.digest import DIGEST_PREFIX

BLOCK = 1 << 20


class SnapshotArchive:
    """A snapshot and its manifest.

    Raises:
        ArchiveError: the manifest is missing or damaged, or the file has not the size it speaks of.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._shown = terminal_text(str(path), 300)
        self.manifest: SnapshotManifest = read_snapshot_manifest(path)
        try:
            size = path.stat().st_size
        except OSError as error:
            raise ArchiveError(
                f"cannot read {self._shown}: {error.strerror}; the manifest is there, its data is not"
            ) from error
        if size != self.manifest.bytes:
            raise ArchiveError(f"{self._shown} has {size} of {self.manifest.bytes} bytes; restore from another backup")

    def blocks(self) -> Iterator[memoryview]:
        """The bytes of the file, a block at a time, each valid until the next; raises ArchiveError."""
        try:
            with self.path.open("rb", buffering=0) as stream, memoryview(bytearray(BLOCK)) as block:
                while count := stream.readinto(block):
                    yield block[:count]
        except OSError as error:
            raise ArchiveError(f"cannot read {self._shown}: {error.strerror}; use another backup") from error

    def check(self, control: JobControl) -> None:
        """Hold every byte against the manifest's digest.

        Raises:
            ArchiveError: they are not the ones that were written. Interrupted: cancelled.
        """
        found = blake3()
        for block in self.blocks():
            control.checkpoint()
            found.update(block)
        if DIGEST_PREFIX + found.hexdigest() != self.manifest.digest:
            raise ArchiveError(
                f"{self._shown} is damaged: its bytes are not the ones that were written; restore from another backup"
            )
