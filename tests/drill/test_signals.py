"""Drills with evidence from outside: it is put down, it can settle a demand, and nothing of it can break a drill."""

from __future__ import annotations

import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from qdrill.config_services import (
    ExpectConfig,
    ExporterConfig,
    GrafanaConfig,
    MetricsConfig,
    PrometheusConfig,
    QueryConfig,
)
from qdrill.control import JobControl
from qdrill.events import Emit, Event, Notice, StageFinished
from qdrill.records.integrity import check_record
from qdrill.records.model import DrillRecord
from qdrill.records.render_toml import load_record
from qdrill.results import Objectives
from qdrill.signals.own_endpoint import NOT_THIS_DRILL
from qdrill.signals.plan import SignalPlan
from qdrill.stores.base import Store
from tests.drill.drills import Rehearsal, check, states
from tests.drill.recipes import DOT4, points
from tests.support.odd_service import OddService, hang, html, reply
from tests.support.places import Recipe
from tests.support.prometheus_server import ExpositionTarget, RunningPrometheus, start_prometheus

COUNT = 60
STARTED = "process_start_time_seconds 1.7e9\n"


@pytest.fixture
def drill(place: Store, tmp_path: Path) -> Rehearsal:
    return Rehearsal(place, tmp_path, Recipe(DOT4, points(range(1, COUNT + 1))))


@pytest.fixture
def target() -> Iterator[ExpositionTarget]:
    with ExpositionTarget(STARTED) as one:
        yield one


def rows(drill: Rehearsal, number: float, started: str = STARTED) -> str:
    labels = f'{{collection="{drill.target}"}}'
    return f"{started}import_rows_total{labels} {number}\nimport_batches_total{labels} 1\n"


def when_restored(act: Callable[[], None]) -> Emit:
    def emit(event: Event) -> None:
        if isinstance(event, StageFinished) and event.stage == "restore":
            act()

    return emit


def endpoint(url: str, timeout: float = 5.0) -> MetricsConfig:
    return MetricsConfig("rag", url, timeout_seconds=timeout)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


DEMANDS = (
    ExpectConfig("rag", "import_rows_total", "points_expected"),
    ExpectConfig("rag", "import_skipped_total", 0),
)


@pytest.mark.parametrize(("counted", "verdict"), [(COUNT, "pass"), (COUNT - 1, "fail")])
def test_a_demand_on_a_metric_settles_the_drill(
    drill: Rehearsal, target: ExpositionTarget, counted: int, verdict: str
) -> None:
    def import_() -> None:
        target.text = rows(drill, 5 + counted)

    target.text = rows(drill, 5)
    signals = SignalPlan((endpoint(target.url),), expects=DEMANDS, method="rag_api")
    outcome = drill.run(emit=when_restored(import_), signals=signals)
    assert outcome.result.verdict == verdict, outcome.result.reason
    assert check(outcome.result, "expect_import_rows_total").seen == f"rose by {counted}"
    record = load_record(outcome.record)
    (found,) = record.metrics.endpoint
    assert (found.name, found.state) == ("rag", "known")
    (change,) = found.change
    assert (change.collection, change.rows, change.batches) == (drill.target, float(counted), 0.0)
    assert found.path in record.integrity.files
    said = json.loads((outcome.record.parent / str(found.path)).read_text())
    imported = [
        [one["value"] for one in said[when]["samples"] if one["name"] == "import_rows_total"]
        for when in ("before", "after")
    ]
    assert imported == [[5.0], [5.0 + counted]]
    assert f"rose by {counted}" in (outcome.record.parent / "drill.md").read_text()
    assert re.search(rf"(?m)^- import_rows_total\{{.*\}}: {counted}$", (drill.folder / "ci_summary.txt").read_text())


def test_a_restart_in_between_settles_nothing(drill: Rehearsal, target: ExpositionTarget) -> None:
    def restart() -> None:
        target.text = rows(drill, COUNT, started="process_start_time_seconds 1.8e9\n")

    target.text = rows(drill, 0)
    signals = SignalPlan((endpoint(target.url),), expects=DEMANDS[:1], method="rag_api")
    outcome = drill.run(emit=when_restored(restart), signals=signals)
    assert outcome.result.verdict == "inconclusive"
    assert load_record(outcome.record).metrics.endpoint[0].state == "restarted"


def test_a_restore_by_rows_moves_no_service_and_that_is_said(drill: Rehearsal, target: ExpositionTarget) -> None:
    target.text = rows(drill, 5)
    outcome = drill.run(signals=SignalPlan((endpoint(target.url),), expects=DEMANDS))
    assert outcome.result.verdict == "pass", outcome.result.reason
    assert states(outcome.result)["import_metrics"] == "not_applicable"
    assert states(outcome.result)["expect_import_rows_total"] == "not_applicable"
    assert states(outcome.result)["metrics_endpoints"] == "pass"


