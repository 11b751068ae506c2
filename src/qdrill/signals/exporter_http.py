"""The small HTTP server that a registry is scraped from; it never writes to the terminal."""

from __future__ import annotations

import errno
import io
import ipaddress
import socket
import threading
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from prometheus_client import CollectorRegistry, make_wsgi_app

from qdrill.errors import UsageError
from qdrill.names import terminal_text

_AT_ONCE = 16
_PATIENCE_SECONDS = 10.0
_POLL_SECONDS = 0.1


class Server:
    """A server that answers scrapes until it is closed.

    Attributes:
        url: where to scrape.
        loopback: whether only this machine can reach it.
    """

    def __init__(self, inner: _Inner) -> None:
        self._inner = inner
        host, self.port = str(inner.server_address[0]), int(inner.server_address[1])
        self.loopback = ipaddress.ip_address(host.partition("%")[0]).is_loopback
        self.url = f"http://{f'[{host}]' if ':' in host else host}:{self.port}/metrics"
        work = {"poll_interval": _POLL_SECONDS}
        self._thread = threading.Thread(target=inner.serve_forever, kwargs=work, name="qdrill-exporter", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Listen no more; a scrape under way is answered or dropped."""
        self._inner.shutdown()
        self._inner.server_close()
        self._thread.join(timeout=1.0)


class _Handler(WSGIRequestHandler):
    """Says nothing of what it does, and waits for nobody for long."""

    timeout = _PATIENCE_SECONDS

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is logged."""

    def get_stderr(self) -> io.StringIO:
        """Where the library writes a traceback to, which nobody is to see."""
        return io.StringIO()


class _Inner(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[Any, ...], family: socket.AddressFamily) -> None:
        self.address_family = family
        self._room = threading.BoundedSemaphore(_AT_ONCE)
        super().__init__(address[:2], _Handler)

    def server_bind(self) -> None:
        """As the base class, without its question to DNS for this machine's name."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])
        self.setup_environ()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Each in a thread of its own, a few at once; more than that are turned away."""
        if self._room.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """As the base class, and then there is room for another."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._room.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Somebody who hangs up is no news."""


def listen_on(listen: str, registry: CollectorRegistry) -> Server:
    """As `exporter.serve`."""
    host, port = _parts(listen)
    try:
        family, _, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]  # fmt: skip
        inner = _Inner(address, family)
    except (OSError, UnicodeError) as error:
        raise _refused(host, port, error) from None
    inner.set_app(make_wsgi_app(registry))
    return Server(inner)


def _parts(listen: str) -> tuple[str, int]:
    host, colon, port = listen.rpartition(":")
    right = colon and host and port.isascii() and port.isdigit() and len(port) <= 5 and int(port) <= 65_535
    if not right:
        shown = terminal_text(listen, 60)
        raise UsageError(f"cannot listen on {shown}: it must be HOST:PORT such as 127.0.0.1:9755")
    return host.removeprefix("[").removesuffix("]"), int(port)


def _refused(host: str, port: int, error: Exception) -> UsageError:
    shown, reason = terminal_text(host, 60), f"cannot be listened on ({getattr(error, 'strerror', None) or 'refused'})"
    if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
        reason = "is in use"
    return UsageError(f"port {port} of {shown} {reason}; name another with --listen or in [exporter] listen")
