"""The journal of a restore: which chunks the target has acknowledged, so that a killed restore can go on.

It is begun before the target is created, so a target found together with its journal is known to be ours. It lies
beside the archive and is taken away when the restore is whole.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path

import msgspec

from qdrill.errors import UsageError
from qdrill.files import output_errors
from qdrill.names import terminal_text
from qdrill.results import Rejected
from qdrill.rows.splice import UNREADABLE


class _Head(msgspec.Struct, frozen=True):
    archive_digest: str
    target: str


class _Line(msgspec.Struct, frozen=True):
    chunk: int
    rejected: list[tuple[int | str, str]] = []


class RestoreJournal:
    """Acknowledged chunks and rejected rows of one archive's restore into one target."""

    def __init__(self, archive: Path, archive_digest: str, target: str) -> None:
        key = blake2b(target.encode(), digest_size=6).hexdigest()
        self.path = archive.with_name(f".{archive.name}.restore-{key}.journal")
        self._head = _Head(archive_digest, target)
        self._lock = threading.Lock()
        self.done: set[int] = set()
        self.rejected: list[Rejected] = []

    def exists(self) -> bool:
        """Whether a restore of this archive into this target was begun and not finished."""
        return self.path.exists()

    def begin(self) -> None:
        """Start anew."""
        with output_errors(self.path):
            self.path.write_bytes(msgspec.json.encode(self._head) + b"\n")

    def load(self) -> None:
        """Read what an earlier run did.

        Raises:
            UsageError: there is no such run, or it was of another archive.
        """
        shown = terminal_text(self._head.target)
        try:
            lines = self.path.read_bytes().split(b"\n")
            head = msgspec.json.decode(lines[0], type=_Head)
        except (OSError, *UNREADABLE) as error:
            raise UsageError(
                f"there is no unfinished restore into {shown} to resume; run without --resume, or "
                "with --replace and the collection's name to start over"
            ) from error
        if head != self._head:
            raise UsageError(
                f"the unfinished restore into {shown} was of another archive; name that one, or "
                "start over with --replace and the collection's name"
            )
        for line in lines[1:-1]:
            with suppress(*UNREADABLE):
                entry = msgspec.json.decode(line, type=_Line)
                self.done.add(entry.chunk)
                self.rejected += [Rejected(i, reason) for i, reason in entry.rejected]

    def add(self, chunk: int, rejected: list[Rejected]) -> None:
        """Note a chunk as acknowledged, with its rejected rows."""
        line = msgspec.json.encode(_Line(chunk, [(r.id, r.reason) for r in rejected])) + b"\n"
        with self._lock, output_errors(self.path), self.path.open("ab") as stream:
            stream.write(line)
            self.done.add(chunk)
            self.rejected += rejected

    def remove(self) -> None:
        """The restore is whole."""
        with suppress(FileNotFoundError):
            self.path.unlink()
