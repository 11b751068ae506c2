"""A drill of 100,000 points as it goes, second by second: what the goldens and hostile tests watch.

The checks and the verdict are those that the engine's own functions find in the made-up results.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from qdrill.control import JobControl
from qdrill.drill import checks
from qdrill.drill.recovery_point import RecoveryPoint
from qdrill.drill.verdict import judge
from qdrill.events import (
    CheckDone,
    DrillFinished,
    Emit,
    Event,
    MomentReached,
    Notice,
    Progress,
    RequestDone,
    Retrying,
    StageFinished,
    StageStarted,
)
from qdrill.results import Check, Difference, Drift, DrillResult, Moments, Rejected, SearchOutcome
from tests.console.support import samples
from tests.console.support.clock import FakeClock
from tests.console.support.script import Step
from tests.records.samples import passed

POINTS = 100_000
BYTES = 504_000_000
LOST = (17, 4_711, 88_205)
REFUSED = "Wrong input: Vector dimension error: expected dim: 384, got 383"


def result(verdict: str = "pass") -> DrillResult:
    """A drill that passed, that lost three points (`fail`), or whose searches never ran (`inconclusive`)."""
    made = passed()
    backup, restore, compare = made.backup, made.restore, made.compare
    assert backup is not None and restore is not None and compare is not None
    if verdict == "fail":
        rejected = tuple(Rejected(point, REFUSED) for point in LOST)
        restore = replace(restore, points_restored=POINTS - 3, rejected=rejected, rejected_total=3)
        differences = tuple(Difference(point, "missing", "not in the target") for point in LOST)
        compare = replace(
            compare, verdict="fail", equal=POINTS - 3, missing=3, right_points=POINTS - 3, differences=differences
        )
        restore = replace(restore, moments=Moments(0.052, 2.9, 3.1, None, 5.2, None))
        made = replace(made, searches=(*made.searches, _wrong_search()), rta_seconds=None)
    elif verdict == "inconclusive":
        made = replace(made, searches=(), rta_seconds=None)
        restore = replace(restore, moments=Moments(0.052, 2.9, None, None, 5.2, None))
    backup = replace(backup, writer_detail="operation numbers and counts are the same before and after")
    made = replace(made, backup=backup, restore=restore, compare=compare)
    found = tuple(checks_of(made))
    judged, reason = judge(found)
    assert judged == verdict
    return replace(made, checks=found, verdict=judged, reason=reason)


def _wrong_search() -> SearchOutcome:
    ours, theirs = samples.hits(0.5698, 0.4824, 0.3923), samples.hits(0.4824, 0.3923, first=2)
    reason = "2 of 3 hits of the source found in the target, overlap 1 needed; lost 1"
    made = samples.outcome(name="random point 17", kind="random", state="fail", reason=reason, same_order=False)
    return replace(made, source_hits=ours, target_hits=theirs, overlap=2 / 3)


def checks_of(made: DrillResult) -> Iterator[Check]:
    """The checks of a result, in the order in which the engine finds them."""
    assert made.backup is not None and made.restore is not None and made.compare is not None
    yield from checks.source_checks(POINTS, None, "green")
    yield from checks.backup_checks(made.backup)
    yield from checks.restore_checks(made.restore)
    yield checks.compare_check(made.compare)
    yield checks.search_check(made.searches, searchable=True)
    yield from checks.objective_checks(made.objectives, made.rta_seconds, RecoveryPoint(made.rpa_seconds))


class Story:
    """Steps of a script that move the clock themselves, so that every look at the console shows the same."""

    def __init__(self, clock: FakeClock, verdict: str = "pass") -> None:
        self.clock = clock
        self.made = result(verdict)
        self._rejected = self.made.restore.rejected_total if self.made.restore else 0
        self._checks = {check.name: check for check in self.made.checks}

    def after(self, seconds: float, *events: Event) -> Step:
        """These events, so many seconds later."""

        def step(_control: JobControl, emit: Emit) -> None:
            self.clock.advance(seconds)
            for event in events:
                emit(event)

        return step

    def to_the_restore(self) -> tuple[Step, ...]:
        """Preflight, and a backup that had to ask for one page twice."""
        return (
            self.after(0.0, StageStarted("preflight"), _asked("GET", "", 8.2)),
            self.after(0.2, *self._told("source_has_points", "source_status"), StageFinished("preflight", 0.2, True)),
            self.after(0.0, StageStarted("backup"), Progress("backup", "ids", POINTS, None)),
            *(self.after(0.5, *_moved("backup", at)) for at in range(0, 9, 2)),
            self.after(0.1, Retrying("page 4,001", 1, 0.5, "local timed out after 10 s")),
            self.after(0.1, *self._told("backup_complete", "writer_during_backup"), StageFinished("backup", 1.8, True)),
        )

    def to_the_middle(self) -> tuple[Step, ...]:
        """On to three quarters of the restore."""
        created = (StageStarted("restore"), _asked("PUT", "_restored", 51.6), MomentReached("created", 0.052))
        return (
            *self.to_the_restore(),
            self.after(0.1, *created),
            *(self.after(0.5, *_moved("restore", at, self._rejected)) for at in range(7)),
        )

    def to_the_end(self) -> tuple[Step, ...]:
        """From there to the record."""
        moments = self.made.restore.moments if self.made.restore else Moments()
        right = [MomentReached("searchable", moments.searchable)] if moments.searchable else []
        if self.made.rta_seconds is not None:
            right.append(MomentReached("validated", self.made.rta_seconds))
        restored = self._told("points_restored", "rows_accepted", "configuration")
        judged = self._told("points_compared", "sample_searches", "rto", "rpo")
        return (
            self.after(0.5, *_moved("restore", 8, self._rejected), MomentReached("loaded", 2.9), *restored),
            self.after(0.1, StageFinished("restore", 2.9, True), StageStarted("validate"), *right),
            self.after(1.6, MomentReached("verified", 5.2), Notice("info", "the optimizer is not done yet"), *judged),
            self.after(0.0, StageFinished("validate", 0.7, True), StageStarted("record")),
            self.after(0.1, StageFinished("record", 0.1, True)),
            DrillFinished(self.made.verdict, self.made.reason, "drill.toml"),
        )

    def whole(self) -> tuple[Step, ...]:
        """All of it."""
        return (*self.to_the_middle(), *self.to_the_end())

    def _told(self, *names: str) -> list[Event]:
        return [CheckDone(self._checks[name]) for name in names]


def _moved(job: str, eighths: int, rejected: int = 0) -> Iterator[Event]:
    """A request, and how far that brought it."""
    method, end = ("POST", "/points/scroll") if job == "backup" else ("PUT", "_restored/points?wait=true")
    if eighths:
        yield _asked(method, end, 31.4 + eighths, "800 points")
    done, batches = POINTS * eighths // 8, 156 * eighths // 8 if job == "restore" else 0
    size = BYTES * eighths // 8
    yield Progress(job, "points", done, POINTS, size, BYTES, rejected=rejected, batches=batches)  # type: ignore[arg-type]


def _asked(method: str, end: str, milliseconds: float, detail: str = "") -> RequestDone:
    path = f"/collections/default_collection{end}"
    return samples.request(path, method=method, milliseconds=milliseconds, detail=detail, body="")


def cut_off() -> DrillResult:
    """What a drill comes to that was cancelled in its restore."""
    made = result()
    gone = replace(made, checks=made.checks[:4], compare=None, searches=(), restore=None, drift=Drift())
    reason = "cancelled during restore"
    return replace(gone, verdict="interrupted", rta_seconds=None, rpa_seconds=None, reason=reason, error=reason)
