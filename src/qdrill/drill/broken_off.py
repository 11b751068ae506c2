"""A restore that broke off after it had made its target: what is known of it, and what stands there now."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from qdrill.control import JobControl
from qdrill.drill.plan import Ends
from qdrill.drill.ranges import count_points
from qdrill.errors import NotFound, QdrillError
from qdrill.events import Emit, Event, MomentReached, Progress, ignore
from qdrill.names import terminal_text
from qdrill.results import Moments, UnfinishedRestore

if TYPE_CHECKING:
    from qdrill.address import Address
    from qdrill.session import Session

RECOUNT_SECONDS = 5.0


class RestoreHeard:
    """A sink that keeps what the events of a restore tell; of the moments, those reached before it ended."""

    def __init__(self, emit: Emit) -> None:
        self._emit = emit
        self._clock = time.monotonic()
        self._moments = Moments()
        self._last: Progress | None = None

    def __call__(self, event: Event) -> None:
        """Keep it if it is of a restore, and hand it on."""
        if isinstance(event, MomentReached):
            if event.name == "created":
                self._clock = time.monotonic() - event.seconds
            self._moments = replace(self._moments, **{event.name: event.seconds})
        elif isinstance(event, Progress) and (event.job, event.phase) == ("restore", "points"):
            self._last = event
        self._emit(event)

    def unfinished(self, ends: Ends, expected: int, retries: int) -> UnfinishedRestore | None:
        """The restore as it broke off, its target counted now; None where it left no target of this drill.

        Args:
            expected: points of the archive.
            retries: requests that were tried again.
        """
        if self._moments.created is None:
            return None
        seconds = time.monotonic() - self._clock
        try:
            points = count_points(ends.target.reader) if ends.recount is None else ends.recount()
        except NotFound:
            return None
        except QdrillError:
            points = None
        last = self._last
        rejected, batches = (last.rejected, last.batches) if last is not None else (0, 0)
        return UnfinishedRestore(expected, points, rejected, seconds, self._moments, batches, retries)


def words_of(unfinished: UnfinishedRestore, target: str) -> str:
    """What the restore left at the address `target`, as the end of a verdict's reason."""
    held = (
        f"how many of {unfinished.points_expected} points it holds could not be counted"
        if unfinished.points is None
        else f"it held {unfinished.points} of {unfinished.points_expected} points when counted afterwards"
    )
    return f"the target {terminal_text(target)} exists, made by this drill; {held}"


def count_anew(session: Session, target: Address) -> int:
    """Points of `target`, over a connection of its own: those of a cancelled session are cut.

    Raises:
        NotFound: there is no such collection. QdrillError: not counted within five seconds.
    """
    from qdrill.stores.open import open_store

    control = JobControl()
    timer = threading.Timer(RECOUNT_SECONDS, control.cancel)
    timer.daemon = True
    store = open_store(target.store.config, session.environ, control, ignore)
    timer.start()
    try:
        return count_points(store.reader(target.collection))
    finally:
        timer.cancel()
        store.close()
