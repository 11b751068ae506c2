"""Servers as processes of their own, for tests that start, stop and kill them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
READY = "listening on "
STOP_SECONDS = 60


@dataclass(frozen=True)
class RunningServer:
    url: str
    process: subprocess.Popen[str]

    def stop(self) -> int:
        """Ask the server to end, and wait for it: its exit code."""
        self.process.terminate()
        return self._end()

    def kill(self) -> int:
        """End the server as a power cut would."""
        self.process.kill()
        return self._end()

    def _end(self) -> int:
        code = self.process.wait(timeout=STOP_SECONDS)
        _close_pipes(self.process)
        return code


def launch(
    directory: Path,
    *,
    port: int = 0,
    api_key: str | None = None,
    read_only_key: str | None = None,
    max_request_mb: int | None = None,
) -> RunningServer:
    command = [sys.executable, "-m", "tests.support.restserver", "--port", str(port), "--dir", str(directory)]
    options = {
        "--api-key": api_key,
        "--read-only-key": read_only_key,
        "--max-request-mb": max_request_mb,
    }
    for name, value in options.items():
        if value is not None:
            command += [name, str(value)]
    # A pipe to the server ends with the test process, so a killed test run leaves no server behind.
    process = subprocess.Popen(
        [*command, "--end-with-stdin"],
        cwd=REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    return RunningServer(_ready(process), process)


def _ready(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith(READY):
            return line.removeprefix(READY).strip()
    _close_pipes(process)
    raise RuntimeError(f"the server ended before it listened, exit code {process.wait()}")


def _close_pipes(process: subprocess.Popen[str]) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()


@contextmanager
def start_server(
    directory: Path,
    *,
    port: int = 0,
    api_key: str | None = None,
    read_only_key: str | None = None,
    max_request_mb: int | None = None,
) -> Iterator[RunningServer]:
    server = launch(directory, port=port, api_key=api_key, read_only_key=read_only_key, max_request_mb=max_request_mb)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.stop()
        _close_pipes(server.process)
