"""Asking one kind of question again and again, one at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

SLOW_SECONDS = 2.0
"""From then on the screen says that it waits."""


@dataclass(slots=True)
class Lane:
    """At most one question under way; one that is wanted meanwhile is asked when that one has ended.

    Attributes:
        clock: monotonic seconds.
        asked: when the one under way was asked; None where none is. ended: when the last one ended.
        broken: a defect ended it; nothing is asked by itself any more.
    """

    clock: Callable[[], float]
    asked: float | None = None
    ended: float | None = None
    wanted: bool = False
    broken: bool = False

    def begin(self) -> bool:
        """Whether the question can be asked now; else it is remembered."""
        if self.asked is not None:
            self.wanted = True
            return False
        self.asked, self.wanted = self.clock(), False
        return True

    def end(self) -> bool:
        """The question has ended; whether another one is wanted."""
        self.asked, self.ended = None, self.clock()
        wanted, self.wanted = self.wanted, False
        return wanted

    def due(self, seconds: float) -> bool:
        """Whether the last one ended that long ago."""
        idle = self.asked is None and not self.broken
        return idle and (self.ended is None or self.clock() - self.ended >= seconds)

    @property
    def waited(self) -> int:
        """Whole seconds that a slow answer has been waited for; 0 where none is slow."""
        waited = 0.0 if self.asked is None else self.clock() - self.asked
        return int(waited) if waited >= SLOW_SECONDS else 0
