"""A console that is killed in the middle of a backup: the next one finds what is left and goes on with it."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from qdrill.config_model import StoreConfig
from qdrill.control import JobControl
from qdrill.events import ignore
from qdrill.records.render_toml import load_record
from qdrill.stores.open import open_store
from tests.console.support.terminal import PATIENCE, Terminal, a_terminal, needs_tmux
from tests.support.collections import create_body, fill, point

pytestmark = needs_tmux

POINTS = 8_000
CONFIG = """
[stores.lab]
path = "lab"
[[drill]]
name = "slow"
source = "lab/docs"
delay_ms_per_point = 0.5
[[drill.search]]
random = 2
"""
# The console tells its own process number, so that it and nothing around it is killed.
CONSOLE = "import os, pathlib, sys; pathlib.Path('pid').write_text(str(os.getpid())); " + (
    "sys.argv = ['qdrill']; from qdrill.cli.main import main; main()"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A configuration, and a collection of several chunks."""
    (tmp_path / "drills.toml").write_text(CONFIG)
    store = open_store(StoreConfig("lab", path=tmp_path / "lab"), {}, JobControl(), ignore)
    fill(store.writer("docs"), [point(number, 64) for number in range(1, POINTS + 1)], create_body(64))
    store.close()
    return tmp_path


@pytest.fixture
def terminals(folder: Path) -> Iterator[Iterator[Terminal]]:
    """Terminals, one after the other; all are closed at the end."""
    opened: list[Iterator[Terminal]] = []

    def more() -> Iterator[Terminal]:
        while True:
            opened.append(a_terminal(folder, 100, 30))
            yield next(opened[-1])

    yield more()
    for one in opened:
        next(one, None)


def chunks(folder: Path) -> int:
    """Chunks that the journal of the unfinished backup has; its first line is the head."""
    journal = folder / "artifacts" / "metrics" / ".qdrant_backup_docs.json.journal"
    return max(0, journal.read_bytes().count(b"\n") - 1) if journal.exists() else 0


def test_the_next_console_goes_on_with_the_backup(folder: Path, terminals: Iterator[Terminal]) -> None:
    first = next(terminals)
    first.run(sys.executable, "-c", CONSOLE)
    first.wait_for("lab/docs", "s starts it")
    first.press("s")
    until = time.monotonic() + PATIENCE
    while chunks(folder) < 2:
        assert time.monotonic() < until, first.screen()
    os.kill(int((folder / "pid").read_text()), signal.SIGKILL)
    assert first.exit_code() == 128 + signal.SIGKILL
    kept = chunks(folder)
    (folder / "exit-code").unlink()

    second = next(terminals)
    second.run(sys.executable, "-c", CONSOLE)
    second.wait_for("An unfinished backup of this drill was found")
    second.press("u")
    second.wait_for("PASS")
    second.press("q")
    assert second.exit_code() == 0
    records = [load_record(path) for path in sorted((folder / "artifacts" / "drills").glob("*/drill.toml"))]
    killed, done = records
    assert killed.time.finished is None
    assert (done.verdict, done.source.points_exact) == ("pass", POINTS)
    assert done.backup is not None
    # The last chunk of an unfinished backup is always fetched again.
    assert done.backup.resumed >= kept - 1 >= 1
    rows = json.loads((folder / "artifacts" / "metrics" / "qdrant_backup_docs.json").read_bytes())
    assert [row["id"] for row in rows] == list(range(1, POINTS + 1))
