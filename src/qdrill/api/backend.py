"""What every route works with: the store, the embedder and the name of the default collection."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from qdrill.address import Address, StoreRef, check_collection
from qdrill.config_model import StoreConfig
from qdrill.embedders.base import Embedder
from qdrill.errors import NotFound, UsageError
from qdrill.names import one_line
from qdrill.session import Session, refuse_guarded
from qdrill.stores.base import CollectionReader, CollectionWriter, Store


@dataclass(frozen=True, slots=True)
class Backend:
    """One store and one embedder; thread-safe, as the session is.

    Attributes:
        store: with the guards of every configured store in the same place.
        collection: meant where a search names none.
    """

    session: Session
    store: StoreConfig
    embedder: Embedder
    collection: str

    def check(self) -> int:
        """Ask the store for what it holds: the number of its collections.

        Raises:
            StoreError: not reachable, refused or damaged.
        """
        with self.opened() as store:
            store.version()
            return len(store.collections())

    @contextmanager
    def opened(self) -> Iterator[Store]:
        """The store, for one request.

        One process at a time can have an embedded collection open: between requests it is everybody's.
        """
        session = self.session
        if self.store.kind == "server":
            yield session.store(self.store)
            return
        from qdrill.stores.open import open_store

        store = open_store(self.store, session.environ, session.control, session.emit)
        try:
            yield store
        finally:
            store.close()

    @contextmanager
    def reader(self, collection: str) -> Iterator[CollectionReader | None]:
        """A reader for one request; None where there is no such collection. Raises StoreError."""
        if not _possible(collection):
            yield None
            return
        with self.opened() as store:
            try:
                reader = store.reader(collection)
            except NotFound:
                yield None
                return
            yield reader

    @contextmanager
    def writer(self, collection: str) -> Iterator[CollectionWriter | None]:
        """A writer for one request; None where there is no such collection.

        Raises:
            UsageError: the store is marked read-only or production.
            StoreError: it cannot be reached or used.
        """
        refuse_guarded(Address(StoreRef(self.store), collection, f"{self.store.label}/{one_line(collection, 80)}"))
        if not _possible(collection):
            yield None
            return
        with self.opened() as store:
            writer = store.writer(collection)
            yield writer if writer.exists() else None


def _possible(collection: str) -> bool:
    """Whether a collection can have this name: others are asked for nowhere, for a URL could lead elsewhere."""
    try:
        check_collection(collection)
    except UsageError:
        return False
    return True
