"""Could these rows live in that collection? Asked before the first write."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qdrill.names import terminal_text

UNNAMED = ""
_SHOWN = 60


def dense_vectors(info: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Dense vectors of an info by name; the unnamed one is ''."""
    vectors = info.get("config", {}).get("params", {}).get("vectors") or {}
    # Vectors may be called `size` and `distance`: only a number makes it the size of one.
    return {UNNAMED: vectors} if isinstance(vectors.get("size"), int) else dict(vectors)


def sparse_vectors(info: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Sparse vectors of an info by name."""
    return dict(info.get("config", {}).get("params", {}).get("sparse_vectors") or {})


def describe_vectors(info: Mapping[str, Any]) -> str:
    """All vectors in a few words: `unnamed 384 Cosine, sparse "bm25"`."""
    dense = [
        f"{_named(name)} {params.get('size')} {params.get('distance')}"
        + (f" {params['datatype']}" if params.get("datatype") not in (None, "float32") else "")
        + (" multi" if params.get("multivector_config") else "")
        for name, params in sorted(dense_vectors(info).items())
    ]
    sparse = [f'sparse "{terminal_text(name, _SHOWN)}"' for name in sorted(sparse_vectors(info))]
    return ", ".join(dense + sparse) or "no vectors"


def why_incompatible(rows_from: Mapping[str, Any], target: Mapping[str, Any]) -> str | None:
    """The first reason why rows of `rows_from` do not fit `target`, naming both sides; None when they fit."""
    ours, theirs = dense_vectors(rows_from), dense_vectors(target)
    if (UNNAMED in ours) != (UNNAMED in theirs) and ours and theirs:
        return f"{_naming(ours)} here, {_naming(theirs)} there"
    for name, params in sorted(ours.items()):
        if name not in theirs:
            return f"{_named(name)} is here, missing there"
        for key, default in (("size", None), ("distance", None), ("datatype", "float32")):
            left, right = params.get(key) or default, theirs[name].get(key) or default
            if left != right:
                return f"{_named(name)} has {key} {left} here, {right} there"
        if bool(params.get("multivector_config")) != bool(theirs[name].get("multivector_config")):
            return f"{_named(name)} is {_multi(params)} here, {_multi(theirs[name])} there"
    missing = sorted(sparse_vectors(rows_from).keys() - sparse_vectors(target).keys())
    return f'sparse vector "{terminal_text(missing[0], _SHOWN)}" is here, missing there' if missing else None


def _named(name: str) -> str:
    return f'vector "{terminal_text(name, _SHOWN)}"' if name else "the unnamed vector"


def _naming(vectors: Mapping[str, Any]) -> str:
    if UNNAMED in vectors:
        return "the vector is unnamed"
    return "vectors are named " + ", ".join(terminal_text(name, _SHOWN) for name in sorted(vectors))


def _multi(params: Mapping[str, Any]) -> str:
    return "a multi-vector" if params.get("multivector_config") else "a single vector"
