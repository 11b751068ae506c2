"""Walking over a range of ids or rows, a page in memory at a time."""

from __future__ import annotations

from collections.abc import Iterator

from qdrill.drill.chunks import PlannedChunk, check_id_page
from qdrill.errors import ScrollBroken
from qdrill.results import PointId
from qdrill.rows.order import comes_before
from qdrill.rows.splice import rows_and_ids
from qdrill.stores.base import CollectionReader
from qdrill.stores.wire import TooLong

ID_PAGE = 50_000


def iterate_range(
    reader: CollectionReader, start: PointId | None, until: PointId | None, page_rows: int
) -> Iterator[tuple[PointId, bytes]]:
    """Ids and rows from `start` (None: the first) up to, not including, `until`, a page in memory at a time."""
    cursor, rows, first = start, page_rows, True
    while first or cursor is not None:
        try:
            page = reader.scroll(cursor, rows)
        except TooLong:
            rows = max(1, rows // 2)
            continue
        first = False
        after, pairs = page.next_id, rows_and_ids(page.rows)
        # Its buffer is not needed while the rows are looked at.
        del page
        for point_id, row in pairs:
            if until is not None and not comes_before(point_id, until):
                return
            yield point_id, row
        cursor = after if cursor is None else advanced(cursor, after)
        if cursor is not None and until is not None and not comes_before(cursor, until):
            return


def advanced(cursor: PointId, after: PointId | None) -> PointId | None:
    """The next page's first id, which must lie behind this one's.

    Raises:
        ScrollBroken: it does not, and following it would never end.
    """
    if after is not None and not comes_before(cursor, after):
        raise ScrollBroken(f"the scroll loops: from {cursor} on was asked, and it says that {after} comes next")
    return after


def iterate_ids(reader: CollectionReader, chunk: PlannedChunk) -> Iterator[PointId]:
    """Ids from the chunk's first up to its next."""
    cursor: PointId | None = chunk.first_id
    while cursor is not None:
        page = reader.scroll_ids(cursor, chunk.rows + 1)
        check_id_page(page, cursor)
        for point_id in page.ids:
            if chunk.next_id is not None and not comes_before(point_id, chunk.next_id):
                return
            yield point_id
        cursor = page.next_id


def count_points(reader: CollectionReader) -> int:
    """Exact number of points, by walking over the ids where exact counting is forbidden."""
    counted = reader.count()
    if counted is not None:
        return counted
    total, start = 0, None
    while True:
        page = reader.scroll_ids(start, ID_PAGE)
        check_id_page(page, start)
        total += len(page.ids)
        if page.next_id is None:
            return total
        start = page.next_id
