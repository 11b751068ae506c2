"""The collection that is measured: random unit vectors with a small payload, indexing off."""

from __future__ import annotations

from typing import Any
from uuid import NAMESPACE_OID, uuid5

import httpx
import numpy as np
import orjson

_BATCH = 1000


def fill(url: str, name: str, points: int, dimensions: int, *, uuids: bool = False) -> None:
    """Create `name` anew with `points` points, whose ids run from 0 or are UUIDs; the same data each time."""
    generator = np.random.default_rng(0)
    with httpx.Client(base_url=url, timeout=120) as client:
        client.delete(f"/collections/{name}")
        settings = {
            "vectors": {"size": dimensions, "distance": "Cosine"},
            "optimizers_config": {"indexing_threshold": 0},
        }
        client.put(f"/collections/{name}", json=settings).raise_for_status()
        for start in range(0, points, _BATCH):
            vectors = generator.standard_normal((_BATCH, dimensions)).astype(np.float32)
            rows = [_row(start + number, vectors[number], uuids) for number in range(min(_BATCH, points - start))]
            body = orjson.dumps({"points": rows}, option=orjson.OPT_SERIALIZE_NUMPY)
            headers = {"content-type": "application/json"}
            path = f"/collections/{name}/points?wait=true"
            client.put(path, content=body, headers=headers).raise_for_status()


def drop(url: str, name: str) -> None:
    """Delete a collection, if it is there."""
    httpx.delete(f"{url}/collections/{name}", timeout=120).raise_for_status()


def _row(number: int, vector: Any, uuids: bool) -> dict[str, Any]:
    point_id = str(uuid5(NAMESPACE_OID, str(number))) if uuids else number
    payload = {"text": f"entry {number} 如何登录系统", "n": number, "tags": ["a", "b"], "topic": "login"}
    return {"id": point_id, "vector": vector, "payload": payload}
