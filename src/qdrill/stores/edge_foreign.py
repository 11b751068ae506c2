"""Settings of a shard that has no sidecar, from the files that the engine keeps in it.

The engine persists what it was told in `edge_config.json` (written by its first load where it was missing)
and the payload indexes in each segment's `payload_index/config.json`; both use Qdrant's own words.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from qdrill.errors import StoreError
from qdrill.stores.edge_config import config_from_create, given
from qdrill.stores.edge_index import schema_entry
from qdrill.stores.edge_names import shown
from qdrill.stores.edge_sidecar import Sidecar

_MEMORY_OF_ON_DISK = {True: "cold", False: "cached"}


def foreign_sidecar(directory: Path) -> Sidecar:
    """What a sidecar would say about the shard in `directory`; the name is the directory's.

    Raises:
        StoreError: the engine's own files cannot be read.
    """
    try:
        edge = json.loads((directory / "edge_config.json").read_bytes())
        config = config_from_create(_create_body(edge))
        schema = {field: schema_entry(index) for field, index in _indexes(directory).items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise StoreError(
            f"the settings of the shard in {shown(directory)} cannot be read ({shown(repr(error), 100)})"
        ) from None
    return Sidecar(directory.name, config, schema, ours=False)


def _create_body(edge: Mapping[str, Any]) -> dict[str, Any]:
    vectors = {name: _vector(vector) for name, vector in given(edge.get("vectors")).items()}
    body: dict[str, Any] = {
        "vectors": vectors[""] if set(vectors) == {""} else vectors,
        "on_disk_payload": edge.get("on_disk_payload"),
        "hnsw_config": edge.get("hnsw_config"),
        "optimizers_config": edge.get("optimizers"),
        "quantization_config": edge.get("quantization_config"),
    }
    if sparse := given(edge.get("sparse_vectors")):
        body["sparse_vectors"] = {name: _sparse(vector) for name, vector in sparse.items()}
    return body


def _vector(vector: Mapping[str, Any]) -> dict[str, Any]:
    """One vector's parameters, without the placement that the engine derives from a default."""
    chosen = given(vector)
    if chosen.get("memory") == _MEMORY_OF_ON_DISK.get(chosen.get("on_disk", False)):
        chosen.pop("memory")
    if chosen.get("on_disk") is False:
        del chosen["on_disk"]
    return chosen


def _sparse(vector: Mapping[str, Any]) -> dict[str, Any]:
    """The engine keeps the index settings beside the modifier; Qdrant keeps them under `index`."""
    chosen = given(vector)
    if chosen.get("on_disk") is False:
        del chosen["on_disk"]
    modifier = chosen.pop("modifier", None)
    return {**({"index": chosen} if chosen else {}), **({"modifier": modifier} if modifier else {})}


def _indexes(directory: Path) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for file in sorted((directory / "segments").glob("*/payload_index/config.json")):
        found.update(json.loads(file.read_bytes()).get("indexed_fields") or {})
    return found
