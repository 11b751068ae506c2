"""Why a question to Prometheus got no answer, in one plain line each.

Every text is the end of a sentence that begins with the server: "refused the query (...); mend the expression".
"""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from qdrill.names import one_line
from qdrill.tls import UNTRUSTED, WRITE_HTTP, without_tls

if TYPE_CHECKING:
    import requests
    import urllib3

ELSEWHERE = "check url in drills.toml (a proxy or a login may stand in front)"
_RUNNING = "check that it is running and url in drills.toml"
_UNWELL = "check that it is well"
# errorType of a query that the server itself gave up: prometheus.io/docs, "HTTP API".
_SLOW = frozenset({"timeout", "canceled"})


class Failed(Exception):
    """A question without a usable answer. `hung`: it took all the time there was."""

    def __init__(self, what: str, *, hung: bool = False) -> None:
        super().__init__(what)
        self.hung = hung


def late(seconds: float) -> Failed:
    """The server took longer than it may."""
    what = f"did not answer within {seconds:g} s; check that it is well, or raise timeout_seconds in drills.toml"
    return Failed(what, hung=True)


def refusal(status: int, content_type: str, body: bytes) -> Failed:
    """The server answered, and not with 200."""
    if 300 <= status < 400:
        return Failed(f"sends elsewhere ({status}); set url in drills.toml to where it leads")
    if status in (401, 403):
        return Failed(f"answered {status}; check the key in the variable that api_key_env names")
    kind, said = _error_of(body)
    if kind in _SLOW:
        return Failed(f"gave the query up ({said}); make it simpler, or raise timeout_seconds", hung=True)
    if said and status in (400, 422):
        return Failed(f"refused the query ({said}); mend the expression")
    if not said and is_page(content_type, body):
        return Failed(f"answered {status} with a web page; {ELSEWHERE}")
    said = said or one_line(body[:2_000].decode("utf-8", "replace"), 200)
    advice = _UNWELL if status >= 500 else ELSEWHERE
    return Failed(f"answered {status} ({said or 'nothing said'}); {advice}")


def _error_of(body: bytes) -> tuple[str, str]:
    """errorType of an answer, and it with the error as one line; ("", "") where there is none."""
    try:
        answer: Any = json.loads(body)
    except (ValueError, RecursionError):
        return "", ""
    found = answer if isinstance(answer, dict) else {}
    parts = [part for part in (found.get("errorType"), found.get("error")) if isinstance(part, str)]
    return (parts[0] if parts else ""), one_line(": ".join(parts))


def is_page(content_type: str, body: bytes) -> bool:
    """Whether an answer is HTML."""
    return "html" in content_type.lower() or body.lstrip()[:1] == b"<"


def broken(error: requests.RequestException | urllib3.exceptions.HTTPError, seconds: float) -> Failed:
    """There was no whole answer; `seconds` is the time limit of the request."""
    import requests
    import urllib3

    causes, ours, theirs = tuple(_causes(error)), requests.exceptions, urllib3.exceptions
    known: tuple[tuple[tuple[type[BaseException], ...], str], ...] = (
        ((ours.SSLError, theirs.SSLError), f"is not trusted: its certificate is not right; {UNTRUSTED}"),
        ((ours.ProxyError, theirs.ProxyError), "cannot be reached through the proxy; check HTTP_PROXY and NO_PROXY"),
        ((socket.gaierror,), "cannot be reached: its name is not known; check url in drills.toml"),
        ((ConnectionRefusedError,), f"cannot be reached: connection refused; {_RUNNING}"),
        ((theirs.NewConnectionError,), f"cannot be reached; {_RUNNING}"),
    )
    if without_tls(error):
        return Failed(f"answers without TLS; {WRITE_HTTP}")
    if _any(causes, (ours.Timeout, theirs.ReadTimeoutError, TimeoutError)):
        return late(seconds)
    words = (text for kinds, text in known if _any(causes, kinds))
    return Failed(next(words, f"broke the connection before it had answered; {_UNWELL}"))


def _any(causes: tuple[BaseException, ...], kinds: tuple[type[BaseException], ...]) -> bool:
    return any(isinstance(cause, kinds) for cause in causes)


def _causes(error: BaseException) -> Iterator[BaseException]:
    found: BaseException | None = error
    for _ in range(20):
        if found is None:
            return
        yield found
        found = found.__cause__ or found.__context__
