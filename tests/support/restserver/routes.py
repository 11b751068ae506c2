"""The routes, and what happens to every request on its way to a handler."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote

from tests.support.restserver import admin, reads, search, snapshots, writes
from tests.support.restserver.collection import Collection, calling
from tests.support.restserver.errors import ApiError
from tests.support.restserver.request import Request, Response, failure, result, text
from tests.support.restserver.store import Store

Handler = Callable[[Store, Request, list[str]], Response]

OPEN_PATHS = {"/", "/healthz", "/readyz", "/livez"}
BAD_IN_OLD_NAMES = "/\0"
NAME = r"/collections/([^/]+)"
SHARD = NAME + r"/shards/(\d+)"
SNAPSHOTS = NAME + "/snapshots"
SNAPSHOT = SNAPSHOTS + "/([^/]+)"


@dataclass(frozen=True)
class Keys:
    full: str | None = None
    read_only: str | None = None

    def check(self, request: Request, writes_something: bool) -> None:
        if self.full is None and self.read_only is None:
            return
        given = _given_key(request)
        if given is None:
            message = "Must provide an API key or an Authorization bearer token"
            raise ApiError(401, message, plain=True)
        if _same(given, self.full):
            return
        if not _same(given, self.read_only):
            raise ApiError(401, "Invalid API key or JWT", plain=True)
        if writes_something:
            raise ApiError(403, "Forbidden: Global manage access is required")


def _given_key(request: Request) -> str | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return request.headers.get("api-key") or (token if scheme.lower() == "bearer" else None)


def _same(given: str, key: str | None) -> bool:
    return key is not None and hmac.compare_digest(given.encode(), key.encode())


@dataclass(frozen=True)
class Route:
    method: str
    pattern: re.Pattern[str]
    handler: Handler
    writes: bool


class Router:
    def __init__(self, store: Store, keys: Keys) -> None:
        self.store = store
        self._keys = keys

    def answer(self, request: Request) -> Response:
        try:
            return calling(lambda: self._answer(request))
        except ApiError as error:
            return failure(error)

    def _answer(self, request: Request) -> Response:
        route, parts = _find(request)
        if request.path not in OPEN_PATHS:
            self._keys.check(request, route is not None and route.writes)
        if route is None:
            return Response(404, b"", None)
        names = [unquote(part) for part in parts]
        if request.path.startswith("/collections/") and names:
            admin.check_name(names[0], BAD_IN_OLD_NAMES)
        return route.handler(self.store, request, names)


def _find(request: Request) -> tuple[Route | None, tuple[str, ...]]:
    for route in ROUTES:
        if route.method == request.method:
            match = route.pattern.fullmatch(request.path)
            if match:
                return route, match.groups()
    return None, ()


def _on_collection(handler: Callable[[Collection, Request], Response]) -> Handler:
    return lambda store, request, names: handler(_collection(store, request, names), request)


def _on_shard(handler: Callable[[Collection, Request, int | None], Response]) -> Handler:
    return lambda store, request, names: handler(_collection(store, request, names), request, int(names[1]))


def _collection(store: Store, request: Request, names: list[str]) -> Collection:
    """A body that cannot be read is told before a collection that is not there."""
    if request.method in ("POST", "PUT", "PATCH"):
        request.json()
    return store.get(names[0])


def _constant(response: Response) -> Handler:
    return lambda _store, _request, _names: response


def _aliases(store: Store, request: Request, _names: list[str]) -> Response:
    store.change_aliases(request.json().get("actions"))
    return result(True)


def _route(method: str, pattern: str, handler: Handler, *, writes: bool = False) -> Route:
    return Route(method, re.compile(pattern), handler, writes)


def _write(method: str, pattern: str, handler: Handler) -> Route:
    return _route(method, pattern, handler, writes=True)


ROUTES = [
    _write("PUT", NAME + "/points", _on_collection(writes.upsert)),
    _route("POST", NAME + "/points/scroll", _on_collection(reads.scroll)),
    _route("POST", NAME + "/points", _on_collection(reads.retrieve)),
    _route("POST", NAME + "/points/count", _on_collection(reads.count)),
    _route("POST", NAME + "/points/query", _on_collection(search.query)),
    _route("POST", NAME + "/points/query/batch", _on_collection(search.query_batch)),
    _route("POST", NAME + "/facet", _on_collection(reads.facet)),
    _route("POST", SHARD + "/points/scroll", _on_shard(reads.scroll)),
    _route("POST", SHARD + "/points", _on_shard(reads.retrieve)),
    _route("POST", SHARD + "/points/count", _on_shard(reads.count)),
    _write("POST", NAME + "/points/delete", _on_collection(writes.delete)),
    _write("POST", NAME + "/points/payload", _on_collection(writes.set_payload)),
    _write("PUT", NAME + "/points/payload", _on_collection(writes.overwrite_payload)),
    _write("PUT", NAME + "/index", _on_collection(writes.create_index)),
    _write(
        "DELETE",
        NAME + "/index/([^/]+)",
        lambda store, request, names: writes.delete_index(store.get(names[0]), request, names[1]),
    ),
    _write("POST", SNAPSHOTS, lambda store, _request, names: snapshots.create(store.get(names[0]))),
    _route("GET", SNAPSHOTS, lambda store, _request, names: snapshots.list_all(store.get(names[0]))),
    _route("GET", SNAPSHOT, lambda store, request, names: snapshots.download(store.get(names[0]), request, names[1])),
    _write("DELETE", SNAPSHOT, lambda store, _request, names: snapshots.delete(store.get(names[0]), names[1])),
    _write("POST", SNAPSHOTS + "/upload", lambda store, request, names: snapshots.upload(store, request, names[0])),
    _write("POST", "/collections/aliases", _aliases),
    _route("GET", "/aliases", lambda store, _request, _names: result({"aliases": store.aliases()})),
    _route(
        "GET",
        NAME + "/aliases",
        lambda store, _request, names: result({"aliases": store.aliases(store.get(names[0]).name)}),
    ),
    _route("GET", NAME + "/exists", lambda store, _request, names: result({"exists": store.exists(names[0])})),
    _route("GET", NAME + "/cluster", lambda store, _request, names: admin.cluster(store.get(names[0]))),
    _route(
        "GET",
        NAME + "/optimizations",
        lambda store, request, names: admin.optimizations(store.get(names[0]), request),
    ),
    _write("PUT", NAME, lambda store, request, names: admin.create(store, request, names[0])),
    _route("GET", NAME, lambda store, _request, names: result(store.get(names[0]).info())),
    _write("PATCH", NAME, lambda store, request, names: admin.patch(store, request, names[0])),
    _write("DELETE", NAME, lambda store, _request, names: result(store.delete(names[0]))),
    _route("GET", "/collections", lambda store, _request, _names: admin.list_collections(store)),
    _route("GET", "/telemetry", lambda store, request, _names: admin.telemetry(store, request)),
    _route("GET", "/cluster", _constant(result({"status": "disabled"}))),
    _route("GET", "/", _constant(admin.root())),
    _route("GET", "/healthz", _constant(text("healthz check passed"))),
    _route("GET", "/livez", _constant(text("healthz check passed"))),
    _route("GET", "/readyz", _constant(text("all shards are ready"))),
]
