"""Cutting a scroll's answer into rows without decoding it.

The bytes between `"points":[` and the last `]` are the rows as the server wrote them; an upsert takes them as they
are. Decoding happens only where the cheap look finds something unusual.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from qdrill.results import PointId
from qdrill.rows.order import parse_id_token, strictly_ascending

Buffer = bytes | bytearray | memoryview

# What decoding raises for bytes that are not JSON, not text, or nested deeper than anybody can follow.
UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)

_HEAD = b'{"result":{"points":['
_TAIL = b'],"next_page_offset":'
_TAIL_REACH = 4096
_ROW = b'{"id":'


class NotAPage(ValueError):
    """The bytes are not the answer of a scroll; the text says what they look like."""


@dataclass(frozen=True, slots=True)
class PageSpan:
    """Where the rows of a page lie in its body: [start, end), and the id after them."""

    start: int
    end: int
    next_id: PointId | None


class _Tail(msgspec.Struct):
    next_page_offset: int | str | None


class _TailEnvelope(msgspec.Struct):
    result: _Tail


class _Points(msgspec.Struct):
    points: msgspec.Raw
    next_page_offset: int | str | None = None


class _Envelope(msgspec.Struct):
    result: _Points


class _IdRow(msgspec.Struct):
    id: msgspec.Raw


_tail_decoder = msgspec.json.Decoder(_TailEnvelope)
_envelope_decoder = msgspec.json.Decoder(_Envelope)
_rows_decoder = msgspec.json.Decoder(list[msgspec.Raw])
_id_row_decoder = msgspec.json.Decoder(_IdRow)
_ids_decoder = msgspec.json.Decoder(list[int | str])


def page_span(body: bytearray | bytes, length: int | None = None) -> PageSpan:
    """Find the rows in a scroll's body, which is the first `length` bytes (None: all).

    Raises:
        NotAPage: not JSON of that shape: truncated, or an HTML page of a proxy.
    """
    end = len(body) if length is None else length
    cut = body.rfind(_TAIL, max(0, end - _TAIL_REACH), end)
    if not body.startswith(_HEAD) or cut < 0:
        return _page_span_by_decoding(bytes(body[:end]))
    try:
        tail = _tail_decoder.decode(b'{"result":{' + body[cut + 2 : end])
    except UNREADABLE as error:
        raise NotAPage(describe_body(body[:end])) from error
    return PageSpan(len(_HEAD), cut, tail.result.next_page_offset)


def _page_span_by_decoding(body: bytes) -> PageSpan:
    """The same for a server that orders or spaces its answer in another way."""
    try:
        result = _envelope_decoder.decode(body).result
    except UNREADABLE as error:
        raise NotAPage(describe_body(body)) from error
    rows = bytes(result.points)
    if not rows.startswith(b"["):
        raise NotAPage(describe_body(body))
    start = body.find(rows)
    return PageSpan(start + 1, start + len(rows) - 1, result.next_page_offset)


def describe_body(body: Buffer) -> str:
    """What a body that is not a page looks like, in a few words."""
    head = bytes(body[:200]).lstrip()
    if head[:1] == b"<":
        return "an HTML page came instead of JSON; something between here and the server answers for it"
    if not head:
        return "an empty answer came"
    return f"the JSON ends early or is not a page of points ({len(body)} bytes)"


def quick_ids(body: bytearray | bytes, start: int, end: int) -> list[PointId] | None:
    """Ids of the rows in body[start:end] by looking at braces only, or None where that is not certain.

    Every row begins with `{"id":`. A payload may hold such an object too, so the ids found count only when they
    ascend strictly; callers also know how many to expect. Costs about 1 µs a row.
    """
    if start < end and not body.startswith(_ROW, start):
        return None
    ids: list[PointId] = []
    find, begins = body.find, body.startswith
    at = start
    try:
        while 0 <= at < end:
            if begins(_ROW, at):
                stop = find(b",", at, end)
                token = body[at + 6 : stop if stop > 0 else end - 1]
                ids.append(int(token) if token[:1] != b'"' else parse_id_token(bytes(token)))
                at = stop if stop > 0 else end
            at = find(b"{", at + 1, end)
    except ValueError:
        return None
    return ids if strictly_ascending(ids) else None


def split_rows(rows: Buffer) -> list[bytes]:
    """Comma-joined rows cut exactly, one bytes object a row.

    Raises:
        NotAPage: the bytes are not comma-joined JSON values.
    """
    if len(rows) == 0:
        return []
    try:
        found = _rows_decoder.decode(b"".join((b"[", rows, b"]")))
    except UNREADABLE as error:
        raise NotAPage(f"these bytes are not rows: {error}") from error
    if len(found) == 1 and isinstance(rows, bytes) and len(memoryview(found[0])) == len(rows):
        # A single row may be of many megabytes.
        return [rows]
    return [bytes(row) for row in found]


def row_id(row: Buffer) -> PointId:
    """The id of one row.

    Raises:
        NotAPage: the row has no id or is not an object.
    """
    try:
        return parse_id_token(bytes(_id_row_decoder.decode(row).id))
    except (*UNREADABLE, ValueError) as error:
        raise NotAPage(f"a row has no usable id: {error}") from error


def exact_ids(rows: Buffer) -> list[PointId]:
    """Ids of comma-joined rows, by decoding."""
    return [row_id(row) for row in split_rows(rows)]


def rows_and_ids(rows: Buffer) -> list[tuple[PointId, bytes]]:
    """Comma-joined rows cut exactly, each with its id."""
    return [(row_id(row), row) for row in split_rows(rows)]


def ids_of_id_page(body: bytearray | bytes, span: PageSpan) -> Sequence[PointId]:
    """Ids of a page that was asked for without payload and vectors: `{"id":1},{"id":2}`."""
    bare = bytes(body[span.start : span.end]).replace(_ROW, b"").replace(b"}", b"")
    try:
        return _ids_decoder.decode(b"[" + bare + b"]")
    except UNREADABLE:
        return exact_ids(body[span.start : span.end])
