"""Filters: from the REST form to the engine's conditions."""

from __future__ import annotations

from typing import Any

import qdrant_edge as edge

from tests.support.restserver.errors import format_error, wrong_input
from tests.support.restserver.jsonbody import JsonDict
from tests.support.restserver.points import point_id

_CLAUSES = ("must", "should", "must_not")


def build(value: object) -> edge.Filter | None:
    if value is None:
        return None
    if not isinstance(value, dict):
        raise format_error("data did not match any variant of untagged enum Filter")
    must, should, must_not = (_conditions(value.get(name)) for name in _CLAUSES)
    return edge.Filter(must, should, must_not)


def both(first: edge.Filter | None, second: edge.Filter | None) -> edge.Filter | None:
    present = [part for part in (first, second) if part is not None]
    if len(present) > 1:
        return edge.Filter(must=list(present))
    return present[0] if present else None


def without_id(identity: int | str, value: edge.Filter | None) -> edge.Filter | None:
    return both(edge.Filter(must_not=[edge.HasIdCondition({identity})]), value)


def shard_slice(shard: int, total: int) -> edge.Filter | None:
    """The points of one shard: the engine has one, so the others are made of slices of the ids."""
    if total == 1:
        return None
    condition: Any = edge.SliceCondition(total, shard)  # type: ignore[attr-defined]
    return edge.Filter(must=[condition])


def size(value: object) -> tuple[int, int]:
    """How many conditions, and the length of the longest list in one of them."""
    if not isinstance(value, dict):
        return 0, 0
    parts = [part for name in _CLAUSES for part in _as_list(value.get(name))]
    inner = [size(part) if _is_filter(part) else (1, _input_size(part)) for part in parts]
    return sum(count for count, _ in inner), max((largest for _, largest in inner), default=0)


def _input_size(condition: JsonDict) -> int:
    match = condition.get("match") or {}
    return len(condition.get("has_id") or match.get("any") or match.get("except") or ())


def _as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _is_filter(value: JsonDict) -> bool:
    return any(name in value for name in _CLAUSES)


def _conditions(value: object) -> list[Any] | None:
    return [_condition(part) for part in _as_list(value)] or None


def _condition(value: Any) -> Any:
    if _is_filter(value):
        return build(value)
    for name, make in _KINDS.items():
        if name in value:
            return make(value[name])
    if "key" in value:
        return _field(value)
    raise wrong_input(f"filter condition the test server cannot do: {sorted(value)}")


def _field(value: JsonDict) -> edge.FieldCondition:
    if "match" in value:
        return edge.FieldCondition(value["key"], match=_match(value["match"]))
    if "range" in value:
        bounds = value["range"]
        dates = any(isinstance(bound, str) for bound in bounds.values())
        bounds = {name: bound for name, bound in bounds.items() if bound is not None}
        return edge.FieldCondition(
            value["key"], range=edge.RangeDateTime(**bounds) if dates else edge.RangeFloat(**bounds)
        )
    if "values_count" in value:
        return edge.FieldCondition(value["key"], values_count=edge.ValuesCount(**value["values_count"]))
    raise wrong_input(f"filter condition the test server cannot do: {sorted(value)}")


def _match(value: JsonDict) -> Any:
    for name, make in _MATCHES.items():
        if name in value:
            return make(value[name])
    raise format_error("data did not match any variant of untagged enum Match")


_MATCHES: dict[str, Any] = {
    "value": edge.MatchValue,
    "text": edge.MatchText,
    "text_any": edge.MatchTextAny,
    "phrase": edge.MatchPhrase,
    "any": edge.MatchAny,
    "except": edge.MatchExcept,
}

_KINDS: dict[str, Any] = {
    "has_id": lambda ids: edge.HasIdCondition({point_id(one) for one in ids}),
    "has_vector": edge.HasVectorCondition,
    "is_empty": lambda part: edge.IsEmptyCondition(part["key"]),
    "is_null": lambda part: edge.IsNullCondition(part["key"]),
    "slice": lambda part: edge.SliceCondition(part["total"], part["index"]),  # type: ignore[attr-defined]
    "nested": lambda part: edge.NestedCondition(part["key"], build(part["filter"]) or edge.Filter()),
}
