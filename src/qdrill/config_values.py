"""Reading single values and tables of drills.toml: each comes out right or is refused in one plain line.

A message names the file, the table, the key, what was expected and what kind of thing was seen. It repeats a
value only where that cannot be a secret.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from qdrill.config_model import instead, quoted, user_path
from qdrill.errors import UsageError
from qdrill.names import terminal_text
from qdrill.urls import BadUrl, qdrant_url, service_url

_ENV_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")
_RANDOM_LOOKING = re.compile(r"(?=[^_]*\d)(?=[^_]*[A-Za-z])[A-Za-z0-9]{16,}|(?=.*[a-z])(?=.*[A-Z])[A-Za-z]{24,}")
_WHOLE = "a whole number"
_KINDS: tuple[tuple[type, str], ...] = (
    (bool, "true or false"),
    (int, _WHOLE),
    (float, "a number"),
    (str, "text"),
    (list, "a list"),
    (Mapping, "a table"),
    (datetime, "a date and time"),
    (date, "a date"),
    (time, "a time"),
)
MAX_POINT_ID = 2**64 - 1


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a value stands. `base` is the folder that relative paths start from."""

    file: str
    table: str = ""
    key: str = ""
    base: Path = Path()

    def __str__(self) -> str:
        return " ".join(part for part in (f"{self.file}:", self.table, self.key) if part)

    def at(self, key: str) -> Spot:
        """The same table, at `key`."""
        return replace(self, key=terminal_text(key, 60))

    def inside(self, table: str) -> Spot:
        """Another table of the same file, as messages name it: `[stores.local]`."""
        return replace(self, table=terminal_text(table, 120), key="")

    def error(self, what: str) -> UsageError:
        """`what` is wrong here."""
        return UsageError(f"{self} {what}")

    def unlike(self, expected: str, value: object) -> UsageError:
        """`value` is of another kind than `expected`."""
        return self.error(f"must be {expected}, not {_kind(value)}")


Reader = Callable[[Spot, Any], Any]


def _kind(value: object) -> str:
    return next((words for kind, words in _KINDS if isinstance(value, kind)), "something else")


def read_table(
    spot: Spot, value: object, readers: Mapping[str, Reader], required: Sequence[str] = ()
) -> dict[str, Any]:
    """The keys of a table that are written, each through its reader; unknown and missing keys are refused."""
    table = as_table(spot, value)
    where = spot.table or "the top level"
    for key in table:
        if key not in readers:
            hint = instead(key, list(readers))
            raise UsageError(f"{spot.file}: {where} has no key {quoted(key)}{hint}")
    values = {key: readers[key](spot.at(key), item) for key, item in table.items()}
    for key in required:
        if key not in values:
            raise UsageError(f"{spot.file}: {where} needs a {key}; add {key} = …")
    return values


def as_table(spot: Spot, value: object) -> Mapping[str, object]:
    """`value` as a table."""
    if not isinstance(value, Mapping):
        raise spot.unlike("a table", value)
    return value


def tables(spot: Spot, value: object) -> list[Mapping[str, object]]:
    """`value` as a list of tables; `spot.table` is written with double brackets."""
    if isinstance(value, Mapping):
        raise spot.error(f"must be a list of tables; write {spot.table}, not {spot.table[1:-1]}")
    if not isinstance(value, list):
        raise spot.unlike("a list of tables", value)
    return [as_table(spot, item) for item in value]


def text(spot: Spot, value: object) -> str:
    """Any text."""
    if not isinstance(value, str):
        raise spot.unlike("text", value)
    return value


def words(spot: Spot, value: object) -> str:
    """Text that is not empty."""
    if not text(spot, value).strip():
        raise spot.error("must not be empty")
    return str(value)


def flag(spot: Spot, value: object) -> bool:
    """true or false."""
    if not isinstance(value, bool):
        raise spot.unlike("true or false", value)
    return value


def whole(least: int, most: int | None = None) -> Reader:
    """A whole number from `least` to `most`, both included."""

    def read(spot: Spot, value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise spot.unlike(_WHOLE, value)
        _check_range(spot, value, least, most)
        return value

    return read


def number(least: float, most: float | None = None) -> Reader:
    """A finite number from `least` to `most`, both included."""

    def read(spot: Spot, value: object) -> float:
        found = finite(spot, value)
        _check_range(spot, found, least, most)
        return found

    return read


def finite(spot: Spot, value: object) -> float:
    """A number that is neither infinite nor NaN."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise spot.unlike("a number", value)
    try:
        found = float(value)
    except OverflowError:
        found = math.inf
    if not math.isfinite(found):
        raise spot.error("must be a finite number")
    return found


def _check_range(spot: Spot, value: float, least: float, most: float | None) -> None:
    if value < least:
        raise spot.error(f"must be {least} or more, not {terminal_text(str(value), 24)}")
    if most is not None and value > most:
        raise spot.error(f"must be {most} or less, not {terminal_text(str(value), 24)}")


def one_of(*choices: str) -> Reader:
    """One of `choices`."""

    def read(spot: Spot, value: object) -> str:
        if (found := text(spot, value)) not in choices:
            raise spot.error(f"must be one of {', '.join(choices)}, not {quoted(found)}")
        return found

    return read


def env_name(spot: Spot, value: object) -> str:
    """The name of an environment variable; what looks like a key itself is refused and not repeated."""
    name = text(spot, value)
    if not _ENV_NAME.fullmatch(name) or any(_RANDOM_LOOKING.fullmatch(part) for part in name.split("_")):
        raise spot.error(
            "must be the name of an environment variable such as QDRANT_API_KEY, never the key; if a key was "
            "written here, replace it"
        )
    return name


def server(spot: Spot, value: object) -> str:
    """The URL of a Qdrant server, as `scheme://host:port`."""
    return _url(spot, value, qdrant_url)


def service(spot: Spot, value: object) -> str:
    """The URL of another service."""
    return _url(spot, value, service_url)


def _url(spot: Spot, value: object, read: Callable[[str], str]) -> str:
    try:
        return read(text(spot, value))
    except BadUrl as error:
        raise spot.error(str(error)) from None


def path(spot: Spot, value: object) -> Path:
    """A path; `~` is the home directory, a relative one starts at the folder of drills.toml."""
    written = words(spot, value)
    if "\0" in written:
        raise spot.error("must be a path; it holds a NUL character")
    return spot.base / user_path(written)


def point_id(spot: Spot, value: object) -> int | str:
    """A point's id: a whole number of 64 bits or a UUID."""
    if isinstance(value, int) and not isinstance(value, bool):
        _check_range(spot, value, 0, MAX_POINT_ID)
        return value
    import uuid  # slow to load, and few files name a point

    try:
        return str(uuid.UUID(text(spot, value)))
    except ValueError:
        raise spot.error(f"must be a whole number or a UUID, not {quoted(str(value))}") from None


def vector(spot: Spot, value: object) -> tuple[float, ...] | tuple[tuple[float, ...], ...]:
    """A list of numbers, or rows of numbers of one length for a multi-vector."""
    if not isinstance(value, list):
        raise spot.unlike("a list of numbers", value)
    if not value:
        raise spot.error("must not be empty")
    if not isinstance(value[0], list):
        return tuple(finite(spot, item) for item in value)
    rows = tuple(tuple(finite(spot, item) for item in _row(spot, row)) for row in value)
    if len({len(row) for row in rows}) != 1 or not rows[0]:
        raise spot.error("must have rows of one length, none empty")
    return rows


def _row(spot: Spot, value: object) -> list[object]:
    if not isinstance(value, list):
        raise spot.unlike("rows of numbers", value)
    return value
