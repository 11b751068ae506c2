"""Comparing two rows by value, where their bytes differ.

Vectors are compared by the bits of their 32-bit floats, payloads by JSON value with integers kept apart from floats
and keys in any order. A null payload and an empty one are the same to Qdrant; a missing vector and an empty one are
not.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from typing import Any

from qdrill.names import terminal_text
from qdrill.results import Difference, PointId
from qdrill.rows.lookalike import has_double, spelled, texts_apart
from qdrill.rows.splice import Buffer

# Drift: what normalising a stored vector once more may do to it (reference: Qdrant's cosine preprocessing).
DRIFT_ULPS = 64
DRIFT_ABSOLUTE = 1e-6
_SHOWN = 60


def row_differences(point_id: PointId, left: Buffer, right: Buffer) -> list[Difference]:
    """How two rows of the same id differ: at most one difference for vectors and one for the payload."""
    ours, theirs = json.loads(bytes(left)), json.loads(bytes(right))
    found: list[Difference] = []
    vector = vector_difference(ours.get("vector"), theirs.get("vector"))
    if vector is not None:
        found.append(Difference(point_id, "float_drift" if vector[0] else "vector", vector[1]))
    payload = next(_value_differences("payload", ours.get("payload") or {}, theirs.get("payload") or {}), None)
    if payload is not None:
        found.append(Difference(point_id, "payload", payload))
    if not found and ours.get("shard_key") != theirs.get("shard_key"):
        found.append(Difference(point_id, "payload", "the shard key differs"))
    return found


def vector_difference(left: Any, right: Any) -> tuple[bool, str] | None:
    """(is it only drift, words) for the vectors of a row, or None where every bit is the same."""
    ours, theirs = _by_name(left), _by_name(right)
    drift: tuple[bool, str] | None = None
    for name in sorted({*ours, *theirs}):
        label = f"vector {terminal_text(name, _SHOWN)}" if name else "vector"
        if name not in ours or name not in theirs:
            return False, f"{label} is missing {'here' if name not in ours else 'there'}"
        found = _one_vector(label, ours[name], theirs[name])
        if found is not None and not found[0]:
            return found
        drift = drift or found
    return drift


def _by_name(vector: Any) -> dict[str, Any]:
    if vector is None:
        return {}
    return vector if isinstance(vector, dict) else {"": vector}


def _one_vector(label: str, left: Any, right: Any) -> tuple[bool, str] | None:
    if isinstance(left, dict) and isinstance(right, dict):
        return _sparse(label, left, right)
    if type(left) is not type(right):
        return False, f"{label} is sparse on one side only"
    if _is_multi(left) != _is_multi(right):
        return False, f"{label} is a multi-vector on one side only"
    if _is_multi(left):
        if [len(row) for row in left] != [len(row) for row in right]:
            return False, f"{label} has {len(left)} rows here, {len(right)} there"
        return _floats(label, [x for row in left for x in row], [x for row in right for x in row])
    return _floats(label, left, right)


def _is_multi(vector: list[Any]) -> bool:
    return bool(vector) and isinstance(vector[0], list)


def _sparse(label: str, left: dict[str, Any], right: dict[str, Any]) -> tuple[bool, str] | None:
    ours = sorted(zip(left["indices"], left["values"], strict=False))
    theirs = sorted(zip(right["indices"], right["values"], strict=False))
    if [i for i, _ in ours] != [i for i, _ in theirs]:
        return False, f"{label} has other indices"
    return _floats(label, [v for _, v in ours], [v for _, v in theirs])


def _floats(label: str, left: list[Any], right: list[Any]) -> tuple[bool, str] | None:
    if len(left) != len(right):
        return False, f"{label} has {len(left)} numbers here, {len(right)} there"
    places = [n for n, (a, b) in enumerate(zip(left, right, strict=True)) if f32_bits(a) != f32_bits(b)]
    if not places:
        return None
    first = places[0]
    more = f", and {len(places) - 1} more" if len(places) > 1 else ""
    words = f"{label}[{first}]: {left[first]} here, {right[first]} there{more}"
    return all(_is_drift(left[n], right[n]) for n in places), words


def f32_bits(number: Any) -> int | None:
    """Bits of a number as a 32-bit float; None for null, by which REST shows a NaN."""
    if number is None:
        return None
    try:
        return int(struct.unpack("<i", struct.pack("<f", number))[0])
    except OverflowError:
        return -1


def _is_drift(left: Any, right: Any) -> bool:
    if left is None or right is None:
        return False
    return ulps_apart(left, right) <= DRIFT_ULPS and abs(left - right) <= DRIFT_ABSOLUTE


def ulps_apart(left: float, right: float) -> int:
    """How many 32-bit floats lie between two numbers."""
    return abs(_ordered(left) - _ordered(right))


def _ordered(number: float) -> int:
    bits = f32_bits(number) or 0
    return bits if bits >= 0 else -(bits & 0x7FFFFFFF)


def _value_differences(path: str, left: Any, right: Any) -> Iterator[str]:
    if isinstance(left, dict) and isinstance(right, dict):
        for key in sorted({*left, *right}):
            double = (key in left) != (key in right) and has_double(key, {*left, *right})
            inner = f"{path}[{spelled(key)}]" if double else f"{path}.{terminal_text(key, _SHOWN)}"
            if key not in left or key not in right:
                yield f"{inner} is missing {'here' if key not in left else 'there'}"
            else:
                yield from _value_differences(inner, left[key], right[key])
    elif isinstance(left, list) and isinstance(right, list):
        if len(left) != len(right):
            yield f"{path} has {len(left)} items here, {len(right)} there"
        for index, (a, b) in enumerate(zip(left, right, strict=False)):
            yield from _value_differences(f"{path}[{index}]", a, b)
    elif type(left) is not type(right) or not same_scalar(left, right):
        ours, theirs = texts_apart(left, right, _SHOWN)
        yield f"{path}: {ours} here, {theirs} there"


def same_scalar(left: Any, right: Any) -> bool:
    """Whether two JSON values of one type, no object and no array, are the same; floats bit for bit."""
    if isinstance(left, float):
        return struct.pack("<d", left) == struct.pack("<d", right)
    return bool(left == right)
