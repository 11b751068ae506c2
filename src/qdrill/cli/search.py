"""`qdrill search ADDR QUERY`: a search on one collection, or on two side by side."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from qdrill.cli import output, search_view
from qdrill.cli.context import AppContext
from qdrill.cli.options import pass_app, shared_options
from qdrill.config_model import quoted
from qdrill.errors import ExitCode, Inconclusive, Interrupted, QdrillError, UsageError

if TYPE_CHECKING:
    from qdrill.address import Address
    from qdrill.drill.results import PointId, SearchOutcome
    from qdrill.drill.search_plan import PlannedSearch, SearchSpec
    from qdrill.embedders.base import Embedder
    from qdrill.stores.base import CollectionReader


@click.command()
@click.argument("address", metavar="ADDR")
@click.argument("text", metavar="[QUERY]", required=False)
@click.option("--against", metavar="ADDR", help="Ask this collection too, and compare.")
@click.option("--top-k", type=click.IntRange(1, 10_000), default=10, show_default=True, help="Answers to compare.")
@click.option("--using", default="", metavar="V", help="Name of the vector to search.")
@click.option("--embedder", metavar="NAME", help="What turns QUERY into a vector.")
@click.option("--id", "point", metavar="ID", help="Search by the vector of this point.")
@click.option("--vector", metavar="JSON", help="Search by this vector, a JSON array.")
@click.option("--random", "number", type=click.IntRange(1, 10_000), metavar="N", help="Search by N random points.")
@shared_options
@pass_app
def search(
    app: AppContext,
    *,
    address: str,
    text: str | None,
    against: str | None,
    top_k: int,
    using: str,
    embedder: str | None,
    point: str | None,
    vector: str | None,
    number: int | None,
) -> int:
    """Search the collection at ADDR by QUERY, a text, or by --id, --vector or --random.

    With --against, both answers stand side by side, and the exit code is 1 where
    they differ. Searches are exact where the store allows it.
    """
    from qdrill.address import parse_address
    from qdrill.cli.verify import different_places

    spec = _spec(text, point, vector, number, top_k=top_k, using=using, embedder=embedder or "")
    source = parse_address(address, app.config)
    if against is None:
        target, reader, other = None, app.reader(source), None
    else:
        target = parse_address(against, app.config)
        reader, other = different_places(app, source, target)
    planned = _plan(app, spec, reader)
    outcomes = _both(app, planned, reader, other) if other is not None else _one(app, planned, reader)
    app.settle()
    _show(app, source, target, outcomes)
    return _exit_code(outcomes)


def _spec(text: str | None, point: str | None, vector: str | None, number: int | None, **common: Any) -> SearchSpec:
    from qdrill.drill.search_plan import SearchSpec

    given = [value for value in (text, point, vector, number) if value is not None]
    if len(given) != 1:
        raise UsageError("a search is by one thing: give QUERY, --id, --vector or --random")
    if common["embedder"] and text is None:
        raise UsageError("--embedder is for a text; give QUERY, or leave it out")
    if text is not None:
        return SearchSpec("text", text=text, **common)
    if point is not None:
        return SearchSpec("id", point=point_id(point), **common)
    if vector is not None:
        return SearchSpec("vector", vector=_vector(vector), **common)
    return SearchSpec("random", number=number or 1, **common)


def point_id(text: str) -> PointId:
    """A point's id as written on a command line: an unsigned number of 64 bits, or a UUID."""
    if text.isascii() and text.isdigit() and int(text) < 1 << 64:
        return int(text)
    from uuid import UUID

    try:
        return str(UUID(text))
    except ValueError:
        raise UsageError(f"--id {quoted(text)} is neither a whole number from 0 to 2^64-1 nor a UUID") from None


def _vector(text: str) -> list[Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, list) or not found:
        raise UsageError(f"--vector {quoted(text)} is no JSON array of numbers; write it like [0.1, 0.2]")
    return found


def _plan(app: AppContext, spec: SearchSpec, reader: CollectionReader) -> list[PlannedSearch]:
    from qdrill.drill.search_plan import plan_searches

    embedders = _embedders(app, spec, reader) if spec.kind == "text" else {}
    return plan_searches([spec], reader, embedders, seed=secrets.randbits(32))


def _embedders(app: AppContext, spec: SearchSpec, reader: CollectionReader) -> Mapping[str, Embedder]:
    """The embedder to use, by name; an empty mapping leaves the explanation to the plan."""
    if spec.embedder:
        return {spec.embedder: app.embedder(spec.embedder)}
    names = list(app.config.embedders)
    if len(names) > 1:
        choices = " or ".join(f"--embedder {name}" for name in names)
        raise UsageError(f"several embedders could embed the text; choose one with {choices}")
    if not names:
        _explain_sparse(reader)
        return {}
    return {names[0]: app.embedder(names[0])}


def _explain_sparse(reader: CollectionReader) -> None:
    """For a collection with one sparse vector, name the embedder that needs no model; raises Inconclusive."""
    from qdrill.schema.compat import sparse_vectors

    sparse = list(sparse_vectors(reader.info().data))
    if len(sparse) == 1:
        raise Inconclusive(
            f"a text needs an embedder and none is configured; for the sparse vector {quoted(sparse[0])} the lines "
            '`[embedders.bm25]` and `kind = "bm25"` in drills.toml would do'
        )


def _warm_up(planned: list[PlannedSearch], *readers: CollectionReader) -> None:
    """Ask once without looking: the first request pays for imports and connections, which are not the search's."""
    from qdrill.drill.search import ask

    for reader in readers:
        try:
            ask(planned[0], reader)
        except Interrupted:
            raise
        except QdrillError:
            continue  # asked again in a moment, and then told


def _both(
    app: AppContext, planned: list[PlannedSearch], ours: CollectionReader, theirs: CollectionReader
) -> list[SearchOutcome]:
    from qdrill.drill.search import run_searches

    _warm_up(planned, ours, theirs)
    return list(run_searches(planned, ours, theirs, min_overlap=1.0, emit=app.emit, control=app.control))


def _one(app: AppContext, planned: list[PlannedSearch], reader: CollectionReader) -> list[SearchOutcome]:
    """Answers of one collection; a search that cannot be asked raises its reason."""
    from qdrill.drill.results import SearchOutcome
    from qdrill.drill.search import ask

    _warm_up(planned, reader)
    outcomes = []
    for one in planned:
        app.control.checkpoint()
        answer = ask(one, reader)
        outcomes.append(
            SearchOutcome(
                one.name,
                one.kind,
                one.top_k,
                "not_applicable",
                "asked of one collection",
                source_hits=answer.hits[: one.top_k],
                source_ms=answer.milliseconds,
                using=one.using,
            )
        )
    return outcomes


def _show(app: AppContext, source: Address, target: Address | None, outcomes: list[SearchOutcome]) -> None:
    other = None if target is None else str(target)
    if app.json:
        output.emit_json(search_view.as_document(str(source), other, outcomes))
    else:
        output.write(search_view.as_text(str(source), other, outcomes, app.colour))


def _exit_code(outcomes: list[SearchOutcome]) -> int:
    states = {outcome.state for outcome in outcomes}
    if "fail" in states:
        return int(ExitCode.FAILED)
    return int(ExitCode.PASSED if outcomes and states <= {"pass", "not_applicable"} else ExitCode.INCONCLUSIVE)
