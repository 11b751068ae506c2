"""Servers that misbehave: one line each, in bounded time and memory."""

from __future__ import annotations

import gzip
import socket
import threading
import time
import tracemalloc
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from qdrill.control import JobControl
from qdrill.errors import Interrupted, SignalError
from qdrill.signals.model import QueryAnswer, Series
from qdrill.signals.prometheus import Prometheus
from tests.signals.asking import LONG, NOW, opened, refused, success
from tests.support.odd_service import (
    Behaviour,
    OddService,
    drip,
    hang,
    html,
    huge,
    reply,
    reset,
    wrong_length,
)
from tests.support.prometheus_server import wait_until

SHORT = 0.3


def ask(behaviour: Behaviour, seconds: float = LONG) -> QueryAnswer:
    with OddService(behaviour) as service, opened(service.url, seconds) as prometheus:
        return prometheus.instant("test", "up", NOW)


def failure(behaviour: Behaviour, seconds: float = LONG) -> str:
    """The line of a question that fails."""
    answer = ask(behaviour, seconds)
    assert answer.state == "failed"
    assert answer.series == ()
    assert answer.note.isprintable()
    assert answer.note.startswith("Prometheus at http://127.0.0.1:")
    return answer.note


def test_a_slow_query_is_given_up_by_the_server_itself() -> None:
    with OddService(reply(refused("timeout", "query timed out in expression evaluation"), 503)) as service:
        with opened(service.url, 5) as prometheus:
            first, second = (prometheus.instant("slow", "up", NOW) for _ in range(2))
        assert "gave the query up (timeout: query timed out" in first.note
        assert second.note.endswith("was not asked: it did not answer an earlier question within 5 s")
        assert len(service.asked) == 1


def test_nobody_there() -> None:
    with OddService(reply({})) as service:
        url = service.url
    with opened(url) as prometheus:
        answer = prometheus.instant("test", "up", NOW)
        assert answer.note == (
            f"Prometheus at {url} cannot be reached: connection refused; "
            "check that it is running and url in drills.toml"
        )
        assert not prometheus.given_up
        with pytest.raises(SignalError, match="connection refused"):
            prometheus.version()


