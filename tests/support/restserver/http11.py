"""HTTP/1.1 on a socket: requests read whole, answers sent with their length."""

from __future__ import annotations

import http.client
import socket
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.support.restserver.errors import ApiError
from tests.support.restserver.request import Response

DRAIN_SECONDS = 10
DRAIN_BYTES = 1 << 16
LINE_BYTES = 1 << 16


class HttpHandler(BaseHTTPRequestHandler):
    """One connection; a subclass says in `respond` what to do with a request."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def handle_one_request(self) -> None:
        self.raw_requestline = self.rfile.readline(LINE_BYTES)
        if not self.raw_requestline:
            self.close_connection = True
        elif self.parse_request():
            self.respond()

    def respond(self) -> None:
        raise NotImplementedError

    def read_body(self, limit: int) -> bytes:
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return self._chunked(limit)
        length = int(self.headers.get("Content-Length") or 0)
        if length > limit:
            message = f"JSON payload ({length} bytes) is larger than allowed (limit: {limit} bytes)."
            raise ApiError(400, message, close=True)
        return self.rfile.read(length)

    def _chunked(self, limit: int) -> bytes:
        parts: list[bytes] = []
        total = 0
        while size := int(self.rfile.readline(LINE_BYTES).split(b";")[0], 16):
            total += size
            if total > limit:
                raise ApiError(400, f"JSON payload has exceeded limit ({limit} bytes).", close=True)
            parts.append(self.rfile.read(size))
            self.rfile.readline(LINE_BYTES)
        while self.rfile.readline(LINE_BYTES).strip():
            pass
        return b"".join(parts)

    def send(self, response: Response) -> None:
        self.connection.sendall(self.head(response) + response.body)

    def head(self, response: Response) -> bytes:
        lines = [
            f"HTTP/1.1 {response.status} {http.client.responses.get(response.status, '')}",
            f"content-length: {len(response.body)}",
        ]
        if response.content_type:
            lines.append(f"content-type: {response.content_type}")
        lines.extend(f"{name}: {value}" for name, value in response.headers.items())
        if response.close:
            self.close_connection = True
            lines.append("connection: close")
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    def drain(self) -> None:
        """Take what the client is still sending, or the reset would reach it before the answer."""
        self.connection.shutdown(socket.SHUT_WR)
        self.connection.settimeout(DRAIN_SECONDS)
        while self.connection.recv(DRAIN_BYTES):
            pass

    def log_message(self, format: str, *args: Any) -> None:
        """Tests read the answers, nobody reads a log."""


class HttpServer(ThreadingHTTPServer):
    """Listens on the loopback interface only."""

    request_queue_size = 128

    def __init__(self, port: int, handler: type[HttpHandler]) -> None:
        super().__init__(("127.0.0.1", port), handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def shutdown_request(self, request: Any) -> None:
        """Close without the polite half-close, so that a reset arrives as one."""
        self.close_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is what these tests are about, so it is no news."""
