"""Runs of qdrill that die, as by `kill -9`, at a chosen step: a write, an fsync, a rename, a request.

A process that has everything imported forks a child for each run, so that hundreds of deaths take seconds. It reads a
JSON line a run from standard input and answers each with one; it ends with its standard input.
"""

from __future__ import annotations

import http.client
import json
import mmap
import os
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from tests.cli.runner import environment
from tests.support.processes import REPOSITORY

CHUNK_BYTES = 2048
SYNC_SECONDS = 0.005
_COUNTER = struct.Struct("=q56s")


@dataclass(frozen=True)
class Died:
    """A run that ended: its exit code (-9: killed), the steps it made, the last of them, and what it said."""

    code: int
    steps: int
    last: str
    out: str
    err: str


class Crasher:
    """The process that forks; `run` is one run of the command line."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process = subprocess.Popen(
            [sys.executable, "-W", "error", "-m", "tests.support.crashing"],
            cwd=REPOSITORY,
            # One thread alone may fork safely.
            env=environment({"OPENBLAS_NUM_THREADS": "1"}) | {"PYTHONPATH": f"src{os.pathsep}."},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str | Path, cwd: Path, die_at: int = 0) -> Died:
        """Run `qdrill ARGUMENTS`, killed at step `die_at` (0: never)."""
        assert self._process.stdin is not None and self._process.stdout is not None
        said = {name: str(self._folder / name) for name in ("out", "err")}
        order = {"arguments": [str(one) for one in arguments], "cwd": str(cwd), "die_at": die_at, **said}
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        out, err = (Path(path).read_text(encoding="utf-8") for path in said.values())
        died = Died(**answer, out=out, err=err)
        assert "Traceback" not in died.err and "please report it" not in died.err, died.err
        return died

    def close(self) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(timeout=30)
        self._process.stdout.close()


@contextmanager
def crasher(folder: Path) -> Iterator[Crasher]:
    one = Crasher(folder)
    try:
        yield one
    finally:
        one.close()


class Steps:
    """Counts steps in memory that the parent sees too, and kills this process at one of them."""

    def __init__(self, memory: mmap.mmap, die_at: int) -> None:
        self._memory, self._die_at = memory, die_at
        self._lock = threading.Lock()
        self._made = 0

    def step(self, name: str, before_death: Callable[[], object] = lambda: None) -> None:
        with self._lock:
            self._made += 1
            _COUNTER.pack_into(self._memory, 0, self._made, name.encode())
            if self._made == self._die_at:
                before_death()
                os.kill(os.getpid(), signal.SIGKILL)
                threading.Event().wait()

    def around(self, owner: Any, name: str) -> None:
        """Make `owner.name` two steps: before and after it."""
        real = getattr(owner, name)
        shown = f"{getattr(owner, '__name__', owner)}.{name}"

        def stepping(*arguments: Any, **named: Any) -> Any:
            self.step(f"before {shown}")
            result = real(*arguments, **named)
            self.step(f"after {shown}")
            return result

        setattr(owner, name, stepping)

    def tear_writes(self) -> None:
        """Make every write a step that leaves half of its bytes behind."""
        real = os.write

        def stepping(descriptor: int, data: Any) -> int:
            self.step("os.write", lambda: real(descriptor, bytes(data)[: len(data) // 2]))
            return real(descriptor, data)

        os.write = stepping


def _install(steps: Steps) -> None:
    from qdrill.archive import journal, writer
    from qdrill.drill import backup, restore_journal
    from qdrill.drill.chunks import size_chunks
    from qdrill.stores import retry
    from qdrill.stores.edge_writer import EdgeWriter

    # By name, because they are the modules' own.
    for module, name, value in (
        (retry, "_backoff", lambda state: 0.001),
        (backup, "size_chunks", partial(size_chunks, target_bytes=CHUNK_BYTES)),
        (writer, "SYNC_SECONDS", SYNC_SECONDS),
    ):
        setattr(module, name, value)
    steps.tear_writes()
    for name in ("fsync", "replace", "ftruncate", "unlink"):
        steps.around(os, name)
    for name in ("add", "begin", "remove"):
        steps.around(restore_journal.RestoreJournal, name)
    steps.around(journal.Journal, "add")
    steps.around(http.client.HTTPConnection, "send")
    for name in ("create", "upsert", "create_index", "patch", "settle", "delete"):
        steps.around(EdgeWriter, name)


def _child(order: dict[str, Any], memory: mmap.mmap) -> None:
    from qdrill.cli.main import run

    os.chdir(order["cwd"])
    _redirect(0, os.devnull)
    _redirect(1, order["out"])
    _redirect(2, order["err"])
    _install(Steps(memory, order["die_at"]))
    code = run(order["arguments"])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _redirect(descriptor: int, path: str) -> None:
    opened = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(opened, descriptor)
    os.close(opened)


def main() -> None:
    """Import what the runs need, then fork one after another."""
    import qdrant_edge  # noqa: F401

    import qdrill.cli.backup
    import qdrill.cli.restore
    import qdrill.drill.backup
    import qdrill.drill.restore
    import qdrill.stores.edge
    import qdrill.stores.server_admin
    import qdrill.stores.server_reader
    import qdrill.stores.server_writer  # noqa: F401

    memory = mmap.mmap(-1, _COUNTER.size)
    for line in sys.stdin:
        _COUNTER.pack_into(memory, 0, 0, b"")
        child = os.fork()
        if child == 0:
            _child(json.loads(line), memory)
        _, status = os.waitpid(child, 0)
        steps, last = _COUNTER.unpack_from(memory, 0)
        answer = {"code": os.waitstatus_to_exitcode(status), "steps": steps, "last": last.rstrip(b"\0").decode()}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
