"""`qdrill export-metrics`: qdrill's own metrics, for Prometheus, a textfile collector or a Pushgateway."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qdrill.cli import output
from qdrill.cli.options import pass_app_for_screen, shared_options
from qdrill.cli.paths import rendered_file
from qdrill.errors import ArchiveError, ExitCode, Interrupted, QdrillError, UsageError
from qdrill.names import terminal_text

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

    from qdrill.cli.context import AppContext
    from qdrill.signals.exporter_http import Server
    from qdrill.signals.own_metrics import DrillFacts
    from qdrill.signals.own_records import DrillLedger

_LOOK_SECONDS = 15.0


@click.command()
@click.option("--listen", metavar="HOST:PORT", help="Where to serve (default: [exporter] listen, 127.0.0.1:9755).")
@click.option("--textfile", type=rendered_file, metavar="FILE", help="Write them to FILE (*.prom) as well.")
@click.option("--push", "gateway", metavar="URL", help="Push them to this Pushgateway as well.")
@click.option("--once", is_flag=True, help="Do not serve: write and push once, or print them.")
@shared_options
@pass_app_for_screen
def export_metrics(
    app: AppContext, *, listen: str | None, textfile: Path | None, gateway: str | None, once: bool
) -> int:
    """Serve qdrill's own metrics, read from the drill records, until Ctrl-C.

    With --textfile or --push they are also written or pushed: now, and again
    whenever a record changes. With --once nothing is served; alone, it prints
    the metrics.
    """
    from qdrill.cli.signals import on_interrupt
    from qdrill.signals.own_records import DrillLedger

    if once and listen is not None:
        raise UsageError("--once serves nothing; leave out --listen, or --once")
    ledger = DrillLedger(app.config.artifacts / "drills")
    _look_at_name(app, textfile)
    outlet = _Outlet(app, ledger, textfile, _gateway_url(gateway))
    on_interrupt(app.control.cancel)
    if once:
        return _once(app, ledger, outlet)
    try:
        _serve(app, ledger, outlet, listen or app.config.exporter.listen)
    except Interrupted:
        # It was asked to end, and did: for a service that is no failure.
        return ExitCode.PASSED
    return ExitCode.PASSED


class _Outlet:
    """The file and the gateway that are asked for, where there are any."""

    def __init__(self, app: AppContext, ledger: DrillLedger, textfile: Path | None, gateway: str | None) -> None:
        self.app, self.ledger, self.textfile, self.gateway = app, ledger, textfile, gateway
        self._warned = ""

    @property
    def wanted(self) -> bool:
        """Whether there is one."""
        return self.textfile is not None or self.gateway is not None

    def deliver(self) -> None:
        """Write and push; raises OutputError, SignalError."""
        from qdrill.signals.exporter import open_registry, push, write_textfile

        registry = open_registry(self.ledger, process=False)
        if self.textfile is not None:
            write_textfile(self.textfile, registry)
        if self.gateway is not None:
            push(self.gateway, registry, control=self.app.control)

    def try_to_deliver(self) -> bool:
        """The same while serving goes on: what fails is a warning, said once until another thing fails."""
        try:
            self.deliver()
        except QdrillError as error:
            if str(error) != self._warned:
                self.app.warn(str(error))
            self._warned = str(error)
            return False
        self._warned = ""
        return True


def _look_at_name(app: AppContext, textfile: Path | None) -> None:
    if textfile is not None and textfile.suffix != ".prom":
        app.warn(f"node_exporter reads only files that end in .prom, not {terminal_text(str(textfile))}")


def _gateway_url(written: str | None) -> str | None:
    from qdrill.urls import BadUrl, service_url

    try:
        return None if written is None else service_url(written)
    except BadUrl as error:
        raise UsageError(f"--push {error}") from None


def _once(app: AppContext, ledger: DrillLedger, outlet: _Outlet) -> int:
    from qdrill.signals.exporter import open_registry

    ledger.facts()  # a directory that cannot be listed is an error here, not an empty answer
    if not outlet.wanted:
        _show(app, open_registry(ledger, process=False))
        return ExitCode.PASSED
    outlet.deliver()
    if app.json:
        output.emit_json({"textfile": outlet.textfile, "pushgateway": outlet.gateway})
    return ExitCode.PASSED


def _show(app: AppContext, registry: CollectorRegistry) -> None:
    """Print the exposition; what a terminal would obey is escaped on a terminal alone."""
    from qdrill.signals.exporter import exposition

    if app.json:
        samples = [one for family in registry.collect() for one in family.samples]
        output.emit_json([{"name": one.name, "labels": one.labels, "value": one.value} for one in samples])
        return
    lines = exposition(registry).decode("utf-8").removesuffix("\n").split("\n")
    shown = map(terminal_text, lines) if sys.stdout.isatty() else lines
    output.write("\n".join(shown))


def _serve(app: AppContext, ledger: DrillLedger, outlet: _Outlet, listen: str) -> None:
    """Until somebody interrupts: raises Interrupted then. Raises UsageError where it cannot listen."""
    from qdrill.signals.exporter import open_registry, serve

    server = serve(listen, open_registry(ledger))
    try:
        facts = ledger.facts()
        _say_where(app, ledger, server, len(facts))
        delivered = not outlet.wanted or outlet.try_to_deliver()
        while True:
            app.control.sleep(_LOOK_SECONDS)
            before, facts = facts, _facts_now(ledger, facts)
            if outlet.wanted and (not delivered or facts is not before):
                delivered = outlet.try_to_deliver()
    finally:
        server.close()


def _facts_now(ledger: DrillLedger, before: tuple[DrillFacts, ...]) -> tuple[DrillFacts, ...]:
    """What the records say now; as `before` where they cannot be looked at, which may pass and ends no service."""
    try:
        return ledger.facts()
    except ArchiveError:
        return before


def _say_where(app: AppContext, ledger: DrillLedger, server: Server, records: int) -> None:
    from qdrill import units

    found = units.plural(records, "drill record", "drill records")
    app.note(f"metrics at {server.url}, of {found} in {terminal_text(str(ledger.drills))}; Ctrl-C ends it")
    if not server.loopback:
        app.warn("it has no login: whoever can reach this address can read the names and numbers of every drill")
    if app.json:
        output.emit_json({"url": server.url})
