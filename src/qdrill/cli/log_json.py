"""Events as JSON lines, for programs that watch."""

from __future__ import annotations

import json
import re
import threading
from dataclasses import asdict
from datetime import UTC, datetime
from typing import IO, Any

from qdrill.cli.plain import write_line
from qdrill.events import Event

_HUMP = re.compile(r"(?<!^)(?=[A-Z])")


def event_type(event: Event) -> str:
    """The class of an event in snake case: `stage_started`."""
    return _HUMP.sub("_", type(event).__name__).lower()


class JsonSink:
    """One object an event: `type`, `time` (wall clock, UTC) and the event's own fields."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self._lock = threading.Lock()

    def __call__(self, event: Event) -> None:
        """Write an event."""
        self.record(event_type(event), asdict(event))

    def say(self, text: str) -> None:
        """Write a line of text as a notice."""
        self.record("notice", {"level": "info", "text": text})

    def settle(self) -> None:
        """Nothing to end."""

    def record(self, kind: str, fields: dict[str, Any]) -> None:
        """Write one object."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        line = json.dumps({"type": kind, "time": now, **fields}, default=str)
        with self._lock:
            write_line(self._stream, line)
