"""Files that are either the old one or the new one, whole, whatever happens in between."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
from pathlib import Path

from qdrill.errors import OutputError
from qdrill.names import terminal_text

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def write_text(path: Path, text: str) -> None:
    """Replace `path` by `text` in UTF-8, its line ends as they are; raises OutputError."""
    write_bytes(path, text.encode("utf-8", "backslashreplace"))


def write_bytes(path: Path, data: bytes) -> None:
    """Replace `path` by `data` in one step that survives a power cut.

    The new file is written under a temporary name in the same directory, fsynced, renamed, and the directory
    is fsynced. A link is followed; the permissions of an existing file stay. Raises OutputError, the old file
    intact.
    """
    try:
        _replace(path.resolve(), data)
    except OSError as error:
        raise output_error(path, error, need=len(data)) from error


def make_directory(path: Path) -> None:
    """Create `path` and its parents; raises OutputError."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise output_error(path, error) from error


def output_error(path: Path, error: OSError, need: int | None = None) -> OutputError:
    """The one line for `error` on `path`; `need` is the size in bytes of what was to be written."""
    size = f" (needs {need:,} bytes)" if need is not None else ""
    if error.errno in _FULL:
        step = "make room there or choose another directory, then run it again"
    elif error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        step = "make the directory writable or choose another one, then run it again"
    else:
        step = "check the path, then run it again"
    return OutputError(f"cannot write {terminal_text(str(path))}{size}: {error.strerror or error}; {step}")


def _replace(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".qdrill-{secrets.token_hex(8)}.tmp")
    try:
        _write_synced(temporary, data)
        with contextlib.suppress(FileNotFoundError):
            temporary.chmod(path.stat().st_mode & 0o7777)
        temporary.replace(path)
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()
    sync_directory(path.parent)


def _write_synced(path: Path, data: bytes) -> None:
    # Not tempfile: its files are private to the user, and a record is for others to read.
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def sync_directory(path: Path) -> None:
    """Make names in the directory `path` durable, where the system can (Windows and some mounts cannot)."""
    if os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(descriptor)
