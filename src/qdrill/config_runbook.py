"""The environment variables of the runbook, read like the values of drills.toml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from qdrill import config_values as v
from qdrill.address import check_collection
from qdrill.config_model import (
    DEFAULT_COLLECTION,
    ENV_STORE,
    LOCAL_STORE,
    LOCAL_URL,
    Config,
    Runbook,
    StoreConfig,
)
from qdrill.config_values import Reader, Spot
from qdrill.errors import UsageError

API_KEY = "QDRANT_API_KEY"


def _collection(spot: Spot, value: object) -> str:
    try:
        return check_collection(v.text(spot, value))
    except UsageError as error:
        raise spot.error(f"is not usable: {error}") from None


# Newer name first; an empty variable counts as not set.
_VARIABLES: dict[str, tuple[tuple[str, ...], Reader]] = {
    "collection": (("RAG_COLLECTION",), _collection),
    "backup_json": (("BACKUP_JSON", "SRC_DUMP"), v.path),
    "qdrant_url": (("QDRANT_URL", "QDRANT_HTTP"), v.server),
    "api_base": (("API_BASE",), v.service),
}


@dataclass(frozen=True, slots=True)
class Variables:
    """What the environment says; `names` tells the variable each value came from."""

    names: Mapping[str, str]
    collection: str | None = None
    backup_json: Path | None = None
    qdrant_url: str | None = None
    api_base: str | None = None

    def runbook(self, restored_suffix: str) -> Runbook:
        """The values with defaults filled in."""
        return Runbook(
            collection=self.collection or DEFAULT_COLLECTION,
            restore_collection=self.collection or DEFAULT_COLLECTION + restored_suffix,
            backup_json=self.backup_json,
            qdrant_url=self.qdrant_url,
            api_base=self.api_base,
        )

    def stores(self, written: Mapping[str, StoreConfig]) -> dict[str, StoreConfig]:
        """The stores of drills.toml and QDRANT_URL's as `env`; where there is neither, a local server."""
        key = self.names.get("api_key")
        if self.qdrant_url is not None:
            return {**written, ENV_STORE: StoreConfig(name=ENV_STORE, url=self.qdrant_url, api_key_env=key)}
        return dict(written) or {LOCAL_STORE: StoreConfig(name=LOCAL_STORE, url=LOCAL_URL, api_key_env=key)}

    def used(self, config: Config, document: Mapping[str, object]) -> dict[tuple[str | int, ...], str]:
        """Paths of the configuration that the environment decided, each with its variable."""
        used: dict[tuple[str | int, ...], str] = {
            ("runbook", key): name for key, name in self.names.items() if key != "api_key"
        }
        if "collection" in self.names:
            used["runbook", "restore_collection"] = self.names["collection"]
        if "qdrant_url" in self.names:
            used["stores", ENV_STORE, "url"] = self.names["qdrant_url"]
        if "api_base" in self.names:
            used["rag_api", "url"] = self.names["api_base"]
        for name in (ENV_STORE, LOCAL_STORE):
            store = config.stores.get(name)
            if store and store.api_key_env and "api_key" in self.names and name not in _stores(document):
                used["stores", name, "api_key_env"] = API_KEY
        return used


def _stores(document: Mapping[str, object]) -> Mapping[str, object]:
    stores = document.get("stores")
    return stores if isinstance(stores, Mapping) else {}


def read_variables(environ: Mapping[str, str]) -> Variables:
    """The runbook's variables of `environ`; raises UsageError where one is not usable."""
    names: dict[str, str] = {}
    values = {}
    for key, (candidates, reader) in _VARIABLES.items():
        if name := next((one for one in candidates if environ.get(one)), None):
            names[key] = name
            values[key] = reader(Spot("environment", key=name), environ[name])
    if environ.get(API_KEY):
        names["api_key"] = API_KEY
    return Variables(names=names, **values)
