"""`qdrill verify A B`: any two places compared, each an archive or a collection."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from qdrill.cli import output, verify_view
from qdrill.cli.context import AppContext
from qdrill.cli.options import connections_option, pass_app, shared_options
from qdrill.cli.paths import named

if TYPE_CHECKING:
    from qdrill.results import Level


@click.command()
@click.argument("left", metavar="A", type=named)
@click.argument("right", metavar="B", type=named)
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
    help="Also run N random points of A as searches on both; A and B must be addresses.",
)
@connections_option
@shared_options
@pass_app
def verify(
    app: AppContext,
    *,
    left: str,
    right: str,
    level: Level,
    ignore_config: bool,
    searches: int,
    connections: int | None,
) -> int:
    """Compare A with B; each is a collection's address or an archive.

    Every point is compared: id, vectors bit for bit, payload; and the
    configuration. Each difference is named. Exit 0 where there is none, 1 where
    there is one, 4 where it cannot be told. Another tool's dump has to be made
    into an archive first, which `qdrill restore` does.
    """
    from qdrill.drill.verdict import EXIT_CODES
    from qdrill.drill.verify import verification_document, verify_places

    found = verify_places(
        app.session,
        left,
        right,
        level=level,
        searches=searches,
        ignore_config=ignore_config,
        connections=connections,
    )
    app.settle()
    if app.json:
        output.emit_json(verification_document(found))
    else:
        output.write(verify_view.as_text(found, app.colour))
    return int(EXIT_CODES[found.verdict])
