"""`qdrill doctor` and the services that give evidence: asked once each, and never a reason for another exit code."""

from __future__ import annotations

from pathlib import Path

import pytest

from qdrill.cli.doctor_signals import services
from qdrill.config_model import Config
from qdrill.config_services import (
    GrafanaConfig,
    MetricsConfig,
    PrometheusConfig,
    RagApiConfig,
)
from qdrill.control import JobControl
from qdrill.errors import SignalError
from tests.cli.runner import qdrill
from tests.embedders.conftest import FakeService, Reply, service

__all__ = ["service"]


def test_nothing_is_asked_where_nothing_is_configured() -> None:
    assert list(services(Config(), {}, JobControl())) == []


def test_every_configured_service_is_asked_by_name() -> None:
    nowhere = "http://127.0.0.1:9"
    config = Config(
        rag_api=RagApiConfig(nowhere),
        prometheus=PrometheusConfig(nowhere),
        metrics={"a": MetricsConfig("a", nowhere), "b": MetricsConfig("b", nowhere)},
        grafana=GrafanaConfig(nowhere, "qdrill"),
    )
    asked = list(services(config, {}, JobControl()))
    assert [name for name, _ in asked] == ["RAG API", "Prometheus", "metrics.a", "metrics.b", "Grafana"]
    for _, ask in asked:
        with pytest.raises(SignalError) as refused:
            ask()
        assert str(refused.value).isprintable()


@pytest.mark.parametrize(
    ("matches", "said"), [([], "finds nothing, or has no such"), ([{"id": 1, "score": 1}], "some")]
)
def test_the_rag_api_is_judged_by_what_it_finds(service: FakeService, matches: list[object], said: str) -> None:
    service.replies = [Reply({"matches": matches})]
    ((_, ask),) = services(Config(rag_api=RagApiConfig(service.url)), {}, JobControl())
    assert said in ask()
    assert service.asked[0].body == {"query": "qdrill", "collection": "default_collection", "top_k": 1}


def test_services_that_are_down_are_warnings(tmp_path: Path) -> None:
    text = '[stores.lab]\npath = "edge"\n[rag_api]\nurl = "http://127.0.0.1:9"\napi_key_env = "NO_SUCH_KEY"\n'
    (tmp_path / "drills.toml").write_text(f'{text}[metrics.m]\nurl = "http://127.0.0.1:9/metrics"\n')
    ran = qdrill("doctor", "--json", cwd=tmp_path)
    found = {one["name"]: one for one in ran.json["findings"] if one["area"] == "signals"}
    assert {name: (one["state"], one["code"]) for name, one in found.items()} == {
        "RAG API": ("warning", 0),
        "metrics.m": ("warning", 0),
    }
    assert "NO_SUCH_KEY is not set" in found["RAG API"]["detail"]
    assert ran.code == 0
