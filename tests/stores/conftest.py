"""An embedded store of its own for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from qdrill.stores.edge import EdgeStore


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def store(root: Path) -> Iterator[EdgeStore]:
    store = EdgeStore(root, "embedded")
    yield store
    store.close()
