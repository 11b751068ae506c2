"""An answer of a Qdrant server: its bytes, and what they hold."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from qdrill.rows.splice import UNREADABLE, describe_body
from qdrill.stores.retry import Transient


class _Result(msgspec.Struct):
    result: msgspec.Raw


_result_decoder = msgspec.json.Decoder(_Result)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: the first `length` bytes of `buffer`, valid until the calling thread's next request."""

    status: int
    headers: Mapping[str, str]
    buffer: bytearray
    length: int

    @property
    def body(self) -> bytes:
        """A copy of the body."""
        return bytes(memoryview(self.buffer)[: self.length])

    @property
    def text(self) -> str:
        """The beginning of the body as text, for messages."""
        return self.buffer[: min(self.length, 2000)].decode("utf-8", "replace")


def raw_result(reply: Reply) -> bytes:
    """The bytes of `result`; raises Transient where the body is not JSON of that shape."""
    try:
        return bytes(_result_decoder.decode(memoryview(reply.buffer)[: reply.length]).result)
    except UNREADABLE as error:
        raise Transient(describe_body(reply.body)) from error


def decode(reply: Reply) -> Any:
    """The decoded body; raises Transient where it is not JSON."""
    try:
        return json.loads(reply.body)
    except (ValueError, RecursionError) as error:
        raise Transient(describe_body(reply.body)) from error
