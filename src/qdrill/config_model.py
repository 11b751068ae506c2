"""What drills.toml and the environment say, as frozen values. The repository's drills.toml shows all of it.

Defaults stand here and nowhere else. No value ever holds a secret: a key is named by the environment variable
that holds it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Literal

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
from qdrill.names import terminal_text
from qdrill.results import Level, Objectives, PointId

EmbedderKind = Literal["bm25", "rag_api", "ollama", "openai"]
Tokenizer = Literal["prefix", "whitespace", "word", "multilingual"]
Method = Literal["rows", "snapshot", "rag_api"]
After = Literal["keep", "delete"]
StoreKind = Literal["server", "embedded"]

DEFAULT_COLLECTION = "default_collection"
DEFAULT_SUFFIX = "_restored"
ENV_STORE = "env"
# Marks of a store that keep a restore out of it.
GUARDS = ("production", "read_only")
LOCAL_STORE = "local"
NO_OBJECTIVES = Objectives()
LOCAL_URL = "http://localhost:6333"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value came from: `default`, `drills.toml` (with its line, if known) or `environment NAME`."""

    source: str
    line: int | None = None

    def __str__(self) -> str:
        return self.source if self.line is None else f"{self.source} line {self.line}"


@dataclass(frozen=True, slots=True)
class StoreConfig:
    """`[stores.NAME]`: a Qdrant server (`url`) or a directory of the embedded engine (`path`), exactly one.

    Attributes:
        name: as in drills.toml; empty for a store written out in an address.
        url: `scheme://host:port`, nothing after it.
        api_key_env: name of the environment variable that holds the key.
        read_only, production: restoring into either is refused.
        lent: those of the two marks that only another store in the same place has, each with that store's name.
        ca_file: certificates to trust instead of the system's.
        timeout_seconds: of one request.
        connections: requests under way at once.
    """

    name: str
    url: str | None = None
    path: Path | None = None
    api_key_env: str | None = None
    read_only: bool = False
    production: bool = False
    ca_file: Path | None = None
    timeout_seconds: float = 60.0
    connections: int = 6
    lent: tuple[tuple[str, str], ...] = ()

    @property
    def kind(self) -> StoreKind:
        """`server` or `embedded`."""
        return "server" if self.url is not None else "embedded"

    @property
    def label(self) -> str:
        """How the store is named to the user, safe on a terminal: its name, else its URL or `edge:DIR`."""
        return terminal_text(self.name or self.url or f"edge:{self.path}")


@dataclass(frozen=True, slots=True)
class EmbedderConfig:
    """`[embedders.NAME]`: what turns a text into a query vector.

    Attributes:
        url, model: `url` is never None but for bm25; `model` is set for ollama and openai.
        language, tokenizer: of bm25, as Qdrant names them.
        dimension: length that its vectors must have; None where any will do.
        tenant_id: of [rag_api], where this asks that service.
        ca_file: certificates to trust instead of the system's.
    """

    name: str
    kind: EmbedderKind
    url: str | None = None
    model: str | None = None
    api_key_env: str | None = None
    language: str | None = None
    tokenizer: Tokenizer | None = None
    dimension: int | None = None
    tenant_id: str | None = None
    ca_file: Path | None = None


@dataclass(frozen=True, slots=True)
class SearchConfig:
    """`[[drill.search]]`: a sample search. Exactly one of text, point, query_vector and random is set.

    Attributes:
        text: a query; it goes through `embedder`, through the RAG API (`via`), or both.
        point: id of a source point as the query.
        query_vector: numbers, or rows of numbers for a multi-vector.
        random: how many random source points to use as queries.
        vector: name of the vector searched; None is the only or unnamed one.
    """

    text: str | None = None
    point: PointId | None = None
    query_vector: tuple[float, ...] | tuple[tuple[float, ...], ...] | None = None
    random: int | None = None
    top_k: int = 10
    embedder: str | None = None
    via: Literal["rag_api"] | None = None
    vector: str | None = None


