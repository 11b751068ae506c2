"""PromQL out of hostile names, asked of a real Prometheus."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, Gauge, generate_latest

from qdrill.config_services import PrometheusConfig
from qdrill.control import JobControl
from qdrill.errors import UsageError
from qdrill.signals.board_model import KEYS
from qdrill.signals.model import QueryAnswer
from qdrill.signals.prometheus import Prometheus
from qdrill.signals.promql import default_queries, label_value, selector
from tests.support.prometheus_server import ExpositionTarget, start_prometheus

WIRE = Path(__file__).parents[1] / "data" / "wire"
TARGET = "default_collection_restored"
HOSTILE = [
    "plain",
    "plain ",
    'a"b',
    "a\\b",
    'a\\"b',
    "a\\nb",
    "a\nb",
    "a\rb",
    "a\tb",
    "中文",
    "😀",
    '{collection="plain"}',
    'plain"} or up{job=~".*',
    ".*",
    "plain|中文",
    "it's `so` $1 #",
    "\x00\x01\x7f\x9b",
    "\u202egnp",
    "\ufffd",
    "a\ufeffb",
    "\U000e0041",
]


def exposition() -> str:
    """A gauge for each hostile name, and what a RAG API and a Qdrant were recorded to say."""
    registry = CollectorRegistry()
    gauge = Gauge("hostile", "Number of the name", ["collection"], registry=registry)
    for number, name in enumerate(HOSTILE):
        gauge.labels(name).set(number)
    return generate_latest(registry).decode() + recorded("rag-api/16-metrics-after") + qdrant()


def recorded(name: str) -> str:
    text: str = json.loads((WIRE / f"{name}.json").read_text())["response"]["text"]
    return text


def qdrant() -> str:
    """Qdrant's recording, with one of its collections under the name of the target."""
    ours = ("collection_", "memory_")
    lines = recorded("qdrant-1.19.0/67-metrics").splitlines()
    return "".join(f"{line}\n" for line in lines if line.startswith(ours)).replace('"src"', f'"{TARGET}"')


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    with (
        ExpositionTarget(exposition()) as target,
        start_prometheus(tmp_path_factory.mktemp("prometheus"), [target.address]) as running,
    ):
        running.wait_for_target(target.address)
        with Prometheus(PrometheusConfig(running.url, timeout_seconds=60), {}, JobControl()) as opened:
            yield opened


def ask(prometheus: Prometheus, promql: str) -> QueryAnswer:
    answer = prometheus.instant("test", promql, datetime.now(UTC))
    assert answer.state != "failed", answer.note
    return answer


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_find_their_series_and_no_other(prometheus: Prometheus, name: str) -> None:
    answer = ask(prometheus, selector("hostile", collection=name))
    assert [dict(series.labels)["collection"] for series in answer.series] == [name]
    assert answer.series[0].points[0][1] == HOSTILE.index(name)


@pytest.mark.parametrize("name", ["", "plai", "PLAIN", "\udc80", "plain\n", '"', "\\"])
def test_names_without_series_find_none(prometheus: Prometheus, name: str) -> None:
    found = ask(prometheus, selector("hostile", collection=name)).series
    assert [dict(series.labels)["collection"] for series in found] == (["\ufffd"] if name == "\udc80" else [])


@pytest.mark.parametrize("name", HOSTILE)
def test_default_queries_of_hostile_names_are_understood(prometheus: Prometheus, name: str) -> None:
    for query in default_queries(name):
        answer = ask(prometheus, query.promql)
        assert answer.state == ("answered" if query.name == "qdrant_memory" else "empty"), query.name


def test_default_queries_find_what_was_recorded(prometheus: Prometheus) -> None:
    values = {}
    for query in default_queries(TARGET):
        (series,) = ask(prometheus, query.promql).series
        values[query.name] = series.points[0][1]
        if query.name == "import_skipped":
            assert dict(series.labels)["reason"] == "error"
    assert values == {
        "import_rows": 8,
        "import_batches": 1,
        "import_skipped": 2,
        "import_p95": pytest.approx(0.0475),
        "qdrant_memory": 228_986_880,
        "qdrant_points": 100_000,
        "qdrant_optimizing": 0,
        "qdrant_queue": 0,
    }


def test_default_queries_have_the_names_of_the_tiles() -> None:
    queries = default_queries(TARGET)
    assert tuple(query.name for query in queries) == KEYS
    assert {query.kind for query in queries} == {"range"}


def test_values_are_quoted() -> None:
    assert label_value('a"\\\n中') == '"a\\"\\\\\\n中"'
    assert label_value("\u202e\U000e0041\ufffd\ud800") == '"\\u202e\\U000e0041\\ufffd\\ufffd"'


def test_selectors_are_put_together() -> None:
    assert selector("up") == "up"
    assert selector("job:rows:sum", job="x", instance="y") == 'job:rows:sum{job="x",instance="y"}'
    assert selector("up", metric="x") == 'up{metric="x"}'


@pytest.mark.parametrize("metric", ["", "1up", "up{}", "up\n", "a-b", "上"])
def test_names_of_metrics_are_checked(metric: str) -> None:
    with pytest.raises(UsageError, match="no name of a metric") as caught:
        selector(metric)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("label", ["", "a:b", 'a="x",b', "id\n", "集合"])
def test_names_of_labels_are_checked(label: str) -> None:
    with pytest.raises(UsageError, match="no name of a label"):
        selector("up", **{label: "x"})
