"""A proxy that breaks chosen answers in chosen ways, the same ways for the same seed."""

from __future__ import annotations

import http.client
import random
import socket
import struct
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

import orjson

from tests.support.restserver.http11 import HttpHandler, HttpServer
from tests.support.restserver.request import Response

UPSTREAM_SECONDS = 60
MAX_BODY = 1 << 30
SCROLL = "/points/scroll"
DRIP_PIECES = 40
DRIP_BYTES = 3
HOP_BY_HOP = {"connection", "content-length", "transfer-encoding", "keep-alive"}
HTML = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body>Please sign in.</body></html>"
INJECTED = b'{"status":{"error":"%s"},"time":0.0}'


class Fault(StrEnum):
    STATUS_500 = "status_500"
    STATUS_429 = "status_429"
    STATUS_429_NO_RETRY_AFTER = "status_429_no_retry_after"
    RESET_MID_BODY = "reset_mid_body"
    SLOW_DRIP = "slow_drip"
    TRUNCATED_JSON = "truncated_json"
    HTML_200 = "html_200"
    EARLY_END = "early_end"
    LOOP = "loop"
    REPEAT_ROW = "repeat_row"
    REFUSE = "refuse"


SCROLL_ONLY = {Fault.EARLY_END, Fault.LOOP, Fault.REPEAT_ROW}


@dataclass(frozen=True)
class Rule:
    """A fault, and the requests it befalls: counted from 0 among those that match."""

    fault: Fault
    at: Sequence[int] | None = None
    chance: float = 1.0
    times: int | None = None
    method: str | None = None
    path: Callable[[str], bool] | None = None

    def matches(self, method: str, path: str) -> bool:
        if self.method is not None and method != self.method:
            return False
        if self.fault in SCROLL_ONLY and not path.endswith(SCROLL):
            return False
        return self.path is None or self.path(path)


@dataclass
class _Tally:
    seen: int = 0
    hits: int = 0


@dataclass
class Schedule:
    """Which request gets which fault; the first rule that wants a request has it."""

    rules: Sequence[Rule] = ()
    seed: int = 0
    _tallies: list[_Tally] = field(init=False)

    def __post_init__(self) -> None:
        self._tallies = [_Tally() for _ in self.rules]

    def decide(self, method: str, path: str) -> Fault | None:
        decided: Fault | None = None
        for number, (rule, tally) in enumerate(zip(self.rules, self._tallies, strict=True)):
            if not rule.matches(method, path):
                continue
            index = tally.seen
            tally.seen += 1
            if decided is None and self._wanted(number, rule, index, tally.hits):
                tally.hits += 1
                decided = rule.fault
        return decided

    def _wanted(self, number: int, rule: Rule, index: int, hits: int) -> bool:
        if rule.times is not None and hits >= rule.times:
            return False
        if rule.at is not None and index not in rule.at:
            return False
        return self.generator(number, index).random() < rule.chance

    def generator(self, *parts: int) -> random.Random:
        """Randomness that depends on the place in the schedule and not on what was drawn before."""
        return random.Random(":".join(str(part) for part in (self.seed, *parts)))


class FaultProxy:
    """`dripping` is set once the server has done what is asked, and its answer begins to come slowly."""

    def __init__(
        self,
        upstream: str,
        schedule: Schedule,
        *,
        retry_after: int = 1,
        drip_seconds: float = 0.4,
    ) -> None:
        address = urlsplit(upstream)
        self.upstream = (address.hostname or "127.0.0.1", address.port or 80)
        self.schedule = schedule
        self.retry_after = retry_after
        self.drip_seconds = drip_seconds
        self.requests: list[tuple[str, str]] = []
        self.faults: list[tuple[int, Fault]] = []
        self.stopping = threading.Event()
        self.dripping = threading.Event()
        self._lock = threading.Lock()
        self._pages: dict[str, bytes] = {}
        self._server = _ProxyServer(self)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    @property
    def url(self) -> str:
        return self._server.url

    def __enter__(self) -> FaultProxy:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._thread.join()
        self._server.hang_up()
        self._server.server_close()

    def enter(self, method: str, path: str) -> tuple[int, Fault | None]:
        """Log a request and decide about it: its number, and the fault it gets."""
        with self._lock:
            number = len(self.requests)
            self.requests.append((method, path))
            fault = self.schedule.decide(method, path)
            if fault is not None:
                self.faults.append((number, fault))
            return number, fault

    def previous_page(self, path: str, page: bytes | None = None) -> bytes | None:
        """The last scroll answer given for a path, which `page` then becomes."""
        with self._lock:
            before = self._pages.get(path)
            if page is not None:
                self._pages[path] = page
            return before


