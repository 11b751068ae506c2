"""The manifest beside an archive's data file: what is in it, where it came from, and how to check it.

One chunk a line. Its last member is the digest of everything before it, so a change anywhere in it shows.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import msgspec

from qdrill.archive.manifest_file import Described, Kind, member, read_checked, sealed
from qdrill.results import PointId, WriterFinding

SCHEMA = "qdrill.archive/1"


class Chunk(msgspec.Struct, frozen=True):
    """A run of rows: `length` bytes at `offset` of the data file, comma-joined, with their digest."""

    offset: int
    length: int
    rows: int
    first_id: PointId
    last_id: PointId
    digest: str


class Manifest(Described, frozen=True):
    """Everything known about an archive.

    Attributes:
        points: rows in the data file.
        count_before, count_after: exact counts of the source around the backup; None where it would not tell.
        started, finished: ISO 8601 with zone. seconds: monotonic.
        digest: of the whole data file, through its chunks.
        partial: why it is known not to hold all of its source; empty, and not written, where nothing says so.
    """

    chunk_rows: int
    count_before: int | None
    count_after: int | None
    writer: WriterFinding
    writer_detail: str
    started: str
    finished: str
    seconds: float
    tool: str
    digest: str
    chunks: tuple[Chunk, ...]
    data_file: str
    schema: str = SCHEMA
    partial: str = ""


def manifest_path(archive: Path) -> Path:
    """`….manifest.json` beside a data file."""
    return archive.with_name(archive.name.removesuffix(".json") + ".manifest.json")


def followed(path: Path) -> Path:
    """`path`, or where it is a link to an archive and has no manifest beside it, that archive's data file."""
    if not path.is_symlink() or manifest_path(path).exists():
        return path
    archive = path.resolve()
    return archive if manifest_path(archive).exists() else path


def part_path(archive: Path) -> Path:
    """Where a data file is written until it is whole."""
    return archive.with_name(f".{archive.name}.part")


def waiting_manifest(archive: Path) -> Path:
    """Where a new manifest waits until its data file has its name."""
    final = manifest_path(archive)
    return final.with_name(f".{final.name}.part")


def finish_swap(archive: Path) -> None:
    """Give a waiting manifest its name where its data file already has its own.

    A backup ends with two renames, data first. The part file is gone exactly when the first one happened.
    """
    waiting = waiting_manifest(archive)
    if waiting.exists() and not part_path(archive).exists():
        with suppress(OSError):
            os.replace(waiting, manifest_path(archive))


def render_manifest(manifest: Manifest) -> bytes:
    """The manifest as it stands on disk; the same manifest gives the same bytes."""
    unwritten = {"schema", "chunks"} if manifest.partial else {"schema", "chunks", "partial"}
    names = [name for name in Manifest.__struct_fields__ if name not in unwritten]
    chunks = b",\n".join(map(msgspec.json.encode, manifest.chunks))
    members = (member(name, getattr(manifest, name)) for name in ("schema", *names))
    return sealed([*members, b'"chunks":[\n%b\n]' % chunks])


_KIND = Kind(
    Manifest,
    family="qdrill.archive/",
    schema=SCHEMA,
    render=render_manifest,
    without="without it nothing can be checked (`qdrill restore` makes an archive of another tool's dump)",
    other="is not a manifest of qdrill; name the archive's own manifest",
)


def read_manifest(archive: Path) -> Manifest:
    """The manifest of a data file, checked.

    Raises:
        ArchiveError: missing, damaged, or of a later version of qdrill.
    """
    finish_swap(archive)
    return read_checked(manifest_path(archive), _KIND)
