"""Points on their way in and out: ids, vectors, rows as JSON text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
import qdrant_edge as edge

from tests.support.restserver.errors import ApiError, format_error, invalid, wrong_input
from tests.support.restserver.jsonbody import JsonDict

PointId = int | str

MAX_U64 = 2**64 - 1
_HEX = "[0-9a-fA-F]"
_HYPHENATED = f"{_HEX}{{8}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{12}}"
_UUID = re.compile(f"{_HYPHENATED}|{_HEX}{{32}}|urn:uuid:{_HYPHENATED}|\\{{{_HYPHENATED}\\}}")


@dataclass(frozen=True)
class VectorSchema:
    """What the collection says about its vectors, as far as a request is checked against it."""

    dense: dict[str, int]
    multi: frozenset[str]
    sparse: frozenset[str]


def point_id(value: object) -> PointId:
    if type(value) is int and 0 <= value <= MAX_U64:
        return value
    if type(value) is str and _UUID.fullmatch(value):
        return value
    raise format_error(
        f"value {_shown(value)} is not a valid point ID, valid values are either an unsigned integer or a UUID"
    )


def _shown(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return repr(value).replace("e+", "e")
    return orjson.dumps(value).decode()


def parse_points(rows: object, schema: VectorSchema) -> list[edge.Point]:
    if not isinstance(rows, list):
        raise format_error("invalid type: expected a sequence")
    try:
        return [_point(row, schema, number) for number, row in enumerate(rows)]
    except (TypeError, ValueError) as error:
        raise format_error("data did not match any variant of untagged enum VectorStruct") from error


def _point(row: object, schema: VectorSchema, number: int) -> edge.Point:
    if not isinstance(row, dict):
        raise format_error("invalid type: expected struct PointStruct")
    if "id" not in row:
        raise format_error("missing field `id`")
    identity = point_id(row["id"])
    vector = row.get("vector", row.get("vectors"))
    if vector is None:
        raise _no_vector(row)
    payload = row.get("payload")
    if payload is not None and not isinstance(payload, dict):
        raise format_error("invalid type: expected a map")
    return edge.Point(identity, _vectors(vector, schema, number), payload)


def _no_vector(row: JsonDict) -> ApiError:
    if "vector" in row or "vectors" in row:
        return format_error("data did not match any variant of untagged enum VectorStruct")
    return format_error("missing field `vector`")


def _vectors(value: object, schema: VectorSchema, number: int) -> Any:
    field = f"points[{number}].vector"
    if isinstance(value, dict):
        return {name: named_vector(part, name, schema, f"{field}.{name}") for name, part in value.items()}
    return named_vector(value, "", schema, field)


def named_vector(value: object, name: str, schema: VectorSchema, field: str) -> Any:
    """One vector as the engine takes it, after the checks whose absence would make the engine panic."""
    if isinstance(value, dict):
        return sparse_vector(value, field)
    if not isinstance(value, list):
        raise TypeError(f"not a vector: {value!r}")
    if not value:
        raise invalid("JSON body", field, "value invalid, must not be empty")
    if isinstance(value[0], list):
        _check_multi(value, field)
        _check_dimension(len(value[0]), name, schema)
    else:
        _check_dimension(len(value), name, schema)
    return value


def _check_multi(value: list[Any], field: str) -> None:
    if not all(isinstance(part, list) for part in value):
        raise TypeError("a row of a multivector is not a list")
    if not all(value):
        raise invalid("JSON body", f"{field}.data", "all vectors must be non-empty")
    odd = next((part for part in value if len(part) != len(value[0])), None)
    if odd is not None:
        message = f"all vectors must have the same dimension, found vector with dimension {len(odd)}"
        raise invalid("JSON body", f"{field}.data", message)


def _check_dimension(length: int, name: str, schema: VectorSchema) -> None:
    expected = schema.dense.get(name, length)
    if expected != length:
        raise wrong_input(f"Vector dimension error: expected dim: {expected}, got {length}")


def sparse_vector(value: JsonDict, field: str) -> edge.SparseVector:
    indices, values = value.get("indices"), value.get("values")
    if not isinstance(indices, list) or not isinstance(values, list):
        raise TypeError("not a sparse vector")
    if len(indices) != len(values):
        message = "Validation error: must be the same length as indices [{}]"
        raise invalid("JSON body", f"{field}.values", message)
    if len(set(indices)) != len(indices):
        raise invalid("JSON body", f"{field}.indices", "Validation error: must be unique [{}]")
    return edge.SparseVector(indices, values)


def record_row(record: edge.Record) -> JsonDict:
    return _fill({"id": record.id}, record)


def scored_row(point: edge.ScoredPoint) -> JsonDict:
    return _fill({"id": point.id, "version": point.version, "score": np.float32(point.score)}, point)


def _fill(row: JsonDict, source: edge.Record | edge.ScoredPoint) -> JsonDict:
    payload = source.payload
    if payload is not None:
        row["payload"] = payload
    vector: Any = source.vector
    if vector is not None:
        row["vector"] = _output(vector)
    return row


def _output(vector: Any) -> Any:
    if type(vector) is list:
        return np.array(vector, dtype=np.float32)
    if isinstance(vector, edge.SparseVector):
        return {"indices": vector.indices, "values": np.array(vector.values, dtype=np.float32)}
    return {name: _output(part) for name, part in vector.items()}


def dumps(value: object) -> bytes:
    """Compact JSON in which 32-bit floats get the shortest text that reads back to the same 32 bits."""
    return orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY)
