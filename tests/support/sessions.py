"""Sessions of the engine over one store of any kind."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from qdrill.config_model import Config, EmbedderConfig, StoreConfig
from qdrill.control import JobControl
from qdrill.events import Emit, ignore
from qdrill.session import Session
from tests.support.places import REAL_SERVER, Kind

STORE = "lab"


def store_config(kind: Kind, directory: Path, url: str, name: str = STORE) -> StoreConfig:
    """The store that `places.open_place` opens, as drills.toml would name it."""
    if kind == "edge":
        return StoreConfig(name, path=directory)
    return StoreConfig(name, url=os.environ[REAL_SERVER] if kind == "qdrant" else url)


def session_of(
    *stores: StoreConfig,
    embedders: Mapping[str, EmbedderConfig] | None = None,
    artifacts: Path = Path("artifacts"),
    control: JobControl | None = None,
    emit: Emit = ignore,
) -> Session:
    """A session whose configuration has these stores."""
    config = Config(artifacts, stores={store.name: store for store in stores}, embedders=embedders or {})
    return Session(config, {}, control or JobControl(), emit)
