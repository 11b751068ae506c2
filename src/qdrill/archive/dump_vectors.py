"""The vectors of one row of a foreign dump: what shape they have, and whether every number is one Qdrant can hold."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Literal, NamedTuple

import numpy as np

from qdrill.names import terminal_text

_U32 = 2**32
# Wider than the window of 1e-6 in which Qdrant leaves a vector as it is: the sum here is of 32-bit floats too.
_UNIT_WINDOW = 1e-5


class BadRow(Exception):
    """Why a row cannot be restored; never leaves the archive's own code."""


class Slot(NamedTuple):
    """One vector of a row: its name ("" unnamed), kind and size (of a multi-vector's rows; 0 for sparse)."""

    name: str
    kind: Literal["dense", "multi", "sparse"]
    size: int


Shape = tuple[Slot, ...]


def shape_of(vector: Any, booleans: bool, unusual: list[str]) -> Shape | None:
    """The shape of a decoded `vector`; None for no vector.

    Args:
        booleans: whether the row holds any `true` or `false`; packing alone would take them for numbers.
        unusual: gets the names of dense vectors that are not of length 1.

    Raises:
        BadRow: Qdrant could not take it.
    """
    if vector is None:
        return None
    if type(vector) is dict:
        return tuple(sorted(_slot(name, value, booleans, unusual) for name, value in vector.items()))
    return (_slot("", vector, booleans, unusual),)


def _slot(name: str, value: Any, booleans: bool, unusual: list[str]) -> Slot:
    label = f"vector {terminal_text(name, 60)}" if name else "its vector"
    if type(value) is dict:
        return _sparse(name, label, value)
    if type(value) is not list:
        raise BadRow(f"{label} {'is null' if value is None else 'is not a list of numbers'}")
    if value and type(value[0]) is list:
        return _multi(name, label, value, booleans)
    square = _checked_square(label, value, booleans)
    if abs(square - 1.0) > _UNIT_WINDOW:
        unusual.append(name)
    return Slot(name, "dense", len(value))


def _multi(name: str, label: str, rows: list[Any], booleans: bool) -> Slot:
    if any(type(row) is not list for row in rows):
        raise BadRow(f"{label} holds something that is not a number")
    sizes = {len(row) for row in rows}
    if len(sizes) > 1:
        raise BadRow(f"{label} has rows of {min(sizes)} and of {max(sizes)} numbers")
    for row in rows:
        _checked_square(label, row, booleans)
    return Slot(name, "multi", sizes.pop())


def _sparse(name: str, label: str, value: dict[str, Any]) -> Slot:
    indices, values = value.get("indices"), value.get("values")
    if value.keys() != {"indices", "values"} or type(indices) is not list or type(values) is not list:
        raise BadRow(f"{label} is neither a list of numbers nor indices and values")
    if not all(type(index) is int and 0 <= index < _U32 for index in indices):
        raise BadRow(f"{label} has an index that is not an unsigned 32-bit integer")
    if len(values) != len(indices):
        raise BadRow(f"{label} has not as many values as indices")
    if len(set(indices)) != len(indices):
        raise BadRow(f"{label} repeats an index")
    _checked_square(label, values, booleans=True)
    return Slot(name, "sparse", 0)


def _checked_square(label: str, numbers: list[Any], booleans: bool) -> float:
    """The squared length of a vector whose numbers all are 32-bit floats; packing is the quickest way to see that."""
    try:
        floats = np.frombuffer(_packer(len(numbers))(*numbers), np.float32)
    except (struct.error, OverflowError):
        raise BadRow(f"{label} {_why_no_vector(numbers)}") from None
    with np.errstate(all="ignore"):
        square = float(np.dot(floats, floats))
    # Packing turns what is too large into infinity, which shows in the sum.
    overflow = not math.isfinite(square) and not np.isfinite(floats).all()
    if overflow or (booleans and not set(map(type, numbers)) <= {float, int}):
        raise BadRow(f"{label} {_why_no_vector(numbers)}")
    return square


@lru_cache(maxsize=64)
def _packer(size: int) -> Callable[..., bytes]:
    return struct.Struct(f"{size}f").pack


def _why_no_vector(numbers: list[Any]) -> str:
    if None in numbers:
        return "holds null"
    if not set(map(type, numbers)) <= {float, int}:
        return "holds something that is not a number"
    return "holds a number that does not fit into 32 bits"
