"""Running a drill: preflight, backup, restore, validate, record. Whatever happens, a record is left that says so."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from qdrill.control import JobControl
from qdrill.drill import checks as questions
from qdrill.drill.broken_off import RestoreHeard, words_of
from qdrill.drill.clocks import read_clocks
from qdrill.drill.evidence import JsonLines, journalled
from qdrill.drill.findings import Findings
from qdrill.drill.method import method_of
from qdrill.drill.one_shard import one_shard_words
from qdrill.drill.plan import DrillPlan, Ends, searches_for
from qdrill.drill.preflight import Preflight, look, refuse_what_cannot_be
from qdrill.drill.rag_checks import preflight_checks
from qdrill.drill.ranges import count_points
from qdrill.drill.recovery_point import recovery_point
from qdrill.drill.restore_aliases import alias_notes
from qdrill.drill.search import Recovery, ask_all, wait_until_right
from qdrill.drill.search_compare import Answer
from qdrill.drill.search_plan import PlannedSearch, plan_searches
from qdrill.drill.steering import Steering
from qdrill.drill.validate import wait_for_optimizer
from qdrill.drill.verdict import EXIT_CODES, is_refusal, judge, verdict_of_error
from qdrill.errors import ExitCode, Interrupted, QdrillError
from qdrill.events import (
    CheckDone,
    DrillFinished,
    DrillStarted,
    Emit,
    MomentReached,
    Notice,
    StageFinished,
    StageStarted,
)
from qdrill.records.build_metrics import metrics_record
from qdrill.records.ci_summary import write_ci_summary
from qdrill.records.ids import claim_directory
from qdrill.records.readme import update_backup_signals
from qdrill.records.render_toml import load_record
from qdrill.records.save import open_drill, save_drill
from qdrill.results import BackupResult, Check, CompareResult, DrillResult, StageName, StageTime, Verdict
from qdrill.signals.collect import DrillSignals
from qdrill.stores.base import CollectionWriter

Damage = Callable[[CollectionWriter], None]


@dataclass(frozen=True, slots=True)
class DrillOutcome:
    """A drill that ended: its result, where its record is, and the exit code that tells it."""

    result: DrillResult
    record: Path
    exit_code: ExitCode


def run_drill(
    plan: DrillPlan, ends: Ends, control: JobControl, emit: Emit, damage: Damage | None = None
) -> DrillOutcome:
    """Run a whole drill and leave its record.

    Args:
        damage: done to the target after the restore; only a demonstration has one, and its record says `simulated`.

    Raises:
        UsageError: the drill may not run (the target is the source, or exists); no record is made.
        StoreError: an end cannot be reached before the drill begins.
        OutputError: the record cannot be written.
    """
    refuse_what_cannot_be(ends, plan.replace)
    return run_accepted(plan, ends, control, emit, damage)


def run_accepted(
    plan: DrillPlan, ends: Ends, control: JobControl, emit: Emit, damage: Damage | None = None
) -> DrillOutcome:
    """As `run_drill`, for ends that `refuse_what_cannot_be` has let pass. Raises OutputError."""
    return _Drill(plan, ends, control, emit, damage).run()


class _Drill:
    """One drill under way; what its stages find goes to `found`."""

    def __init__(self, plan: DrillPlan, ends: Ends, control: JobControl, emit: Emit, damage: Damage | None) -> None:
        self.plan, self.ends, self.control, self.damage = plan, ends, control, damage
        self.clocks = read_clocks()
        self.directory = claim_directory(plan.drills, self.clocks.wall, random.SystemRandom())
        self.journal = JsonLines(self.directory / "evidence" / "journal.jsonl")
        self.signals = DrillSignals(plan.signals, control, self.directory, ends.target_collection)
        self.tell, self.emit = emit, RestoreHeard(self.signals.watch(journalled(self.journal, emit)))
        self.found = Findings.before(ends)
        self.steering = Steering(self.clocks.monotonic)
        self.method = method_of(plan, ends, control, self.emit)

    def run(self) -> DrillOutcome:
        self._open_record()
        try:
            with self.signals:
                self.emit(DrillStarted(self.directory.name, str(self.directory)))
                verdict, reason, error = self._stages_to_verdict()
                return self._record(verdict, reason, error)
        finally:
            self.journal.close()

    def _open_record(self) -> None:
        open_drill(
            self.directory,
            name=self.plan.name,
            source=self.found.source,
            target=self.found.target,
            method=self.plan.method,
            objectives=self.plan.objectives,
            started=self.clocks.wall,
            who=self.plan.who,
            origin=self.plan.origin,
            delay_ms_per_point=self.control.delay_ms_per_point,
        )

    def _stages_to_verdict(self) -> tuple[Verdict, str, QdrillError | None]:
        """Run the stages; an error of any of them becomes a verdict, never a lost drill."""
        try:
            start = self._preflight()
            self.signals.before()
            backup = self._backup()
            with self.method.opened(backup):
                self._restore(backup, start)
            verdict, reason = judge(self.found.checks)
        except QdrillError as error:
            left = self._left_behind()
            # What fails while the connections are being cut says nothing about the ends.
            if self.control.cancelled or isinstance(error, Interrupted):
                return self._interrupted(left)
            stage = self.found.last_stage
            self.found.refused = is_refusal(error)
            return verdict_of_error(error, stage), f"{stage}: {error}{left}", error
        return verdict, reason, None

    def _left_behind(self) -> str:
        """Note the target of a restore that broke off; what the reason says of it, empty where there is none."""
        found = self.found
        if found.restored is not None or found.backup is None:
            return ""
        retries = self.control.retries - found.backup.retries
        found.unfinished = self.emit.unfinished(self.ends, found.backup.points, max(0, retries))
        return f"; {words_of(found.unfinished, self.ends.target_address)}" if found.unfinished else ""

    def _interrupted(self, left: str = "") -> tuple[Verdict, str, QdrillError | None]:
        during = f"cancelled during {self.found.last_stage}{left}"
        return "interrupted", during, Interrupted(during)

    @contextmanager
    def _stage(self, stage: StageName) -> Iterator[None]:
        self.emit(StageStarted(stage))
        clock = self.steering.stages[stage] = time.monotonic()
        self.found.stages[stage] = StageTime(stage, None, False)
        good = False
        try:
            yield
            good = True
        finally:
            seconds = time.monotonic() - clock
            self.found.stages[stage] = StageTime(stage, seconds, good)
            self.emit(StageFinished(stage, seconds, good))

    def _check(self, found: Iterable[Check]) -> None:
        for check in found:
            self.found.checks.append(check)
            self.emit(CheckDone(check))

    def _preflight(self) -> Preflight:
        with self._stage("preflight"):
            start = self.found.preflight = look(self.ends)
            self.found.source, self.found.target = start.source, start.target
            if why := one_shard_words(start.info.data, self.ends.target_version):
                self.found.notes.append(why)
                self.emit(Notice("warning", why))
            self._check(questions.source_checks(start.points, start.marks, start.status))
        return start

    def _backup(self) -> BackupResult:
        with self._stage("backup"):
            made = self.found.backup = self.method.back_up()
            self._check(self.method.backup_checks(made))
        return made

    def _restore(self, backup: BackupResult, start: Preflight) -> None:
        """Restore and validate. What the source answers is asked before the clock of the recovery starts."""
        plan, found = self.plan, self.found
        planned: list[PlannedSearch] = []
        if start.has_vectors:
            searches = searches_for(plan.searches, start.info, self.ends.source.name)
            planned = plan_searches(
                searches, self.ends.source, plan.embedders, seed=plan.seed, service=plan.rag_api, emit=self.emit
            )
        answers = ask_all(planned, self.ends.source, self.control)
        field = plan.payload_time_field
        times = self.method.payload_times(field, backup.finished) if field else None
        found.notes += times.notes if times else []
        with self._stage("restore"):
            found.rpa = recovery_point(backup, times, self.clocks, read_clocks())
            found.restored = self.method.restore()
            found.notes += alias_notes(found.restored.result)
            if self.damage is not None:
                self.damage(self.ends.target)
                found.restored_points(count_points(self.ends.target.reader))
            self._check(self.method.restore_checks(found.restored.result))
        with self._stage("validate"):
            self._validate(start, planned, answers)

    def _validate(
        self, start: Preflight, planned: list[PlannedSearch], answers: tuple[Answer | QdrillError, ...]
    ) -> None:
        found, target = self.found, self.ends.target.reader
        assert found.restored is not None
        clock = found.restored.clock
        recovery = wait_until_right(
            planned,
            answers,
            target,
            self.control,
            self.plan.recovery_seconds,
            on_first_right=lambda at: self.emit(MomentReached("searchable", at - clock)),
            min_overlap=self.plan.objectives.min_overlap,
            emit=self.emit,
        )
        self._note_recovery(recovery, clock, start.has_vectors)
        self._check([questions.search_check(found.searches, start.has_vectors)])
        self._check(preflight_checks(planned, target))
        compared = found.compare = self._compare()
        self._moment("verified", time.monotonic() - clock)
        self._check([self.method.compare_check(compared)])
        self._check(questions.settings_check(compared, found.restored.result))
        found.drift = self.method.drift(start.marks)
        self._check(questions.objective_checks(self.plan.objectives, found.rta, found.rpa))
        self._wait_for_optimizer(clock)
        self._check(self.signals.after(found.restored.result.points_expected, self.emit))

    def _compare(self) -> CompareResult:
        differences = JsonLines(self.directory / "evidence" / "differences.jsonl")
        try:
            return self.method.compare(differences)
        finally:
            differences.close()

    def _note_recovery(self, recovery: Recovery, clock: float, has_vectors: bool) -> None:
        found = self.found
        found.searches = recovery.outcomes
        if recovery.searchable is not None:
            found.moment("searchable", recovery.searchable - clock)
        if recovery.validated is not None:
            found.rta = recovery.validated - clock
            self._moment("validated", found.rta)
        elif not has_vectors and found.restored is not None:
            found.rta = found.restored.result.moments.loaded
            found.notes.append("the collection has no vectors: the recovery time ends when all points are loaded")

    def _wait_for_optimizer(self, clock: float) -> None:
        reached, note = wait_for_optimizer(self.ends.target.reader, self.plan.optimize_seconds, self.control, self.emit)
        if reached is not None:
            self._moment("optimized", reached - clock)
        if note:
            self.found.notes.append(note)

    def _moment(self, name: str, seconds: float) -> None:
        self.found.moment(name, seconds)
        self.emit(MomentReached(name, seconds))

    def _record(self, verdict: Verdict, reason: str, error: QdrillError | None) -> DrillOutcome:
        with self._stage("record"):
            self._remove_target()
            metrics = metrics_record(self.signals.finish(self.plan.name, verdict, reason), self.plan.signals)
        if self.control.cancelled and verdict != "interrupted":
            verdict, reason, error = self._interrupted()
        self._journal_steering()
        # The record keeps the journal's digest: nothing may be added to it from here on.
        self.journal.close()
        result = self.found.result(self.plan, self.steering, self.directory.name, self.clocks, verdict, reason, error)
        path = save_drill(self.directory, result, who=self.plan.who, origin=self.plan.origin, metrics=metrics)
        record = load_record(path)
        write_ci_summary(self.plan.ci_summary, record, seed_total=self.found.points_before_backup)
        if self.plan.readme is not None:
            update_backup_signals(self.plan.readme, record, self.plan.run_url or str(path))
        for note in self.signals.publish():
            self.tell(Notice("warning", note))
        self.tell(DrillFinished(verdict, reason, str(path)))
        code = error.exit_code if error is not None else EXIT_CODES[verdict]
        return DrillOutcome(result, path, code)

    def _journal_steering(self) -> None:
        self.steering.steered = self.control.steered
        for line in self.steering.journal():
            self.journal.add({"time": datetime.now(UTC).isoformat(), **line})

    def _remove_target(self) -> None:
        """Take the target away when asked, with the proof that this drill made it."""
        restored = self.found.restored
        if not self.plan.delete_target or restored is None or restored.owned is None:
            return
        try:
            restored.owned.delete()
            self.found.target_removed = True
        except QdrillError as error:
            self.found.notes.append(f"the target could not be deleted: {error}")
