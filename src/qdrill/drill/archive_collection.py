"""An archive read as if it were a collection: page by page, point by point, every byte checked before it is used."""

from __future__ import annotations

import os
import threading
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Sequence

from qdrill.archive.reader import ArchiveReader
from qdrill.errors import Inconclusive
from qdrill.names import terminal_text
from qdrill.results import Hit, PointId
from qdrill.rows.order import order_key
from qdrill.rows.splice import rows_and_ids
from qdrill.stores.base import LONGEST_PAGE, CollectionInfo, IdPage, OptimizerState, Page, Query, UpdateMarks
from qdrill.stores.wire import TooLong

_KEPT_CHUNKS = 4
_KEPT_BYTES = 2 * LONGEST_PAGE
Pairs = list[tuple[PointId, bytes]]


class ArchiveCollection:
    """A `CollectionReader` of an archive; threads may share one. Closing it closes the archive.

    Reading raises ArchiveError, which names the chunk, where a digest does not fit. What only a running collection
    can answer (searches, its optimizer) raises Inconclusive.
    """

    def __init__(self, archive: ArchiveReader) -> None:
        self.archive = archive
        self._chunks = archive.manifest.chunks
        self._last_keys = [order_key(chunk.last_id) for chunk in self._chunks]
        self._lock = threading.Lock()
        self._kept: OrderedDict[int, Pairs] = OrderedDict()

    @property
    def name(self) -> str:
        """Name of the collection that was backed up."""
        return self.archive.manifest.source.collection

    def version(self) -> str:
        """Version of the server that it was backed up from."""
        return self.archive.manifest.source.server_version

    def info(self) -> CollectionInfo:
        """The info of the collection when it was backed up."""
        manifest = self.archive.manifest
        return CollectionInfo(bytes(manifest.info), manifest.info_data)

    def aliases(self) -> tuple[str, ...]:
        """Alias names that the collection had."""
        return self.archive.manifest.aliases

    def count(self) -> int:
        """Points in the archive."""
        return self.archive.manifest.points

    def page_limit(self) -> int | None:
        """None: pages may have any number of points."""
        return None

    def scroll_ids(self, start: PointId | None, limit: int) -> IdPage:
        """Ids from `start` (inclusive) on."""
        page = self.scroll(start, limit)
        return IdPage([point_id for point_id, _ in rows_and_ids(page.rows)], page.next_id)

    def scroll(self, start: PointId | None, limit: int, *, longest: int | None = None) -> Page:
        """Points from `start` (inclusive) on; a whole chunk comes without being decoded.

        Raises:
            TooLong: a whole chunk longer than `longest`; or several rows, and more bytes than LONGEST_PAGE.
        """
        index = self._chunk_of(start)
        if index == len(self._chunks):
            return Page(b"", None)
        chunk = self._chunks[index]
        if chunk.rows == limit and (start is None or order_key(start) <= order_key(chunk.first_id)):
            after = self._chunks[index + 1].first_id if index + 1 < len(self._chunks) else None
            if longest and chunk.length > longest:
                raise TooLong(chunk.length)
            return Page(self.archive.chunk(index), after)
        return self._gather(index, start, limit)

    def retrieve(
        self,
        ids: Sequence[PointId],
        *,
        payload: bool = True,  # noqa: ARG002 - rows are kept whole
        vector: bool = True,  # noqa: ARG002
        longest: int = 0,  # noqa: ARG002
    ) -> Page:
        """Whole points by id, missing ones left out; only the chunks that may hold them are read."""
        found = [row for point_id in ids if (row := self._row(point_id)) is not None]
        return Page(b",".join(found), None)

    def query(self, query: Query) -> tuple[Hit, ...]:  # noqa: ARG002 - the protocol's
        """Raises Inconclusive: an archive answers no search."""
        raise self._cannot("answers no search")

    def sample_ids(self, number: int, using: str) -> tuple[PointId, ...]:  # noqa: ARG002 - the protocol's
        """Raises Inconclusive: an archive has no sampling."""
        raise self._cannot("offers no random points")

    def update_marks(self) -> UpdateMarks | None:
        """None: an archive keeps no operation numbers."""
        return None

    def optimizer(self) -> OptimizerState:
        """Raises Inconclusive: an archive has no optimizer."""
        raise self._cannot("has no optimizer")

    def identity(self) -> str:
        """`archive:` and the real path of its data file."""
        return f"archive:{os.path.realpath(self.archive.path)}"

    def close(self) -> None:
        """Close the archive."""
        self.archive.close()

    def _chunk_of(self, start: PointId | None) -> int:
        """The first chunk that may hold `start` or what follows it; their number where none does."""
        return 0 if start is None else bisect_left(self._last_keys, order_key(start))

    def _gather(self, index: int, start: PointId | None, limit: int) -> Page:
        rows: list[bytes] = []
        size = 0
        for number in range(index, len(self._chunks)):
            pairs = self._pairs(number)
            begin = 0 if start is None else bisect_left(pairs, order_key(start), key=_key)
            for point_id, row in pairs[begin:]:
                if len(rows) == limit:
                    return Page(b",".join(rows), point_id)
                rows.append(row)
                size += len(row)
                if size > LONGEST_PAGE and len(rows) > 1:
                    raise TooLong(size)
            start = None
        return Page(b",".join(rows), None)

    def _row(self, point_id: PointId) -> bytes | None:
        index = self._chunk_of(point_id)
        if index == len(self._chunks) or order_key(point_id) < order_key(self._chunks[index].first_id):
            return None
        pairs = self._pairs(index)
        place = bisect_left(pairs, order_key(point_id), key=_key)
        return pairs[place][1] if place < len(pairs) and pairs[place][0] == point_id else None

    def _pairs(self, index: int) -> Pairs:
        """Ids and rows of a chunk; the last few are kept, because pages seldom end where chunks do."""
        with self._lock:
            if index in self._kept:
                self._kept.move_to_end(index)
                return self._kept[index]
        rows = self.archive.chunk(index)
        self.archive.check_rows(index, rows)
        pairs = rows_and_ids(rows)
        with self._lock:
            self._kept[index] = pairs
            while len(self._kept) > 1 and (len(self._kept) > _KEPT_CHUNKS or self._kept_bytes() > _KEPT_BYTES):
                self._kept.popitem(last=False)
        return pairs

    def _kept_bytes(self) -> int:
        return sum(self._chunks[index].length for index in self._kept)

    def _cannot(self, what: str) -> Inconclusive:
        shown = terminal_text(str(self.archive.path), 300)
        return Inconclusive(f"{shown} is an archive, which {what}; name a collection")


def _key(pair: tuple[PointId, bytes]) -> tuple[int, int, str]:
    return order_key(pair[0])
