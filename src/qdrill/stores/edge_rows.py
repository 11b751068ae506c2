"""Records of the embedded engine <-> rows as Qdrant serves them.

A row is `{"id":…,"payload":…,"vector":…}`. Floats of vectors are f32: they are printed with the fewest digits
that give the same f32 back, as Qdrant prints them. Payloads keep key order, u64 and i64 integers, and `1.0`
apart from `1`. Nothing here touches floats one by one in Python: `struct` and numpy do it a vector at a time.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

import numpy as np
import orjson
import qdrant_edge

from qdrill.errors import Refused
from qdrill.results import PointId
from qdrill.stores.edge_names import shown

_DEEPEST_PAYLOAD = 124  # what a server takes
_U32 = 1 << 32
_U64 = 1 << 64
_BOOLEAN_ITEM = re.compile(rb"[\[,]\s*(?:true|false)")


@dataclass(frozen=True, slots=True)
class VectorShape:
    """What is expected under each vector name, "" being the unnamed vector; sizes are numbers of floats."""

    dense: Mapping[str, int]
    multi: Mapping[str, int]
    sparse: frozenset[str]

    @classmethod
    def of(cls, params: Mapping[str, Any]) -> VectorShape:
        """The shape written in a collection's `config.params`."""
        vectors = named_vectors(params)
        dense = {n: int(v["size"]) for n, v in vectors.items() if not v.get("multivector_config")}
        multi = {n: int(v["size"]) for n, v in vectors.items() if v.get("multivector_config")}
        return cls(dense, multi, frozenset(params.get("sparse_vectors") or {}))

    def __contains__(self, name: object) -> bool:
        return name in self.dense or name in self.multi or name in self.sparse


