"""One point decoded for people: payload, vectors with a short preview, and the row's own JSON for copying."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeGuard

from qdrill.results import PointId
from qdrill.rows.splice import Buffer, NotAPage

MORE = "…"


@dataclass(frozen=True, slots=True)
class StoredVector:
    """A vector as it is stored.

    Attributes:
        name: "" is the unnamed one.
        size: numbers of a dense vector, rows of a multi-vector, entries of a sparse one.
        value: decoded: a list of numbers (null for a NaN), a list of lists, or `indices` and `values`.
    """

    name: str
    kind: Literal["dense", "multi", "sparse"]
    size: int
    value: Any

    def preview(self, numbers: int = 6) -> str:
        """Its first numbers, exact: `0.1, 0.2, …`; of a multi-vector the first row; of a sparse one `index: value`."""
        if self.kind == "sparse":
            pairs = zip(self.value["indices"], self.value["values"], strict=False)
            return _head((f"{index}: {json.dumps(value)}" for index, value in pairs), numbers, self.size)
        if self.kind == "multi":
            row = self.value[0]
            first = f"[{_head(map(json.dumps, row), numbers, len(row))}]"
            return first if self.size == 1 else f"{first}, {MORE}"
        return _head(map(json.dumps, self.value), numbers, self.size)


@dataclass(frozen=True, slots=True)
class PointRow:
    """A point; `text` is its row in JSON as its store served it. Nothing in it is harmless to a terminal."""

    id: PointId
    payload: Mapping[str, Any]
    vectors: tuple[StoredVector, ...]
    text: str


def decode_row(row: Buffer) -> dict[str, Any]:
    """One row, decoded.

    Raises:
        NotAPage: it is no JSON object that can be read.
    """
    try:
        decoded = json.loads(bytes(row))
    except (ValueError, RecursionError) as error:
        raise NotAPage(f"a row cannot be read as JSON: {error}") from error
    if not isinstance(decoded, dict):
        raise NotAPage("a row is no JSON object")
    return decoded


def read_point(point_id: PointId, row: Buffer) -> PointRow:
    """The point that a row holds.

    Raises:
        NotAPage: it is no JSON object, or its payload or a vector has a shape that no point has.
    """
    decoded = decode_row(row)
    payload = decoded.get("payload") or {}
    if not isinstance(payload, dict):
        raise NotAPage("a payload is no JSON object")
    named = vectors_by_name(decoded.get("vector"))
    vectors = tuple(_stored(name, named[name]) for name in sorted(named))
    return PointRow(point_id, payload, vectors, bytes(row).decode("utf-8", "replace"))


def vectors_by_name(vector: Any) -> dict[str, Any]:
    """The vectors of a decoded row; "" is the unnamed one."""
    named = vector if isinstance(vector, dict) else {"": vector}
    return {name: value for name, value in named.items() if value is not None}


def is_multi(vector: Any) -> bool:
    """Whether a decoded vector is a list of lists."""
    return isinstance(vector, list) and bool(vector) and isinstance(vector[0], list)


def _stored(name: str, value: Any) -> StoredVector:
    """The vector, its shape checked: a store's answer is not to be trusted to have one."""
    if isinstance(value, dict):
        indices, values = value.get("indices"), value.get("values")
        if _numbers(indices) and _numbers(values) and len(indices) == len(values):
            return StoredVector(name, "sparse", len(indices), value)
    elif is_multi(value) and all(map(_numbers, value)):
        return StoredVector(name, "multi", len(value), value)
    elif _numbers(value):
        return StoredVector(name, "dense", len(value), value)
    raise NotAPage("a vector is neither dense nor sparse nor a multi-vector")


def _numbers(value: Any) -> TypeGuard[list[Any]]:
    """Whether it is a list of numbers; REST shows a NaN as null."""
    return isinstance(value, list) and all(one is None or type(one) in (int, float) for one in value)


def _head(texts: Iterator[str], numbers: int, size: int) -> str:
    shown = [text for _, text in zip(range(numbers), texts, strict=False)]
    return ", ".join([*shown, MORE] if size > len(shown) else shown)
