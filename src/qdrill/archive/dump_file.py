"""The foreign dump as a file: opened once, read through, then row by row, and watched for changes."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from qdrill.archive.dump_index import Place, key_of
from qdrill.archive.dump_rows import Pieces, cut_row
from qdrill.errors import ArchiveError
from qdrill.names import terminal_text


class DumpFile:
    """An open dump. `shown` is its name, safe to show; `size` in bytes.

    Raises:
        ArchiveError: it cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self.path, self.shown = path, terminal_text(str(path), 300)
        if path.exists() and not path.is_file():
            raise ArchiveError(f"{self.shown} is not a file; name the dump's JSON file")
        try:
            self.stream = path.open("rb")
        except OSError as error:
            raise ArchiveError(f"cannot read {self.shown}: {error.strerror}; check the name and its rights") from error
        self._stat = os.fstat(self.stream.fileno())
        self.size = self._stat.st_size

    def close(self) -> None:
        """Close the file."""
        self.stream.close()

    @property
    def changed_at(self) -> str:
        """When the file was last changed, ISO 8601 in UTC."""
        return datetime.fromtimestamp(self._stat.st_mtime, UTC).isoformat()

    def pieces(self, place: Place) -> Pieces:
        """A row that was judged fit, read again.

        Raises:
            ArchiveError: it is not there any more.
        """
        try:
            pieces = cut_row(os.pread(self.stream.fileno(), place.length, place.offset))
        except OSError as error:
            raise ArchiveError(
                f"cannot read {self.shown} at byte {place.offset}: {error.strerror}; copy it to a sound disk first"
            ) from error
        except ValueError as error:
            raise self.changed() from error
        if key_of(pieces.id) != place.key:
            raise self.changed()
        return pieces

    def check_unchanged(self) -> None:
        """Raise ArchiveError where somebody wrote to the file since it was opened."""
        now = os.fstat(self.stream.fileno())
        if (now.st_size, now.st_mtime_ns) != (self._stat.st_size, self._stat.st_mtime_ns):
            raise self.changed()

    def changed(self) -> ArchiveError:
        """The error for a file that is not what it was."""
        return ArchiveError(f"{self.shown} was changed while it was read; wait until it is whole and try again")
