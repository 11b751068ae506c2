"""Bytes over HTTP: the transport of the bulk path and of everything that must arrive verbatim.

Built on `http.client`, one connection a thread, because reading into a buffer that is used again moves 1.2 times
what asynchronous clients move (benchmarks/README.md). `Accept-Encoding: identity` on every request: a Qdrant server
compresses for any client that admits to understand it, at 2.5 times the cost.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from urllib.parse import urlsplit

from qdrill.control import JobControl
from qdrill.errors import StoreError
from qdrill.events import Emit, RequestDone, ignore
from qdrill.stores.answers import in_words, small_text
from qdrill.stores.connecting import connect, encrypted, why_lost
from qdrill.stores.protocol import LOOK_SECONDS, mistaken
from qdrill.stores.reply import Reply
from qdrill.stores.request_head import host_header, request_head
from qdrill.stores.retry import ATTEMPTS, FIRST_ATTEMPTS, TRANSIENT_STATUSES, Transient, untrusted
from qdrill.tls import trusted

Body = Sequence[bytes | memoryview]

# The server drops an idle connection after 5 s; one left alone longer than this is not used again.
KEEPALIVE_SECONDS = 3.5
# What a connection keeps for its answers; a longer one gets a buffer of its own, which goes with it.
_KEPT_BUFFER = 2 << 20
# A body up to this many bytes travels with the head, so that the server is woken once.
_SENT_AT_ONCE = 16 << 10


class _Link:
    """One thread's connection and its receive buffer."""

    def __init__(self) -> None:
        self.thread = threading.current_thread()
        self.connection: http.client.HTTPConnection | None = None
        self.socket: socket.socket | None = None
        self.used_at = 0.0
        self.buffer = bytearray(_KEPT_BUFFER)

    def drop(self) -> None:
        if self.connection is not None:
            self.connection.close()
        if self.socket is not None:
            self.socket.close()
        self.connection = self.socket = None


