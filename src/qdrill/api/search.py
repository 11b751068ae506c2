"""`POST /embedding/search`. A missing collection has no matches: 200, as recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from qdrill.api.backend import Backend
from qdrill.api.embedding import embed_query
from qdrill.api.errors import ApiError
from qdrill.api.schema import SearchRequest
from qdrill.embedders.base import Embedding, is_sparse
from qdrill.errors import NotFound
from qdrill.names import one_line
from qdrill.schema.compat import UNNAMED, dense_vectors, sparse_vectors
from qdrill.stores.base import Hit, Query


def search(backend: Backend, request: SearchRequest) -> dict[str, Any]:
    """The answer.

    Raises:
        ApiError: the collection's vectors are not of the embedder's kind or dimension.
        QdrillError: as the embedder's and the store's.
    """
    collection = request.collection or backend.collection
    embedding = embed_query(backend, request.query)
    return {
        "collection": collection,
        "matches": as_matches(retrieve(backend, collection, embedding, request.top_k) or ()),
    }


def retrieve(backend: Backend, collection: str, embedding: Embedding, top_k: int) -> tuple[Hit, ...] | None:
    """The best matches, exact where the store allows it; None for a missing collection. Raises as `search`."""
    with backend.reader(collection) as reader:
        if reader is None:
            return None
        try:
            query = _query(reader.info().data, embedding, top_k)
            return reader.query(query)
        except NotFound:
            return None


def as_matches(hits: Sequence[Hit]) -> list[dict[str, Any]]:
    """Matches as the route lists them."""
    return [{"id": hit.id, "score": short(hit.score), "payload": hit.payload or {}} for hit in hits]


def short(score: float) -> float:
    """A 32-bit score with the fewest digits that name it, as a server writes it: 0.5698029, not 0.5698028802871704."""
    return float(str(np.float32(score)))


def _query(info: Mapping[str, Any], embedding: Embedding, top_k: int) -> Query:
    if is_sparse(embedding):
        return Query(sparse=embedding, using=_only(list(sparse_vectors(info)), "sparse"), limit=top_k)
    assert not isinstance(embedding, tuple)
    vectors = dense_vectors(info)
    using = UNNAMED if UNNAMED in vectors else _only(list(vectors), "dense")
    if vectors[using].get("multivector_config"):
        raise ApiError(400, "the collection holds several vectors a point, and this service searches by one")
    if vectors[using].get("size") != len(embedding):
        raise mismatch(f"collection expects {vectors[using].get('size')}, query has {len(embedding)}")
    return Query(vector=embedding, using=using, limit=top_k)


def mismatch(what: str) -> ApiError:
    """The refusal of a vector of another dimension, in the recorded words."""
    return ApiError(400, f"vector dimension mismatch: {what}")


def _only(names: Sequence[str], kind: str) -> str:
    if len(names) == 1:
        return names[0]
    if not names:
        raise ApiError(400, f"the collection has no {kind} vector, which the service's embedder makes")
    listed = ", ".join(one_line(name, 40) for name in sorted(names)[:5])
    raise ApiError(400, f"the collection has several {kind} vectors ({listed}), and this service searches the only one")
