"""A request to a server on a connection of its own: one that takes as long as a collection is large."""

from __future__ import annotations

import http.client
import socket
import ssl
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

from qdrill.control import JobControl
from qdrill.events import Emit, RequestDone
from qdrill.names import one_line
from qdrill.stores.connecting import connect, encrypted
from qdrill.stores.retry import Transient, untrusted
from qdrill.stores.server import ServerStore
from qdrill.tls import trusted

# A server answers when the snapshot is made or restored, which takes hours where there are hundreds of gigabytes.
LONGEST_SECONDS = 6 * 3600.0
_NO_BODY = {"Content-Length": "0"}


@contextmanager
def asked(
    store: ServerStore,
    method: str,
    path: str,
    control: JobControl,
    emit: Emit,
    headers: Mapping[str, str] | None = None,
    body: Iterable[memoryview] = (),
) -> Iterator[http.client.HTTPResponse]:
    """Send a request on a connection of its own; the answer, its body not yet read.

    Raises:
        Transient: no connection, or it was lost, also while the caller reads the body.
        Interrupted: cancelled, at most 200 ms ago.
    """
    control.checkpoint()
    started = time.monotonic()
    try:
        with _connected(store, control) as connection:
            own = {"Accept-Encoding": "identity", "User-Agent": "qdrill", **store.headers}
            _send(connection, method, path, {**own, **(headers or _NO_BODY)}, body)
            connection.sock.settimeout(max(store.timeout, LONGEST_SECONDS) if method == "POST" else store.timeout)
            with connection.getresponse() as response:
                yield response
                took = (time.monotonic() - started) * 1000
                emit(RequestDone(method, path, response.status, took, url=store.url + path))
    except (OSError, http.client.HTTPException) as error:
        control.checkpoint()
        raise (untrusted(one_line(store.label), error) or Transient(_lost(store, error))) from error


def _send(
    connection: http.client.HTTPConnection,
    method: str,
    path: str,
    headers: Mapping[str, str],
    body: Iterable[memoryview],
) -> None:
    connection.putrequest(method, path, skip_accept_encoding=True)
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    # A server that refuses a body may answer before it has read all of it; the answer says why.
    with suppress(ConnectionError):
        for block in body:
            connection.send(block)


@contextmanager
def _connected(store: ServerStore, control: JobControl) -> Iterator[http.client.HTTPConnection]:
    """A connection that a cancellation cuts."""
    parts = urlsplit(store.url)
    host, port = parts.hostname or "", parts.port or 6333
    raw: socket.socket = connect(host, port, store.timeout, control)
    if parts.scheme == "https":
        raw = encrypted(raw, trusted(store.ca_file), host)
    # A host that went away in the hours of waiting would else never be noticed.
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    unhook = control.on_cancel(lambda: _cut(raw))
    try:
        control.checkpoint()
        if isinstance(raw, ssl.SSLSocket):
            raw.do_handshake()
        connection = http.client.HTTPConnection(host, port)
        connection.sock = raw
        yield connection
    finally:
        unhook()
        raw.close()


def _cut(raw: socket.socket) -> None:
    with suppress(OSError):
        raw.shutdown(socket.SHUT_RDWR)


def _lost(store: ServerStore, error: Exception) -> str:
    label = one_line(store.label)
    if isinstance(error, TimeoutError):
        return f"{label} did not answer in time"
    return f"the connection to {label} was lost ({type(error).__name__})"
