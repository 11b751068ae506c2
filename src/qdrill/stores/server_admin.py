"""Typed requests to a Qdrant server through qdrant-client: lists, aliases, searches, deletion."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import httpx
from qdrant_client import QdrantClient, models
from qdrant_client.common.client_exceptions import ResourceExhaustedResponse
from qdrant_client.http.exceptions import ResponseHandlingException, UnexpectedResponse

from qdrill.names import one_line
from qdrill.results import Hit, PointId
from qdrill.stores.answers import in_words
from qdrill.stores.base import Query
from qdrill.stores.connecting import abandonable
from qdrill.stores.retry import TRANSIENT_STATUSES, Transient, untrusted, with_retries
from qdrill.tls import trusted

if TYPE_CHECKING:
    from qdrill.stores.server import ServerStore

T = TypeVar("T")


class Admin:
    """A thin layer over `QdrantClient`: our errors, our retries, our time-outs."""

    def __init__(self, url: str, api_key: str | None, timeout: float, ca_file: str | None, store: ServerStore) -> None:
        self._store = store
        options: dict[str, Any] = {"limits": httpx.Limits(max_keepalive_connections=4, keepalive_expiry=3.5)}
        if url.startswith("https:"):
            options["verify"] = trusted(ca_file)
        with warnings.catch_warnings():
            # The warning about a key over plain HTTP is `doctor`'s to give, once.
            warnings.simplefilter("ignore")
            self._client = QdrantClient(
                url=url, api_key=api_key, timeout=max(1, int(timeout)), check_compatibility=False, **options
            )

    def collections(self) -> tuple[str, ...]:
        """Names of all collections, sorted."""
        answer = self._run(self._client.get_collections, f"listing the collections of {self._store.label}")
        return tuple(sorted(row.name for row in answer.collections))

    def query(self, collection: str, query: Query, *, exact: bool) -> tuple[Hit, ...]:
        """Answers of a search, best first, with payloads where the query wants them."""

        def ask() -> models.QueryResponse:
            return self._client.query_points(
                collection,
                query=_query_input(query),
                using=query.using or None,
                limit=query.limit,
                search_params=models.SearchParams(exact=exact),
                with_payload=query.with_payload,
            )

        return tuple(_hit(point) for point in self._run(ask, f"searching {self._store.show(collection)}").points)

    def sample_ids(self, collection: str, number: int, using: str) -> tuple[PointId, ...]:
        """Ids of random points that have the vector `using` ('' is the unnamed one)."""
        has_vector = models.Filter(must=[models.HasVectorCondition(has_vector=using)])

        def ask() -> models.QueryResponse:
            return self._client.query_points(
                collection,
                query=models.SampleQuery(sample=models.Sample.RANDOM),
                query_filter=has_vector,
                limit=number,
                with_payload=False,
            )

        answer = self._run(ask, f"sampling {self._store.show(collection)}")
        return tuple(_point_id(point.id) for point in answer.points)

    def add_alias(self, collection: str, alias: str) -> None:
        """Let `alias` point at `collection`."""
        operation = models.CreateAliasOperation(
            create_alias=models.CreateAlias(collection_name=collection, alias_name=alias)
        )
        self._run(
            lambda: self._client.update_collection_aliases([operation]),
            f"creating the alias {one_line(alias)} on {self._store.label}",
        )

    def delete(self, collection: str) -> None:
        """Delete a collection."""
        self._run(lambda: self._client.delete_collection(collection), f"deleting {self._store.show(collection)}")

    def close(self) -> None:
        """Close the client's connections."""
        self._client.close()

    def _run(self, call: Callable[[], T], what: str) -> T:
        def once() -> T:
            self._store.control.checkpoint()
            try:
                return abandonable(call, self._store.control)
            except UnexpectedResponse as error:
                raise self._error(error, what) from error
            except ResourceExhaustedResponse as error:
                reason = f"the server answered 429: {one_line(str(error))}"
                raise Transient(reason, status=429, retry_after=error.retry_after_s) from error
            except ResponseHandlingException as error:
                unusable = Transient(one_line(f"{self._store.label} gave no usable answer: {error.source}"))
                raise (untrusted(self._store.label, error.source) or unusable) from error

        return with_retries(once, what=what, control=self._store.control, emit=self._store.emit)

    def _error(self, error: UnexpectedResponse, what: str) -> Exception:
        status = error.status_code or 0
        answer = error.content.decode("utf-8", "replace")
        if status in TRANSIENT_STATUSES:
            return Transient(f"the server answered {status}: {in_words(answer)}", status=status)
        return self._store.refusal(status, answer, what)


def _query_input(query: Query) -> Any:
    if query.sparse is not None:
        indices, values = query.sparse
        return models.SparseVector(indices=list(indices), values=list(values))
    return query.point if query.point is not None else query.vector


def _point_id(value: Any) -> PointId:
    return value if isinstance(value, int) else str(value)


def _hit(point: models.ScoredPoint) -> Hit:
    return Hit(_point_id(point.id), float(point.score), point.payload)
