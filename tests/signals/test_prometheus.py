"""Questions to a real Prometheus, and what goes out to one."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from qdrill.config_services import PrometheusConfig
from qdrill.control import JobControl
from qdrill.errors import SignalError
from qdrill.signals.model import QueryAnswer, Series
from qdrill.signals.prometheus import Prometheus
from tests.signals.asking import AT, LONG, NOW, opened, refused, success
from tests.support.odd_service import (
    OddService,
    reply,
)
from tests.support.prometheus_server import ExpositionTarget, RunningPrometheus, start_prometheus

EXPOSITION = """\
odd_value{kind="nan"} NaN
odd_value{kind="plus"} +Inf
odd_value{kind="minus"} -Inf
odd_value{kind="large"} 1.7976931348623157e308
"""


@pytest.fixture(scope="module")
def target() -> Iterator[ExpositionTarget]:
    with ExpositionTarget(EXPOSITION) as target:
        yield target


@pytest.fixture(scope="module")
def running(target: ExpositionTarget, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPrometheus]:
    with start_prometheus(tmp_path_factory.mktemp("prometheus"), [target.address]) as running:
        running.wait_for_target(target.address)
        yield running


@pytest.fixture
def prometheus(running: RunningPrometheus) -> Iterator[Prometheus]:
    with opened(running.url) as prometheus:
        yield prometheus


def test_version(prometheus: Prometheus) -> None:
    assert prometheus.version()[0].isdigit()


def test_instant(prometheus: Prometheus, target: ExpositionTarget) -> None:
    at = datetime.now(UTC)
    answer = prometheus.instant("is it up", "up", at)
    (found,) = answer.series
    assert found.labels == (("__name__", "up"), ("instance", target.address), ("job", "test"))
    ((stamp, value),) = found.points
    assert stamp == pytest.approx(at.timestamp(), abs=0.001)
    assert value == 1.0
    assert (answer.name, answer.promql, answer.kind, answer.state) == ("is it up", "up", "instant", "answered")
    assert answer.start == answer.end == at.timestamp()
    assert (answer.step, answer.note) == (None, "")


def test_range_is_widened_to_whole_seconds(prometheus: Prometheus) -> None:
    end = datetime.now(UTC).replace(microsecond=200_000)
    answer = prometheus.range("up", "up", end - timedelta(seconds=0.1), end)
    assert (answer.start, answer.end) == (math.floor(end.timestamp()), math.ceil(end.timestamp()))
    assert answer.state == "answered"


def test_values_that_are_no_numbers(prometheus: Prometheus) -> None:
    answer = prometheus.instant("odd", "odd_value", datetime.now(UTC))
    values = {dict(series.labels)["kind"]: series.points[0][1] for series in answer.series}
    assert math.isnan(values.pop("nan"))
    assert values == {"plus": math.inf, "minus": -math.inf, "large": 1.7976931348623157e308}


def test_nothing_is_empty(prometheus: Prometheus) -> None:
    answer = prometheus.range("nothing", "no_such_metric", NOW, NOW)
    assert (answer.state, answer.series, answer.note) == ("empty", (), "")


def test_scalars_and_texts(prometheus: Prometheus) -> None:
    number = prometheus.instant("number", "1 / 0", NOW)
    assert number.series == (Series((), ((AT, math.inf),)),)
    text = prometheus.instant("text", '"a\u202eb"', NOW)
    assert (text.state, text.note) == ("empty", 'the answer is the text "a\\u202eb", not a number')


@pytest.mark.parametrize("promql", ["sum(up", "", "up{", "rate(up)", "\x1b[31m", "{}"])
def test_wrong_expressions_are_one_line(prometheus: Prometheus, promql: str) -> None:
    for answer in (prometheus.instant("wrong", promql, NOW), prometheus.range("wrong", promql, NOW, NOW)):
        assert answer.state == "failed"
        assert " refused the query (bad_data: " in answer.note
        assert answer.note.endswith("; mend the expression")
        assert answer.note.isprintable()


def test_expressions_that_cannot_be_sent(prometheus: Prometheus) -> None:
    answer = prometheus.instant("wrong", 'up{job="\udc80"}', NOW)
    assert answer.state == "failed"
    assert "no Unicode text" in answer.note


def test_long_queries_get_there(prometheus: Prometheus) -> None:
    answer = prometheus.instant("long", " + ".join(["1"] * 4_000), NOW)
    assert answer.series[0].points == ((AT, 4_000.0),)


@pytest.mark.parametrize(
    ("span", "step", "chosen"),
    [
        (timedelta(0), None, 1.0),
        (timedelta(seconds=250), None, 1.0),
        (timedelta(seconds=251), None, 2.0),
        (timedelta(hours=1), None, 15.0),
        (timedelta(hours=1), 5.0, 5.0),
        (timedelta(seconds=10), 0.25, 0.25),
        (timedelta(days=30), 1.0, 235.658),
        (timedelta(hours=1), 0.0, 15.0),
        (timedelta(hours=1), math.nan, 15.0),
        (timedelta(hours=1), math.inf, 15.0),
    ],
)
def test_steps(prometheus: Prometheus, span: timedelta, step: float | None, chosen: float) -> None:
    answer = prometheus.range("one", "vector(1)", NOW - span, NOW, step)
    assert answer.step == chosen, answer.note
    assert len(answer.series[0].points) == min(int(span.total_seconds() / chosen) + 1, 11_000)


def test_ranges_that_end_before_they_start(prometheus: Prometheus) -> None:
    answer = prometheus.range("wrong", "up", NOW, NOW - timedelta(seconds=5))
    assert answer.state == "failed"
    assert "end timestamp must not be before start" in answer.note


def test_times_without_zone_are_refused(prometheus: Prometheus) -> None:
    answer = prometheus.instant("wrong", "up", datetime(2026, 11, 23))
    assert answer.state == "failed"
    assert "no zone" in answer.note


def test_threads_may_share_one(prometheus: Prometheus) -> None:
    answers: list[QueryAnswer] = []
    threads = [
        threading.Thread(target=lambda: answers.append(prometheus.instant("shared", "up", datetime.now(UTC))))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.state for answer in answers] == ["answered"] * 8


def test_what_is_sent() -> None:
    with OddService(reply(success("vector", []))) as service, opened(service.url, 5) as prometheus:
        prometheus.instant("test", 'up{job="a b&c"}', NOW)
        prometheus.range("test", "up", NOW, NOW + timedelta(seconds=0.5))
    instant, ranged = (urlsplit(asked.path) for asked in service.asked)
    assert (instant.path, ranged.path) == ("/api/v1/query", "/api/v1/query_range")
    limits = {"timeout": ["4500ms"], "limit": ["1001"]}
    assert parse_qs(instant.query) == {"query": ['up{job="a b&c"}'], "time": [f"{AT:.3f}"], **limits}
    window = {"start": [str(int(AT))], "end": [str(int(AT) + 1)], "step": ["1.000"]}
    assert parse_qs(ranged.query) == {"query": ["up"], **window, **limits}


def test_long_queries_are_no_part_of_the_url() -> None:
    with OddService(reply(success("vector", []))) as service, opened(service.url) as prometheus:
        prometheus.instant("long", "1+" * 1_500 + "1", NOW)
    (asked,) = service.asked
    assert (asked.method, asked.path) == ("POST", "/api/v1/query")
    assert parse_qs(asked.body.decode())["query"] == ["1+" * 1_500 + "1"]


@pytest.mark.parametrize("before", [0, 280, 295])
@pytest.mark.parametrize("key", ["key-of-the-test", 'key"of\\the-test'])
def test_the_key_is_sent_and_never_shown(key: str, before: int) -> None:
    echo = "x" * before + key
    answers = [
        reply(refused("bad_data", echo), 400),
        reply(success("vector", [{"metric": {"a": echo}, "value": [1, "1"]}], warnings=[echo])),
    ]
    with OddService(answers) as service:
        config = PrometheusConfig(service.url, api_key_env="PROM_KEY", timeout_seconds=LONG)
        with Prometheus(config, {"PROM_KEY": key}, JobControl()) as prometheus:
            refusal, answer = (prometheus.instant("test", "up", NOW) for _ in range(2))
    assert {asked.headers["authorization"] for asked in service.asked} == {f"Bearer {key}"}
    assert answer.series[0].labels == (("a", "x" * before + "***"),)
    for shown in (refusal.note, answer.note):
        assert key[:4] not in shown


def test_a_key_that_is_missing_is_one_line() -> None:
    config = PrometheusConfig("http://127.0.0.1:1", api_key_env="PROM_KEY")
    with Prometheus(config, {}, JobControl()) as prometheus:
        answer = prometheus.instant("test", "up", NOW)
        assert (answer.state, "PROM_KEY is not set" in answer.note) == ("failed", True)
        with pytest.raises(SignalError, match="PROM_KEY is not set"):
            prometheus.version()


def test_no_password_of_netrc_is_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "netrc").write_text("default login me password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setattr("qdrill.signals.prometheus_http._OURS", ())
    with OddService(reply(success("vector", []))) as service, opened(service.url) as prometheus:
        assert prometheus.instant("test", "up", NOW).state == "empty"
    assert "authorization" not in service.asked[0].headers


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_no_proxy_stands_before_this_machine(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for one in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(one, raising=False)
    monkeypatch.setenv(name, "http://127.0.0.1:1")
    with OddService(reply(success("vector", []))) as service, opened(service.url) as prometheus:
        assert prometheus.instant("test", "up", NOW).state == "empty"


def test_cookies_are_not_kept() -> None:
    cookie = {"Set-Cookie": "session=1; Path=/"}
    with OddService(reply(success("vector", []), 200, cookie)) as service, opened(service.url) as prometheus:
        for _ in range(2):
            prometheus.instant("test", "up", NOW)
    assert [asked.headers.get("cookie") for asked in service.asked] == [None, None]


def test_a_closed_one_asks_nobody() -> None:
    with OddService(reply(success("vector", []))) as service:
        with opened(service.url) as prometheus:
            assert prometheus.instant("test", "up", NOW).state == "empty"
        answer = prometheus.instant("test", "up", NOW)
        assert (answer.state, "it is closed" in answer.note) == ("failed", True)
