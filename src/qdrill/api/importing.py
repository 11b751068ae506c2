"""`POST /collections/import`: rows of JSONL into a collection that exists, errors listed by line.

Nothing is written before every line was looked at, so an import that refuses bad rows (the default) writes all or
nothing of it as far as the lines go; what a store refuses later is only known then.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from qdrill.api.backend import Backend
from qdrill.api.errors import ApiError
from qdrill.api.metrics import Metrics
from qdrill.api.rows import BadRow, Row, rows_of
from qdrill.api.schema import ImportRequest
from qdrill.errors import Refused
from qdrill.names import one_line
from qdrill.schema.compat import UNNAMED, dense_vectors
from qdrill.stores.base import CollectionWriter

MOST_ERRORS = 1000
# 413 and 429 (without Retry-After) are refusals of so many rows at once.
_OF_THE_ROWS = frozenset({400, 413, 422, 429})


def import_rows(backend: Backend, metrics: Metrics, request: ImportRequest) -> dict[str, Any]:
    """The answer; `skipped` counts errors and conflicts together, so that imported + skipped = total_lines.

    Raises:
        ApiError: 404 for a missing collection, 400 for one without an unnamed dense vector or, unless
            `continue_on_error`, for a bad row.
        UsageError: the store is marked read-only or production.
        StoreError, Interrupted: as the store's; rows written before it stay, and are counted.
    """
    started = time.monotonic()
    with backend.writer(request.collection) as writer:
        if writer is None:
            raise ApiError(404, f"there is no collection {one_line(request.collection, 80)}; create it first")
        importing = _Import(writer, metrics, request)
        found = list(rows_of(request.jsonl, _size(writer.reader.info().data)))
        importing.refuse([row for row in found if isinstance(row, BadRow)])
        importing.write([row for row in found if isinstance(row, Row)])
    metrics.imported(request.collection, time.monotonic() - started, len(importing.bad), importing.conflicts)
    return importing.answer(len(found))


def _size(info: Mapping[str, Any]) -> int:
    vector = dense_vectors(info).get(UNNAMED)
    if vector is None or vector.get("multivector_config"):
        raise ApiError(400, "the collection has no unnamed dense vector, and rows of an import have no other")
    return int(vector["size"])


@dataclass
class _Import:
    """One import under way."""

    writer: CollectionWriter
    metrics: Metrics
    request: ImportRequest
    bad: list[BadRow] = field(default_factory=list)
    imported: int = 0
    batches: int = 0
    conflicts: int = 0
    seen: set[int | str] = field(default_factory=set)

    def refuse(self, rows: Sequence[BadRow]) -> None:
        """List bad rows; raises ApiError where the first is to end the import."""
        if rows and not self.request.continue_on_error:
            raise ApiError(400, f"invalid jsonl line at {rows[0].line_no}: {rows[0].error}")
        self.bad += rows

    def write(self, rows: Sequence[Row]) -> None:
        """Write rows in batches."""
        for start in range(0, len(rows), self.request.batch_size):
            batch = self._new(rows[start : start + self.request.batch_size])
            if batch:
                self._write_batch(batch)

    def _new(self, batch: Sequence[Row]) -> Sequence[Row]:
        """The rows to write: those whose id is not there yet, where conflicts are to be skipped."""
        if self.request.on_conflict != "skip":
            return batch
        page = self.writer.reader.retrieve([row.id for row in batch])
        self.seen.update(point["id"] for point in orjson.loads(b"[%b]" % bytes(page.rows)))
        fresh = []
        for row in batch:
            if row.id not in self.seen:
                self.seen.add(row.id)
                fresh.append(row)
        self.conflicts += len(batch) - len(fresh)
        return fresh

    def _write_batch(self, batch: Sequence[Row]) -> None:
        try:
            self._send(batch)
        except Refused as error:
            if error.status not in _OF_THE_ROWS:
                raise
            if len(batch) == 1:
                self.refuse([BadRow.of(batch[0].line_no, error.reason, batch[0].data.decode())])
                return
            # A store refuses a batch as a whole and does not say for which row.
            middle = len(batch) // 2
            self._write_batch(batch[:middle])
            self._write_batch(batch[middle:])

    def _send(self, batch: Sequence[Row]) -> None:
        self.writer.upsert([b",".join(row.data for row in batch)], wait=True)
        self.imported += len(batch)
        self.batches += 1
        self.metrics.wrote(self.request.collection, len(batch))

    def answer(self, lines: int) -> dict[str, Any]:
        """What is answered; at most 1000 errors are listed, all are counted."""
        listed = sorted(self.bad, key=lambda row: row.line_no)[:MOST_ERRORS]
        return {
            "collection": self.request.collection,
            "imported": self.imported,
            "total_lines": lines,
            "skipped": len(self.bad) + self.conflicts,
            "conflicts_skipped": self.conflicts,
            "batches": self.batches,
            "errors": [{"line_no": row.line_no, "error": row.error, "line": row.line} for row in listed],
        }
