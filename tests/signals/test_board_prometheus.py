"""The board out of a real Prometheus: values with their age, changes during drills, charts, expressions."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from qdrill.signals.board_model import Span
from tests.signals.boards import Exposed, config, metrics, reader, tile, write_record
from tests.support.odd_service import OddService
from tests.support.prometheus_server import ExpositionTarget, RunningPrometheus, start_prometheus, wait_until

_shown = itertools.count(1)
HOSTILE = 'a"b\\c\nd{e="f"} or up'


@pytest.fixture(scope="module")
def target() -> Iterator[ExpositionTarget]:
    with ExpositionTarget(Exposed(memory=1e6).text) as running:
        yield running


@pytest.fixture(scope="module")
def prometheus(target: ExpositionTarget, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPrometheus]:
    with start_prometheus(tmp_path_factory.mktemp("prometheus"), [target.address]) as running:
        running.wait_for_target(target.address)
        yield running


def _show(target: ExpositionTarget, prometheus: RunningPrometheus, shown: Exposed) -> None:
    """Wait until what is shown now is stored: a number of its own tells."""
    number = next(_shown)
    target.text = f"{shown.text}shown {number}\n"
    prometheus.wait_for(f"shown == {number}")


def test_what_prometheus_says_now_with_its_age_and_its_course(
    target: ExpositionTarget, prometheus: RunningPrometheus, tmp_path: Path
) -> None:
    _show(target, prometheus, Exposed(rows=7, points=7, memory=2e6, durations=(0.05,), collection="now"))
    board = reader(config(tmp_path, {}, prometheus.url, target="now")).read()
    rows = tile(board, "import_rows")
    assert (rows.value, rows.source, rows.note, rows.change) == (7, "Prometheus", "", None)
    assert rows.age is not None
    assert 0 <= rows.age < 30
    assert rows.spark[-1][1] == 7
    assert tile(board, "qdrant_memory").value == 2e6
    assert tile(board, "import_p95").value == pytest.approx(0.095)
    skipped = tile(board, "import_skipped")
    assert (skipped.value, skipped.age) == (None, None)
    assert skipped.note == "Prometheus has no import_skipped_total of now now: absent is not 0"
    assert (board.prometheus, board.problems, board.endpoints) == (prometheus.url, (), ())


def test_the_first_import_into_a_collection_counts_from_0(
    target: ExpositionTarget, prometheus: RunningPrometheus, tmp_path: Path
) -> None:
    _show(target, prometheus, Exposed(memory=2e6, collection="first"))
    prometheus.wait_for("memory_resident_bytes offset 2s == 2e6")
    board = reader(config(tmp_path, {}, prometheus.url, target="first"))
    running = (Span("restore", time.time(), None),)
    _show(
        target,
        prometheus,
        Exposed(rows=100, points=100, skipped=0, memory=3e6, durations=(0.05,) * 9, collection="first"),
    )
    seen = board.read(None, running)
    assert (tile(seen, "import_rows").change, tile(seen, "qdrant_points").change) == (100, 100)
    assert (tile(seen, "import_skipped").change, tile(seen, "qdrant_memory").change) == (0, 1e6)
    assert tile(seen, "import_p95").change == pytest.approx(0.095)


def test_a_drill_that_just_ended_has_no_change_before_the_scrape_after_it(
    target: ExpositionTarget, prometheus: RunningPrometheus, tmp_path: Path
) -> None:
    _show(target, prometheus, Exposed(rows=5, memory=2e6, collection="ended"))
    prometheus.wait_for('import_rows_total{collection="ended"} offset 2s')
    board = reader(config(tmp_path, {}, prometheus.url, target="ended"))
    start = time.time()
    target.text = Exposed(rows=8, memory=2e6, collection="ended").text
    ended = (Span("restore", start, time.time()),)
    assert tile(board.read(None, ended), "import_rows").change is None
    wait_until(lambda: tile(board.read(None, ended), "import_rows").change == 3, "the scrape after the drill")


def test_a_drill_before_the_first_scrape_has_no_change(
    target: ExpositionTarget, prometheus: RunningPrometheus, tmp_path: Path
) -> None:
    _show(target, prometheus, Exposed(rows=100, memory=2e6, collection="early"))
    made = config(tmp_path, {}, prometheus.url, target="early")
    seen = reader(made).read(None, (Span("restore", time.time() - 3600, None),))
    assert (tile(seen, "import_rows").value, tile(seen, "import_rows").change) == (100, None)


def test_the_endpoints_number_wins_over_that_of_prometheus(
    target: ExpositionTarget, prometheus: RunningPrometheus, tmp_path: Path
) -> None:
    _show(target, prometheus, Exposed(rows=5, memory=2e6, collection="both"))
    with OddService(Exposed(rows=6, collection="both").answer()) as fresh:
        made = config(tmp_path, {"rag": fresh.url}, prometheus.url, target="both")
        board = reader(made).read()
    rows, memory = tile(board, "import_rows"), tile(board, "qdrant_memory")
    assert (rows.value, rows.source) == (6, "endpoint rag")
    assert (memory.value, memory.source) == (2e6, "Prometheus")


def test_the_records_change_wins_over_that_of_prometheus(
    target: ExpositionTarget, prometheus: RunningPrometheus, tmp_path: Path
) -> None:
    _show(target, prometheus, Exposed(rows=5, memory=2e6))
    made = config(tmp_path, {"rag": target.url}, prometheus.url)
    write_record(made, metrics=metrics(rows=3.0))
    assert tile(reader(made).read(), "import_rows").change == 3


def test_a_chart_reaches_back_to_what_prometheus_has(
    target: ExpositionTarget, prometheus: RunningPrometheus, tmp_path: Path
) -> None:
    _show(target, prometheus, Exposed(rows=5, memory=2e6, collection="chart"))
    board = reader(config(tmp_path, {}, prometheus.url, target="chart"))
    for minutes in (5, 15, 60):
        chart = board.chart("import_rows", minutes)
        assert (chart.source, len(chart.series), chart.end - chart.start) == ("Prometheus", 1, minutes * 60)
    wait_until(lambda: bool(board.chart("import_rows", 5).series), "a point on the chart")
    assert board.chart("import_rows", 5).series[0].points[-1][1] == 5
    nothing = board.chart("import_skipped", 5)
    assert (nothing.series, nothing.source) == ((), "")
    assert nothing.note == "Prometheus has no import_skipped_total in this time"


def test_what_lived_for_less_than_a_step_is_on_the_chart(
    target: ExpositionTarget, prometheus: RunningPrometheus, tmp_path: Path
) -> None:
    """As qdrill's own metrics do, which are served while a drill runs."""
    _show(target, prometheus, Exposed(rows=5, collection="short"))
    _show(target, prometheus, Exposed(memory=1e6))
    prometheus.wait_for('absent(import_rows_total{collection="short"})')
    board = reader(config(tmp_path, {}, prometheus.url, target="short"))
    for minutes in (5, 15, 60):
        (series,) = board.chart("import_rows", minutes).series
        assert series.points[-1][1] == 5