@dataclass(frozen=True, slots=True)
class DrillConfig:
    """`[[drill]]`: one drill.

    Attributes:
        source, target: collection addresses, as `address.parse_address` reads them.
        archive: file to write instead of the default one.
        aliases: restore the source's aliases too.
        payload_time_field: payload field whose newest time says how old the data are (for the RPA): RFC 3339 text, or
            Unix seconds or milliseconds, as `payload_times.moment_of` reads them.
    """

    name: str
    source: str
    target: str
    method: Method = "rows"
    delay_ms_per_point: float = 0.0
    after: After = "keep"
    level: Level = "full"
    archive: Path | None = None
    aliases: bool = False
    operator: str = ""
    ticket: str = ""
    payload_time_field: str | None = None
    objectives: Objectives = NO_OBJECTIVES
    searches: tuple[SearchConfig, ...] = ()
    queries: tuple[QueryConfig, ...] = ()
    expects: tuple[ExpectConfig, ...] = ()


@dataclass(frozen=True, slots=True)
class ConsoleConfig:
    """`[console]`: how the console looks.

    Attributes:
        theme: name of a theme; None is the console's own.
        language: None goes by LC_ALL, LC_MESSAGES, LANG.
        keys: action id (see docs/keys.md) -> key names, separated by commas.
    """

    theme: str | None = None
    language: Literal["en", "zh"] | None = None
    keys: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Runbook:
    """The runbook's environment variables.

    Attributes:
        collection: RAG_COLLECTION, else `default_collection`.
        restore_collection: RAG_COLLECTION, else `default_collection` and the suffix of restored collections.
        backup_json: archive to restore: BACKUP_JSON, or SRC_DUMP of older scripts.
        qdrant_url: QDRANT_URL, or QDRANT_HTTP of older scripts.
        api_base: API_BASE, the RAG API.
    """

    collection: str = DEFAULT_COLLECTION
    restore_collection: str = DEFAULT_COLLECTION + DEFAULT_SUFFIX
    backup_json: Path | None = None
    qdrant_url: str | None = None
    api_base: str | None = None


@dataclass(frozen=True, slots=True)
class Config:
    """Everything configured. `origins` has a dotted key such as `stores.local.url` for every value."""

    artifacts: Path = Path("artifacts")
    restored_suffix: str = DEFAULT_SUFFIX
    stores: Mapping[str, StoreConfig] = field(default_factory=dict)
    embedders: Mapping[str, EmbedderConfig] = field(default_factory=dict)
    prometheus: PrometheusConfig | None = None
    metrics: Mapping[str, MetricsConfig] = field(default_factory=dict)
    rag_api: RagApiConfig | None = None
    grafana: GrafanaConfig | None = None
    exporter: ExporterConfig = field(default_factory=ExporterConfig)
    drills: tuple[DrillConfig, ...] = ()
    runbook: Runbook = Runbook()
    console: ConsoleConfig = field(default_factory=ConsoleConfig)
    origins: Mapping[str, Origin] = field(default_factory=dict)
    file: Path | None = None

    @property
    def default_store(self) -> StoreConfig:
        """The store meant when none is named: QDRANT_URL's, else drills.toml's first, else a local server."""
        local = StoreConfig(name=LOCAL_STORE, url=LOCAL_URL)
        return self.stores.get(ENV_STORE) or next(iter(self.stores.values()), local)

    def drill(self, name: str) -> DrillConfig:
        """The drill called `name`; raises UsageError, with the nearest name, when there is none."""
        for drill in self.drills:
            if drill.name == name:
                return drill
        known = [drill.name for drill in self.drills]
        raise UsageError(f"there is no drill {quoted(name)}{instead(name, known)}")


def user_path(written: str) -> Path:
    """A path as users write it: `~` is the home directory, and stays where no home is known."""
    return Path(os.path.expanduser(written))  # noqa: PTH111 - Path.expanduser raises where no home is known


def quoted(name: str) -> str:
    """A name from outside as messages show it: in quotes, one line, at most 60 cells."""
    return f'"{terminal_text(name, 60)}"'


def instead(name: str, known: list[str]) -> str:
    """End of a message about an unknown `name`: the nearest known one, else all there are."""
    if near := get_close_matches(name, known, n=1):
        return f"; did you mean {quoted(near[0])}?"
    listed = ", ".join(terminal_text(one, 60) for one in known[:12]) + (", …" if len(known) > 12 else "")
    return f"; known: {listed}" if known else "; none is configured"
