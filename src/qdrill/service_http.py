"""One HTTP exchange with a service that is not a store: bounded in size and in time, and cancellable.

The request runs in a thread of its own because nothing can wake a thread out of a name look-up or a connect; the
caller waits for its answer, its deadline or a cancellation, whichever comes first, and cuts what it leaves behind.
"""

from __future__ import annotations

import contextlib
import queue
import socket
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qdrill.control import JobControl
from qdrill.errors import SignalError
from qdrill.service_words import said, without_secret
from qdrill.tls import UNTRUSTED, WRITE_HTTP, WRITE_HTTPS, distrust, trusted, without_tls
from qdrill.urls import is_local

if TYPE_CHECKING:
    import httpx

_ADVICE = "check that it is running and its url in drills.toml"
# An alert of TLS where a status line should be, as the library shows it.
_TLS_ALERT = r"\x15\x03"
_NO_HEADERS: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a service answered, whatever its status.

    Attributes:
        headers: by lower-case name.
        words: what the service itself said was wrong, on one line, without the secret; '' where the status is 2xx
            and where it sent a page of HTML.
    """

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    words: str = ""


@dataclass(frozen=True, slots=True)
class Broken:
    """An exchange without an answer.

    Attributes:
        what: the end of a sentence that begins with the service. advice: what to do about it.
        passing: whether it may pass by itself, so that another try makes sense.
        late: whether the whole exchange ran out of its time.
    """

    what: str
    passing: bool = False
    late: bool = False
    advice: str = _ADVICE

    def sentence(self, label: str) -> str:
        """One plain line about the service `label`."""
        return f"{label} {self.what}; {self.advice}"


def ask(
    method: str,
    url: str,
    *,
    label: str,
    headers: Mapping[str, str] = _NO_HEADERS,
    body: bytes | None = None,
    timeout: float,
    most: int,
    control: JobControl,
    secret: str = "",
    ca_file: Path | None = None,
) -> Answer:
    """One exchange over a connection of its own; redirects are answers and are not followed.

    Args:
        label: the service as it is named in errors, safe to show.
        timeout: seconds for everything from the look-up of the name to the last byte.
        most: bytes that the body of the answer may have.
        secret: cut out of whatever the service says.
        ca_file: certificates to trust instead of the system's.

    Raises:
        SignalError: no answer, or one that is too long; one plain line.
        UsageError: `ca_file` cannot be used.
        Interrupted: cancelled, within 200 ms.
    """
    import httpx  # noqa: F401 - loading it takes a good part of a short timeout, and is no fault of the service

    connections = Connections(url, connect=timeout, read=timeout, ca_file=ca_file)
    try:
        outcome = connections.exchange(
            method,
            url,
            headers=headers,
            body=body,
            deadline=time.monotonic() + timeout,
            most=most,
            control=control,
            secret=secret,
        )
    finally:
        connections.close()
    if isinstance(outcome, Broken):
        late = f"did not answer within {timeout:g} s"
        raise SignalError((Broken(late) if outcome.late else outcome).sentence(label))
    return outcome


class Connections:
    """Connections to one service, kept between exchanges; safe to share between threads.

    Args:
        url: of the service; one on this machine is asked without the environment's proxy, which cannot reach it.
        connect: seconds for a connection.
        read: seconds for the next bytes of an answer.
        ca_file: certificates to trust instead of the system's.

    Raises:
        UsageError: `ca_file` cannot be used.
    """

    def __init__(self, url: str, *, connect: float, read: float, ca_file: Path | None = None) -> None:
        self._url, self._connect, self._read = url, connect, read
        # Reading the system's certificates takes longer than a local exchange without TLS, which has no use for them.
        self._trusted = False if url.lower().startswith("http:") else trusted(ca_file)
        self._lock = threading.Lock()
        self._client: httpx.Client | None = None

    def exchange(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes | None,
        deadline: float,
        most: int,
        control: JobControl,
        secret: str = "",
    ) -> Answer | Broken:
        """The answer to one request, or why there is none; `deadline` in monotonic seconds.

        Raises:
            Interrupted: cancelled, within 200 ms.
        """
        under_way = _Exchange(self, method, url, headers, body, most, secret)
        unhook = control.on_cancel(under_way.wake)
        try:
            outcome = None
            if not control.cancelled:
                under_way.start()
                outcome = under_way.wait(deadline)
            if control.cancelled:
                control.checkpoint()
            return outcome or Broken("did not answer in time", late=True)
        finally:
            unhook()
            under_way.leave()

    def close(self) -> None:
        """Close all connections."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close()

    def client(self) -> httpx.Client:
        """The client; opened by the first exchange."""
        import httpx

        with self._lock:
            if self._client is None:
                local = is_local(httpx.URL(self._url).host)
                waits = httpx.Timeout(self._read, connect=self._connect)
                trust = self._trusted
                self._client = httpx.Client(timeout=waits, trust_env=not local, verify=trust, follow_redirects=False)
            return self._client

    def silence(self) -> str:
        """What is said of a service that sends nothing more."""
        return f"did not answer within {self._read:g} s"