class _ProxyServer(HttpServer):
    daemon_threads = False

    def __init__(self, proxy: FaultProxy) -> None:
        self.proxy = proxy
        self._connections: set[socket.socket] = set()
        super().__init__(0, _ProxyHandler)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._connections.add(request)
        super().process_request(request, client_address)

    def close_request(self, request: Any) -> None:
        self._connections.discard(request)
        super().close_request(request)

    def hang_up(self) -> None:
        """End the connections that clients keep open, so that their threads end."""
        for connection in list(self._connections):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue


class _ProxyHandler(HttpHandler):
    server: _ProxyServer

    def respond(self) -> None:
        body = self.read_body(MAX_BODY)
        path = urlsplit(self.path).path
        number, fault = self.server.proxy.enter(self.command, path)
        made_up = self._made_up(fault)
        if fault is Fault.REFUSE:
            self.close_connection = True
        elif made_up is not None:
            self.send(made_up)
        else:
            self._pass_on(path, body, fault, number)

    def _made_up(self, fault: Fault | None) -> Response | None:
        """The answer of a fault that never asks the server."""
        if fault is Fault.STATUS_500:
            return Response(500, INJECTED % b"Service internal error: injected")
        if fault is Fault.STATUS_429:
            headers = {"retry-after": str(self.server.proxy.retry_after)}
            return Response(429, INJECTED % b"Rate limiting exceeded: injected", headers=headers)
        if fault is Fault.STATUS_429_NO_RETRY_AFTER:
            return Response(429, INJECTED % b"Rate limiting exceeded: injected")
        if fault is Fault.HTML_200:
            return Response(200, HTML, "text/html; charset=utf-8")
        return None

    def _pass_on(self, path: str, body: bytes, fault: Fault | None, number: int) -> None:
        try:
            response = self._ask(body)
        except (OSError, http.client.HTTPException):
            self.close_connection = True
            return
        response = self._rewritten(response, path, fault, number)
        if fault is Fault.RESET_MID_BODY:
            self._reset_in(response)
        elif fault is Fault.SLOW_DRIP:
            self._drip(response)
        else:
            self.send(response)

    def _ask(self, body: bytes) -> Response:
        connection = http.client.HTTPConnection(*self.server.proxy.upstream, timeout=UPSTREAM_SECONDS)
        try:
            headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP_BY_HOP}
            connection.request(self.command, self.path, body or None, headers)
            answer = connection.getresponse()
            kept = {name: value for name, value in answer.getheaders() if name.lower() not in HOP_BY_HOP}
            close = answer.getheader("connection") == "close"
            return Response(answer.status, answer.read(), None, kept, close)
        finally:
            connection.close()

    def _rewritten(self, response: Response, path: str, fault: Fault | None, number: int) -> Response:
        body = response.body
        if fault is Fault.TRUNCATED_JSON:
            body = body[: len(body) // 2]
        elif fault in SCROLL_ONLY and response.status == http.client.OK:
            body = self._rewritten_page(body, path, fault, number)
        if path.endswith(SCROLL) and response.status == http.client.OK and fault is None:
            self.server.proxy.previous_page(path, body)
        return Response(response.status, body, None, response.headers, response.close)

    def _rewritten_page(self, body: bytes, path: str, fault: Fault | None, number: int) -> bytes:
        if fault is Fault.LOOP:
            before = self.server.proxy.previous_page(path)
            return before if before is not None else _pointing_at_itself(body)
        if fault is Fault.EARLY_END:
            return _ended_early(body)
        return _with_repeated_row(body, self.server.proxy.schedule.generator(number))

    def _reset_in(self, response: Response) -> None:
        half = response.body[: len(response.body) // 2]
        self.connection.sendall(self.head(response) + half)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True

    def _drip(self, response: Response) -> None:
        """The first bytes a few at a time within a bounded time, the rest at once."""
        proxy, body = self.server.proxy, response.body
        proxy.dripping.set()
        self.connection.sendall(self.head(response))
        for _ in range(DRIP_PIECES):
            piece, body = body[:DRIP_BYTES], body[DRIP_BYTES:]
            self.connection.sendall(piece)
            if not body or proxy.stopping.wait(proxy.drip_seconds / DRIP_PIECES):
                break
        self.connection.sendall(body)


def _ended_early(body: bytes) -> bytes:
    page = orjson.loads(body)
    points = page["result"]["points"]
    page["result"].update(points=points[: len(points) // 2], next_page_offset=None)
    return orjson.dumps(page)


def _pointing_at_itself(body: bytes) -> bytes:
    page = orjson.loads(body)
    points = page["result"]["points"]
    if points:
        page["result"]["next_page_offset"] = points[0]["id"]
    return orjson.dumps(page)


def _with_repeated_row(body: bytes, generator: random.Random) -> bytes:
    page = orjson.loads(body)
    points = page["result"]["points"]
    if len(points) > 1:
        kept, lost = generator.sample(range(len(points)), 2)
        points[lost] = points[kept]
    return orjson.dumps(page)
