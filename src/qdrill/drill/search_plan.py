"""From what was asked for to concrete queries, made from the source alone.

A search that cannot be made concrete is kept, with the reason: it becomes inconclusive and is never left out.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol

from qdrill.drill.vectors import (
    HOW_EMBEDDER,
    QueryVector,
    Slots,
    Sparse,
    WrongQuery,
    as_query_vector,
    choose_for_point,
    choose_for_vector,
    read_slots,
    shape_problem,
)
from qdrill.embedders.base import Embedder, is_sparse, quoted
from qdrill.errors import Inconclusive, Interrupted, QdrillError, UsageError
from qdrill.events import Emit, Notice, ignore
from qdrill.names import one_line
from qdrill.results import Hit, PointId
from qdrill.signals.rag_answers import Preflight
from qdrill.stores.base import CollectionReader, Query

Kind = Literal["text", "id", "vector", "random"]

TIE_SPARE = 64
"""Hits asked for beyond top_k, so that ties at the cut-off can be told from lost points."""


@dataclass(frozen=True, slots=True)
class SearchSpec:
    """One `[[drill.search]]`. Which of text, point, vector and number counts, `kind` says.

    Attributes:
        number: how many random points of the source to use as queries.
        using: name of the vector to search; "" chooses where there is no choice.
        embedder: name of the embedder of a text; "" takes the only one.
        via: the service that both collections are asked through by a text, instead of their stores.
        problem: why it cannot run, as far as the configuration tells; "" for nothing.
    """

    kind: Kind
    text: str = ""
    point: PointId | None = None
    vector: Sequence[float] | Sequence[Sequence[float]] | None = None
    number: int = 1
    top_k: int = 10
    using: str = ""
    embedder: str = ""
    via: Literal["", "rag_api"] = ""
    problem: str = ""

    def __post_init__(self) -> None:
        """Refuse what no collection could answer (UsageError)."""
        if self.top_k < 1:
            raise UsageError(f"a search has top_k = {self.top_k}; give at least 1")
        if self.kind == "random" and self.number < 1:
            raise UsageError(f"a search has random = {self.number}; give at least 1")
        missing = {
            "text": not self.text.strip(),
            "id": self.point is None,
            "vector": not self.vector,
            "random": False,
        }[self.kind]
        if missing:
            raise UsageError(f"a search by {self.kind} has no {self.kind}; give one")


class TextService(Protocol):
    """A service that searches collections by a text. Errors: SignalError, Interrupted."""

    def search(self, query: str, collection: str, top_k: int) -> tuple[Hit, ...]:
        """At most `top_k` hits, best first."""

    def preflight(self, query: str, collection: str, top_k: int) -> Preflight:
        """What an answer would be made from."""


@dataclass(frozen=True, slots=True)
class PlannedSearch:
    """One search to run on both sides.

    Attributes:
        name: what is asked, in words, harmless on one line.
        using: name of the vector searched; "" is the unnamed one.
        query: what to send; its `limit` is top_k and the spare for ties. None when it cannot run.
        reason: why it cannot run and what to do; "" when it can.
        wrong: whether what was asked for does not fit the collection, as opposed to what it holds, or to a failure.
        most: the most hits that the source gives at once (strict mode); None for no limit.
        via: as of its spec; then `text` goes to `service`, with the collection's name, instead of to its store.
        service: None for a search of the stores, and for one that cannot run.
    """

    name: str
    kind: Kind
    top_k: int
    using: str
    query: Query | None
    reason: str = ""
    wrong: bool = False
    most: int | None = None
    via: str = ""
    text: str = ""
    service: TextService | None = None

    @property
    def runnable(self) -> bool:
        """Whether it can be asked at all."""
        return self.query is not None or self.service is not None


def plan_searches(
    specs: Sequence[SearchSpec],
    reader: CollectionReader,
    embedders: Mapping[str, Embedder],
    *,
    seed: int,
    service: TextService | None = None,
    emit: Emit = ignore,
) -> list[PlannedSearch]:
    """Concrete searches in the order of `specs`; `random = n` becomes up to n of them.

    Texts are embedded; points of the source give their stored vector. `seed` chooses among the random points
    that the source offers: the same choice each time where it offers all it has. Searches `via` go to `service`.
    `emit` is told where there are fewer points than were asked for.

    Raises:
        NotFound, Refused, StoreError: the source's info cannot be read.
        Interrupted: cancelled.
    """
    plan = _Planner(reader, embedders, random.Random(seed), service, emit)
    return [planned for spec in specs for planned in plan.searches(spec)]


class _Planner:
    """The source's vectors, read once, and what turns a spec into searches."""

    def __init__(
        self,
        reader: CollectionReader,
        embedders: Mapping[str, Embedder],
        chance: random.Random,
        service: TextService | None,
        emit: Emit,
    ) -> None:
        self._reader = reader
        self._embedders = embedders
        self._chance = chance
        self._service = service
        self._emit = emit
        self._slots = read_slots(reader.info(), reader.name)
        self._most = reader.page_limit()

    def searches(self, spec: SearchSpec) -> Iterator[PlannedSearch]:
        """The searches of one spec; at least one, runnable or not."""
        if spec.via:
            yield self._through(spec)
        elif spec.kind == "random":
            yield from self._random(spec)
        elif spec.kind == "id":
            yield self._point(spec, spec.point, f"point {_shown(spec.point)}")
        else:
            yield self._one(spec)

    def _through(self, spec: SearchSpec) -> PlannedSearch:
        name = f"text {one_line(spec.text, 60)} via {spec.via}"
        problem = spec.problem or ("" if self._service else "no RAG API is configured; add [rag_api] with its url")
        if problem:
            return self._unrunnable(spec, name, problem)
        return PlannedSearch(name, spec.kind, spec.top_k, "", None, via=spec.via, text=spec.text, service=self._service)

    def _one(self, spec: SearchSpec) -> PlannedSearch:
        name = f"text {one_line(spec.text, 60)}" if spec.kind == "text" else "a vector as given"
        try:
            if spec.kind == "text":
                vector, origin = self._embed(spec)
            else:
                vector, origin = as_query_vector(spec.vector), "the search"
            using = choose_for_vector(self._slots, vector, spec.using, origin)
        except Interrupted:
            raise
        except QdrillError as error:
            return self._failed(spec, name, error)
        return self._runnable(spec, name, using, vector)

    def _embed(self, spec: SearchSpec) -> tuple[QueryVector, str]:
        embedder = self._embedder(spec)
        found = embedder.embed([spec.text], query=True)
        origin = f"embedder {one_line(embedder.name)}"
        if len(found) != 1:
            raise Inconclusive(f"{origin} gave {len(found)} vectors for one text; use another embedder")
        embedding = found[0]
        if is_sparse(embedding):
            if not embedding[0]:
                raise Inconclusive(f"{origin} finds no word in the text; give a longer text")
            return Sparse(tuple(embedding[0]), tuple(embedding[1])), origin
        return as_query_vector(embedding), origin

    def _embedder(self, spec: SearchSpec) -> Embedder:
        if spec.embedder in self._embedders:
            return self._embedders[spec.embedder]
        if not spec.embedder and len(self._embedders) == 1:
            return next(iter(self._embedders.values()))
        if not spec.embedder and self._embedders:
            names = ", ".join(quoted(one_line(name)) for name in self._embedders)
            raise WrongQuery(f"several embedders could embed this text; name one: {names} ({HOW_EMBEDDER})")
        raise Inconclusive(_missing_embedder(spec.embedder, self._slots))

    def _random(self, spec: SearchSpec) -> Iterator[PlannedSearch]:
        name = f"{spec.number} random points"
        try:
            using = choose_for_point(self._slots, spec.using)
            ids = self._sample(spec.number, using)
        except Interrupted:
            raise
        except QdrillError as error:
            yield self._failed(spec, name, error)
            return
        if not ids:
            where = f"collection {self._slots.collection} offers no point with this vector"
            yield self._unrunnable(spec, name, f"{where}; search by text")
        elif len(ids) < spec.number:
            words = f"{spec.number} random points were asked for and {len(ids)} have this vector"
            self._emit(Notice("warning", f"{words}; the search is by those"))
        for point in ids:
            yield self._point(spec, point, f"random point {_shown(point)}")

    def _sample(self, number: int, using: str) -> list[PointId]:
        offered = set(self._reader.sample_ids(number * 4, using))
        ordered = sorted(offered, key=lambda point: (isinstance(point, str), point))
        return self._chance.sample(ordered, min(number, len(ordered)))

    def _point(self, spec: SearchSpec, point: PointId | None, name: str) -> PlannedSearch:
        try:
            using = choose_for_point(self._slots, spec.using)
            vector = self._stored(point, using)
        except Interrupted:
            raise
        except QdrillError as error:
            return self._failed(spec, name, error)
        return self._runnable(spec, name, using, vector)

    def _stored(self, point: PointId | None, using: str) -> QueryVector:
        shown = _shown(point)
        rows = decode_rows(self._reader.retrieve([] if point is None else [point], payload=False).rows)
        if len(rows) != 1:
            raise Inconclusive(f"point {shown} is not in collection {self._slots.collection}; name one that is")
        stored = rows[0].get("vector")
        found = stored.get(using) if isinstance(stored, dict) else stored if using == "" else None
        if found is None:
            raise Inconclusive(f"point {shown} has no vector {quoted(one_line(using))}; name another point")
        try:
            vector = as_query_vector(found)
        except WrongQuery as error:
            # The point's own vector is at fault, not who asked for the point.
            raise Inconclusive(str(error)) from error
        problem = shape_problem(self._slots.by_name[using], vector, f"point {shown}")
        if problem:
            raise Inconclusive(problem)
        return vector

    def _runnable(self, spec: SearchSpec, name: str, using: str, vector: QueryVector) -> PlannedSearch:
        limit = spec.top_k + TIE_SPARE
        if self._most is not None:
            limit = max(spec.top_k, min(limit, self._most))
        if isinstance(vector, Sparse):
            query = Query(sparse=(vector.indices, vector.values), using=using, limit=limit, with_payload=False)
        else:
            query = Query(vector=vector, using=using, limit=limit, with_payload=False)
        return PlannedSearch(name, spec.kind, spec.top_k, using, query, most=self._most)

    def _failed(self, spec: SearchSpec, name: str, error: QdrillError) -> PlannedSearch:
        return replace(self._unrunnable(spec, name, str(error)), wrong=isinstance(error, WrongQuery))

    def _unrunnable(self, spec: SearchSpec, name: str, reason: str) -> PlannedSearch:
        return PlannedSearch(name, spec.kind, spec.top_k, spec.using, None, reason, via=spec.via)


