"""Lines of JSONL as rows that a store takes, or what is wrong with them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

from qdrill.embedders.base import is_number
from qdrill.names import one_line
from qdrill.results import PointId

_LONGEST_LINE = 300


@dataclass(frozen=True, slots=True)
class Row:
    """A row in order. `data` is the JSON object that is sent."""

    line_no: int
    id: PointId
    data: bytes


@dataclass(frozen=True, slots=True)
class BadRow:
    """A line that is no row of the collection; `line_no` counts from 1, `error` is one line."""

    line_no: int
    error: str
    line: str

    @classmethod
    def of(cls, line_no: int, error: str, line: str) -> BadRow:
        """The line cut to 300 characters."""
        return cls(line_no, one_line(error), line if len(line) <= _LONGEST_LINE else line[: _LONGEST_LINE - 1] + "…")


class _Wrong(Exception):
    """What is wrong with a line."""


def rows_of(jsonl: str, size: int) -> Iterator[Row | BadRow]:
    """Every line that is not blank, in order.

    Args:
        size: of the collection's unnamed vector.
    """
    # A payload may hold U+2028 and its like, which only JSON's own line end may not be taken for.
    for line_no, written in enumerate(jsonl.split("\n"), start=1):
        line = written.strip()
        if not line:
            continue
        try:
            point_id, data = _row(line, size)
        except _Wrong as error:
            yield BadRow.of(line_no, str(error), line)
        else:
            yield Row(line_no, point_id, data)


def _row(line: str, size: int) -> tuple[PointId, bytes]:
    row = _decoded(line)
    if not isinstance(row, dict):
        raise _Wrong("a row must be an object with id, vector and payload")
    point_id = _id(row.get("id"))
    vector = _vector(row.get("vector"), size)
    payload = row.get("payload")
    if not (payload is None or isinstance(payload, dict)):
        raise _Wrong("payload must be an object")
    try:
        return point_id, orjson.dumps({"id": point_id, "payload": payload or {}, "vector": vector})
    except orjson.JSONEncodeError:
        raise _Wrong("payload is nested too deep") from None


def _decoded(line: str) -> Any:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError as error:
        words = str(error)
    # The recorded words are the standard library's; it lets NaN and half surrogate pairs pass, which no store takes.
    try:
        json.loads(line)
    except ValueError as error:
        words = str(error)
    except RecursionError:
        pass
    raise _Wrong(words)


def _id(value: Any) -> PointId:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 64:
        return value
    if isinstance(value, str):
        try:
            return str(UUID(value))
        except ValueError:
            pass
    raise _Wrong("id must be a whole number from 0 to 2^64-1 or a UUID")


def _vector(value: Any, size: int) -> list[Any]:
    if not isinstance(value, list):
        raise _Wrong("vector must be a list of numbers")
    if len(value) != size:
        raise _Wrong(f"vector dimension mismatch, expected {size}, got {len(value)}")
    if not all(is_number(number) for number in value):
        raise _Wrong("vector must hold 32-bit numbers only")
    return value
