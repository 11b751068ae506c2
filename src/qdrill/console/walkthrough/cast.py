"""An asciicast, version 2, written line by line while it happens (https://docs.asciinema.org/manual/asciicast/v2/).

It has a temporary name until it is whole. Nothing goes into it but what the screen shows: no environment, no path.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from qdrill.errors import OutputError
from qdrill.files import make_directory, output_error, output_errors, refuse_foreign, sync_directory

TERMINAL = "xterm-256color"
_CAST = re.compile(rb'\{"version": ?[123],')
# Mouse, focus, paste, keyboard protocols, queries, pointer shapes and the clipboard: they draw nothing, and a terminal
# that plays the recording would be left talking to nobody.
_NOT_PICTURE = re.compile(
    r"\x1b\[\?(?:7|1000|1002|1003|1004|1006|1015|1016|2004|2048)[hl]"
    r"|\x1b\[\?\d+\$p|\x1b\[[<>=]\d*u|\x1b\](?:22|52);[^\x07\x1b]*(?:\x07|\x1b\\)"
)


class Cast:
    """A recording that goes to `path`; thread-safe.

    Args:
        title: of the recording, in its header.
        clock: monotonic seconds.
        now: the time of day of the header.

    Raises:
        OutputError: the file cannot be begun.
    """

    def __init__(
        self,
        path: Path,
        title: str,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._path, self._title, self._clock, self._now = path, title, clock, now
        self._lock = threading.Lock()
        self._began: float | None = None
        self._error: OSError | None = None
        make_directory(path.parent)
        if path.is_dir():
            raise OutputError(f"cannot write {path.name}: it is a directory; name a file")
        refuse_foreign(path, _CAST, "recording")
        self._temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
        with output_errors(path):
            self._file: TextIO | None = self._temporary.open("w", encoding="utf-8", newline="\n")

    def begin(self, width: int, height: int) -> None:
        """Write the header; the times count from here. A second call tells a new size instead."""
        with self._lock:
            if self._began is not None:
                self._event("r", f"{width}x{height}")
                return
            self._began = self._clock()
            self._line(
                {
                    "version": 2,
                    "width": width,
                    "height": height,
                    "timestamp": int(self._now().timestamp()),
                    "title": self._title,
                    "env": {"TERM": TERMINAL},
                }
            )

    def output(self, text: str) -> None:
        """What was written to the terminal."""
        shown = _NOT_PICTURE.sub("", text)
        if shown:
            with self._lock:
                self._event("o", shown)

    def mark(self, label: str) -> None:
        """A place that players can jump to."""
        with self._lock:
            self._event("m", label)

    def close(self) -> None:
        """Give the recording its name, if it was begun. Raises OutputError, also for what failed on the way."""
        with self._lock:
            file, self._file = self._file, None
            if file is None:
                return
            try:
                with output_errors(self._path):
                    self._finish(file)
            finally:
                with suppress(OSError):
                    self._temporary.unlink(missing_ok=True)

    def _finish(self, file: TextIO) -> None:
        with file:
            if self._error is not None:
                raise output_error(self._path, self._error) from self._error
            file.flush()
            os.fsync(file.fileno())
        if self._began is not None:
            os.replace(self._temporary, self._path)
            sync_directory(self._path.parent)

    def _event(self, kind: str, text: str) -> None:
        if self._began is not None:
            # Lone surrogates cannot be written; none of ours reaches a screen, and a recording must not end by one.
            safe = text.encode("utf-8", "replace").decode()
            self._line([round(self._clock() - self._began, 6), kind, safe])

    def _line(self, value: object) -> None:
        """A full disk ends the recording, never the walkthrough; `close` tells."""
        if self._file is None or self._error is not None:
            return
        try:
            self._file.write(json.dumps(value, ensure_ascii=False, separators=(", ", ": ")) + "\n")
            self._file.flush()
        except OSError as error:
            self._error = error