class Wire:
    """A server's transport. Threads share it; each has its own connection.

    Args:
        url: `http://host:port` or `https://host:port`.
        headers: sent with every request; may hold the API key, and is never shown.
        timeout: seconds for connecting and for every single read or write.
        ca_file: certificates to trust instead of the system's.

    Raises:
        UsageError: `ca_file` cannot be used.
    """

    def __init__(
        self,
        url: str,
        *,
        headers: Mapping[str, str],
        timeout: float,
        control: JobControl,
        emit: Emit = ignore,
        ca_file: str | None = None,
    ) -> None:
        parts = urlsplit(url)
        self._host = parts.hostname or ""
        self._port = parts.port or 6333
        self._base = f"{parts.scheme}://{host_header(self._host, self._port)}"
        self._tls = trusted(ca_file) if parts.scheme == "https" else None
        sent = {"Host": host_header(self._host, self._port), "Accept-Encoding": "identity", "User-Agent": "qdrill"}
        self._header_lines = [f"{name}: {value}" for name, value in {**sent, **headers}.items()]
        self._timeout = timeout
        self._control = control
        self._emit = emit
        self._answered = self._closed = False
        self._local = threading.local()
        self._lock = threading.Lock()
        self._links: list[_Link] = []
        self._unhook = control.on_cancel(self.abort)

    @property
    def control(self) -> JobControl:
        """The handle that cancels this wire's requests."""
        return self._control

    @property
    def emit(self) -> Emit:
        """Where this wire's requests are told."""
        return self._emit

    def request(
        self, method: str, path: str, body: Body = (), *, detail: str = "", longest: int = 0, once: bool = False
    ) -> Reply:
        """Send one request and read its whole answer.

        Args:
            body: fragments sent one after another; none is copied.
            detail: what the request carries, for the request log.
            longest: refuse an answer of more bytes than this (0: any); raises TooLong and drops the connection.
            once: never send it a second time, as is done where a connection that was idle turns out to be closed.

        Raises:
            Transient: lost connection, time-out, or a status that passes by itself.
            TooLong: the answer is longer than `longest`.
            Interrupted: cancelled, at most 200 ms ago.
        """
        self._control.checkpoint()
        started = time.monotonic()
        link = self._link()
        if once:
            link.drop()
        try:
            reply = self._exchange(link, method, path, body, longest)
        except (OSError, http.client.HTTPException) as error:
            link.drop()
            self._control.checkpoint()
            where = f"{self._host}:{self._port}"
            failure = untrusted(where, error) or self._mistaken(link, where, error)
            raise (failure or Transient(why_lost(where, error, self._timeout), tries=self._tries(error))) from error
        finally:
            # Who asks on after `close` (a thread that was left behind) has nobody else to close its connection.
            if self._closed:
                link.drop()
        self._answered = True
        took = (time.monotonic() - started) * 1000
        self._emit(RequestDone(method, path, reply.status, took, detail, self._base + path, small_text(body)))
        if reply.status in TRANSIENT_STATUSES:
            raise Transient(
                f"the server answered {reply.status}: {in_words(reply.text)}",
                status=reply.status,
                retry_after=_seconds(reply.headers.get("retry-after")),
            )
        return reply

    def abort(self) -> None:
        """Cut every connection, so that reads in other threads end at once."""
        with self._lock:
            links = list(self._links)
        for link in links:
            if link.socket is not None:
                with suppress(OSError):
                    link.socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close all connections."""
        self._unhook()
        with self._lock:
            self._closed = True
            for link in self._links:
                link.drop()
            self._links.clear()

    def _link(self) -> _Link:
        link: _Link | None = getattr(self._local, "link", None)
        if link is None:
            link = self._local.link = _Link()
            with self._lock:
                self._drop_orphans()
                self._links.append(link)
        if link.connection is not None and time.monotonic() - link.used_at > KEEPALIVE_SECONDS:
            link.drop()
        return link

    def _drop_orphans(self) -> None:
        """Give up the connections of threads that have ended, and with them their buffers."""
        for link in [one for one in self._links if not one.thread.is_alive()]:
            link.drop()
            self._links.remove(link)

    def _connect(self, link: _Link) -> http.client.HTTPConnection:
        raw = connect(self._host, self._port, self._timeout, self._control)
        link.socket = encrypted(raw, self._tls, self._host) if self._tls else raw
        # Whoever cancelled before this line did not see the socket; from here on `abort` does.
        self._control.checkpoint()
        if isinstance(link.socket, ssl.SSLSocket):
            link.socket.do_handshake()
        connection = http.client.HTTPConnection(self._host, self._port, timeout=self._timeout)
        connection.sock = link.socket
        link.connection = connection
        return connection

    def _exchange(self, link: _Link, method: str, path: str, body: Body, longest: int) -> Reply:
        reused = link.connection is not None
        try:
            response = self._ask(link, method, path, body)
        except (ConnectionError, http.client.BadStatusLine):
            if not reused:
                raise
            # An idle connection may be closed by the server in the moment it is used; that is no failure yet.
            link.drop()
            self._control.checkpoint()
            response = self._ask(link, method, path, body)
        with response:
            return self._read(link, response, longest)

    def _ask(self, link: _Link, method: str, path: str, body: Body) -> http.client.HTTPResponse:
        connection = link.connection or self._connect(link)
        length = sum(len(part) for part in body)
        head = request_head(method, path, self._header_lines, length)
        if length <= _SENT_AT_ONCE:
            connection.send(b"".join((head, *body)))
        else:
            connection.send(head)
            # A server that refuses a body may answer before it has read all of it; the answer says why.
            with suppress(ConnectionError):
                for part in body:
                    connection.send(part)
        response = http.client.HTTPResponse(connection.sock, method=method)
        try:
            response.begin()
        except BaseException:
            response.close()
            raise
        return response

    def _read(self, link: _Link, response: http.client.HTTPResponse, longest: int) -> Reply:
        length = response.length
        if longest and length is not None and length > longest:
            link.drop()
            raise TooLong(length)
        buffer, filled = self._fill(link, response, length, longest)
        if length is not None and filled != length:
            raise http.client.IncompleteRead(b"", length - filled)
        if response.will_close:
            link.drop()
        link.used_at = time.monotonic()
        headers = {name.lower(): value for name, value in response.getheaders()}
        return Reply(response.status, headers, buffer, filled)

    def _fill(
        self, link: _Link, response: http.client.HTTPResponse, length: int | None, longest: int
    ) -> tuple[bytearray, int]:
        """The answer's buffer, and how much of it is filled."""
        buffer = link.buffer if length is None or length <= len(link.buffer) else bytearray(length)
        filled = 0
        while length is None or filled < length:
            if filled == len(buffer):
                buffer = buffer + bytearray(len(buffer))
            end = len(buffer) if length is None else length
            with memoryview(buffer) as view:
                count = response.readinto(view[filled:end])
            if count == 0:
                break
            filled += count
            if longest and filled > longest:
                link.drop()
                raise TooLong(filled)
        return buffer, filled

    def _tries(self, error: Exception) -> int:
        """A server that answered before may be restarting; one that never did is most likely not there."""
        if isinstance(error, socket.gaierror):
            return 1
        return ATTEMPTS if self._answered or not isinstance(error, ConnectionRefusedError) else FIRST_ATTEMPTS

    def _mistaken(self, link: _Link, where: str, error: Exception) -> Transient | None:
        """A server that answered before speaks what it is asked in."""
        if self._answered:
            return None

        def again() -> socket.socket:
            # Where `abort` finds it.
            link.socket = connect(self._host, self._port, min(self._timeout, LOOK_SECONDS), self._control)
            self._control.checkpoint()
            return link.socket

        try:
            return mistaken(where, error, self._tls is not None, again)
        finally:
            link.drop()
            self._control.checkpoint()


class TooLong(StoreError):
    """An answer longer than the caller wants to hold; `length` in bytes, as far as known."""

    def __init__(self, length: int) -> None:
        super().__init__(f"an answer of {length} bytes is more than was asked for")
        self.length = length


def _seconds(value: str | None) -> float | None:
    try:
        return max(0.0, float(value)) if value else None
    except ValueError:
        return None
