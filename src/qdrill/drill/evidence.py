"""Evidence that grows while a drill runs: differences and a journal of its events, one JSON object a line."""

from __future__ import annotations

import dataclasses
import os
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from qdrill.events import Emit, Event, Progress, RequestDone
from qdrill.files import make_directory, output_errors
from qdrill.results import Difference


class JsonLines:
    """A file of JSON lines, created with its first line."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._stream: BinaryIO | None = None
        self._lock = threading.Lock()

    def add(self, value: dict[str, Any]) -> None:
        """Append one line; raises OutputError."""
        with self._lock, output_errors(self.path):
            if self._stream is None:
                make_directory(self.path.parent)
                self._stream = self.path.open("ab")
            self._stream.write(msgspec.json.encode(value) + b"\n")
            self._stream.flush()

    def close(self) -> None:
        """Make the lines durable and close."""
        with self._lock, output_errors(self.path):
            stream, self._stream = self._stream, None
            if stream is not None:
                with stream:
                    stream.flush()
                    os.fsync(stream.fileno())


def difference_sink(lines: JsonLines, side: str) -> Any:
    """A sink for `compare` that writes every difference."""

    def sink(difference: Difference) -> None:
        lines.add({"side": side, **dataclasses.asdict(difference)})

    return sink


def journalled(lines: JsonLines, emit: Emit) -> Emit:
    """A sink that also notes what happened, leaving out progress and single requests."""

    def sink(event: Event) -> None:
        if not isinstance(event, Progress | RequestDone):
            time = datetime.now(UTC).isoformat()
            lines.add({"time": time, "event": type(event).__name__, **dataclasses.asdict(event)})
        emit(event)

    return sink
