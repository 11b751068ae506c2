"""Places that speak something else than what they are asked in: said at once, with what to write instead."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from qdrill.errors import StoreError
from qdrill.events import Event, Retrying
from qdrill.records.words import WORDS
from qdrill.stores import retry
from qdrill.stores.server import ServerStore
from tests.support.processes import RunningServer
from tests.support.tls_front import TlsFront

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
# What Qdrant 1.19.0 answers on its gRPC port.
SETTINGS = bytes.fromhex("00001204000000000000040010000000050000400000060000400000040000000000000008000000000000ff0001")
ALERT = b"\x15\x03\x03\x00\x02\x02\x46"
HAN = re.compile("[\u4e00-\u9fff]")


class Place:
    """Answers whatever begins with `PREFACE`, and whatever does not, then closes; remembers what it was sent."""

    def __init__(self, preface: bytes, other: bytes) -> None:
        self._preface, self._other = preface, other
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.got: list[bytes] = []

    @property
    def where(self) -> str:
        return f"127.0.0.1:{self.listening.getsockname()[1]}"

    def serve(self) -> None:
        while True:
            try:
                raw, _ = self.listening.accept()
            except OSError:
                return
            with raw, suppress(OSError):
                self.got.append(raw.recv(1 << 16))
                raw.sendall(self._preface if self.got[-1].startswith(PREFACE) else self._other)


@contextmanager
def place(preface: bytes = b"", other: bytes = b"") -> Iterator[Place]:
    one = Place(preface, other)
    thread = threading.Thread(target=one.serve)
    thread.start()
    try:
        yield one
    finally:
        one.listening.shutdown(socket.SHUT_RDWR)
        one.listening.close()
        thread.join()


def refused(url: str) -> str:
    """The line of asking `url`, which may not be asked twice."""
    events: list[Event] = []
    store = ServerStore(url, label="far", api_key="k" * 20, emit=events.append)
    try:
        with pytest.raises(StoreError) as caught:
            store.version()
    finally:
        store.close()
    assert not [event for event in events if isinstance(event, Retrying)]
    assert "k" * 20 not in str(caught.value)
    assert HAN.search(WORDS["zh"].sentence(str(caught.value)))
    return str(caught.value)


def test_tls_to_a_plain_port(server: RunningServer) -> None:
    where = urlsplit(server.url).netloc
    line = refused(f"https://{where}")
    assert line.endswith(f": {where} answers without TLS (tried once); write http:// in its url")


def test_plain_http_to_a_tls_port(server: RunningServer, tmp_path: Path) -> None:
    """One that closes the connection without a word."""
    parts = urlsplit(server.url)
    assert parts.hostname and parts.port
    with TlsFront((parts.hostname, parts.port), tmp_path) as front:
        where = urlsplit(front.url).netloc
        line = refused(f"http://{where}")
    assert line.endswith(f": {where} answers with TLS (tried once); write https:// in its url")


@pytest.mark.parametrize(
    "page",
    [
        b"<html><center>The plain HTTP request was sent to HTTPS port</center></html>",
        b"Client sent an HTTP request to an HTTPS server.\n",
        b"<p>Reason: You're speaking plain HTTP to an SSL-enabled server port.</p>",
    ],
)
def test_plain_http_to_a_tls_port_that_says_so(page: bytes) -> None:
    head = b"HTTP/1.1 400 Bad Request\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(page)
    with place(other=head + page) as one:
        assert refused(f"http://{one.where}").endswith(": far answers with TLS; write https:// in its url")


def test_plain_http_to_a_tls_port_that_answers_with_an_alert() -> None:
    with place(other=ALERT) as one:
        assert "answers with TLS (tried once); write https://" in refused(f"http://{one.where}")


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("other", [b"", SETTINGS], ids=["closes", "answers"])
def test_the_grpc_port(scheme: str, other: bytes) -> None:
    with place(SETTINGS, other) as one:
        line = refused(f"{scheme}://{one.where}")
        where, keys = one.where, [got for got in one.got if b"k" * 20 in got]
    advice = "write the port of its HTTP interface in its url, 6333 where nobody changed it"
    assert line.endswith(f": {where} answers as a gRPC port does (tried once); {advice}")
    assert len(keys) == (scheme == "http")


def test_a_place_that_drops_whatever_comes_is_still_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "_backoff", lambda state: 0.001)
    with place() as one:
        store = ServerStore(f"http://{one.where}")
        with pytest.raises(StoreError, match=r"was lost \(RemoteDisconnected\) \(tried 7 times\)"):
            store.version()
        store.close()
