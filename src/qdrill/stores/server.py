"""A Qdrant server over HTTP: opening readers and writers.

Two transports side by side. `Wire` carries what must stay byte for byte (points, collection info, create bodies):
typed clients drop fields they do not know. `Admin` (qdrant-client) carries typed requests: lists, aliases, searches,
deletion; it is imported when first used, because that takes longer than a small backup.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from qdrill.control import JobControl
from qdrill.errors import NotFound, Refused
from qdrill.events import Emit, ignore
from qdrill.names import one_line
from qdrill.stores.answers import in_words
from qdrill.stores.protocol import wants_tls
from qdrill.stores.reply import Reply, decode, raw_result
from qdrill.stores.request_head import collection_path
from qdrill.stores.retry import with_retries
from qdrill.stores.server_reader import ServerReader
from qdrill.stores.server_writer import ServerWriter
from qdrill.stores.wire import Wire
from qdrill.tls import WRITE_HTTPS

if TYPE_CHECKING:
    from qdrill.stores.server_admin import Admin


class ServerStore:
    """A Qdrant server.

    Args:
        url: `http://host:port`.
        label: how the store is named to the user.
        api_key: sent as `api-key`; never shown.
        timeout: seconds for every connect, read and write.

    Attributes:
        headers: sent with every request; may hold the API key, and are never shown.
    """

    def __init__(
        self,
        url: str,
        *,
        label: str = "",
        api_key: str | None = None,
        timeout: float = 60.0,
        ca_file: str | None = None,
        control: JobControl | None = None,
        emit: Emit = ignore,
    ) -> None:
        self._url = url
        self._label = label or url
        self._api_key = api_key
        self._timeout = timeout
        self._ca_file = ca_file
        self.control = control or JobControl()
        self.emit = emit
        self.headers: Mapping[str, str] = {"api-key": api_key} if api_key else {}
        self.wire = Wire(url, headers=self.headers, timeout=timeout, control=self.control, emit=emit, ca_file=ca_file)

    @property
    def label(self) -> str:
        """How the store is named to the user."""
        return self._label

    @property
    def url(self) -> str:
        """`http://host:port`, without any secret."""
        return self._url

    @property
    def timeout(self) -> float:
        """Seconds for every connect, read and write."""
        return self._timeout

    @property
    def ca_file(self) -> str | None:
        """Certificates to trust beside the system's."""
        return self._ca_file

    @cached_property
    def admin(self) -> Admin:
        """Typed requests through qdrant-client. The server is asked for its version first: that fails sooner."""
        self.version()
        from qdrill.stores.server_admin import Admin

        return Admin(self._url, self._api_key, self._timeout, self._ca_file, self)

    def version(self) -> str:
        """Version of the server, such as `1.19.0`."""
        reply = self.call("GET", "/", what=f"asking {self._label} for its version")
        return one_line(str(decode(reply).get("version", "unknown")), 40)

    def collections(self) -> tuple[str, ...]:
        """Names of all collections, sorted."""
        return self.admin.collections()

    def reader(self, collection: str) -> ServerReader:
        """A reader of `collection`, an alias resolved.

        Raises:
            NotFound: neither a collection nor an alias has this name.
        """
        return ServerReader(self, self.resolve(collection))

    def writer(self, collection: str) -> ServerWriter:
        """A writer for `collection`, which may not exist yet."""
        return ServerWriter(self, collection)

    def resolve(self, name: str) -> str:
        """The collection behind `name`, which may be an alias."""
        self.call("GET", collection_path(name), what=f"looking for collection {self.show(name)}")
        for alias, collection in self.alias_map().items():
            if alias == name:
                return collection
        return name

    def alias_map(self) -> Mapping[str, str]:
        """All aliases of the server, alias to collection; empty where this key may not list them."""
        try:
            return self.listed_aliases()
        except Refused:
            return {}

    def listed_aliases(self) -> Mapping[str, str]:
        """As `alias_map`; raises Refused where this key may not list them."""
        result = self.result("GET", "/aliases", what=f"listing the aliases of {self._label}")
        return {row["alias_name"]: row["collection_name"] for row in json.loads(result)["aliases"]}

    def process(self) -> str:
        """The id that a server takes anew whenever it starts (telemetry); empty where this key may not see it."""
        try:
            raw = self.result("GET", "/telemetry?details_level=0", what=f"asking {self._label} for its telemetry")
            return str(json.loads(raw).get("id") or "")
        except (NotFound, Refused):
            return ""

    def show(self, collection: str) -> str:
        """`store/collection`, harmless on a terminal."""
        return one_line(f"{self._label}/{collection}")

    def call(self, method: str, path: str, *, what: str) -> Reply:
        """One request, tried again while it fails in a transient way.

        Raises:
            NotFound, Refused: the server answered with a refusal.
            StoreError: no usable answer after all tries.
        """

        def once() -> Reply:
            reply = self.accept(self.wire.request(method, path), what)
            decode(reply)
            return reply

        return with_retries(once, what=what, control=self.control, emit=self.emit)

    def result(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *, what: str, longest: int = 0
    ) -> bytes:
        """The bytes of `result` of one request, exactly as the server wrote them; errors as of `call`.

        An answer of more than `longest` bytes (0: any) raises TooLong.
        """
        parts = (json.dumps(body, ensure_ascii=False).encode(),) if body is not None else ()

        def once() -> bytes:
            return raw_result(self.accept(self.wire.request(method, path, parts, longest=longest), what))

        return with_retries(once, what=what, control=self.control, emit=self.emit)

    def accept(self, reply: Reply, what: str) -> Reply:
        """The reply if it is a success; otherwise the error that says what the server refused."""
        if reply.status < 300:
            return reply
        raise self.refusal(reply.status, reply.text, what)

    def refusal(self, status: int, answer: str, what: str) -> NotFound | Refused:
        """The error for a refusal, whose body is `answer`, with the next step in it."""
        if status == 400 and self._url.startswith("http:") and wants_tls(answer):
            return Refused(f"{what}: {self._label} answers with TLS; {WRITE_HTTPS}", status=status, reason=WRITE_HTTPS)
        reason = in_words(answer)
        if not reason:
            return Refused(
                f"{what}: {self._label} answered {status} without a reason; is that a Qdrant server?",
                status=status,
                reason="no reason given",
            )
        if status == 404:
            return NotFound(f"{what}: {reason}; `qdrill collections {self._label}` lists what is there")
        if status == 401:
            step = "the key is missing or wrong; set QDRANT_API_KEY, or the variable that the store's api_key_env names"
        elif status == 403:
            step = "this key has no right to do that; use one that has"
        elif status == 507:
            step = "make room on the server, then run the same command again"
        else:
            step = "the request will be refused again as it is"
        return Refused(f"{what}: {self._label} answered {status}: {reason}; {step}", status=status, reason=reason)

    def close(self) -> None:
        """Close all connections."""
        self.wire.close()
        if "admin" in self.__dict__:
            self.admin.close()
