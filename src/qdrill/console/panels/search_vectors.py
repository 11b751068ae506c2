"""The vectors of a collection by name, for choosing which one to search."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qdrill.schema.compat import dense_vectors, sparse_vectors


def names_of(configuration: Mapping[str, Any]) -> tuple[str, ...]:
    """Names of the dense and sparse vectors in a collection's `config`; the unnamed one is ''."""
    info = {"config": configuration}
    return (*sorted(dense_vectors(info)), *sorted(sparse_vectors(info)))
