"""Writing one embedded collection that a restore owns."""

from __future__ import annotations

import contextlib
import secrets
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import qdrant_edge

from qdrill.errors import Refused, StoreError
from qdrill.names import safe_file_part
from qdrill.results import PointId
from qdrill.stores.edge_call import EngineCall
from qdrill.stores.edge_catalog import Entry, change_sidecar, existing, find
from qdrill.stores.edge_config import config_from_create, edge_config, engine_settings
from qdrill.stores.edge_index import field_index, schema_entry
from qdrill.stores.edge_names import check_name, shown
from qdrill.stores.edge_patch import patched
from qdrill.stores.edge_reader import EdgeReader
from qdrill.stores.edge_rows import VectorShape, decode_rows, refused
from qdrill.stores.edge_shard import OpenShard, acquire, destroy, release
from qdrill.stores.edge_sidecar import Sidecar, fsync_directory, write_sidecar


class EdgeWriter:
    """A `CollectionWriter` of an embedded collection, which may not exist yet.

    An operation is applied and in the engine's log when a call returns: killing the process loses nothing,
    for the next opening applies the log. The log is not synced to the disk: only what a `settle`, or an
    upsert with `wait=True`, has confirmed survives a power loss.
    """

    def __init__(self, root: Path, collection: str) -> None:
        check_name(collection)
        self._root = root
        self._name = collection
        self._shard: OpenShard | None = None
        self._entry: Entry | None = None
        self._shape: VectorShape | None = None
        self._reader: EdgeReader | None = None

    @property
    def reader(self) -> EdgeReader:
        """The same collection for reading back. Raises NotFound before `create`."""
        if self._reader is None or self._reader.closed:
            self._reader = EdgeReader(existing(self._root, self._name))
        return self._reader

    def prepare(self) -> None:
        """Nothing to load: the engine is there already."""

    def exists(self) -> bool:
        """Whether a collection or an alias of this name is there."""
        return find(self._root, self._name) is not None

    def create(self, body: Mapping[str, Any]) -> None:
        """Create the collection from a Qdrant create body, in full or not at all.

        Raises:
            UsageError: `body` asks for what the engine cannot do; the message names it.
            Refused: the collection (409) or an alias of this name (400) exists, or `body` is wrong (400).
        """
        if (holder := find(self._root, self._name)) is not None:
            raise _exists(self._name, alias=holder.name != self._name)
        config = config_from_create(body)
        settings = edge_config(config)
        sidecar = Sidecar(self._name, config, {})
        target = self._root / safe_file_part(self._name)
        temporary = self._root / f".creating-{secrets.token_hex(8)}"
        try:
            temporary.mkdir(parents=True)
            _create_shard(temporary, settings)
            write_sidecar(temporary, sidecar)
            temporary.rename(target)
            fsync_directory(self._root)
        except OSError as error:
            raise StoreError(f"cannot create {shown(target)}: {error.strerror}") from None
        finally:
            shutil.rmtree(temporary, ignore_errors=True)

    def patch(self, body: Mapping[str, Any]) -> None:
        """Change settings as `PATCH /collections/{name}` does.

        Raises:
            Refused: a setting or vector that does not exist, or a value that the engine does not take.
        """
        shard, entry = self._opened()
        before = entry.sidecar()
        config = patched(before.config, body)
        settings = edge_config(config)
        if entry.ours and engine_settings(config) != engine_settings(before.config):
            shard.reload(settings)
        change_sidecar(entry, lambda sidecar: replace(sidecar, config=config))

    def create_index(self, field_name: str, schema: Any) -> None:
        """Create a payload index with all its parameters.

        Raises:
            UsageError: an index type or option that the engine does not know.
            Refused: parameters of the wrong type, or a field name that is no path.
        """
        shard, entry = self._opened()
        operation = field_index(field_name, schema)
        with shard.use("creating a payload index", writes=True) as engine:
            engine.update(operation)
        if entry.ours:
            added = {field_name: schema_entry(schema)}
            change_sidecar(entry, lambda s: replace(s, payload_schema={**s.payload_schema, **added}))

    def upsert(self, rows: Sequence[bytes | memoryview], *, wait: bool) -> None:
        """Write rows; with `wait` they are on the disk when this returns.

        Raises:
            Refused: the batch holds something that Qdrant would not take; nothing of it is written.
        """
        shard, entry = self._opened()
        if self._shape is None:
            self._shape = VectorShape.of(entry.sidecar().config["params"])
        operation = qdrant_edge.UpdateOperation.upsert_points(decode_rows(rows, self._shape))
        with shard.use("writing points", writes=True) as engine:
            engine.update(operation)
            if wait:
                engine.flush()

    def delete_points(self, ids: Sequence[PointId]) -> None:
        """Delete points: no restore does, only demonstrations and tests that damage a target."""
        shard, _ = self._opened()
        with shard.use("deleting points", writes=True) as engine:
            engine.update(qdrant_edge.UpdateOperation.delete_points(list(ids)))
            engine.flush()

    def aliases(self) -> tuple[str, ...]:
        """Aliases that lead to this collection, sorted."""
        return self.reader.aliases()

    def holder_of(self, name: str) -> str:
        """The collection that `name` stands for, as an alias or its own name; empty where it is free."""
        entry = find(self._root, name)
        return entry.name if entry is not None else ""

    def add_alias(self, alias: str) -> None:
        """Let `alias` point at this collection; it is taken from another collection that has it.

        Raises:
            UsageError: not an allowed name. Refused: a collection has this name.
        """
        check_name(alias)
        _, entry = self._opened()
        holder = find(self._root, alias)
        if holder is not None and alias not in holder.aliases:
            raise _exists(alias)
        if holder is not None and holder.name != entry.name:
            change_sidecar(holder, lambda s: replace(s, aliases=tuple(a for a in s.aliases if a != alias)))
        change_sidecar(entry, lambda s: replace(s, aliases=tuple(sorted({*s.aliases, alias}))))

    def settle(self) -> None:
        """Return when everything written so far is on the disk."""
        shard, _ = self._opened()
        with shard.use("flushing") as engine:
            engine.flush()

    def optimize(self) -> None:
        """Build the indexes that are due and return when they are built; other calls wait meanwhile."""
        self._opened()[0].optimize()

    def delete(self) -> None:
        """Delete the collection and its directory, under everybody in this process who reads it.

        Raises:
            Refused: qdrill did not make it, or this is an alias of it. StoreError: in use by another process.
        """
        shard, entry = self._opened()
        if not entry.ours or entry.name != self._name:
            words = f"'{shown(self._name)}' is an alias or was not made by qdrill; it is not deleted"
            raise Refused(words, status=400, reason=words)
        entry.sidecar()  # a damaged one proves nothing about whose directory this is
        destroy(shard, _remove)
        self.close()

    def close(self) -> None:
        """Give the shard back, and the reader's. Harmless when repeated."""
        if self._reader is not None:
            self._reader.close()
        shard, self._shard, self._entry, self._shape = self._shard, None, None, None
        if shard is not None:
            release(shard)

    def _opened(self) -> tuple[OpenShard, Entry]:
        if self._shard is None or self._entry is None:
            entry = existing(self._root, self._name)
            self._shard, self._entry = acquire(entry.directory), entry
        return self._shard, self._entry


def _exists(name: str, *, alias: bool = False) -> Refused:
    if alias:
        words = f"Can't create collection with name {shown(name)}. Alias with the same name already exists"
        return refused(f"Wrong input: {words}")
    reason = f"Wrong input: Collection `{shown(name)}` already exists!"
    return Refused(f"the embedded engine refused: {reason}", status=409, reason=reason)


def _create_shard(directory: Path, settings: qdrant_edge.EdgeConfig) -> None:
    with EngineCall("creating a collection"):
        shard = qdrant_edge.EdgeShard.create(str(directory), settings)
        shard.flush()
        shard.close()


def _remove(directory: Path) -> None:
    # Renaming first lets the collection disappear at once; what a crash leaves is hidden and belongs to
    # nobody.
    doomed = directory.with_name(f".deleted-{secrets.token_hex(8)}")
    try:
        directory.rename(doomed)
        fsync_directory(doomed.parent)
        shutil.rmtree(doomed)
    except OSError as error:
        raise StoreError(f"cannot remove {shown(directory)}: {error.strerror}") from None
    finally:
        with contextlib.suppress(OSError):
            shutil.rmtree(doomed)
