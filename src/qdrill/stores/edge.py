"""The embedded store: a directory of collections, each a shard of Qdrant's embedded engine. No server needed.

    <store>/<directory of the collection>/   segments/  wal/  edge_config.json     the engine's own
                                             collection.json                       what it cannot keep

The directory has what a server has, with the differences that the engine imposes: one shard per collection,
indexes built only when asked for, and one process at a time.
"""

from __future__ import annotations

from pathlib import Path

from qdrill.stores.edge_catalog import catalog, existing
from qdrill.stores.edge_config import engine_version
from qdrill.stores.edge_reader import EdgeReader
from qdrill.stores.edge_writer import EdgeWriter

__all__ = ["EdgeReader", "EdgeStore", "EdgeWriter"]


class EdgeStore:
    """A `Store` in the directory `path`, which is made when the first collection is.

    Several stores, readers and writers of one process may share a directory. Errors as in `Store`; a
    collection that another process has open raises StoreError 'is in use by another process'.
    """

    def __init__(self, path: Path, label: str) -> None:
        self._path = path
        self._label = label
        self._opened: list[EdgeReader | EdgeWriter] = []

    @property
    def label(self) -> str:
        """How the store is named to the user."""
        return self._label

    @property
    def path(self) -> Path:
        """The store's directory."""
        return self._path

    def version(self) -> str:
        """Version of the engine, such as `edge 0.9.0`."""
        return engine_version()

    def process(self) -> str:
        """Empty: the directory alone tells one embedded store from another."""
        return ""

    def collections(self) -> tuple[str, ...]:
        """Names of all collections, sorted; shards that somebody else put here included."""
        return tuple(sorted(catalog(self._path)))

    def reader(self, collection: str) -> EdgeReader:
        """A reader of the collection, or of the one that an alias of this name points at.

        Raises:
            NotFound: there is neither. StoreError: in use by another process, or damaged.
        """
        reader = EdgeReader(existing(self._path, collection))
        self._opened.append(reader)
        return reader

    def writer(self, collection: str) -> EdgeWriter:
        """A writer for a collection that may not exist yet.

        Raises:
            UsageError: Qdrant allows no such name.
        """
        writer = EdgeWriter(self._path, collection)
        self._opened.append(writer)
        return writer

    def close(self) -> None:
        """Close all readers and writers that this store gave out."""
        opened, self._opened = self._opened, []
        for one in opened:
            one.close()
