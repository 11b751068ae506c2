"""What a store can do: one protocol for reading, one for writing.

The backup stage gets a `CollectionReader`, which has no method that writes: the source is read-only by type.
Rows travel as the store's own JSON bytes and are decoded only where two rows differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from qdrill.results import Hit, PointId

__all__ = [
    "LONGEST_PAGE",
    "CollectionInfo",
    "CollectionReader",
    "CollectionWriter",
    "Hit",
    "IdPage",
    "OptimizerState",
    "Page",
    "PointId",
    "Query",
    "ServerSnapshot",
    "SnapshotSink",
    "SnapshotSource",
    "SnapshotTarget",
    "Store",
    "UpdateMarks",
]


# An answer longer than this is asked for again in halves, so that memory stays bounded whatever the rows hold.
LONGEST_PAGE = 8 << 20


@dataclass(frozen=True, slots=True)
class Page:
    """A page of points.

    Attributes:
        rows: JSON objects `{"id":…,"payload":…,"vector":…}` joined by commas, no brackets; empty for no rows.
        next_id: id of the first point not in the page, None at the end.
        buffer, start: where `rows` is a view: the buffer it looks into and where, for searching without a copy.
    """

    rows: bytes | memoryview
    next_id: PointId | None
    buffer: bytearray | None = None
    start: int = 0

    def span(self) -> tuple[bytes | bytearray, int, int]:
        """The rows as (searchable buffer, start, end)."""
        if self.buffer is not None:
            return self.buffer, self.start, self.start + len(self.rows)
        rows = bytes(self.rows)
        return rows, 0, len(rows)


@dataclass(frozen=True, slots=True)
class IdPage:
    """A page of ids alone, in the store's order (integers, then UUIDs by bytes)."""

    ids: Sequence[PointId]
    next_id: PointId | None


@dataclass(frozen=True, slots=True)
class CollectionInfo:
    """A collection's info in Qdrant's own shape.

    Attributes:
        raw: the JSON bytes of `result` exactly as the store gave them.
        data: the same, decoded: `config`, `payload_schema`, `status`, ...
    """

    raw: bytes
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class UpdateMarks:
    """Per shard, the number of the last operation and the length of the update queue.

    Equal marks before and after prove that nothing was written in between.
    """

    operations: Mapping[str, int]
    queued: int
    deferred: int = 0


@dataclass(frozen=True, slots=True)
class OptimizerState:
    """`done` when green with nothing running, queued or waiting; `error` is the optimizer's own."""

    status: str
    done: bool
    error: str = ""
    progress: str = ""


@dataclass(frozen=True, slots=True)
class Query:
    """One search. Exactly one of the three is set.

    Attributes:
        vector: dense query (list of floats) or multi-vector (list of lists).
        sparse: (indices, values).
        point: id of a point of the same collection.
        using: name of the vector; "" is the unnamed one.
        exact: full scan instead of the index.
        with_payload: whether hits bring their payloads, which may be of any length.
    """

    vector: Sequence[float] | Sequence[Sequence[float]] | None = None
    sparse: tuple[Sequence[int], Sequence[float]] | None = None
    point: PointId | None = None
    using: str = ""
    limit: int = 10
    exact: bool = True
    with_payload: bool = True


class CollectionReader(Protocol):
    """Reads one collection. Errors: NotFound, Refused, StoreError, Interrupted."""

    @property
    def name(self) -> str:
        """The collection's own name, aliases resolved."""

    def version(self) -> str:
        """Version of the server or engine, such as `1.19.0` or `edge 0.9.0`."""

    def info(self) -> CollectionInfo:
        """The collection's info, raw and decoded."""

    def aliases(self) -> tuple[str, ...]:
        """Alias names of this collection, sorted."""

    def count(self) -> int | None:
        """Exact number of points; None where the store forbids exact counting (strict mode)."""

    def page_limit(self) -> int | None:
        """Most points a page may have (strict mode); None for any number."""

    def scroll_ids(self, start: PointId | None, limit: int) -> IdPage:
        """Ids from `start` (inclusive; None: the first) on, at most `limit`."""

    def scroll(self, start: PointId | None, limit: int, *, longest: int | None = None) -> Page:
        """Whole points from `start` (inclusive) on, at most `limit`.

        Args:
            longest: most bytes to take; None is LONGEST_PAGE for several rows, and as many as it needs for one.

        Raises:
            TooLong: there are more; the embedded engine, which has its rows in memory anyway, never raises it.
        """

    def retrieve(self, ids: Sequence[PointId], *, payload: bool = True, vector: bool = True, longest: int = 0) -> Page:
        """Points by id, missing ones left out; `next_id` is None.

        Args:
            payload, vector: what of them is wanted beside their ids.
            longest: most bytes to take, 0 for any; more raise TooLong.
        """

    def query(self, query: Query) -> tuple[Hit, ...]:
        """Answers of a search, best first, with payloads."""

    def sample_ids(self, number: int, using: str) -> tuple[PointId, ...]:
        """Ids of random points that have the vector `using`."""

    def update_marks(self) -> UpdateMarks | None:
        """Marks that move with every write; None where the store does not tell."""

    def optimizer(self) -> OptimizerState:
        """How far optimization and the update queue are."""

    def identity(self) -> str:
        """A string equal for two readers exactly when they read the same collection of the same store."""

    def close(self) -> None:
        """Give up connections or files."""


