"""The configuration: drills.toml, the runbook's environment variables, and where each value came from."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from qdrill.config_load import load
from qdrill.config_model import (
    Config,
    ConsoleConfig,
    DrillConfig,
    EmbedderConfig,
    Origin,
    Runbook,
    SearchConfig,
    StoreConfig,
)
from qdrill.config_origin import Setting, settings
from qdrill.config_services import (
    ExpectConfig,
    ExporterConfig,
    GrafanaConfig,
    MetricsConfig,
    PrometheusConfig,
    QueryConfig,
    RagApiConfig,
)
from qdrill.errors import UsageError

__all__ = [
    "Config",
    "ConsoleConfig",
    "DrillConfig",
    "EmbedderConfig",
    "ExpectConfig",
    "ExporterConfig",
    "GrafanaConfig",
    "MetricsConfig",
    "Origin",
    "PrometheusConfig",
    "QueryConfig",
    "RagApiConfig",
    "Runbook",
    "SearchConfig",
    "Setting",
    "StoreConfig",
    "api_key",
    "load_config",
    "settings",
]

HasKey = StoreConfig | EmbedderConfig | PrometheusConfig | MetricsConfig | RagApiConfig | GrafanaConfig


def load_config(path: Path | None, environ: Mapping[str, str]) -> Config:
    """The configuration of drills.toml at `path` (None: ./drills.toml, if there is one) and of `environ`.

    Relative paths in the file start at its folder. Raises UsageError, in one line, for anything wrong.
    """
    return load(path, environ)


def api_key(holder: HasKey, environ: Mapping[str, str]) -> str | None:
    """The key of a store or service out of the variable that it names; None where it names none.

    Raises UsageError when the variable is not set, is empty, or holds what no HTTP header can carry.
    """
    name = holder.api_key_env
    if name is None:
        return None
    key = environ.get(name, "")
    if not key:
        table = _table(holder)
        raise UsageError(f"{name} is not set, and {table} takes its key from it; set it, or remove api_key_env")
    if not (key.isascii() and key.isprintable()) or " " in key:
        raise UsageError(f"{name} holds spaces, line breaks or characters that no key has; set it again")
    return key


def _table(holder: HasKey) -> str:
    match holder:
        case StoreConfig():
            return f"[stores.{holder.name}]"
        case EmbedderConfig():
            return f"[embedders.{holder.name}]"
        case MetricsConfig():
            return f"[metrics.{holder.name}]"
        case PrometheusConfig():
            return "[prometheus]"
        case RagApiConfig():
            return "[rag_api]"
        case GrafanaConfig():
            return "[grafana]"
