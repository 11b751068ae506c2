"""Dumps that qdrill did not make: JSON files without a manifest, turned into normal archives before a restore."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from qdrill.archive.manifest import finish_swap, manifest_path
from qdrill.control import JobControl
from qdrill.events import Emit, Notice
from qdrill.files import make_directory
from qdrill.names import safe_file_part
from qdrill.results import Rejected
from qdrill.stores.base import CollectionInfo

LISTED = 10_000
"""Most rejected rows that are listed; all are counted."""

Embed = Callable[[Sequence[str]], list[list[float]]]
"""Makes one vector a text, in order."""


@dataclass(frozen=True, slots=True)
class Adopted:
    """A foreign dump made into an archive.

    Attributes:
        archive: the archive's data file, its manifest beside it.
        rejected: rows of the dump that are not in it, with reasons, in the dump's order: at most the first 10,000.
        rejected_total: how many they are in all.
        notes: what else a reader of the record should know, a line each.
    """

    archive: Path
    rejected: tuple[Rejected, ...]
    rejected_total: int
    notes: tuple[str, ...]


def is_foreign(path: Path) -> bool:
    """Whether `path` is a readable file without a manifest beside it."""
    finish_swap(path)  # a backup killed between its two renames has a manifest, only not yet under its name
    return path.is_file() and os.access(path, os.R_OK) and not manifest_path(path).exists()


def adopt_dump(
    path: Path,
    workdir: Path,
    *,
    like: CollectionInfo | None,
    distance: str | None,
    embed: Embed | None,
    emit: Emit,
    control: JobControl,
) -> Adopted:
    """Write the rows of a foreign dump as an archive into `workdir`, in Qdrant's order of ids.

    The dump is read twice, a block at a time; an index on disk, removed afterwards, keeps memory flat. Values are
    spliced from the file's own text, so every number stays as it was spelled.

    Args:
        like: a collection whose schema the rows must have; stored as the archive's info. None infers one.
        distance: of every dense vector of an inferred schema: Cosine, Dot, Euclid or Manhattan.
        embed: makes vectors from `payload.text` for rows without any; None rejects those.

    Raises:
        UsageError: neither `like` nor `distance`, or the embedder's vectors have another size than the schema's.
        ArchiveError: not a dump, or broken; tells the byte. Nothing is left behind.
        StoreError: the embedder failed.
        OutputError: `workdir` cannot be written.
        Interrupted: cancelled.
    """
    from qdrill.archive.dump_file import DumpFile
    from qdrill.archive.dump_index import dump_index
    from qdrill.archive.dump_notes import notes_of
    from qdrill.archive.dump_plan import make_plan, schema_origin
    from qdrill.archive.dump_survey import Surveyor
    from qdrill.archive.dump_write import DumpWriter

    clock = time.monotonic()
    with closing(DumpFile(path)) as file:
        origin = schema_origin(file.shown, like, distance)
        archive = workdir / f"qdrill_dump_{safe_file_part(path.stem)}.json"
        make_directory(workdir)
        with dump_index(workdir) as index:
            survey = Surveyor(file, index, embedding=embed is not None).survey(emit, control)
            plan = make_plan(file, index, survey, origin, embed)
            DumpWriter(file, index, survey, plan, clock).write(archive, emit, control)
            rejected, total = index.rejected(LISTED), index.rejected_total
        notes = notes_of(file, survey, plan)
    if total > LISTED:
        notes += (f"rows that were left out: {total}, of which the first {LISTED} are listed",)
    for note in notes:
        emit(Notice("info", note))
    return Adopted(archive, rejected, total, notes)