class CollectionWriter(Protocol):
    """Writes one collection that a restore owns. Errors: Refused, StoreError, Interrupted."""

    @property
    def reader(self) -> CollectionReader:
        """The same collection, for reading back."""

    def prepare(self) -> None:
        """Load what later calls need and takes long, before any clock runs."""

    def exists(self) -> bool:
        """Whether a collection or an alias of this name is there."""

    def create(self, body: Mapping[str, Any]) -> None:
        """Create the collection from a Qdrant create body (`vectors`, `optimizers_config`, ...)."""

    def patch(self, body: Mapping[str, Any]) -> None:
        """Change settings (`PATCH /collections/{name}`)."""

    def create_index(self, field_name: str, schema: Any) -> None:
        """Create a payload index; `schema` is a type name or Qdrant's parameter object."""

    def upsert(self, rows: Sequence[bytes | memoryview], *, wait: bool) -> None:
        """Write rows: fragments that make comma-joined JSON objects when put together. Never empty."""

    def aliases(self) -> tuple[str, ...]:
        """Aliases that lead to this collection, sorted. Raises Refused where this key may not list them."""

    def holder_of(self, name: str) -> str:
        """The collection of this store that `name` stands for, as an alias or its own name; empty where it is free."""

    def add_alias(self, alias: str) -> None:
        """Let `alias` point at this collection; a server takes it from whichever collection has it, without a word."""

    def delete(self) -> None:
        """Delete the collection. Callers hold the proof that they may."""

    def settle(self) -> None:
        """Return when everything sent without `wait` is applied and durable."""


@dataclass(frozen=True, slots=True)
class ServerSnapshot:
    """A snapshot as the server that made it describes it.

    Attributes:
        name: its file name on the server.
        size: in bytes.
        sha256: 64 hexadecimal digits; empty where the server tells none (snapshots kept in S3).
        ours: whether nothing of that name lay there before. A server names snapshots by the second, so one that
            somebody made in the same second has the same name, and is not ours to delete.
    """

    name: str
    size: int
    sha256: str
    ours: bool = True


class SnapshotSink(Protocol):
    """Takes the bytes of a snapshot in order."""

    @property
    def position(self) -> int:
        """Bytes taken so far."""

    def write(self, block: memoryview) -> None:
        """Take the next bytes; they are the caller's again afterwards."""

    def restart(self) -> None:
        """Forget what was taken: it comes again from the first byte."""


class SnapshotSource(Protocol):
    """Makes a snapshot of one collection on its server, hands it out, and takes it away again.

    A protocol of its own, because making a snapshot writes a file on the source's server. It has no method that
    writes data: a drill's source is never changed. Errors: NotFound, Refused, StoreError, Interrupted.
    """

    def shards(self) -> Mapping[str, Any]:
        """Where the collection's shards are: `local_shards`, `remote_shards`, ... as a server tells them."""

    def make(self) -> ServerSnapshot:
        """Make a snapshot. Cancelled meanwhile, the server goes on; what it makes is deleted if this process lives."""

    def download(self, snapshot: ServerSnapshot, sink: SnapshotSink) -> None:
        """All bytes of a snapshot, with lost connections made good."""

    def remove(self, name: str) -> str:
        """Delete the snapshot of that name, cancelled or not: empty, or why it is still there. Raises nothing."""


class SnapshotTarget(Protocol):
    """Turns an uploaded snapshot into one collection that a restore has created. Errors as of `SnapshotSource`."""

    def cluster(self) -> Mapping[str, Any]:
        """The server's cluster: `status`, and `peers` where there is one."""

    def upload(self, blocks: Iterable[memoryview], size: int, sha256: str) -> str:
        """Send `size` bytes, and return when the server has restored them; not to be sent a second time.

        Returns why the server keeps its copy of the file; empty where it does not.
        """


class Store(Protocol):
    """Where collections live: opens readers and writers, lists what is there."""

    @property
    def label(self) -> str:
        """How the store is named to the user; never holds a secret."""

    def version(self) -> str:
        """Version of the server or engine."""

    def process(self) -> str:
        """What tells one running server from another, also where storage was copied; empty where that is unknown."""

    def collections(self) -> tuple[str, ...]:
        """Names of all collections, sorted."""

    def reader(self, collection: str) -> CollectionReader:
        """A reader; raises NotFound where the collection (or alias) is missing."""

    def writer(self, collection: str) -> CollectionWriter:
        """A writer for a collection that may not exist yet."""

    def close(self) -> None:
        """Give up connections or files."""
