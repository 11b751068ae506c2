"""The left side of a comparison: an archive or a collection, cut into chunks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from qdrill.archive.reader import ArchiveReader
from qdrill.drill.chunks import PlannedChunk, plan_chunks, size_chunks
from qdrill.drill.fetch import fetch_chunk, fetch_parts
from qdrill.drill.results import PointId
from qdrill.stores.base import CollectionReader
from qdrill.stores.wire import TooLong


class Side(Protocol):
    """What a comparison needs of its left side."""

    @property
    def info(self) -> Mapping[str, Any]:
        """The collection's info."""

    def plan(self, on_progress: Callable[[int], None]) -> Sequence[PlannedChunk]:
        """All chunks, in id order."""

    def rows(self, index: int, chunk: PlannedChunk) -> bytes:
        """The rows of a chunk; may be called from several threads."""


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

    def rows(self, index: int, chunk: PlannedChunk) -> bytes:  # noqa: ARG002 - the protocol's
        """The rows of a chunk, checked against its digest."""
        return self._archive.chunk(index)


class CollectionSide:
    """A collection as the left side."""

    def __init__(self, reader: CollectionReader) -> None:
        self._reader = reader
        self._info = reader.info().data

    @property
    def info(self) -> Mapping[str, Any]:
        """The collection's info as it was when the comparison began."""
        return self._info

    def plan(self, on_progress: Callable[[int], None]) -> Sequence[PlannedChunk]:
        """Chunks found by a pass over the ids."""
        return list(plan_chunks(self._reader, size_chunks(self._reader).rows, on_progress))

    def rows(self, index: int, chunk: PlannedChunk) -> bytes:  # noqa: ARG002 - the protocol's
        """The rows of a chunk, copied out of the transport's buffer, which the other side may share."""
        try:
            return bytes(fetch_chunk(self._reader, chunk).rows)
        except TooLong:
            return b",".join(bytes(part.rows) for part in fetch_parts(self._reader, chunk) if part.count)
