"""What differs between two versions of one point, value by value.

`rows/values.py` says whether two rows differ; this says where. Both count the same things as equal: f32 by bits,
payloads by JSON value with integers kept apart from floats, keys in any order.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice, zip_longest
from typing import Any

from qdrill.names import terminal_text
from qdrill.rows.lookalike import has_double, spelled, texts_apart
from qdrill.rows.preview import is_multi, vectors_by_name
from qdrill.rows.values import f32_bits, same_scalar

ABSENT = "absent"
LISTED_NUMBERS = 50
"""Most changed numbers of one vector that are listed; all are counted."""
LISTED_VALUES = 1000
"""Most changed values of a payload that are listed; all are counted."""

_MISSING: Any = object()
_PLAIN_KEY = re.compile(r"[\w-]+")


@dataclass(frozen=True, slots=True)
class Change:
    """One value that is not the same; harmless on one line, never shortened.

    Attributes:
        path: `payload.tags[2].name`, `vector[3]`, `vector.title[3]`, `vector.tokens[0][3]` (row, number);
            of a sparse vector the index. A key that is no plain word stands as JSON: `payload["a.b"]`.
        left, right: JSON text, or 'absent'.
    """

    path: str
    left: str
    right: str


@dataclass(frozen=True, slots=True)
class VectorChange:
    """How far one vector is off.

    Attributes:
        name: "" is the unnamed one.
        changed: numbers that differ by their 32 bits, or are on one side only.
        numbers: of the longer side.
        largest: largest |change| of a number that both sides have; None where no such number changed.
    """

    name: str
    changed: int
    numbers: int
    largest: float | None


@dataclass(frozen=True, slots=True)
class RowDifference:
    """Everything in which two rows differ; `unlisted` changes are counted and not listed."""

    changes: tuple[Change, ...] = ()
    vectors: tuple[VectorChange, ...] = ()
    unlisted: int = 0


def row_difference(left: Mapping[str, Any], right: Mapping[str, Any]) -> RowDifference:
    """How two decoded rows of one id differ; no change exactly where `rows.values.row_differences` finds none."""
    changes: list[Change] = []
    vectors: list[VectorChange] = []
    unlisted = 0
    ours, theirs = vectors_by_name(left.get("vector")), vectors_by_name(right.get("vector"))
    for name in sorted({*ours, *theirs}):
        found = _vector(name, ours.get(name, _MISSING), theirs.get(name, _MISSING))
        if found.changed:
            vectors.append(VectorChange(name, found.changed, found.numbers, found.largest))
            changes += found.listed
            unlisted += found.changed - len(found.listed) if found.by_number else 0
    payload = _values("payload", left.get("payload") or {}, right.get("payload") or {})
    changes += islice(payload, LISTED_VALUES)
    unlisted += sum(1 for _ in payload)
    if left.get("shard_key") != right.get("shard_key"):
        changes.append(Change("shard_key", *_texts(left.get("shard_key"), right.get("shard_key"))))
    return RowDifference(tuple(changes), tuple(vectors), unlisted)


# ---------------------------------------------------------------- vectors


@dataclass(slots=True)
class _VectorFinding:
    """Changes of one vector; `by_number` is False where it is told as a whole."""

    listed: list[Change]
    changed: int = 0
    numbers: int = 0
    largest: float | None = None
    by_number: bool = True


def _vector(name: str, left: Any, right: Any) -> _VectorFinding:
    path = f"vector{_step(name)}" if name else "vector"
    if _shape(left) != _shape(right):
        most = max(_numbers(left), _numbers(right))
        # One without any number is a difference all the same.
        return _VectorFinding([Change(path, *_texts(left, right))], max(1, most), most, None, by_number=False)
    found = _VectorFinding([])
    for place, ours, theirs in _pairs(left, right):
        found.numbers += 1
        if ours is not _MISSING and theirs is not _MISSING and f32_bits(ours) == f32_bits(theirs):
            continue
        found.changed += 1
        found.largest = _larger(found.largest, ours, theirs)
        if len(found.listed) < LISTED_NUMBERS:
            found.listed.append(Change(path + place, *_texts(ours, theirs)))
    return found


def _shape(vector: Any) -> str:
    if vector is _MISSING:
        return ABSENT
    if isinstance(vector, dict):
        return "sparse"
    return "multi" if is_multi(vector) else "dense"


def _numbers(vector: Any) -> int:
    if vector is _MISSING:
        return 0
    if isinstance(vector, dict):
        return len(vector["indices"])
    return sum(map(len, vector)) if is_multi(vector) else len(vector)


def _pairs(left: Any, right: Any) -> Iterator[tuple[str, Any, Any]]:
    """(place, left, right) for every number of two vectors of one shape."""
    if isinstance(left, dict):
        yield from _sparse_pairs(left, right)
    elif is_multi(left):
        for row, (ours, theirs) in enumerate(zip_longest(left, right, fillvalue=())):
            yield from ((f"[{row}]{place}", a, b) for place, a, b in _dense_pairs(ours, theirs))
    else:
        yield from _dense_pairs(left, right)


def _dense_pairs(left: Iterable[Any], right: Iterable[Any]) -> Iterator[tuple[str, Any, Any]]:
    for place, (ours, theirs) in enumerate(zip_longest(left, right, fillvalue=_MISSING)):
        yield f"[{place}]", ours, theirs


def _sparse_pairs(left: Mapping[str, Any], right: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    ours, theirs = _by_index(left), _by_index(right)
    for index in sorted({*ours, *theirs}):
        for a, b in zip_longest(ours.get(index, ()), theirs.get(index, ()), fillvalue=_MISSING):
            yield f"[{index}]", a, b


def _by_index(sparse: Mapping[str, Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for index, value in sorted(zip(sparse["indices"], sparse["values"], strict=False)):
        found.setdefault(index, []).append(value)
    return found


def _larger(largest: float | None, left: Any, right: Any) -> float | None:
    if any(value is _MISSING or value is None for value in (left, right)):
        return largest
    change = float(abs(left - right))
    return change if largest is None else max(largest, change)


# ---------------------------------------------------------------- payload


def _values(path: str, left: Any, right: Any) -> Iterator[Change]:
    if isinstance(left, dict) and isinstance(right, dict):
        for key in sorted({*left, *right}):
            step = (
                _spelled_step(key)
                if (key in left) != (key in right) and has_double(key, {*left, *right})
                else _step(key)
            )
            yield from _values(path + step, left.get(key, _MISSING), right.get(key, _MISSING))
    elif isinstance(left, list) and isinstance(right, list):
        for index, (ours, theirs) in enumerate(zip_longest(left, right, fillvalue=_MISSING)):
            yield from _values(f"{path}[{index}]", ours, theirs)
    elif type(left) is not type(right) or not same_scalar(left, right):
        yield Change(path, *_texts(left, right))


def _step(key: str) -> str:
    if _PLAIN_KEY.fullmatch(key):
        return "." + terminal_text(key)
    return f"[{terminal_text(json.dumps(key, ensure_ascii=False))}]"


def _spelled_step(key: str) -> str:
    return f"[{spelled(key)}]"


def _texts(left: Any, right: Any) -> tuple[str, str]:
    """Both values as text; spelled in ASCII where they would look the same and are not."""
    if left is _MISSING or right is _MISSING:
        return _text(left), _text(right)
    return texts_apart(left, right)


def _text(value: Any) -> str:
    return ABSENT if value is _MISSING else terminal_text(json.dumps(value, ensure_ascii=False))
