"""Collection configuration: a create body with the defaults filled in, and what a PATCH changes of it."""

from __future__ import annotations

import copy
from typing import Any

from tests.support.restserver.errors import ApiError, invalid, no_variant, wrong_input
from tests.support.restserver.jsonbody import JsonDict
from tests.support.restserver.points import VectorSchema

DISTANCES = ("Cosine", "Euclid", "Dot", "Manhattan")
DATATYPES = ("float32", "uint8", "float16", "turbo4")
MAX_SIZE = 65536

_HNSW = {
    "m": 16,
    "ef_construct": 100,
    "full_scan_threshold": 10000,
    "max_indexing_threads": 0,
    "on_disk": False,
}
_OPTIMIZER: JsonDict = {
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
_WAL = {"wal_capacity_mb": 32, "wal_segments_ahead": 0, "wal_retain_closed": 1}
_COUNTS = ("shard_number", "replication_factor", "write_consistency_factor")
_PATCHED_PARAMS = (
    "replication_factor",
    "write_consistency_factor",
    "read_fan_out_factor",
    "read_fan_out_delay_ms",
    "on_disk_payload",
    "payload",
)
_VECTOR_KEYS = (
    "size",
    "distance",
    "hnsw_config",
    "quantization_config",
    "on_disk",
    "memory",
    "datatype",
    "multivector_config",
)


def created(body: JsonDict, raw: bytes) -> JsonDict:
    config: JsonDict = {
        "params": _params(body, raw),
        "hnsw_config": {**_HNSW, **_given(body.get("hnsw_config"))},
        "optimizer_config": _optimizer(_OPTIMIZER, body),
        "wal_config": {**_WAL, **_given(body.get("wal_config"))},
        "quantization_config": _quantization(body.get("quantization_config", body.get("quantization"))),
    }
    strict = body.get("strict_mode_config")
    if strict is not None:
        config["strict_mode_config"] = _given(strict)
    if body.get("metadata") is not None:
        config["metadata"] = body["metadata"]
    return config


def patched(config: JsonDict, body: JsonDict) -> JsonDict:
    new = copy.deepcopy(config)
    params = _given(body.get("params"))
    new["params"].update({name: params[name] for name in _PATCHED_PARAMS if name in params})
    new["hnsw_config"].update(_given(body.get("hnsw_config")))
    new["optimizer_config"] = _optimizer(new["optimizer_config"], body)
    if body.get("quantization_config") is not None:
        new["quantization_config"] = _quantization(body["quantization_config"])
    if body.get("strict_mode_config") is not None:
        new["strict_mode_config"] = {
            **new.get("strict_mode_config", {}),
            **_given(body["strict_mode_config"]),
        }
    if body.get("metadata") is not None:
        merged = {**new.get("metadata", {}), **body["metadata"]}
        new["metadata"] = _given(merged)
    _patch_vectors(new["params"], body.get("vectors"))
    _patch_sparse(new["params"], body.get("sparse_vectors"))
    return new


def vector_schema(config: JsonDict) -> VectorSchema:
    vectors = named_vectors(config)
    return VectorSchema(
        dense={name: params["size"] for name, params in vectors.items()},
        multi=frozenset(name for name, params in vectors.items() if params.get("multivector_config")),
        sparse=frozenset(config["params"].get("sparse_vectors") or ()),
    )


def named_vectors(config: JsonDict) -> dict[str, JsonDict]:
    vectors: JsonDict = config["params"]["vectors"]
    return {"": vectors} if _is_single(vectors) else vectors


def _params(body: JsonDict, raw: bytes) -> JsonDict:
    params: JsonDict = {"vectors": _vectors(body.get("vectors") or {}, raw)}
    for name in _COUNTS:
        params[name] = _count(body, name)
        if name == "shard_number" and body.get("sharding_method") is not None:
            params["sharding_method"] = body["sharding_method"]
    on_disk = body.get("on_disk_payload")
    params["on_disk_payload"] = True if on_disk is None else on_disk
    if body.get("payload") is not None:
        params["payload"] = _given(body["payload"])
    if body.get("sparse_vectors") is not None:
        sparse = body["sparse_vectors"]
        params["sparse_vectors"] = {name: _sparse(sparse[name] or {}) for name in sorted(sparse)}
    return params


def _count(body: JsonDict, name: str) -> int:
    value = body.get(name)
    if value is None:
        return 1
    if not isinstance(value, int) or value < 1:
        raise invalid("JSON body", name, f"value {value} invalid, must be 1 or larger")
    return value


def _vectors(value: Any, raw: bytes) -> JsonDict:
    if not isinstance(value, dict):
        raise no_variant("VectorsConfig", raw)
    if _is_single(value):
        return _vector(value, raw, "vectors")
    return {name: _vector(value[name], raw, f"vectors.{name}") for name in sorted(value)}


def _is_single(value: JsonDict) -> bool:
    return isinstance(value.get("size"), int) and isinstance(value.get("distance"), str)


def _vector(value: Any, raw: bytes, field: str) -> JsonDict:
    if not isinstance(value, dict) or not _acceptable(value):
        raise no_variant("VectorsConfig", raw)
    if value["size"] > MAX_SIZE:
        message = f"value {value['size']} invalid, must be from 1 to {MAX_SIZE}"
        raise invalid("JSON body", f"{field}.size", message)
    kept = {name: value[name] for name in _VECTOR_KEYS if value.get(name) is not None}
    if "hnsw_config" in kept:
        kept["hnsw_config"] = _given(kept["hnsw_config"])
        if not kept["hnsw_config"]:
            del kept["hnsw_config"]
    return kept


def _acceptable(value: JsonDict) -> bool:
    size, datatype = value.get("size"), value.get("datatype")
    return (
        type(size) is int
        and size > 0
        and value.get("distance") in DISTANCES
        and (datatype is None or datatype in DATATYPES)
    )


def _sparse(value: JsonDict) -> JsonDict:
    kept = _given(value)
    if "index" in kept:
        kept["index"] = _given(kept["index"])
    return kept


def _optimizer(base: JsonDict, body: JsonDict) -> JsonDict:
    given = _given(body.get("optimizers_config", body.get("optimizer_config")))
    if given.get("max_optimization_threads") == "auto":
        given["max_optimization_threads"] = None
    return {**base, **given}


def _quantization(value: Any) -> Any:
    if value is None or value == "Disabled":
        return None
    return {name: _given(part) for name, part in value.items()}


def _patch_vectors(params: JsonDict, changes: Any) -> None:
    for name, change in _given(changes).items():
        target = _vector_params(params, name)
        for key, value in _given(change).items():
            if key == "hnsw_config":
                target[key] = {**target.get(key, {}), **_given(value)}
            elif key == "quantization_config" and value == "Disabled":
                target.pop(key, None)
            else:
                target[key] = value


def _vector_params(params: JsonDict, name: str) -> JsonDict:
    vectors: JsonDict = params["vectors"]
    found = (vectors if name == "" else None) if _is_single(vectors) else vectors.get(name)
    if found is None:
        raise _no_vector(name)
    return found


def _patch_sparse(params: JsonDict, changes: Any) -> None:
    for name, change in _given(changes).items():
        if name not in params.get("sparse_vectors", {}):
            raise _no_vector(name)
        target = params["sparse_vectors"][name]
        given = _given(change)
        if "index" in given:
            given["index"] = {**target.get("index", {}), **_given(given["index"])}
        target.update(given)


def _no_vector(name: str) -> ApiError:
    return wrong_input(f"Not existing vector name error: {name}")


def _given(value: Any) -> JsonDict:
    return {name: part for name, part in (value or {}).items() if part is not None}
