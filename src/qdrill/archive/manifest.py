"""The manifest beside an archive's data file: what is in it, where it came from, and how to check it.

A JSON document, one member a line and one chunk a line. Its last member is the digest of everything before it, so a
change anywhere in it shows.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from qdrill.archive.digest import digest_of
from qdrill.drill.results import PointId, WriterFinding
from qdrill.errors import ArchiveError

SCHEMA = "qdrill.archive/1"


class Chunk(msgspec.Struct, frozen=True):
    """A run of rows: `length` bytes at `offset` of the data file, comma-joined, with their digest."""

    offset: int
    length: int
    rows: int
    first_id: PointId
    last_id: PointId
    digest: str


class Source(msgspec.Struct, frozen=True):
    """Where the rows came from; holds no secret."""

    address: str
    collection: str
    server_version: str
    identity: str


class Manifest(msgspec.Struct, frozen=True):
    """Everything known about an archive.

    Attributes:
        info: the collection's info, byte for byte as the source gave it.
        points: rows in the data file.
        bytes: size of the data file.
        count_before, count_after: exact counts of the source around the backup; None where it would not tell.
        started, finished: ISO 8601 with zone. seconds: monotonic.
        digest: of the whole data file, through its chunks.
    """

    source: Source
    info: msgspec.Raw
    aliases: tuple[str, ...]
    points: int
    bytes: int
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

    @property
    def info_data(self) -> dict[str, Any]:
        """The collection's info, decoded."""
        data: dict[str, Any] = msgspec.json.decode(self.info)
        return data


class _SchemaOnly(msgspec.Struct):
    schema: str


def manifest_path(archive: Path) -> Path:
    """`….manifest.json` beside a data file."""
    return archive.with_name(archive.name.removesuffix(".json") + ".manifest.json")


def waiting_manifest(archive: Path) -> Path:
    """Where a new manifest waits until its data file has its name."""
    final = manifest_path(archive)
    return final.with_name(f".{final.name}.part")


def finish_swap(archive: Path) -> None:
    """Give a waiting manifest its name where its data file already has its own.

    A backup ends with two renames, data first. The part file is gone exactly when the first one happened.
    """
    waiting = waiting_manifest(archive)
    if waiting.exists() and not archive.with_name(f".{archive.name}.part").exists():
        with suppress(OSError):
            os.replace(waiting, manifest_path(archive))


def render_manifest(manifest: Manifest) -> bytes:
    """The manifest as it stands on disk; the same manifest gives the same bytes."""
    members = [f'"schema":{_json(manifest.schema)}']
    for name in Manifest.__struct_fields__:
        if name not in ("schema", "chunks"):
            members.append(f"{_json(name)}:{_json(getattr(manifest, name))}")
    chunks = ",\n".join(_json(chunk) for chunk in manifest.chunks)
    members.append(f'"chunks":[\n{chunks}\n]')
    body = ("{\n" + ",\n".join(members)).encode()
    return body + f',\n"manifest_digest":{_json(digest_of(body))}\n}}\n'.encode()


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def read_manifest(archive: Path) -> Manifest:
    """The manifest of a data file, checked.

    Raises:
        ArchiveError: missing, damaged, or of a later version of qdrill.
    """
    finish_swap(archive)
    path = manifest_path(archive)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ArchiveError(
            f"cannot read {_show(path)}: {error.strerror}; without it nothing can be checked (`qdrill restore` makes "
            "an archive of another tool's dump)"
        ) from error
    try:
        schema = msgspec.json.decode(data, type=_SchemaOnly).schema
        if not schema.startswith("qdrill.archive/"):
            raise ArchiveError(f"{_show(path)} is not a manifest of qdrill; name the archive's own manifest")
        if schema != SCHEMA:
            raise ArchiveError(f"{_show(path)} has schema {_show(schema)}, made by a later qdrill; use that version")
        manifest = msgspec.json.decode(data, type=Manifest)
        # The info is kept as it came and not looked into, so bytes that are no text show only here.
        whole = render_manifest(manifest) == data
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ArchiveError(_damaged(path)) from error
    if not whole:
        raise ArchiveError(_damaged(path))
    return manifest


def _damaged(path: Path) -> str:
    return f"the manifest {_show(path)} is damaged (its digest does not fit); restore from another backup"


def _show(text: Path | str) -> str:
    from qdrill.names import terminal_text

    return terminal_text(str(text), 300)
