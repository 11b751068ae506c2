"""Texts to vectors: which embedder the service uses, and `POST /embedding/embed`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qdrill.api.backend import Backend
from qdrill.api.errors import ApiError
from qdrill.api.hashing import DIMENSION, HashingEmbedder
from qdrill.config_model import quoted
from qdrill.embedders.base import Embedder, Embedding, is_sparse
from qdrill.errors import Refused, StoreError, UsageError
from qdrill.names import one_line
from qdrill.session import Session

_ITSELF = "rag_api"


def choose_embedder(session: Session, name: str | None, dimension: int | None) -> Embedder:
    """The embedder `name`; else, without a `dimension`, the only one configured; else the built-in one.

    One of kind rag_api never counts: its service may be this one, which would ask itself.

    Raises:
        UsageError: there is no such embedder, it cannot be used, or several could be meant.
    """
    if name is not None and dimension is not None:
        raise UsageError("--dimension is for the built-in embedder; give it or --embedder, not both")
    if name is not None:
        known = session.config.embedders.get(name)
        if known is not None and known.kind == _ITSELF:
            raise UsageError(
                f"embedder {quoted(name)} is of kind {_ITSELF}, and this service would ask itself; name another one"
            )
        return session.embedder(name)
    usable = [one.name for one in session.config.embedders.values() if one.kind != _ITSELF]
    if dimension is not None or not usable:
        return HashingEmbedder(dimension or DIMENSION, session.control)
    if len(usable) > 1:
        listed = ", ".join(quoted(one) for one in usable)
        raise UsageError(f"several embedders could be used ({listed}); choose one with --embedder")
    return session.embedder(usable[0])


def embed_query(backend: Backend, text: str) -> Embedding:
    """The vector of a search; raises StoreError, Interrupted."""
    (found,) = _embed(backend, [text], query=True)
    return found


def embed_texts(backend: Backend, texts: Sequence[str]) -> dict[str, Any]:
    """The answer to `POST /embedding/embed`.

    Raises:
        ApiError: the embedder makes sparse vectors, which this route has no words for.
        StoreError, Interrupted: as the embedder's.
    """
    vectors = _embed(backend, texts, query=False) if texts else []
    dense = [vector for vector in vectors if not is_sparse(vector)]
    if len(dense) < len(vectors):
        name = one_line(backend.embedder.name, 60)
        raise ApiError(400, f"embedder {name} makes sparse vectors, and this route gives dense ones; use another one")
    return {"dimension": len(dense[0]) if dense else 0, "vectors": dense}


def _embed(backend: Backend, texts: Sequence[str], *, query: bool) -> list[Embedding]:
    try:
        return backend.embedder.embed(texts, query=query)
    except Refused as error:
        # Its refusal is of this service, of its key for example, and not of who asks here.
        raise StoreError(str(error)) from error
