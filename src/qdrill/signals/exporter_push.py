"""Sending a registry to a Pushgateway, by prometheus_client, within a time that holds whatever the gateway does."""

from __future__ import annotations

import http.client
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, Request, build_opener

from prometheus_client import CollectorRegistry, push_to_gateway

from qdrill.control import JobControl
from qdrill.errors import SignalError
from qdrill.names import one_line

SECONDS_CANCELLED = 1.0
"""How long a push may take of a drill that somebody cancelled and waits to see the end of."""
JOB = "qdrill"
_LOOK_SECONDS = 0.05
_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")


def push_to(url: str, registry: CollectorRegistry, timeout: float, control: JobControl | None) -> None:
    """As `exporter.push`."""
    failed: list[Exception] = []
    ended = threading.Event()

    def work() -> None:
        try:
            _push(url, registry, timeout)
        except Exception as error:  # noqa: BLE001 - it is raised where somebody waits for it
            failed.append(error)
        finally:
            ended.set()

    started = time.monotonic()
    # A socket's own timeout begins anew with every byte; a thread that is left behind ends with the process.
    threading.Thread(target=work, name="qdrill-push", daemon=True).start()
    while not ended.wait(_LOOK_SECONDS):
        patience = min(timeout, SECONDS_CANCELLED) if control is not None and control.cancelled else timeout
        if time.monotonic() - started >= patience:
            raise _not_pushed(url, f"no answer within {patience:g} s")
    if failed:
        raise _not_pushed(url, _why(failed[0], timeout)) from failed[0]


def _push(url: str, registry: CollectorRegistry, timeout: float) -> None:
    push_to_gateway(url, JOB, registry, {"instance": socket.gethostname()}, timeout, _sender)


def _sender(
    url: str, method: str, timeout: float | None, headers: list[tuple[str, str]], data: bytes
) -> Callable[[], None]:
    """What prometheus_client sends with: as its own, but the answer is closed, and no proxy asked for this machine."""
    local = urlsplit(url).hostname in _THIS_MACHINE
    opener = build_opener(ProxyHandler({})) if local else build_opener()

    def send() -> None:
        with opener.open(Request(url, data, dict(headers), method=method), timeout=timeout) as answer:
            # A Pushgateway that took it has nothing to say.
            if answer.read(400).strip():
                raise URLError("it answered with a page, as no Pushgateway does")

    return send


def _why(error: Exception, timeout: float) -> str:
    if isinstance(error, HTTPError):
        return _answer(error)
    reason = error.reason if isinstance(error, URLError) else error
    if isinstance(reason, TimeoutError):
        return f"no answer within {timeout:g} s"
    if isinstance(reason, OSError):
        return reason.strerror or one_line(str(reason), 120) or type(reason).__name__
    if isinstance(reason, http.client.HTTPException):
        return "its answer is not HTTP"
    return one_line(str(reason), 120)


def _answer(error: HTTPError) -> str:
    body = b""
    with suppress(OSError, http.client.HTTPException):
        body = error.read(400)
    error.close()
    words = one_line(body.decode("utf-8", "replace"), 160)
    return f"HTTP {error.code}" + (f": {words}" if words else "")


def _not_pushed(url: str, why: str) -> SignalError:
    shown = one_line(url, 120)
    return SignalError(f"the Pushgateway {shown} did not take the metrics: {why}; check it, and its URL")
