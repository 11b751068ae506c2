"""What drills, records and the Metrics screen say of metrics, in Chinese: made by the code that says it."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from qdrill.cli.metrics_view import board_text, query_text
from qdrill.config_model import Method
from qdrill.config_services import (
    ExpectConfig,
    ExporterConfig,
    PrometheusConfig,
    QueryConfig,
)
from qdrill.control import JobControl
from qdrill.errors import SignalError, UsageError
from qdrill.events import Emit, ignore
from qdrill.results import Check
from qdrill.signals import board, collect
from qdrill.signals.board_model import KEYS, Board, Span
from qdrill.signals.change import compare
from qdrill.signals.checks import signal_checks
from qdrill.signals.exposition import parse
from qdrill.signals.model import EndpointReading, Exposition, ImportChange, QueryAnswer, Series
from qdrill.signals.own_endpoint import NOT_THIS_DRILL, ONLY_DURING_DRILLS
from qdrill.signals.plan import SignalPlan
from qdrill.signals.prometheus_answer import parse as parse_answer
from qdrill.signals.window import ask_drill
from tests.records.zh_words import chinese, left
from tests.signals.asking import NOW, success
from tests.signals.boards import TARGET, Exposed, config, metrics, reader, write_record
from tests.support.odd_service import OddService, html, reply

FIRST, SECOND = NOW, NOW + timedelta(seconds=5)
REFUSED = SignalError("metrics rag at http://h:1 answered 500: no luck; look into the log of the service")
ROWS, SKIPPED = 'import_rows_total{collection="docs"}', 'import_skipped_total{collection="docs",reason="error"}'


def read(started: float | None = 1.0, **more: float) -> Exposition:
    """A reading with these series; `rows` and `skipped` are those of the target."""
    names = {"rows": ROWS, "skipped": SKIPPED}
    lines = [f"{names.get(name, name)} {value}" for name, value in more.items()]
    body = "".join(f"{line}\n" for line in lines).encode()
    return Exposition("rag", NOW, parse(body, "rag"), started)


def histogram(count: int) -> Exposition:
    bounds = {"0.1": 0, "+Inf": count}
    lines = [f'import_duration_seconds_bucket{{collection="docs",le="{le}"}} {n}' for le, n in bounds.items()]
    return Exposition("rag", NOW, parse("".join(f"{line}\n" for line in lines).encode(), "rag"), None)


NAN = float("nan")
COMPARED = {
    "restarted": compare(read(1.0, rows=1), read(2.0, rows=1), "u"),
    "vanished": compare(read(rows=1), read(), "u"),
    "fell": compare(read(rows=2), read(rows=1), "u"),
    "absent": compare(read(), read(), "u"),
    "unknown zero": compare(read(None), read(None, rows=1), "u"),
    "skipped is no number": compare(read(skipped=0), read(skipped=NAN), "u"),
    "appeared": compare(read(), read(rows=1), "u"),
    "appeared, and no number": compare(read(rows=1), read(rows=NAN, skipped=0), "u"),
    "no start": compare(read(None, rows=1), read(None, rows=2), "u"),
    "no start and beyond": compare(histogram(1), histogram(9), "u"),
    "before": compare(REFUSED, read(), "u"),
    "after": compare(read(), REFUSED, "u"),
}


@pytest.mark.parametrize("name", COMPARED)
def test_what_two_readings_say(name: str) -> None:
    assert left(COMPARED[name].note, "rag", "no luck") == ""


def test_two_remarks_are_two_sentences() -> None:
    assert "; " in COMPARED["no start and beyond"].note
    assert chinese(COMPARED["no start and beyond"].note) == (
        "它没有给出进程启动时间，其间的重启可能无法察觉；部分耗时的 p95 超出最后一个桶，实际不低于所示值"
    )
    assert chinese(COMPARED["before"].note) == (
        "恢复之前：指标端点 rag（http://h:1）：返回 500：no luck；请查看该服务的日志"
    )


def reading(name: str, rows: float | None = None, **more: object) -> EndpointReading:
    return EndpointReading(name, "u", "known", changes=(ImportChange("docs", rows=rows, **more),))  # type: ignore[arg-type]


def answer(name: str, state: str, note: str = "") -> QueryAnswer:
    series = (Series((), ((0.0, 1.0),)),) if state == "answered" else ()
    return QueryAnswer(name, "up", "instant", state, 0.0, 0.0, note, series)  # type: ignore[arg-type]


def checks() -> list[Check]:
    """Checks in every state in which they come."""
    metric: tuple[str, ...] = ("import_rows_total", "import_batches_total", "import_skipped_total")
    expects = [ExpectConfig(name, one, "points_expected") for name in ("rag", "gone", "broken") for one in metric]  # type: ignore[arg-type]
    broken = replace(COMPARED["restarted"], endpoint="broken")
    readings = [reading("rag", 5.0), reading("own", 1.0), broken]
    answers = [answer("a", "answered"), answer("b b", "empty"), answer("c", "failed", PROMETHEUS)]
    found: list[Check] = []
    methods: tuple[Method, ...] = ("rows", "rag_api")
    for method in methods:
        for expected in (5, 1, None):
            found += signal_checks(readings, answers, expects, method, "docs", expected)
            found += signal_checks([reading("rag")], answers[:2], expects, method, "docs", expected)
            found += signal_checks([replace(broken, note="x")], answers[:1], (), method, "docs", expected)
    return list(dict.fromkeys(found))


PROMETHEUS = "Prometheus at http://h:1 refused the query (bad: no luck; no); mend the expression"
NAMES = ("rag", "own", "gone", "broken", "b b", "no luck; no", "bad")


@pytest.mark.parametrize("check", checks(), ids=lambda check: f"{check.name}-{check.state}")
def test_what_checks_want_and_see(check: Check) -> None:
    assert left(check.expected, *NAMES) == ""
    assert left(check.seen, *NAMES) == ""


def test_checks_are_named_and_figures_stay() -> None:
    seen = {one.seen: chinese(one.seen) for one in checks()}
    assert seen["rag: 5 rows; own: 1 row"] == "rag：5 行；own：1 行"
    joined = f"2 of 3 answered, 1 without data; c: {PROMETHEUS}"
    assert seen[joined] == (
        "3 个查询中 2 个有应答，其中 1 个无数据；c：Prometheus（http://h:1）：拒绝执行查询（bad: no luck; no）；"
        "请修正表达式"
    )
    reason = f"metrics_endpoints: 0 of 1 read; rag: it has no import metrics; prometheus_queries: {joined}"
    assert left(reason, *NAMES) == ""


@pytest.mark.parametrize(("scrape", "wait"), [(15.0, 0.0), (3600.0, 1.0), (0.1, 0.0)])
@pytest.mark.parametrize("warnings", [[], ["no luck"], ["a", "b", "c", "no; luck"]])
def test_what_is_said_of_a_short_drill(scrape: float, wait: float, warnings: list[str]) -> None:
    settings = PrometheusConfig("", None, 60.0, scrape, wait)
    ended = datetime.now(UTC) if scrape == 3600 else SECOND
    with OddService(reply(success("string", [1, "no luck"], warnings=warnings))) as service:
        settings = replace(settings, url=service.url)
        query = QueryConfig("q", "up", "instant")
        told: list[str] = []
        control = Hurried()
        (found,) = ask_drill(settings, {}, control, [query], (ended - timedelta(seconds=5), ended, ended), told.append)
    assert left(found.note, "no luck", "no; luck", "a; b; c") == ""
    assert all(left(one) == "" for one in told)
    assert bool(told) == (scrape == 3600)


class Hurried(JobControl):
    """Does not sleep."""

    def sleep(self, seconds: float) -> None:
        assert seconds >= 0


def test_what_is_left_out_of_an_answer() -> None:
    found = [{"metric": {}, "histogram": [1, {}]}]
    body = success("vector", found, infos=["no luck"])
    note = parse_answer(json.dumps(body).encode(), threading.Event()).note
    assert chinese(note) == "已略去原生直方图：1 条序列；Prometheus 警告：no luck"


NOTHING = Exposed(started=None)


def boards(tmp_path: Path) -> list[Board]:
    """Boards of endpoints and a Prometheus that know something, nothing, or do not answer."""
    empty, number = reply(success("matrix", [])), reply(success("vector", [{"metric": {}, "value": [1, "2"]}]))
    found = [reader(config(tmp_path / "none", {})).read()]
    shown = Exposed(rows=8, memory=5, durations=(0.05, 99.0))
    with (
        OddService(shown.answer()) as one, OddService(NOTHING.answer()) as none, OddService(html()) as page,
        OddService(empty) as asked, OddService(number) as count,
    ):  # fmt: skip
        for endpoints, prometheus in (
            ({"rag": one.url}, None), ({"rag": none.url}, asked.url), ({"rag": page.url}, page.url),
            ({}, asked.url), ({}, page.url), ({"rag": one.url}, count.url), ({"rag": none.url}, None),
        ):  # fmt: skip
            made = config(tmp_path / str(len(found)), endpoints, prometheus)
            if len(found) % 2:
                write_record(made, metrics=metrics(rows=8.0))
            found.append(reader(made).read())
    return found


def test_every_note_of_the_board(tmp_path: Path) -> None:
    found = boards(tmp_path)
    notes = {tile.note for one in found for tile in one.tiles if tile.note}
    problems = {text for one in found for text in one.problems}
    assert len(notes) >= 12
    assert len(problems) >= 3
    for text in notes | problems:
        assert left(text, TARGET, "rag") == "", text


def test_every_note_of_a_chart(tmp_path: Path) -> None:
    with OddService(reply(success("matrix", []))) as asked, OddService(Exposed(rows=8).answer()) as one:
        notes = set()
        for endpoints, prometheus in (({}, None), ({"rag": one.url}, None), ({"rag": one.url}, asked.url)):
            made = reader(config(tmp_path, endpoints, prometheus))
            made.read()
            notes |= {made.chart(key, 5).note for key in KEYS}
            notes |= {made.expression(text, 5).note for text in ("", "up")} - {""}
            with pytest.raises(UsageError) as unknown:
                made.chart("nothing", 5)
            with pytest.raises(UsageError) as long:
                made.chart(KEYS[0], 7)
    assert any(note.startswith("Prometheus has no import_rows_total in this time; readings of") for note in notes)
    assert all(left(note, "metrics") == "" for note in notes), notes
    assert left(str(unknown.value), "nothing") == left(str(long.value)) == ""


def test_sums_and_beyonds_are_said() -> None:
    assert chinese("the sum of 3 servers") == "3 台服务器之和"
    assert left(board.NOT_CONFIGURED, "NAME") == left(board.NO_PROMETHEUS) == ""
    assert left("no endpoint has import_rows_total of a: b; c: absent is not 0", "a: b; c") == ""


def test_the_board_as_text(tmp_path: Path) -> None:
    spans = tuple(Span(name, at, at + 1) for at, name in enumerate(("preflight", "backup", "restore", "validate")))
    for one in boards(tmp_path):
        text = board_text(replace(one, spans=spans), 5, "zh")
        lines = text.splitlines()
        assert "预检 1.0 s  备份 1.0 s  恢复 1.0 s  验证 1.0 s" in text
        assert "endpoint rag" not in text
        assert "端点 rag" in text or not any("rag" in tile.source for tile in one.tiles)
        assert not [line for line in lines if "absent" in line or " the " in line]
        assert "preflight 1.0 s" in board_text(replace(one, spans=spans), 5)


def test_an_answer_as_text() -> None:
    found = QueryAnswer("q", "up", "range", "answered", 0, 1, "native histograms are left out: 2 series")
    text = query_text(replace(found, series=(Series((), ((1.0, 2.0),)),)), 5, "zh")
    assert "已略去原生直方图：2 条序列" in text


def test_what_breaks_around_a_drill_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    exporter = ExporterConfig(listen="nowhere", during_drills=True, textfile=tmp_path, pushgateway="http://127.0.0.1:9")
    plan = SignalPlan(exporter=exporter)
    with collect.DrillSignals(plan, JobControl(), tmp_path / "drills" / "one", "docs") as signals:
        for name in ("_read", "_compare", "_ask_prometheus", "_annotate", "_draw"):
            monkeypatch.setattr(signals, name, broken)
        emit: Emit = ignore
        signals.before()
        signals.after(5, emit)
        signals.finish("nightly", "pass", "fine")
        notes = [*signals.found.notes, *signals.publish()]
    assert len(notes) == 8
    for note in notes:
        assert left(note, "nowhere", str(tmp_path), "Connection refused") == "", note


def test_what_is_said_of_qdrills_own_endpoint() -> None:
    down = (
        "metrics qdrill at http://localhost:9755 cannot be reached; check that it is running and its url in drills.toml"
    )
    assert chinese(down) != down
    assert chinese(f"{down}; {ONLY_DURING_DRILLS}").startswith(f"{chinese(down)}；qdrill 自身的指标")
    assert left(NOT_THIS_DRILL, "qdrill", "exporter", "during_drills", "true") == ""
