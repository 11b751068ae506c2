"""Signals to a running qdrill, sent when it has told a certain thing."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Callable
from typing import Any

Wanted = Callable[[dict[str, Any]], bool]
END_SECONDS = 60


def signal_when(process: subprocess.Popen[str], wanted: Wanted, number: signal.Signals) -> tuple[bool, str, str]:
    """Send a signal once an event of `--log-json` is wanted; whether it was, and the rest of stdout and stderr."""
    assert process.stderr is not None
    seen = False
    for line in process.stderr:
        if wanted(json.loads(line)):
            seen = True
            process.send_signal(number)
            break
    out, err = process.communicate(timeout=END_SECONDS)
    return seen, out, err


def kill_when(process: subprocess.Popen[str], wanted: Wanted) -> bool:
    """SIGKILL once an event is wanted; whether there was one."""
    return signal_when(process, wanted, signal.SIGKILL)[0]
