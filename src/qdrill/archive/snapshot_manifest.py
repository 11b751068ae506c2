"""The manifest beside a snapshot: where it came from, how to check it, and what the source said of itself around it.

Its last member is the digest of everything before it.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from qdrill.archive.manifest import finish_swap, manifest_path
from qdrill.archive.manifest_file import Described, Kind, member, read_checked, schema_of, sealed
from qdrill.results import WriterFinding
from qdrill.rows.splice import UNREADABLE

FAMILY = "qdrill.snapshot/"
SCHEMA = FAMILY + "1"
SUFFIX = ".snapshot"


class SnapshotManifest(Described, frozen=True):
    """Everything known about a snapshot on disk.

    Attributes:
        points: exact count of the source when the backup ended. The snapshot holds so many where `writer` is
            `none`; otherwise nobody can tell without restoring it.
        sha256: 64 hexadecimal digits, of what arrived. server_sha256: what the server told; empty where it tells none.
        digest: BLAKE3 of the file, by which it is checked before anything is restored from it.
        snapshot: the name that the server gave it.
        count_before, count_after: exact counts of the source around the snapshot.
        operations: number of the last operation per shard before the snapshot; None where the source tells none.
        started, finished: ISO 8601 with zone. seconds: monotonic.
    """

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


def render_snapshot_manifest(manifest: SnapshotManifest) -> bytes:
    """The manifest as it stands on disk; the same manifest gives the same bytes."""
    names = (name for name in SnapshotManifest.__struct_fields__ if name != "schema")
    return sealed([member(name, getattr(manifest, name)) for name in ("schema", *names)])


_KIND = Kind(
    SnapshotManifest,
    family=FAMILY,
    schema=SCHEMA,
    render=render_snapshot_manifest,
    without="without it nothing can be checked: make the snapshot with `qdrill backup --method snapshot`",
    other="is not the manifest of a snapshot; name the file that it belongs to",
)


def is_snapshot(path: Path) -> bool:
    """Whether the manifest beside `path` says that it is a snapshot; raises nothing."""
    with suppress(OSError, ValueError, *UNREADABLE):
        finish_swap(path)
        return schema_of(manifest_path(path).read_bytes()).startswith(FAMILY)
    return False


def read_snapshot_manifest(path: Path) -> SnapshotManifest:
    """The manifest of the snapshot at `path`, checked.

    Raises:
        ArchiveError: missing, damaged, or of a later version of qdrill.
    """
    finish_swap(path)
    return read_checked(manifest_path(path), _KIND)