def decode_rows(rows: bytes | memoryview) -> list[dict[str, Any]]:
    """The rows of a page, decoded; raises Inconclusive where they are no JSON objects."""
    try:
        found: list[Any] = json.loads(b"[" + bytes(rows) + b"]")
    except (ValueError, RecursionError):
        found = [None]
    if not all(isinstance(row, dict) for row in found):
        raise Inconclusive("the source's rows cannot be read as JSON; check the source")
    return found


def _missing_embedder(name: str, slots: Slots) -> str:
    """What to add to drills.toml for a text; a collection without sparse vectors needs a model."""
    what = f"there is no embedder {quoted(one_line(name))}" if name else "a text needs an embedder"
    chosen = one_line(name) if name else "bm25" if slots.sparse or not slots.by_name else "ollama"
    lines = [f"[embedders.{_key(chosen)}]"]
    if slots.sparse or not slots.by_name:
        lines += ['kind = "bm25"']
    else:
        lines += ['kind = "ollama"', 'url = "http://localhost:11434"', 'model = "nomic-embed-text"']
    shown = ", ".join(f"`{line}`" for line in lines)
    return f"{what}; add to drills.toml the lines {shown}, and name {quoted(chosen)} ({HOW_EMBEDDER})"


def _key(name: str) -> str:
    bare = name.isascii() and name.replace("-", "").replace("_", "").isalnum()
    return name if bare else quoted(name)


def _shown(point: PointId | None) -> str:
    return one_line(str(point), 60)
