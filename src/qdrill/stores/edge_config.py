"""Qdrant-shaped collection settings <-> the embedded engine's configuration.

`config` means the object of that name in Qdrant's collection info: `params`, `hnsw_config`,
`optimizer_config`, `wal_config`, `quantization_config`, and `strict_mode_config` and `metadata` where set. It
is what a sidecar keeps; the engine gets the part that it understands.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

import qdrant_edge

from qdrill.errors import UsageError
from qdrill.stores.edge_names import shown
from qdrill.stores.edge_rows import named_vectors, refused

HNSW_DEFAULTS: Mapping[str, Any] = {
    "m": 16,
    "ef_construct": 100,
    "full_scan_threshold": 10000,
    "max_indexing_threads": 0,
    "on_disk": False,
}
OPTIMIZER_DEFAULTS: Mapping[str, Any] = {
    "deleted_threshold": 0.2,
    "vacuum_min_vector_number": 1000,
    "default_segment_number": 0,
    "max_segment_size": None,
    "memmap_threshold": None,
    "indexing_threshold": 10000,
    "flush_interval_sec": 5,
    "max_optimization_threads": None,
    "prevent_unoptimized": None,
}
WAL_DEFAULTS: Mapping[str, Any] = {"wal_capacity_mb": 32, "wal_segments_ahead": 0, "wal_retain_closed": 1}

_VECTOR_FIELDS = (
    "size",
    "distance",
    "hnsw_config",
    "quantization_config",
    "on_disk",
    "memory",
    "datatype",
    "multivector_config",
)
# The engine has no background optimizer that would make deferred points visible again: never handed over.
_ENGINE_OPTIMIZER_FIELDS = (
    "deleted_threshold",
    "vacuum_min_vector_number",
    "default_segment_number",
    "max_segment_size",
    "indexing_threshold",
)


def engine_version() -> str:
    """Version of the installed engine, such as `edge 0.9.0`."""
    return f"edge {version('qdrant-edge-py')}"


def config_from_create(body: Mapping[str, Any]) -> dict[str, Any]:
    """The `config` that Qdrant would show for a collection created from `body`, defaults filled in.

    An embedded collection is one shard, so `shard_number` is 1 whatever `body` says. Unknown fields of the
    body itself are ignored, as a server does.

    Raises:
        UsageError: `body` asks for something that the engine cannot do.
        Refused: `body` is not a create body.
    """
    if body.get("sharding_method") not in (None, "auto"):
        raise UsageError("the embedded engine has no custom sharding; use a server")
    config: dict[str, Any] = {
        "params": _params(body),
        "hnsw_config": {**HNSW_DEFAULTS, **given(body.get("hnsw_config"))},
        "optimizer_config": {**OPTIMIZER_DEFAULTS, **_optimizers(body.get("optimizers_config"))},
        "wal_config": {**WAL_DEFAULTS, **given(body.get("wal_config"))},
        "quantization_config": body.get("quantization_config"),
    }
    for name in ("strict_mode_config", "metadata"):
        if body.get(name):
            config[name] = dict(body[name])
    return config


def given(settings: Mapping[str, Any] | None) -> dict[str, Any]:
    """The settings that are set: null means 'not given' all over Qdrant's configuration.

    Raises:
        Refused: not an object.
    """
    if settings is None:
        return {}
    if not isinstance(settings, Mapping):
        raise refused("Format error in JSON body: invalid type, expected an object")
    return {name: value for name, value in settings.items() if value is not None}


def _optimizers(settings: Mapping[str, Any] | None) -> dict[str, Any]:
    chosen = given(settings)
    if chosen.get("max_optimization_threads") == "auto":
        chosen["max_optimization_threads"] = None
    return chosen


def _params(body: Mapping[str, Any]) -> dict[str, Any]:
    vectors = given(body.get("vectors"))
    unnamed = isinstance(vectors.get("size"), int)
    params: dict[str, Any] = {
        "vectors": _ordered(vectors) if unnamed else {n: _ordered(vectors[n]) for n in sorted(vectors)},
        "shard_number": 1,
        "replication_factor": body.get("replication_factor") or 1,
        "write_consistency_factor": body.get("write_consistency_factor") or 1,
        "on_disk_payload": body.get("on_disk_payload") is not False,
    }
    for name in ("payload", "id_tracker"):
        if body.get(name):
            params[name] = dict(body[name])
    if sparse := given(body.get("sparse_vectors")):
        params["sparse_vectors"] = {name: given(sparse[name]) for name in sorted(sparse)}
    return params


def _ordered(vector: Any) -> dict[str, Any]:
    """A vector's parameters in Qdrant's order of fields, without nulls."""
    chosen = given(vector)
    if unknown := sorted(set(chosen) - set(_VECTOR_FIELDS)):
        raise UsageError(f"the embedded engine knows no vector option `{shown(unknown[0])}`; use a server")
    if type(chosen.get("size")) is not int or "distance" not in chosen:
        raise refused("Format error in JSON body: a vector needs `size` and `distance`")
    return {name: chosen[name] for name in _VECTOR_FIELDS if name in chosen}


# ---------------------------------------------------------------- for the engine


def engine_settings(config: Mapping[str, Any]) -> dict[str, Any]:
    """The part of `config` that the engine is told; two equal ones need no reload."""
    kept = ("vectors", "sparse_vectors", "on_disk_payload", "payload", "id_tracker")
    return {
        "params": {name: config["params"].get(name) for name in kept},
        "hnsw_config": config["hnsw_config"],
        "quantization_config": config.get("quantization_config"),
        "optimizer_config": {n: config["optimizer_config"].get(n) for n in _ENGINE_OPTIMIZER_FIELDS},
    }


def member(kind: Any, name: Any, what: str) -> Any:
    """The member of an engine enumeration that Qdrant's JSON calls `name` (`max_sim`, `bits1_5`, `Cosine`).

    Raises:
        UsageError: the engine has no such member; the message calls it a `what`.
    """
    wanted = name.replace("_", "").lower() if isinstance(name, str) else None
    for candidate in dir(kind):
        if not candidate.startswith("_") and candidate.replace("_", "").lower() == wanted:
            return getattr(kind, candidate)
    raise UsageError(f"the embedded engine knows no {what} {shown(json.dumps(name), 60)}; use a server")


def memory(name: Any) -> Any:
    """The engine's memory placement for `cold`, `cached` or `pinned`; None for None."""
    return None if name is None else member(qdrant_edge.Memory, name, "memory placement")


