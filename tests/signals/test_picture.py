"""The picture of a drill's metrics: always there, Grafana's where it is one, else our own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest

from qdrill.config_services import GrafanaConfig
from qdrill.control import JobControl
from qdrill.errors import OutputError
from qdrill.events import MomentReached, Progress, StageFinished, StageStarted, ignore
from qdrill.signals.model import QueryAnswer, Series
from qdrill.signals.picture import chart_lines, metrics_picture
from qdrill.signals.throughput import Throughput
from tests.signals.test_grafana import png
from tests.support.odd_service import OddService, html, reply

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
END = START + timedelta(seconds=10)
NS = "{http://www.w3.org/2000/svg}"


def ticking() -> Iterator[float]:
    now = 0.0
    while True:
        yield now
        now += 0.5


def drilled(*, snapshot: bool = False) -> Throughput:
    """A restore of 20 steps, half a second each; a snapshot's points come with the last."""
    times = ticking()
    pace = Throughput(lambda: next(times))
    heard = pace.watch(ignore)
    heard(StageStarted("restore"))
    for step in range(1, 21):
        done = step * 100 if not snapshot else 2000 * (step == 20)
        heard(Progress("restore", "points", done, 2000, step * 10_000))
    heard(MomentReached("validated", 4.0))
    heard(StageFinished("restore", 10.0, True))
    return pace


def answer(name: str, *series: Series) -> QueryAnswer:
    return QueryAnswer(name, "up", "range", "answered", START.timestamp(), END.timestamp(), series=series)


def seen(instance: str, offset: float = 0.0) -> Series:
    at = START.timestamp() + offset
    return Series((("instance", instance),), tuple((at + second, 1e6 * second) for second in range(10)))


def draw(
    directory: Path,
    config: GrafanaConfig | None = None,
    *answers: QueryAnswer,
    pace: Throughput | None = None,
    control: JobControl | None = None,
) -> tuple[str, str]:
    used = control or JobControl()
    return metrics_picture(directory, config, {}, used, START, END, "docs", pace or drilled(), answers, "nightly", "en")


def texts(path: Path) -> list[str]:
    return [element.text or "" for element in ElementTree.parse(path).iter(f"{NS}text")]


def test_without_grafana_it_is_our_own_chart(tmp_path: Path) -> None:
    assert draw(tmp_path) == ("evidence/metrics.svg", "")
    assert {"nightly", "restore, points/s", "RTA 4.0 s"} <= set(texts(tmp_path / "evidence/metrics.svg"))
    assert [one.name for one in (tmp_path / "evidence").iterdir()] == ["metrics.svg"]


def test_a_rendered_panel_is_taken_as_it_came(tmp_path: Path) -> None:
    with OddService(reply(png())) as service:
        config = GrafanaConfig(service.url, "qdrill", panel_id=2)
        assert draw(tmp_path, config) == ("evidence/metrics.png", "")
    assert (tmp_path / "evidence/metrics.png").read_bytes() == png()
    assert not (tmp_path / "evidence/metrics.svg").exists()


def test_what_is_no_panel_becomes_our_chart_and_a_note(tmp_path: Path) -> None:
    for behaviour, said in ((html(), "page"), (reply(png(300, 40)), "renderer"), (reply(b"", 500), "500")):
        with OddService(behaviour) as service:
            path, note = draw(tmp_path, GrafanaConfig(service.url, "qdrill", panel_id=2))
        assert path == "evidence/metrics.svg"
        assert said in note
    assert not (tmp_path / "evidence/metrics.png").exists()
    assert "nightly" in texts(tmp_path / path)


def test_a_drill_that_moved_nothing_still_has_a_picture(tmp_path: Path) -> None:
    path, note = draw(tmp_path, pace=Throughput())
    assert note == ""
    assert "nothing was measured" in texts(tmp_path / path)


def test_what_prometheus_saw_stands_beside() -> None:
    paces = drilled().samples()
    memory, rows = answer("qdrant_memory", seen("a:6333"), seen("b:6333")), answer("import_rows", seen("c:1"))
    lines = chart_lines(paces, [rows, memory, answer("other", seen("d"))], START, END, "en")
    assert [(line.label, line.unit) for line in lines] == [
        ("restore, points/s", "points/s"),
        ("Qdrant memory a:6333", "bytes"),
        ("Qdrant memory b:6333", "bytes"),
    ]
    assert lines[1].points[2] == (2.0, 2e6)


def test_what_lies_outside_the_drill_is_not_drawn() -> None:
    paces = drilled().samples()
    before, partly = answer("qdrant_memory", seen("a", -60)), answer("import_rows", seen("a", -5))
    lines = chart_lines(paces, [before, partly], START, END, "zh")
    assert [line.label for line in lines] == ["恢复，点/秒", "已导入行数（Prometheus）"]
    assert [at for at, _ in lines[1].points] == [0.0, 1.0, 2.0, 3.0, 4.0]


def test_a_snapshots_pace_is_that_of_its_bytes() -> None:
    (line,) = chart_lines(drilled(snapshot=True).samples(), [], START, END, "en")
    assert (line.label, line.unit) == ("restore, bytes/s", "bytes/s")
    assert {round(value) for _, value in line.points} == {20_000}


def test_many_series_are_cut_to_what_a_chart_shows(tmp_path: Path) -> None:
    many = answer("qdrant_memory", *(seen(f"host{index}") for index in range(50)))
    path, _ = draw(tmp_path, None, many)
    assert len(list(ElementTree.parse(tmp_path / path).iter(f"{NS}polyline"))) == 6


def test_our_own_output_must_be_writable(tmp_path: Path) -> None:
    (tmp_path / "evidence").write_text("in the way")
    with pytest.raises(OutputError, match="cannot write"):
        draw(tmp_path)


def test_a_cancelled_drill_has_its_own_chart(tmp_path: Path) -> None:
    control = JobControl()
    control.cancel()
    with OddService(reply(png())) as service:
        path, note = draw(tmp_path, GrafanaConfig(service.url, "qdrill", panel_id=2), control=control)
        assert service.asked == []
    assert path == "evidence/metrics.svg"
    assert "cancelled" in note
    assert "nightly" in texts(tmp_path / path)
