"""From a store of the configuration to a `Store`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from qdrill.config import api_key
from qdrill.config_model import StoreConfig
from qdrill.control import JobControl
from qdrill.events import Emit
from qdrill.memory import give_back_large_blocks
from qdrill.stores.base import Store


def open_store(store: StoreConfig, environ: Mapping[str, str], control: JobControl, emit: Emit) -> Store:
    """The store that `store` describes; a server is not asked for anything before the first call.

    Args:
        environ: where the key is looked up by `api_key_env`.

    Raises:
        UsageError: the variable that `api_key_env` names is not set or holds no key.
    """
    give_back_large_blocks()
    if store.url is None:
        from qdrill.stores.edge import EdgeStore

        return EdgeStore(store.path or Path(), store.label)
    from qdrill.stores.server import ServerStore

    return ServerStore(
        store.url,
        label=store.label,
        api_key=api_key(store, environ),
        timeout=store.timeout_seconds,
        ca_file=str(store.ca_file) if store.ca_file else None,
        control=control,
        emit=emit,
    )
