"""Planning a backup without a pass over the ids: where they are integers without a gap, counting proves them all."""

from __future__ import annotations

from collections.abc import Iterator

from qdrill.drill.chunks import PlannedChunk, check_id_page
from qdrill.results import PointId
from qdrill.rows.order import MAX_INTEGER_ID
from qdrill.stores.base import CollectionReader, IdPage


def plan_gapless(reader: CollectionReader, rows: int, count: int | None) -> Iterator[PlannedChunk] | None:
    """The plan of the id pass, made without it; None where the ids may have a gap, or are no integers.

    Between the first id and the one `count` - 1 above it lie `count` integers. Where the scroll begins at the one and
    ends at the other, and the store holds `count` points, none of them can be missing.

    Args:
        count: the exact number of points, taken before; None where it is not known.

    Raises:
        ScrollBroken: a page contradicts itself.
    """
    first = _page(reader, None, 1)
    if not count or not first.ids or not isinstance(first.ids[0], int):
        return None
    start, end = first.ids[0], first.ids[0] + count
    if end - 1 > MAX_INTEGER_ID:
        return None
    last = _page(reader, end - 1, 2)
    if list(last.ids) != [end - 1] or last.next_id is not None:
        return None
    return _cut(start, end, rows)


def _page(reader: CollectionReader, start: PointId | None, limit: int) -> IdPage:
    page = reader.scroll_ids(start, limit)
    check_id_page(page, start)
    return page


def _cut(start: int, end: int, rows: int) -> Iterator[PlannedChunk]:
    """Chunks of `rows` ids over [start, end)."""
    for first in range(start, end, rows):
        after = first + rows
        if after < end:
            yield PlannedChunk(first, rows, after)
        else:
            yield PlannedChunk(first, end - first, None, end - 1)
