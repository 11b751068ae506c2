"""Writing points: upsert, delete, payload, payload indexes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import qdrant_edge as edge

from tests.support.restserver import engine, filters
from tests.support.restserver.collection import Collection
from tests.support.restserver.errors import ApiError, bad_request, format_error
from tests.support.restserver.jsonbody import JsonDict
from tests.support.restserver.points import parse_points, point_id
from tests.support.restserver.request import Request, Response, result


def upsert(collection: Collection, request: Request) -> Response:
    body = request.json()
    if "points" not in body:
        raise format_error("Invalid PointInsertOperations format")
    points = parse_points(body["points"], collection.vectors)
    collection.strict.check_limit(len(points), "upsert_max_batchsize", "upsert limit")
    collection.strict.check_points_count(collection.count)
    if not points:
        raise bad_request("Empty update request")
    collection.strict.write(len(points))
    return _answer(collection, request, lambda: edge.UpdateOperation.upsert_points(points))


def delete(collection: Collection, request: Request) -> Response:
    ids, chosen = _selected(request.json())
    collection.strict.write(_affected(collection, ids, chosen))
    if chosen is not None:
        return _answer(collection, request, lambda: edge.UpdateOperation.delete_points_by_filter(chosen))
    return _answer(collection, request, lambda: edge.UpdateOperation.delete_points(ids))


def set_payload(collection: Collection, request: Request) -> Response:
    ids, chosen, payload, key = _payload_request(collection, request)
    operation = edge.UpdateOperation
    if chosen is not None:
        return _answer(collection, request, lambda: operation.set_payload_by_filter(chosen, payload, key))
    return _answer(collection, request, lambda: operation.set_payload(ids, payload, key))


def overwrite_payload(collection: Collection, request: Request) -> Response:
    ids, chosen, payload, key = _payload_request(collection, request)
    operation = edge.UpdateOperation
    if chosen is not None:
        return _answer(collection, request, lambda: operation.overwrite_payload_by_filter(chosen, payload, key))
    return _answer(collection, request, lambda: operation.overwrite_payload(ids, payload, key))


def create_index(collection: Collection, request: Request) -> Response:
    body = request.json()
    if "field_name" not in body:
        raise format_error("missing field `field_name`")
    shown, schema = engine.index_schema(body.get("field_schema"), request.body)
    return _acknowledge(request, lambda: collection.create_index(body["field_name"], shown, schema))


def delete_index(collection: Collection, request: Request, field: str) -> Response:
    return _acknowledge(request, lambda: collection.delete_index(field))


def _payload_request(
    collection: Collection, request: Request
) -> tuple[list[Any], edge.Filter | None, JsonDict, str | None]:
    body = request.json()
    if not isinstance(body.get("payload"), dict):
        raise format_error("missing field `payload`")
    ids, chosen = _selected(body)
    collection.strict.write(_affected(collection, ids, chosen))
    return ids, chosen, body["payload"], body.get("key")


def _selected(body: JsonDict) -> tuple[list[Any], edge.Filter | None]:
    if isinstance(body.get("points"), list):
        return [point_id(one) for one in body["points"]], None
    if body.get("filter") is not None:
        return [], filters.build(body["filter"])
    raise format_error("data did not match any variant of untagged enum PointsSelector")


def _affected(collection: Collection, ids: list[Any], chosen: edge.Filter | None) -> int:
    return len(ids) if chosen is None else collection.count(True, chosen)


def _answer(collection: Collection, request: Request, operation: Callable[[], edge.UpdateOperation]) -> Response:
    return _acknowledge(request, lambda: collection.update(operation()), collection)


def _acknowledge(request: Request, write: Callable[[], int], collection: Collection | None = None) -> Response:
    """Without `wait` the answer is given before the operation is tried, so its failure is not told."""
    waits = request.flag("wait")
    try:
        number = write()
    except ApiError:
        if waits or collection is None:
            raise
        number = collection.operations
    return result({"operation_id": number, "status": "completed" if waits else "acknowledged"})
