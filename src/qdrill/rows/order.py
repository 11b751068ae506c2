"""Point ids and the order in which Qdrant serves them: integers by value, then UUIDs by bytes.

Source: `ExtendedPointId` derives its order from the enum in Qdrant's `id_tracker`.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from itertools import pairwise
from operator import lt

import msgspec

from qdrill.results import PointId

MAX_INTEGER_ID = 2**64 - 1
# The spellings that Qdrant parses; Python's own parser takes more (hyphens anywhere, other scripts' digits).
_HEX = "[0-9a-fA-F]"
_HYPHENATED = f"{_HEX}{{8}}(?:-{_HEX}{{4}}){{3}}-{_HEX}{{12}}"
_UUID = re.compile(rf"{_HEX}{{32}}|{_HYPHENATED}|\{{{_HYPHENATED}\}}|urn:uuid:{_HYPHENATED}")


def order_key(point_id: PointId) -> tuple[int, int, str]:
    """Sort key of an id in Qdrant's order. UUID text in lower case sorts as its bytes do."""
    if isinstance(point_id, int):
        return (0, point_id, "")
    return (1, 0, point_id)


def comes_before(left: PointId, right: PointId) -> bool:
    """Whether `left` is served strictly before `right`."""
    return order_key(left) < order_key(right)


def strictly_ascending(ids: Sequence[PointId]) -> bool:
    """Whether ids are in Qdrant's order without a repeat."""
    if len(set(map(type, ids))) <= 1:
        return all(map(lt, ids, ids[1:]))
    return all(comes_before(a, b) for a, b in pairwise(ids))


def id_token(point_id: PointId) -> bytes:
    """The id as JSON."""
    return msgspec.json.encode(point_id)


def parse_id_token(token: bytes) -> PointId:
    """The id behind a JSON token; raises ValueError for anything Qdrant would not serve."""
    if token[:1] == b'"':
        return token[1:-1].decode("ascii")
    return int(token)


def normalize_id(value: object) -> PointId:
    """The id that Qdrant would store for a decoded JSON value.

    Raises:
        ValueError: not an unsigned 64-bit integer nor a UUID in any of its spellings; the text says which.
    """
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError(f"{value!r} is not a point id: an unsigned integer or a UUID is")
    if isinstance(value, int):
        if 0 <= value <= MAX_INTEGER_ID:
            return value
        raise ValueError(f"{value} is not a point id: integers go from 0 to 2^64-1")
    if _UUID.fullmatch(value) is None:
        raise ValueError(f"{value[:40]!r} is not a point id: an unsigned integer or a UUID is")
    return str(uuid.UUID(value))
