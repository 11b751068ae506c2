"""Several threads through one list of work, and a turnstile that puts their results back in order."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Generic, TypeVar

from qdrill.control import JobControl

T = TypeVar("T")


class Stopped(Exception):
    """Another lane failed; this one has nothing to report."""


class Turnstile:
    """Lets lane workers through one at a time, in the order of their indexes."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._next = 0
        self._stopped = False

    def wait_for(self, index: int) -> None:
        """Return when every index before `index` has passed; raises Stopped when a lane failed."""
        with self._condition:
            self._condition.wait_for(lambda: self._stopped or self._next == index)
            if self._stopped:
                raise Stopped

    def passed(self) -> None:
        """Let the next index through."""
        with self._condition:
            self._next += 1
            self._condition.notify_all()

    def stop(self) -> None:
        """Turn everybody away."""
        with self._condition:
            self._stopped = True
            self._condition.notify_all()


def read_ahead(items: Iterable[T], depth: int) -> Iterator[T]:
    """Give `items`, made on a thread of their own, at most `depth` of them ahead of the taker.

    Raises: whatever the iteration over `items` raises, in its place.
    """
    ready: queue.Queue[T | _End] = queue.Queue(depth)
    left = threading.Event()

    def make() -> None:
        failure: BaseException | None = None
        try:
            for item in items:
                _put(ready, item, left)
        except BaseException as error:  # noqa: BLE001 - carried to the taker's thread
            failure = error
        _put(ready, _End(failure), left)

    threading.Thread(target=make, name="qdrill-ahead", daemon=True).start()
    try:
        while not isinstance(item := ready.get(), _End):
            yield item
        if item.failure is not None:
            raise item.failure
    finally:
        left.set()


class _End:
    """The last of what is read ahead; carries a failure, if there was one."""

    def __init__(self, failure: BaseException | None) -> None:
        self.failure = failure


def _put(ready: queue.Queue[T | _End], item: T | _End, left: threading.Event) -> None:
    """Put, unless the taker has gone."""
    while not left.is_set():
        try:
            ready.put(item, timeout=0.2)
            return
        except queue.Full:
            continue


class _Lanes(Generic[T]):
    """State shared by the lanes: what is next, and the first failure."""

    def __init__(self, items: Iterable[T]) -> None:
        self.lock = threading.Lock()
        self.items = enumerate(items)
        self.failure: BaseException | None = None

    def take(self) -> tuple[int, T] | None:
        """The next item with its index; items may be made while they are taken."""
        with self.lock:
            return None if self.failure is not None else next(self.items, None)

    def fail(self, error: BaseException) -> None:
        """Remember the first failure."""
        if self.failure is None and not isinstance(error, Stopped):
            self.failure = error


def run_lanes(
    lanes: int,
    items: Iterable[T],
    work: Callable[[int, T], None],
    control: JobControl,
    turnstile: Turnstile | None = None,
) -> None:
    """Call `work(index, item)` for every item on `lanes` threads; the first failure stops all and is raised here.

    Raises:
        Interrupted: cancelled. Whatever `work`, or the iteration over `items`, raises otherwise.
    """
    state = _Lanes(items)

    def lane() -> None:
        try:
            while (taken := state.take()) is not None:
                control.checkpoint()
                work(*taken)
        except BaseException as error:  # noqa: BLE001 - carried to the caller's thread
            state.fail(error)
            if turnstile is not None:
                turnstile.stop()

    threads = [threading.Thread(target=lane, name=f"qdrill-lane-{n}", daemon=True) for n in range(lanes)]
    for thread in threads:
        thread.start()
    for thread in threads:
        # A plain join would keep the main thread from seeing signals on some platforms.
        while thread.is_alive():
            thread.join(0.2)
    if state.failure is not None:
        raise state.failure
