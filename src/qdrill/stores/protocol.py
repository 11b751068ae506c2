"""What is spoken at a place that does not answer as it was asked: TLS or none, or HTTP/2 alone, as gRPC is.

No second try mends that. Looking takes a connection or two more; neither carries a key or a request.
"""

from __future__ import annotations

import http.client
import re
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress

from qdrill.stores.retry import Transient
from qdrill.tls import WRITE_HTTP, WRITE_HTTPS, without_tls

Connect = Callable[[], socket.socket]

# An alert or a handshake of TLS (RFC 8446, 5.1) in place of a status line.
_TLS_RECORD = re.compile(rb"[\x15\x16]\x03[\x00-\x04]")
# Preface and empty SETTINGS of a client (RFC 9113, 3.4); a server begins with SETTINGS of its own, type 4, stream 0.
_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes((0, 0, 0, 4, 0, 0, 0, 0, 0))
_SETTINGS = re.compile(rb"\x00[\x00-\xff]{2}\x04[\x00-\xff]\x00{4}")
# nginx, Go, Apache, in the page of a 400.
_WANTS_TLS = re.compile(r"plain HTTP request was sent to HTTPS|HTTP request to an HTTPS|plain HTTP to an SSL", re.I)
# A connection that was closed on what it was sent, or answered with what is no HTTP/1.
_CLOSED = (ConnectionError, ssl.SSLEOFError, http.client.BadStatusLine)
LOOK_SECONDS = 2.0
"""For each connection of a look, and each of its reads."""

_WRITE_PORT = "write the port of its HTTP interface in its url, 6333 where nobody changed it"


def mistaken(where: str, error: BaseException, tls: bool, connect: Connect) -> Transient | None:
    """The failure of a first connection to `where` that is asked in another protocol than it speaks; else None.

    Args:
        tls: whether it was asked over TLS.
        connect: opens another connection to the same place, without TLS.

    Raises:
        Interrupted: cancelled.
    """
    if tls and without_tls(error):
        return _grpc(where, connect) or _final(f"{where} answers without TLS", WRITE_HTTP)
    if isinstance(error, http.client.BadStatusLine) and _TLS_RECORD.match(str(error).encode("latin-1", "replace")):
        return _with_tls(where)
    if isinstance(error, ConnectionRefusedError) or not isinstance(error, _CLOSED):
        return None
    return _grpc(where, connect) or (_with_tls(where) if not tls and _shakes_hands(connect) else None)


def wants_tls(answer: str) -> bool:
    """Whether the page of a 400 says that the request should have come over TLS."""
    return _WANTS_TLS.search(answer) is not None


def _with_tls(where: str) -> Transient:
    return _final(f"{where} answers with TLS", WRITE_HTTPS)


def _grpc(where: str, connect: Connect) -> Transient | None:
    with suppress(OSError), connect() as raw:
        raw.sendall(_PREFACE)
        if _SETTINGS.match(raw.recv(64)):
            return _final(f"{where} answers as a gRPC port does", _WRITE_PORT)
    return None


def _shakes_hands(connect: Connect) -> bool:
    # Whose certificate it is does not matter here: nothing is sent over this connection.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with suppress(OSError), connect() as raw, context.wrap_socket(raw):
        return True
    return False


def _final(reason: str, advice: str) -> Transient:
    return Transient(reason, tries=1, advice=advice)
