"""Planning a backup: the id pass that finds every chunk's first id and the exact number of points."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from qdrill.errors import ScrollBroken
from qdrill.results import PointId
from qdrill.rows.order import comes_before, strictly_ascending
from qdrill.rows.splice import split_rows
from qdrill.stores.base import LONGEST_PAGE, CollectionReader, IdPage
from qdrill.stores.wire import TooLong

# A page of this size stays in the processor's caches from the socket to the file, which moves faster than larger ones,
# and keeps a server's writers waiting for a few milliseconds only.
CHUNK_BYTES = 1 << 20
SAMPLE_ROWS = 64
MOST_CHUNK_ROWS = 8192
FIRST_ID_PAGE_ROWS = 2_000
ID_PAGE_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class PlannedChunk:
    """Rows from `first_id` up to (not including) `next_id`, None meaning the end; then `last_id` may be known."""

    first_id: PointId
    rows: int
    next_id: PointId | None
    last_id: PointId | None = None


@dataclass(frozen=True, slots=True)
class Sizing:
    """How a collection is cut: rows a chunk, and the average bytes of its first rows."""

    rows: int
    row_bytes: float


def size_chunks(reader: CollectionReader, target_bytes: int = CHUNK_BYTES) -> Sizing:
    """The cut that gives chunks of about `target_bytes`; the same data gives the same cut.

    One row is read first: whatever the rows hold, the sample stays small. A very long one is only measured.
    """
    limit = min(reader.page_limit() or MOST_CHUNK_ROWS, MOST_CHUNK_ROWS)
    try:
        first = len(reader.scroll(None, 1, longest=LONGEST_PAGE).rows)
    except TooLong as error:
        return Sizing(1, error.length)
    sample = max(1, min(SAMPLE_ROWS, limit, target_bytes // max(1, first)))
    try:
        page = reader.scroll(None, sample)
    except TooLong:
        page = reader.scroll(None, 1)
    row_bytes = len(page.rows) / max(1, len(split_rows(page.rows)))
    return Sizing(max(1, min(limit, round(target_bytes / max(1.0, row_bytes)))), row_bytes)


def plan_chunks(reader: CollectionReader, rows: int, on_progress: Callable[[int], None]) -> Iterator[PlannedChunk]:
    """Walk over all ids and cut them into chunks of `rows`, each given as soon as its end is known.

    The first pages are small, so that fetching can begin at once; the walk goes on beside it.

    Raises:
        ScrollBroken: a page loops, repeats or goes back.
    """
    first: PointId | None = None
    last: PointId | None = None
    held, start, page_rows = 0, None, min(FIRST_ID_PAGE_ROWS, rows * 8)
    total = 0
    while True:
        page = reader.scroll_ids(start, page_rows)
        check_id_page(page, start)
        for boundary in range(-held % rows, len(page.ids), rows):
            if first is not None:
                yield PlannedChunk(first, rows, page.ids[boundary])
            first = page.ids[boundary]
        held = (held + len(page.ids)) % rows
        total += len(page.ids)
        last = page.ids[-1] if page.ids else last
        on_progress(total)
        if page.next_id is None:
            break
        start, page_rows = page.next_id, min(ID_PAGE_ROWS, page_rows * 4)
    if first is not None:
        yield PlannedChunk(first, held or rows, None, last)


def check_id_page(page: IdPage, start: PointId | None) -> None:
    """Hold a page of ids against what was asked for.

    Raises:
        ScrollBroken: says what was expected and what came.
    """
    ids, after = page.ids, page.next_id
    if not ids:
        if after is not None:
            raise ScrollBroken(f"the scroll gave no ids but says that {after} comes next; it contradicts itself")
        return
    if start is not None and comes_before(ids[0], start):
        raise ScrollBroken(f"the scroll went back: from {start} on was asked, {ids[0]} came")
    if not strictly_ascending(ids):
        raise ScrollBroken(f"the scroll repeats or mixes ids between {ids[0]} and {ids[-1]}; they should ascend")
    if after is not None and not comes_before(ids[-1], after):
        raise ScrollBroken(f"the scroll loops: after {ids[-1]} it says that {after} comes next")
