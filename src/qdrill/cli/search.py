"""`qdrill search ADDR QUERY`: a search on one collection, or on two side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from qdrill.cli import output, search_view
from qdrill.cli.context import AppContext
from qdrill.cli.options import pass_app, shared_options
from qdrill.cli.paths import named
from qdrill.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from qdrill.drill.search_plan import SearchSpec
    from qdrill.results import SearchOutcome


@click.command()
@click.argument("address", metavar="ADDR", type=named)
@click.argument("text", metavar="[QUERY]", required=False)
@click.option("--against", type=named, metavar="ADDR", help="Ask this collection too, and compare.")
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

    spec = _spec(text, point, vector, number, top_k=top_k, using=using, embedder=embedder or "")
    source = parse_address(address, app.config)
    target = None if against is None else parse_address(against, app.config)
    outcomes = _ask(app, spec, address, against)
    app.settle()
    _show(app, str(source), None if target is None else str(target), outcomes)
    return _exit_code(outcomes)


def _ask(app: AppContext, spec: SearchSpec, source: str, target: str | None) -> tuple[SearchOutcome, ...]:
    from qdrill.drill.ask import SeveralEmbedders, ask_now

    try:
        return ask_now(app.session, spec, source, target)
    except SeveralEmbedders as error:
        choices = " or ".join(f"--embedder {name}" for name in error.names)
        raise UsageError(f"several embedders could embed the text; choose one with {choices}") from None


def _spec(text: str | None, point: str | None, vector: str | None, number: int | None, **common: Any) -> SearchSpec:
    from qdrill.drill.ask import parse_point_id, parse_vector
    from qdrill.drill.search_plan import SearchSpec

    given = [value for value in (text, point, vector, number) if value is not None]
    if len(given) != 1:
        raise UsageError("a search is by one thing: give QUERY, --id, --vector or --random")
    if common["embedder"] and text is None:
        raise UsageError("--embedder is for a text; give QUERY, or leave it out")
    if text is not None:
        return SearchSpec("text", text=text, **common)
    if point is not None:
        return SearchSpec("id", point=parse_point_id(point, "--id"), **common)
    if vector is not None:
        return SearchSpec("vector", vector=parse_vector(vector, "--vector"), **common)
    return SearchSpec("random", number=number or 1, **common)


def _show(app: AppContext, source: str, target: str | None, outcomes: Sequence[SearchOutcome]) -> None:
    from qdrill.drill.ask import search_document

    if app.json:
        output.emit_json(search_document(source, target, outcomes))
    else:
        output.write(search_view.as_text(source, target, outcomes, app.colour))


def _exit_code(outcomes: Sequence[SearchOutcome]) -> int:
    states = {outcome.state for outcome in outcomes}
    if "fail" in states:
        return int(ExitCode.FAILED)
    return int(ExitCode.PASSED if outcomes and states <= {"pass", "not_applicable"} else ExitCode.INCONCLUSIVE)
