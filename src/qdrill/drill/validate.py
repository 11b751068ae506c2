"""The validate stage's parts: comparing the target with the archive, and waiting for the optimizer."""

from __future__ import annotations

import time

from qdrill.archive.reader import ArchiveReader
from qdrill.control import JobControl
from qdrill.drill.compare import CompareOptions, compare
from qdrill.drill.evidence import JsonLines, difference_sink
from qdrill.drill.plan import DrillPlan
from qdrill.drill.sides import ArchiveSide
from qdrill.events import Emit, Notice
from qdrill.results import CompareResult
from qdrill.stores.base import CollectionReader

_FIRST_WAIT = 0.05
_LONGEST_WAIT = 5.0


def compare_target(
    archive: ArchiveReader,
    target: CollectionReader,
    plan: DrillPlan,
    control: JobControl,
    emit: Emit,
    differences: JsonLines,
) -> CompareResult:
    """Compare every point of the archive with the target; all differences go to `differences`."""
    options = CompareOptions(level=plan.level, lanes=plan.lanes, seed=plan.seed)
    return compare(ArchiveSide(archive), target, options, control, emit, difference_sink(differences, "target"))


def wait_for_optimizer(
    target: CollectionReader, seconds: float, control: JobControl, emit: Emit
) -> tuple[float | None, str]:
    """Wait until the target is green with nothing running, queued or waiting.

    Green is asked for twice: right after indexing is switched on it may be shown for an instant before work begins.

    Returns:
        The monotonic moment it was first so, or None; and a note why not, or ''.
    """
    deadline, wait = time.monotonic() + seconds, _FIRST_WAIT
    since: float | None = None
    while True:
        state = target.optimizer()
        if state.error:
            return None, f"the target's optimizer reports an error: {state.error}"
        if state.done and since is not None:
            return since, ""
        since = time.monotonic() if state.done else None
        if time.monotonic() > deadline:
            return None, f"the target was still optimizing after {seconds:g} s ({state.progress or state.status})"
        if not state.done:
            emit(Notice("info", f"waiting for the target's optimizer: {state.progress or state.status}"))
        control.sleep(wait)
        wait = min(_LONGEST_WAIT, wait * 1.5)
