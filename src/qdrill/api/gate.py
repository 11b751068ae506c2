"""In front of every route: who may ask, an id and a tenant for each request, and its time in the metrics."""

from __future__ import annotations

import hmac
import ipaddress
import time
from collections.abc import MutableMapping
from typing import Any
from uuid import uuid4

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qdrill.api.errors import ApiError, error_response
from qdrill.api.metrics import Metrics
from qdrill.names import one_line

NO_TENANT = "_anon_"
OPEN_PATHS = frozenset({"/health"})


class Gate:
    """Lets a request through to `app`, or answers 401 or 403 itself.

    Args:
        token: what `Authorization: Bearer` must carry, for everything but /health; None asks for nothing.
        host: where the service listens. On loopback, requests for another host name are refused: a web page could
            otherwise reach the service under a name of its own.
    """

    def __init__(self, app: ASGIApp, token: str | None, host: str, metrics: Metrics) -> None:
        self._app = app
        self._token = None if token is None else token.encode()
        self._loopback = is_loopback(host)
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.monotonic()
        headers = Headers(scope=scope)
        # uvicorn hands every request a state of its own, a copy of the application's.
        state: MutableMapping[str, Any] = scope.setdefault("state", {})
        state["request_id"] = uuid4().hex
        state["tenant"] = one_line(headers.get("x-tenant-id", ""), 100) or NO_TENANT
        status = 500

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        refusal = self._refusal(headers, scope["path"])
        app = self._app if refusal is None else error_response(refusal, state["request_id"])
        try:
            await app(scope, receive, watched)
        finally:
            self._metrics.answered(scope["method"], scope["path"], status, time.monotonic() - started)

    def _refusal(self, headers: Headers, path: str) -> ApiError | None:
        if "origin" in headers:
            return ApiError(403, "this service does not answer web pages")
        if self._loopback and not _names_loopback(headers.get("host", "")):
            return ApiError(403, "this service answers at 127.0.0.1 and localhost alone; --listen names another place")
        if self._token is None or path in OPEN_PATHS or self._knows_token(headers.get("authorization", "")):
            return None
        words = "a token is needed: send Authorization: Bearer and the token"
        return ApiError(401, words, headers={"www-authenticate": "Bearer"})

    def _knows_token(self, authorization: str) -> bool:
        scheme, _, given = authorization.partition(" ")
        same = hmac.compare_digest(given.strip().encode("utf-8", "surrogatepass"), self._token or b"")
        return same and scheme.lower() == "bearer"


def is_loopback(host: str) -> bool:
    """Whether `host` (IPv6 without brackets) is this machine alone; a name other than localhost counts as not."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _names_loopback(host_header: str) -> bool:
    host = host_header.lower()
    if host.startswith("["):
        return is_loopback(host[1:].partition("]")[0])
    return is_loopback(host.partition(":")[0])
