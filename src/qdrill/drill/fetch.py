"""Fetching one planned chunk, whole, whatever happens to the collection meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from qdrill.drill.chunks import PlannedChunk, check_id_page
from qdrill.drill.ranges import advanced, iterate_ids
from qdrill.errors import ScrollBroken
from qdrill.results import PointId
from qdrill.rows.order import comes_before, strictly_ascending
from qdrill.rows.splice import Buffer, quick_ids, rows_and_ids
from qdrill.stores.base import LONGEST_PAGE, CollectionReader, Page
from qdrill.stores.wire import TooLong

CONFIRMATIONS = 3
# A range is held in memory while it has at most this many times the rows that were planned.
MOST_GROWTH = 2


class Grown(TooLong):
    """Somebody added far more rows to a chunk than were planned."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """Rows of a chunk; `as_planned` is False when somebody changed the range since the id pass."""

    rows: Buffer
    count: int
    first_id: PointId | None
    last_id: PointId | None
    as_planned: bool


def fetch_chunk(reader: CollectionReader, chunk: PlannedChunk, longest: int | None = LONGEST_PAGE) -> Fetched:
    """The rows of `chunk`, in the store's order.

    Args:
        longest: most bytes of a page, as of `CollectionReader.scroll`. Where several chunks are fetched side by side,
            a single long row is refused too.

    Raises:
        ScrollBroken: pages repeat rows, or keep contradicting the ids.
        TooLong: more bytes than that, or (Grown) far more rows than were planned; use `fetch_parts`.
    """
    page = reader.scroll(chunk.first_id, chunk.rows, longest=longest)
    buffer, start, end = page.span()
    ids = quick_ids(buffer, start, end)
    if ids is not None and _fits(ids, page, chunk):
        return Fetched(page.rows, len(ids), ids[0], ids[-1], True)
    pairs = _checked_pairs(page, chunk.first_id)
    if _fits([i for i, _ in pairs], page, chunk):
        return Fetched(page.rows, len(pairs), pairs[0][0], pairs[-1][0], True)
    return _fetch_changed(reader, chunk, longest)


def fetch_parts(reader: CollectionReader, chunk: PlannedChunk) -> Iterator[tuple[PlannedChunk, Fetched]]:
    """A chunk too long for one answer, in halves of halves, down to single rows; each with its own plan.

    The cuts depend on the data alone, so the same data gives the same parts. A single row is taken however long it is:
    no more than one at a time should be fetched in this way.
    """
    try:
        yield chunk, fetch_chunk(reader, chunk, None)
        return
    except Grown:
        parts, as_planned = _planned_anew(reader, chunk), False
    except TooLong:
        if chunk.rows == 1:
            raise
        parts, as_planned = _halves(reader, chunk), True
    for part in parts:
        for planned, fetched in fetch_parts(reader, part):
            yield planned, replace(fetched, as_planned=fetched.as_planned and as_planned)


def _halves(reader: CollectionReader, chunk: PlannedChunk) -> Iterator[PlannedChunk]:
    half = chunk.rows // 2
    after = reader.scroll_ids(chunk.first_id, half).next_id
    if after is None or _behind(after, chunk):
        yield PlannedChunk(chunk.first_id, half, chunk.next_id)
        return
    yield PlannedChunk(chunk.first_id, half, after)
    yield PlannedChunk(after, chunk.rows - half, chunk.next_id, chunk.last_id)


def _planned_anew(reader: CollectionReader, chunk: PlannedChunk) -> Iterator[PlannedChunk]:
    """The range of a chunk as it is now, in chunks of as many rows as were planned for all of it."""
    cursor: PointId | None = chunk.first_id
    while cursor is not None:
        page = reader.scroll_ids(cursor, chunk.rows)
        check_id_page(page, cursor)
        after = None if page.next_id is None or _behind(page.next_id, chunk) else page.next_id
        yield PlannedChunk(cursor, max(1, len(page.ids)), chunk.next_id if after is None else after)
        cursor = after


def _fits(ids: list[PointId], page: Page, chunk: PlannedChunk) -> bool:
    if len(ids) != chunk.rows or ids[0] != chunk.first_id or page.next_id != chunk.next_id:
        return False
    return chunk.last_id in (None, ids[-1])


def _checked_pairs(page: Page, start: PointId) -> list[tuple[PointId, bytes]]:
    """Ids and rows of a page, which must ascend from `start` on and end before `next_id`."""
    pairs = rows_and_ids(page.rows)
    ids = [i for i, _ in pairs]
    if ids and comes_before(ids[0], start):
        raise ScrollBroken(f"the scroll went back: from {start} on was asked, {ids[0]} came")
    if not strictly_ascending(ids):
        raise ScrollBroken(f"a page repeats or mixes points between {ids[0]} and {ids[-1]}; each was expected once")
    if ids and page.next_id is not None and not comes_before(ids[-1], page.next_id):
        raise ScrollBroken(f"the scroll loops: after {ids[-1]} it says that {page.next_id} comes next")
    return pairs


def _fetch_changed(reader: CollectionReader, chunk: PlannedChunk, longest: int | None) -> Fetched:
    """All rows of a range that is no longer as planned, confirmed by its ids.

    Somebody may go on writing: what the ids tell before and after must be among the rows, whatever else is.
    """
    came: list[PointId] = []
    before = _ids_now(reader, chunk)
    for _ in range(CONFIRMATIONS):
        pairs = range_rows(reader, chunk, longest)
        came = [i for i, _ in pairs]
        after = _ids_now(reader, chunk)
        if before & after <= set(came):
            rows = b",".join(row for _, row in pairs)
            return Fetched(rows, len(pairs), came[0] if came else None, came[-1] if came else None, False)
        before = after
    raise ScrollBroken(
        f"from {chunk.first_id} on {chunk.rows} points were expected, {len(came)} came, and the ids keep saying "
        "otherwise; the scroll ends early or somebody writes faster than can be read; try again when it is quiet"
    )


def _ids_now(reader: CollectionReader, chunk: PlannedChunk) -> set[PointId]:
    ids: set[PointId] = set()
    for point_id in iterate_ids(reader, chunk):
        ids.add(point_id)
        _refuse_growth(len(ids), chunk)
    return ids


def range_rows(
    reader: CollectionReader, chunk: PlannedChunk, longest: int | None = None
) -> list[tuple[PointId, bytes]]:
    """Ids and rows from `first_id` up to `next_id`, page by page, each of at most `longest` bytes."""
    pairs: list[tuple[PointId, bytes]] = []
    cursor: PointId | None = chunk.first_id
    while cursor is not None and not _behind(cursor, chunk):
        page = reader.scroll(cursor, chunk.rows, longest=longest)
        pairs.extend(pair for pair in _checked_pairs(page, cursor) if not _behind(pair[0], chunk))
        _refuse_growth(len(pairs), chunk)
        cursor = advanced(cursor, page.next_id)
    return pairs


def _refuse_growth(rows: int, chunk: PlannedChunk) -> None:
    if rows > MOST_GROWTH * chunk.rows:
        raise Grown(rows)


def _behind(point_id: PointId, chunk: PlannedChunk) -> bool:
    return chunk.next_id is not None and not comes_before(point_id, chunk.next_id)