class _Exchange:
    """A request in a thread of its own. Whoever waits may leave; the thread then ends by itself."""

    def __init__(
        self,
        connections: Connections,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None,
        most: int,
        secret: str,
    ) -> None:
        self._connections = connections
        self._request = (method, url, headers, body)
        self._most, self._secret = most, secret
        self._outcomes: queue.SimpleQueue[Answer | Broken | None] = queue.SimpleQueue()
        self._gone = threading.Event()
        self._stream: Any = None

    def start(self) -> None:
        threading.Thread(target=lambda: self._outcomes.put(self._run()), name="qdrill-ask", daemon=True).start()

    def wait(self, deadline: float) -> Answer | Broken | None:
        """The outcome; None when out of time, or woken."""
        try:
            return self._outcomes.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            return None

    def wake(self) -> None:
        """End the wait."""
        self._outcomes.put(None)

    def leave(self) -> None:
        """Have the thread end: nobody waits for its outcome any more."""
        self._gone.set()
        self._cut()

    def _cut(self) -> None:
        raw = self._stream and self._stream.get_extra_info("socket")
        if raw is not None:
            with contextlib.suppress(OSError):  # it is closed already
                raw.shutdown(socket.SHUT_RDWR)

    def _trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Called by httpcore with each step of a request; learns the socket, which TLS replaces."""
        stream = info.get("return_value")
        if event.endswith(("connect_tcp.complete", "start_tls.complete")) and stream is not None:
            self._stream = stream
            if self._gone.is_set():
                self._cut()

    def _run(self) -> Answer | Broken:
        """Runs in its own thread, so every exception has to become an outcome."""
        import httpx

        try:
            outcome = self._talk()
            self._stream = None  # kept for the next exchange, so no longer to be cut
            return outcome
        except httpx.TimeoutException:
            return Broken(self._connections.silence(), passing=True)
        except httpx.ConnectError as error:
            return _unreached(error)
        except httpx.TransportError as error:
            return _cut_off(error)
        except Exception as error:  # noqa: BLE001 - a thread that dies silently would cost the whole deadline
            return Broken(f"cannot be asked ({type(error).__name__})")

    def _talk(self) -> Answer | Broken:
        method, url, headers, body = self._request
        # Nothing packed: a small answer that unpacks to a huge one cannot be held to a size.
        asked = {"Accept-Encoding": "identity", **headers}
        client = self._connections.client()
        with client.stream(method, url, headers=asked, content=body, extensions={"trace": self._trace}) as response:
            self._stream = response.extensions.get("network_stream")
            read = self._read(response)
            if isinstance(read, Broken):
                return read
            lower = {name.lower(): value for name, value in response.headers.items()}
            body = without_secret(read, self._secret)
            return Answer(response.status_code, lower, body, "" if response.is_success else said(body))

    def _read(self, response: httpx.Response) -> bytes | Broken:
        packed = response.headers.get("content-encoding", "identity")
        if packed.strip().lower() not in ("", "identity"):
            return Broken("has an answer that is packed although it must not be", advice="check its url in drills.toml")
        claimed = response.headers.get("content-length", "")
        if claimed.isascii() and claimed.isdigit() and int(claimed[:20]) > self._most:
            return self._too_long()
        found = bytearray()
        for part in response.iter_raw():
            found += part
            if self._gone.is_set() or len(found) > self._most:
                return self._too_long()
        return bytes(found)

    def _too_long(self) -> Broken:
        size = f"{self._most >> 20} MiB" if self._most >= 1 << 20 else f"{self._most} bytes"
        return Broken(f"has an answer that is longer than {size}", advice="check its url in drills.toml")


def _cut_off(error: httpx.TransportError) -> Broken:
    if _TLS_ALERT in str(error):
        return Broken("answers with TLS", advice=WRITE_HTTPS)
    return Broken(f"broke the connection ({type(error).__name__})", passing=True)


def _unreached(error: httpx.ConnectError) -> Broken:
    if without_tls(error):
        return Broken("answers without TLS", advice=WRITE_HTTP)
    wrong = distrust(error)
    if wrong is None:
        return Broken("cannot be reached", passing=True)
    return Broken(f"is not trusted ({wrong})", advice=UNTRUSTED)
