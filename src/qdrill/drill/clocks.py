"""This machine's two clocks: the one of the wall, which can be set, and the monotonic one, which cannot."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime

# Between the reading of one clock and of the other a busy machine may hold us up.
_APART = 1.0
# No system slews its clock faster than 500 parts in a million.
_SLEW = 0.0005


@dataclass(frozen=True, slots=True)
class Clocks:
    """Both clocks at one moment: a time of day, aware, and monotonic seconds."""

    wall: datetime
    monotonic: float

    def moved_since(self, earlier: Clocks) -> float:
        """Seconds by which the time of day went other than time did since `earlier`; 0.0 where that is nothing.

        Positive: it was set ahead, or the machine slept. Negative: it was set back.
        """
        passed = self.monotonic - earlier.monotonic
        moved = (self.wall - earlier.wall).total_seconds() - passed
        return moved if abs(moved) > _APART + passed * _SLEW else 0.0


def read_clocks() -> Clocks:
    """Both clocks now."""
    return Clocks(datetime.now(UTC), time.monotonic())


def moved_words(moved: float) -> str:
    """That the clock moved by `moved` seconds, as a sentence without its end."""
    return f"this machine's clock moved {'ahead' if moved > 0 else 'back'} by {abs(moved):.1f} s during the drill"