def named_vectors(params: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Dense vector parameters by name from `config.params`; the unnamed vector is under ""."""
    vectors = params.get("vectors") or {}
    return {"": vectors} if isinstance(vectors.get("size"), int) else dict(vectors)


def refused(reason: str) -> Refused:
    """The embedded engine's refusal of a request, in Qdrant's words."""
    words = shown(reason)
    return Refused(f"the embedded engine refused: {words}", status=400, reason=words)


def plain_id(point_id: Any) -> PointId:
    """An id of the engine (int, UUID or text) as int or lower-case hyphenated text."""
    return str(point_id) if isinstance(point_id, UUID) else point_id


# ---------------------------------------------------------------- records to rows


def encode_rows(records: Iterable[qdrant_edge.Record]) -> bytes:
    """Rows of `records` joined by commas, no brackets; named vectors come in order of their names."""
    rows = [{"id": r.id, "payload": r.payload or {}, "vector": _readable(r.vector)} for r in records]
    return orjson.dumps(rows, option=orjson.OPT_SERIALIZE_NUMPY)[1:-1]


def _readable(vector: Any) -> Any:
    if type(vector) is dict:
        return {name: _one_vector(vector[name]) for name in sorted(vector)}
    return {} if vector is None else _one_vector(vector)


def _one_vector(vector: Any) -> Any:
    if type(vector) is not list:
        return {"indices": vector.indices, "values": _f32(vector.values)}
    if vector and type(vector[0]) is list:
        return [_f32(row) for row in vector]
    return _f32(vector)


def _f32(values: list[float]) -> Any:
    # Packing first is three times as fast as numpy.array(list).
    return np.frombuffer(_packer(len(values))(*values), np.float32) if values else []


@lru_cache(maxsize=256)
def _packer(size: int) -> Callable[..., bytes]:
    return struct.Struct(f"{size}f").pack


# ---------------------------------------------------------------- rows to points


def decode_rows(rows: Sequence[bytes | memoryview], shape: VectorShape) -> list[qdrant_edge.Point]:
    """Points of the rows made by putting the fragments together.

    Everything is checked before the engine sees any of it: the engine writes an operation to its log first,
    stores NaN, and panics on uneven multi-vectors and on sparse vectors of uneven length.

    Raises:
        Refused: the batch holds something that Qdrant would not take; nothing of it is written.
    """
    text = b"".join((b"[", *rows, b"]"))
    try:
        decoded = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise refused(f"Format error in JSON body: {error}") from None
    if not decoded:
        raise refused("Bad request: Empty update request")
    # Only `true` and `false` inside an array can hide a boolean in a vector; few batches have any.
    booleans = (b"true" in text or b"false" in text) and _BOOLEAN_ITEM.search(text) is not None
    return [_point(row, shape, booleans) for row in decoded]


def _point(row: Any, shape: VectorShape, booleans: bool) -> qdrant_edge.Point:
    if type(row) is not dict:
        raise refused("Format error in JSON body: a point must be an object")
    for field in ("id", "vector"):
        if field not in row:
            raise refused(f"Format error in JSON body: missing field `{field}`")
    point_id, vector, payload = row["id"], row["vector"], row.get("payload")
    if type(point_id) is not str and not (type(point_id) is int and 0 <= point_id < _U64):
        raise _bad_id(point_id)
    _check_payload(payload)
    checked: Any
    if type(vector) is dict:
        checked = {name: _checked(name, value, shape, booleans) for name, value in vector.items()}
    elif type(vector) is list:
        checked = _checked("", vector, shape, booleans)
    else:
        raise _wrong_kind(vector)
    try:
        return qdrant_edge.Point(point_id, checked, payload)
    except ValueError:
        raise _bad_id(point_id) from None


def _bad_id(point_id: Any) -> Refused:
    words = point_id if type(point_id) is str else orjson.dumps(point_id).decode()
    return refused(
        f"Format error in JSON body: value {shown(words, 60)} is not a valid point ID, "
        "valid values are either an unsigned integer or a UUID"
    )


def _check_payload(payload: Any) -> None:
    if payload is None:
        return
    if type(payload) is not dict:
        raise refused("Format error in JSON body: a payload must be an object")
    level: list[Any] = [payload]
    for _ in range(_DEEPEST_PAYLOAD):
        level = [inner for outer in level for inner in _containers(outer)]
        if not level:
            return
    raise refused("Format error in JSON body: recursion limit exceeded")


def _containers(outer: Any) -> list[Any]:
    values = outer.values() if type(outer) is dict else outer
    return [value for value in values if type(value) is dict or type(value) is list]


def _checked(name: str, value: Any, shape: VectorShape, booleans: bool) -> Any:
    size = shape.dense.get(name)
    if size is not None:
        _check_floats(value, size, booleans)
        return value
    if name in shape.multi:
        return _checked_multi(value, shape.multi[name], booleans)
    if name in shape.sparse:
        return _checked_sparse(value, booleans)
    raise refused(f"Wrong input: Not existing vector name error: {shown(name)}")


def _check_floats(values: Any, size: int, booleans: bool) -> None:
    if type(values) is not list:
        raise _wrong_kind(values)
    try:
        packed = _packer(size)(*values)
    except (struct.error, OverflowError):
        raise _bad_floats(values, size) from None
    # JSON has no infinity: one here is a number too large for f32, which could never be read back.
    if not np.isfinite(np.frombuffer(packed, np.float32)).all():
        raise _bad_floats(values, size)
    if booleans and not set(map(type, values)) <= {float, int}:
        raise _bad_floats(values, size)


def _bad_floats(values: list[Any], size: int) -> Refused:
    """Why `values` cannot be a vector of `size` floats."""
    if values and all(type(value) is list for value in values):
        return refused("Wrong input: Conversion between multi and regular vectors failed")
    if not set(map(type, values)) <= {float, int}:
        return _wrong_kind(values)
    if len(values) != size:
        return refused(f"Wrong input: Vector dimension error: expected dim: {size}, got {len(values)}")
    return refused("Format error in JSON body: a number of a vector does not fit into 32-bit floating point")


def _wrong_kind(value: Any) -> Refused:
    if type(value) is dict:
        return refused("Wrong input: Conversion between sparse and regular vectors failed")
    return refused("Format error in JSON body: data did not match any variant of untagged enum VectorStruct")


def _checked_multi(value: Any, size: int, booleans: bool) -> list[list[float]]:
    if type(value) is not list:
        raise _wrong_kind(value)
    # One plain vector is a multi-vector of one row, as on a server.
    rows = value if value and type(value[0]) is list else [value]
    for row in rows:
        _check_floats(row, size, booleans)
    return rows


def _checked_sparse(value: Any, booleans: bool) -> qdrant_edge.SparseVector:
    if type(value) is not dict or set(value) != {"indices", "values"}:
        raise refused("Wrong input: Conversion between sparse and regular vectors failed")
    indices, values = value["indices"], value["values"]
    if type(indices) is not list or not all(type(i) is int and 0 <= i < _U32 for i in indices):
        raise refused("Format error in JSON body: sparse indices must be 32-bit unsigned integers")
    if type(values) is not list or len(values) != len(indices):
        raise refused("Validation error in JSON body: values: must be the same length as indices")
    if len(set(indices)) != len(indices):
        raise refused("Validation error in JSON body: indices: must be unique")
    _check_floats(values, len(values), booleans)
    return qdrant_edge.SparseVector(indices, values)


def query_vector(using: str, vector: Any, shape: VectorShape) -> Any:
    """A search's vector for the engine: floats, rows of floats, or `{"indices", "values"}` of plain numbers.

    Raises:
        Refused: no such vector name, or a vector that does not fit it.
    """
    return _checked(using, vector, shape, booleans=False)
