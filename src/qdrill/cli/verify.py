"""`qdrill verify A B`: an archive or a collection compared with a collection."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import click

from qdrill.cli import output, verify_view
from qdrill.cli.context import AppContext
from qdrill.cli.options import connections_option, pass_app, shared_options
from qdrill.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from qdrill.address import Address, ArchivePath
    from qdrill.drill.compare import CompareOptions
    from qdrill.drill.results import CompareResult, SearchOutcome
    from qdrill.stores.base import CollectionReader


@click.command()
@click.argument("left", metavar="A")
@click.argument("right", metavar="B")
@click.option(
    "--level",
    type=click.Choice(["count", "sample", "full"]),
    default="full",
    show_default=True,
    help="What is compared; less than full never passes.",
)
@click.option("--ignore-config", is_flag=True, help="Compare points alone.")
@click.option(
    "--searches",
    type=click.IntRange(0, 10_000),
    default=0,
    metavar="N",
    help="Also run N random points of A as searches on both; A must be an address.",
)
@connections_option
@shared_options
@pass_app
def verify(
    app: AppContext,
    *,
    left: str,
    right: str,
    level: str,
    ignore_config: bool,
    searches: int,
    connections: int | None,
) -> int:
    """Compare A, an archive or a collection, with the collection B.

    Every point is compared: id, vectors bit for bit, payload; and the
    configuration. Each difference is named. Exit 0 where there is none, 1 where
    there is one, 4 where it cannot be told.
    """
    from qdrill.address import ArchivePath, parse_address, parse_place
    from qdrill.drill.compare import CompareOptions

    place, other = parse_place(left, app.config), parse_address(right, app.config)
    options = CompareOptions(level, app.lanes(other, connections), not ignore_config)  # type: ignore[arg-type]
    outcomes: tuple[SearchOutcome, ...] = ()
    if isinstance(place, ArchivePath):
        if searches:
            raise UsageError(f"--searches asks both sides, and {place} is an archive; name a collection as A")
        result = _archive(app, place, other, options)
    else:
        result, outcomes = _collections(app, place, other, options, searches)
    app.settle()
    verdict = verify_view.verdict(result, outcomes)
    if app.json:
        output.emit_json(verify_view.as_document(str(place), str(other), result, outcomes))
    else:
        output.write(verify_view.as_text(str(place), str(other), result, outcomes, app.colour))
    codes = {"pass": ExitCode.PASSED, "fail": ExitCode.FAILED}
    return int(codes.get(verdict, ExitCode.INCONCLUSIVE))


def _archive(app: AppContext, left: ArchivePath, right: Address, options: CompareOptions) -> CompareResult:
    from qdrill.archive.reader import ArchiveReader
    from qdrill.drill.compare import compare
    from qdrill.drill.sides import ArchiveSide

    archive = ArchiveReader(left.path)
    try:
        return compare(ArchiveSide(archive), app.reader(right), options, app.control, app.emit)
    finally:
        archive.close()


def _collections(
    app: AppContext, left: Address, right: Address, options: CompareOptions, searches: int
) -> tuple[CompareResult, tuple[SearchOutcome, ...]]:
    from qdrill.drill.compare import compare
    from qdrill.drill.sides import CollectionSide

    ours, theirs = different_places(app, left, right)
    result = compare(CollectionSide(ours), theirs, options, app.control, app.emit)
    return result, _searches(app, ours, theirs, searches) if searches else ()


def different_places(app: AppContext, left: Address, right: Address) -> tuple[CollectionReader, CollectionReader]:
    """Readers of both; raises UsageError where they are one collection under two names."""
    from qdrill.address import same_place

    same = same_place(left, right)
    ours, theirs = app.reader(left), app.reader(right)
    if same or ours.identity() == theirs.identity():
        raise UsageError(f"{left} and {right} are the same collection; name two different ones")
    return ours, theirs


def _searches(
    app: AppContext, ours: CollectionReader, theirs: CollectionReader, number: int
) -> tuple[SearchOutcome, ...]:
    from qdrill.drill.search import run_searches
    from qdrill.drill.search_plan import SearchSpec, plan_searches

    specs = [SearchSpec("random", number=number)]
    planned = plan_searches(specs, ours, {}, seed=secrets.randbits(32))
    return run_searches(planned, ours, theirs, min_overlap=1.0, emit=app.emit, control=app.control)
