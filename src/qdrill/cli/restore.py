"""`qdrill restore FILE ADDR`: an archive becomes a collection."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qdrill.cli import output, restore_view
from qdrill.cli.context import AppContext
from qdrill.cli.numbers import Finite
from qdrill.cli.options import connections_option, pass_app, shared_options
from qdrill.cli.paths import named
from qdrill.errors import ArchiveError, UsageError
from qdrill.names import terminal_text

if TYPE_CHECKING:
    from qdrill.address import Address
    from qdrill.archive.reader import ArchiveReader
    from qdrill.drill.restore import Restored, RestoreOptions
    from qdrill.results import RestoreResult
    from qdrill.stores.base import CollectionWriter

_POLL_SECONDS = 0.2


@click.command()
@click.argument("file", metavar="[FILE]", required=False, type=named)
@click.argument("address", metavar="[ADDR]", required=False, type=named)
@click.option(
    "--replace", "replaced", metavar="NAME", help="Delete the target first; NAME repeats its collection's name."
)
@click.option("--resume", is_flag=True, help="Go on with a restore that was killed.")
@click.option(
    "--aliases", is_flag=True, help="Bring the archive's aliases back too, where no other collection has them."
)
@click.option("--move-aliases", is_flag=True, help="The same, and take them from the collections that have them.")
@connections_option
@click.option(
    "--wait-optimized",
    type=Finite(0),
    metavar="SECONDS",
    help="Wait so long at most for indexes to be built; exit 4 when they are not.",
)
@click.option(
    "--like", type=named, metavar="ADDR", help="For a dump without a manifest: the collection to be made like."
)
@click.option(
    "--distance",
    type=click.Choice(["Cosine", "Dot", "Euclid", "Manhattan"], case_sensitive=False),
    help="For a dump without a manifest: the distance of its vectors.",
)
@click.option("--embedder", metavar="NAME", help="For rows without vectors: what embeds their payload's text.")
@shared_options
@pass_app
def restore(
    app: AppContext,
    *,
    file: str | None,
    address: str | None,
    replaced: str | None,
    resume: bool,
    aliases: bool,
    move_aliases: bool,
    connections: int | None,
    wait_optimized: float | None,
    like: str | None,
    distance: str | None,
    embedder: str | None,
) -> int:
    """Make the collection at ADDR from the archive FILE.

    FILE is what `qdrill backup` made, rows or a snapshot, or BACKUP_JSON; ADDR is
    the default store's collection of the runbook where it is left out. Nothing that
    exists is written into, unless --replace repeats its name. Exit 1 where a row, a
    setting or an alias asked for did not come back, 4 where the archive itself is
    known not to be whole.
    """
    from qdrill.archive.reader import ArchiveReader
    from qdrill.archive.snapshot_manifest import is_snapshot
    from qdrill.drill.restore import RestoreOptions
    from qdrill.session import refuse_guarded

    target = _target(app, address)
    refuse_guarded(target)
    path = _archive_file(app, file)
    app.resumable = True
    options = RestoreOptions(
        str(target),
        app.lanes(target, connections),
        resume,
        replaced,
        aliases=aliases or move_aliases,
        move_aliases=move_aliases,
    )
    if not _has_manifest(path):
        if path.suffix == ".snapshot":
            raise ArchiveError(
                f"{_shown(path)} has no manifest beside it, so nothing tells whether it is whole; make the snapshot "
                "with `qdrill backup --method snapshot`"
            )
        from qdrill.cli.adopt import adopt

        adopted = adopt(app, path, like=like, distance=distance, embedder=embedder)
        path = adopted.archive
        options = replace(options, rejected=adopted.rejected, rejected_total=adopted.rejected_total)
    elif like or distance or embedder:
        raise UsageError(f"{_shown(path)} has a manifest; --like, --distance and --embedder are for dumps without one")
    if is_snapshot(path):
        return _finish(app, path, target, *_snapshot(app, path, target, options), wait=wait_optimized)
    archive = ArchiveReader(path)
    try:
        return _finish(app, path, target, *_rows(app, archive, target, options), wait=wait_optimized)
    finally:
        archive.close()


def _rows(
    app: AppContext, archive: ArchiveReader, target: Address, options: RestoreOptions
) -> tuple[CollectionWriter, Restored]:
    from qdrill.drill.one_shard import one_shard_words
    from qdrill.drill.restore import restore as run_restore

    writer = app.target_writer(target)
    if why := one_shard_words(archive.manifest.info_data, app.store(target.store.config).version()):
        app.warn(why)
    return writer, run_restore(archive, writer, options, app.control, app.emit)


def _snapshot(
    app: AppContext, path: Path, target: Address, options: RestoreOptions
) -> tuple[CollectionWriter, Restored]:
    from qdrill.archive.snapshot_reader import SnapshotArchive
    from qdrill.drill.snapshot_restore import restore_snapshot
    from qdrill.drill.snapshot_rules import refuse_embedded
    from qdrill.stores.server_snapshots import snapshots_of

    refuse_embedded(target.store.config)
    archive, store = SnapshotArchive(path), app.store(target.store.config)
    writer, uploads = app.target_writer(target), snapshots_of(store, target.collection)
    return writer, restore_snapshot(archive, writer, uploads, store.version(), options, app.control, app.emit)


def _finish(
    app: AppContext, path: Path, target: Address, writer: CollectionWriter, restored: Restored, *, wait: float | None
) -> int:
    """Wait where that was asked for, and show."""
    result = restored.result
    if wait is not None:
        optimized = wait_optimized(app, writer, restored.clock, wait)
        result = replace(result, moments=replace(result.moments, optimized=optimized))
    app.settle()
    _show(app, path, target, result)
    if wait is not None and result.moments.optimized is None:
        app.warn(f"{target} is not optimized after {wait:g} s; `qdrill collections` shows its status")
        return restore_view.exit_code(result) or 4
    return restore_view.exit_code(result)


def wait_optimized(app: AppContext, writer: CollectionWriter, clock: float, limit: float) -> float | None:
    """Seconds since `clock` at which the target was optimized; None when it was not within `limit` seconds.

    The embedded engine builds indexes only when asked to.
    """
    deadline = time.monotonic() + limit
    build = getattr(writer, "optimize", None)
    if build is not None:
        build()
    while not (state := writer.reader.optimizer()).done:
        if state.error:
            app.warn(f"the optimizer reports: {state.error}")
            return None
        if time.monotonic() >= deadline:
            return None
        app.control.sleep(min(_POLL_SECONDS, max(0.0, deadline - time.monotonic())))
    return time.monotonic() - clock


def _show(app: AppContext, path: Path, target: Address, result: RestoreResult) -> None:
    if result.points_expected == 0:
        app.warn("the archive is empty: nothing was proved by restoring it")
    if app.json:
        output.emit_json(restore_view.as_document(str(path), str(target), result))
    else:
        output.write(restore_view.as_text(str(path), str(target), result, app.colour))


def _target(app: AppContext, address: str | None) -> Address:
    from qdrill.address import parse_address

    config = app.config
    if address is None:
        return parse_address(config.default_store.name, config, collection=config.runbook.restore_collection)
    return parse_address(address, config)


def _archive_file(app: AppContext, file: str | None) -> Path:
    from qdrill.config_model import user_path
    from qdrill.drill.places import not_plain

    path = user_path(file) if file is not None else app.config.runbook.backup_json
    if path is None:
        raise UsageError("no archive is named; give FILE, or set BACKUP_JSON")
    path = _followed(path)
    if not path.is_file():
        what = not_plain(path) or "is not there"
        if not _has_manifest(path):
            raise ArchiveError(f"the archive {_shown(path)} {what}; name a file that `qdrill backup` made, or a dump")
    return path


def _followed(path: Path) -> Path:
    from qdrill.archive.manifest import followed

    try:
        return followed(path)
    except (OSError, ValueError, RuntimeError):
        return path


def _has_manifest(path: Path) -> bool:
    from qdrill.archive.manifest import finish_swap, manifest_path

    try:
        finish_swap(path)
        return manifest_path(path).exists()
    except (OSError, ValueError):
        return False


def _shown(path: Path) -> str:
    return terminal_text(str(path), 300)
