"""Writing one collection of a Qdrant server; only a restore holds one of these."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from qdrill.errors import NotFound, Refused, StoreError, UsageError
from qdrill.names import one_line
from qdrill.stores.reply import decode
from qdrill.stores.request_head import collection_path
from qdrill.stores.retry import Transient, with_retries
from qdrill.stores.server_reader import ServerReader

if TYPE_CHECKING:
    from qdrill.stores.server import ServerStore

_HEAD = b'{"points":['
_TAIL = b"]}"


class ServerWriter:
    """Writes one collection. Create and delete are sent once; everything else may be repeated without harm."""

    def __init__(self, store: ServerStore, collection: str) -> None:
        self._store = store
        self._name = collection
        self._what = f"writing {store.show(collection)}"
        self._reader: ServerReader | None = None

    @property
    def reader(self) -> ServerReader:
        """The same collection for reading back, an alias resolved. Raises NotFound before `create`."""
        if self._reader is None:
            self._reader = self._store.reader(self._name)
        return self._reader

    def prepare(self) -> None:
        """Import the typed client, which searches and deletions use."""
        _ = self._store.admin

    def exists(self) -> bool:
        """Whether a collection or an alias of this name is there."""
        try:
            self._store.call("GET", collection_path(self._name), what=self._what)
        except NotFound:
            return False
        return True

    def create(self, body: Mapping[str, Any]) -> None:
        """Create the collection from a Qdrant create body."""
        path = collection_path(self._name)
        payload = json.dumps(body, ensure_ascii=False).encode()
        try:
            decode(self._store.accept(self._store.wire.request("PUT", path, (payload,), once=True), self._what))
        except Transient as error:
            raise StoreError(
                f"{self._what}: {error.reason}; it is not known whether the collection was created, so look, "
                "then run again with --resume"
            ) from error
        self._reader = ServerReader(self._store, self._name)

    def patch(self, body: Mapping[str, Any]) -> None:
        """Change settings."""
        self._store.result("PATCH", collection_path(self._name), body, what=self._what)
        if self._reader is not None:
            self._reader.forget()

    def create_index(self, field_name: str, schema: Any) -> None:
        """Create a payload index and wait for it."""
        path = collection_path(self._name, "index?wait=true")
        self._store.result("PUT", path, {"field_name": field_name, "field_schema": schema}, what=self._what)

    def upsert(self, rows: Sequence[bytes | memoryview], *, wait: bool) -> None:
        """Write rows. A request larger than the write rate allows is refused (429 without Retry-After), not waited
        for: only a smaller one can succeed."""
        path = collection_path(self._name, f"points?wait={'true' if wait else 'false'}")
        body = (_HEAD, *rows, _TAIL)

        def once() -> None:
            try:
                reply = self._store.wire.request("PUT", path, body)
            except Transient as error:
                if error.status == 429 and error.retry_after is None:
                    raise Refused(f"{self._what}: {error.reason}", status=429, reason=error.reason) from error
                raise
            # A page that something in between answered with is no acknowledgement.
            decode(self._store.accept(reply, self._what))

        with_retries(once, what=self._what, control=self._store.control, emit=self._store.emit)

    def aliases(self) -> tuple[str, ...]:
        """Aliases that lead to this collection, sorted. Raises Refused where this key may not list them."""
        return tuple(sorted(alias for alias, held in self._store.listed_aliases().items() if held == self._name))

    def holder_of(self, name: str) -> str:
        """The collection that `name` stands for, as an alias or its own name; empty where it is free."""
        try:
            return self._store.resolve(name)
        except NotFound:
            return ""

    def add_alias(self, alias: str) -> None:
        """Let `alias` point at this collection; the server takes it from another one that has it, without a word."""
        self._store.admin.add_alias(self._name, alias)

    def delete(self) -> None:
        """Delete the collection.

        Raises:
            UsageError: this name is an alias; nothing is deleted.
        """
        if self.reader.name != self._name:
            raise UsageError(
                f"{self._store.show(self._name)} is an alias of {one_line(self.reader.name)}; nothing was deleted: "
                "name another target"
            )
        self._store.admin.delete(self._name)
        self._reader = None

    def settle(self) -> None:
        """Return when the update queue is empty; servers before 1.17 tell of none."""
        delay = 0.01
        while int((self.reader.info().data.get("update_queue") or {}).get("length", 0)) > 0:
            self._store.control.sleep(delay)
            delay = min(0.25, delay * 2)
