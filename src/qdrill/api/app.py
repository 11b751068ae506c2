"""The routes, each: read the body, work in a thread, answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from typing import ParamSpec, TypeVar

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from qdrill.api.backend import Backend
from qdrill.api.embedding import embed_texts
from qdrill.api.errors import ApiError, as_api_error, error_response, json_response
from qdrill.api.gate import Gate
from qdrill.api.importing import import_rows
from qdrill.api.metrics import CONTENT_TYPE_LATEST, Metrics
from qdrill.api.preflight import preflight
from qdrill.api.schema import EmbedRequest, ImportRequest, SearchRequest, read_request
from qdrill.api.search import search
from qdrill.errors import QdrillError
from qdrill.events import Notice

Answer = Callable[[Request], Awaitable[Response]]
Given = ParamSpec("Given")
T = TypeVar("T")
THREADS = 32


def create_app(backend: Backend, token: str | None, host: str) -> Starlette:
    """The application. Ending it cancels the session's control, so that no thread outlives it.

    Args:
        token: as `Gate`'s.
        host: where it listens.
    """
    service = _Service(backend)
    routes = {
        "/embedding/search": ("POST", service.search),
        "/embedding/embed": ("POST", service.embed),
        "/api/v1/rag/preflight": ("POST", service.preflight),
        "/collections/import": ("POST", service.import_rows),
        "/metrics": ("GET", service.exposition),
        "/health": ("GET", service.health),
    }
    service.metrics = Metrics(frozenset(routes))

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        backend.session.control.cancel()
        service.end()

    return Starlette(
        routes=[
            Route(path, partial(_answered, backend, answer), methods=[method])
            for path, (method, answer) in routes.items()
        ],
        middleware=[Middleware(Gate, token=token, host=host, metrics=service.metrics)],
        exception_handlers={HTTPException: _no_route},
        lifespan=lifespan,
    )


class _Service:
    """The six answers."""

    metrics: Metrics

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._importing = asyncio.Lock()
        # Threads that stay: a store keeps a connection for every thread that ever asked it.
        self._threads = ThreadPoolExecutor(THREADS, "qdrill-api")

    async def _work(self, call: Callable[Given, T], *arguments: Given.args, **named: Given.kwargs) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, partial(call, *arguments, **named))

    def end(self) -> None:
        """Begin nothing more; what runs ends with the session's control."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def search(self, request: Request) -> Response:
        asked = await read_request(request, SearchRequest)
        return json_response(await self._work(search, self._backend, asked))

    async def preflight(self, request: Request) -> Response:
        asked = await read_request(request, SearchRequest)
        meta = {"tenant": request.state.tenant, "request_id": request.state.request_id}
        return json_response(await self._work(preflight, self._backend, asked, meta))

    async def embed(self, request: Request) -> Response:
        asked = await read_request(request, EmbedRequest)
        return json_response(await self._work(embed_texts, self._backend, asked.texts))

    async def import_rows(self, request: Request) -> Response:
        asked = await read_request(request, ImportRequest)
        # One at a time: two that skip conflicts would not see each other's rows.
        async with self._importing:
            return json_response(await self._work(import_rows, self._backend, self.metrics, asked))

    async def exposition(self, _request: Request) -> Response:
        return Response(self.metrics.exposition(), headers={"content-type": CONTENT_TYPE_LATEST})

    async def health(self, _request: Request) -> Response:
        return json_response({"status": "ok"})


async def _answered(backend: Backend, answer: Answer, request: Request) -> Response:
    request_id = request.state.request_id
    try:
        return await answer(request)
    except ApiError as error:
        return error_response(error, request_id)
    except QdrillError as error:
        return error_response(as_api_error(error), request_id)
    except ClientDisconnect:
        return error_response(ApiError(400, "the request ended before its body did"), request_id)
    except Exception as error:  # noqa: BLE001 - one request that breaks must not show a traceback or end the service
        words = f"internal error: {type(error).__name__} at {request.url.path}; please report it"
        backend.session.emit(Notice("warning", words))
        return error_response(ApiError(500, words), request_id)


async def _no_route(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return error_response(ApiError(error.status_code, error.detail, headers=error.headers), request.state.request_id)
