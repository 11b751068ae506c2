"""`PATCH /collections/{name}` for embedded collections: a body changes a `config` as it does on a server."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

from qdrill.stores.edge_config import given
from qdrill.stores.edge_names import shown
from qdrill.stores.edge_rows import named_vectors, refused

Config = dict[str, Any]


def patched(config: Mapping[str, Any], body: Mapping[str, Any]) -> Config:
    """`config` with `body` merged in; `config` itself stays as it is.

    `metadata` and `strict_mode_config` merge by key (null removes a metadata key), `quantization_config` is
    replaced and `"Disabled"` removes it, everything else merges by key with null meaning 'as it is'.
    Unknown fields of the body itself are ignored, as a server does.

    Raises:
        Refused: a vector that does not exist, or a value that is no object where one must be.
    """
    changed = copy.deepcopy(dict(config))
    for name, value in body.items():
        if name in _MERGERS and value is not None:
            _MERGERS[name](changed, value)
    return changed


def _optimizers(config: Config, value: Mapping[str, Any]) -> None:
    chosen = given(value)
    if chosen.get("max_optimization_threads") == "auto":
        chosen["max_optimization_threads"] = None
    config["optimizer_config"].update(chosen)


def _params(config: Config, value: Mapping[str, Any]) -> None:
    config["params"].update(given(value))


def _hnsw(config: Config, value: Mapping[str, Any]) -> None:
    config["hnsw_config"].update(given(value))


def _quantization(config: Config, value: Any) -> None:
    config["quantization_config"] = None if value == "Disabled" else value


def _strict(config: Config, value: Mapping[str, Any]) -> None:
    metadata = config.pop("metadata", None)
    config["strict_mode_config"] = {**config.get("strict_mode_config", {}), **given(value)}
    if metadata is not None:
        config["metadata"] = metadata  # Qdrant shows metadata last.


def _metadata(config: Config, value: Mapping[str, Any]) -> None:
    removed = {name for name, new in value.items() if new is None}
    merged = {**config.get("metadata", {}), **value}
    config["metadata"] = {name: new for name, new in merged.items() if name not in removed}


def _vectors(config: Config, value: Mapping[str, Any]) -> None:
    known = named_vectors(config["params"])
    for name, diff in value.items():
        if name not in known:
            raise refused(f"Wrong input: Not existing vector name error: {shown(name)}")
        _patch_vector(known[name], given(diff))


def _patch_vector(vector: Any, diff: dict[str, Any]) -> None:
    if "hnsw_config" in diff:
        vector["hnsw_config"] = {**vector.get("hnsw_config", {}), **given(diff.pop("hnsw_config"))}
    if diff.get("quantization_config") == "Disabled":
        vector.pop("quantization_config", None)
        del diff["quantization_config"]
    vector.update(diff)


def _sparse(config: Config, value: Mapping[str, Any]) -> None:
    known = config["params"].get("sparse_vectors") or {}
    for name, diff in value.items():
        if name not in known:
            raise refused(f"Wrong input: Not existing vector name error: {shown(name)}")
        known[name].update(given(diff))


_MERGERS: Mapping[str, Callable[[Config, Any], None]] = {
    "optimizers_config": _optimizers,
    "params": _params,
    "hnsw_config": _hnsw,
    "quantization_config": _quantization,
    "strict_mode_config": _strict,
    "metadata": _metadata,
    "vectors": _vectors,
    "sparse_vectors": _sparse,
}
