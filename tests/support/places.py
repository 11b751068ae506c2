"""Stores of every kind for one suite: embedded, the test server, and a real server where one is named."""

from __future__ import annotations

import itertools
import json
import os
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from qdrill.errors import QdrillError
from qdrill.stores.base import CollectionReader, CollectionWriter, Store
from qdrill.stores.edge import EdgeStore
from qdrill.stores.request_head import collection_path
from qdrill.stores.server import ServerStore

Kind = Literal["edge", "server", "qdrant"]
REAL_SERVER = "QDRILL_TEST_QDRANT_URL"
KINDS: tuple[Kind, ...] = ("edge", "server", "qdrant") if os.environ.get(REAL_SERVER) else ("edge", "server")
_BATCH = 500
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Recipe:
    """How to make a collection: create body, points, payload indexes, and settings patched in last."""

    body: Mapping[str, Any]
    points: Sequence[Mapping[str, Any]] = ()
    indexes: Mapping[str, Any] = field(default_factory=dict)
    patches: Sequence[Mapping[str, Any]] = ()


_OURS = f"qdrill-test-{os.getpid()}-"


def new_name(text: str = "docs") -> str:
    """A collection name that no other test uses, on whatever server."""
    return f"{_OURS}{secrets.token_hex(3)}-{next(_numbers)} {text}"


@contextmanager
def open_place(kind: Kind, directory: Path, url: str, *, clean: bool = True) -> Iterator[Store]:
    """A store of `kind`; what the test left in a real server is taken away afterwards.

    Args:
        directory: of the embedded engine.
        url: of the test server.
        clean: whether the test ends with this.
    """
    url = os.environ[REAL_SERVER] if kind == "qdrant" else url
    store: Store = EdgeStore(directory, "edge") if kind == "edge" else ServerStore(url, label=kind)
    try:
        yield store
        if clean and kind == "qdrant":
            _clean(store)
    finally:
        store.close()


def _clean(store: Store) -> None:
    for name in ours(store):
        with suppress(QdrillError):
            store.writer(name).delete()


def ours(store: Store) -> list[str]:
    """The collections that this process made; a real server may be shared with others."""
    return [name for name in store.collections() if name.startswith(_OURS)]


def row(point: Mapping[str, Any]) -> bytes:
    """A point as JSON bytes."""
    return json.dumps(point, ensure_ascii=False, separators=(",", ":")).encode()


def write(writer: CollectionWriter, points: Iterable[Mapping[str, Any]]) -> None:
    """Upsert points in batches, waiting for each."""
    rows = [row(point) for point in points]
    for start in range(0, len(rows), _BATCH):
        writer.upsert([b",".join(rows[start : start + _BATCH])], wait=True)


def make(store: Store, name: str, recipe: Recipe) -> CollectionReader:
    """Make the collection that `recipe` describes; a reader of it."""
    writer = store.writer(name)
    writer.create(recipe.body)
    write(writer, recipe.points)
    for field_name, schema in recipe.indexes.items():
        writer.create_index(field_name, schema)
    for body in recipe.patches:
        writer.patch(body)
    return store.reader(name)


def delete_points(store: Store, name: str, ids: Sequence[int | str]) -> None:
    """Delete points, which no writer of a restore can."""
    if isinstance(store, EdgeStore):
        store.writer(name).delete_points(ids)
        return
    assert isinstance(store, ServerStore)
    path = collection_path(name, "points", "delete?wait=true")
    store.result("POST", path, {"points": list(ids)}, what="deleting points")
