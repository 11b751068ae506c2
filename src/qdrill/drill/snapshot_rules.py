"""When a snapshot would not hold the whole collection, or could not be restored: told before anything is done."""

from __future__ import annotations

import re
from pathlib import Path

from qdrill.archive.snapshot_manifest import SUFFIX
from qdrill.config_model import StoreConfig
from qdrill.drill.plan import Ends
from qdrill.errors import UsageError
from qdrill.names import default_archive, terminal_text
from qdrill.stores.base import CollectionReader, SnapshotSource, SnapshotTarget

_VERSION = re.compile(r"(\d+)\.(\d+)\.")


def snapshot_refusal(ends: Ends) -> str:
    """Why no drill by snapshot is possible between these ends, in one line; empty where one is. Raises StoreError."""
    assert ends.snapshots is not None
    return why_incomplete(ends.source, ends.snapshots.source, ends.source_address) or why_not_restorable(
        ends.snapshots.target, ends.source.version(), ends.target_version, ends.target_store
    )


def refuse_embedded(store: StoreConfig) -> None:
    """Refuse a store without a server: its engine reads a shard's snapshot and makes none (qdrant-edge 0.9).

    Raises:
        UsageError: it is embedded.
    """
    if store.url is None:
        raise UsageError(
            f"{terminal_text(store.label)} is an embedded store, whose engine can neither make nor restore a snapshot "
            "of a collection; use method rows"
        )


def snapshot_file(artifacts: Path, collection: str, asked: Path | None) -> Path:
    """Where the snapshot of `collection` goes: as asked, or `<artifacts>/metrics/qdrant_backup_<collection>.snapshot`.

    Raises:
        UsageError: another ending was asked for, by which nobody would take it for a snapshot.
    """
    path = asked or default_archive(artifacts, collection).with_suffix(SUFFIX)
    if path.suffix != SUFFIX:
        raise UsageError(f"{terminal_text(str(path), 300)} is to be a snapshot, so its name must end in {SUFFIX}")
    return path


def why_incomplete(reader: CollectionReader, source: SnapshotSource, address: str) -> str:
    """Why a snapshot of this collection would not hold all of it; empty where it would."""
    shown = terminal_text(address)
    if reader.info().data.get("config", {}).get("params", {}).get("sharding_method") == "custom":
        return (
            f"{shown} uses custom sharding, and a snapshot of it comes back empty under another name (qdrant#10135); "
            "rename nothing: use Qdrant's own snapshots, shard by shard"
        )
    shards = source.shards()
    elsewhere = {shard.get("peer_id") for shard in shards.get("remote_shards") or []}
    if elsewhere:
        return (
            f"{shown} has shards on {len(elsewhere) + 1} nodes, and the snapshot of one node holds only its own; use "
            "method rows, which reads them all"
        )
    busy = [shard for shard in shards.get("local_shards") or [] if shard.get("state") != "Active"]
    if busy or shards.get("shard_transfers") or shards.get("resharding_operations"):
        return f"shards of {shown} are being moved or are not active; wait until they are, then run it again"
    return ""


def why_not_restorable(target: SnapshotTarget, version: str, theirs: str, label: str) -> str:
    """Why a snapshot of a server of `version` cannot be restored by `label`, of version `theirs`; empty where it can.

    A snapshot is read by the minor version that made it and by the next one (Qdrant's maintainers, qdrant#10273).
    """
    shown, cluster = terminal_text(label), target.cluster()
    if len(cluster.get("peers") or {}) > 1:
        return (
            f"{shown} is a cluster of {len(cluster['peers'])} nodes, and an uploaded snapshot reaches one of them; use "
            "method rows"
        )
    ours, there = _minor(version), _minor(theirs)
    if ours is None or there is None:
        unknown = "the source" if ours is None else shown
        return f"{unknown} does not tell its version, so nobody knows whether a snapshot fits; use method rows"
    if there not in (ours, (ours[0], ours[1] + 1)):
        return (
            f"a snapshot of Qdrant {terminal_text(version, 40)} is read by {ours[0]}.{ours[1]} and "
            f"{ours[0]}.{ours[1] + 1}, and {shown} is {terminal_text(theirs, 40)}; use method rows"
        )
    return ""


def _minor(version: str) -> tuple[int, int] | None:
    found = _VERSION.match(version)
    return (int(found[1]), int(found[2])) if found else None
