"""What the embedded engine cannot bring back: it keeps a collection in one shard."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_EDGE = "edge "


def one_shard_words(info: Mapping[str, Any], target_version: str) -> str:
    """One line where the target's store has one shard and the source, whose info this is, has several; else empty.

    Args:
        target_version: of the target's store, as it tells it.
    """
    shards = info.get("config", {}).get("params", {}).get("shard_number")
    if not target_version.startswith(_EDGE) or not isinstance(shards, int) or shards <= 1:
        return ""
    return (
        f"the embedded engine keeps one shard and the source has {shards}: every point can come back, shard_number "
        "cannot, so the configuration will differ; restore into a server to keep it"
    )
