"""Searching: one query or a batch of them."""

from __future__ import annotations

from typing import Any

import qdrant_edge as edge

from tests.support.restserver import filters
from tests.support.restserver.collection import Collection, calling
from tests.support.restserver.errors import ApiError, format_error, not_found, wrong_input
from tests.support.restserver.jsonbody import JsonDict
from tests.support.restserver.points import named_vector, point_id, scored_row
from tests.support.restserver.reads import chosen, cost, limit_of, selector, with_vector
from tests.support.restserver.request import Request, Response, result

UNSUPPORTED = ("recommend", "discover", "context", "order_by", "fusion", "rrf", "formula")


def query(collection: Collection, request: Request) -> Response:
    return result({"points": _run(collection, request.json())})


def query_batch(collection: Collection, request: Request) -> Response:
    searches = request.json().get("searches")
    if not isinstance(searches, list):
        raise format_error("missing field `searches`")
    collection.strict.check_limit(len(searches), "search_max_batchsize", "search batch size")
    return result([{"points": _run(collection, one)} for one in searches])


def _run(collection: Collection, body: JsonDict) -> list[JsonDict]:
    limit = limit_of(body)
    params = body.get("params") or {}
    filtered = chosen(collection, body)
    collection.strict.check_limit(limit, "max_query_limit", "limit")
    collection.strict.check_exact(params.get("exact"))
    collection.strict.read(cost(body))
    asked, filtered = _query(collection, body, filtered)
    request = edge.QueryRequest(
        limit=limit,
        offset=body.get("offset") or 0,
        query=asked,
        filter=filtered,
        score_threshold=body.get("score_threshold"),
        with_payload=selector(body.get("with_payload"), False),
        with_vector=with_vector(body),
        params=edge.SearchParams(
            hnsw_ef=params.get("hnsw_ef"),
            exact=bool(params.get("exact")),
            indexed_only=bool(params.get("indexed_only")),
        ),
    )
    return [scored_row(point) for point in calling(lambda: collection.shard.query(request))]


def _query(collection: Collection, body: JsonDict, filtered: edge.Filter | None) -> tuple[Any, edge.Filter | None]:
    asked, using = body.get("query"), body.get("using") or ""
    if body.get("prefetch"):
        raise wrong_input("prefetch is not part of the test server")
    if asked is None:
        return None, filtered
    if isinstance(asked, dict):
        if asked.get("sample") == "random":
            return edge.Sample.Random, filtered
        asked = asked.get("nearest", asked)
    _check_name(collection, using)
    if isinstance(asked, int | str):
        identity = point_id(asked)
        vector = _vector_of(collection, identity, using)
        return edge.Query.Nearest(vector, using=using or None), filters.without_id(identity, filtered)
    return edge.Query.Nearest(_given(collection, asked, using), using=using or None), filtered


def _check_name(collection: Collection, using: str) -> None:
    known = collection.vectors
    if using not in known.dense and using not in known.sparse:
        raise wrong_input(f"Not existing vector name error: {using}")


def _given(collection: Collection, asked: Any, using: str) -> Any:
    if isinstance(asked, dict) and any(kind in asked for kind in UNSUPPORTED):
        raise wrong_input(f"query {sorted(asked)} is not part of the test server")
    try:
        return named_vector(asked, using, collection.vectors, "query")
    except (TypeError, ValueError) as error:
        raise format_error("data did not match any variant of untagged enum QueryInterface") from error


def _vector_of(collection: Collection, identity: int | str, using: str) -> Any:
    found = calling(lambda: collection.shard.retrieve([identity], False, True))
    if not found:
        raise not_found(f"No point with id {identity} found")
    vector: Any = found[0].vector
    if isinstance(vector, dict):
        vector = vector.get(using)
    if vector is None:
        raise _no_vector(using)
    return vector


def _no_vector(using: str) -> ApiError:
    return not_found(f'Vector with name "{using}" for point not found')
