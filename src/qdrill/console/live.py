"""The engine itself, as the console asks it: a session for looking around, and one more for each job.

A job has connections of its own, so that cancelling it cuts nothing that a screen is reading.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace as changed
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from qdrill.config import Config, StoreConfig, load_config
from qdrill.config_model import DrillConfig
from qdrill.control import JobControl
from qdrill.events import Emit, ignore
from qdrill.session import Session

if TYPE_CHECKING:
    from qdrill.browse.detail import CollectionDetail, SamplePage
    from qdrill.browse.overview import CollectionSummary
    from qdrill.drill.point_versions import PointVersions
    from qdrill.drill.runner import DrillOutcome
    from qdrill.drill.search_plan import SearchSpec
    from qdrill.drill.verify import Verification
    from qdrill.records.amend import Amendment
    from qdrill.records.history import RecordRow, RecordTable
    from qdrill.records.model import DrillRecord, Lang
    from qdrill.results import BackupResult, Level, PointId, RestoreResult, SearchOutcome
    from qdrill.signals.board import BoardReader
    from qdrill.signals.board_model import Board, Chart, Span
    from qdrill.signals.model import QueryAnswer


class LiveEngine:
    """`Engine` over drills.toml and the environment; raises UsageError when the configuration cannot be used."""

    def __init__(self, config_path: Path | None, environ: Mapping[str, str]) -> None:
        self._path, self._environ = config_path, environ
        self._lock, self._reading = threading.Lock(), threading.Lock()
        self._table: RecordTable | None = None
        self._board: BoardReader | None = None
        self._extra: tuple[StoreConfig, ...] = ()
        self._session = self._open(self.load(), JobControl(), ignore)

    def load(self) -> Config:
        """The configuration as it is written now; raises UsageError."""
        return load_config(self._path, self._environ)

    @property
    def config(self) -> Config:
        """The configuration in force."""
        return self._session.config

    @property
    def drills(self) -> Path:
        """Directory of the drills' records."""
        return self.config.artifacts / "drills"

    def stores(self) -> tuple[StoreConfig, ...]:
        """The stores of drills.toml, and those that somebody added by address."""
        configured = tuple(self.config.stores.values())
        return configured + tuple(store for store in self._extra if store not in configured)

    def add_store(self, address: str) -> StoreConfig:
        """Show the store of an address too; raises UsageError for one that cannot be read."""
        from qdrill.address import parse_address

        store = parse_address(address, self.config).store.config
        if store not in self.stores():
            self._extra += (store,)
        return store

    def reload(self) -> None:
        """Read drills.toml again and open the stores anew."""
        fresh = self._open(self.load(), JobControl(), ignore)
        with self._lock:
            old, self._session = self._session, fresh
            board, self._board = self._board, None
        old.close()
        if board is not None:
            board.close()

    def archives(self) -> tuple[Path, ...]:
        """The archives that backups have made, the newest first."""
        from qdrill.archive.listing import archives_in

        return archives_in(self.config.artifacts / "metrics")

    def dry_run(self, drill: DrillConfig, replace: str | None) -> tuple[tuple[str, str], ...]:
        """What the drill would do."""
        from qdrill.drill.start import dry_run, make_plan, open_ends

        plan = make_plan(self._session, drill, replace=replace)
        return tuple(dry_run(plan, open_ends(self._session, drill)))

    def target_exists(self, address: str) -> bool:
        """Whether something is at `address`; raises UsageError where the store is guarded."""
        from qdrill.address import parse_address

        return self._session.target_writer(parse_address(address, self.config)).exists()

    def unfinished_backup(self, drill: DrillConfig) -> bool:
        """Whether there is a journal of the drill's archive, and the part file that it is of."""
        from qdrill.address import parse_address
        from qdrill.archive.writer import ArchiveWriter
        from qdrill.names import default_archive

        if drill.method != "rows":
            return False
        path = drill.archive
        if path is None:
            path = default_archive(self.config.artifacts, parse_address(drill.source, self.config).collection)
        return ArchiveWriter(path).saved() is not None

    def drill(
        self, drill: DrillConfig, replace: str | None, control: JobControl, emit: Emit, *, resume: bool = False
    ) -> DrillOutcome:
        """Run a drill to its record."""
        from qdrill.drill.start import make_plan, start_drill

        with self._open(self.config, control, emit) as session:
            plan = make_plan(session, drill, replace=replace)
            return start_drill(session, drill, changed(plan, resume=resume))

    def back_up(self, source: str, archive: Path | None, control: JobControl, emit: Emit) -> BackupResult:
        """Back a collection up, going on with an interrupted backup of the same archive."""
        from qdrill.address import parse_address
        from qdrill.drill.backup import BackupOptions, back_up
        from qdrill.names import default_archive

        with self._open(self.config, control, emit) as session:
            address = parse_address(source, session.config)
            path = archive or default_archive(session.config.artifacts, address.collection)
            options = BackupOptions(str(address), session.lanes(address, None), resume=True)
            return back_up(session.reader(address), path, options, control, emit)

    def restore(
        self, archive: Path, target: str, replace: str | None, control: JobControl, emit: Emit
    ) -> RestoreResult:
        """Restore an archive."""
        from qdrill.address import parse_address
        from qdrill.archive.reader import ArchiveReader
        from qdrill.drill.restore import RestoreOptions, restore

        with self._open(self.config, control, emit) as session, ArchiveReader(archive) as opened:
            address = parse_address(target, session.config)
            options = RestoreOptions(str(address), session.lanes(address, None), replace=replace)
            return restore(opened, session.target_writer(address), options, control, emit).result

    def verify(
        self, left: str, right: str, level: Level, searches: int, control: JobControl, emit: Emit
    ) -> Verification:
        """Compare any two."""
        from qdrill.drill.verify import verify_places

        with self._open(self.config, control, emit) as session:
            return verify_places(session, left, right, level=level, searches=searches)

    def overview(self, stores: Sequence[StoreConfig]) -> Iterator[CollectionSummary]:
        """Collections of the stores, as they come in."""
        from qdrill.browse.overview import overview

        return overview(self._session, stores)

    def detail(self, address: str) -> CollectionDetail:
        """One collection's configuration, schema and state."""
        from qdrill.browse.detail import detail

        return detail(self._session, address)

    def sample(self, address: str, start: PointId | None, limit: int) -> SamplePage:
        """Points from `start` on."""
        from qdrill.browse.detail import sample

        return sample(self._session, address, start, limit)

    def ask(self, spec: SearchSpec, source: str, target: str | None) -> tuple[SearchOutcome, ...]:
        """A search on one collection or two."""
        from qdrill.drill.ask import ask_now

        return ask_now(self._session, spec, source, target)

    def point_versions(self, left: str, right: str, point: PointId) -> PointVersions:
        """Both versions of a point."""
        from qdrill.drill.point_versions import point_versions

        return point_versions(self._session, left, right, point)

    def record_rows(self) -> Sequence[RecordRow]:
        """All records, newest first."""
        with self._reading:
            return self._record_table().rows()

    def each_record(self) -> Iterator[RecordRow]:
        """The same as they are read. However many look, one thread at a time reads."""
        with self._reading:
            rows = self._record_table().each()
        while True:
            with self._reading:
                row = next(rows, None)
            if row is None:
                return
            yield row

    def _record_table(self) -> RecordTable:
        from qdrill.records.history import RecordTable

        if self._table is None or self._table.drills != self.drills:
            self._table = RecordTable(self.drills)
        return self._table

    def check_record(self, directory: Path) -> tuple[str, ...]:
        """What is not as a record vouches for. Under its lock, so that nobody is writing it meanwhile."""
        from qdrill.records.integrity import check_record
        from qdrill.records.lock import held

        with held(directory):
            return tuple(check_record(directory, self.record(directory)))

    def broken_links(self) -> tuple[str, ...]:
        """Ids of the drills whose record names one before it that is gone or was changed."""
        from qdrill.records.integrity import broken_links

        return tuple(broken_links(self.drills))

    def record_file(self, directory: Path) -> str:
        """The text of a record's file, damaged or not."""
        from qdrill.records.render_toml import file_text

        return file_text(directory)

    def record(self, directory: Path) -> DrillRecord:
        """A record; raises ArchiveError where it is damaged."""
        from qdrill.records.model import RECORD_NAME
        from qdrill.records.render_toml import load_record

        return load_record(directory / RECORD_NAME)

    def record_markdown(self, directory: Path, language: Lang) -> str:
        """A record's Markdown, rendered anew: it is right even where the file beside the record was changed."""
        from qdrill.records.render_markdown import render_markdown

        return render_markdown(self.record(directory), language)

    def amend(self, directory: Path, change: Amendment, attach: Sequence[str] = ()) -> DrillRecord:
        """Fill in the person's fields of a record, and save it."""
        from qdrill.records.amend import amend

        return amend(directory, change, attach=attach)

    def keep_search(self, directory: Path, source: str, target: str | None, outcome: SearchOutcome) -> Path:
        """Write a search as evidence of a drill."""
        from qdrill.records.kept import keep_search

        return keep_search(directory, source, target, outcome, datetime.now(UTC))

    def metrics(self, drill: str | None, running: tuple[Span, ...] = ()) -> Board:
        """What endpoints and Prometheus say now, and did during a drill."""
        return self._board_reader().read(drill, running)

    def metrics_chart(self, key: str, minutes: int, running: tuple[Span, ...] = ()) -> Chart:
        """A tile over the last minutes."""
        return self._board_reader().chart(key, minutes, running)

    def promql(self, expression: str, minutes: int) -> QueryAnswer:
        """A PromQL expression over the last minutes."""
        return self._board_reader().expression(expression, minutes)

    def _board_reader(self) -> BoardReader:
        """The one for looking around: what it has read so far is what its charts are made of."""
        from qdrill.signals.board import BoardReader

        with self._lock:
            if self._board is None:
                self._board = BoardReader(self.config, self._environ, self._session.control, self.drills)
            return self._board

    def close(self) -> None:
        """Give up connections and files."""
        self._session.control.cancel()
        self._session.close()
        if self._board is not None:
            self._board.close()

    def _open(self, config: Config, control: JobControl, emit: Emit) -> Session:
        return Session(config, self._environ, control, emit)
