"""The restore stage: an archive becomes a collection, made exactly like the one it came from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from qdrill.archive.reader import ArchiveReader
from qdrill.control import JobControl
from qdrill.drill.load import Loader
from qdrill.drill.ranges import count_points
from qdrill.drill.restore_aliases import ours, tell_of_lost_aliases, with_aliases
from qdrill.drill.restore_journal import RestoreJournal
from qdrill.drill.restore_target import RestoreClock, refuse_existing, refuse_schema, refuse_source
from qdrill.errors import ArchiveError, Refused, UsageError
from qdrill.events import Emit, Progress
from qdrill.names import terminal_text
from qdrill.results import ConfigDifference, Rejected, RestoreResult
from qdrill.schema.config import ABSENT, diff_configuration
from qdrill.schema.recreate import Recipe, recipe
from qdrill.stores.base import CollectionWriter

LISTED_REJECTED = 100
LoaderFactory = Callable[[ArchiveReader, CollectionWriter, RestoreJournal, JobControl, Emit, int], Loader]
UNKNOWN_VERSION = "unknown"


@dataclass(frozen=True, slots=True)
class RestoreOptions:
    """How a restore runs.

    Attributes:
        address: the target as the user named it.
        lanes: connections used side by side.
        resume: go on with a restore that was killed.
        replace: the name of the collection that may be deleted first; must equal the target's name.
        aliases: also bring the archive's aliases back, except those that another collection holds.
        move_aliases: take those too. Only a person may ask for that: a drill never moves an alias.
        rejected: rows that were left out on the way here (of a foreign dump), to be listed with the others.
        rejected_total: how many those are, listed or not.
    """

    address: str
    lanes: int = 4
    resume: bool = False
    replace: str | None = None
    aliases: bool = False
    rejected: tuple[Rejected, ...] = ()
    rejected_total: int = 0
    move_aliases: bool = False


@dataclass(frozen=True, slots=True)
class OwnedTarget:
    """Proof that this run created a collection, and which aliases it set; the only thing by which it can be deleted."""

    writer: CollectionWriter
    aliases: frozenset[str] = frozenset()

    def delete(self) -> None:
        """Delete the collection, and with it the aliases that this run set.

        Raises:
            UsageError: somebody else's alias leads to it by now; nothing was deleted.
        """
        others = [terminal_text(alias, 60) for alias in self.writer.aliases() if alias not in self.aliases]
        if others:
            raise UsageError(
                f"an alias that this drill did not set leads to it ({', '.join(others[:5])}), and would be lost; "
                "delete it by hand when nobody needs it"
            )
        self.writer.delete()


@dataclass(frozen=True, slots=True)
class Restored:
    """Result and proof of a restore; `clock` is the monotonic moment it began."""

    result: RestoreResult
    owned: OwnedTarget | None
    clock: float


def restore(
    archive: ArchiveReader,
    writer: CollectionWriter,
    options: RestoreOptions,
    control: JobControl,
    emit: Emit,
    make_loader: LoaderFactory = Loader,
) -> Restored:
    """Create the target and load every row of `archive` into it.

    Args:
        make_loader: makes what sends the rows; a `Loader` sends them to the store.

    Raises:
        UsageError: the target exists, is the source itself, or has another schema; nothing was written.
        ArchiveError: a chunk is damaged; what was loaded so far stays, and the journal with it.
        StoreError, OutputError, Interrupted: `resume` goes on from there.
    """
    return _Restore(archive, writer, options, control, emit, make_loader).run()


class _Restore:
    def __init__(
        self,
        archive: ArchiveReader,
        writer: CollectionWriter,
        options: RestoreOptions,
        control: JobControl,
        emit: Emit,
        make_loader: LoaderFactory,
    ) -> None:
        self.archive, self.writer, self.options = archive, writer, options
        self.control, self.emit, self.make_loader = control, emit, make_loader
        self.clock = RestoreClock(emit)
        self.retries_before = control.retries
        self.info = archive.manifest.info_data
        self.journal = RestoreJournal(archive.path, archive.manifest.digest, options.address)

    def run(self) -> Restored:
        plan = recipe(self.info)
        self._prepare(plan)
        self.clock.reach("created")
        resumed = sorted(self.journal.done)
        loader = self.make_loader(self.archive, self.writer, self.journal, self.control, self.emit, self.options.lanes)
        self._load(loader)
        self.clock.reach("loaded")
        repaired = loader.repair_changed(resumed)
        restored = self._count(loader)
        differences = self._finish_settings(plan)
        rejected = (*self.options.rejected, *loader.rejected)
        result = RestoreResult(
            points_expected=self.archive.manifest.points + self.options.rejected_total,
            points_restored=restored,
            rejected=rejected[:LISTED_REJECTED],
            rejected_total=self.options.rejected_total + len(loader.rejected),
            seconds=self.clock.seconds,
            moments=self.clock.moments,
            config_differences=differences,
            created_by_drill=True,
            batches=loader.batches,
            retries=self.control.retries - self.retries_before,
            resumed_chunks=len(resumed),
            resumed_repaired=repaired,
            partial=self.archive.manifest.partial,
        )
        if self.options.aliases:
            names, move = self.archive.manifest.aliases, self.options.move_aliases
            result = with_aliases(self.writer, result, names, move=move, emit=self.emit)
        self.journal.remove()
        return Restored(result, OwnedTarget(self.writer, ours(result)), self.clock.began)

    def _load(self, loader: Loader) -> None:
        try:
            loader.load()
        except ArchiveError as error:
            raise ArchiveError(
                f"{error} ({self.options.address} holds {loader.rows - len(loader.rejected)} of "
                f"{self.archive.manifest.points} points and stays unfinished; --replace and its name deletes it first)"
            ) from error

    def _prepare(self, plan: Recipe) -> None:
        """Leave a target that is ours, with the right schema, or refuse before anything is written."""
        exists, address = self.writer.exists(), self.options.address
        if self.options.resume:
            self.journal.load()
        if exists:
            refuse_source(self.writer, self.archive.manifest.source, address, "archive")
            refuse_schema(self.writer, self.info, address, "archive")
            if self.options.resume:
                return
            refuse_existing(self.writer, address, self.options.replace)
            self._look_at_the_archive()
            tell_of_lost_aliases(self.writer, address, self.emit)
            self.writer.delete()
        else:
            self._look_at_the_archive()
        self.journal.done.clear()
        self.journal.rejected.clear()
        self.journal.begin()
        try:
            self.writer.create(plan.create)
        except Refused:
            self.journal.remove()
            raise

    def _look_at_the_archive(self) -> None:
        """Read the first chunk before anything is deleted or created: an archive that is no good mostly shows there."""
        if self.archive.manifest.chunks:
            self.archive.chunk(0)

    def _count(self, loader: Loader) -> int:
        """Points in the target; where some are missing without a reason, their chunks are sent again."""
        restored = count_points(self.writer.reader)
        if restored < self.archive.manifest.points - len(loader.rejected):
            loader.repair()
            restored = count_points(self.writer.reader)
        return restored

    def _finish_settings(self, plan: Recipe) -> tuple[ConfigDifference, ...]:
        """Payload indexes, then indexing switched back on, strict mode last; then read everything back."""
        for done, (field, schema) in enumerate(plan.indexes, start=1):
            self.writer.create_index(field, schema)
            self.emit(Progress("restore", "index", done, len(plan.indexes)))
        for body in plan.after_load:
            self.writer.patch(body)
        return self._differences()

    def _differences(self) -> tuple[ConfigDifference, ...]:
        """Settings of the target that are not as in the archive; what a foreign dump does not tell cannot differ."""
        found = diff_configuration(self.info, self.writer.reader.info().data)
        if self.archive.manifest.source.server_version != UNKNOWN_VERSION:
            return found
        return tuple(difference for difference in found if difference.left != ABSENT)
