"""Was anything written meanwhile? Two looks at a collection, and what they prove."""

from __future__ import annotations

from dataclasses import dataclass

from qdrill.results import WriterFinding
from qdrill.stores.base import CollectionReader, UpdateMarks


@dataclass(frozen=True, slots=True)
class Observation:
    """Exact count and update marks at one moment; None where the store does not tell."""

    count: int | None
    marks: UpdateMarks | None

    def same_marks(self, other: Observation) -> bool:
        """Whether the marks do not speak of a write in between; True where they are unknown."""
        return self.marks is None or other.marks is None or self.marks.operations == other.marks.operations


def nobody_wrote(before: Observation, after: Observation) -> bool:
    """Whether nothing speaks of a write in between: the counts are the same, the marks too, and no update waited."""
    waiting = before.marks is not None and (before.marks.queued or before.marks.deferred)
    return before.count == after.count and before.same_marks(after) and not waiting


def observe(reader: CollectionReader) -> Observation:
    """Look once. Marks are read around the count, so that a write between the two shows."""
    return Observation(reader.count(), reader.update_marks())


def compare_observations(before: Observation, after: Observation, changed: bool) -> tuple[WriterFinding, str]:
    """The writer finding and its reason; `changed` says that chunks came out other than planned.

    Equal operation numbers with an empty queue on both sides prove that nothing was applied in between.
    """
    if changed:
        return "detected", "points were added or removed between the id pass and the fetching of their chunk"
    if before.count is not None and after.count is not None and before.count != after.count:
        return "detected", f"{before.count} points before, {after.count} after"
    if before.marks is None or after.marks is None:
        return "unknown", "the store does not tell its operation numbers; the counts are the same"
    moved = [s for s, number in after.marks.operations.items() if before.marks.operations.get(s) != number]
    if moved:
        return "detected", f"the operation number moved in {len(moved)} of {len(after.marks.operations)} shards"
    if before.marks.queued or before.marks.deferred:
        return "detected", f"{before.marks.queued + before.marks.deferred} updates were still queued at the start"
    return "none", "operation numbers and counts are the same before and after"
