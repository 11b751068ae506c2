"""Turning a collection's info back into the calls that make the same collection.

Info and create do not mirror each other: `optimizer_config` is given as `optimizers_config`, `read_fan_out_*` can only
be patched, nulls must be left out, and strict mode would throttle the restore itself. (Qdrant 1.19,
`lib/storage/src/content_manager/collection_meta_ops.rs`.)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from qdrill.schema.config import without_nulls

_PATCH_ONLY_PARAMS = ("read_fan_out_factor", "read_fan_out_delay_ms")
_LOAD_WITHOUT_INDEXING = 0


@dataclass(frozen=True, slots=True)
class Recipe:
    """The calls, in order: create; load the points; indexes; `after_load` patches, strict mode last."""

    create: Mapping[str, Any]
    indexes: tuple[tuple[str, Any], ...]
    after_load: tuple[Mapping[str, Any], ...]


def recipe(info: Mapping[str, Any]) -> Recipe:
    """How to make a collection with the configuration of `info`."""
    config = info.get("config", {})
    params = dict(config.get("params", {}))
    fan_out = {key: params.pop(key) for key in _PATCH_ONLY_PARAMS if params.get(key) is not None}
    create: dict[str, Any] = without_nulls(params)
    for key in ("hnsw_config", "wal_config", "quantization_config"):
        if config.get(key) is not None:
            create[key] = without_nulls(config[key])
    if config.get("metadata"):
        create["metadata"] = config["metadata"]
    optimizers = without_nulls(config.get("optimizer_config") or {})
    create["optimizers_config"] = _deferred(optimizers)
    return Recipe(create, _indexes(info), _after_load(optimizers, fan_out, config.get("strict_mode_config")))


def _deferred(optimizers: Mapping[str, Any]) -> dict[str, Any]:
    """Optimizer settings for the load: no index is built, and no write waits for one."""
    deferred = {key: value for key, value in optimizers.items() if key != "prevent_unoptimized"}
    if "indexing_threshold" in optimizers:
        deferred["indexing_threshold"] = _LOAD_WITHOUT_INDEXING
    return deferred


def _after_load(
    optimizers: Mapping[str, Any], fan_out: Mapping[str, Any], strict: Mapping[str, Any] | None
) -> tuple[Mapping[str, Any], ...]:
    patches: list[Mapping[str, Any]] = []
    back = {key: optimizers[key] for key in ("indexing_threshold", "prevent_unoptimized") if key in optimizers}
    if back:
        patches.append({"optimizers_config": back})
    if fan_out:
        patches.append({"params": fan_out})
    if strict:
        patches.append({"strict_mode_config": without_nulls(strict)})
    return tuple(patches)


def _indexes(info: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    schema = info.get("payload_schema") or {}
    return tuple((field, index.get("params") or index["data_type"]) for field, index in sorted(schema.items()))
