"""Evidence from outside during one drill: asked before and after the restore, put down at the end.

Nothing here can fail a drill: what does not answer becomes a check or a note. Only a cancelled drill ends early.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from qdrill.config_services import MetricsConfig, QueryConfig
from qdrill.control import JobControl
from qdrill.errors import Interrupted, QdrillError, SignalError, UsageError
from qdrill.events import Emit, Event, Notice, StageFinished, ignore
from qdrill.language import language
from qdrill.results import Check, Verdict
from qdrill.signals.checks import signal_checks
from qdrill.signals.exporter import DrillExporter
from qdrill.signals.model import EndpointReading, Exposition, QueryAnswer
from qdrill.signals.own_endpoint import NOT_THIS_DRILL, is_own
from qdrill.signals.plan import SignalPlan
from qdrill.signals.throughput import Throughput

Reading = Exposition | SignalError


@dataclass(slots=True)
class Collected:
    """What was found so far.

    Attributes:
        files: of the answers of Prometheus, in the drill's directory, in their order.
        read: of what the endpoints said, likewise.
        grafana: link to the panel. picture: of the metrics, a path in the drill's directory.
    """

    readings: tuple[EndpointReading, ...] = ()
    answers: tuple[QueryAnswer, ...] = ()
    files: tuple[str, ...] = ()
    read: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()
    grafana: str | None = None
    annotation: int | None = None
    picture: str | None = None
    notes: list[str] = field(default_factory=list)


class DrillSignals:
    """The signals of one drill. A context manager: inside it, qdrill's own metrics are served where asked for.

    Args:
        directory: the drill's own. collection: name of the target, as metrics are labelled.
    """

    def __init__(self, plan: SignalPlan, control: JobControl, directory: Path, collection: str) -> None:
        self._plan, self._control, self._directory, self._collection = plan, control, directory, collection
        self._throughput = Throughput()
        self._exporter = DrillExporter(plan.exporter, directory.parent, collection, control)
        self._before: dict[str, Reading] = {}
        self._after: dict[str, Reading] = {}
        self._started = self._restored = datetime.now(UTC)
        self._tell: Emit = ignore
        self._grafana_hangs = False
        self.found = Collected()

    def __enter__(self) -> Self:
        if note := self._exporter.start():
            self.found.notes.append(note)
            self._tell(Notice("warning", note))
        return self

    def __exit__(self, *error: object) -> None:
        self._exporter.close()

    def watch(self, emit: Emit) -> Emit:
        """A sink that hears the drill's events and passes them on."""
        inner = self._tell = self._throughput.watch(self._exporter.watch(emit))

        def heard(event: Event) -> None:
            if isinstance(event, StageFinished) and event.stage == "restore":
                self._restored = datetime.now(UTC)
            inner(event)

        return heard

    def before(self) -> None:
        """Read every endpoint, before the backup: what hangs here ages no backup. Raises Interrupted."""
        with self._guarded("reading the metrics endpoints"):
            self._before = self._read(self._plan.endpoints)

    def after(self, expected: int | None, emit: Emit) -> tuple[Check, ...]:
        """Read every endpoint again, ask Prometheus, and judge.

        Args:
            expected: rows that the target must hold. emit: told where this waits for a scrape.

        Raises:
            Interrupted: cancelled.
        """
        found, plan = self.found, self._plan
        with self._guarded("reading the metrics endpoints"):
            found.readings = self._compare()
        with self._guarded("asking Prometheus"):
            found.answers = self._ask_prometheus(lambda text: emit(Notice("info", text)))
        found.checks = tuple(
            signal_checks(found.readings, found.answers, plan.expects, plan.method, self._collection, expected)
        )
        return found.checks

    def finish(self, name: str, verdict: Verdict, reason: str) -> Collected:
        """Annotate, link and draw at the drill's end. Raises OutputError: evidence cannot be written."""
        from qdrill.signals.exposition_evidence import write_readings
        from qdrill.signals.prometheus_evidence import write_answers

        found, ended = self.found, datetime.now(UTC)
        if self._before:
            names = [one.name for one in self._plan.endpoints]
            found.read = write_readings(self._directory, names, self._before, self._after)
        found.files = write_answers(self._directory, found.answers)
        with self._guarded("the annotation"):
            try:
                self._annotate(name, verdict, reason, ended)
            except Interrupted:
                found.notes.append("cancelled before Grafana had the annotation")
        with self._guarded("the picture of the metrics"):
            self._draw(name, ended)
        return found

    def _draw(self, name: str, ended: datetime) -> None:
        from qdrill.signals.picture import metrics_picture

        self.found.picture, note = metrics_picture(
            self._directory,
            None if self._grafana_hangs else self._plan.grafana,
            self._plan.environ,
            self._control,
            self._started,
            ended,
            self._collection,
            self._throughput,
            self.found.answers,
            name,
            language(self._plan.environ),
        )
        self._note(note)

    @contextmanager
    def _guarded(self, what: str) -> Iterator[None]:
        """A fault of our own in what is only evidence may not cost a drill its record: it becomes a note."""
        try:
            yield
        except QdrillError:
            raise
        except Exception as error:  # noqa: BLE001 - see above
            self.found.notes.append(f"{what} broke ({type(error).__name__}); please report it")

    def publish(self) -> tuple[str, ...]:
        """Hand qdrill's own metrics on, after the record is saved; what failed, a line each."""
        noted = len(self.found.notes)
        failed: tuple[str, ...] = ()
        with self._guarded("handing on qdrill's own metrics"):
            failed = self._exporter.finish()
        return (*failed, *self.found.notes[noted:])

    def _note(self, note: str) -> None:
        if note:
            self.found.notes.append(note)

    def _annotate(self, name: str, verdict: Verdict, reason: str, ended: datetime) -> None:
        config = self._plan.grafana
        if config is None:
            return
        from qdrill.signals.grafana import annotate, panel_link

        self.found.grafana = panel_link(config, self._started, ended, self._collection)
        if not config.annotate:
            return
        began = time.monotonic()
        self.found.annotation, note = annotate(
            config,
            self._plan.environ,
            self._control,
            drill_id=self._directory.name,
            name=name,
            verdict=verdict,
            reason=reason,
            start=self._started,
            end=ended,
        )
        self._note(note)
        # One that hangs costs its timeout once: it is not asked for a picture then.
        self._grafana_hangs = time.monotonic() - began >= config.timeout_seconds

    def _read(self, endpoints: Sequence[MetricsConfig]) -> dict[str, Reading]:
        """Every endpoint at once, so that slow ones cost their longest timeout and not the sum."""
        if not endpoints:
            return {}
        with ThreadPoolExecutor(max_workers=min(8, len(endpoints))) as pool:
            return dict(zip((one.name for one in endpoints), pool.map(self._read_one, endpoints), strict=True))

    def _read_one(self, endpoint: MetricsConfig) -> Reading:
        from qdrill.signals.exposition import read

        try:
            return read(endpoint, self._plan.environ, self._control)
        except SignalError as error:
            return error
        except UsageError as error:
            return SignalError(str(error))

    def _compare(self) -> tuple[EndpointReading, ...]:
        from qdrill.signals.change import compare

        # What could not be read before proves nothing afterwards, and is not waited for again.
        readable = [one for one in self._plan.endpoints if isinstance(self._before.get(one.name), Exposition)]
        later = self._after = self._read(readable)
        never = SignalError("it was not read before the restore")

        def of(one: MetricsConfig) -> EndpointReading:
            own = is_own(one, self._plan.exporter)
            before = self._before.get(one.name, never)
            if one.name not in later:
                return replace(_unreadable(one, str(before)), own=own)
            reading = compare(before, later[one.name], one.url)
            if own and not self._exporter.serving and reading.state != "unreadable":
                return EndpointReading(one.name, one.url, "absent", NOT_THIS_DRILL, own=True)
            return replace(reading, own=own)

        return tuple(map(of, self._plan.endpoints))

    def _ask_prometheus(self, tell: Callable[[str], None]) -> tuple[QueryAnswer, ...]:
        config = self._plan.prometheus
        if config is None:
            return ()
        from qdrill.signals.window import ask_drill

        ended = datetime.now(UTC)
        window = self._started, self._restored, ended
        return ask_drill(config, self._plan.environ, self._control, self._queries(), window, tell)

    def _queries(self) -> tuple[QueryConfig, ...]:
        """The default queries, then the drill's own; of one name, the drill's."""
        from qdrill.signals.promql import default_queries

        own = {one.name for one in self._plan.queries}
        return (*(one for one in default_queries(self._collection) if one.name not in own), *self._plan.queries)


def _unreadable(endpoint: MetricsConfig, why: str) -> EndpointReading:
    return EndpointReading(endpoint.name, endpoint.url, "unreadable", why)
