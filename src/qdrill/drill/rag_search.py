"""Sample searches through the RAG API: the collection is named, and the API asks whatever Qdrant it serves.

So an answer counts only where its points are in the collection that is meant: an API in front of another Qdrant
proves nothing about this one.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from uuid import UUID

from qdrill.drill.search_compare import Answer
from qdrill.drill.search_plan import TIE_SPARE, PlannedSearch, TextService
from qdrill.errors import Inconclusive
from qdrill.names import one_line
from qdrill.results import Hit, PointId
from qdrill.rows.splice import NotAPage, exact_ids
from qdrill.signals.rag_api import ApiRefused
from qdrill.stores.base import CollectionReader

# Refusals that may be about the number of hits asked for.
_TOO_MANY = frozenset({400, 413, 422})
_LONGEST_NUMBER = 20


def ask_service(planned: PlannedSearch, service: TextService, reader: CollectionReader) -> Answer:
    """Ask `service` for the collection of `reader`; the answer holds top_k hits, and the spare for ties if it may.

    Milliseconds are of the request alone.

    Raises:
        Inconclusive: the service finds points that the collection does not hold.
        SignalError: it cannot be asked. NotFound, Refused, StoreError: the collection cannot. Interrupted.
    """
    limit = planned.top_k + TIE_SPARE
    started = time.monotonic()
    try:
        hits = service.search(planned.text, reader.name, limit)
    except ApiRefused as error:
        if error.status not in _TOO_MANY:
            raise
        limit, started = planned.top_k, time.monotonic()
        hits = service.search(planned.text, reader.name, limit)
    milliseconds = (time.monotonic() - started) * 1000.0
    if lacking := strangers(hits[: planned.top_k], reader):
        shown = ", ".join(one_line(str(point), 60) for point in lacking[:3])
        raise Inconclusive(
            f"the RAG API finds points in {one_line(reader.name, 100)} that its store does not hold ({shown}); let "
            "[rag_api] be the one that serves this store"
        )
    return Answer(hits, milliseconds, complete=len(hits) < limit)


def strangers(hits: Sequence[Hit], reader: CollectionReader) -> list[PointId]:
    """Ids among `hits` that the collection does not hold. Raises NotFound, Refused, StoreError, Interrupted."""
    meant = {hit.id: as_point_id(hit.id) for hit in hits}
    asked = list({point for point in meant.values() if point is not None})
    there: set[PointId] = set()
    if asked:
        try:
            there = set(exact_ids(reader.retrieve(asked, payload=False, vector=False).rows))
        except NotAPage as error:
            raise Inconclusive(f"the points of {one_line(reader.name, 100)} cannot be read: {error}") from error
    return [given for given, point in meant.items() if point not in there]


def as_point_id(given: PointId) -> PointId | None:
    """The point that an API means, which may write a number as text; None where no point can have that id."""
    if isinstance(given, int):
        return given
    if given.isascii() and given.isdigit() and len(given) <= _LONGEST_NUMBER:
        return int(given) if int(given) < 1 << 64 else None
    try:
        return str(UUID(given))
    except ValueError:
        return None
