"""`qdrill backup ADDR`: a collection becomes an archive."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qdrill import units
from qdrill.cli import output
from qdrill.cli.context import AppContext
from qdrill.cli.numbers import Finite
from qdrill.cli.options import connections_option, pass_app, shared_options
from qdrill.cli.paths import archive_file, named

if TYPE_CHECKING:
    from qdrill.address import Address
    from qdrill.results import BackupResult


@click.command()
@click.argument("address", metavar="[ADDR]", required=False, type=named)
@click.option("-o", "--output", "file", type=archive_file, metavar="FILE", help="Archive to write.")
@click.option(
    "--method",
    type=click.Choice(["rows", "snapshot"]),
    default="rows",
    show_default=True,
    help="Read all points, or have the server make a snapshot and download it.",
)
@click.option("--resume", is_flag=True, help="Go on with a backup that was killed; a snapshot is begun anew.")
@click.option(
    "--delay-ms-per-point",
    type=Finite(0, 3_600_000),
    default=0.0,
    metavar="X",
    help="Throttle: milliseconds for each point, over all connections together.",
)
@connections_option
@shared_options
@pass_app
def backup(
    app: AppContext,
    *,
    address: str | None,
    file: Path | None,
    method: str,
    resume: bool,
    delay_ms_per_point: float,
    connections: int | None,
) -> int:
    """Back the collection at ADDR up to an archive; the source is only read.

    ADDR is the default store's RAG_COLLECTION where it is left out. The archive is
    artifacts/metrics/qdrant_backup_COLLECTION.json unless -o names another; one
    that stands there is replaced only when the new one is complete. A snapshot's
    file ends in .snapshot; the server's own copy of it is deleted again.
    """
    from qdrill.address import parse_address

    source = parse_address(address or app.config.default_store.name, app.config)
    app.resumable, app.archive_option = method == "rows", "-o"
    app.control.throttle(delay_ms_per_point)
    made = _snapshot(app, source, file) if method == "snapshot" else _rows(app, source, file, resume, connections)
    app.settle()
    if made.points == 0:
        app.warn(f"{source} is empty; the archive holds its configuration and no point")
    if app.json:
        output.emit_json(as_document(made))
    else:
        output.write(as_text(str(source), made))
    return 0


def _rows(app: AppContext, source: Address, file: Path | None, resume: bool, connections: int | None) -> BackupResult:
    from qdrill.drill.backup import BackupOptions, back_up
    from qdrill.names import default_archive

    path = file or default_archive(app.config.artifacts, source.collection)
    options = BackupOptions(str(source), app.lanes(source, connections), resume)
    return back_up(app.reader(source), path, options, app.control, app.emit)


def _snapshot(app: AppContext, source: Address, file: Path | None) -> BackupResult:
    from qdrill.drill.snapshot_backup import back_up_snapshot
    from qdrill.drill.snapshot_rules import refuse_embedded, snapshot_file
    from qdrill.stores.server_snapshots import snapshots_of

    refuse_embedded(source.store.config)
    path = snapshot_file(app.config.artifacts, source.collection, file)
    reader = app.reader(source)
    snapshots = snapshots_of(app.store(source.store.config), reader.name)
    return back_up_snapshot(reader, snapshots, path, str(source), app.control, app.emit)


def as_document(made: BackupResult) -> dict[str, Any]:
    """The result as `--json` prints it."""
    return {
        "archive": str(made.archive),
        "points": made.points,
        "bytes": made.bytes,
        "seconds": round(made.seconds, 6),
        "points_per_second": _speed(made),
        "writer": made.writer,
        "digest": made.digest,
        "manifest": str(made.manifest),
        "writer_detail": made.writer_detail,
        "chunks": made.chunks,
        "resumed_chunks": made.resumed_chunks,
        "retries": made.retries,
        "count_before": made.count_before,
        "count_after": made.count_after,
        "started": made.started.isoformat(),
        "finished": made.finished.isoformat(),
        "method": made.method,
    }


def as_text(source: str, made: BackupResult) -> str:
    """The result for people."""
    chunks = f" in {units.plural(made.chunks, 'chunk')}" if made.method == "rows" else ", as the source counts them"
    resumed = f", {made.resumed_chunks} of them from the earlier run" if made.resumed_chunks else ""
    detail = f": {made.writer_detail}" if made.writer_detail else ""
    rows = [
        ("source", source),
        ("archive", str(made.archive)),
        ("points", f"{units.count(made.points)}{chunks}{resumed}"),
        ("size", units.size(made.bytes)),
        ("time", f"{units.seconds(made.seconds)}, {units.count(_speed(made))} points/s"),
        ("writer", f"{made.writer}{detail}"),
        ("digest", made.digest),
    ]
    if made.retries:
        rows.append(("retries", units.count(made.retries)))
    return "\n".join(["backup", *output.pairs(rows)])


def _speed(made: BackupResult) -> float:
    return round(made.points / made.seconds, 1) if made.seconds > 0 else 0.0
