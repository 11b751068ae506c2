"""Reading one embedded collection."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from typing import Any

import orjson
import qdrant_edge

from qdrill.errors import Refused, StoreError
from qdrill.results import Hit, PointId
from qdrill.stores.base import CollectionInfo, IdPage, OptimizerState, Page, Query, UpdateMarks
from qdrill.stores.edge_catalog import Entry
from qdrill.stores.edge_config import engine_version
from qdrill.stores.edge_names import shown
from qdrill.stores.edge_rows import VectorShape, encode_rows, plain_id, query_vector, refused
from qdrill.stores.edge_shard import OpenShard, acquire, release
from qdrill.stores.edge_sidecar import Sidecar
from qdrill.stores.wire import TooLong


class EdgeReader:
    """A `CollectionReader` of an embedded collection; any number of threads may share one.

    Opening writes what the engine itself writes when it loads a shard: its write-ahead log is opened (two
    files of 32 MB, sparse), operations found in the log are applied to the segments, and a shard that has no
    `edge_config.json` gets one. Nothing else is written, and no point changes.
    """

    def __init__(self, entry: Entry) -> None:
        self._entry = entry
        self._shard: OpenShard | None = acquire(entry.directory)

    @property
    def name(self) -> str:
        """The collection's own name."""
        return self._entry.name

    @property
    def closed(self) -> bool:
        """Whether `close` was called."""
        return self._shard is None

    @property
    def _open(self) -> OpenShard:
        if self._shard is None:
            raise StoreError(f"the reader of '{shown(self.name)}' is closed; open the collection again")
        return self._shard

    def version(self) -> str:
        """Version of the engine, such as `edge 0.9.0`."""
        return engine_version()

    def info(self) -> CollectionInfo:
        """The collection's info in Qdrant's shape. Counts are the engine's, settings the sidecar's.

        `status` is always green: nothing is ever queued, and calls wait while indexes are built.
        """
        with self._open.use("reading the collection's info") as engine:
            live, sidecar = engine.info(), self._entry.sidecar()
        data = {
            "status": "green",
            "optimizer_status": "ok",
            "indexed_vectors_count": live.indexed_vectors_count,
            "points_count": live.points_count,
            "segments_count": live.segments_count,
            "config": sidecar.config,
            "payload_schema": _payload_schema(sidecar, live),
            "update_queue": {"length": 0},
        }
        raw = orjson.dumps(data)
        return CollectionInfo(raw, orjson.loads(raw))

    def aliases(self) -> tuple[str, ...]:
        """Alias names, sorted."""
        return self._entry.sidecar().aliases

    def count(self) -> int:
        """Exact number of points; strict mode does not bind the embedded engine."""
        with self._open.use("counting") as engine:
            return engine.count(qdrant_edge.CountRequest(exact=True))

    def page_limit(self) -> int | None:
        """None: strict mode does not bind the embedded engine."""
        return None

    def scroll_ids(self, start: PointId | None, limit: int) -> IdPage:
        """Ids from `start` (inclusive) on: integers ascending, then UUIDs by their bytes."""
        records, following = self._scroll(start, limit, whole=False)
        return IdPage([plain_id(record.id) for record in records], following)

    def scroll(self, start: PointId | None, limit: int, *, longest: int | None = None) -> Page:  # noqa: ARG002 - never
        """Whole points from `start` (inclusive) on, in the order of `scroll_ids`, however long they are."""
        records, following = self._scroll(start, limit, whole=True)
        return Page(encode_rows(records), following)

    def _scroll(
        self, start: PointId | None, limit: int, *, whole: bool
    ) -> tuple[list[qdrant_edge.Record], PointId | None]:
        if limit < 1:
            raise refused(f"Validation error in JSON body: limit: value {limit} invalid, must be 1 or larger")
        with self._open.use("scrolling") as engine:
            request = qdrant_edge.ScrollRequest(start, limit, with_payload=whole, with_vector=whole)
            records, following = engine.scroll(request)
        return records, None if following is None else plain_id(following)

    def retrieve(self, ids: Sequence[PointId], *, payload: bool = True, vector: bool = True, longest: int = 0) -> Page:
        """Points by id, missing ones left out; one at a time where there is a `longest`. Raises TooLong."""
        with self._open.use("retrieving points") as engine:
            if not longest:
                return Page(encode_rows(engine.retrieve(list(ids), with_payload=payload, with_vector=vector)), None)
            rows: list[bytes] = []
            for point_id in ids:
                rows += [encode_rows([one]) for one in engine.retrieve([point_id], payload, vector)]
                if (length := sum(map(len, rows))) > longest:
                    raise TooLong(length)
        return Page(b",".join(rows), None)

    def query(self, query: Query) -> tuple[Hit, ...]:
        """Answers of a search, best first. A search by point leaves that point out, as a server does."""
        with self._open.use("searching") as engine:
            found = engine.query(
                qdrant_edge.QueryRequest(
                    limit=query.limit,
                    query=qdrant_edge.Query.Nearest(self._sought(engine, query), using=query.using or None),
                    filter=_all_but(query.point),
                    params=qdrant_edge.SearchParams(exact=query.exact),
                    with_payload=query.with_payload,
                )
            )
        return tuple(Hit(plain_id(hit.id), hit.score, hit.payload) for hit in found)

    def _sought(self, engine: qdrant_edge.EdgeShard, query: Query) -> Any:
        shape = VectorShape.of(self._entry.sidecar().config["params"])
        if query.point is not None:
            return _vector_of(engine, query.point, query.using, shape)
        if query.sparse is not None:
            indices, values = query.sparse
            sought: Any = {"indices": list(indices), "values": _floats(values)}
        else:
            sought = _floats(query.vector or ())
        return query_vector(query.using, sought, shape)

    def sample_ids(self, number: int, using: str) -> tuple[PointId, ...]:
        """Ids of at most `number` random points that have the vector `using`."""
        if number < 1:
            return ()
        having = qdrant_edge.Filter(must=[qdrant_edge.HasVectorCondition(using)])
        request = qdrant_edge.QueryRequest(limit=number, query=qdrant_edge.Sample.Random, filter=having)
        with self._open.use("sampling points") as engine:
            return tuple(plain_id(point.id) for point in engine.query(request))

    def update_marks(self) -> UpdateMarks:
        """How many operations the segments hold, as the engine keeps it in them.

        Every upsert, deletion and index that changes something raises the number, whichever process did it,
        and it survives closing. No other process can write while this reader is open.
        """
        with self._open.use("reading the operation number") as engine:
            segments, live = engine.snapshot_manifest(), engine.info()
        last = max((int(segment["segment_version"]) for segment in segments.values()), default=0)
        # The engine counts from 0, which is also what a collection shows that nothing was ever written to.
        untouched = last == 0 and live.points_count == 0 and not live.payload_schema
        return UpdateMarks({"0": 0 if untouched else last + 1}, queued=0)

    def optimizer(self) -> OptimizerState:
        """How far optimizing is. The engine never optimizes by itself.

        Where this process has written to the collection and unindexed vectors may exceed the indexing
        threshold, the first call starts a child process that builds the indexes, and calls say `yellow` until
        it is done; everything else that reads or writes the collection waits meanwhile. A collection only
        read is never touched.
        """
        return self._open.optimizer_state(self._index_due)

    def _index_due(self) -> bool:
        with self._open.use("reading the collection's info") as engine:
            points = engine.info().points_count
        config = self._entry.sidecar().config
        shape = VectorShape.of(config["params"])
        threshold_kb = config["optimizer_config"].get("indexing_threshold")
        threshold_kb = 10000 if threshold_kb is None else threshold_kb
        largest = max((*shape.dense.values(), *shape.multi.values()), default=0)
        return 0 < threshold_kb < points * largest * 4 / 1024

    def identity(self) -> str:
        """`edge:` and the real path of the store, and the collection's name."""
        return f"edge:{os.path.realpath(self._entry.directory.parent)}/{self.name}"

    def close(self) -> None:
        """Give the shard back; the last one who has it closes it. Harmless when repeated."""
        shard, self._shard = self._shard, None
        if shard is not None:
            release(shard)


