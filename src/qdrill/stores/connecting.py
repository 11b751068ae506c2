"""Calls that block and cannot be interrupted, made so that a cancellation is felt: connecting, resolving names."""

from __future__ import annotations

import errno
import http.client
import os
import queue
import selectors
import socket
import ssl
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

from qdrill.control import JobControl
from qdrill.names import one_line

T = TypeVar("T")

_POLL_SECONDS = 0.1


def abandonable(call: Callable[[], T], control: JobControl) -> T:
    """Run `call` on a thread of its own, which is left behind when the job is cancelled.

    Raises:
        Interrupted: cancelled. Whatever `call` raises otherwise.
    """
    outcomes: queue.SimpleQueue[Callable[[], T]] = queue.SimpleQueue()

    def run() -> None:
        try:
            result = call()
        except BaseException as error:  # noqa: BLE001 - carried to the caller's thread
            outcomes.put(_raising(error))
        else:
            outcomes.put(lambda: result)

    threading.Thread(target=run, name="qdrill-call", daemon=True).start()
    while True:
        try:
            return outcomes.get(timeout=_POLL_SECONDS)()
        except queue.Empty:
            if control.cancelled:
                control.checkpoint()


def _raising(error: BaseException) -> Callable[[], Any]:
    def again() -> Any:
        raise error

    return again


def connect(host: str, port: int, timeout: float, control: JobControl) -> socket.socket:
    """A TCP connection to the first address of `host` that answers; a cancellation ends the wait within 100 ms.

    Raises:
        OSError: no address answers within `timeout` seconds.
        Interrupted: cancelled.
    """
    failure: OSError = OSError(f"{host} has no address")
    for family, kind, protocol, _name, address in _addresses(host, port, control):
        raw = socket.socket(family, kind, protocol)
        try:
            _finish_connecting(raw, address, timeout, control)
        except OSError as error:
            raw.close()
            failure = error
            continue
        except BaseException:
            raw.close()
            raise
        raw.settimeout(timeout)
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return raw
    raise failure


def encrypted(raw: socket.socket, tls: ssl.SSLContext, host: str) -> ssl.SSLSocket:
    """TLS over `raw`, without the handshake: the caller keeps hold of the socket first, to be able to cut it."""
    return tls.wrap_socket(raw, server_hostname=host, do_handshake_on_connect=False)


def why_lost(where: str, error: Exception, timeout: float) -> str:
    """Why there was no answer of `where`, `host:port`, that was waited for `timeout` seconds; in a few words."""
    if isinstance(error, TimeoutError):
        return f"{where} did not answer within {timeout:g} s"
    if isinstance(error, ConnectionRefusedError):
        return f"{where} refuses the connection"
    if isinstance(error, socket.gaierror):
        return f"the host name {one_line(where.rpartition(':')[0])} is not known"
    if isinstance(error, ssl.SSLError):
        return f"TLS with {where} failed: {one_line(error.reason or str(error))}"
    if isinstance(error, http.client.IncompleteRead):
        return f"{where} ended its answer early"
    return f"the connection to {where} was lost ({type(error).__name__})"


def _addresses(host: str, port: int, control: JobControl) -> list[tuple[Any, ...]]:
    """What `host` resolves to; a name server that is slow to answer is not waited for once cancelled."""
    try:
        return list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST))
    except socket.gaierror:
        return list(abandonable(lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM), control))


def _finish_connecting(raw: socket.socket, address: tuple[object, ...], timeout: float, control: JobControl) -> None:
    raw.setblocking(False)
    pending = raw.connect_ex(address)
    deadline = time.monotonic() + timeout
    with selectors.DefaultSelector() as selector:
        selector.register(raw, selectors.EVENT_WRITE)
        while pending in (errno.EINPROGRESS, errno.EWOULDBLOCK) and not selector.select(_POLL_SECONDS):
            control.checkpoint()
            if time.monotonic() > deadline:
                raise TimeoutError(f"no connection within {timeout:g} s")
    failed = raw.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if failed:
        raise OSError(failed, os.strerror(failed))
