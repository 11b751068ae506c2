"""Opening a drill's folder with the desktop's own program, where there is a desktop."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from shutil import which

SECONDS = 5.0
"""How long the program may take to say that it cannot; those that go on have opened something."""


def opener(environ: Mapping[str, str], platform: str = sys.platform) -> str | None:
    """Path of the program that opens folders here; None without a desktop, or over a connection to another machine."""
    if platform == "darwin":
        return None if "SSH_CONNECTION" in environ else which("open", path=environ.get("PATH"))
    if not (environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY")):
        return None
    return which("xdg-open", path=environ.get("PATH"))


def open_folder(directory: Path, environ: Mapping[str, str]) -> bool:
    """Open `directory`; False where nothing here can. May block for some seconds."""
    program = opener(environ)
    if program is None:
        return False
    try:
        # Absolute, so that no name can look like an option; apart from our terminal, which it must not write to.
        process = subprocess.Popen(
            [program, str(directory.resolve())],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env=dict(environ),
        )
    except OSError:
        return False
    try:
        return process.wait(SECONDS) == 0
    except subprocess.TimeoutExpired:
        return True
