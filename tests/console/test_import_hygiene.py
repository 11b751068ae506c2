"""What imports what: the command line stays quick, and the console does not know it."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import qdrill.console

SOURCE = Path(qdrill.console.__file__).parent
FORBIDDEN = ("qdrill.cli", "click")


def imported(code: str) -> set[str]:
    """Modules loaded once `code` ran in an interpreter of its own."""
    script = f"import sys\n{code}\nprint('\\n'.join(sys.modules))"
    return set(
        subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    )


def test_help_of_the_command_line_does_not_load_the_console() -> None:
    loaded = imported("from qdrill.cli.main import run\nassert run(['--help']) == 0")
    assert "qdrill.cli.main" in loaded
    assert not {one for one in loaded if one.partition(".")[0] == "textual" or one.startswith("qdrill.console")}


@pytest.mark.parametrize("path", sorted(SOURCE.rglob("*.py")), ids=lambda path: str(path.relative_to(SOURCE)))
def test_the_console_does_not_import_the_command_line(path: Path) -> None:
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        found += [name for name in names if name in FORBIDDEN or name.startswith(tuple(f"{one}." for one in FORBIDDEN))]
    assert not found


def test_opening_the_console_loads_no_store_and_no_numbers() -> None:
    loaded = imported("import qdrill.console.app, qdrill.console.live")
    assert "textual" in loaded
    assert not {"qdrant_client", "numpy", "qdrant_edge", "httpx"} & loaded
