"""A collection's configuration: what of its info is configuration, its digest, and how two of them differ."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from qdrill.results import ConfigDifference
from qdrill.rows.digest import digest_of

ABSENT = "absent"


def configuration(info: Mapping[str, Any]) -> dict[str, Any]:
    """The parts of an info that a restore must bring back: `config`, and `payload_schema` without observed counts.

    Null and missing mean the same to Qdrant, so nulls are left out (those inside `metadata`, which are data, stay).
    """
    config = {
        key: value if key == "metadata" else without_nulls(value)
        for key, value in info.get("config", {}).items()
        if value is not None
    }
    schema = {
        field: {key: value for key, value in index.items() if key != "points" and value is not None}
        for field, index in (info.get("payload_schema") or {}).items()
    }
    return {"config": config, "payload_schema": schema}


def without_nulls(value: Any) -> Any:
    """`value` without members that are null, at any depth."""
    if isinstance(value, dict):
        return {key: without_nulls(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [without_nulls(inner) for inner in value]
    return value


def config_digest(info: Mapping[str, Any]) -> str:
    """Digest of the configuration; key order does not matter."""
    return digest_of(json.dumps(configuration(info), sort_keys=True, ensure_ascii=False).encode())


def diff_configuration(left: Mapping[str, Any], right: Mapping[str, Any]) -> tuple[ConfigDifference, ...]:
    """Every setting in which two infos differ, by dotted path; observed values (counts, status) do not count."""
    return tuple(_differences("", configuration(left), configuration(right)))


def _differences(path: str, left: Any, right: Any) -> Iterator[ConfigDifference]:
    if isinstance(left, dict) and isinstance(right, dict):
        for key in sorted({*left, *right}):
            inner = f"{path}.{key}" if path else key
            yield from _differences(inner, left.get(key, _MISSING), right.get(key, _MISSING))
    elif left != right or (path.startswith(_METADATA) and _text(left) != _text(right)):
        yield ConfigDifference(path, _text(left), _text(right))


_MISSING = object()
# Data of the user's own: there 1, 1.0 and true are three values.
_METADATA = "config.metadata"


def _text(value: Any) -> str:
    return ABSENT if value is _MISSING else json.dumps(value, ensure_ascii=False, sort_keys=True)
