"""The manifest beside a snapshot: where it came from, how to check it, and what the source said of itself around it.

A JSON document, one member a line; its last member is the digest of everything before it.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from qdrill.archive.digest import digest_of
from qdrill.archive.manifest import Source, finish_swap, manifest_path
from qdrill.drill.results import WriterFinding
from qdrill.errors import ArchiveError
from qdrill.names import terminal_text

FAMILY = "qdrill.snapshot/"
SCHEMA = FAMILY + "1"
SUFFIX = ".snapshot"


class SnapshotManifest(msgspec.Struct, frozen=True):
    """Everything known about a snapshot on disk.

    Attributes:
        info: the collection's info, byte for byte as the source gave it.
        points: exact count of the source when the backup ended. The snapshot holds so many where `writer` is
            `none`; otherwise nobody can tell without restoring it.
        bytes: size of the file.
        sha256: 64 hexadecimal digits, of what arrived. server_sha256: what the server told; empty where it tells none.
        digest: BLAKE3 of the file, by which it is checked before anything is restored from it.
        snapshot: the name that the server gave it.
        count_before, count_after: exact counts of the source around the snapshot.
        operations: number of the last operation per shard before the snapshot; None where the source tells none.
        started, finished: ISO 8601 with zone. seconds: monotonic.
    """

    source: Source
    info: msgspec.Raw
    aliases: tuple[str, ...]
    points: int
    bytes: int
    sha256: str
    server_sha256: str
    digest: str
    snapshot: str
    count_before: int
    count_after: int
    operations: dict[str, int] | None
    writer: WriterFinding
    writer_detail: str
    started: str
    finished: str
    seconds: float
    tool: str
    data_file: str
    schema: str = SCHEMA

    @property
    def info_data(self) -> dict[str, Any]:
        """The collection's info, decoded."""
        data: dict[str, Any] = msgspec.json.decode(self.info)
        return data


class _SchemaOnly(msgspec.Struct):
    schema: str


def render_snapshot_manifest(manifest: SnapshotManifest) -> bytes:
    """The manifest as it stands on disk; the same manifest gives the same bytes."""
    names = ["schema", *(name for name in SnapshotManifest.__struct_fields__ if name != "schema")]
    members = [b"%b:%b" % (_json(name), _json(getattr(manifest, name))) for name in names]
    body = b"{\n" + b",\n".join(members)
    return body + b',\n"manifest_digest":%b\n}\n' % _json(digest_of(body))


def _json(value: object) -> bytes:
    return msgspec.json.encode(value)


def is_snapshot(path: Path) -> bool:
    """Whether the manifest beside `path` says that it is a snapshot; raises nothing."""
    with suppress(OSError, ValueError, msgspec.DecodeError):
        finish_swap(path)
        return msgspec.json.decode(manifest_path(path).read_bytes(), type=_SchemaOnly).schema.startswith(FAMILY)
    return False


def read_snapshot_manifest(path: Path) -> SnapshotManifest:
    """The manifest of the snapshot at `path`, checked.

    Raises:
        ArchiveError: missing, damaged, or of a later version of qdrill.
    """
    finish_swap(path)
    place = manifest_path(path)
    shown = terminal_text(str(place), 300)
    try:
        data = place.read_bytes()
    except OSError as error:
        raise ArchiveError(
            f"cannot read {shown}: {error.strerror}; without it nothing can be checked: make the snapshot with "
            "`qdrill backup --method snapshot`"
        ) from error
    try:
        schema = msgspec.json.decode(data, type=_SchemaOnly).schema
        if not schema.startswith(FAMILY):
            raise ArchiveError(f"{shown} is not the manifest of a snapshot; name the file that it belongs to")
        if schema != SCHEMA:
            raise ArchiveError(
                f"{shown} has schema {terminal_text(schema, 60)}, made by a later qdrill; use that version"
            )
        manifest = msgspec.json.decode(data, type=SnapshotManifest)
        whole = render_snapshot_manifest(manifest) == data
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ArchiveError(_damaged(shown)) from error
    if not whole:
        raise ArchiveError(_damaged(shown))
    return manifest


def _damaged(shown: str) -> str:
    return f"the manifest {shown} is damaged (its digest does not fit); restore from another backup"
