"""`POST /api/v1/rag/preflight`: would a question find something to answer from? Always 200, as recorded.

What counts as a context is inferred from the recordings, where three matches make one context: the best match that
has a text in its payload. The length is that text's, in characters; both scores are of all matches.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qdrill.api.backend import Backend
from qdrill.api.embedding import embed_query
from qdrill.api.errors import ApiError
from qdrill.api.schema import SearchRequest
from qdrill.api.search import as_matches, retrieve
from qdrill.errors import QdrillError

MOST_CONTEXTS = 1


def preflight(backend: Backend, request: SearchRequest, meta: dict[str, str]) -> dict[str, Any]:
    """The answer: `ok` with the contexts found, or not with the `error`; raises nothing of a store or embedder.

    Args:
        meta: tenant and id of the request.
    """
    collection = request.collection or backend.collection
    step = "embed"
    try:
        embedding = embed_query(backend, request.query)
        step = "retrieval"
        hits = retrieve(backend, collection, embedding, request.top_k)
    except (ApiError, QdrillError) as error:
        return {"ok": False, "error": f"preflight {step} failed: {error}", **_numbers([], []), **_of(collection, meta)}
    matches = as_matches(hits or ())
    contexts = _contexts(matches)
    answer = {"ok": True, **_numbers(matches, contexts), **_of(collection, meta)}
    return answer if hits is None else {**answer, "sources": contexts}


def _contexts(matches: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [match for match in matches if _text(match)][:MOST_CONTEXTS]


def _text(match: dict[str, Any]) -> str:
    text = match["payload"].get("text")
    return text if isinstance(text, str) else ""


def _numbers(matches: Sequence[dict[str, Any]], contexts: Sequence[dict[str, Any]]) -> dict[str, Any]:
    scores = [match["score"] for match in matches]
    return {
        "contexts_count": len(contexts),
        "ctx_total_len": sum(len(_text(context)) for context in contexts),
        "max_score": max(scores) if scores else None,
        "avg_score": sum(scores) / len(scores) if scores else None,
    }


def _of(collection: str, meta: dict[str, str]) -> dict[str, Any]:
    return {"collection": collection, "meta": meta}
