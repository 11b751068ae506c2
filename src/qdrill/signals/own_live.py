"""What a running drill has moved so far, heard from its events, as a part of its facts."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import replace

from qdrill.events import DrillStarted, Emit, Event, Progress, StageFinished
from qdrill.signals.own_metrics import DrillFacts, Transfer, label, skipped_rows

_TOLD = (DrillStarted, StageFinished)


class LiveDrill:
    """One drill under way in this process; it is heard from its threads, and read by those that scrape.

    Its numbers never fall: while this value lives, a record that counts fewer rows in the target than the target had
    acknowledged takes nothing back, because a counter that falls spoils every rate computed from it.

    Args:
        collection: that it restores into; the record's own is taken where it can be read.
    """

    def __init__(self, collection: str) -> None:
        self._collection = label(collection)
        self._lock = threading.Lock()
        self._id = ""
        self._restore: Progress | None = None
        self._backup: Progress | None = None
        self._seconds: dict[str, float] = {}
        self._imported: Transfer | None = None
        self._exported: Transfer | None = None

    def watch(self, emit: Emit) -> Emit:
        """A sink that listens and hands everything on to `emit`."""

        def sink(event: Event) -> None:
            if isinstance(event, Progress):
                self._progress(event)
            elif isinstance(event, _TOLD):
                self._told(event)
            emit(event)

        return sink

    def _progress(self, event: Progress) -> None:
        """Keep the furthest one; they come from several threads."""
        if event.phase != "points":
            return
        if event.job == "restore":
            last = self._restore
            if last is None or event.done >= last.done:
                self._restore = event
        elif event.job == "backup":
            self._backup = event

    def _told(self, event: DrillStarted | StageFinished) -> None:
        if isinstance(event, DrillStarted):
            self._id = event.id
        elif event.ok:
            self._seconds[event.stage] = event.seconds

    def added_to(self, facts: Iterable[DrillFacts]) -> tuple[DrillFacts, ...]:
        """The facts with what this drill has moved so far in place of what its record does not yet say.

        A simulated drill counts no more while it runs than afterwards.
        """
        found = tuple(facts)
        if not self._id:
            return found
        own = next((one for one in found if one.id == self._id), None)
        if own is not None and own.state == "simulated":
            return found
        with self._lock:
            more = self._with_numbers(own or DrillFacts(self._id, "damaged", target=self._collection))
        return (*(one for one in found if one is not own), more)

    def _with_numbers(self, own: DrillFacts) -> DrillFacts:
        self._imported = _furthest(self._imported, own.imported, self._moved_in(own))
        self._exported = _furthest(self._exported, own.exported, self._moved_out(own))
        return replace(own, imported=self._imported, exported=self._exported)

    def _moved_in(self, own: DrillFacts) -> Transfer:
        """Rows acknowledged so far: a known 0 from the start of the drill on."""
        last = self._restore
        done, rejected, batches = (last.done, last.rejected, last.batches) if last is not None else (0, 0, 0)
        return Transfer(
            own.target or self._collection,
            float(max(0, done - rejected)),
            self._seconds.get("restore"),
            None if own.method == "snapshot" else float(batches),
            skipped_rows(own.method, float(rejected)),
        )

    def _moved_out(self, own: DrillFacts) -> Transfer | None:
        if not own.source:
            return None
        return Transfer(own.source, float(self._backup.done if self._backup else 0), self._seconds.get("backup"))


def _furthest(*transfers: Transfer | None) -> Transfer | None:
    """The largest of every number; the collection of the last."""
    found = [one for one in transfers if one is not None]
    if not found:
        return None
    reasons = sorted({reason for one in found for reason in one.skipped})
    return Transfer(
        found[-1].collection,
        _largest(one.rows for one in found),
        _largest(one.seconds for one in found),
        _largest(one.batches for one in found),
        {reason: max(one.skipped.get(reason, 0.0) for one in found) for reason in reasons},
    )


def _largest(values: Iterable[float | None]) -> float | None:
    return max((value for value in values if value is not None), default=None)
