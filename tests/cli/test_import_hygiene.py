"""What is imported when: help must be quick."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from qdrill.cli.main import COMMANDS
from tests.cli.runner import environment

HEAVY = {"rich", "httpx", "numpy", "qdrant_client", "qdrant_edge", "textual", "orjson", "tenacity", "msgspec"}
PROBE = """
import sys
from qdrill.cli.main import run
code = run(sys.argv[1:])
print("MODULES", code, *sorted({name.partition(".")[0] for name in sys.modules}))
"""


def modules_after(*arguments: str, cwd: Path) -> tuple[int, set[str], str]:
    done = subprocess.run(
        [sys.executable, "-c", PROBE, *arguments],
        cwd=cwd,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    *shown, last = done.stdout.splitlines()
    _, code, *names = last.split()
    return int(code), set(names), "\n".join(shown)


@pytest.mark.parametrize("arguments", [("--help",), ("--version",), ("backup", "--help"), ()])
def test_help_imports_nothing_heavy(arguments: tuple[str, ...], tmp_path: Path) -> None:
    code, names, shown = modules_after(*arguments, cwd=tmp_path)
    assert code == 0
    assert "qdrill" in shown
    assert "click" in names
    assert names & HEAVY == set()


def test_every_command_is_in_the_help(tmp_path: Path) -> None:
    _, _, shown = modules_after("--help", cwd=tmp_path)
    listed = shown.partition("Commands:")[2]
    for name in COMMANDS:
        assert f"\n  {name} " in listed
    assert all(len(line) <= 80 for line in shown.splitlines())
