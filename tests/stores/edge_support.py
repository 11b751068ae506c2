"""What the tests of the embedded store share."""

from __future__ import annotations

import json
from typing import Any

from qdrill.stores.edge import EdgeStore, EdgeWriter

PLAIN: dict[str, Any] = {"vectors": {"size": 2, "distance": "Dot"}}
UUIDS = ["00000000-0000-4000-8000-000000000001", "f0000000-0000-4000-8000-000000000000"]


def row(point_id: int | str, vector: Any = (1, 2), **payload: Any) -> bytes:
    """A point as a row."""
    return json.dumps({"id": point_id, "payload": payload, "vector": vector}).encode()


def filled(store: EdgeStore, name: str, *rows: bytes, body: dict[str, Any] | None = None) -> EdgeWriter:
    """A collection made anew with these rows."""
    writer = store.writer(name)
    writer.create(body or PLAIN)
    writer.upsert([b",".join(rows)], wait=False)
    return writer