def _payload_schema(sidecar: Sidecar, live: qdrant_edge.ShardInfo) -> dict[str, Any]:
    indexes = live.payload_schema
    entries = {field: dict(entry) for field, entry in sidecar.payload_schema.items()}
    for field in indexes.keys() - entries.keys():
        entries[field] = {"data_type": str(indexes[field].data_type).rpartition(".")[2].lower()}
    for field, entry in entries.items():
        entry["points"] = indexes[field].points if field in indexes else 0
    return entries


def _all_but(point: PointId | None) -> qdrant_edge.Filter | None:
    if point is None:
        return None
    # The engine wants a set, whatever its stub says.
    ids: Any = {point}
    return qdrant_edge.Filter(must_not=[qdrant_edge.HasIdCondition(ids)])


def _vector_of(engine: qdrant_edge.EdgeShard, point: PointId, using: str, shape: VectorShape) -> Any:
    if using not in shape:
        raise refused(f"Wrong input: Not existing vector name error: {shown(using)}")
    records = engine.retrieve([point], with_payload=False, with_vector=True)
    if not records:
        raise _not_found(f"No point with id {shown(point)} found")
    vector: Any = records[0].vector
    vector = vector.get(using) if isinstance(vector, dict) else vector
    if vector is None:
        raise _not_found(f'Vector with name "{shown(using)}" for point not found')
    return vector


def _not_found(words: str) -> Refused:
    reason = f"Not found: {words}"
    return Refused(f"the embedded engine refused: {reason}", status=404, reason=reason)


def _floats(values: Sequence[Any]) -> list[Any]:
    """Numbers (or rows of numbers) as plain finite floats."""
    plain = [_floats(v) if isinstance(v, Sequence) else float(v) for v in values]
    if any(isinstance(v, float) and not math.isfinite(v) for v in plain):
        raise refused("Format error in JSON body: a vector must hold numbers only")
    return plain
