"""One search, asked now: of one collection, or of two side by side."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from qdrill.config_model import quoted
from qdrill.drill.payloads import read_payloads
from qdrill.drill.places import opened, two_places
from qdrill.drill.search import ask, outcome_evidence, run_searches
from qdrill.drill.search_plan import PlannedSearch, SearchSpec, plan_searches
from qdrill.errors import Inconclusive, Interrupted, QdrillError, UsageError
from qdrill.names import terminal_text
from qdrill.results import PointId, SearchOutcome

if TYPE_CHECKING:
    from qdrill.embedders.base import Embedder
    from qdrill.session import Session
    from qdrill.stores.base import CollectionReader


class SeveralEmbedders(UsageError):
    """A text that several embedders could embed; `names` are those to choose from."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)
        choices = " or ".join(terminal_text(name, 60) for name in names)
        super().__init__(f"several embedders could embed the text; choose one: {choices}")


def ask_now(session: Session, spec: SearchSpec, source: str, target: str | None = None) -> tuple[SearchOutcome, ...]:
    """Ask `source`, and `target` where one is given, and compare; one outcome a query (`random` makes several).

    The query is made from the source alone. Without a target an outcome is `not_applicable` and has the source's
    hits; milliseconds are without the price of a first connection.

    Args:
        source, target: addresses. `spec.using` and `spec.embedder` empty choose where there is no choice.

    Raises:
        SeveralEmbedders, UsageError: as named, also where both addresses are one collection, or the collection has
            no such vector.
        Inconclusive: one collection is asked, and the search cannot be made (no embedder, no such point, ...).
        NotFound, Refused, StoreError, Interrupted: as the stores'.
    """
    from qdrill.address import parse_address

    ours = parse_address(source, session.config)
    with ExitStack() as stack:
        if target is None:
            reader = stack.enter_context(opened(session, ours))
            return _one(session, _plan(session, spec, reader), reader)
        theirs = parse_address(target, session.config)
        reader, other = stack.enter_context(two_places(session, ours, theirs))
        planned = _plan(session, spec, reader)
        _warm_up(planned, reader, other)
        return run_searches(planned, reader, other, min_overlap=1.0, emit=session.emit, control=session.control)


def search_document(source: str, target: str | None, outcomes: Sequence[SearchOutcome]) -> dict[str, Any]:
    """The answers as one JSON document: what `qdrill search --json` prints."""
    searches = [outcome_evidence(outcome) for outcome in outcomes]
    if target is None:
        for one in searches:
            one["target"] = None
    return {"source": source, "target": target, "searches": searches}


def parse_point_id(text: str, what: str = "the id") -> PointId:
    """A point's id as a person writes it: an unsigned number of 64 bits, or a UUID; raises UsageError."""
    from uuid import UUID

    written = text.strip()
    # Only so many digits can be a 64-bit number, and Python refuses to read thousands.
    if written.isascii() and written.isdigit() and len(written) <= 40 and int(written) < 1 << 64:
        return int(written)
    try:
        return str(UUID(written))
    except ValueError:
        raise UsageError(f"{what} {quoted(text)} is neither a whole number from 0 to 2^64-1 nor a UUID") from None


def parse_vector(text: str, what: str = "the vector") -> list[Any]:
    """A query vector as a person writes it, a JSON array (of arrays, for a multi-vector); raises UsageError."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, list) or not found:
        raise UsageError(f"{what} {quoted(text)} is no JSON array of numbers; write it like [0.1, 0.2]")
    return found


def _plan(session: Session, spec: SearchSpec, reader: CollectionReader) -> list[PlannedSearch]:
    embedders = _embedders(session, spec, reader) if spec.kind == "text" else {}
    planned = plan_searches([spec], reader, embedders, seed=secrets.randbits(32), emit=session.emit)
    if wrong := next((one for one in planned if one.wrong), None):
        raise UsageError(wrong.reason)
    return planned


def _embedders(session: Session, spec: SearchSpec, reader: CollectionReader) -> Mapping[str, Embedder]:
    """The embedder to use, by name; an empty mapping leaves the explanation to the plan."""
    if spec.embedder:
        return {spec.embedder: session.embedder(spec.embedder)}
    names = list(session.config.embedders)
    if len(names) > 1:
        raise SeveralEmbedders(names)
    if not names:
        _explain_sparse(reader)
        return {}
    return {names[0]: session.embedder(names[0])}


def _explain_sparse(reader: CollectionReader) -> None:
    """For a collection with one sparse vector, name the embedder that needs no model; raises Inconclusive."""
    from qdrill.schema.compat import sparse_vectors

    sparse = list(sparse_vectors(reader.info().data))
    if len(sparse) == 1:
        raise Inconclusive(
            f"a text needs an embedder and none is configured; for the sparse vector {quoted(sparse[0])} the lines "
            '`[embedders.bm25]` and `kind = "bm25"` in drills.toml would do'
        )


def _warm_up(planned: Sequence[PlannedSearch], *readers: CollectionReader) -> None:
    """Ask once, cheaply, without looking: the first request pays for imports and connections, not for the search."""
    first = planned[0]
    if first.query is None:
        return
    cheap = replace(first, query=replace(first.query, limit=1, exact=False))
    for reader in readers:
        try:
            ask(cheap, reader)
        except Interrupted:
            raise
        except QdrillError:
            continue  # asked again in a moment, and then told


def _one(session: Session, planned: Sequence[PlannedSearch], reader: CollectionReader) -> tuple[SearchOutcome, ...]:
    """Answers of one collection; a search that cannot be asked raises its reason."""
    _warm_up(planned, reader)
    outcomes = []
    for one in planned:
        session.control.checkpoint()
        answer = ask(one, reader)
        outcomes.append(
            SearchOutcome(
                one.name,
                one.kind,
                one.top_k,
                "not_applicable",
                "asked of one collection",
                source_hits=read_payloads(answer.hits[: one.top_k], reader),
                source_ms=answer.milliseconds,
                using=one.using,
            )
        )
    return tuple(outcomes)