def edge_config(config: Mapping[str, Any]) -> qdrant_edge.EdgeConfig:
    """The engine's configuration for a collection with this `config`.

    Raises:
        UsageError: something the engine cannot do, named.
        Refused: a value of the wrong type or range.
    """
    params, optimizers = config["params"], config["optimizer_config"]
    vectors = named_vectors(params)
    sparse = params.get("sparse_vectors") or {}
    if not vectors and not sparse:
        raise UsageError("the embedded engine cannot hold a collection without vectors; use a server")
    try:
        return qdrant_edge.EdgeConfig(
            vectors={name: _dense(vector, config) for name, vector in vectors.items()},
            sparse_vectors={name: _sparse(vector) for name, vector in sparse.items()},
            on_disk_payload=params.get("on_disk_payload"),
            hnsw_config=_hnsw(config["hnsw_config"]),
            quantization_config=_quantization(config.get("quantization_config")),
            optimizers=qdrant_edge.EdgeOptimizersConfig(
                **{name: optimizers.get(name) for name in _ENGINE_OPTIMIZER_FIELDS}
            ),
            payload_memory=memory((params.get("payload") or {}).get("memory")),
            id_tracker_memory=memory((params.get("id_tracker") or {}).get("memory")),
        )
    except (TypeError, ValueError, OverflowError, KeyError) as error:
        raise refused(f"Format error in JSON body: {str(error).splitlines()[0]}") from None


def _dense(vector: Mapping[str, Any], config: Mapping[str, Any]) -> qdrant_edge.EdgeVectorParams:
    multi, hnsw, datatype = (vector.get(n) for n in ("multivector_config", "hnsw_config", "datatype"))
    return qdrant_edge.EdgeVectorParams(
        vector["size"],
        member(qdrant_edge.Distance, vector["distance"], "distance"),
        on_disk=vector.get("on_disk"),
        multivector_config=multi and qdrant_edge.MultiVectorConfig(_comparator(multi)),
        datatype=datatype and member(qdrant_edge.VectorStorageDatatype, datatype, "vector datatype"),
        quantization_config=_quantization(vector.get("quantization_config")),
        hnsw_config=hnsw and _hnsw({**config["hnsw_config"], **given(hnsw)}),
        memory=memory(vector.get("memory")),
    )


def _comparator(multi: Mapping[str, Any]) -> Any:
    return member(qdrant_edge.MultiVectorComparator, multi.get("comparator"), "multi-vector comparator")


def _sparse(vector: Mapping[str, Any]) -> qdrant_edge.EdgeSparseVectorParams:
    index, modifier = given(vector.get("index")), vector.get("modifier")
    datatype = index.get("datatype")
    return qdrant_edge.EdgeSparseVectorParams(
        full_scan_threshold=index.get("full_scan_threshold"),
        on_disk=index.get("on_disk"),
        modifier=None if modifier in (None, "none") else member(qdrant_edge.Modifier, modifier, "modifier"),
        datatype=datatype and member(qdrant_edge.VectorStorageDatatype, datatype, "vector datatype"),
        memory=memory(index.get("memory")),
    )


def _hnsw(settings: Mapping[str, Any]) -> qdrant_edge.HnswIndexConfig:
    return qdrant_edge.HnswIndexConfig(**{**settings, "memory": memory(settings.get("memory"))})


_QUANTIZATIONS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "scalar": ("ScalarQuantizationConfig", {"type": "ScalarType"}),
    "product": ("ProductQuantizationConfig", {"compression": "CompressionRatio"}),
    "binary": (
        "BinaryQuantizationConfig",
        {"encoding": "BinaryQuantizationEncoding", "query_encoding": "BinaryQuantizationQueryEncoding"},
    ),
    "turbo": ("TurboQuantQuantizationConfig", {"bits": "TurboQuantBitSize"}),
}


def _quantization(settings: Mapping[str, Any] | None) -> Any:
    """`{"scalar": {...}}`, `{"product": ...}`, `{"binary": ...}` or `{"turbo": ...}` for the engine."""
    if not settings:
        return None
    (kind, options), *more = settings.items()
    if more or kind not in _QUANTIZATIONS:
        raise UsageError(f"the embedded engine knows no quantization `{shown(kind, 60)}`; use a server")
    class_name, enums = _QUANTIZATIONS[kind]
    chosen = given(options)
    for name in enums.keys() & chosen.keys():
        chosen[name] = member(getattr(qdrant_edge, enums[name]), chosen[name], f"quantization {name}")
    return getattr(qdrant_edge, class_name)(**{**chosen, "memory": memory(chosen.get("memory"))})
