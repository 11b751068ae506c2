"""What the doctor asks of the services that give evidence: one small question each, that changes nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from qdrill import units
from qdrill.control import JobControl
from qdrill.names import one_line

if TYPE_CHECKING:
    from qdrill.config import Config
    from qdrill.config_services import (
        GrafanaConfig,
        MetricsConfig,
        PrometheusConfig,
        RagApiConfig,
    )

Ask = Callable[[], str]

_LONGEST = 5.0
_PROBE = "qdrill"
_LARGEST_HEALTH = 1 << 16


def services(config: Config, environ: Mapping[str, str], control: JobControl) -> Iterator[tuple[str, Ask]]:
    """The name of each service that is configured, and what asks it: an answer in words, or a QdrillError."""
    if (rag := config.rag_api) is not None:
        yield "RAG API", partial(_rag_api, rag, config.runbook.collection, environ, control)
    if (prometheus := config.prometheus) is not None:
        yield "Prometheus", partial(_prometheus, prometheus, environ, control)
    for endpoint in config.metrics.values():
        yield f"metrics.{endpoint.name}", partial(_endpoint, endpoint, environ, control)
    if (grafana := config.grafana) is not None:
        yield "Grafana", partial(_grafana, grafana, control)


def _rag_api(config: RagApiConfig, collection: str, environ: Mapping[str, str], control: JobControl) -> str:
    """A search: it needs the service's embedder and its Qdrant, and answers for a missing collection too."""
    from qdrill.signals.rag_api import RagApi

    api = RagApi(replace(config, timeout_seconds=min(_LONGEST, config.timeout_seconds)), environ, control)
    hits = api.search(_PROBE, collection, 1)
    found = "finds something" if hits else "finds nothing, or has no such collection,"
    return f"{api.label} answers; it {found} in {one_line(collection, 60)}"


def _prometheus(config: PrometheusConfig, environ: Mapping[str, str], control: JobControl) -> str:
    from qdrill.signals.prometheus import Prometheus

    short = replace(config, timeout_seconds=min(_LONGEST, config.timeout_seconds))
    with Prometheus(short, environ, control) as prometheus:
        return f"version {one_line(prometheus.version(), 60)}"


def _endpoint(config: MetricsConfig, environ: Mapping[str, str], control: JobControl) -> str:
    from qdrill.signals.exposition import read

    found = read(replace(config, timeout_seconds=min(_LONGEST, config.timeout_seconds)), environ, control)
    imports = sum(name.startswith("import_") for name in found.samples)
    said = "with import metrics" if imports else "without import metrics, which are absent until first used"
    return f"{units.count(found.series)} series, {said}"


def _grafana(config: GrafanaConfig, control: JobControl) -> str:
    """Its health page, which needs no token."""
    from qdrill.errors import SignalError
    from qdrill.service_http import ask
    from qdrill.urls import split_url

    label = f"Grafana at {split_url(config.url)[0]}"
    timeout = min(_LONGEST, config.timeout_seconds)
    url = f"{config.url.rstrip('/')}/api/health"
    answer = ask(
        "GET", url, label=label, timeout=timeout, most=_LARGEST_HEALTH, control=control, ca_file=config.ca_file
    )
    if answer.status != 200:
        raise SignalError(f"{label} answered {answer.status}; check url of [grafana] in drills.toml")
    try:
        version = json.loads(answer.body)["version"]
    except (ValueError, RecursionError, KeyError, TypeError):
        raise SignalError(f"{label}: its answer is not Grafana's; check url of [grafana] in drills.toml") from None
    return f"version {one_line(str(version), 60)}"
