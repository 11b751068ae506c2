"""Reading one collection of a Qdrant server."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from qdrill.errors import QdrillError, Refused, StoreError
from qdrill.names import one_line
from qdrill.results import Hit, PointId
from qdrill.rows.order import id_token
from qdrill.rows.splice import NotAPage, PageSpan, ids_of_id_page, page_span
from qdrill.rows.vector_order import in_name_order
from qdrill.schema.compat import dense_vectors, sparse_vectors
from qdrill.stores.base import LONGEST_PAGE, CollectionInfo, IdPage, OptimizerState, Page, Query, UpdateMarks
from qdrill.stores.reply import Reply
from qdrill.stores.request_head import collection_path
from qdrill.stores.retry import Transient, with_retries
from qdrill.units import plural

if TYPE_CHECKING:
    from qdrill.stores.server import ServerStore


class ServerReader:
    """Reads one collection. A page's rows lie in a buffer of the calling thread, valid until its next request."""

    def __init__(self, store: ServerStore, collection: str) -> None:
        self._store = store
        self._name = collection
        self._what = f"reading {store.show(collection)}"
        self._config: Mapping[str, Any] | None = None
        self._config_lock = threading.Lock()

    @property
    def name(self) -> str:
        """The collection's own name."""
        return self._name

    def version(self) -> str:
        """Version of the server."""
        return self._store.version()

    def info(self) -> CollectionInfo:
        """The collection's info, raw and decoded."""
        raw = self._store.result("GET", self._path(), what=self._what)
        data = json.loads(raw)
        with self._config_lock:
            self._config = data.get("config", {})
        return CollectionInfo(raw, data)

    def aliases(self) -> tuple[str, ...]:
        """Alias names of this collection, sorted."""
        return tuple(sorted(a for a, c in self._store.alias_map().items() if c == self._name))

    def count(self) -> int | None:
        """Exact number of points; None where strict mode forbids exact counting."""
        if self._strict_mode().get("search_allow_exact") is False:
            return None
        result = self._store.result("POST", self._path("points", "count"), {"exact": True}, what=self._what)
        return int(json.loads(result)["count"])

    def page_limit(self) -> int | None:
        """Most points a page may have (strict mode's max_query_limit); None for any number."""
        most = self._strict_mode().get("max_query_limit")
        return int(most) if most else None

    def scroll_ids(self, start: PointId | None, limit: int) -> IdPage:
        """Ids from `start` on; the page is smaller than `limit` where strict mode demands it."""
        request = self._scroll_body(start, limit, whole=False)

        def once() -> IdPage:
            reply, span = self._scroll_once(request, "ids")
            return IdPage(ids_of_id_page(reply.buffer, span), span.next_id)

        return with_retries(once, what=self._what, control=self._store.control, emit=self._store.emit)

    def scroll(self, start: PointId | None, limit: int, *, longest: int | None = None) -> Page:
        """Whole points from `start` on.

        Raises:
            TooLong: the answer would be longer than `longest`.
        """
        request = self._scroll_body(start, limit, whole=True)
        if longest is None:
            longest = LONGEST_PAGE if limit > 1 else 0
        most: int = longest
        several = self._has_several_vectors()

        def once() -> Page:
            reply, span = self._scroll_once(request, plural(limit, "point"), most)
            rows = memoryview(reply.buffer)[span.start : span.end]
            if several:
                return Page(self._in_name_order(rows), span.next_id)
            return Page(rows, span.next_id, reply.buffer, span.start)

        return with_retries(once, what=self._what, control=self._store.control, emit=self._store.emit)

    def retrieve(self, ids: Sequence[PointId], *, payload: bool = True, vector: bool = True, longest: int = 0) -> Page:
        """Points by id; missing ones are left out. Raises TooLong."""
        body = {"ids": list(ids), "with_payload": payload, "with_vector": vector}
        raw = self._store.result("POST", self._path("points"), body, what=self._what, longest=longest)
        return Page(memoryview(raw)[1:-1], None)

    def query(self, query: Query) -> tuple[Hit, ...]:
        """Answers of a search, best first; exact unless strict mode forbids it."""
        exact = query.exact and self._strict_mode().get("search_allow_exact") is not False
        return self._store.admin.query(self._name, query, exact=exact)

    def sample_ids(self, number: int, using: str) -> tuple[PointId, ...]:
        """Ids of random points that have the vector `using`."""
        return self._store.admin.sample_ids(self._name, number, using)

    def update_marks(self) -> UpdateMarks | None:
        """Operation numbers by shard from telemetry; None where this key may not see it or a shard is elsewhere."""
        try:
            raw = self._store.result("GET", "/telemetry?details_level=3", what=self._what)
            return _marks_of(json.loads(raw), self._name)
        except QdrillError:
            self._store.control.checkpoint()
            return None

    def optimizer(self) -> OptimizerState:
        """Whether the collection is green with nothing running, queued or waiting."""
        data = self.info().data
        status = str(data.get("status", "unknown"))
        verdict = data.get("optimizer_status", "ok")
        if isinstance(verdict, dict):
            return OptimizerState(status, False, error=one_line(str(verdict.get("error", verdict))))
        queue = data.get("update_queue") or {}
        waiting = int(queue.get("length", 0)) + int(queue.get("deferred_points") or 0)
        running = self._optimizations()
        return OptimizerState(status, status == "green" and waiting == 0 and running == "", progress=running)

    def identity(self) -> str:
        """Peer id and collection: the same behind any spelling of the server's address."""
        try:
            raw = self._store.result("GET", self._path("cluster"), what=self._what)
            return f"peer {json.loads(raw)['peer_id']}/{self._name}"
        except (StoreError, KeyError):
            return f"{self._store.url}/{self._name}"

    def forget(self) -> None:
        """Read the settings anew before the next request: they have changed."""
        with self._config_lock:
            self._config = None

    def close(self) -> None:
        """Nothing of its own to close: connections belong to the store."""

    def _path(self, *more: str) -> str:
        return collection_path(self._name, *more)

    def _scroll_body(self, start: PointId | None, limit: int, *, whole: bool) -> bytes:
        rows = min(limit, self.page_limit() or limit)
        flag = b"true" if whole else b"false"
        offset = b"" if start is None else b'"offset":%b,' % id_token(start)
        return b'{%b"limit":%d,"with_payload":%b,"with_vector":%b}' % (offset, rows, flag, flag)

    def _scroll_once(self, request: bytes, detail: str, longest: int = 0) -> tuple[Reply, PageSpan]:
        path = self._path("points", "scroll")
        reply = self._store.wire.request("POST", path, (request,), detail=detail, longest=longest)
        self._store.accept(reply, self._what)
        try:
            return reply, page_span(reply.buffer, reply.length)
        except NotAPage as error:
            raise Transient(str(error)) from error

    @staticmethod
    def _in_name_order(rows: memoryview) -> bytes:
        try:
            return in_name_order(rows)
        except NotAPage as error:
            raise Transient(str(error)) from error

    def _strict_mode(self) -> Mapping[str, Any]:
        strict = self._settings().get("strict_mode_config") or {}
        return strict if strict.get("enabled") else {}

    def _has_several_vectors(self) -> bool:
        """Whether a point may have more than one vector, which a server serves in no order."""
        info = {"config": self._settings()}
        return len(dense_vectors(info)) + len(sparse_vectors(info)) > 1

    def _settings(self) -> Mapping[str, Any]:
        """`config` of the collection's info, read once."""
        with self._config_lock:
            config = self._config
        return config if config is not None else self.info().data.get("config", {})

    def _optimizations(self) -> str:
        """What is running or queued, in words; empty for nothing, or for servers before 1.17."""
        try:
            raw = self._store.result("GET", self._path("optimizations"), what=self._what)
        except (StoreError, Refused):
            self._store.control.checkpoint()
            return ""
        result = json.loads(raw)
        running, queued = len(result.get("running", [])), result["summary"]["queued_optimizations"]
        return f"{running} running, {queued} queued" if running or queued else ""


def _marks_of(telemetry: Mapping[str, Any], collection: str) -> UpdateMarks | None:
    """The marks of a collection in a telemetry answer; None unless every shard of it is told."""
    rows = (telemetry.get("collections") or {}).get("collections") or []
    for row in rows:
        if row.get("id") != collection:
            continue
        queues: dict[str, Mapping[str, Any]] = {
            str(shard["id"]): (shard.get("local") or {}).get("update_queue") or {} for shard in row["shards"]
        }
        if not queues or any("op_num" not in queue for queue in queues.values()):
            return None
        return UpdateMarks(
            operations={shard: int(queue["op_num"]) for shard, queue in queues.items()},
            queued=sum(int(queue.get("length") or 0) for queue in queues.values()),
            deferred=sum(int(queue.get("deferred_points") or 0) for queue in queues.values()),
        )
    return None
