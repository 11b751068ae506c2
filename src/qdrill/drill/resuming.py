"""Going on with a killed backup: what it left behind that still fits, and whether it was of the same thing."""

from __future__ import annotations

from collections.abc import Sequence

from qdrill.archive.journal import JournalHead
from qdrill.archive.manifest import Chunk
from qdrill.drill.chunks import PlannedChunk
from qdrill.drill.quiet import Observation
from qdrill.errors import UsageError
from qdrill.names import terminal_text
from qdrill.stores.base import UpdateMarks


def keep_matching(chunks: Sequence[Chunk], plan: Sequence[PlannedChunk]) -> tuple[list[Chunk], int]:
    """The longest run of written chunks that stands for whole planned ones, and for how many of them.

    What was written must begin, end and count as planned. Where it ends is known from the chunk behind it alone, so
    the last one is always fetched again: the same number of rows may be other rows.
    """
    kept: list[Chunk] = []
    used = position = 0
    for planned in plan:
        end, rows = position, 0
        while end < len(chunks) and rows < planned.rows:
            rows += chunks[end].rows
            end += 1
        if end == len(chunks) or rows != planned.rows:
            break
        if chunks[position].first_id != planned.first_id or chunks[end].first_id != planned.next_id:
            break
        kept.extend(chunks[position:end])
        position, used = end, used + 1
    return kept, used


def observation_of(head: JournalHead) -> Observation:
    """What the run that began a journal saw of the source."""
    marks = UpdateMarks(head.marks, queued=0) if head.marks is not None else None
    return Observation(head.count_before, marks)


def refuse_other_run(old: JournalHead, new: JournalHead) -> None:
    """Stop a resume whose unfinished backup was of something else.

    Raises:
        UsageError: another collection, other settings, or rows of another size.
    """
    same = (old.source.identity, old.config_digest, old.chunk_rows) == (
        new.source.identity,
        new.config_digest,
        new.chunk_rows,
    )
    if not same:
        raise UsageError(
            f"cannot resume: the unfinished backup is of {terminal_text(old.source.address)} with other settings or "
            "rows of another size; run without --resume to start anew"
        )
