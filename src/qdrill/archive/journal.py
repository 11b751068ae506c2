"""The journal of an archive in the making: what is already on disk, so that a killed backup can go on.

JSON lines: a head, then a line a finished chunk, each written only after its bytes are durable. A last line cut short
by a kill is passed over.
"""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from qdrill.archive.manifest import Chunk
from qdrill.archive.manifest_file import Source
from qdrill.rows.splice import UNREADABLE


class JournalHead(msgspec.Struct, frozen=True):
    """What a resumed run must find unchanged."""

    source: Source
    config_digest: str
    chunk_rows: int
    started: str
    count_before: int | None
    marks: dict[str, int] | None


class Journal:
    """Appends to a journal file; `sync` makes what was added durable."""

    def __init__(self, path: Path, head: JournalHead | None) -> None:
        self._stream = path.open("ab" if head is None else "wb")
        if head is not None:
            self._write(head)
            self.sync()

    def add(self, chunk: Chunk) -> None:
        """Note a chunk whose bytes are durable."""
        self._write(chunk)

    def flush(self) -> None:
        """Hand everything to the system: a killed process loses none of it."""
        self._stream.flush()

    def sync(self) -> None:
        """Flush and fsync: a power cut loses none of it either."""
        self._stream.flush()
        os.fsync(self._stream.fileno())

    def close(self) -> None:
        """Close without syncing."""
        self._stream.close()

    def _write(self, value: msgspec.Struct) -> None:
        self._stream.write(msgspec.json.encode(value) + b"\n")


def read_journal(path: Path) -> tuple[JournalHead, list[Chunk]] | None:
    """Head and chunks of a journal; None where there is none or its head is not whole."""
    try:
        lines = path.read_bytes().split(b"\n")
        head = msgspec.json.decode(lines[0], type=JournalHead)
    except (OSError, *UNREADABLE):
        return None
    chunks: list[Chunk] = []
    for line in lines[1:-1]:
        try:
            chunks.append(msgspec.json.decode(line, type=Chunk))
        except UNREADABLE:
            break
    return head, chunks


def truncate_journal(path: Path, head: JournalHead, chunks: list[Chunk]) -> None:
    """Rewrite a journal to `head` and `chunks` alone, durably."""
    temporary = path.with_name(path.name + ".tmp")
    with temporary.open("wb") as stream:
        for value in (head, *chunks):
            stream.write(msgspec.json.encode(value) + b"\n")
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(temporary, path)
