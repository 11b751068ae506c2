"""An engine in memory that does what a test says: the console's other side, without stores."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from qdrill.browse.detail import CollectionDetail, SamplePage
from qdrill.browse.overview import CollectionSummary
from qdrill.config_model import Config, DrillConfig, StoreConfig
from qdrill.control import JobControl
from qdrill.drill.point_versions import PointVersions
from qdrill.drill.runner import DrillOutcome
from qdrill.drill.search_plan import SearchSpec
from qdrill.drill.verify import Verification
from qdrill.errors import ExitCode, Interrupted, NotFound
from qdrill.events import DrillFinished, DrillStarted, Emit
from qdrill.results import BackupResult, DrillResult, Level, PointId, RestoreResult, SearchOutcome
from qdrill.rows.preview import PointRow
from tests.console.support import samples
from tests.console.support.script import LONGEST, Script, Step
from tests.console.support.scripted_metrics import ScriptedMetrics
from tests.console.support.scripted_records import ScriptedRecords

Key = TypeVar("Key")
Found = TypeVar("Found")
DRILL_ID = "20261122T151107Z-7f3a"


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the engine: its method, and the arguments that were given, by name."""

    method: str
    given: dict[str, Any]


class ScriptedEngine(ScriptedRecords, ScriptedMetrics):
    """`console.engine.Engine` in memory. What it answers stands in its attributes; change them as a test needs.

    Attributes:
        summaries: what `overview` tells, filtered by the stores asked for.
        details, points, versions: by address, and by point id.
        outcomes: answers of `ask`. verification: answer of `verify`.
        existing: addresses at which something is.
        unfinished: names of the drills whose backup was broken off.
        result: what a drill comes to; None is a sample.
        scripts: what the jobs play: "drill", "back_up", "restore", "verify".
        calls: every call, in order.
    """

    def __init__(self, artifacts: Path, config: Config | None = None) -> None:
        ScriptedRecords.__init__(self)
        ScriptedMetrics.__init__(self)
        self.config = config or samples.config(artifacts)
        self.summaries: list[CollectionSummary] = [samples.summary()]
        self.details: dict[str, CollectionDetail] = {samples.SOURCE: samples.detail()}
        self.points: dict[str, Sequence[PointRow]] = {samples.SOURCE: [samples.point(at) for at in range(1, 26)]}
        self.versions: dict[PointId, PointVersions] = {}
        self.outcomes: tuple[SearchOutcome, ...] = (samples.outcome(),)
        self.verification = samples.verification()
        self.existing: set[str] = {samples.SOURCE}
        self.unfinished: set[str] = set()
        self.planned: tuple[tuple[str, str], ...] = (("drill", "nightly"), ("backup", "write it"))
        self.scripts = {name: Script() for name in ("drill", "back_up", "restore", "verify")}
        self.scripts["drill"].steps = samples.drill_events()
        self.calls: list[Call] = []
        self.extra: tuple[StoreConfig, ...] = ()
        self.kept_archives: tuple[Path, ...] = ()
        self.result: DrillResult | None = None
        self._errors: dict[str, BaseException] = {}
        self._gates: dict[str, threading.Event] = {}
        self._lock = threading.Lock()

    # ------------------------------------------------------------------ for tests

    def script(self, *steps: Step, job: str = "drill") -> Script:
        """Have the next job of that kind play `steps`."""
        self.scripts[job] = Script(steps)
        return self.scripts[job]

    def release(self, holds: int = 1, job: str = "drill") -> None:
        """Let the job go past `holds` holds."""
        self.scripts[job].release(holds)

    def fail(self, method: str, error: BaseException) -> None:
        """Have `method` raise `error` until `mend`."""
        self._errors[method] = error

    def slow(self, method: str) -> threading.Event:
        """Have `method` wait until the event returned is set."""
        return self._gates.setdefault(method, threading.Event())

    def mend(self, method: str) -> None:
        """Have `method` answer again, and let those that wait for it go."""
        self._errors.pop(method, None)
        if gate := self._gates.pop(method, None):
            gate.set()

    def let_go(self) -> None:
        """Let everything go that waits: the end of a test."""
        for method in list(self._gates):
            self.mend(method)
        for script in self.scripts.values():
            script.release(1000)

    def called(self, method: str) -> list[dict[str, Any]]:
        """Arguments of the calls of `method`, in order."""
        with self._lock:
            return [call.given for call in self.calls if call.method == method]

    def _enter(self, method: str, **given: Any) -> None:
        with self._lock:
            self.calls.append(Call(method, given))
        if (gate := self._gates.get(method)) and not gate.wait(LONGEST):
            raise AssertionError(f"{method} was not let go within {LONGEST:.0f} s")
        if error := self._errors.get(method):
            raise error

    # ------------------------------------------------------------------ the engine

    @property
    def drills(self) -> Path:
        """Directory of the drills' records."""
        return self.config.artifacts / "drills"

    def stores(self) -> tuple[StoreConfig, ...]:
        """The stores of the configuration, and those added."""
        return tuple(self.config.stores.values()) + self.extra

    def add_store(self, address: str) -> StoreConfig:
        """Show the store of an address too."""
        self._enter("add_store", address=address)
        made = samples.store(address.partition("/")[0])
        self.extra += (made,)
        return made

    def reload(self) -> None:
        """Note that it was asked to read drills.toml again."""
        self._enter("reload")

    def archives(self) -> tuple[Path, ...]:
        """The archives of `kept_archives`."""
        self._enter("archives")
        return self.kept_archives

    def dry_run(self, drill: DrillConfig, replace: str | None) -> tuple[tuple[str, str], ...]:
        """What the drill would do."""
        self._enter("dry_run", drill=drill, replace=replace)
        return self.planned

    def target_exists(self, address: str) -> bool:
        """Whether something is at `address`."""
        self._enter("target_exists", address=address)
        return address in self.existing

    def unfinished_backup(self, drill: DrillConfig) -> bool:
        """Whether `unfinished` names the drill."""
        self._enter("unfinished_backup", drill=drill)
        return drill.name in self.unfinished

    def drill(
        self, drill: DrillConfig, replace: str | None, control: JobControl, emit: Emit, *, resume: bool = False
    ) -> DrillOutcome:
        """Play the script of a drill. As the engine does, a drill that is cancelled ends with a record of that."""
        self._enter("drill", drill=drill, replace=replace, resume=resume)
        directory = self.drills / DRILL_ID
        (directory / "evidence").mkdir(parents=True, exist_ok=True)
        emit(DrillStarted(directory.name, str(directory)))
        try:
            self.scripts["drill"].play(control, emit)
        except Interrupted:
            emit(DrillFinished("interrupted", "cancelled during restore", str(directory / "drill.toml")))
            return self._ended(directory, "interrupted", ExitCode.INTERRUPTED)
        return self._ended(directory, "pass", ExitCode.PASSED)

    def _ended(self, directory: Path, verdict: Any, code: ExitCode) -> DrillOutcome:
        finished = [one for one in self.scripts["drill"].steps if isinstance(one, DrillFinished)]
        if finished and code is ExitCode.PASSED:
            verdict = finished[-1].verdict
        result = replace(self.result or samples.drill_result(verdict), id=directory.name, verdict=verdict)
        self.records = {directory: samples.record(verdict, id=directory.name), **self.records}
        return DrillOutcome(result, directory / "drill.toml", code)

    def back_up(self, source: str, archive: Path | None, control: JobControl, emit: Emit) -> BackupResult:
        """Play the script of a backup."""
        self._enter("back_up", source=source, archive=archive)
        self.scripts["back_up"].play(control, emit)
        return samples.backup_result(archive or self.config.artifacts / "metrics" / "backup.json")

    def restore(
        self, archive: Path, target: str, replace: str | None, control: JobControl, emit: Emit
    ) -> RestoreResult:
        """Play the script of a restore."""
        self._enter("restore", archive=archive, target=target, replace=replace)
        self.scripts["restore"].play(control, emit)
        return samples.restore_result()

    def verify(
        self, left: str, right: str, level: Level, searches: int, control: JobControl, emit: Emit
    ) -> Verification:
        """Play the script of a comparison."""
        self._enter("verify", left=left, right=right, level=level, searches=searches)
        self.scripts["verify"].play(control, emit)
        return replace(self.verification, left=left, right=right)

    def overview(self, stores: Sequence[StoreConfig]) -> Iterator[CollectionSummary]:
        """The summaries of these stores."""
        self._enter("overview", stores=tuple(stores))
        wanted = {one.label for one in stores} | {one.name for one in stores}
        yield from [one for one in self.summaries if one.store in wanted]

    def detail(self, address: str) -> CollectionDetail:
        """A collection in detail."""
        self._enter("detail", address=address)
        return self._found(self.details, address)

    def sample(self, address: str, start: PointId | None, limit: int) -> SamplePage:
        """A page of points."""
        self._enter("sample", address=address, start=start, limit=limit)
        return samples.page(self._found(self.points, address), start, limit)

    def ask(self, spec: SearchSpec, source: str, target: str | None) -> tuple[SearchOutcome, ...]:
        """The answers."""
        self._enter("ask", spec=spec, source=source, target=target)
        return self.outcomes

    def point_versions(self, left: str, right: str, point: PointId) -> PointVersions:
        """Both versions of a point."""
        self._enter("point_versions", left=left, right=right, point=point)
        return self.versions.get(point) or samples.versions(point)

    def close(self) -> None:
        """Note that it was closed."""
        self._enter("close")

    def _found(self, among: Mapping[Key, Found], key: Key) -> Found:
        if key not in among:
            raise NotFound(f"there is no collection {key}; see qdrill collections")
        return among[key]
