"""Points as hostile as JSON allows, and bodies of scrolls made of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

MAX_ID = 2**64 - 1

integer_ids = st.integers(0, MAX_ID) | st.integers(0, 20)
uuid_ids = st.uuids().map(str)
ids = integer_ids | uuid_ids
f32 = st.floats(width=32, allow_nan=False, allow_infinity=False)

_TRICKY = [
    '{"id":1,',
    '],"next_page_offset":null}',
    "}{][,\\",
    '"',
    "登录失败怎么办 🙂",
    "\u001b[31m\u202e",
    '{"result":{"points":[',
]
texts = st.text(max_size=12) | st.sampled_from(_TRICKY)
_keys = texts | st.sampled_from(["id", "vector", "payload", "next_page_offset", "points"])
_scalars = (
    st.none() | st.booleans() | st.integers(-(2**63), MAX_ID) | st.floats(allow_nan=False, allow_infinity=False) | texts
)
_nested_id = st.tuples(st.integers(0, 30), _scalars).map(lambda parts: {"id": parts[0], "next_page_offset": parts[1]})
values = st.recursive(
    _scalars | _nested_id,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_keys, inner, max_size=4),
    max_leaves=8,
)
payloads = st.dictionaries(_keys, values, max_size=4)

_dense = st.lists(f32, min_size=1, max_size=4)
_sparse = st.lists(st.tuples(st.integers(0, 2**32 - 1), f32), max_size=4, unique_by=lambda pair: pair[0]).map(
    lambda pairs: {"indices": [i for i, _ in pairs], "values": [v for _, v in pairs]}
)
_multi = st.lists(st.lists(f32, min_size=2, max_size=2), min_size=1, max_size=3)
vectors = _dense | _multi | st.dictionaries(texts, _dense | _sparse | _multi, max_size=3)


def point_of(point_id: int | str) -> st.SearchStrategy[dict[str, Any]]:
    """A point with this id."""
    return st.tuples(payloads, vectors).map(lambda parts: {"id": point_id, "payload": parts[0], "vector": parts[1]})


def in_order(found: Sequence[int | str]) -> list[int | str]:
    """Ids in Qdrant's order, written down independently of the code under test."""
    numbers = sorted(i for i in found if isinstance(i, int))
    uuids = sorted((i for i in found if isinstance(i, str)), key=lambda text: bytes.fromhex(text.replace("-", "")))
    return [*numbers, *uuids]


points = (
    st.lists(ids, max_size=6, unique=True)
    .map(in_order)
    .flatmap(lambda chosen: st.tuples(*map(point_of, chosen)).map(list))
)


def dump(value: Any) -> bytes:
    """JSON as Qdrant writes it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def page(rows: Sequence[dict[str, Any]], next_id: int | str | None) -> bytes:
    """The body of a scroll as Qdrant writes it."""
    return dump({"result": {"points": list(rows), "next_page_offset": next_id}, "status": "ok", "time": 0.000123})
