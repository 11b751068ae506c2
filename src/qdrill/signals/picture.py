"""The picture of a drill's metrics: Grafana's panel where a renderer answers with one, else our own chart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from qdrill.config_services import GrafanaConfig
from qdrill.control import JobControl
from qdrill.errors import Interrupted
from qdrill.files import write_text, write_whole
from qdrill.language import Lang
from qdrill.signals.chart_axis import Unit
from qdrill.signals.chart_svg import MOST_LINES, ChartLine, ChartMark, chart_svg
from qdrill.signals.grafana import render
from qdrill.signals.model import QueryAnswer, Series
from qdrill.signals.throughput import JobPace, Paces, Throughput
from qdrill.units import seconds as seconds_text

PNG, SVG = "evidence/metrics.png", "evidence/metrics.svg"
# Queries that go with a drill's own pace, best first; the right axis has room for one unit.
_BESIDE: tuple[tuple[str, Unit], ...] = (
    ("qdrant_memory", "bytes"),
    ("import_rows", "points"),
    ("qdrant_points", "points"),
    ("qdrant_queue", "number"),
)
_NAMES: dict[Lang, dict[str, str]] = {
    "en": {
        "backup": "backup, points/s",
        "restore": "restore, points/s",
        "verify": "compare, points/s",
        "backup.bytes": "backup, bytes/s",
        "restore.bytes": "restore, bytes/s",
        "verify.bytes": "compare, bytes/s",
        "qdrant_memory": "Qdrant memory",
        "import_rows": "rows imported, so Prometheus",
        "qdrant_points": "points, so Prometheus",
        "qdrant_queue": "update queue, so Prometheus",
    },
    "zh": {
        "backup": "备份，点/秒",
        "restore": "恢复，点/秒",
        "verify": "比对，点/秒",
        "backup.bytes": "备份，字节/秒",
        "restore.bytes": "恢复，字节/秒",
        "verify.bytes": "比对，字节/秒",
        "qdrant_memory": "Qdrant 内存",
        "import_rows": "已导入行数（Prometheus）",
        "qdrant_points": "数据点（Prometheus）",
        "qdrant_queue": "更新队列（Prometheus）",
    },
}


def metrics_picture(
    directory: Path,
    config: GrafanaConfig | None,
    environ: Mapping[str, str],
    control: JobControl,
    start: datetime,
    end: datetime,
    collection: str,
    throughput: Throughput,
    answers: Sequence[QueryAnswer],
    title: str,
    language: Lang,
) -> tuple[str, str]:
    """Write the picture into the drill's `directory`: (its path there, why it is not Grafana's panel or '').

    Args:
        start, end: the drill's window, aware; `throughput` began with it.
        answers: of Prometheus; those that can be drawn beside the drill's own pace are.

    A cancelled drill is drawn, too, but nobody is asked for its panel.

    Raises:
        OutputError: it cannot be written.
    """
    try:
        panel, note = (None, "") if config is None else render(config, environ, control, start, end, collection)
    except Interrupted:
        panel, note = None, "no panel was rendered: the drill was cancelled"
    if panel is not None:
        write_whole(directory / PNG, panel)
        return PNG, note
    paces = throughput.samples()
    lines = chart_lines(paces, answers, start, end, language)
    write_text(directory / SVG, chart_svg(title, paces.stages, lines, language, chart_marks(paces)))
    return SVG, note


def chart_lines(
    paces: Paces, answers: Sequence[QueryAnswer], start: datetime, end: datetime, language: Lang
) -> list[ChartLine]:
    """What is drawn: the drill's own pace, and one thing that Prometheus saw; two units and MOST_LINES lines at most.

    Points that came all at once, as a snapshot's do, have no pace; then it is that of the bytes.
    """
    names = _NAMES[language]
    own = [line for job in paces.jobs if (line := _pace(job, names)) is not None][:MOST_LINES]
    units = {line.unit for line in own}
    for name, unit in _BESIDE:
        if len(units | {unit}) > 2:
            continue
        beside = [line for answer in answers if answer.name == name for line in _seen(answer, unit, start, end, names)]
        if beside:
            return [*own, *beside][:MOST_LINES]
    return own


def chart_marks(paces: Paces) -> list[ChartMark]:
    """Where the recovery was: the moment that ends the RTA, if it came."""
    moments = dict(paces.moments)
    restore = next((span.start for span in paces.stages if span.stage == "restore"), None)
    if restore is None or "validated" not in moments:
        return []
    at = moments["validated"]
    return [ChartMark(f"RTA {seconds_text(at - restore)}", at)]


def _pace(job: JobPace, names: Mapping[str, str]) -> ChartLine | None:
    if points := job.points_per_second():
        return ChartLine(names[job.job], "points/s", points)
    if size := job.bytes_per_second():
        return ChartLine(names[f"{job.job}.bytes"], "bytes/s", size)
    return None


def _seen(
    answer: QueryAnswer, unit: Unit, start: datetime, end: datetime, names: Mapping[str, str]
) -> Iterator[ChartLine]:
    """The series of an answer inside the drill's window; each says whose it is where there are several."""
    began, ended = start.timestamp(), end.timestamp()
    for series in answer.series:
        inside = tuple((at - began, value) for at, value in series.points if began <= at <= ended)
        if inside:
            whose = f" {_whose(series)}" if len(answer.series) > 1 else ""
            yield ChartLine(f"{names[answer.name]}{whose}", unit, inside)


def _whose(series: Series) -> str:
    labels = dict(series.labels)
    return labels.get("instance") or labels.get("job") or ""
