"""The place of an archive on the disk: whether it may be written, by whom, and how a whole one gets its name."""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from qdrill.archive.manifest import finish_swap, manifest_path, part_path, waiting_manifest
from qdrill.errors import OutputError, UsageError
from qdrill.files import make_directory, output_errors, size_text, sync_directory
from qdrill.names import terminal_text


def need_room(path: Path, need: int) -> None:
    """Refuse early where the disk has less than `need` bytes free.

    Raises:
        OutputError: naming path, need and what is free.
    """
    make_directory(path.parent)
    free = shutil.disk_usage(path.parent).free
    if free < need:
        raise OutputError(
            f"cannot write {terminal_text(str(path))}: about {size_text(need)} are needed and {size_text(free)} "
            "are free; make room or name another place with -o"
        )


def refuse_what_is_not_ours(path: Path) -> None:
    """Refuse a place that holds anything but nothing, an empty file, or an archive of qdrill.

    Raises:
        OutputError: a directory, a device, a link, or somebody's file.
    """
    shown = terminal_text(str(path))
    finish_swap(path)
    with output_errors(path):
        if not os.path.lexists(path):
            return
        status = path.lstat()
    if not stat.S_ISREG(status.st_mode):
        raise OutputError(f"cannot write {shown}: it is not a plain file; name another place with -o")
    if status.st_size and not manifest_path(path).exists():
        raise OutputError(
            f"cannot write {shown}: a file stands there that is no archive of qdrill; move it away, or name "
            "another place with -o"
        )


def open_alone(path: Path) -> int:
    """Descriptor of the unfinished file of `path`, new or as an earlier run left it; nobody else gets one.

    Raises:
        UsageError: another process writes there.
        OSError: it cannot be opened.
    """
    with suppress(FileNotFoundError):
        waiting_manifest(path).unlink()
    part = part_path(path)
    descriptor = os.open(part, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # It must still be the file of that name: another qdrill may have finished it.
        ours = os.path.samestat(os.fstat(descriptor), part.stat())
    except (BlockingIOError, FileNotFoundError):
        ours = False
    except OSError:
        os.close(descriptor)
        raise
    if not ours:
        os.close(descriptor)
        raise UsageError(
            f"another qdrill is writing {terminal_text(str(path))}; wait for it or name another file with -o"
        )
    return descriptor


def write_all(descriptor: int, data: bytes | bytearray | memoryview) -> None:
    """Write every byte; raises OSError."""
    with memoryview(data) as view:
        done = 0
        while done < len(view):
            done += os.write(descriptor, view[done:])


def put_in_place(path: Path, manifest: bytes) -> None:
    """Give the unfinished file of `path`, which is durable, and its manifest their final names; raises OSError.

    A kill between the two renames is mended by `finish_swap` when the archive is opened.
    """
    waiting = waiting_manifest(path)
    write_durably(waiting, manifest)
    with _kept_open(path):
        os.replace(part_path(path), path)
        # A reader that came in between took it for a kill, and has given the manifest its name already.
        with suppress(FileNotFoundError):
            os.replace(waiting, manifest_path(path))
        sync_directory(path.parent)


def write_durably(path: Path, data: bytes) -> None:
    """Write a file whose name is not final; raises OSError."""
    with path.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


@contextmanager
def _kept_open(path: Path) -> Iterator[None]:
    """Hold what stands at `path`, and let it go on a thread of its own: to free a large file takes long."""
    held = -1
    with suppress(OSError):
        held = os.open(path, os.O_RDONLY)
    try:
        yield
    finally:
        if held >= 0:
            threading.Thread(target=os.close, args=(held,), name="qdrill-free", daemon=True).start()
