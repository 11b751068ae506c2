"""One collection in detail, and its points a page at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qdrill.address import Address, parse_address
from qdrill.browse.overview import number_of
from qdrill.drill.places import opened
from qdrill.errors import Inconclusive, UsageError
from qdrill.results import PointId
from qdrill.rows.preview import PointRow, read_point
from qdrill.rows.splice import NotAPage, rows_and_ids
from qdrill.stores.base import OptimizerState, Page, UpdateMarks

if TYPE_CHECKING:
    from qdrill.session import Session
    from qdrill.stores.base import CollectionReader


@dataclass(frozen=True, slots=True)
class CollectionDetail:
    """Everything that a store tells about a collection; what it does not tell is None.

    Attributes:
        address: as it was asked for. collection: its own name, an alias resolved.
        points: counted exactly. vectors: names, sizes and distances in words.
        configuration: `config` of its info. payload_schema: field to index.
        marks: per shard the number of the last operation, and the length of the update queue.
    """

    address: str
    collection: str
    version: str
    status: str
    points: int | None
    vectors: str
    indexed: int | None
    segments: int | None
    aliases: tuple[str, ...]
    configuration: Mapping[str, Any]
    payload_schema: Mapping[str, Any]
    optimizer: OptimizerState
    marks: UpdateMarks | None


@dataclass(frozen=True, slots=True)
class SamplePage:
    """Points in id order; `next_id` is where the next page starts, None at the end."""

    rows: tuple[PointRow, ...]
    next_id: PointId | None


def detail(session: Session, address: str | Address) -> CollectionDetail:
    """What the store tells about the collection at `address`.

    The optimizer is asked last: on an embedded collection that this process wrote to, the question may start it.

    Raises:
        UsageError: no address. NotFound: the collection is not there (any more). Refused, StoreError, Interrupted.
    """
    where = _parsed(session, address)
    with opened(session, where) as reader:
        return _detail(where, reader)


def _detail(where: Address, reader: CollectionReader) -> CollectionDetail:
    from qdrill.schema.compat import describe_vectors

    info = reader.info().data
    return CollectionDetail(
        address=where.text,
        collection=reader.name,
        version=reader.version(),
        status=str(info.get("status", "unknown")),
        points=reader.count(),
        vectors=describe_vectors(info),
        indexed=number_of(info, "indexed_vectors_count"),
        segments=number_of(info, "segments_count"),
        aliases=reader.aliases(),
        configuration=info.get("config") or {},
        payload_schema=info.get("payload_schema") or {},
        marks=reader.update_marks(),
        optimizer=reader.optimizer(),
    )


def sample(session: Session, address: str | Address, start: PointId | None, limit: int) -> SamplePage:
    """At most `limit` points from `start` (inclusive; None: the first) on; fewer where they are very long.

    `next_id` is the `start` of the next page. Errors as of `detail`, and Inconclusive where a row cannot be read.
    """
    if limit < 1:
        raise UsageError(f"a page of {limit} points shows nothing; ask for at least 1")
    where = _parsed(session, address)
    with opened(session, where) as reader:
        page = _page(reader, start, limit)
        try:
            rows = tuple(read_point(point_id, row) for point_id, row in rows_and_ids(page.rows))
        except NotAPage as error:
            raise Inconclusive(f"points of {where} cannot be shown: {error}") from error
    return SamplePage(rows, page.next_id)


def _page(reader: CollectionReader, start: PointId | None, limit: int) -> Page:
    from qdrill.stores.wire import TooLong

    while True:
        try:
            return reader.scroll(start, limit)
        except TooLong:
            if limit == 1:
                raise
            limit //= 2


def _parsed(session: Session, address: str | Address) -> Address:
    return parse_address(address, session.config) if isinstance(address, str) else address
