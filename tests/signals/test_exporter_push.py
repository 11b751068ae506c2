"""Pushing to a real Pushgateway, and to some that fail."""

from __future__ import annotations

import re
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from qdrill.control import JobControl
from qdrill.errors import SignalError
from qdrill.signals.exporter import push
from tests.records import samples
from tests.signals.exposed import (
    PATIENCE,
    PUSHGATEWAY,
    at,
    needs_gateway,
    registry_of,
    save,
    scraped,
    value,
)
from tests.support.odd_service import Behaviour, OddService, drip, hang, reply, reset

# The shell ends the gateway when its stdin closes, so a killed test run leaves none behind.
WITH_STDIN = '"$@" </dev/null & server=$!; cat >/dev/null; kill $server; wait $server'


@pytest.fixture
def drills(tmp_path: Path) -> Path:
    """Drills that passed and that lost rows."""
    place = tmp_path / "drills"
    for number, one in enumerate((samples.passed(), samples.lossy())):
        save(place, at(number, one))
    return place


@pytest.fixture(scope="module")
def gateway() -> Iterator[str]:
    """A real Pushgateway on a free port of this machine."""
    assert PUSHGATEWAY is not None
    command = [PUSHGATEWAY, "--web.listen-address=127.0.0.1:0", "--log.format=json"]
    process = subprocess.Popen(
        ["sh", "-c", WITH_STDIN, "sh", *command], stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stderr is not None
    try:
        # It names the port it was given in its log, and nowhere else.
        places = (re.search(r"127\.0\.0\.1:([1-9]\d*)", line) for line in process.stderr)
        yield f"http://127.0.0.1:{next(found[1] for found in places if found)}"
    finally:
        process.stdin.close()
        process.wait(timeout=PATIENCE)
        process.stderr.close()


@needs_gateway
def test_a_pushgateway_takes_the_metrics_and_shows_them(drills: Path, gateway: str) -> None:
    push(gateway, registry_of(drills), timeout=PATIENCE)
    shown = scraped(f"{gateway}/metrics")
    group = {"job": "qdrill", "instance": socket.gethostname()}
    target = {"collection": "default_collection_restored", **group}
    assert value(shown, "import_rows_total", **target) == 100_022
    assert value(shown, "qdrill_last_verdict", drill="nightly", verdict="fail", **group) == 1
    save(drills, at(9, samples.passed()))
    push(f"{gateway}/", registry_of(drills), timeout=PATIENCE)
    assert value(scraped(f"{gateway}/metrics"), "import_rows_total", **target) == 200_022


@needs_gateway
def test_what_the_gateway_says_against_it_is_shown(gateway: str) -> None:
    with pytest.raises(SignalError, match="HTTP 404") as refused:
        push(f"{gateway}/nowhere", CollectorRegistry(), timeout=PATIENCE)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        (reply(b"in\x1b[31mconsistent\nmetrics", 400), r"HTTP 400: in\x1b[31mconsistent metrics;"),
        (reply(b"", 500), "HTTP 500;"),
        (reply(b"", 302, {"Location": "/x"}), "HTTP 302"),
        (reset(), "did not take the metrics"),
        (hang(), "no answer within 0.3 s"),
        (drip(head=True), "no answer within 0.3 s"),
        (hang(b"junk\r\n\r\n"), "its answer is not HTTP"),
    ],
)
def test_a_gateway_that_fails_is_one_plain_line(behaviour: Behaviour, words: str, drills: Path) -> None:
    with OddService(behaviour) as service, pytest.raises(SignalError) as failed:
        push(service.url, registry_of(drills), timeout=0.3)
    line = str(failed.value)
    assert words in line
    assert line.startswith(f"the Pushgateway {service.url} did not take the metrics: ")
    assert line.isprintable()


def test_nobody_there_is_one_plain_line() -> None:
    with OddService(hang()) as service:
        url = service.url
    with pytest.raises(SignalError, match="Connection refused"):
        push(url, CollectorRegistry(), timeout=PATIENCE)


def test_a_cancelled_drill_does_not_wait_long() -> None:
    control = JobControl()
    with OddService(hang()) as service:
        control.cancel()
        with pytest.raises(SignalError, match="no answer within 1 s"):
            push(service.url, CollectorRegistry(), timeout=3600, control=control)
