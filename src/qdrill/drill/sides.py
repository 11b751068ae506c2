"""The left side of a comparison: an archive or a collection, cut into chunks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from qdrill.archive.reader import ArchiveReader
from qdrill.drill.chunks import PlannedChunk, plan_chunks, size_chunks
from qdrill.drill.fetch import Fetched, fetch_chunk, fetch_parts
from qdrill.drill.quiet import Observation, nobody_wrote, observe
from qdrill.errors import ScrollBroken
from qdrill.results import PointId
from qdrill.stores.base import CollectionReader
from qdrill.stores.wire import TooLong


class Side(Protocol):
    """What a comparison needs of its left side."""

    @property
    def info(self) -> Mapping[str, Any]:
        """The collection's info."""

    def plan(self, on_progress: Callable[[int], None]) -> Sequence[PlannedChunk]:
        """All chunks, in id order."""

    def rows(self, index: int, chunk: PlannedChunk) -> tuple[bytes, int]:
        """The rows of a chunk and their number; may be called from several threads."""


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

    def rows(self, index: int, chunk: PlannedChunk) -> tuple[bytes, int]:
        """The rows of a chunk, checked against its digest."""
        return self._archive.chunk(index), chunk.rows


class CollectionSide:
    """A collection as the left side."""

    def __init__(self, reader: CollectionReader) -> None:
        self._reader = reader
        self._info = reader.info().data
        self._before = Observation(None, None)

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
        plan = list(plan_chunks(self._reader, size_chunks(self._reader).rows, on_progress))
        came = sum(chunk.rows for chunk in plan)
        if self._before.count not in (None, came):
            self._refuse_broken_scroll(f"{self._before.count} points were expected, {came} ids came")
        return plan

    def rows(self, index: int, chunk: PlannedChunk) -> tuple[bytes, int]:  # noqa: ARG002 - the protocol's
        """The rows of a chunk, copied out of the transport's buffer, which the other side may share.

        Raises:
            ScrollBroken: they are not those of the plan, and nobody wrote.
        """
        try:
            parts = [self._copy(fetch_chunk(self._reader, chunk))]
        except TooLong:
            parts = [self._copy(part) for part in fetch_parts(self._reader, chunk)]
        came = sum(part.count for part in parts)
        if came != chunk.rows:
            self._refuse_broken_scroll(f"from {chunk.first_id} on {chunk.rows} points were expected, {came} came")
        return b",".join(part.rows for part in parts if part.count), came

    @staticmethod
    def _copy(part: Fetched) -> Fetched:
        return replace(part, rows=bytes(part.rows))

    def _refuse_broken_scroll(self, what: str) -> None:
        """Nothing, where somebody writes meanwhile: then it may well be so."""
        if nobody_wrote(self._before, observe(self._reader)):
            raise ScrollBroken(
                f"the scroll of {self._reader.name} ended early or repeated: {what}, and nothing speaks of a writer; "
                "check the server and what stands between"
            )
