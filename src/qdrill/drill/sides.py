"""The left side of a comparison: an archive or a collection, cut into chunks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from qdrill.archive.reader import ArchiveReader
from qdrill.drill.chunks import PlannedChunk, plan_chunks, size_chunks
from qdrill.drill.fetch import fetch_chunk, fetch_parts
from qdrill.drill.quiet import Observation, nobody_wrote, observe
from qdrill.errors import ScrollBroken
from qdrill.results import PointId
from qdrill.stores.base import LONGEST_PAGE, CollectionReader
from qdrill.stores.wire import TooLong


class Side(Protocol):
    """What a comparison needs of its left side."""

    @property
    def info(self) -> Mapping[str, Any]:
        """The collection's info."""

    def plan(self, on_progress: Callable[[int], None]) -> Sequence[PlannedChunk]:
        """All chunks, in id order."""

    def length(self, index: int, chunk: PlannedChunk) -> int:
        """Bytes of the rows of a chunk, as far as known before they are read."""

    def rows(self, index: int, chunk: PlannedChunk) -> tuple[bytes, int]:
        """The rows of a chunk and their number; may be called from several threads.

        Raises:
            TooLong: more bytes than LONGEST_PAGE; use `parts`.
        """

    def parts(self, index: int, chunk: PlannedChunk) -> Iterator[tuple[PlannedChunk, bytes, int]]:
        """The same piece by piece, each with its own plan; for one caller at a time."""


class ArchiveSide:
    """An archive as the left side."""

    def __init__(self, archive: ArchiveReader) -> None:
        self._archive = archive

    @property
    def info(self) -> Mapping[str, Any]:
        """The info that the manifest keeps."""
        return self._archive.manifest.info_data

    def plan(self, on_progress: Callable[[int], None]) -> Sequence[PlannedChunk]:
        """The manifest's chunks."""
        chunks = self._archive.manifest.chunks
        nexts: list[PointId | None] = [*(chunk.first_id for chunk in chunks[1:]), None]
        on_progress(self._archive.manifest.points)
        # An empty archive has no chunk and one end.
        return [PlannedChunk(c.first_id, c.rows, after) for c, after in zip(chunks, nexts, strict=False)]

    def length(self, index: int, chunk: PlannedChunk) -> int:  # noqa: ARG002 - the protocol's
        """As the manifest tells."""
        return self._archive.manifest.chunks[index].length

    def rows(self, index: int, chunk: PlannedChunk) -> tuple[bytes, int]:
        """The rows of a chunk, checked against its digest."""
        if (length := self.length(index, chunk)) > LONGEST_PAGE:
            raise TooLong(length)
        return self._archive.chunk(index), chunk.rows

    def parts(self, index: int, chunk: PlannedChunk) -> Iterator[tuple[PlannedChunk, bytes, int]]:
        """The whole chunk: it was written in one piece."""
        yield chunk, self._archive.chunk(index), chunk.rows


class CollectionSide:
    """A collection as the left side."""

    def __init__(self, reader: CollectionReader) -> None:
        self._reader = reader
        self._info = reader.info().data
        self._before = Observation(None, None)
        self._row_bytes, self._longest = 0.0, 0

    @property
    def info(self) -> Mapping[str, Any]:
        """The collection's info as it was when the comparison began."""
        return self._info

    def plan(self, on_progress: Callable[[int], None]) -> Sequence[PlannedChunk]:
        """Chunks found by a pass over the ids.

        Raises:
            ScrollBroken: the pass contradicts the exact count, and nobody wrote.
        """
        self._before = observe(self._reader)
        sizing = size_chunks(self._reader)
        self._row_bytes = sizing.row_bytes
        plan = list(plan_chunks(self._reader, sizing.rows, on_progress))
        came = sum(chunk.rows for chunk in plan)
        if self._before.count not in (None, came):
            self._refuse_broken_scroll(f"{self._before.count} points were expected, {came} ids came")
        return plan

    def length(self, index: int, chunk: PlannedChunk) -> int:  # noqa: ARG002 - the protocol's
        """As the longest chunk so far, and those that the plan was made from."""
        return max(self._longest, int(self._row_bytes * chunk.rows))

    def rows(self, index: int, chunk: PlannedChunk) -> tuple[bytes, int]:  # noqa: ARG002 - the protocol's
        """The rows of a chunk, copied out of the transport's buffer, which the other side may share.

        Raises:
            ScrollBroken: they are not those of the plan, and nobody wrote.
        """
        fetched = fetch_chunk(self._reader, chunk)
        self._check_count(chunk, fetched.count)
        self._longest = max(self._longest, len(fetched.rows))
        return bytes(fetched.rows), fetched.count

    def parts(self, index: int, chunk: PlannedChunk) -> Iterator[tuple[PlannedChunk, bytes, int]]:  # noqa: ARG002
        """Halves of halves, down to single rows; raises ScrollBroken as `rows`, behind the last."""
        came = 0
        for planned, fetched in fetch_parts(self._reader, chunk):
            rows, count = bytes(fetched.rows), fetched.count
            del fetched
            came += count
            yield planned, rows, count
        self._check_count(chunk, came)

    def _check_count(self, chunk: PlannedChunk, came: int) -> None:
        if came != chunk.rows:
            self._refuse_broken_scroll(f"from {chunk.first_id} on {chunk.rows} points were expected, {came} came")

    def _refuse_broken_scroll(self, what: str) -> None:
        """Nothing, where somebody writes meanwhile: then it may well be so."""
        if nobody_wrote(self._before, observe(self._reader)):
            raise ScrollBroken(
                f"the scroll of {self._reader.name} ended early or repeated: {what}, and nothing speaks of a writer; "
                "check the server and what stands between"
            )
