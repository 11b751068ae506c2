"""drills.toml and the environment read into a Config; anything wrong is refused in one plain line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from qdrill import config_check as check
from qdrill import config_signals as signals
from qdrill import config_values as v
from qdrill.config_model import (
    DEFAULT_SUFFIX,
    ENV_STORE,
    Config,
    ConsoleConfig,
    DrillConfig,
    EmbedderConfig,
    SearchConfig,
    StoreConfig,
    quoted,
)
from qdrill.config_origin import trace
from qdrill.config_runbook import Variables, read_variables
from qdrill.config_services import MetricsConfig, RagApiConfig
from qdrill.config_values import Reader, Spot
from qdrill.errors import UsageError
from qdrill.names import terminal_text
from qdrill.results import Objectives

DEFAULT_FILE = Path("drills.toml")
_NAME = re.compile(r"[^\W_](?:[\w.-]{0,62}[^\W_])?")
_LABEL = re.compile(r"[^\W_](?:[\w. -]{0,98}[\w])?")
_MOST = 10_000

_STORE: dict[str, Reader] = {
    "url": v.server,
    "path": v.path,
    "api_key_env": v.env_name,
    "read_only": v.flag,
    "production": v.flag,
    "ca_file": v.path,
    "timeout_seconds": v.number(0.1, 86_400),
    "connections": v.whole(1, 64),
}
_EMBEDDER: dict[str, Reader] = {
    "kind": v.one_of("bm25", "rag_api", "ollama", "openai"),
    "url": v.service,
    "model": v.words,
    "api_key_env": v.env_name,
    "ca_file": v.path,
    "language": v.words,
    "tokenizer": v.one_of("prefix", "whitespace", "word", "multilingual"),
    "dimension": v.whole(1, 65_536),
}
_OBJECTIVES: dict[str, Reader] = {
    "rto_seconds": v.number(0),
    "rpo_seconds": v.number(0),
    "min_overlap": v.number(0, 1),
}
_SEARCH: dict[str, Reader] = {
    "text": v.words,
    "point": v.point_id,
    "query_vector": v.vector,
    "random": v.whole(1, _MOST),
    "top_k": v.whole(1, _MOST),
    "embedder": v.words,
    "via": v.one_of("rag_api"),
    "vector": v.text,
}


def _objectives(spot: Spot, value: object) -> Objectives:
    return Objectives(**v.read_table(spot.inside(f"{spot.table} objectives"), value, _OBJECTIVES))


def _searches(spot: Spot, value: object) -> tuple[SearchConfig, ...]:
    found = enumerate(v.tables(spot.inside("[[drill.search]]"), value), start=1)
    places = [(spot.inside(f"{spot.table} search {number}"), table) for number, table in found]
    return tuple(check.search(place, v.read_table(place, table, _SEARCH)) for place, table in places)


def _drill_name(spot: Spot, value: object) -> str:
    name = v.text(spot, value)
    if not _LABEL.fullmatch(name):
        raise spot.error(f"must be letters, digits, spaces and - _ . (100 at most), not {quoted(name)}")
    return name


def _suffix(spot: Spot, value: object) -> str:
    if not re.fullmatch(r"[\w.-]{1,60}", v.text(spot, value)):
        raise spot.error("must be 1 to 60 letters, digits and - _ .")
    return str(value)


_DRILL: dict[str, Reader] = {
    "name": _drill_name,
    "source": v.words,
    "target": v.words,
    "method": v.one_of("rows", "snapshot", "rag_api"),
    "delay_ms_per_point": v.number(0, 3_600_000),
    "after": v.one_of("keep", "delete"),
    "level": v.one_of("count", "sample", "full"),
    "archive": v.path,
    "aliases": v.flag,
    "operator": v.text,
    "ticket": v.text,
    "payload_time_field": v.words,
    "objectives": _objectives,
    "search": _searches,
    "query": signals.queries,
    "expect": signals.expects,
}
_CONSOLE: dict[str, Reader] = {
    "theme": v.words,
    "language": v.one_of("en", "zh"),
    "keys": v.as_table,
}
_TOP: dict[str, Reader] = {
    "artifacts": v.path,
    "restored_suffix": _suffix,
    "stores": v.as_table,
    "embedders": v.as_table,
    "prometheus": v.as_table,
    "metrics": v.as_table,
    "rag_api": v.as_table,
    "grafana": v.as_table,
    "exporter": v.as_table,
    "console": v.as_table,
    "drill": lambda spot, value: v.tables(spot.inside("[[drill]]"), value),
}


def load(path: Path | None, environ: Mapping[str, str]) -> Config:
    """See `qdrill.config.load_config`."""
    file = path or (DEFAULT_FILE if DEFAULT_FILE.exists() else None)
    written = "" if file is None else _read(file)
    document = {} if file is None else _parse(file, written)
    spot = Spot(terminal_text(str(file or DEFAULT_FILE)), base=Path() if file is None else file.parent)
    variables = read_variables(environ)
    config = replace(_assemble(spot, document, variables), file=file)
    origins = trace(config, document, written, variables.used(config, document))
    return replace(config, origins=MappingProxyType(origins))


def _read(file: Path) -> str:
    shown = terminal_text(str(file))
    try:
        return file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise UsageError(f"{shown} line {line}: this is not UTF-8; save the file as UTF-8") from None
    except OSError as error:
        raise UsageError(f"{shown} cannot be read: {error.strerror}; correct or name another file") from None


def _parse(file: Path, written: str) -> dict[str, Any]:
    shown = terminal_text(str(file))
    try:
        return tomllib.loads(written)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(_syntax(shown, str(error), written)) from None
    except (RecursionError, ValueError):
        raise UsageError(f"{shown}: values are nested too deep, or a number is too long; fix it") from None


def _syntax(shown: str, message: str, written: str) -> str:
    found = re.fullmatch(r"(.*) \(at (?:line (\d+), column \d+|end of document)\)", message, re.DOTALL)
    what, line = (found[1], found[2]) if found else (message, None)
    line = line or str(written.rstrip().count("\n") + 1)
    return f"{shown} line {line}: {terminal_text(what, 100)}; fix it"


def _assemble(spot: Spot, document: Mapping[str, Any], variables: Variables) -> Config:
    top = v.read_table(spot, document, _TOP)
    rag_api = signals.rag_api(spot, top, variables.api_base)
    config = Config(
        stores=MappingProxyType(variables.stores(_stores(spot, top))),
        embedders=MappingProxyType(_embedders(spot, top, rag_api)),
        prometheus=signals.prometheus(spot, top),
        metrics=MappingProxyType(_metrics(spot, top)),
        rag_api=rag_api,
        grafana=signals.grafana(spot, top),
        exporter=signals.exporter(spot, top),
        console=_console(spot, top),
        runbook=variables.runbook(top.get("restored_suffix", DEFAULT_SUFFIX)),
        **{key: top[key] for key in ("artifacts", "restored_suffix") if key in top},
    )
    return replace(config, drills=_drills(spot, top, config))


def _named(spot: Spot, top: Mapping[str, Any], section: str) -> list[tuple[Spot, str, object]]:
    found = []
    for name, table in top.get(section, {}).items():
        if not _NAME.fullmatch(name):
            raise spot.error(f"[{section}] has a name {quoted(name)}; use up to 64 letters, digits and - _ .")
        found.append((spot.inside(f"[{section}.{name}]"), name, table))
    return found


def _stores(spot: Spot, top: Mapping[str, Any]) -> dict[str, StoreConfig]:
    stores = {}
    for place, name, table in _named(spot, top, "stores"):
        if name == ENV_STORE:
            raise place.error("has the name of the store that QDRANT_URL makes; choose another")
        stores[name] = check.store(place, name, v.read_table(place, table, _STORE))
    return stores


def _embedders(spot: Spot, top: Mapping[str, Any], rag_api: RagApiConfig | None) -> dict[str, EmbedderConfig]:
    embedders = {}
    for place, name, table in _named(spot, top, "embedders"):
        found = check.embedder(place, name, v.read_table(place, table, _EMBEDDER, ["kind"]))
        embedders[name] = check.with_service(place, found, rag_api)
    return embedders


def _metrics(spot: Spot, top: Mapping[str, Any]) -> dict[str, MetricsConfig]:
    return {name: signals.endpoint(place, name, table) for place, name, table in _named(spot, top, "metrics")}


def _console(spot: Spot, top: Mapping[str, Any]) -> ConsoleConfig:
    values = v.read_table(spot.inside("[console]"), top.get("console", {}), _CONSOLE)
    keys = MappingProxyType(_keys(spot.inside("[console.keys]"), values.pop("keys", {})))
    return ConsoleConfig(keys=keys, **values)


def _keys(spot: Spot, table: Mapping[str, Any]) -> dict[str, str]:
    """Action id -> keys; `drill.start = "f9"` and `"drill.start" = "f9"` mean the same to people, not to TOML."""
    found: dict[str, str] = {}
    for name, written in table.items():
        if isinstance(written, Mapping):
            found |= {f"{name}.{inner}": keys for inner, keys in _keys(spot, written).items()}
        else:
            found[name] = v.words(spot.at(name), written)
    return found


def _drills(spot: Spot, top: Mapping[str, Any], config: Config) -> tuple[DrillConfig, ...]:
    drills: dict[str, DrillConfig] = {}
    for number, table in enumerate(top.get("drill", ()), start=1):
        place = spot.inside(f"[[drill]] {table.get('name', number)}")
        values = v.read_table(place, table, _DRILL, ["name"])
        if values["name"] in drills:
            raise place.error("has the name of another drill; names of drills must differ")
        drills[values["name"]] = check.drill(place, values, config)
    return tuple(drills.values())
