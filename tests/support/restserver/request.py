"""A request as handlers see it, and the answer they give."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from tests.support.restserver import jsonbody
from tests.support.restserver.errors import ApiError
from tests.support.restserver.points import dumps


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    def json(self) -> jsonbody.JsonDict:
        return self._parsed

    @cached_property
    def _parsed(self) -> jsonbody.JsonDict:
        content_type = self.headers.get("content-type", "").split(";")[0].strip()
        if content_type != "application/json" and not content_type.endswith("+json"):
            raise ApiError(400, "Content type error")
        return jsonbody.parse_object(self.body)

    def flag(self, name: str) -> bool:
        return self.query.get(name) == "true"


@dataclass(frozen=True)
class Response:
    status: int
    body: bytes
    content_type: str | None = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    close: bool = False


def text(value: str) -> Response:
    return Response(200, value.encode(), "text/plain; charset=utf-8")


def result(value: Any) -> Response:
    return Response(200, b'{"result":' + dumps(value) + b',"status":"ok","time":0.0001}')


def bare(value: Any) -> Response:
    return Response(200, dumps(value))


def failure(error: ApiError) -> Response:
    headers = {} if error.retry_after is None else {"retry-after": str(error.retry_after)}
    if error.plain:
        return Response(error.status, error.message.encode(), None, headers, error.close)
    body = dumps({"status": {"error": error.message}, "time": 0.0})
    return Response(error.status, body, "application/json", headers, error.close)
