"""Small collections made through a store's own writer: the same points wherever they are made."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from qdrill.stores.base import CollectionWriter
from qdrill.stores.edge import EdgeStore
from qdrill.stores.server import ServerStore

TEXTS = ("登录失败怎么办", "How do I log in?", "重置密码", "Reset my password", "如何联系客服")
BATCH = 1000


def point(number: int, dims: int) -> dict[str, Any]:
    """Point `number`: a vector of its own, and a text."""
    angle = [math.sin(number * 12.9898 + place * 78.233) for place in range(dims)]
    return {
        "id": number,
        "payload": {"text": f"{TEXTS[number % len(TEXTS)]} {number}", "number": number},
        "vector": angle,
    }


def create_body(dims: int) -> dict[str, Any]:
    return {"vectors": {"size": dims, "distance": "Dot"}}


def fill(writer: CollectionWriter, points: Iterable[Mapping[str, Any]], body: Mapping[str, Any]) -> None:
    """Create the collection from `body` and write `points` into it."""
    writer.create(body)
    rows = [json.dumps(one, ensure_ascii=False).encode() for one in points]
    for start in range(0, len(rows), BATCH):
        writer.upsert([b",".join(rows[start : start + BATCH])], wait=True)


def make_edge_collection(root: Path, name: str, *, points: int, dims: int = 4) -> None:
    """A collection of `points` points in the embedded store at `root`, closed again."""
    store = EdgeStore(root, "test")
    try:
        fill(store.writer(name), [point(n, dims) for n in range(1, points + 1)], create_body(dims))
    finally:
        store.close()


def change_edge_collection(root: Path, name: str, points: Iterable[Mapping[str, Any]]) -> None:
    """Write `points` over what the embedded collection has."""
    store = EdgeStore(root, "test")
    try:
        rows = [json.dumps(one, ensure_ascii=False).encode() for one in points]
        store.writer(name).upsert([b",".join(rows)], wait=True)
    finally:
        store.close()


def make_server_collection(url: str, name: str, *, points: int, dims: int = 4, api_key: str | None = None) -> None:
    """The same collection on a server."""
    store = ServerStore(url, api_key=api_key)
    try:
        fill(store.writer(name), [point(n, dims) for n in range(1, points + 1)], create_body(dims))
    finally:
        store.close()
