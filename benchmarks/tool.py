"""Running qdrill as its users do, as a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Run:
    """One run: seconds that it reports, seconds of the whole process, and its peak memory."""

    reported: float
    whole: float
    peak_mb: float


def qdrill(arguments: list[str]) -> Run:
    """Run a command with --json."""
    with tempfile.TemporaryFile() as out:
        started = time.perf_counter()
        process = subprocess.Popen([sys.executable, "-m", "qdrill", *arguments, "--json", "--quiet"], stdout=out)
        _, status, usage = os.wait4(process.pid, 0)
        whole = time.perf_counter() - started
        out.seek(0)
        document = json.load(out)
    if os.waitstatus_to_exitcode(status) != 0:
        raise SystemExit(f"{' '.join(arguments)}: {document}")
    return Run(float(document["seconds"]), whole, usage.ru_maxrss / 1024)


def help_seconds() -> float:
    """Seconds of `qdrill --help`."""
    started = time.perf_counter()
    subprocess.run([sys.executable, "-m", "qdrill", "--help"], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started
