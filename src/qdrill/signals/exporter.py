"""qdrill's own exporter: a registry over the drill records and a running drill, and the ways out of it.

prometheus_client is imported only when there is something to export.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qdrill.config_services import ExporterConfig
from qdrill.control import JobControl
from qdrill.errors import ArchiveError, QdrillError
from qdrill.events import Emit
from qdrill.files import refuse_foreign, write_whole
from qdrill.signals.own_live import LiveDrill
from qdrill.signals.own_metrics import DrillFacts, OwnMetrics, summarise
from qdrill.signals.own_records import DrillLedger

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry
    from prometheus_client.metrics_core import Metric

    from qdrill.signals.exporter_http import Server

_METRICS = re.compile(rb"# (?:HELP|TYPE) ")
PUSH_SECONDS = 5.0
"""How long a Pushgateway may take in all."""


class DrillCollector:
    """Collects the metrics of the records, and of `live` where a drill runs; thread-safe.

    A scrape reads the records that changed since the last one. Where the directory cannot be listed, nothing of it
    is exported: the alert for a missing success is there for that.
    """

    def __init__(self, ledger: DrillLedger, live: LiveDrill | None = None) -> None:
        self._ledger, self._live = ledger, live
        self._last: tuple[tuple[DrillFacts, ...], OwnMetrics] | None = None

    def metrics(self) -> OwnMetrics | None:
        """The metrics now; None where the records cannot be looked at."""
        try:
            facts = self._ledger.facts()
        except ArchiveError:
            return None
        if self._live is not None:
            return summarise(self._live.added_to(facts))
        last = self._last
        if last is None or last[0] is not facts:
            last = self._last = facts, summarise(facts)
        return last[1]

    def collect(self) -> Iterable[Metric]:
        """The families of prometheus_client."""
        from qdrill.signals.own_families import families

        found = self.metrics()
        return () if found is None else families(found)

    def describe(self) -> Iterable[Metric]:
        """Their names, without reading a record."""
        from qdrill.signals.own_families import NOTHING, families

        return families(NOTHING)


def open_registry(ledger: DrillLedger, live: LiveDrill | None = None, *, process: bool = True) -> CollectorRegistry:
    """A registry of qdrill's own metrics.

    Args:
        process: whether it tells about this process too (`process_start_time_seconds` and others): right for what is
            scraped, wrong for a file or a gateway that outlives it, and a clash with node_exporter's own names.
    """
    from prometheus_client import CollectorRegistry, ProcessCollector

    registry = CollectorRegistry()
    registry.register(DrillCollector(ledger, live))
    if process:
        ProcessCollector(registry=registry)
    return registry


def exposition(registry: CollectorRegistry) -> bytes:
    """The registry in Prometheus's text format, UTF-8."""
    from prometheus_client import generate_latest

    return generate_latest(registry)


def serve(listen: str, registry: CollectorRegistry) -> Server:
    """Serve `registry` at `listen` (HOST:PORT; port 0 takes a free one) until the server is closed.

    Raises:
        UsageError: `listen` is none, or its port is in use or cannot be listened on.
    """
    from qdrill.signals.exporter_http import listen_on

    return listen_on(listen, registry)


def write_textfile(path: Path, registry: CollectorRegistry) -> None:
    """Write `registry` to `path` for node_exporter's textfile collector, in one step.

    node_exporter reads only names that end in `.prom`.

    Raises:
        OutputError: it cannot be written, or what stands there is no file of metrics.
    """
    refuse_foreign(path, _METRICS, "file of metrics")
    write_whole(path, exposition(registry))


def push(
    url: str, registry: CollectorRegistry, timeout: float = PUSH_SECONDS, control: JobControl | None = None
) -> None:
    """Replace what the Pushgateway at `url` holds of this job (`qdrill`) and instance (this host).

    Args:
        timeout: seconds in all, whatever the other side does.
        control: once it is cancelled, one second is all there is.

    Raises:
        SignalError: it did not take the metrics.
    """
    from qdrill.signals.exporter_push import push_to

    push_to(url, registry, timeout, control)


class DrillExporter:
    """The exporter around one drill: serves while it runs, writes and pushes when its record is saved.

    Nothing of it can fail a drill: what goes wrong is a note.

    Args:
        config: `[exporter]`.
        drills: directory of the records.
        collection: name of the collection restored into.
        control: of the drill.
    """

    def __init__(self, config: ExporterConfig, drills: Path, collection: str, control: JobControl) -> None:
        self._config, self._control = config, control
        self._ledger = DrillLedger(drills)
        self._live = LiveDrill(collection)
        self._server: Server | None = None

    def watch(self, emit: Emit) -> Emit:
        """The sink to give to the drill: it listens, and hands every event on to `emit`."""
        if not self._wanted():
            return emit
        return self._live.watch(emit)

    @property
    def serving(self) -> bool:
        """Whether the metrics of this drill can be read."""
        return self._server is not None

    def _wanted(self) -> bool:
        config = self._config
        return config.during_drills or config.textfile is not None or config.pushgateway is not None

    def start(self) -> str:
        """Serve where the configuration says so; why that failed, else empty.

        The records so far are read here, so that no scrape takes the time for it from the drill.
        """
        if not self._config.during_drills:
            return ""
        return _note("the metrics of this drill are not served", self._serve)

    def _serve(self) -> None:
        with suppress(ArchiveError):
            self._ledger.facts()
        self._server = serve(self._config.listen, open_registry(self._ledger, self._live))

    def finish(self) -> tuple[str, ...]:
        """Write the textfile and push, where configured, once the record is saved; what failed, a line each."""
        textfile, gateway = self._config.textfile, self._config.pushgateway
        notes = []
        if textfile is not None:
            notes.append(_note("the metrics file was not written", lambda: write_textfile(textfile, self._lasting())))
        if gateway is not None:
            notes.append(
                _note("the metrics were not pushed", lambda: push(gateway, self._lasting(), control=self._control))
            )
        return tuple(note for note in notes if note)

    def _lasting(self) -> CollectorRegistry:
        return open_registry(self._ledger, self._live, process=False)

    def close(self) -> None:
        """Serve no more."""
        server, self._server = self._server, None
        if server is not None:
            _note("", server.close)


def _note(what: str, work: Callable[[], Any]) -> str:
    """Do `work`; empty, or `what` went wrong and why."""
    try:
        work()
    except QdrillError as error:
        return f"{what}: {error}"
    except Exception as error:  # noqa: BLE001 - metrics must not fail a drill, whatever happens to them
        return f"{what}: internal error {type(error).__name__}"
    return ""
