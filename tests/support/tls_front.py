"""A server of TLS in front of a plain one: what comes is handed on, byte for byte, both ways."""

from __future__ import annotations

import contextlib
import select
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

import trustme

_PART = 64 << 10


class TlsFront:
    """`https://localhost:port` in front of `upstream`, with a certificate for `name` by a CA of its own.

    Args:
        folder: gets `ca.pem`, what clients must trust.
        cut_after: bytes of answers after which a connection is reset; None never.
    """

    def __init__(
        self, upstream: tuple[str, int], folder: Path, *, name: str = "localhost", cut_after: int | None = None
    ) -> None:
        authority = trustme.CA()
        self.ca_file = folder / "ca.pem"
        authority.cert_pem.write_to_path(self.ca_file)
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(name).configure_cert(self._context)
        self._upstream, self._cut_after = upstream, cut_after
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._sockets: list[socket.socket] = [self._listening]
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"https://localhost:{self._listening.getsockname()[1]}"

    def __enter__(self) -> TlsFront:
        self._run(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        while self._threads or self._sockets:
            with self._lock:
                sockets, threads = self._sockets, self._threads
                self._sockets, self._threads = [], []
            for one in sockets:
                _close(one)
            for thread in threads:
                thread.join()

    def _run(self, target: Callable[..., None], *args: socket.socket) -> None:
        thread = threading.Thread(target=target, args=args)
        with self._lock:
            self._threads.append(thread)
        thread.start()

    def _keep(self, one: socket.socket) -> None:
        with self._lock:
            self._sockets.append(one)

    def _accept(self) -> None:
        while True:
            try:
                raw, _ = self._listening.accept()
            except OSError:
                return
            self._keep(raw)
            self._run(self._serve, raw)

    def _serve(self, raw: socket.socket) -> None:
        try:
            client = self._context.wrap_socket(raw, server_side=True)
        except OSError:  # a client that does not trust us goes away in the handshake
            _close(raw)
            return
        self._keep(client)
        upstream = socket.create_connection(self._upstream)
        self._keep(upstream)
        with contextlib.suppress(OSError):
            self._hand_on(client, upstream)
        _close(client, upstream)

    def _hand_on(self, client: ssl.SSLSocket, upstream: socket.socket) -> None:
        """Both ways in one thread: two at once may not use one TLS connection."""
        left = self._cut_after
        while True:
            readable = [client] if client.pending() else select.select([client, upstream], [], [])[0]
            for source in readable:
                part = source.recv(_PART)
                if not part:
                    return
                if source is client:
                    upstream.sendall(part)
                    continue
                client.sendall(part if left is None else part[:left])
                left = None if left is None else left - len(part)
                if left is not None and left <= 0:
                    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    return


def _close(*sockets: socket.socket) -> None:
    for one in sockets:
        with contextlib.suppress(OSError):
            # Wakes whoever waits in recv or accept, which close alone does not.
            one.shutdown(socket.SHUT_RDWR)
        one.close()
