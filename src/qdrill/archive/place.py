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

import msgspec

from qdrill.archive.manifest import finish_swap, manifest_path, part_path, waiting_manifest
from qdrill.errors import OutputError, UsageError
from qdrill.files import make_directory, output_errors, size_text, sync_directory
from qdrill.names import terminal_text
from qdrill.rows.splice import UNREADABLE

ELSEWHERE = "name another archive"
"""How a line ends about a place that cannot be used; a command adds the option by which its archive is named."""
MANIFEST_SUFFIX = ".manifest.json"
_UNFINISHED = (".part", ".journal", ".server")
_FAMILIES = ("qdrill.archive/", "qdrill.snapshot/")


class _Said(msgspec.Struct):
    schema: str
    data_file: str
    bytes: int = -1


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
            f"are free; make room or {ELSEWHERE}"
        )


def refuse_what_is_not_ours(path: Path) -> None:
    """Refuse a place that holds anything but nothing, an empty file, or an archive of qdrill with its manifest.

    Raises:
        UsageError: no archive can have this name.
        OutputError: a directory, a device, a link, or somebody's file, there or where the manifest is to be.
    """
    why = why_no_archive(path)
    if why:
        raise UsageError(f"{terminal_text(str(path))} {why}")
    finish_swap(path)
    size = _plain_size(path)
    manifest = manifest_path(path)
    manifest_size = _plain_size(manifest)
    if manifest_size and not _is_manifest_of(path, manifest):
        raise OutputError(
            f"cannot write {terminal_text(str(manifest))}: a file stands there that is no manifest of this archive; "
            f"move it away, or {ELSEWHERE}"
        )
    if size and not manifest_size:
        raise OutputError(
            f"cannot write {terminal_text(str(path))}: a file stands there that is no archive of qdrill; move it "
            f"away, or {ELSEWHERE}"
        )


def why_no_archive(path: Path) -> str:
    """Why the data file of an archive cannot have this name, as the end of a sentence about it; empty where it can."""
    if path.name in ("", ".."):
        return "is a directory; name a file"
    if path.name.endswith(MANIFEST_SUFFIX):
        return f"is a name for a manifest; name the archive itself, such as {_data_name(path)}"
    if path.name.startswith(".") and path.name.endswith(_UNFINISHED):
        return f"is a name for an unfinished archive; {ELSEWHERE}"
    return ""


def _data_name(path: Path) -> str:
    return terminal_text(path.name.removesuffix(MANIFEST_SUFFIX) + ".json", 60)


def _plain_size(path: Path) -> int:
    """Bytes of the file at `path`, 0 where there is none; raises OutputError where it is not a plain file."""
    with output_errors(path):
        if not os.path.lexists(path):
            return 0
        status = path.lstat()
    if not stat.S_ISREG(status.st_mode):
        raise OutputError(f"cannot write {terminal_text(str(path))}: it is not a plain file; {ELSEWHERE}")
    return status.st_size


def _is_manifest_of(archive: Path, manifest: Path) -> bool:
    """Whether `manifest` was made by qdrill, damaged or not, for `archive`, or for one that was renamed to it."""
    with output_errors(manifest):
        data = manifest.read_bytes()
    try:
        said = msgspec.json.decode(data, type=_Said)
    except UNREADABLE:
        return data.startswith(tuple(b'{\n"schema":"' + family.encode() for family in _FAMILIES))
    if not said.schema.startswith(_FAMILIES):
        return False
    if said.data_file == archive.name:
        return True
    with suppress(OSError, ValueError):
        return archive.stat().st_size == said.bytes and not manifest.with_name(said.data_file).exists()
    return False


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
        raise UsageError(f"another qdrill is writing {terminal_text(str(path))}; wait for it or {ELSEWHERE}")
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
