"""Writing a snapshot to disk: under a temporary name, digested as it comes, renamed only when whole.

A note beside it tells which snapshot lies on the server because of this backup. A backup that is killed leaves both;
the next one to the same place takes them away.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import msgspec
from blake3 import blake3

from qdrill.archive.manifest import part_path, waiting_manifest
from qdrill.archive.place import open_alone, put_in_place, refuse_what_is_not_ours, write_all, write_durably
from qdrill.archive.snapshot_manifest import SnapshotManifest, render_snapshot_manifest
from qdrill.files import make_directory, output_errors, sync_directory
from qdrill.rows.digest import DIGEST_PREFIX
from qdrill.rows.splice import UNREADABLE


class SnapshotNote(msgspec.Struct, frozen=True):
    """The snapshot that lies on a server because of a backup.

    Attributes:
        identity: of the collection it was made of. address: the same as the user named it.
        snapshot: its name; empty while the server makes it.
    """

    identity: str
    address: str
    snapshot: str = ""


class SnapshotWriter:
    """A snapshot in the making, and a `SnapshotSink`; used by one thread.

    Args:
        on_written: gets the bytes written so far, after every block.
    """

    def __init__(self, path: Path, on_written: Callable[[int], None]) -> None:
        self.path = path
        self._on_written = on_written
        self._part = part_path(path)
        self._note = path.with_name(f".{path.name}.server")
        self._fd = -1
        self._need = 0
        self._position = 0
        self._sha256, self._blake3 = hashlib.sha256(), blake3()

    @property
    def position(self) -> int:
        """Bytes written so far."""
        return self._position

    @property
    def sha256(self) -> str:
        """SHA-256 of what was written so far, 64 hexadecimal digits."""
        return self._sha256.hexdigest()

    @property
    def digest(self) -> str:
        """BLAKE3 of what was written so far, as manifests have it."""
        return DIGEST_PREFIX + self._blake3.hexdigest()

    def start(self) -> SnapshotNote | None:
        """Begin anew; returns what a killed backup to this place left on a server.

        Raises:
            OutputError: the place cannot be written, or holds what is not ours.
            UsageError: another process writes there.
        """
        refuse_what_is_not_ours(self.path)
        make_directory(self.path.parent)
        with output_errors(self.path):
            self._fd = open_alone(self.path)
            self.restart()
        return self._read_note()

    def note(self, note: SnapshotNote) -> None:
        """Remember, durably, what lies on the server from now on; raises OutputError."""
        waiting = self._note.with_name(self._note.name + ".part")
        with output_errors(self._note):
            write_durably(waiting, msgspec.json.encode(note) + b"\n")
            os.replace(waiting, self._note)
            sync_directory(self._note.parent)

    def forget_note(self) -> None:
        """Nothing of ours lies on the server any more."""
        for path in (self._note, self._note.with_name(self._note.name + ".part")):
            with suppress(OSError):
                path.unlink()

    def expect(self, size: int) -> None:
        """Note the size in bytes, for the message of a full disk."""
        self._need = size

    def write(self, block: memoryview) -> None:
        """Write and digest the next bytes; raises OutputError, and what `on_written` raises."""
        with output_errors(self.path, self._need):
            write_all(self._fd, block)
        self._sha256.update(block)
        self._blake3.update(block)
        self._position += len(block)
        self._on_written(self._position)

    def restart(self) -> None:
        """Forget what was written."""
        with output_errors(self.path):
            os.ftruncate(self._fd, 0)
            os.lseek(self._fd, 0, os.SEEK_SET)
        self._position = 0
        self._sha256, self._blake3 = hashlib.sha256(), blake3()

    def sync(self) -> None:
        """Make the bytes durable; raises OutputError."""
        with output_errors(self.path, self._need):
            os.fsync(self._fd)

    def finish(self, manifest: SnapshotManifest) -> None:
        """Give snapshot and manifest, both durable, their final names; raises OutputError."""
        self.sync()
        with output_errors(self.path, self._need):
            put_in_place(self.path, render_snapshot_manifest(manifest))
        self.release()

    def discard(self) -> None:
        """Stop and take away what was written; what stood there before stays."""
        # Without an unfinished file the new one has its name already, and its waiting manifest is the only one.
        if self._fd >= 0 and self._part.exists():
            for path in (waiting_manifest(self.path), self._part):
                with suppress(OSError):
                    path.unlink()
        self.release()

    def release(self) -> None:
        """Let others write here."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def _read_note(self) -> SnapshotNote | None:
        with suppress(OSError, *UNREADABLE):
            return msgspec.json.decode(self._note.read_bytes(), type=SnapshotNote)
        return None
