"""Restoring through the RAG API: the target is made as by rows, then its rows go in through `/collections/import`.

So the service's own import metrics move. What counts as restored is what the target holds, never what was sent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from qdrill.archive.reader import ArchiveReader
from qdrill.control import JobControl
from qdrill.drill.load import Loader
from qdrill.drill.rag_search import strangers
from qdrill.drill.restore import Restored, RestoreOptions, restore
from qdrill.drill.restore_journal import RestoreJournal
from qdrill.errors import UsageError
from qdrill.events import Emit
from qdrill.names import terminal_text
from qdrill.results import Rejected
from qdrill.rows.splice import row_id, split_rows
from qdrill.schema.compat import UNNAMED, dense_vectors, describe_vectors, sparse_vectors
from qdrill.signals.rag_api import ApiRefused, RagApi
from qdrill.stores.base import CollectionWriter

BATCH_ROWS = 256
"""Rows that the service writes at once."""
REQUEST_ROWS = 512
# A service may import one request at a time: those that wait for their turn must not wait past their timeout.
MOST_LANES = 2
REQUEST_BYTES = 4 << 20
# Refusals that a smaller request or another row may not meet.
_ABOUT_THE_ROWS = frozenset({400, 413, 422})
# Line ends that a JSON string may hold as they are, and a reader of lines may take for the end of one.
_LINE_ENDS = (("\u2028", "\\u2028"), ("\u2029", "\\u2029"), ("\x85", "\\u0085"))
_PROBE = "qdrill"


def restore_through(
    api: RagApi,
    archive: ArchiveReader,
    writer: CollectionWriter,
    collection: str,
    options: RestoreOptions,
    control: JobControl,
    emit: Emit,
) -> Restored:
    """Create `collection` and import every row of `archive` into it through `api`; otherwise as `restore.restore`.

    Raises:
        UsageError: as `restore.restore`, and where the API takes no such rows or serves another Qdrant; nothing was
            written.
        SignalError: the API does not answer; `resume` goes on from there.
    """
    if why := why_not_through(archive.manifest.info_data, options.address):
        raise UsageError(why)
    refuse_elsewhere(api, writer, collection, options.address)
    return restore(archive, writer, options, control, emit, partial(ApiLoader, api))


def why_not_through(info: Mapping[str, Any], address: str) -> str:
    """Why a collection cannot be restored through the API, in one line; empty where it can.

    Its import takes rows with one unnamed dense vector.
    """
    dense = dense_vectors(info)
    multi = any(params.get("multivector_config") for params in dense.values())
    if list(dense) == [UNNAMED] and not multi and not sparse_vectors(info):
        return ""
    return (
        f"{terminal_text(address)} cannot be restored through the RAG API, which takes rows with one unnamed dense "
        f"vector: it has {terminal_text(describe_vectors(info), 300)}; use method rows"
    )


def refuse_elsewhere(api: RagApi, writer: CollectionWriter, collection: str, address: str) -> None:
    """Refuse an API that serves another Qdrant than the target's: it would write into what is not ours.

    Told by a search: where the target has no such collection the API must find nothing in it, and where it has points
    the API must find some of them.

    Raises:
        UsageError: it does not. SignalError, StoreError, Interrupted.
    """
    there = writer.exists()
    try:
        hits = api.search(_PROBE, collection, 1)
    except ApiRefused as error:
        # With a collection there, a refusal may only be about the size of its vectors.
        if there and error.status in _ABOUT_THE_ROWS:
            return
        raise
    if not there:
        elsewhere = bool(hits)
    else:
        elsewhere = bool(strangers(hits, writer.reader)) if hits else bool(writer.reader.count())
    if elsewhere:
        raise UsageError(
            f"{api.label} serves another Qdrant than that of {terminal_text(address)}: it does not see there what the "
            "store has; nothing was written: let [rag_api] be the one that serves the target's store"
        )


class ApiLoader(Loader):
    """A `Loader` whose rows go in through the API; lines that it does not take are rejected rows, with its reasons."""

    def __init__(
        self,
        api: RagApi,
        archive: ArchiveReader,
        writer: CollectionWriter,
        journal: RestoreJournal,
        control: JobControl,
        emit: Emit,
        lanes: int,
    ) -> None:
        super().__init__(archive, writer, journal, control, emit, min(lanes, MOST_LANES))
        self._api = api

    def _send(self, fragments: Sequence[bytes], *, wait: bool) -> list[Rejected]:  # noqa: ARG002 - the API answers late
        rows = split_rows(b"".join(fragments))
        return [rejected for group in _requests(rows) for rejected in self._import(group)]

    def _import(self, rows: Sequence[bytes]) -> list[Rejected]:
        """One request; where it is refused as a whole for its rows, halves of it, down to the rows at fault."""
        self.control.checkpoint()
        try:
            lines = "\n".join(as_line(row) for row in rows)
            answer = self._api.import_rows(self.writer.reader.name, lines, BATCH_ROWS)
        except ApiRefused as error:
            if error.status not in _ABOUT_THE_ROWS:
                raise
            if len(rows) == 1:
                return [Rejected(row_id(rows[0]), error.reason or f"refused with {error.status}")]
            middle = len(rows) // 2
            return self._import(rows[:middle]) + self._import(rows[middle:])
        with self._lock:
            self.batches += 1
        reasons = {one.line_no: one.error for one in answer.errors}
        return [Rejected(row_id(rows[number - 1]), reason) for number, reason in sorted(reasons.items())]


def as_line(row: bytes) -> str:
    """A row as one line of JSONL, its values as they are written: only what could end a line is spelled otherwise.

    Outside of strings JSON has line ends as white space; inside of them, only those that JSON need not escape.
    """
    line = row.replace(b"\r", b" ").replace(b"\n", b" ").decode("utf-8", "replace")
    for char, escape in _LINE_ENDS:
        line = line.replace(char, escape)
    return line


def _requests(rows: Sequence[bytes]) -> Iterator[list[bytes]]:
    """Rows in runs of at most REQUEST_ROWS and REQUEST_BYTES, one row at least."""
    group: list[bytes] = []
    size = 0
    for row in rows:
        if group and (len(group) >= REQUEST_ROWS or size + len(row) > REQUEST_BYTES):
            yield group
            group, size = [], 0
        group.append(row)
        size += len(row)
    if group:
        yield group
