"""Screens compared with files in `goldens/`; QDRILL_UPDATE_GOLDENS=1 writes them anew, to be looked at."""

from __future__ import annotations

import os
import re
from pathlib import Path

from qdrill.console.app import QdrillApp
from qdrill.console.picture import with_true_widths
from tests.console.support.screens import steady

FOLDER = Path(__file__).parents[1] / "goldens"
UPDATE = "QDRILL_UPDATE_GOLDENS"
_IDS = re.compile(r"terminal-\d+")


def text_golden(name: str, text: str) -> None:
    """Compare `text` with `goldens/<name>.txt`."""
    _compare(FOLDER / f"{name}.txt", text.rstrip("\n") + "\n")


def svg_golden(name: str, app: QdrillApp) -> None:
    """Compare the screen, colours and all, with `goldens/<name>.svg`."""
    steady(app)
    picture = _IDS.sub("terminal", with_true_widths(app.export_screenshot(title="qdrill", simplify=True)))
    _compare(FOLDER / f"{name}.svg", picture.rstrip("\n") + "\n")


def _compare(path: Path, seen: str) -> None:
    if os.environ.get(UPDATE):
        path.parent.mkdir(exist_ok=True)
        path.write_text(seen, encoding="utf-8")
    assert path.exists(), f"there is no {path.name}; look at the screen, then make it with {UPDATE}=1"
    wanted = path.read_text(encoding="utf-8")
    assert seen == wanted, f"{path.name} is not what the screen shows; {UPDATE}=1 writes it anew\n{seen}"
