"""A real terminal for tests, in tmux: what a person would see and press."""

from __future__ import annotations

import os
import secrets
import shlex
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.runner import environment

needs_tmux = pytest.mark.skipif(
    shutil.which("tmux") is None, reason="tmux is not installed: no real terminal was tried"
)

PATIENCE = 240.0
LANGUAGE = {"LC_ALL": "C.UTF-8"}


class Terminal:
    """A terminal of a given size that runs one command; its exit code is left in a file by the shell."""

    def __init__(self, directory: Path, width: int, height: int) -> None:
        self._directory, self.size = directory, (width, height)
        # A server of its own: nothing of the person's tmux is seen or touched.
        self._server = f"qdrill-{secrets.token_hex(4)}"

    def run(self, *command: str) -> None:
        """Begin the command."""
        kept = {name: value for name, value in environment(LANGUAGE).items() if name in ("PYTHONPATH", "LC_ALL")}
        line = " ".join(["env", *(f"{name}={shlex.quote(value)}" for name, value in kept.items()), shlex.join(command)])
        width, height = map(str, self.size)
        self._tmux(
            *("-f", "/dev/null", "new-session", "-d", "-s", "demo", "-x", width, "-y", height),
            *("-c", str(self._directory), f"{line}; echo $? > exit-code; exec sleep 600"),
        )

    def _tmux(self, *arguments: str) -> str:
        outer = {name: value for name, value in os.environ.items() if name not in ("TMUX", "TMUX_PANE")}
        done = subprocess.run(
            ["tmux", "-L", self._server, *arguments], env={**outer, **LANGUAGE}, capture_output=True, check=True
        )
        return done.stdout.decode()

    def screen(self) -> str:
        """What it shows."""
        return self._tmux("capture-pane", "-p", "-t", "demo")

    def press(self, *keys: str) -> None:
        """Press keys, as tmux names them."""
        self._tmux("send-keys", "-t", "demo", *keys)

    def wait_for(self, *texts: str, ended: bool = False) -> str:
        """Wait until all of `texts` are on the screen; returns it. Only with `ended` may the command have ended."""
        until = time.monotonic() + PATIENCE
        while not all(text in (seen := self.screen()) for text in texts):
            assert time.monotonic() < until and (ended or not self._ended), (
                f"never saw {texts}; the last screen:\n{seen}"
            )
        return seen

    @property
    def _ended(self) -> bool:
        return (self._directory / "exit-code").exists()

    def exit_code(self) -> int:
        """Wait for the command's end: what the shell says of it."""
        until, path = time.monotonic() + PATIENCE, self._directory / "exit-code"
        while not (path.exists() and path.read_text().strip()):
            assert time.monotonic() < until, f"it did not end; the last screen:\n{self.screen()}"
        return int(path.read_text())

    def close(self) -> None:
        """End the server and all in it."""
        subprocess.run(["tmux", "-L", self._server, "kill-server"], capture_output=True, check=False)


def a_terminal(directory: Path, width: int, height: int) -> Iterator[Terminal]:
    """A terminal of that size, for a fixture."""
    one = Terminal(directory, width, height)
    try:
        yield one
    finally:
        one.close()
