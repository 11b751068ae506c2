"""Ctrl-C: the first cancels the work and leaves what is durable, the second ends the process at once."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable
from types import FrameType

_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")
_SHOW_CURSOR = b"\x1b[?25h\n"
INTERRUPTED = 130


def on_interrupt(cancel: Callable[[], None]) -> None:
    """Call `cancel` at the first SIGINT, SIGTERM or SIGHUP, from a thread of its own; exit 130 at the second.

    Python runs signal handlers between byte codes of the main thread, which may be inside the engine for long; the
    interpreter writes to the wake-up descriptor at once, and the thread reads it.
    """
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    wanted = [number for name in _SIGNALS if (number := getattr(signal, name, None)) is not None]
    for number in wanted:
        # Ignored from outside (nohup, a shell's background job) stays ignored.
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _nothing)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    threading.Thread(target=_watch, args=(reading, cancel), name="qdrill-signals", daemon=True).start()


def _nothing(number: int, frame: FrameType | None) -> None:
    """A handler must be set for the wake-up descriptor to be written to."""


def _watch(reading: int, cancel: Callable[[], None]) -> None:
    os.read(reading, 1)
    canceller = threading.Thread(target=cancel, name="qdrill-cancel", daemon=True)
    canceller.start()
    os.read(reading, 1)
    if sys.stderr.isatty():
        with contextlib.suppress(OSError):
            os.write(2, _SHOW_CURSOR)
    os._exit(INTERRUPTED)
