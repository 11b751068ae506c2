"""What single values cannot tell: tables that contradict themselves, or name something that is not there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from qdrill import config_signals as signals
from qdrill.address import EDGE, Address, parse_address, place_key, restored_address
from qdrill.config_model import (
    Config,
    DrillConfig,
    EmbedderConfig,
    SearchConfig,
    StoreConfig,
    instead,
    quoted,
    user_path,
)
from qdrill.config_services import RagApiConfig
from qdrill.config_values import Spot
from qdrill.errors import UsageError

OLLAMA_URL = "http://localhost:11434"
_QUERIES = ("text", "point", "query_vector", "random")
_EMBEDDER_KEYS = {
    "bm25": {"language", "tokenizer"},
    "rag_api": {"url", "api_key_env", "ca_file", "dimension"},
    "ollama": {"url", "model", "api_key_env", "ca_file", "dimension"},
    "openai": {"url", "model", "api_key_env", "ca_file", "dimension"},
}
_EMBEDDER_NEEDS = {"bm25": (), "rag_api": (), "ollama": ("model",), "openai": ("url", "model")}


def store(spot: Spot, name: str, values: Mapping[str, Any]) -> StoreConfig:
    """A store with either a URL or a path."""
    if "url" in values and "path" in values:
        raise spot.error("has both url and path; keep url for a Qdrant server, path for the embedded engine")
    if "url" not in values and "path" not in values:
        raise spot.error("needs a url (a Qdrant server) or a path (the embedded engine)")
    return StoreConfig(name=name, **values)


def embedder(spot: Spot, name: str, values: Mapping[str, Any]) -> EmbedderConfig:
    """An embedder with the keys that its kind takes; a rag_api one may get its URL later."""
    kind = values["kind"]
    for key in values:
        if key != "kind" and key not in _EMBEDDER_KEYS[kind]:
            raise spot.error(f"is of kind {kind}, which takes no {key}; remove it")
    for key in _EMBEDDER_NEEDS[kind]:
        if key not in values:
            raise spot.error(f"is of kind {kind} and needs a {key}; add {key} = …")
    defaults = {"url": OLLAMA_URL} if kind == "ollama" else {}
    return EmbedderConfig(name=name, **{**defaults, **values})


def with_service(spot: Spot, found: EmbedderConfig, rag_api: RagApiConfig | None) -> EmbedderConfig:
    """An embedder of kind rag_api without a URL gets [rag_api]'s, and with it the token and the tenant.

    One with a URL of its own gets neither: they are not for another service.
    """
    if found.kind != "rag_api" or found.url is not None:
        return found
    if rag_api is None:
        raise spot.error("is of kind rag_api and has no url; add one, or [rag_api] with its url")
    key = found.api_key_env or rag_api.api_key_env
    trust = found.ca_file or rag_api.ca_file
    return replace(found, url=rag_api.url, api_key_env=key, tenant_id=rag_api.tenant_id, ca_file=trust)


def search(spot: Spot, values: Mapping[str, Any]) -> SearchConfig:
    """A sample search with exactly one query."""
    queries = [key for key in _QUERIES if key in values]
    if not queries:
        raise spot.error("has no query; add one of text, point, query_vector, random")
    if len(queries) > 1:
        raise spot.error(f"has more than one query ({', '.join(queries)}); write a [[drill.search]] for each")
    for key in ("embedder", "via"):
        if key in values and queries != ["text"]:
            raise spot.error(f"has {key}, which goes with text only; remove it, or ask by text")
    return SearchConfig(**values)


def drill(spot: Spot, values: Mapping[str, Any], config: Config) -> DrillConfig:
    """A drill with source and target filled in and everything it names present in `config`."""
    rest = {key: value for key, value in values.items() if key not in {"source", "target", "search", "query", "expect"}}
    try:
        source = parse_address(_from_base(spot, values.get("source", config.default_store.name)), config)
        target = _target(spot, values.get("target"), source, config)
    except UsageError as error:
        raise UsageError(f"{spot}: {error}") from None
    if place_key(source) == place_key(target):
        raise spot.error("has one collection as source and target; name another target")
    searches = tuple(
        _search_with_embedder(spot.inside(f"{spot.table} search {number}"), found, config)
        for number, found in enumerate(values.get("search", ()), start=1)
    )
    signals.check_expects(spot, values.get("expect", ()), config)
    if rest.get("method") == "rag_api" and config.rag_api is None:
        raise spot.error('has method = "rag_api", which is not configured; add [rag_api] with its url')
    return DrillConfig(
        source=source.text,
        target=target.text,
        searches=searches,
        queries=values.get("query", ()),
        expects=values.get("expect", ()),
        **rest,
    )


def _target(spot: Spot, written: str | None, source: Address, config: Config) -> Address:
    if written is None:
        return parse_address(restored_address(source, config.restored_suffix), config)
    collection = source.collection + config.restored_suffix
    return parse_address(_from_base(spot, written), config, collection=collection)


def _from_base(spot: Spot, address: str) -> str:
    """An `edge:` address of drills.toml, whose relative directory starts at the folder of the file."""
    folder, slash, collection = address.removeprefix(EDGE).rpartition("/")
    if not address.startswith(EDGE) or not slash:
        return address
    return f"{EDGE}{spot.base / user_path(folder or '/')}/{collection}"


def _search_with_embedder(spot: Spot, found: SearchConfig, config: Config) -> SearchConfig:
    if found.embedder is not None and found.embedder not in config.embedders:
        hint = instead(found.embedder, list(config.embedders))
        raise spot.error(f"names an embedder that is not there: {quoted(found.embedder)}{hint}")
    if found.via == "rag_api" and config.rag_api is None:
        raise spot.error('goes via = "rag_api", which is not configured; add [rag_api] with its url')
    if found.text is None or found.embedder is not None or found.via is not None:
        return found
    if len(config.embedders) != 1:
        raise spot.error('asks by text and needs an embedder = "…" (one of [embedders.…]) or via = "rag_api"')
    return replace(found, embedder=next(iter(config.embedders)))
