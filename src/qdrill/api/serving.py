"""Listening until Ctrl-C."""

from __future__ import annotations

import errno
import logging
import signal
import socket
import threading
from collections.abc import Callable
from types import FrameType

import uvicorn

from qdrill.api.app import create_app
from qdrill.api.backend import Backend
from qdrill.api.gate import is_loopback
from qdrill.errors import UsageError
from qdrill.names import terminal_text
from qdrill.urls import BadUrl, split_url

_GRACE_SECONDS = 5
_MOST_CONNECTIONS = 64
_KEEP_ALIVE_SECONDS = 5


def parse_listen(text: str) -> tuple[str, int]:
    """Host (IPv6 without brackets) and port of `HOST:PORT`; port 0 is any free one. Raises UsageError."""
    written, colon, port = text.rpartition(":")
    free = port == "0"
    try:
        server, rest = split_url(f"http://{written}:1" if free else f"http://{text}")
    except BadUrl:
        server, rest = None, ""
    if server is None or server.port is None or rest or not colon:
        shown = terminal_text(text, 60)
        raise UsageError(f'--listen must be HOST:PORT such as 127.0.0.1:8000, not "{shown}"')
    return server.host.strip("[]"), 0 if free else server.port


def serve(backend: Backend, host: str, port: int, token: str | None, say: Callable[[str], None]) -> int:
    """Serve until SIGINT or SIGTERM; requests under way have 5 s to end. Returns the exit code.

    Args:
        say: called once it listens, with lines for people.

    Raises:
        UsageError: the place cannot be listened on.
    """
    _quiet_log()
    listening = _listen(host, port)
    shown = f"[{host}]" if ":" in host else host
    for line in _greeting(backend, f"http://{shown}:{listening.getsockname()[1]}", host, token):
        say(line)
    # uvicorn raises the signals it got once more at its end; by then there is nothing left to end.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _nothing)
    server = _Server(
        uvicorn.Config(
            create_app(backend, token, host),
            loop="asyncio",
            http="h11",
            ws="none",
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            limit_concurrency=_MOST_CONNECTIONS,
            timeout_keep_alive=_KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=_GRACE_SECONDS,
        ),
        backend.session.control.cancel,
    )
    server.run(sockets=[listening])
    return 0


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, cancel: Callable[[], None]) -> None:
        super().__init__(config)
        self._cancel = cancel

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """The first signal lets requests end, the second cuts them off."""
        if self.should_exit:
            # In a thread, because a handler may interrupt somebody who holds the locks that this takes.
            threading.Thread(target=self._cancel, name="qdrill-cancel", daemon=True).start()
        super().handle_exit(sig, frame)


def _nothing(number: int, frame: FrameType | None) -> None:
    """Leave the ending to whoever is in charge by then."""


def _listen(host: str, port: int) -> socket.socket:
    place = terminal_text(f"{host}:{port}", 80)
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError:
        raise UsageError(
            f"{place} is no place to listen at: the host is not known; name another with --listen"
        ) from None
    listening = socket.socket(family, kind, protocol)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(_MOST_CONNECTIONS)
    except OSError as error:
        listening.close()
        reason = "is in use" if error.errno == errno.EADDRINUSE else f"cannot be used ({error.strerror or 'refused'})"
        raise UsageError(f"{place} {reason}; name another with --listen") from None
    return listening


def _greeting(backend: Backend, url: str, host: str, token: str | None) -> list[str]:
    lines = [f"qdrill: the RAG API over {backend.store.label} is at {url}  Ctrl-C ends it"]
    if token is None:
        who = "everyone on this machine" if is_loopback(host) else "everyone who reaches this address"
        lines.append(f"qdrill: it has no login: {who} can search and import; --token-env names a token to ask for")
    return lines


def _quiet_log() -> None:
    """What the library logs is for its developers; requests that break are told as notices."""
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "asyncio"):
        log = logging.getLogger(name)
        log.addHandler(logging.NullHandler())
        log.propagate = False
