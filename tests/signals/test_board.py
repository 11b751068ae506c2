"""The board out of endpoints: what it shows, what it leaves unknown, and what it says of services that fail."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from qdrill.config_model import DrillConfig
from qdrill.control import JobControl
from qdrill.errors import Interrupted, UsageError
from qdrill.signals.board import NO_PROMETHEUS, NOT_CONFIGURED
from qdrill.signals.board_model import KEYS, Span, age_of
from tests.signals.boards import OTHER, TARGET, Exposed, config, metrics, reader, tile, write_record
from tests.support.odd_service import OddService, hang, html, reply


def test_endpoints_alone_fill_the_tiles_with_value_source_and_age(tmp_path: Path) -> None:
    rag, qdrant = Exposed(rows=8, skipped=2, durations=(0.05, 0.5)), Exposed(points=8, memory=228_986_880, started=None)
    with OddService(rag.answer()) as one, OddService(qdrant.answer()) as two:
        board = reader(config(tmp_path, {"rag": one.url, "qdrant": two.url})).read()
    assert [one.key for one in board.tiles] == list(KEYS)
    assert (board.endpoints, board.prometheus, board.problems, board.configured) == (("rag", "qdrant"), "", (), True)
    assert board.collection == TARGET
    rows = tile(board, "import_rows")
    assert (rows.value, rows.unit, rows.source, rows.note) == (8, "rows", "endpoint rag", "")
    assert rows.age is not None
    assert 0 <= rows.age < 5
    assert tile(board, "import_skipped").value == 2
    assert tile(board, "import_p95").value == pytest.approx(0.1 + 0.9 * 0.9)
    points = tile(board, "qdrant_points")
    assert (points.value, points.source) == (8, "endpoint qdrant")
    assert tile(board, "qdrant_memory").value == 228_986_880


def test_what_is_absent_is_unknown_and_says_so(tmp_path: Path) -> None:
    with OddService(Exposed(rows=8).answer()) as one:
        board = reader(config(tmp_path, {"rag": one.url})).read()
    skipped = tile(board, "import_skipped")
    assert (skipped.value, skipped.change, skipped.source, skipped.age) == (None, None, "", None)
    assert skipped.note == f"no endpoint has import_skipped_total of {TARGET}: absent is not 0"
    assert "no endpoint is a Qdrant" in tile(board, "qdrant_memory").note


def test_other_collections_do_not_count(tmp_path: Path) -> None:
    with OddService(Exposed(rows=8, collection=OTHER, memory=1e6).answer()) as one:
        board = reader(config(tmp_path, {"rag": one.url})).read()
    assert tile(board, "import_rows").value is None
    assert tile(board, "qdrant_points").value is None
    assert tile(board, "qdrant_points").note == f"Qdrant has no collection_points of {TARGET}"
    assert tile(board, "qdrant_memory").value == 1e6


def test_a_p95_beyond_the_last_bucket_is_told_to_be_more(tmp_path: Path) -> None:
    with OddService(Exposed(durations=(60.0,)).answer()) as one:
        p95 = tile(reader(config(tmp_path, {"rag": one.url})).read(), "import_p95")
    assert (p95.value, p95.note) == (10, "it lies beyond the last bucket of the histogram, so it is at least this")


def test_qdrants_prefix_is_understood_and_others_memory_is_not_qdrants(tmp_path: Path) -> None:
    prefixed = 'q_app_info{name="qdrant"} 1\nq_memory_resident_bytes 5\nmemory_resident_bytes 7'
    with OddService(Exposed(extra=prefixed).answer()) as one, OddService(reply(b"memory_resident_bytes 9\n")) as two:
        board = reader(config(tmp_path, {"other": two.url, "qdrant": one.url})).read()
    assert (tile(board, "qdrant_memory").value, tile(board, "qdrant_memory").source) == (5, "endpoint qdrant")


def test_of_two_qdrants_the_one_with_the_target_is_shown(tmp_path: Path) -> None:
    with OddService(Exposed(memory=1e6).answer()) as one, OddService(Exposed(points=3, memory=2e6).answer()) as two:
        board = reader(config(tmp_path, {"source": one.url, "target": two.url})).read()
    assert (tile(board, "qdrant_memory").value, tile(board, "qdrant_memory").source) == (2e6, "endpoint target")


def test_a_nan_is_unknown(tmp_path: Path) -> None:
    with OddService(Exposed(rows=float("nan"), memory=float("inf")).answer()) as one:
        board = reader(config(tmp_path, {"rag": one.url})).read()
    assert tile(board, "import_rows").value is None
    assert tile(board, "qdrant_memory").value is None


def test_services_that_fail_cost_a_line_each_and_the_others_show(tmp_path: Path) -> None:
    with OddService(Exposed(rows=8).answer()) as good, OddService(hang()) as hung, OddService(html()) as page:
        made = config(tmp_path, {"hung": hung.url, "page": page.url, "rag": good.url}, hung.url, timeout=0.5)
        begun = time.monotonic()
        board = reader(made).read()
        took = time.monotonic() - begun
    assert tile(board, "import_rows").value == 8
    assert len(board.problems) == 3, board.problems
    assert [sum(name in line for line in board.problems) for name in ("hung", "page")] == [1, 1]
    assert all("\n" not in line for line in board.problems)
    assert took < 2.5, "a hanging service costs its timeout once, and both hang at the same time"


def test_nothing_configured_says_what_to_add(tmp_path: Path) -> None:
    board = reader(config(tmp_path, {})).read()
    assert (board.configured, board.problems) == (False, (NOT_CONFIGURED,))
    assert {one.value for one in board.tiles} == {None}
    assert reader(config(tmp_path, {})).chart("import_rows", 5).note == NOT_CONFIGURED


def test_the_change_of_a_drill_on_record_is_that_of_the_record(tmp_path: Path) -> None:
    with OddService(Exposed(rows=108).answer()) as one:
        made = config(tmp_path, {"rag": one.url})
        found = metrics(rows=100.0, batches=1.0, skipped={"error": 2.0, "conflict": 1.0}, p95=0.25)
        record = write_record(made, metrics=found)
        board = reader(made).read()
    assert board.drill == record.id
    assert (tile(board, "import_rows").value, tile(board, "import_rows").change) == (108, 100)
    assert tile(board, "import_batches").change == 1
    assert [one.name for one in board.spans] == ["preflight", "backup", "restore", "validate"]
    start = record.time.started.timestamp()
    assert [(one.start - start, one.end and one.end - start) for one in board.spans] == [
        pytest.approx(pair) for pair in ((0, 1), (1, 3), (3, 6), (6, 10))
    ]


def test_an_endpoint_that_is_gone_since_leaves_the_change_it_told_the_record(tmp_path: Path) -> None:
    with OddService(html(500)) as gone:
        made = config(tmp_path, {"rag": gone.url})
        write_record(made, metrics=metrics(rows=100.0))
        found = tile(reader(made).read(), "import_rows")
    assert (found.value, found.change, found.source) == (None, 100, "")
    assert found.note.endswith("; the change is what endpoint rag told the drill")


def test_what_the_record_has_wins_over_an_endpoint_that_did_not_move(tmp_path: Path) -> None:
    with OddService(Exposed(rows=50).answer()) as one:
        made = config(tmp_path, {"rag": one.url, "gone": "http://127.0.0.1:9/metrics"})
        record = metrics(rows=50.0)
        (told,) = record.endpoint
        still = replace(told, name="rag", change=(replace(told.change[0], rows=0.0),))
        write_record(made, metrics=replace(record, endpoint=(still, replace(told, name="gone"))))
        found = tile(reader(made).read(), "import_rows")
    assert (found.value, found.change) == (50, 50)
    assert found.note == "the change is what endpoint gone told the drill"


def test_a_record_of_another_target_lends_no_change(tmp_path: Path) -> None:
    with OddService(Exposed(rows=108).answer()) as one:
        made = config(tmp_path, {"rag": one.url})
        write_record(made, metrics=metrics(collection=OTHER, rows=100.0))
        board = reader(made).read()
    assert tile(board, "import_rows").change is None


def test_a_drill_is_named_by_drills_toml(tmp_path: Path) -> None:
    made = config(tmp_path, {})
    write_record(made, start=time.time() - 60, name="adhoc")
    nightly = write_record(made)
    board = reader(made)
    assert board.read("nightly").drill == nightly.id
    assert board.read().drill != nightly.id
    with pytest.raises(UsageError, match=r"nightli.*did you mean"):
        board.read("nightli")


def test_a_damaged_record_is_passed_over(tmp_path: Path) -> None:
    made = config(tmp_path, {})
    good = write_record(made)
    broken = write_record(made, start=time.time() - 60)
    (made.artifacts / "drills" / broken.id / "drill.toml").write_text("schema = ")
    assert reader(made).read().drill == good.id


def test_a_running_drill_changes_what_its_first_reading_knew(tmp_path: Path) -> None:
    shown = Exposed(memory=1e6, durations=())
    with OddService(shown.answer()) as one:
        board = reader(config(tmp_path, {"rag": one.url}))
        board.read()
        running = (Span("restore", time.time(), None),)
        shown.rows, shown.points, shown.memory, shown.durations = 100.0, 100.0, 1.5e6, (0.05,) * 100
        seen = board.read(None, running)
        assert seen.spans == running
        assert (tile(seen, "import_rows").change, tile(seen, "qdrant_points").change) == (100, 100)
        assert tile(seen, "qdrant_memory").change == 5e5
        assert tile(seen, "import_p95").change == pytest.approx(0.095)
        assert tile(seen, "import_skipped").change is None
        shown.started = 2_000.0
        assert tile(board.read(None, running), "import_rows").change is None, "another process answers now"


def test_a_drill_is_compared_with_readings_made_while_another_was_looked_at(tmp_path: Path) -> None:
    shown = Exposed(memory=1e6)
    with OddService(shown.answer()) as one:
        made = config(tmp_path, {"rag": one.url})
        board = reader(replace(made, drills=(*made.drills, DrillConfig("other", "local/docs", f"local/{OTHER}"))))
        board.read("other")
        running = (Span("restore", time.time(), None),)
        shown.rows = 5.0
        assert tile(board.read("nightly", running), "import_rows").change == 5


def test_a_reading_long_after_a_drill_does_not_tell_what_it_did(tmp_path: Path) -> None:
    shown = Exposed(rows=1.0)
    with OddService(shown.answer()) as one:
        board = reader(config(tmp_path, {"rag": one.url}))
        board.read()
        now = time.time()
        shown.rows = 5.0
        assert tile(board.read(None, (Span("restore", now, now),)), "import_rows").change == 4
        assert tile(board.read(None, (Span("restore", now, now - 300),)), "import_rows").change is None
        assert tile(board.read(None, (Span("restore", now + 300, None),)), "import_rows").change is None


def test_imports_that_appeared_count_from_0_only_where_one_process_is_known_to_have_answered(tmp_path: Path) -> None:
    shown = Exposed(started=None, extra="up 1")
    with OddService(shown.answer()) as one:
        board = reader(config(tmp_path, {"rag": one.url}))
        board.read()
        shown.rows = 10.0
        seen = board.read(None, (Span("restore", time.time() - 0.001, None),))
    assert (tile(seen, "import_rows").value, tile(seen, "import_rows").change) == (10, None)


def test_a_counter_that_fell_says_nothing(tmp_path: Path) -> None:
    shown = Exposed(rows=100.0, started=None)
    with OddService(shown.answer()) as one:
        board = reader(config(tmp_path, {"rag": one.url}))
        board.read()
        running = (Span("restore", time.time(), None),)
        shown.rows = 10.0
        assert tile(board.read(None, running), "import_rows").change is None


def test_a_drill_that_was_running_before_the_first_reading_has_no_change(tmp_path: Path) -> None:
    with OddService(Exposed(rows=100.0).answer()) as one:
        board = reader(config(tmp_path, {"rag": one.url}))
        seen = board.read(None, (Span("restore", time.time() - 5, None),))
    assert (tile(seen, "import_rows").value, tile(seen, "import_rows").change) == (100, None)


def test_of_two_endpoints_with_the_metric_the_one_that_moved_is_shown(tmp_path: Path) -> None:
    with OddService(Exposed(rows=5.0).answer()) as old, OddService(Exposed(rows=100.0).answer()) as own:
        made = config(tmp_path, {"rag": old.url, "qdrill": own.url})
        write_record(made, metrics=metrics("qdrill", rows=100.0))
        seen = tile(reader(made).read(), "import_rows")
    assert (seen.source, seen.value, seen.change) == ("endpoint qdrill", 100, 100)


def test_without_prometheus_a_chart_is_made_of_what_was_read(tmp_path: Path) -> None:
    shown = Exposed(rows=1.0)
    with OddService(shown.answer()) as one:
        board = reader(config(tmp_path, {"rag": one.url}))
        assert board.chart("import_rows", 5).series == ()
        for rows in (1.0, 2.0, 3.0):
            shown.rows = rows
            board.read()
        chart = board.chart("import_rows", 5)
        assert [value for _, value in chart.series[0].points] == [1, 2, 3]
        assert (chart.source, chart.unit) == ("endpoint rag", "rows")
        assert chart.end - chart.start == pytest.approx(300)
        assert chart.note
        assert [value for _, value in tile(board.read(), "import_rows").spark] == [1, 2, 3, 3]
        running = (Span("restore", time.time(), None),)
        assert board.chart("import_rows", 60, running).spans == running


def test_a_chart_of_nothing_known_is_refused(tmp_path: Path) -> None:
    board = reader(config(tmp_path, {}))
    with pytest.raises(UsageError, match="5, 15 or 60 minutes, not 7"):
        board.chart("import_rows", 7)
    with pytest.raises(UsageError, match=r"no metric x\\x1by"):
        board.chart("x\x1by", 5)


def test_an_expression_needs_prometheus(tmp_path: Path) -> None:
    answer = reader(config(tmp_path, {})).expression("up", 5)
    assert (answer.state, answer.note) == ("failed", NO_PROMETHEUS)


def test_a_key_that_is_not_set_is_a_problem_and_no_error(tmp_path: Path) -> None:
    with OddService(reply(b"")) as one:
        made = config(tmp_path, {"rag": one.url}, one.url)
        assert made.prometheus is not None
        asked = replace(
            made,
            metrics={"rag": replace(made.metrics["rag"], api_key_env="NO_SUCH_KEY")},
            prometheus=replace(made.prometheus, api_key_env="NO_SUCH_KEY"),
        )
        board = reader(asked).read()
        assert one.asked == []
    assert [("NO_SUCH_KEY" in line) for line in board.problems] == [True, True]


def test_cancelling_ends_a_read_at_once(tmp_path: Path) -> None:
    control = JobControl()
    with OddService(hang()) as one:
        board = reader(config(tmp_path, {"rag": one.url}, one.url, timeout=60), control)
        with ThreadPoolExecutor(1) as pool:
            reading = pool.submit(board.read)
            assert one.arrived.wait(10)
            begun = time.monotonic()
            control.cancel()
            with pytest.raises(Interrupted):
                reading.result(10)
        assert time.monotonic() - begun < 5


def test_many_may_read_at_once(tmp_path: Path) -> None:
    with OddService(Exposed(rows=8, memory=1e6, points=3).answer()) as one:
        board = reader(config(tmp_path, {"rag": one.url}))
        with ThreadPoolExecutor(8) as pool:
            values = [tile(seen, "import_rows").value for seen in pool.map(lambda _: board.read(), range(40))]
        assert values == [8] * 40
        assert len(board.chart("import_rows", 5).series[0].points) == 40


def test_the_consoles_engine_has_one_board_until_it_reads_drills_toml_again(tmp_path: Path) -> None:
    from qdrill.console.live import LiveEngine

    with OddService(Exposed(rows=8).answer()) as one:
        (tmp_path / "drills.toml").write_text(
            f'[stores.lab]\npath = "edge"\n[metrics.rag]\nurl = "{one.url}"\n'
            f'[[drill]]\nname = "nightly"\nsource = "lab/docs"\ntarget = "lab/{TARGET}"\n'
        )
        engine = LiveEngine(tmp_path / "drills.toml", {})
        for _ in range(2):
            assert tile(engine.metrics("nightly"), "import_rows").value == 8
        assert len(engine.metrics_chart("import_rows", 5).series[0].points) == 2
        engine.reload()
        assert engine.metrics_chart("import_rows", 5).series == ()
        assert engine.promql("up", 5).note == NO_PROMETHEUS
        engine.close()
        with pytest.raises(Interrupted):
            engine.metrics(None)


def test_a_number_from_the_future_has_no_age() -> None:
    assert age_of(100.0, 107.5) == 7.5
    assert age_of(104.0, 100.0) == 0.0
    assert age_of(106.0, 100.0) is None
