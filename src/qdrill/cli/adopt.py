"""Dumps that other tools made: given a manifest, then restored like any archive."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from qdrill.cli.context import AppContext
from qdrill.errors import ArchiveError, UsageError
from qdrill.names import safe_file_part, terminal_text

if TYPE_CHECKING:
    from qdrill.archive.foreign import Adopted
    from qdrill.stores.base import CollectionInfo

Embed = Callable[[Sequence[str]], list[list[float]]]


def adopt(app: AppContext, path: Path, *, like: str | None, distance: str | None, embedder: str | None) -> Adopted:
    """The archive made of the dump at `path`, under `artifacts/adopted/`, with the rows that cannot be restored.

    It stays there: `qdrill verify` needs it, and so does a restore that goes on with --resume.
    """
    from qdrill.archive.foreign import adopt_dump

    workdir = app.config.artifacts / "adopted" / safe_file_part(path.stem)
    adopted = adopt_dump(
        path,
        workdir,
        like=_info(app, like),
        distance=distance,
        embed=_embed(app, embedder),
        emit=app.emit,
        control=app.control,
    )
    if adopted.rejected and adopted.rejected_total and not _has_rows(adopted.archive):
        raise ArchiveError(
            f"no row of {terminal_text(str(path), 300)} can be restored; the first, {adopted.rejected[0].id}: "
            f"{adopted.rejected[0].reason}; nothing was written"
        )
    app.note(f"{terminal_text(str(path), 300)} has no manifest; restoring {terminal_text(str(adopted.archive))}")
    return adopted


def _has_rows(archive: Path) -> bool:
    from qdrill.archive.manifest import read_manifest

    return read_manifest(archive).points > 0


def _info(app: AppContext, like: str | None) -> CollectionInfo | None:
    from qdrill.address import parse_address

    return None if like is None else app.reader(parse_address(like, app.config)).info()


def _embed(app: AppContext, name: str | None) -> Embed | None:
    """What embeds texts of rows: the embedder named, else the only one that gives dense vectors."""
    dense = [one.name for one in app.config.embedders.values() if one.kind != "bm25"]
    if name is None:
        name = dense[0] if len(dense) == 1 else None
    if name is None:
        return None
    chosen = app.embedder(name)
    if name not in dense:
        raise UsageError(f"embedder {name} gives sparse vectors; rows without vectors need an embedder of dense ones")

    def embed(texts: Sequence[str]) -> list[list[float]]:
        found = chosen.embed(texts, query=False)
        return [vector for vector in found if isinstance(vector, list)]

    return embed
