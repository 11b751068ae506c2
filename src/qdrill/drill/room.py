"""Room in memory that lanes share, so that rows of any length stay bounded together."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

ROOM_BYTES = 32 << 20


class Room:
    """So many bytes for all lanes; who asks for more than there is gets all of it, alone.

    Those who ask are let in one after another, so that a long chunk is not kept waiting by short ones. Nobody may ask
    while holding some of it.
    """

    def __init__(self, size: int = ROOM_BYTES) -> None:
        self._size = self._free = size
        self._queue = threading.Lock()
        self._changed = threading.Condition()

    @contextmanager
    def of(self, length: int) -> Iterator[None]:
        """Hold `length` bytes of it."""
        taken = max(0, min(length, self._size))
        with self._queue, self._changed:
            self._changed.wait_for(lambda: self._free >= taken)
            self._free -= taken
        try:
            yield
        finally:
            with self._changed:
                self._free += taken
                self._changed.notify_all()

    def alone(self) -> AbstractContextManager[None]:
        """Hold all of it."""
        return self.of(self._size)