@pytest.mark.parametrize("behaviour", [html(), reply(b"boom", 500), reply(b"a b c\n"), hang()])
def test_an_endpoint_of_no_use_is_one_line_and_the_drill_goes_on(drill: Rehearsal, behaviour: object) -> None:
    with OddService(behaviour) as odd:  # type: ignore[arg-type]
        outcome = drill.run(signals=SignalPlan((endpoint(f"{odd.url}/metrics", timeout=0.3),)))
        assert len(odd.asked) == 1
    assert outcome.result.verdict == "pass", outcome.result.reason
    found = check(outcome.result, "metrics_endpoints")
    assert (found.state, found.required) == ("inconclusive", False)
    assert "\n" not in found.seen
    assert load_record(outcome.record).metrics.state == "inconclusive"


def test_qdrills_own_metrics_move_while_the_drill_runs_and_last_in_a_file(drill: Rehearsal) -> None:
    listen, textfile = f"127.0.0.1:{free_port()}", drill.folder / "qdrill.prom"
    exporter = ExporterConfig(listen, during_drills=True, textfile=textfile)
    signals = SignalPlan((endpoint(f"http://{listen}/metrics"),), exporter=exporter, expects=DEMANDS)
    outcome = drill.run(signals=signals)
    assert outcome.result.verdict == "pass", outcome.result.reason
    assert check(outcome.result, "expect_import_rows_total").seen == f"rose by {COUNT}"
    assert check(outcome.result, "import_metrics").state == "pass"
    kept = textfile.read_text()
    assert re.search(rf'(?m)^import_rows_total\{{collection="{drill.target}"\}} {COUNT}\.0$', kept), kept
    assert 'qdrill_last_verdict{drill="test",verdict="pass"} 1.0' in kept


def test_a_port_in_use_is_told_and_who_answers_there_proves_nothing(drill: Rehearsal, target: ExpositionTarget) -> None:
    """Another drill has the port, and happens to count as many rows into a collection of the same name."""
    told: list[str] = []

    def emit(event: Event) -> None:
        if isinstance(event, Notice):
            told.append(event.text)
        when_restored(lambda: setattr(target, "text", rows(drill, COUNT)))(event)

    target.text = rows(drill, 0)
    exporter = ExporterConfig(target.address, during_drills=True)
    signals = SignalPlan((endpoint(target.url),), exporter=exporter, expects=DEMANDS[:1])
    outcome = drill.run(emit=emit, signals=signals)
    assert outcome.result.verdict == "inconclusive"
    assert check(outcome.result, "expect_import_rows_total").seen == NOT_THIS_DRILL
    notes = load_record(outcome.record).metrics.notes
    port = target.address.rpartition(":")[2]
    assert any(port in note for note in notes), notes
    assert any(port in text for text in told), told


def test_our_own_endpoint_where_nobody_serves_was_not_read(drill: Rehearsal) -> None:
    listen = f"127.0.0.1:{free_port()}"
    signals = SignalPlan((endpoint(f"http://{listen}/metrics"),), exporter=ExporterConfig(listen), expects=DEMANDS[:1])
    result = drill.run(signals=signals).result
    assert result.verdict == "inconclusive"
    for name in ("metrics_endpoints", "expect_import_rows_total"):
        assert check(result, name).state == "inconclusive"
        assert "cannot be reached" in check(result, name).seen


def test_an_endpoint_that_hangs_does_not_age_the_backup(drill: Rehearsal) -> None:
    """It is asked before the backup: what is between backup and restore counts in the recovery point."""
    with OddService(hang()) as odd:
        signals = SignalPlan((endpoint(odd.url, timeout=3.0),))
        outcome = drill.run(signals=signals, objectives=Objectives(rpo_seconds=2.5))
    assert outcome.result.verdict == "pass", outcome.result.reason


def test_a_key_that_a_service_repeats_is_nowhere(drill: Rehearsal) -> None:
    key = "SECRET-of-metrics-3333"
    text = f'{STARTED}import_rows_total{{collection="{drill.target}",said="{key}"}} 1\n'
    with OddService(reply(text.encode())) as odd:
        config = MetricsConfig("rag", odd.url, api_key_env="METRICS_KEY")
        outcome = drill.run(signals=SignalPlan((config,), environ={"METRICS_KEY": key}))
        assert odd.asked[0].headers["authorization"] == f"Bearer {key}"
    folder = outcome.record.parent
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert folder / "evidence" / "metrics-01.json" in files
    assert [path.name for path in files if key in path.read_text()] == []
    assert '"said": "***"' in (folder / "evidence" / "metrics-01.json").read_text()


@pytest.fixture(scope="module")
def scraped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ExpositionTarget, RunningPrometheus]]:
    folder = tmp_path_factory.mktemp("prometheus")
    with ExpositionTarget() as one, start_prometheus(folder, [one.address]) as prometheus:
        yield one, prometheus


