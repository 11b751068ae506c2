"""Writing our own files so that a final name only ever stands for a whole file."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from qdrill.errors import OutputError


@contextmanager
def output_errors(path: Path, need: int | None = None) -> Iterator[None]:
    """Turn any OSError of the block into an OutputError that names `path` and, on a full disk, the bytes needed."""
    try:
        yield
    except OSError as error:
        raise OutputError(_explain(path, error, need)) from error


def _explain(path: Path, error: OSError, need: int | None) -> str:
    from qdrill.names import terminal_text

    shown = terminal_text(str(path))
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        needed = f"at least {size_text(need)} in all are needed, " if need else ""
        free = _free_bytes(path)
        have = f"{size_text(free)} are free" if free is not None else "none is left"
        return f"cannot write {shown}: the disk is full ({needed}{have}); make room or name another place with -o"
    reason = error.strerror or type(error).__name__
    return f"cannot write {shown}: {reason}; check the directory's rights or name another place with -o"


def size_text(number: int) -> str:
    """Bytes as people read them, small ones exactly: `504.1 MB`, `4,096 bytes`."""
    return f"{number / 1e6:.1f} MB" if number >= 100_000 else f"{number:,} bytes"


def _free_bytes(path: Path) -> int | None:
    for place in (path, *path.parents):
        with suppress(OSError):
            return shutil.disk_usage(place).free
    return None


def make_directory(path: Path) -> None:
    """Create `path` and its parents; raises OutputError."""
    with output_errors(path):
        path.mkdir(parents=True, exist_ok=True)


def sync_directory(path: Path) -> None:
    """Make renames inside `path` durable."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_whole(path: Path, data: bytes) -> None:
    """Write `data` under a temporary name, fsync, rename to `path`, fsync the directory.

    Raises:
        OutputError: it cannot be written; `path` is then as it was.
    """
    make_directory(path.parent)
    temporary = path.with_name(f".{path.name[:200]}.{os.getpid()}.tmp")
    try:
        with output_errors(path, len(data)):
            with temporary.open("wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            os.replace(temporary, path)
            sync_directory(path.parent)
    finally:
        with suppress(OSError):
            temporary.unlink()
