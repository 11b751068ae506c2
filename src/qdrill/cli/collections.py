"""`qdrill collections`: what the stores hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from qdrill import units
from qdrill.cli import output
from qdrill.cli.context import AppContext
from qdrill.cli.options import pass_app, shared_options
from qdrill.cli.paths import named
from qdrill.errors import ExitCode

if TYPE_CHECKING:
    from qdrill.browse.overview import CollectionSummary

_KEYS = ("store", "collection", "points", "vectors", "status", "aliases", "error", "address", "indexed", "segments")


@click.command()
@click.argument("store", required=False, type=named)
@shared_options
@pass_app
def collections(app: AppContext, store: str | None) -> int:
    """List the collections of every store, or of STORE: a name of drills.toml, a URL or edge:DIR.

    A store that is down is said on stderr; the others are listed, and the exit
    code is 3.
    """
    from qdrill.address import parse_store
    from qdrill.browse.overview import overview

    stores = list(app.config.stores.values()) if store is None else [parse_store(store, app.config)]
    places = {config.label: number for number, config in enumerate(stores)}
    rows = sorted(overview(app.session, stores), key=lambda row: (places[row.store], row.collection or ""))
    if app.json:
        output.emit_json([{key: getattr(row, key) for key in _KEYS} for row in rows])
    else:
        _print(rows, len(stores))
    failed = [row.error for row in rows if row.error is not None]
    for text in failed:
        app.sink.say(f"qdrill: {text}")
    return int(ExitCode.STORE if failed else ExitCode.PASSED)


def _print(rows: list[CollectionSummary], stores: int) -> None:
    shown = [row for row in rows if row.collection is not None]
    if not shown:
        if not any(row.error for row in rows):
            output.write("no collections in " + units.plural(stores, "store"))
        return
    columns = (
        output.Column("store", flexible=True),
        output.Column("collection", flexible=True),
        output.Column("points", right=True),
        output.Column("status"),
        output.Column("vectors", flexible=True),
        output.Column("aliases", flexible=True),
    )
    cells = [
        (
            row.store,
            row.collection or "",
            "unknown" if row.points is None else units.count(row.points),
            row.status or "error",
            row.vectors or "",
            ", ".join(row.aliases),
        )
        for row in shown
    ]
    output.write("\n".join(output.table(columns, cells, indent=0, room=output.table_room())))
