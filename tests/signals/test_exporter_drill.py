"""The exporter around a drill: what it shows meanwhile, and that nothing of it can fail the drill."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from qdrill.config_services import ExporterConfig
from qdrill.control import JobControl
from qdrill.events import DrillStarted, Event, MomentReached, Progress, StageFinished, ignore
from qdrill.signals.exporter import DrillExporter
from qdrill.signals.own_records import DrillLedger
from tests.drill.drills import Rehearsal
from tests.drill.recipes import DOT4, points
from tests.records import samples
from tests.signals.exposed import (
    FREE,
    save,
    scraped,
    served,
    value,
)
from tests.support.places import Recipe, open_place


@pytest.fixture
def drills(tmp_path: Path) -> Path:
    """A directory with one drill that passed."""
    save(tmp_path / "drills", samples.passed())
    return tmp_path / "drills"


def exporter(drills: Path, **config: Any) -> DrillExporter:
    return DrillExporter(ExporterConfig(listen=FREE, **config), drills, "target", JobControl())


def test_what_is_not_configured_costs_nothing(drills: Path) -> None:
    one = exporter(drills)
    assert one.watch(ignore) is ignore
    assert (one.start(), one.finish()) == ("", ())
    one.close()


def test_what_goes_wrong_around_a_drill_is_a_note(drills: Path) -> None:
    with served(CollectorRegistry()) as url:
        listen = url.removeprefix("http://").removesuffix("/metrics")
        config = ExporterConfig(listen=listen, during_drills=True, textfile=drills, pushgateway="http://127.0.0.1:9")
        one = DrillExporter(config, drills, "target", JobControl())
        assert one.start().startswith(f"the metrics of this drill are not served: port {listen.split(':')[1]} of")
        textfile, gateway = one.finish()
        one.close()
    assert textfile.startswith("the metrics file was not written: cannot write ")
    assert gateway.startswith("the metrics were not pushed: the Pushgateway http://127.0.0.1:9 ")


def test_a_bug_of_the_exporter_is_a_note(drills: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(ledger: DrillLedger) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr(DrillLedger, "facts", broken)
    one = exporter(drills, during_drills=True, textfile=drills / "x.prom")
    assert one.start() == "the metrics of this drill are not served: internal error RuntimeError"
    assert one.finish() == ("the metrics file was not written: internal error RuntimeError",)


def test_listening_takes_next_to_nothing() -> None:
    one = exporter(Path("nowhere"), during_drills=True)
    heard: list[Event] = []
    sink = one.watch(heard.append)
    events = [Progress("restore", "points", number, 20_000) for number in range(20_000)]
    begun = time.process_time()
    for event in events:
        sink(event)
    # Two orders of magnitude above what it takes, so that only a real mistake is found on a busy machine.
    assert (time.process_time() - begun) / len(events) < 50e-6
    assert heard == events


def test_a_whole_drill_is_seen_while_it_runs_and_afterwards(tmp_path: Path) -> None:
    with open_place("edge", tmp_path / "edge", "") as place:
        drill = Rehearsal(place, tmp_path, Recipe(DOT4, points(range(1, 61))))
        config = ExporterConfig(FREE, during_drills=True, textfile=tmp_path / "qdrill.prom")
        one = DrillExporter(config, tmp_path / "drills", drill.target, JobControl())
        assert one.start() == ""
        server = one._server
        assert server is not None
        seen: dict[str, float | None] = {}

        def look(event: Event) -> None:
            moment = event.name if isinstance(event, MomentReached) else type(event).__name__
            if isinstance(event, MomentReached | DrillStarted) or (
                isinstance(event, StageFinished) and event.stage == "restore"
            ):
                seen[moment] = value(scraped(server.url), "import_rows_total", collection=drill.target)

        outcome = drill.run(emit=one.watch(look))
        assert outcome.result.verdict == "pass", outcome.result.reason
        after = scraped(server.url)
        assert one.finish() == ()
        one.close()
    assert [seen[name] for name in ("DrillStarted", "created", "loaded", "StageFinished")] == [0, 0, 60, 60]
    assert value(after, "import_rows_total", collection=drill.target) == 60
    assert value(after, "import_duration_seconds_count", collection=drill.target) == 1
    assert value(after, "export_rows_total", collection=drill.source) == 60
    written = (tmp_path / "qdrill.prom").read_text()
    assert value(written, "import_rows_total", collection=drill.target) == 60
    assert value(written, "qdrill_last_verdict", drill="test", verdict="pass") == 1
