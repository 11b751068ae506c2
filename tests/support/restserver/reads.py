"""Reading points: retrieve, scroll, count, facet."""

from __future__ import annotations

from typing import Any

import qdrant_edge as edge

from tests.support.restserver import filters
from tests.support.restserver.collection import Collection, calling
from tests.support.restserver.errors import format_error, invalid, wrong_input
from tests.support.restserver.jsonbody import JsonDict
from tests.support.restserver.points import point_id, record_row
from tests.support.restserver.request import Request, Response, result

DEFAULT_LIMIT = 10


def selector(value: Any, default: bool) -> Any:
    """A `with_payload` or `with_vector` as the engine takes it."""
    if value is None:
        return default
    if isinstance(value, dict):
        if "exclude" in value:
            return edge.PayloadSelector.Exclude(value["exclude"])
        return edge.PayloadSelector.Include(value.get("include", []))
    return value


def with_vector(body: JsonDict) -> Any:
    return selector(body.get("with_vector", body.get("with_vectors")), False)


def limit_of(body: JsonDict) -> int:
    limit = body.get("limit", DEFAULT_LIMIT)
    if limit is None:
        return DEFAULT_LIMIT
    if type(limit) is not int or limit < 0:
        raise format_error(f"invalid value: integer `{limit}`, expected usize")
    if limit == 0:
        raise invalid("JSON body", "limit", "value 0 invalid, must be 1 or larger")
    return limit


def chosen(collection: Collection, body: JsonDict, shard: int | None = None) -> edge.Filter | None:
    """The filter of a read, checked against strict mode and narrowed to one shard when asked."""
    collection.strict.check_filter(*filters.size(body.get("filter")))
    own = filters.build(body.get("filter"))
    if shard is None:
        return own
    if shard >= collection.shard_number:
        raise wrong_input(f"Shard {shard} not found")
    return filters.both(own, filters.shard_slice(shard, collection.shard_number))


def cost(body: JsonDict) -> int:
    return 1 + filters.size(body.get("filter"))[0]


def retrieve(collection: Collection, request: Request, shard: int | None = None) -> Response:
    body = request.json()
    if not isinstance(body.get("ids"), list):
        raise format_error("missing field `ids`")
    ids = [point_id(one) for one in body["ids"]]
    with_payload, vector = selector(body.get("with_payload"), True), with_vector(body)
    collection.strict.read(len(ids))
    records = calling(lambda: collection.shard.retrieve(list(ids), with_payload, vector))
    return result([record_row(record) for record in records])


def scroll(collection: Collection, request: Request, shard: int | None = None) -> Response:
    body = request.json()
    limit = limit_of(body)
    if body.get("order_by") is not None:
        raise wrong_input("order_by is not part of the test server")
    offset = body.get("offset")
    collection.strict.check_limit(limit, "max_query_limit", "limit")
    asked = edge.ScrollRequest(
        offset=None if offset is None else point_id(offset),
        limit=limit,
        filter=chosen(collection, body, shard),
        with_payload=selector(body.get("with_payload"), True),
        with_vector=with_vector(body),
    )
    collection.strict.read(cost(body))
    records, following = calling(lambda: collection.shard.scroll(asked))
    return result({"points": [record_row(record) for record in records], "next_page_offset": following})


def count(collection: Collection, request: Request, shard: int | None = None) -> Response:
    body = request.json()
    exact = body.get("exact", True)
    filtered = chosen(collection, body, shard)
    collection.strict.check_exact(exact)
    collection.strict.read(cost(body))
    return result({"count": collection.count(bool(exact), filtered)})


def facet(collection: Collection, request: Request) -> Response:
    body = request.json()
    if "key" not in body:
        raise format_error("missing field `key`")
    limit = limit_of(body)
    collection.strict.check_limit(limit, "max_query_limit", "limit")
    asked = edge.FacetRequest(body["key"], limit, bool(body.get("exact", False)), filter=chosen(collection, body))
    collection.strict.read(cost(body))
    answer = calling(lambda: collection.shard.facet(asked))
    return result({"hits": [{"value": hit.value, "count": hit.count} for hit in answer.hits]})
