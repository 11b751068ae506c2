"""What a job, or somebody who looks around, works with: the configuration and the stores and embedders it opened."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from qdrill.config_model import (
    GUARDS,
    Config,
    StoreConfig,
    instead,
    quoted,
)
from qdrill.control import JobControl
from qdrill.errors import QdrillError, UsageError
from qdrill.events import Emit, ignore

if TYPE_CHECKING:
    from qdrill.address import Address
    from qdrill.embedders.base import Embedder
    from qdrill.stores.base import CollectionReader, CollectionWriter, Store

_PlaceKey = tuple[str | None, Path | None, str | None, Path | None]


class Session:
    """The configuration and everything opened with it, for one job or for browsing; thread-safe.

    A session has one `control`, so cancelling it cuts every connection of this session and of no other. A context
    manager: leaving it closes what is open.

    Attributes:
        config: stores, embedders and drills by name.
        environ: environment variables, where keys are looked up.
        control: pauses, throttles and cancels all work of this session.
        emit: where the events of its stores go.
    """

    def __init__(self, config: Config, environ: Mapping[str, str], control: JobControl, emit: Emit = ignore) -> None:
        self.config, self.environ, self.control, self.emit = config, environ, control, emit
        self._lock = threading.Lock()
        self._stores: dict[_PlaceKey, Store] = {}
        self._embedders: dict[str, Embedder] = {}

    def store(self, config: StoreConfig) -> Store:
        """The open store, one for each place and key; nothing is asked of it. Raises UsageError: its key is not set."""
        key = (config.url, config.path, config.api_key_env, config.ca_file)
        with self._lock:
            if key not in self._stores:
                from qdrill.stores.open import open_store

                self._stores[key] = open_store(config, self.environ, self.control, self.emit)
            return self._stores[key]

    def reader(self, address: Address) -> CollectionReader:
        """A reader of the collection at `address`; raises NotFound, StoreError."""
        return self.store(address.store.config).reader(address.collection)

    def target_writer(self, address: Address) -> CollectionWriter:
        """A writer of the collection at `address`, unless its store is guarded; raises UsageError then."""
        refuse_guarded(address)
        return self.store(address.store.config).writer(address.collection)

    def embedder(self, name: str) -> Embedder:
        """The open embedder `[embedders.NAME]`; raises UsageError, with the nearest name, where there is none."""
        with self._lock:
            if name not in self._embedders:
                from qdrill.embedders.open import open_embedder

                known = self.config.embedders
                if name not in known:
                    raise UsageError(f"there is no embedder {quoted(name)}{instead(name, list(known))}")
                self._embedders[name] = open_embedder(name, known[name], self.environ, self.control)
            return self._embedders[name]

    def lanes(self, address: Address, asked: int | None) -> int:
        """Connections to use: as asked, else as the store is configured."""
        return asked or address.store.config.connections

    def close(self) -> None:
        """Close every store and embedder; errors of closing hide nothing that matters."""
        with self._lock:
            closing = [one.close for one in self._stores.values()] + [one.close for one in self._embedders.values()]
            self._stores.clear()
            self._embedders.clear()
        for close in closing:
            with suppress(QdrillError, OSError):
                close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def refuse_guarded(address: Address) -> None:
    """Refuse to write into a store that is marked production or read-only; raises UsageError."""
    store = address.store.config
    lent = dict(store.lent)
    marks = [mark for mark in GUARDS if getattr(store, mark)]
    if not marks:
        return
    # What the named store itself is marked comes first: that line of drills.toml is the one to look at.
    mark = min(marks, key=lambda one: one in lent)
    where = f" under its other name {quoted(lent[mark])}" if mark in lent else ""
    raise UsageError(
        f"{address} is in a store marked {mark} = true{where}, and a restore never writes there; name a target in "
        "another store"
    )
