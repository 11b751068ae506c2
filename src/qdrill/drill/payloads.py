"""Payloads of hits: read once a search has been judged, few at a time, and kept no longer than evidence needs.

Ranking and judging take ids and scores alone, so a search costs the same whatever its points carry.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import msgspec

from qdrill.errors import Interrupted, QdrillError, StoreError
from qdrill.names import one_line
from qdrill.results import Hit, PointId, SearchOutcome, Whole
from qdrill.rows.clip import clip_json
from qdrill.rows.order import parse_id_token
from qdrill.rows.splice import UNREADABLE, Buffer, NotAPage, split_rows
from qdrill.stores.base import CollectionReader
from qdrill.stores.wire import TooLong

# Most bytes of a payload that are kept; of all hits of an answer together, unless they are very many.
HIT_BYTES, ANSWER_BYTES, LEAST_BYTES = 16 << 10, 1 << 20, 512
# Most bytes, and points, asked for at once.
READ_BYTES, READ_POINTS = 4 << 20, 100
GONE = "the point is no longer there"
Clipped = tuple[dict[str, Any], Whole | None]


class _Row(msgspec.Struct):
    id: msgspec.Raw
    payload: msgspec.Raw = msgspec.Raw(b"null")


_row_decoder = msgspec.json.Decoder(_Row)


def read_payloads(hits: Sequence[Hit], reader: CollectionReader) -> tuple[Hit, ...]:
    """`hits` with their payloads, those that came with the hit too, clipped to what is kept of them.

    Raises:
        NotFound, Refused, StoreError, Interrupted: as the store's.
    """
    limit = max(LEAST_BYTES, min(HIT_BYTES, ANSWER_BYTES // max(1, len(hits))))
    lacking = [hit.id for hit in hits if hit.payload is None and not hit.unread]
    try:
        found = _read(reader, list(dict.fromkeys(lacking)), limit)
    except NotAPage as error:
        raise StoreError(f"a point of {one_line(reader.name, 100)} cannot be read: {error}; check the store") from error
    return tuple(_completed(hit, found, limit) for hit in hits)


def with_payloads(
    outcome: SearchOutcome, source: CollectionReader | None, target: CollectionReader | None
) -> SearchOutcome:
    """The outcome with its hits' payloads; where they cannot be read, with the reason. Raises Interrupted alone.

    Args:
        source, target: None leaves that side as it is.
    """
    return replace(
        outcome,
        source_hits=outcome.source_hits if source is None else told(outcome.source_hits, source),
        target_hits=outcome.target_hits if target is None else told(outcome.target_hits, target),
    )


def told(hits: Sequence[Hit], reader: CollectionReader) -> tuple[Hit, ...]:
    """As `read_payloads`; a failure is told by every hit whose payload it concerns. Raises Interrupted alone."""
    try:
        return read_payloads(hits, reader)
    except Interrupted:
        raise
    except QdrillError as error:
        return tuple(replace(hit, unread=str(error)) if hit.payload is None else hit for hit in hits)


def _completed(hit: Hit, found: Mapping[PointId, Clipped], limit: int) -> Hit:
    if hit.unread or hit.whole is not None:
        return hit
    if hit.payload is not None:
        payload, whole = clip_json(msgspec.json.encode(hit.payload), limit)
    elif hit.id in found:
        payload, whole = found[hit.id]
    else:
        return replace(hit, unread=GONE)
    return replace(hit, payload=payload, whole=whole)


def _read(reader: CollectionReader, ids: Sequence[PointId], limit: int) -> dict[PointId, Clipped]:
    """Clipped payloads of these points, a few in memory at a time; one that is very long alone."""
    most = min(READ_POINTS, reader.page_limit() or READ_POINTS)
    found: dict[PointId, Clipped] = {}
    at = 0
    while at < len(ids):
        group = ids[at : at + most]
        try:
            found |= _group(reader, group, limit)
        except TooLong as error:
            most = max(1, min(len(group) // 2, len(group) * READ_BYTES // error.length))
        else:
            at += len(group)
    return found


def _group(reader: CollectionReader, ids: Sequence[PointId], limit: int) -> dict[PointId, Clipped]:
    """Nothing that was read outlives the call."""
    rows: Sequence[Buffer]
    if len(ids) > 1:
        rows = split_rows(reader.retrieve(ids, vector=False, longest=READ_BYTES).rows)
    else:
        # One row is not copied.
        row = reader.retrieve(ids, vector=False).rows
        rows = [row] if len(row) else []
    return dict(_clipped(row, limit) for row in rows)


def _clipped(row: Buffer, limit: int) -> tuple[PointId, Clipped]:
    try:
        decoded = _row_decoder.decode(row)
        point_id = parse_id_token(bytes(decoded.id))
    except (*UNREADABLE, ValueError) as error:
        raise NotAPage(str(error)) from error
    return point_id, clip_json(memoryview(decoded.payload), limit)
