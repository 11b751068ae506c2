"""Frozen dataclasses to plain tables and back, by their type hints."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from types import UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


class Misfit(ValueError):
    """A table that is not what its type asks for; the text names the key."""


def to_table(value: Any) -> dict[str, Any]:
    """The dataclass instance `value` as a table of TOML types; None is left out."""
    pairs = ((item.name, getattr(value, item.name)) for item in dataclasses.fields(value))
    return {name: _plain(content) for name, content in pairs if content is not None}


def holds(table: Any, part: Any) -> bool:
    """Whether everything in `part` is in `table` as well, with the same values."""
    if isinstance(part, Mapping):
        return isinstance(table, Mapping) and all(key in table and holds(table[key], part[key]) for key in part)
    if isinstance(part, list):
        same = isinstance(table, list) and len(table) == len(part)
        return same and all(map(holds, table, part))
    return bool(table == part) or (_is_nan(table) and _is_nan(part))


def _is_nan(value: Any) -> bool:
    return isinstance(value, float) and math.isnan(value)


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        return to_table(value)
    if isinstance(value, Mapping):
        return {encodable(str(key)): _plain(content) for key, content in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return _whole_offset(value)
    return encodable(value) if isinstance(value, str) else value


def encodable(text: str) -> str:
    """`text` with lone surrogates (which UTF-8 cannot hold) spelled out as `\\udc80`."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _whole_offset(moment: datetime) -> datetime:
    """The same instant with an offset TOML can write: hours and minutes, no seconds."""
    offset = moment.utcoffset()
    if offset is None:
        return moment.astimezone(UTC)
    return moment if offset.total_seconds() % 60 == 0 else moment.astimezone(UTC)


@lru_cache(maxsize=64)
def _fields(kind: type) -> tuple[tuple[str, Any, bool, bool], ...]:
    """Name, type, and whether it may be None and whether it may be missing, of each field."""
    hints = get_type_hints(kind)
    return tuple(
        (item.name, hints[item.name], type(None) in get_args(hints[item.name]), _has_default(item))
        for item in dataclasses.fields(kind)
    )


def _has_default(item: dataclasses.Field[Any]) -> bool:
    return item.default is not dataclasses.MISSING or item.default_factory is not dataclasses.MISSING


def from_table(kind: type[T], table: object, where: str = "") -> T:
    """`table` as an instance of the dataclass `kind`; unknown keys are ignored. Raises Misfit."""
    if not isinstance(table, Mapping):
        raise Misfit(f"{where or 'the record'} is not a table")
    values: dict[str, Any] = {}
    for name, hint, may_be_none, may_be_missing in _fields(kind):  # type: ignore[arg-type]  # no type[T] is hashable
        path = f"{where}.{name}" if where else name
        if name in table:
            values[name] = _read(hint, table[name], path)
        elif may_be_none:
            values[name] = None
        elif not may_be_missing:
            raise Misfit(f"{path} is missing")
    return kind(**values)


@lru_cache(maxsize=256)
def _parts(hint: Any) -> tuple[Any, tuple[Any, ...]]:
    return get_origin(hint), get_args(hint)


def _read(hint: Any, value: Any, path: str) -> Any:
    origin, args = _parts(hint)
    if origin in (Union, UnionType):
        inner = [arg for arg in args if arg is not type(None)]
        return _read(inner[0], value, path)
    if origin is Literal:
        return _one_of(args, value, path)
    if origin is tuple:
        return _read_list(args[0], value, path)
    if origin is not None and issubclass(origin, Mapping):
        return _read_mapping(args[1], value, path)
    if dataclasses.is_dataclass(hint):
        return from_table(hint, value, path)  # type: ignore[arg-type]
    return _read_scalar(hint, value, path)


def _one_of(choices: tuple[Any, ...], value: Any, path: str) -> Any:
    if not isinstance(value, str) or value not in choices:
        raise Misfit(f"{path} is none of {', '.join(map(str, choices))}")
    return value


def _read_list(hint: Any, value: Any, path: str) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise Misfit(f"{path} is not a list")
    return tuple(_read(hint, item, f"{path}[{number}]") for number, item in enumerate(value))


def _read_mapping(hint: Any, value: Any, path: str) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise Misfit(f"{path} is not a table")
    return {key: _read(hint, item, f"{path} entry") for key, item in value.items()}


def _read_scalar(hint: Any, value: Any, path: str) -> Any:
    if hint is float and type(value) is int:
        return float(value)
    # `type`, not isinstance: true is an int to Python, but not a count.
    if type(value) is not hint:
        raise Misfit(f"{path} is not of type {hint.__name__}")
    if isinstance(value, datetime) and value.utcoffset() is None:
        raise Misfit(f"{path} has no time zone")
    return value
