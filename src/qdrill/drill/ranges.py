"""Walking over a range of ids or rows, a page in memory at a time."""

from __future__ import annotations

from collections.abc import Iterator

from qdrill.drill.chunks import PlannedChunk
from qdrill.drill.results import PointId
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
        for point_id, row in rows_and_ids(page.rows):
            if until is not None and not comes_before(point_id, until):
                return
            yield point_id, row
        cursor = page.next_id
        if cursor is not None and until is not None and not comes_before(cursor, until):
            return


def iterate_ids(reader: CollectionReader, chunk: PlannedChunk) -> Iterator[PointId]:
    """Ids from the chunk's first up to its next."""
    cursor: PointId | None = chunk.first_id
    while cursor is not None:
        page = reader.scroll_ids(cursor, chunk.rows + 1)
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
    total, page = 0, reader.scroll_ids(None, ID_PAGE)
    while True:
        total += len(page.ids)
        if page.next_id is None:
            return total
        page = reader.scroll_ids(page.next_id, ID_PAGE)
