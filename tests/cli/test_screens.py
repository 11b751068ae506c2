"""When the command line opens the console, with what, and what it does where there is no terminal."""

from __future__ import annotations

import importlib.util
import os
import pty
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from qdrill.cli import console
from qdrill.cli.main import run
from tests.cli.runner import COMMAND, environment, qdrill

CODE = 42


class Opened:
    """Stands for the console's own functions; remembers what they were called with."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.calls: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []
        for module, function in (("app", "open_console"), ("walkthrough", "open_walkthrough"), ("serve", "serve")):
            stand_in = ModuleType(f"qdrill.console.{module}")
            setattr(stand_in, function, self._noting(function))
            monkeypatch.setitem(sys.modules, stand_in.__name__, stand_in)

    def _noting(self, name: str) -> Any:
        def call(*arguments: Any, **options: Any) -> int:
            self.calls.append((name, arguments, options))
            return CODE

        return call


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Opened:
    monkeypatch.chdir(tmp_path)
    return Opened(monkeypatch)


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(console, "on_terminal", lambda: True)


@pytest.mark.usefixtures("terminal")
@pytest.mark.parametrize("command", [[], ["console"]])
def test_on_a_terminal_the_console_opens(opened: Opened, command: list[str]) -> None:
    assert run(["--config", "mine.toml", *command]) == CODE
    assert opened.calls == [("open_console", (Path("mine.toml"), os.environ), {})]


def test_without_a_terminal_there_is_help(opened: Opened, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([]) == 0
    assert "Commands:" in capsys.readouterr().out
    assert run(["console"]) == 2
    assert "the console needs a terminal" in capsys.readouterr().err
    assert opened.calls == []


@pytest.mark.usefixtures("terminal")
@pytest.mark.parametrize("plain", ["--json", "--log-json", "--quiet"])
def test_who_asks_for_plain_output_gets_it(opened: Opened, plain: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([plain]) == 0
    assert "Commands:" in capsys.readouterr().out
    assert opened.calls == []


@pytest.mark.usefixtures("terminal")
def test_on_a_terminal_the_demo_is_a_walkthrough(opened: Opened) -> None:
    assert run(["demo", "--sabotage", "--speed", "4", "--dir", "here", "--lang", "zh"]) == CODE
    options = {"sabotage": True, "speed": 4.0, "record": None, "storyboard": None, "lang": "zh"}
    assert opened.calls == [("open_walkthrough", (Path("here"),), options)]


def test_a_walkthrough_is_recorded_without_a_terminal(opened: Opened) -> None:
    assert run(["demo", "--record", "a.cast", "--storyboard", "pages"]) == CODE
    ((_, arguments, options),) = opened.calls
    assert arguments == (Path(".qdrill/demo"),)
    assert (options["record"], options["storyboard"], options["lang"]) == (Path("a.cast"), Path("pages"), None)


@pytest.mark.parametrize("plain", ["--headless", "--json"])
def test_a_recording_shows_the_console(opened: Opened, plain: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["demo", "--record", "a.cast", plain]) == 2
    assert "leave --headless and --json out" in capsys.readouterr().err
    assert opened.calls == []


def test_serving_passes_port_and_configuration(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object())
    assert run(["serve"]) == CODE
    assert run(["serve", "--port", "9000", "--config", "mine.toml"]) == CODE
    assert [arguments for _, arguments, _ in opened.calls] == [(8765, None), (9000, Path("mine.toml"))]


def test_serving_without_its_package_says_how_to_get_it(
    opened: Opened, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert run(["serve"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith('pip install "qdrill[web]"')
    assert opened.calls == []


PROBE = """
import sys
from qdrill.cli.console import on_terminal
print(on_terminal())
"""


@pytest.mark.parametrize(("term", "expected"), [("xterm-256color", "True"), ("dumb", "False")])
def test_a_terminal_is_one_on_every_side(term: str, expected: str) -> None:
    """Also of stderr, which the screen is drawn on: with a log in its place nobody would see it."""
    main, other = pty.openpty()
    nothing = subprocess.DEVNULL
    try:
        for stdin, stderr, answer in ((other, other, expected), (nothing, other, "False"), (other, nothing, "False")):
            process = subprocess.run(
                [sys.executable, "-c", PROBE],
                stdin=stdin,
                stdout=other,
                stderr=stderr,
                env=environment({"TERM": term}),
                check=True,
                timeout=60,
            )
            assert process.returncode == 0
            assert os.read(main, 100).decode().strip() == answer
    finally:
        os.close(main)
        os.close(other)


def test_signals_reach_the_screen_and_not_the_command_line(tmp_path: Path) -> None:
    """A console reads its own keys and signals: nobody else's handler may be in its way."""
    code = (
        "import signal, sys, types\n"
        "from qdrill.cli import console\n"
        "from qdrill.cli.main import run\n"
        "app = types.ModuleType('qdrill.console.app')\n"
        "app.open_console = lambda *_: print(signal.getsignal(signal.SIGTERM).name, signal.set_wakeup_fd(-1)) or 0\n"
        "sys.modules['qdrill.console.app'] = app\n"
        "console.on_terminal = lambda: True\n"
        "run([]); run(['console'])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(), cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == ["SIG_DFL -1", "SIG_DFL -1"]


def test_a_broken_configuration_does_not_stop_the_demo(tmp_path: Path) -> None:
    (tmp_path / "drills.toml").write_text("[stores.lab\n")
    ran = qdrill("demo", "--json", "-q", cwd=tmp_path)
    assert (ran.code, ran.json["verdict"]) == (0, "pass"), ran.err


def test_the_options_of_the_walkthrough_are_in_the_help(tmp_path: Path) -> None:
    done = subprocess.run(
        [*COMMAND, "demo", "--help"], cwd=tmp_path, env=environment(), capture_output=True, text=True, check=True
    )
    for option in ("--speed", "--record FILE.cast", "--storyboard DIR", "--headless"):
        assert option in done.stdout
