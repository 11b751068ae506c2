"""What the console asks of the engine. Screens know this protocol alone; tests have a scripted one.

Every method may block and is called from a thread, never from the screen's loop. All raise QdrillError.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from qdrill.config import Config, StoreConfig
from qdrill.config_model import DrillConfig
from qdrill.control import JobControl
from qdrill.events import Emit

if TYPE_CHECKING:
    from qdrill.browse.detail import CollectionDetail, SamplePage
    from qdrill.browse.overview import CollectionSummary
    from qdrill.drill.point_versions import PointVersions
    from qdrill.drill.runner import DrillOutcome
    from qdrill.drill.search_plan import SearchSpec
    from qdrill.drill.verify import Verification
    from qdrill.records.amend import Amendment
    from qdrill.records.history import RecordRow
    from qdrill.records.model import DrillRecord, Lang
    from qdrill.results import BackupResult, Level, PointId, RestoreResult, SearchOutcome
    from qdrill.signals.board_model import Board, Chart, Span
    from qdrill.signals.model import QueryAnswer


class Engine(Protocol):
    """The engine as the console sees it. Addresses are text as users write them."""

    @property
    def config(self) -> Config:
        """The configuration in force."""

    @property
    def drills(self) -> Path:
        """Directory of the drills' records."""

    def stores(self) -> tuple[StoreConfig, ...]:
        """The stores to show."""

    def add_store(self, address: str) -> StoreConfig:
        """Show the store of an address too; raises UsageError for one that cannot be read."""

    def reload(self) -> None:
        """Read drills.toml again and open the stores anew."""

    def archives(self) -> tuple[Path, ...]:
        """The archives that can be restored, the newest first."""

    def dry_run(self, drill: DrillConfig, replace: str | None) -> tuple[tuple[str, str], ...]:
        """What the drill would do, as pairs of words."""

    def target_exists(self, address: str) -> bool:
        """Whether something is at `address`; refuses a store that is guarded."""

    def unfinished_backup(self, drill: DrillConfig) -> bool:
        """Whether a backup of the drill's archive was broken off and can be gone on with; asks no store."""

    def drill(
        self, drill: DrillConfig, replace: str | None, control: JobControl, emit: Emit, *, resume: bool = False
    ) -> DrillOutcome:
        """Run a drill to its record; `resume` goes on with a backup that was interrupted."""

    def back_up(self, source: str, archive: Path | None, control: JobControl, emit: Emit) -> BackupResult:
        """Back a collection up; an interrupted backup of the same archive goes on where it stopped."""

    def restore(
        self, archive: Path, target: str, replace: str | None, control: JobControl, emit: Emit
    ) -> RestoreResult:
        """Restore an archive."""

    def verify(
        self, left: str, right: str, level: Level, searches: int, control: JobControl, emit: Emit
    ) -> Verification:
        """Compare any two: archives or addresses."""

    def overview(self, stores: Sequence[StoreConfig]) -> Iterator[CollectionSummary]:
        """Collections of the stores, as they come in."""

    def detail(self, address: str) -> CollectionDetail:
        """One collection's configuration, schema and state."""

    def sample(self, address: str, start: PointId | None, limit: int) -> SamplePage:
        """Points from `start` on."""

    def ask(self, spec: SearchSpec, source: str, target: str | None) -> tuple[SearchOutcome, ...]:
        """A search on one collection or two."""

    def point_versions(self, left: str, right: str, point: PointId) -> PointVersions:
        """Both versions of a point."""

    def record_rows(self) -> Sequence[RecordRow]:
        """All records, newest first."""

    def each_record(self) -> Iterator[RecordRow]:
        """The same as they are read, the latest id first: for a table that fills meanwhile."""

    def check_record(self, directory: Path) -> tuple[str, ...]:
        """What in a drill's directory is not as its record vouches for, a line each; raises ArchiveError."""

    def broken_links(self) -> tuple[str, ...]:
        """Ids of the drills whose record names one before it that is gone or was changed."""

    def record_file(self, directory: Path) -> str:
        """The text of a record's file, damaged or not; raises ArchiveError where it cannot be read."""

    def record(self, directory: Path) -> DrillRecord:
        """A record; raises ArchiveError where it is damaged."""

    def record_markdown(self, directory: Path, language: Lang) -> str:
        """A record's Markdown."""

    def amend(self, directory: Path, change: Amendment, attach: Sequence[str] = ()) -> DrillRecord:
        """Fill in the person's fields of a record, and save it."""

    def keep_search(self, directory: Path, source: str, target: str | None, outcome: SearchOutcome) -> Path:
        """Write a search as evidence of a drill."""

    def metrics(self, drill: str | None, running: tuple[Span, ...] = ()) -> Board:
        """What endpoints and Prometheus say now, and did during a drill.

        Args:
            drill: its name in drills.toml; None is the last on record.
            running: stages so far of the drill that runs, where one does.
        """

    def metrics_chart(self, key: str, minutes: int, running: tuple[Span, ...] = ()) -> Chart:
        """A tile over the last minutes, of the drill that `metrics` was last asked for."""

    def promql(self, expression: str, minutes: int) -> QueryAnswer:
        """A PromQL expression over the last minutes; its error is in the answer."""

    def close(self) -> None:
        """Give up connections and files."""
