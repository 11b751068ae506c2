"""An HTTP service that misbehaves on purpose, over a real loopback socket.

`with OddService(drip(b"...")) as service:` answers every request by that behaviour; give a list to answer one request
after the other, the last one again and again. Hanging behaviours end with the service.
"""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

HTML = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body>Please sign in.</body></html>"


@dataclass(frozen=True)
class Asked:
    """A request that the service got; `headers` by lower-case name."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Talk:
    """One request under way: what was asked, the socket to answer on, and the event that ends all waits."""

    asked: Asked
    socket: socket.socket
    ended: threading.Event

    def head(self, status: int, headers: Mapping[str, str]) -> None:
        """Send a status line and headers, and nothing that was not asked for."""
        lines = [f"HTTP/1.1 {status} Odd", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
        self.send("\r\n".join(lines).encode())

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)


Behaviour = Callable[[Talk], None]


def reply(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Behaviour:
    """A well-formed answer; anything but bytes goes out as JSON."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()

    def behave(talk: Talk) -> None:
        talk.head(status, {"Content-Length": str(len(data)), "Connection": "close", **(headers or {})})
        talk.send(data)

    return behave


def html(status: int = 200) -> Behaviour:
    """A page to sign in where something else was asked for."""
    return reply(HTML, status, {"Content-Type": "text/html"})


def hang(after: bytes = b"") -> Behaviour:
    """Send `after` as it is and then nothing, with the connection open."""

    def behave(talk: Talk) -> None:
        talk.send(after)
        talk.ended.wait()

    return behave


def drip(data: bytes = b"x", *, pause: float = 0.05, length: int = 1_000_000, head: bool = False) -> Behaviour:
    """`data` again and again, a byte each `pause` seconds, as the body of an answer; with `head` as endless headers."""

    def behave(talk: Talk) -> None:
        if head:
            talk.send(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        else:
            talk.head(200, {"Content-Length": str(length)})
        sent = 0
        while not talk.ended.wait(pause):
            talk.send(data[sent % len(data) :][:1])
            sent += 1

    return behave


def reset(after: bytes = b"") -> Behaviour:
    """Send `after` as it is and break the connection with a reset."""

    def behave(talk: Talk) -> None:
        talk.send(after)
        talk.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        talk.socket.close()

    return behave


def wrong_length(body: bytes, claimed: int) -> Behaviour:
    """An answer whose Content-Length is not that of its body; the connection is closed after it."""

    def behave(talk: Talk) -> None:
        talk.head(200, {"Content-Length": str(claimed), "Connection": "close"})
        talk.send(body)

    return behave


def huge(total: int, piece: bytes = b"a 1\n" * 16_384, *, claimed: bool = True) -> Behaviour:
    """A body of `total` bytes, made as it goes out; without `claimed` its length is told by closing only."""

    def behave(talk: Talk) -> None:
        talk.head(200, {"Content-Length": str(total)} if claimed else {"Connection": "close"})
        left = total
        while left > 0:
            talk.send(piece[:left])
            left -= len(piece)

    return behave


class OddService:
    """`asked` are the requests so far; `arrived` is set by the first, `left` by a client that goes away."""

    def __init__(self, behaviour: Behaviour | Sequence[Behaviour]) -> None:
        self.asked: list[Asked] = []
        self.arrived = threading.Event()
        self.left = threading.Event()
        self.ended = threading.Event()
        self._behaviours = [behaviour] if callable(behaviour) else list(behaviour)
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> OddService:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.ended.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def behave(self, asked: Asked, connection: socket.socket) -> None:
        """Answer one request; a client that goes away sets `left`."""
        with self._lock:
            self.asked.append(asked)
            behaviour = self._behaviours.pop(0) if len(self._behaviours) > 1 else self._behaviours[0]
        self.arrived.set()
        try:
            behaviour(Talk(asked, connection, self.ended))
        except OSError:
            self.left.set()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        service = self

        class Handler(BaseHTTPRequestHandler):
            def _any(self) -> None:
                self.close_connection = True
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                headers = {name.lower(): value for name, value in self.headers.items()}
                service.behave(Asked(self.command, self.path, headers, body), self.connection)

            do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = _any

            def log_message(self, format: str, *args: Any) -> None:
                pass

        return Handler


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # Handlers of clients that are left hanging end with `ended`; nobody has to wait for them.
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that resets is what the tests are about, not something to print."""