def test_a_name_that_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with opened("http://prometheus.invalid:9090") as prometheus:
        answer = prometheus.instant("test", "up", NOW)
    assert answer.note.startswith(
        "Prometheus at http://prometheus.invalid:9090 cannot be reached: its name is not known"
    )


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        (reply(refused("bad_data", "parse error"), 400), "refused the query (bad_data: parse error); mend"),
        (reply(refused("execution", "too many samples"), 422), "refused the query (execution: too many samples)"),
        (reply(b"", 401), "answered 401; check the key in the variable that api_key_env names"),
        (html(403), "answered 403; check the key"),
        (reply(b"404 page not found\n", 404), "answered 404 (404 page not found); check url"),
        (html(404), "answered 404 with a web page; check url"),
        (reply(b"", 500), "answered 500 (nothing said); check that it is well"),
        (reply(refused("internal", "no disk"), 500), "answered 500 (internal: no disk); check that it is well"),
        (reply(b"Service Unavailable", 503), "answered 503 (Service Unavailable); check that it is well"),
        (reply(b"\x1b[31m\xff\n" * 9_000, 500), "answered 500 (\\x1b[31m"),
        (reply(b"", 204), "answered 204 (nothing said); check url"),
        (reply(b"x" * 70_000, 302, {"Location": "http://127.0.0.1:1/"}), "sends elsewhere (302); set url"),
        (reply(b"[" * 50_000, 400), "answered 400 ([[["),
        (html(), "answered with a web page; check url"),
        (reply(b"not json"), "not Prometheus's JSON; check url"),
        (reply(b""), "not Prometheus's JSON"),
        (reply([1]), "not Prometheus's JSON"),
        (reply({}), "answered with an error (nothing said)"),
        (reply({"status": "success"}), "not Prometheus's JSON"),
        (reply({"status": "error", "error": "a\nb"}), "answered with an error (a b)"),
        (reply(success("vector", [1])), "not Prometheus's JSON"),
        (reply(success("vector", [{"metric": {"a": 1}, "value": [1, "2"]}])), "not Prometheus's JSON"),
        (reply(success("vector", [{"metric": {}, "value": [1, "two"]}])), "not Prometheus's JSON"),
        (reply(success("matrix", {"a": 1})), "not Prometheus's JSON"),
        (reply(success("scalar", [1])), "not Prometheus's JSON"),
        (reply(success("tensor", [])), "a kind of result that is not known"),
        (reply(b"[" * 200_000), "not Prometheus's JSON"),
        (reply(b"\xff" * 10), "not Prometheus's JSON"),
        (reset(), "broke the connection before it had answered"),
        (reset(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{"), "broke the connection"),
        (wrong_length(b"{}", 50), "broke the connection"),
        (reply(b"no gzip", 200, {"Content-Encoding": "gzip"}), "broke the connection"),
        (huge(1 << 40, b" " * 65_536), "answered with more than 64 MiB; narrow the query"),
        (huge(1 << 40, b'{"metric":{"a":"1"},"value":[1,"2"]},' * 999), "more than 1,000 series; narrow the query"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_answers_that_are_none(behaviour: Behaviour, words: str) -> None:
    assert words in failure(behaviour)


def test_a_redirect_is_not_followed() -> None:
    with OddService(reply(success("vector", []))) as other:
        assert "sends elsewhere" in failure(reply(b"", 307, {"Location": other.url}))
    assert other.asked == []


def test_series_are_counted_however_they_are_written() -> None:
    spaced = [{"metric": {"n": str(number)}, "value": [1, "1"]} for number in range(1_001)]
    assert "more than 1,000 series" in failure(reply(success("vector", spaced)))
    assert len(ask(reply(success("vector", spaced[1:]))).series) == 1_000


def test_points_are_counted() -> None:
    values = [[number, "1"] for number in range(1_000)]
    many = [{"metric": {"n": str(number)}, "values": values} for number in range(501)]
    assert "more than 500,000 points" in failure(reply(success("matrix", many)))


@pytest.mark.parametrize(
    "behaviour",
    [
        huge(1 << 40, b'{"metric":{"a":"1"},"value":[1,"2"]},' * 100, claimed=False),
        huge(1 << 40, b"[1,2]," * 10_000),
        reply(gzip.compress(b" " * (1 << 30), 1), 200, {"Content-Encoding": "gzip"}),
    ],
    ids=["a million series", "endless", "a bomb"],
)
def test_memory_is_bounded(behaviour: Behaviour) -> None:
    ask(reply({}))  # loads the libraries
    tracemalloc.start()
    try:
        failure(behaviour)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 200 << 20


def test_warnings_are_noted() -> None:
    answer = ask(reply(success("vector", [], warnings=["w\n1", "w2"], infos=["i1", "i2"])))
    assert answer.note == "Prometheus warns: w 1; w2; i1 (and 1 more)"


def test_native_histograms_are_left_out_and_told() -> None:
    histogram = {"metric": {}, "histogram": [1, {"count": "1"}]}
    answer = ask(reply(success("vector", [histogram, {"metric": {"a": "b"}, "value": [2, "3"]}])))
    assert answer.series == (Series((("a", "b"),), ((2.0, 3.0),)),)
    assert answer.note == "native histograms are left out: 1 series"
    assert ask(reply(success("vector", [histogram]))).state == "empty"


def test_labels_and_points_are_in_order() -> None:
    found = {"metric": {"z": "1", "a": "2"}, "values": [[2, "1"], [1, "2"]]}
    (series,) = ask(reply(success("matrix", [found]))).series
    assert series == Series((("a", "2"), ("z", "1")), ((1.0, 2.0), (2.0, 1.0)))


@pytest.mark.parametrize("version", [{}, [], {"version": ""}, {"version": 3}, "2"])
def test_versions_that_are_none(version: Any) -> None:
    with (
        OddService(reply({"status": "success", "data": version})) as service,
        opened(service.url) as prometheus,
        pytest.raises(SignalError, match="does not tell its version"),
    ):
        prometheus.version()


HANGING = [
    hang(),
    hang(b"HTTP/1.1 200 OK\r\n"),
    hang(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{"),
    drip(),
    drip(head=True),
]


@pytest.mark.parametrize("behaviour", HANGING, ids=["nothing", "half a head", "half a body", "drips", "drips a head"])
def test_a_hang_costs_its_timeout_once(behaviour: Behaviour) -> None:
    with OddService(behaviour) as service, opened(service.url, SHORT) as prometheus:
        prometheus.instant("warm", "up", datetime(2026, 1, 1))
        started = time.monotonic()
        first = prometheus.instant("test", "up", NOW)
        took = time.monotonic() - started
        assert first.note.endswith(
            "did not answer within 0.3 s; check that it is well, or raise timeout_seconds in drills.toml"
        )
        assert SHORT <= took < LONG
        assert prometheus.given_up
        for answer in (prometheus.instant("test", "up", NOW), prometheus.range("test", "up", NOW, NOW)):
            assert answer.state == "failed"
            assert answer.note.endswith("was not asked: it did not answer an earlier question within 0.3 s")
        with pytest.raises(SignalError, match="was not asked"):
            prometheus.version()
        assert len(service.asked) == 1


def test_a_drip_is_left_behind_for_good() -> None:
    with OddService(drip()) as service, opened(service.url, SHORT) as prometheus:
        assert prometheus.instant("test", "up", NOW).state == "failed"
        assert service.left.wait(LONG)
    wait_until(lambda: not workers(), "the thread to end")


def workers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "qdrill-prometheus"]


@pytest.mark.parametrize("call", ["instant", "range", "version"])
def test_a_cancel_is_answered_at_once(call: str) -> None:
    control = JobControl()
    calls: dict[str, Callable[[Prometheus], object]] = {
        "instant": lambda it: it.instant("test", "up", NOW),
        "range": lambda it: it.range("test", "up", NOW, NOW),
        "version": lambda it: it.version(),
    }
    with OddService(hang()) as service, opened(service.url, LONG, control) as prometheus:
        cancelled: list[float] = []

        def cancel() -> None:
            service.arrived.wait(LONG)
            cancelled.append(time.monotonic())
            control.cancel()

        threading.Thread(target=cancel).start()
        with pytest.raises(Interrupted):
            calls[call](prometheus)
        assert time.monotonic() - cancelled[0] < 0.2
        with pytest.raises(Interrupted):
            calls[call](prometheus)
        assert len(service.asked) == 1
