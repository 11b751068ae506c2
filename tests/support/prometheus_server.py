"""A real Prometheus for tests, with its own configuration and storage, and targets whose exposition a test sets."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

PATIENCE = 60.0
_POLL = 0.02
# The shell ends the server when its stdin closes, so a killed test run leaves none behind.
_WITH_STDIN = '"$@" </dev/null & server=$!; cat >/dev/null; kill $server; wait $server'


def wait_until(condition: Callable[[], bool], what: str) -> None:
    """Wait for a condition; fails after a minute, saying for `what`."""
    never = threading.Event()
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"waited {PATIENCE:g} s in vain for {what}"
        never.wait(_POLL)


class ExpositionTarget:
    """A `/metrics` on a free port of this machine. `text` is what it answers, `scrapes` how often it did."""

    def __init__(self, text: str = "") -> None:
        self.text = text
        self.scrapes = 0
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def address(self) -> str:
        """`host:port`, as Prometheus's configuration wants it."""
        return f"127.0.0.1:{self._server.server_port}"

    @property
    def url(self) -> str:
        return f"http://{self.address}/metrics"

    def wait_for_scrape(self) -> None:
        """Wait until a scrape has begun after now."""
        before = self.scrapes
        wait_until(lambda: self.scrapes > before, "a scrape")

    def __enter__(self) -> ExpositionTarget:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        target = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = target.text.encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                with suppress(OSError):
                    self.wfile.write(body)
                target.scrapes += 1

            def log_message(self, format: str, *args: Any) -> None:
                pass

        return Handler


@dataclass(frozen=True)
class RunningPrometheus:
    """A Prometheus that is ready."""

    url: str
    process: subprocess.Popen[bytes]

    def query(self, promql: str) -> list[Any]:
        """The result of an instant query, as Prometheus writes it."""
        asked = urllib.parse.urlencode({"query": promql})
        with urllib.request.urlopen(f"{self.url}/api/v1/query?{asked}", timeout=PATIENCE) as answer:
            result: list[Any] = json.load(answer)["data"]["result"]
        return result

    def wait_for(self, promql: str) -> None:
        """Wait until `promql` finds something."""
        wait_until(lambda: bool(self.query(promql)), promql)

    def wait_for_target(self, address: str) -> None:
        """Wait until everything that `address` says now is stored."""
        stamp = time.time()
        up = f'up{{instance="{address}"}}'
        # The time of a comparison is that of the question; the time of the sample is what counts.
        promql = f"(timestamp({up}) > {stamp}) and ({up} == 1)"
        self.wait_for(promql)


@contextmanager
def start_prometheus(directory: Path, addresses: Sequence[str], *, scrape: str = "1s") -> Iterator[RunningPrometheus]:
    """A Prometheus that scrapes `addresses` under the job `test`; skips the test where there is no `prometheus`."""
    binary = shutil.which("prometheus")
    if binary is None:
        pytest.skip("no prometheus on PATH; install the package prometheus to run this test")
    running = _launch(binary, directory, _configuration(directory, addresses, scrape))
    try:
        yield running
    finally:
        _stop(running.process)


def _configuration(directory: Path, addresses: Sequence[str], scrape: str) -> Path:
    timing = {"scrape_interval": scrape, "scrape_timeout": scrape, "evaluation_interval": scrape}
    job = {"job_name": "test", "static_configs": [{"targets": list(addresses)}]}
    path = directory / "prometheus.yml"
    path.write_text(json.dumps({"global": timing, "scrape_configs": [job]}))  # JSON is YAML
    return path


def _launch(binary: str, directory: Path, configuration: Path) -> RunningPrometheus:
    """Started on a free port; once more where somebody else took it meanwhile."""
    log = directory / "prometheus.log"
    for _ in range(3):
        port = _free_port()
        command = [
            binary,
            f"--config.file={configuration}",
            f"--storage.tsdb.path={directory / 'tsdb'}",
            f"--web.listen-address=127.0.0.1:{port}",
        ]
        with log.open("wb") as stream:
            process = subprocess.Popen(
                ["sh", "-c", _WITH_STDIN, "sh", *command], stdin=subprocess.PIPE, stdout=stream, stderr=stream
            )
        running = RunningPrometheus(f"http://127.0.0.1:{port}", process)
        if _ready(running, log):
            return running
        _stop(process)
    raise RuntimeError(f"Prometheus does not start: {log.read_text(errors='replace')[-2000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _ready(running: RunningPrometheus, log: Path) -> bool:
    def answered() -> bool:
        with suppress(OSError), urllib.request.urlopen(f"{running.url}/-/ready", timeout=PATIENCE) as answer:
            return bool(answer.status == 200)
        return False

    def failed() -> bool:
        return b"level=error" in log.read_bytes()

    wait_until(lambda: failed() or answered(), "Prometheus to be ready")
    return not failed()


def _stop(process: subprocess.Popen[bytes]) -> None:
    assert process.stdin is not None
    process.stdin.close()
    process.wait(timeout=PATIENCE)