def test_any_expression_is_answered_or_its_error_told(prometheus: RunningPrometheus, tmp_path: Path) -> None:
    board = reader(config(tmp_path, {}, prometheus.url))
    assert board.expression("up", 5).series[0].points[-1][1] == 1
    assert board.expression("nothing_at_all", 15).state == "empty"
    wrong = board.expression("sum(", 5)
    assert wrong.state == "failed"
    assert "parse error" in wrong.note
    assert "\n" not in wrong.note
    assert board.expression("  ", 5).state == "failed"


def test_a_hostile_collection_is_a_label_and_nothing_else(prometheus: RunningPrometheus, tmp_path: Path) -> None:
    from qdrill.signals.board_tiles import SPECS, expression

    board = reader(config(tmp_path, {}, prometheus.url))
    for spec in SPECS.values():
        if spec.label:
            answer = board.expression(expression(spec, HOSTILE), 5)
            assert (answer.state, answer.note) == ("empty", ""), spec.key


def test_a_read_is_quick(target: ExpositionTarget, prometheus: RunningPrometheus, tmp_path: Path) -> None:
    _show(target, prometheus, Exposed(rows=5, memory=2e6, points=5))
    board = reader(config(tmp_path, {"rag": target.url}, prometheus.url))
    board.read()
    begun = time.monotonic()
    board.read()
    assert time.monotonic() - begun < 2.0
