"""Writing our own files so that a final name only ever stands for a whole file."""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from qdrill.errors import OutputError
from qdrill.names import terminal_text

_HEAD_BYTES = 4096


@contextmanager
def output_errors(path: Path, need: int | None = None) -> Iterator[None]:
    """Turn any OSError of the block into an OutputError that names `path` and, on a full disk, the bytes needed."""
    try:
        yield
    except OSError as error:
        raise output_error(path, error, need) from error


def output_error(path: Path, error: OSError, need: int | None = None) -> OutputError:
    """The one line for `error` on `path`; `need` is the size in bytes of what was to be written."""
    shown = terminal_text(str(path))
    if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        reason = error.strerror or type(error).__name__
        step = "check the directory's rights or name another place, then run it again"
        return OutputError(f"cannot write {shown}: {reason}; {step}")
    sizes = [f"at least {size_text(need)} in all are needed"] if need else []
    what = "a file of that size is not allowed here"
    if error.errno != errno.EFBIG:
        what = "the disk is full"
        free = _free_bytes(path)
        sizes += [f"{size_text(free)} are free"] if free is not None else []
    shown_sizes = f" ({', '.join(sizes)})" if sizes else ""
    return OutputError(f"cannot write {shown}: {what}{shown_sizes}; make room or name another place, then run it again")


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
    """Make names in the directory `path` durable; some mounts cannot, which is no error."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(descriptor)


def refuse_foreign(path: Path, ours: re.Pattern[bytes], what: str) -> None:
    """Refuse to replace a file that is not one of ours: a typing error must not cost a configuration or a backup.

    Args:
        ours: matches how each of ours begins. what: such a file, as in "no recording".

    Raises:
        OutputError: somebody's file, or no plain file, stands at `path`.
    """
    shown = terminal_text(str(path))
    with output_errors(path):
        if not path.exists():
            return
        if not path.is_file():
            raise OutputError(f"cannot write {shown}: it is not a plain file; name another place")
        with path.open("rb") as stream:
            head = stream.read(_HEAD_BYTES)
    if head and not ours.match(head):
        raise OutputError(
            f"cannot write {shown}: a file stands there that is no {what}; move it away, or name another place"
        )


def write_text(path: Path, text: str) -> None:
    """`write_whole` of text in UTF-8, its line ends as they are."""
    write_whole(path, text.encode("utf-8", "backslashreplace"))


def write_whole(path: Path, data: bytes) -> None:
    """Replace `path` by `data` in one step that survives a power cut.

    The new file is written under a temporary name in the same directory, fsynced, renamed, and the directory is
    fsynced. A link is followed; the permissions of an existing file stay.

    Raises:
        OutputError: it cannot be written; `path` is then as it was.
    """
    with output_errors(path, len(data)):
        final = path.resolve()
        if final.exists() and not final.is_file():
            raise OutputError(f"cannot write {terminal_text(str(path))}: it is not a plain file; name another place")
        final.parent.mkdir(parents=True, exist_ok=True)
        temporary = final.with_name(f".qdrill-{secrets.token_hex(8)}.tmp")
        try:
            _write_synced(temporary, data)
            with suppress(FileNotFoundError):
                temporary.chmod(final.stat().st_mode & 0o7777)
            os.replace(temporary, final)
        finally:
            with suppress(OSError):
                temporary.unlink()
        sync_directory(final.parent)


def _write_synced(path: Path, data: bytes) -> None:
    # Not tempfile: its files are private to the user, and a record is for others to read.
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
