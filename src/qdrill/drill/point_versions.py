"""Both versions of one point, and what differs between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qdrill.address import parse_place
from qdrill.drill.places import Place, opened
from qdrill.errors import Inconclusive, UsageError
from qdrill.results import PointId
from qdrill.rows.difference import Change, RowDifference, VectorChange, row_difference
from qdrill.rows.order import normalize_id
from qdrill.rows.preview import PointRow, decode_row, read_point
from qdrill.rows.splice import NotAPage, split_rows

if TYPE_CHECKING:
    from qdrill.session import Session


@dataclass(frozen=True, slots=True)
class PointVersions:
    """One point on two sides.

    Attributes:
        left, right: None where the side does not have the point; there are no changes to list then.
        changes: what differs, value by value; empty where both are the same.
        vectors: for each vector that differs how far.
        unlisted: changes that are counted and not listed.
    """

    id: PointId
    left: PointRow | None
    right: PointRow | None
    changes: tuple[Change, ...]
    vectors: tuple[VectorChange, ...] = ()
    unlisted: int = 0


def point_versions(session: Session, left: str, right: str, id: PointId) -> PointVersions:
    """Fetch one point from two places, each an address or the path of an archive; errors as of `places.opened`.

    Of an archive only the chunk that holds the id is read.

    Raises:
        UsageError: `id` is no point id. Inconclusive: a row cannot be read.
    """
    try:
        point_id = normalize_id(id)
    except ValueError as error:
        raise UsageError(f"{error}; name a point by its id") from None
    ours = _row(session, parse_place(left, session.config), point_id)
    theirs = _row(session, parse_place(right, session.config), point_id)
    try:
        rows = [None if row is None else read_point(point_id, row) for row in (ours, theirs)]
        found = RowDifference()
        if ours is not None and theirs is not None:
            found = row_difference(decode_row(ours), decode_row(theirs))
    except NotAPage as error:
        raise Inconclusive(f"point {point_id} cannot be shown: {error}") from error
    return PointVersions(point_id, rows[0], rows[1], found.changes, found.vectors, found.unlisted)


def _row(session: Session, place: Place, point_id: PointId) -> bytes | None:
    with opened(session, place) as reader:
        page = reader.retrieve([point_id])
        try:
            rows = split_rows(page.rows)
        except NotAPage as error:
            raise Inconclusive(f"point {point_id} of {place} cannot be shown: {error}") from error
    return rows[0] if rows else None
