"""Asking stores for their collections: rows are fetched in a thread, and taken by the screen some times a second."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping, Sequence

from qdrill.address import parse_address
from qdrill.browse.overview import CollectionSummary
from qdrill.config_model import StoreConfig
from qdrill.console.engine import Engine
from qdrill.console.panels.collections_cells import Guard, guard_of


class Loading:
    """One question to some stores.

    Attributes:
        guards: how the stores are marked, by label; known before their rows come.
        ended: nothing more comes, whether it went well or not.
    """

    def __init__(self, engine: Engine, stores: Sequence[StoreConfig]) -> None:
        self._engine, self.stores = engine, tuple(stores)
        self._came: deque[CollectionSummary] = deque()
        self._left = threading.Event()
        self.guards: Mapping[str, Guard] = {}
        self.ended = False

    def run(self) -> Loading:
        """Fetch to the end, or until nobody waits for it; blocks. Raises what the engine raises."""
        try:
            self.guards = {store.label: self._guard(store) for store in self.stores}
            for summary in self._engine.overview(self.stores):
                if self._left.is_set():
                    break
                self._came.append(summary)
        finally:
            self.ended = True
        return self

    def _guard(self, store: StoreConfig) -> Guard:
        """Its mark, or that of another store of drills.toml in the same place; may ask DNS."""
        config = self._engine.config
        if store.name not in config.stores:
            return guard_of(store)
        return guard_of(parse_address(f"{store.name}/x", config).store.config)

    def leave(self) -> None:
        """A newer question takes its place."""
        self._left.set()

    def drain(self) -> list[CollectionSummary]:
        """What came in since the last time."""
        return [self._came.popleft() for _ in range(len(self._came))]
