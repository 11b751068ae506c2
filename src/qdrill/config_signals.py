"""The tables of drills.toml that tell where evidence from outside comes from, read into frozen values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from qdrill import config_values as v
from qdrill.config_model import Config, instead, quoted
from qdrill.config_services import (
    ExpectConfig,
    ExporterConfig,
    GrafanaConfig,
    MetricsConfig,
    PrometheusConfig,
    QueryConfig,
    RagApiConfig,
)
from qdrill.config_values import Reader, Spot

POINTS_EXPECTED = "points_expected"
_LISTEN = re.compile(r"(?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\]):(\d{1,5})")
_QUERY_NAME = re.compile(r"[^\W_](?:[\w. -]{0,58}[\w])?")
_LONGEST_QUERY = 10_000
_MOST_SECONDS = 3_600

_SERVICE: dict[str, Reader] = {
    "url": v.service,
    "api_key_env": v.env_name,
    "timeout_seconds": v.number(0.1, _MOST_SECONDS),
    "ca_file": v.path,
}
PROMETHEUS: dict[str, Reader] = {
    **_SERVICE,
    "scrape_interval_seconds": v.number(0.1, _MOST_SECONDS),
    "wait_seconds": v.number(0, _MOST_SECONDS),
}
RAG_API: dict[str, Reader] = {**_SERVICE, "tenant_id": v.words}
GRAFANA: dict[str, Reader] = {
    **_SERVICE,
    "dashboard_uid": v.words,
    "panel_id": v.whole(0),
    "slug": v.words,
    "org_id": v.whole(1),
    "annotate": v.flag,
    "render": v.flag,
}


def _listen(spot: Spot, value: object) -> str:
    written = v.words(spot, value)
    found = _LISTEN.fullmatch(written)
    if found is None or int(found[1]) > 65_535:
        raise spot.error(f"must be HOST:PORT such as 127.0.0.1:9755, not {quoted(written)}")
    return written


_EXPORTER: dict[str, Reader] = {
    "listen": _listen,
    "during_drills": v.flag,
    "textfile": v.path,
    "pushgateway": v.service,
}


def _query_name(spot: Spot, value: object) -> str:
    name = v.words(spot, value)
    if not _QUERY_NAME.fullmatch(name):
        raise spot.error(f"must be letters, digits, spaces and - _ . (60 at most), not {quoted(name)}")
    return name


def _promql(spot: Spot, value: object) -> str:
    expression = v.words(spot, value)
    if len(expression) > _LONGEST_QUERY:
        raise spot.error(f"is longer than {_LONGEST_QUERY} characters; shorten it")
    return expression


def _equals(spot: Spot, value: object) -> float | str:
    if isinstance(value, str):
        if value != POINTS_EXPECTED:
            raise spot.error(f'must be a number or "{POINTS_EXPECTED}", not {quoted(value)}')
        return value
    return v.number(0)(spot, value)  # type: ignore[no-any-return]


_QUERY: dict[str, Reader] = {"name": _query_name, "promql": _promql, "kind": v.one_of("instant", "range")}
_EXPECT: dict[str, Reader] = {
    "endpoint": v.words,
    "metric": v.one_of("import_rows_total", "import_batches_total", "import_skipped_total"),
    "equals": _equals,
    "required": v.flag,
}


def prometheus(spot: Spot, top: Mapping[str, Any]) -> PrometheusConfig | None:
    """`[prometheus]`, or None."""
    if "prometheus" not in top:
        return None
    return PrometheusConfig(**v.read_table(spot.inside("[prometheus]"), top["prometheus"], PROMETHEUS, ["url"]))


def grafana(spot: Spot, top: Mapping[str, Any]) -> GrafanaConfig | None:
    """`[grafana]`, or None."""
    if "grafana" not in top:
        return None
    required = ["url", "dashboard_uid"]
    return GrafanaConfig(**v.read_table(spot.inside("[grafana]"), top["grafana"], GRAFANA, required))


def rag_api(spot: Spot, top: Mapping[str, Any], api_base: str | None) -> RagApiConfig | None:
    """`[rag_api]`, or None; `api_base` (API_BASE of the environment) comes before its url."""
    if api_base is None and "rag_api" not in top:
        return None
    required = ["url"] if api_base is None else []
    values = v.read_table(spot.inside("[rag_api]"), top.get("rag_api", {}), RAG_API, required)
    return RagApiConfig(**values if api_base is None else {**values, "url": api_base})


def exporter(spot: Spot, top: Mapping[str, Any]) -> ExporterConfig:
    """`[exporter]`; the defaults where it is not written."""
    return ExporterConfig(**v.read_table(spot.inside("[exporter]"), top.get("exporter", {}), _EXPORTER))


def endpoint(spot: Spot, name: str, table: object) -> MetricsConfig:
    """`[metrics.NAME]`."""
    return MetricsConfig(name=name, **v.read_table(spot, table, _SERVICE, ["url"]))


def queries(spot: Spot, value: object) -> tuple[QueryConfig, ...]:
    """`[[drill.query]]`, every one with a name of its own."""
    found: dict[str, QueryConfig] = {}
    for number, table in enumerate(v.tables(spot.inside("[[drill.query]]"), value), start=1):
        place = spot.inside(f"{spot.table} query {number}")
        query = QueryConfig(**v.read_table(place, table, _QUERY, ["name", "promql"]))
        if query.name in found:
            raise place.error("has the name of another query of this drill; names must differ")
        found[query.name] = query
    return tuple(found.values())


def expects(spot: Spot, value: object) -> tuple[ExpectConfig, ...]:
    """`[[drill.expect]]`; whether their endpoints are there is `check_expects`'s."""
    found = enumerate(v.tables(spot.inside("[[drill.expect]]"), value), start=1)
    places = [(spot.inside(f"{spot.table} expect {number}"), table) for number, table in found]
    return tuple(
        ExpectConfig(**v.read_table(place, table, _EXPECT, ["endpoint", "metric", "equals"])) for place, table in places
    )


def check_expects(spot: Spot, found: tuple[ExpectConfig, ...], config: Config) -> None:
    """Every endpoint that a drill names is configured; raises UsageError."""
    for one in found:
        if one.endpoint not in config.metrics:
            hint = instead(one.endpoint, list(config.metrics))
            raise spot.error(f"expects of an endpoint that is not there: {quoted(one.endpoint)}{hint}")
