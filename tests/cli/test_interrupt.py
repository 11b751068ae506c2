"""Ctrl-C, readers that go away, and output that cannot be written."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import MakeCollection
from tests.cli.runner import COMMAND, environment, qdrill, start

STUBBORN = """
import sys, threading
from qdrill.cli.signals import on_interrupt
def cancel():
    print("cancelling", flush=True)
    threading.Event().wait()
on_interrupt(cancel)
print("ready", flush=True)
threading.Event().wait()
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_first_signal_cancels_and_the_work_can_go_on(
    collection: MakeCollection, tmp_path: Path, number: signal.Signals
) -> None:
    source = collection(points=200)
    command = ("backup", source, "-o", "a.json")
    process = start(*command, "--delay-ms-per-point", "1000", "--log-json", cwd=tmp_path)
    assert process.stderr is not None
    for line in process.stderr:
        if str(json.loads(line).get("path")).endswith("/points/scroll"):
            break
    process.send_signal(number)
    out, err = process.communicate(timeout=30)
    events = [json.loads(line) for line in err.splitlines()]
    assert process.returncode == 130
    assert out == ""
    assert any(event["type"] == "notice" and event["text"] == "cancelling..." for event in events)
    assert events[-1]["error"] == "interrupted; run the same command with --resume to go on"
    assert not (tmp_path / "a.json").exists()
    assert qdrill(*command, "--resume", cwd=tmp_path).code == 0


def test_the_second_signal_ends_at_once() -> None:
    process = subprocess.Popen([sys.executable, "-c", STUBBORN], env=environment(), stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    with process.stdout:
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGINT)
        assert process.stdout.readline() == "cancelling\n"
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 130


def test_a_reader_that_is_gone_is_no_message(collection: MakeCollection, tmp_path: Path) -> None:
    collection()
    (tmp_path / "drills.toml").write_text('[stores.lab]\npath = "edge"\n')
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [*COMMAND, "doctor"], cwd=tmp_path, env=environment(), stdout=writing, stderr=subprocess.PIPE, check=False
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (5, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_output_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "drills.toml").write_text('[stores.lab]\npath = "edge"\n')
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*COMMAND, "collections", "lab"],
            cwd=tmp_path,
            env=environment(),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 5
    assert done.stderr.startswith("qdrill: cannot write to standard output: ")
