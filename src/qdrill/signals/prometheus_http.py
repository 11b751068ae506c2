"""HTTP under prometheus-api-client: bounded in size, cut off on demand, and with nothing of an answer dropped.

The client takes a session of ours. It gets the whole body as the "result" that it would pick out of the JSON: so
warnings and the kind of the answer are not lost, and the body is parsed once, by a parser with limits.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.auth import AuthBase

from qdrill.signals.prometheus_answer import too_many_series
from qdrill.signals.prometheus_failure import Failed, refusal

LARGEST_BODY = 64 << 20
"""Bytes of an answer that are read at most, unpacked."""

_OURS = ("localhost", "127.0.0.1", "::1")
_LARGEST_ERROR = 64 << 10
_PART = 64 << 10
# Proxies commonly refuse request lines beyond 8 KiB, and percent-encoding may triple a query.
_LONGEST_IN_URL = 2_000
# Prometheus writes its JSON without spaces, and inside a string these quotes would be escaped.
_SERIES_MARK = b'"metric":{'


class Reply(requests.Response):
    """An answer of 200 that is already read; `json` is what the client library needs to see."""

    def __init__(self, body: bytes) -> None:
        super().__init__()
        self.status_code = 200
        self.body = body

    def json(self, **_: Any) -> Any:
        """The whole body in the place of the result."""
        return {"data": {"result": self.body}}


class _Bearer(AuthBase):
    """The key; also without one, as it keeps requests from sending a password out of ~/.netrc."""

    def __init__(self, key: str | None) -> None:
        self._key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._key:
            request.headers["Authorization"] = f"Bearer {self._key}"
        return request


class BoundedSession(requests.Session):
    """A session whose answers are of limited size. Follows no redirect; keeps no cookie, so threads may share it.

    Args:
        url: of the server. key: sent as a bearer token. gone: set once nobody waits for answers any more.
        ca_file: certificates to trust instead of the usual ones.
    """

    def __init__(self, url: str, key: str | None, gone: threading.Event, ca_file: Path | None = None) -> None:
        super().__init__()
        if ca_file is not None:
            self.verify = str(ca_file)
        # A proxy of the environment cannot reach this machine's own loopback address.
        self.trust_env = urlsplit(url).hostname not in _OURS
        self.auth = _Bearer(key)
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._gone = gone
        # As it is, and as a string of JSON has it.
        self._secrets = {key.encode(), json.dumps(key)[1:-1].encode()} if key else set()

    def get_redirect_target(self, resp: requests.Response) -> None:
        """None: a redirect is an answer to report, and its body is not to be read without limit."""

    def request(self, *args: Any, **kwargs: Any) -> Reply:
        """Send a request and read its answer.

        Raises:
            Failed: the answer is not one of 200, or too large.
            requests.RequestException, urllib3.exceptions.HTTPError: no whole answer.
        """
        params = kwargs.get("params") or {}
        if len(str(params.get("query", ""))) > _LONGEST_IN_URL:
            kwargs.update(method="POST", params=None, data=params)
        with super().request(*args, **{**kwargs, "stream": True}) as response:
            if response.status_code == 200:
                return Reply(self._without_key(self._whole(response)))
            body = self._without_key(self._beginning(response))
            raise refusal(response.status_code, response.headers.get("Content-Type", ""), body)

    def _without_key(self, body: bytes) -> bytes:
        """`body`, should the server repeat what it was sent."""
        for secret in self._secrets:
            body = body.replace(secret, b"***")
        return body

    def _whole(self, response: requests.Response) -> bytes:
        body, series = bytearray(), 0
        for part in self._parts(response):
            seen = max(0, len(body) - len(_SERIES_MARK) + 1)
            body += part
            series += body.count(_SERIES_MARK, seen)
            too_many_series(series)
            if len(body) > LARGEST_BODY:
                raise Failed(f"answered with more than {LARGEST_BODY >> 20} MiB; narrow the query")
        return bytes(body)

    def _beginning(self, response: requests.Response) -> bytes:
        body = b""
        for part in self._parts(response):
            body += part
            if len(body) >= _LARGEST_ERROR:
                break
        return body

    def _parts(self, response: requests.Response) -> Iterator[bytes]:
        # read1 and not iter_content: it comes back with every packet, so a server that drips is left in time.
        while part := response.raw.read1(_PART, decode_content=True):
            if self._gone.is_set():
                raise Failed("was left before it had answered")
            yield part
