"""Where every row of a foreign dump lies, by id: an index on disk, so that memory stays flat."""

from __future__ import annotations

import json
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from qdrill.errors import OutputError
from qdrill.files import output_errors
from qdrill.names import terminal_text
from qdrill.results import PointId, Rejected

_BATCH = 4096
_CACHE_KIB = 32 << 10
_TABLES = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA locking_mode = EXCLUSIVE;
PRAGMA cache_size = -{cache};
CREATE TABLE places (key BLOB, number INTEGER, offset INTEGER, length INTEGER, shape INTEGER, PRIMARY KEY (key, number))
    WITHOUT ROWID;
CREATE TABLE rejected (number INTEGER PRIMARY KEY, id TEXT, reason TEXT);
"""


class Place(NamedTuple):
    """A row of the dump: its key, number from 1, where it lies, and the number of its shape."""

    key: bytes
    number: int
    offset: int
    length: int
    shape: int


def key_of(point_id: PointId) -> bytes:
    """An id as bytes that sort in Qdrant's order: integers by value, then UUIDs by bytes."""
    if isinstance(point_id, int):
        return b"\x00" + point_id.to_bytes(8, "big")
    return b"\x01" + bytes.fromhex(point_id.replace("-", ""))


class DumpIndex:
    """The index; used by one thread."""

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._database.executescript(_TABLES.format(cache=_CACHE_KIB))
        self._database.execute("BEGIN")
        self._waiting: list[Place] = []
        self.rejected_total = 0

    def add(self, place: Place) -> None:
        """Note a row."""
        self._waiting.append(place)
        if len(self._waiting) >= _BATCH:
            self._flush()

    def reject(self, number: int, rejected: Rejected) -> None:
        """Note a row that is left out."""
        self.rejected_total += 1
        self._database.execute(
            "INSERT INTO rejected VALUES (?, ?, ?)", (number, json.dumps(rejected.id), rejected.reason)
        )

    def in_order(self) -> Iterator[Place]:
        """Every row noted, in Qdrant's order of ids; rows of one id in the dump's order."""
        self._flush()
        found = self._database.execute("SELECT key, number, offset, length, shape FROM places ORDER BY key, number")
        for row in found:
            yield Place(*row)

    def first_of_shape(self, shape: int) -> Place | None:
        """The first row of the dump that has a shape."""
        self._flush()
        query = "SELECT key, number, offset, length, shape FROM places WHERE shape = ? ORDER BY number LIMIT 1"
        row = self._database.execute(query, (shape,)).fetchone()
        return Place(*row) if row else None

    def rejected(self, limit: int) -> tuple[Rejected, ...]:
        """The first rows left out, in the dump's order."""
        rows = self._database.execute("SELECT id, reason FROM rejected ORDER BY number LIMIT ?", (limit,))
        return tuple(Rejected(json.loads(point_id), reason) for point_id, reason in rows)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def _flush(self) -> None:
        self._database.executemany("INSERT INTO places VALUES (?, ?, ?, ?, ?)", self._waiting)
        self._waiting.clear()


@contextmanager
def dump_index(workdir: Path) -> Iterator[DumpIndex]:
    """An index in a file of its own in `workdir`, taken away afterwards.

    Raises:
        OutputError: it cannot be written.
    """
    path: Path | None = None
    try:
        with output_errors(workdir):
            descriptor, name = tempfile.mkstemp(prefix=".qdrill-index-", suffix=".sqlite", dir=workdir)
            os.close(descriptor)
        path = Path(name)
        index = DumpIndex(path)
        try:
            yield index
        finally:
            index.close()
    except sqlite3.Error as error:
        shown = terminal_text(str(workdir), 300)
        raise OutputError(
            f"cannot keep an index in {shown}: {error}; make room there, or set artifacts in drills.toml"
        ) from error
    finally:
        if path is not None:
            with suppress(OSError):
                path.unlink()
