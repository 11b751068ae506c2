"""A reader of the sample collection in pages small enough for its progress to be seen."""

from __future__ import annotations

from pathlib import Path

from qdrill.stores.edge_catalog import Entry, existing
from qdrill.stores.edge_reader import EdgeReader


class _SmallPages(EdgeReader):
    """As the store's own reader, but for the most rows that it gives at once."""

    def __init__(self, entry: Entry, rows: int) -> None:
        super().__init__(entry)
        self._rows = rows

    def page_limit(self) -> int | None:
        """As a server in strict mode."""
        return self._rows


def small_pages(store: Path, collection: str, rows: int) -> EdgeReader:
    """A reader whose pages have at most `rows` points. Raises NotFound, StoreError."""
    return _SmallPages(existing(store, collection), rows)
