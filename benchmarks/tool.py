"""Running qdrill as its users do, as a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import dataclass

# A child's peak counts its parent's memory at the fork, so a small process of its own starts the command.
_WATCH = """
import resource, subprocess, sys
code = subprocess.run(sys.argv[1:]).returncode
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, end="", flush=True)
sys.exit(code)
"""


@dataclass(frozen=True, slots=True)
class Run:
    """One run: seconds that it reports, seconds of the whole process, and its peak memory."""

    reported: float
    whole: float
    peak_mb: float


def qdrill(arguments: list[str]) -> Run:
    """Run a command with --json."""
    command = [sys.executable, "-m", "qdrill", *arguments, "--json", "--quiet"]
    started = time.perf_counter()
    ran = subprocess.run([sys.executable, "-c", _WATCH, *command], stdout=subprocess.PIPE, check=False)
    whole = time.perf_counter() - started
    answer, _, peak = ran.stdout.rpartition(b"\n")
    document = json.loads(answer)
    if ran.returncode != 0:
        raise SystemExit(f"{' '.join(arguments)}: {document}")
    return Run(float(document["seconds"]), whole, float(peak) / 1024)


def help_seconds() -> float:
    """Seconds of `qdrill --help`."""
    started = time.perf_counter()
    subprocess.run([sys.executable, "-m", "qdrill", "--help"], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started