def test_prometheus_is_asked_over_the_window(
    drill: Rehearsal, scraped: tuple[ExpositionTarget, RunningPrometheus]
) -> None:
    """The drill is shorter than a scrape: it waits for the next one, and says so."""
    target, prometheus = scraped
    target.text = rows(drill, 5)
    prometheus.wait_for_target(target.address)
    told: list[str] = []

    def emit(event: Event) -> None:
        if isinstance(event, Notice):
            told.append(event.text)
        when_restored(lambda: setattr(target, "text", rows(drill, 5 + COUNT)))(event)

    own = (
        QueryConfig("mine", f'import_rows_total{{collection="{drill.target}"}}', "instant"),
        QueryConfig("bad", "sum("),
    )
    config = PrometheusConfig(prometheus.url, scrape_interval_seconds=1.0, wait_seconds=10.0)
    outcome = drill.run(emit=emit, signals=SignalPlan(prometheus=config, queries=own))
    assert outcome.result.verdict == "pass", outcome.result.reason
    assert any("scrape" in text for text in told), told
    record = load_record(outcome.record)
    asked = {one.name: one for one in record.metrics.query}
    assert (asked["mine"].state, asked["mine"].last) == ("answered", 5.0 + COUNT)
    assert (asked["import_rows"].state, asked["import_rows"].last) == ("answered", 5.0 + COUNT)
    assert asked["bad"].state == "failed"
    assert states(outcome.result)["prometheus_queries"] == "inconclusive"
    assert all(one.path in record.integrity.files for one in record.metrics.query)
    assert check_record(outcome.record.parent, record) == []


def test_a_prometheus_that_hangs_is_waited_for_once(drill: Rehearsal) -> None:
    with OddService(hang()) as odd:
        config = PrometheusConfig(odd.url, timeout_seconds=0.3)
        outcome = drill.run(signals=SignalPlan(prometheus=config))
        assert len(odd.asked) == 1
    assert outcome.result.verdict == "pass"
    assert states(outcome.result)["prometheus_queries"] == "inconclusive"


def test_cancelled_while_prometheus_hangs(drill: Rehearsal) -> None:
    control = JobControl()
    with OddService(hang()) as odd:

        def cancel() -> None:
            assert odd.arrived.wait(60)
            control.cancel()

        waiting = threading.Thread(target=cancel)
        waiting.start()
        config = PrometheusConfig(odd.url, timeout_seconds=300)
        outcome = drill.run(control=control, signals=SignalPlan(prometheus=config))
        waiting.join()
    assert outcome.result.verdict == "interrupted"
    metrics = load_record(outcome.record).metrics
    assert (metrics.state, metrics.query) == ("skipped", ())
    assert metrics.screenshot == "evidence/metrics.svg"


def test_cancelled_between_the_two_readings(drill: Rehearsal, target: ExpositionTarget) -> None:
    """What was read before stays as evidence; nothing is said of a change."""
    control = JobControl()
    target.text = rows(drill, 5)
    signals = SignalPlan((endpoint(target.url),), expects=DEMANDS, method="rag_api")
    outcome = drill.run(emit=when_restored(control.cancel), control=control, signals=signals)
    assert outcome.result.verdict == "interrupted"
    assert load_record(outcome.record).metrics.endpoint == ()
    said = json.loads((outcome.record.parent / "evidence" / "metrics-01.json").read_text())
    assert (said["before"]["started"], said["after"]) == (1.7e9, None)


def test_grafana_is_linked_and_annotated_and_its_failures_are_notes(drill: Rehearsal) -> None:
    with OddService([reply({"id": 7, "message": "Annotation added"}), html(500)]) as grafana:
        signals = SignalPlan(grafana=GrafanaConfig(grafana.url, "qdrill", panel_id=2))
        outcome = drill.run(signals=signals)
        sent = grafana.asked[0].json
    assert outcome.result.verdict == "pass"
    metrics = load_record(outcome.record).metrics
    assert metrics.annotation == 7
    assert metrics.grafana is not None
    assert metrics.grafana.startswith(f"{grafana.url}/d/qdrill/")
    assert sent["time"] <= time.time() * 1000
    assert {"qdrill", "verdict:pass"} <= set(sent["tags"])
    # The renderer answered with a page, so the picture is our own.
    assert metrics.screenshot == "evidence/metrics.svg"
    assert metrics.notes


def test_without_any_service_the_picture_is_there_all_the_same(drill: Rehearsal) -> None:
    outcome = drill.run()
    record: DrillRecord = load_record(outcome.record)
    assert (record.metrics.state, record.metrics.screenshot) == ("not_applicable", "evidence/metrics.svg")
    assert (outcome.record.parent / "evidence" / "metrics.svg").read_text().startswith("<")
    assert "[evidence/metrics.svg](evidence/metrics.svg)" in (outcome.record.parent / "drill.zh.md").read_text()
