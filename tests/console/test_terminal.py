"""The walkthrough in a real terminal, to its end: in tmux, at both sizes, as a person would see it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.runner import environment
from tests.console.support.terminal import PATIENCE, Terminal, a_terminal, needs_tmux

pytestmark = needs_tmux


@pytest.fixture(params=[(80, 24), (120, 36)], ids=["80x24", "120x36"])
def terminal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Terminal]:
    """Terminals of both sizes."""
    yield from a_terminal(tmp_path, *request.param)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Terminal]:
    """A terminal of 80x24."""
    yield from a_terminal(tmp_path, 80, 24)


def demo(*options: str) -> list[str]:
    """The command."""
    return [sys.executable, "-m", "qdrill", "demo", *options]


def test_the_whole_drill_passes_and_says_so(terminal: Terminal) -> None:
    terminal.run(*demo("--speed", "20"))
    seen = terminal.wait_for("That was a drill", "the end, q leaves")
    assert "✓ PASS" in seen
    terminal.press("q")
    assert terminal.exit_code() == 0


def test_the_second_act_fails_and_says_so(terminal: Terminal) -> None:
    terminal.run(*demo("--speed", "20", "--sabotage"))
    seen = terminal.wait_for("What counting would have said", "the end, q leaves")
    assert "✗ FAIL" in seen
    terminal.press("q")
    assert terminal.exit_code() == 1


def test_it_speaks_chinese(small: Terminal) -> None:
    small.run(*demo("--speed", "20", "--lang", "zh"))
    small.wait_for("这就是一次演练", "演示结束")
    small.press("q")
    assert small.exit_code() == 0


def test_left_before_its_end_it_ends_with_130(small: Terminal) -> None:
    small.run(*demo())
    small.wait_for("Why qdrill")
    small.press("q")
    assert small.exit_code() == 130


def test_keys_pause_step_and_take_over(small: Terminal) -> None:
    small.run(*demo())
    small.wait_for("Why qdrill", "step 1 of")
    small.press("Space")
    small.wait_for("paused", "Go on")
    small.press("Right")
    small.wait_for("step 2 of", "paused")
    small.press("Left")
    small.wait_for("step 1 of", "paused")
    small.press("Escape")
    small.wait_for("The console is yours")
    assert "step 1 of" not in small.screen()
    small.press("q")
    assert small.exit_code() == 0


@pytest.mark.skipif(shutil.which("asciinema") is None, reason="asciinema is not installed: no recording was played")
def test_asciinema_plays_what_was_recorded_without_a_terminal(terminal: Terminal, tmp_path: Path) -> None:
    cast = tmp_path / "demo.cast"
    done = subprocess.run(
        demo("--speed", "50", "--record", str(cast), "--dir", str(tmp_path / "kept" / "demo")),
        cwd=tmp_path,
        env=environment({"TERM": "dumb"}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )
    assert (done.returncode, done.stderr, done.stdout) == (0, b"", b"")
    text = cast.read_text(encoding="utf-8")
    # The screen cuts and wraps long paths; their beginning would be there in any case.
    assert str(tmp_path)[:12] not in text
    assert os.uname().nodename in ("localhost", "qdrill", "demo") or os.uname().nodename not in text
    (tmp_path / "last.cast").write_text(_without_the_end(text), encoding="utf-8")
    terminal.run("asciinema", "play", "--speed", "100", str(tmp_path / "last.cast"))
    assert terminal.exit_code() == 0
    if terminal.size == (120, 36):
        terminal.wait_for("That was a drill", ended=True)


def test_what_a_terminal_shows_is_recorded_and_the_console_ends_by_itself(small: Terminal, tmp_path: Path) -> None:
    cast = tmp_path / "demo.cast"
    small.run(*demo("--speed", "30", "--sabotage", "--record", str(cast)))
    assert small.exit_code() == 1
    header, *events = [json.loads(line) for line in cast.read_text(encoding="utf-8").splitlines()]
    assert (header["width"], header["height"]) == (80, 24)
    times = [at for at, _, _ in events]
    assert times == sorted(times)
    marks = [text for _, kind, text in events if kind == "m"]
    assert (len(marks), marks[0], marks[-1]) == (14, "The second act", "What counting would have said")
    assert not any("?1003h" in text or "$p" in text for _, _, text in events)


def _without_the_end(cast: str) -> str:
    """The recording without its last word, which gives the terminal its own screen back."""
    lines = cast.splitlines()
    assert json.loads(lines[-1])[2].endswith("\x1b[?1049l")
    return "\n".join(lines[:-1]) + "\n"


def test_a_recording_is_whole_also_when_somebody_ends_it(tmp_path: Path) -> None:
    cast = tmp_path / "demo.cast"
    process = subprocess.Popen(
        demo("--record", str(cast)),
        cwd=tmp_path,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    until = time.monotonic() + PATIENCE
    # A file that is being written may end within a character.
    while not any(b"step 1 of" in one.read_bytes() for one in tmp_path.glob(".demo.cast.*.tmp")):
        assert time.monotonic() < until and process.poll() is None, process.communicate()
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=PATIENCE)
    assert (process.returncode, b"Traceback" in said) == (130, False)
    events = [json.loads(line) for line in cast.read_text(encoding="utf-8").splitlines()]
    assert events[0]["version"] == 2
    assert events[-1][2].endswith("\x1b[?1049l")
    assert not list(tmp_path.glob(".demo.cast.*"))


def test_the_console_without_a_configuration_offers_it_and_opens_it(small: Terminal) -> None:
    small.run(sys.executable, "-m", "qdrill")
    small.wait_for("1 Drill")
    small.press("m")
    small.wait_for("Why qdrill", "step 1 of")
    small.press("q")
    assert small.exit_code() == 130
