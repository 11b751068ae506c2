"""Refusals and failures in the service's shape: `{"error", "detail", "request_id"}`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from starlette.responses import Response

from qdrill.errors import Interrupted, NotFound, QdrillError, Refused, UsageError

JSON = "application/json"


class ApiError(Exception):
    """A request that gets no answer of its own.

    Attributes:
        status: HTTP status code.
        detail: one plain line; for `ValidationError` a list of what is wrong with the request.
        error: `HTTPError` or `ValidationError`, the only two that were recorded.
        headers: to be sent with it.
    """

    def __init__(
        self, status: int, detail: Any, error: str = "HTTPError", headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(str(detail))
        self.status = status
        self.detail = detail
        self.error = error
        self.headers = dict(headers or {})


def as_api_error(error: QdrillError) -> ApiError:
    """The answer for an error of a store or an embedder: the caller's fault is 4xx, everything else 503."""
    if isinstance(error, Interrupted):
        return ApiError(503, "the service is ending; ask again when it is back")
    if isinstance(error, NotFound):
        return ApiError(404, str(error))
    # A UsageError of a request is the guard of a store that takes no imports.
    if isinstance(error, UsageError) or (isinstance(error, Refused) and error.status in (401, 403)):
        return ApiError(403, str(error))
    if isinstance(error, Refused) and error.status < 429:
        return ApiError(400, str(error))
    return ApiError(503, str(error))


def json_response(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """`value` as compact JSON in UTF-8."""
    return Response(orjson.dumps(value), status, headers=dict(headers or {}), media_type=JSON)


def error_response(error: ApiError, request_id: str) -> Response:
    """An error in the service's shape."""
    body = {"error": error.error, "detail": error.detail, "request_id": request_id}
    return json_response(body, error.status, error.headers)
