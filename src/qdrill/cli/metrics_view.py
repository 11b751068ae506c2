"""The metrics board and answers of Prometheus, as text."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from qdrill import units
from qdrill.cli import output
from qdrill.language import Lang
from qdrill.names import one_line, terminal_text
from qdrill.records.history import SPARK_WIDTH, sparkline

if TYPE_CHECKING:
    from qdrill.signals.board_model import Board, Tile, Unit
    from qdrill.signals.model import QueryAnswer, Series

_LISTED = 50
_LABELS_CELLS = 200
_WORDS: Mapping[Lang, Mapping[str, str]] = {
    "en": {
        "import_rows": "rows imported",
        "import_batches": "import batches",
        "import_skipped": "rows skipped",
        "import_p95": "import p95",
        "qdrant_memory": "Qdrant memory",
        "qdrant_points": "Qdrant points",
        "qdrant_optimizing": "optimizations running",
        "qdrant_queue": "update queue",
        "metric": "metric",
        "now": "now",
        "during": "during the drill",
        "source": "source",
        "age": "age",
        "spark": "last {minutes} min",
        "collection": "collection",
        "drill": "drill",
        "stages": "stages",
        "nodrill": "no drill of this collection on record",
        "unknown": "unknown",
        "series": "series",
        "last": "last",
        "points": "points",
        "more": "and {n} more series; --json has all of them",
        "empty": "Prometheus has no data for this in the last {minutes} minutes",
        "note": "note",
        "endpoint": "endpoint {name}",
        "about": "{names}: {note}",
        "comma": ", ",
        "preflight": "preflight",
        "backup": "backup",
        "restore": "restore",
        "validate": "validate",
        "record": "record",
    },
    "zh": {
        "import_rows": "导入行数",
        "import_batches": "导入批次",
        "import_skipped": "跳过行数",
        "import_p95": "导入耗时 p95",
        "qdrant_memory": "Qdrant 内存",
        "qdrant_points": "Qdrant 数据点",
        "qdrant_optimizing": "进行中的优化",
        "qdrant_queue": "更新队列",
        "metric": "指标",
        "now": "当前",
        "during": "演练期间",
        "source": "来源",
        "age": "多久以前",
        "spark": "最近 {minutes} 分钟",
        "collection": "集合",
        "drill": "演练",
        "stages": "阶段",
        "nodrill": "没有该集合的演练记录",
        "unknown": "未知",
        "series": "序列",
        "last": "最新值",
        "points": "点数",
        "more": "另有 {n} 条序列；--json 列出全部",
        "empty": "最近 {minutes} 分钟内 Prometheus 没有数据",
        "note": "说明",
        "endpoint": "端点 {name}",
        "about": "{names}：{note}",
        "comma": "、",
        "preflight": "预检",
        "backup": "备份",
        "restore": "恢复",
        "validate": "验证",
        "record": "记录",
    },
}
NO_VALUE = "–"
_ENDPOINT = "endpoint "


def board_text(board: Board, minutes: int, lang: Lang = "en") -> str:
    """The board for people: what it is about, the tiles, and why numbers are missing."""
    words = _WORDS[lang]
    lines = output.pairs(_heading(board, words), indent=0)
    if not board.configured:
        return "\n".join(lines)
    columns = (
        output.Column(words["metric"]),
        output.Column(words["now"], right=True),
        output.Column(words["during"], right=True),
        output.Column(words["source"], flexible=True),
        output.Column(words["age"], right=True),
        output.Column(words["spark"].format(minutes=minutes)),
    )
    rows = [_row(tile, words, drilled=bool(board.spans or board.drill)) for tile in board.tiles]
    lines += ["", *output.table(columns, rows, indent=0, room=output.table_room())]
    notes = [line for note in _notes(board.tiles, words, lang) for line in output.wrapped(note, output.width())]
    return "\n".join([*lines, "", *notes] if notes else lines)


def _heading(board: Board, words: Mapping[str, str]) -> list[tuple[str, str]]:
    rows = [(words["collection"], board.collection), (words["drill"], board.drill or words["nodrill"])]
    if board.spans:
        begun = datetime.fromtimestamp(board.spans[0].start, UTC).strftime("%Y-%m-%d %H:%M:%SZ")
        took = "  ".join(
            f"{words.get(span.name, span.name)} {'…' if span.end is None else units.seconds(span.end - span.start)}"
            for span in board.spans
        )
        rows.append((words["stages"], f"{begun}  {took}"))
    return rows


def _row(tile: Tile, words: Mapping[str, str], *, drilled: bool) -> list[str]:
    unknown = words["unknown"]
    change = NO_VALUE if not drilled else unknown
    if tile.change is not None:
        change = amount(tile.change, tile.unit)
        if tile.change > 0 and tile.key != "import_p95":
            change = f"+{change}"
    return [
        words[tile.key],
        unknown if tile.value is None else amount(tile.value, tile.unit),
        change,
        _source(tile.source, words),
        NO_VALUE if tile.age is None else units.seconds(tile.age),
        spark(tile.spark),
    ]


def _source(source: str, words: Mapping[str, str]) -> str:
    """Who said it; the name of an endpoint stays as it is."""
    if source.startswith(_ENDPOINT):
        return words["endpoint"].format(name=source.removeprefix(_ENDPOINT))
    return source or NO_VALUE


def sentence(english: str, lang: Lang) -> str:
    """One of qdrill's own sentences in the language of the reader."""
    from qdrill.records.words import WORDS

    return WORDS[lang].sentence(english)


def _notes(tiles: Sequence[Tile], words: Mapping[str, str], lang: Lang) -> list[str]:
    """Each note once, after the tiles that it is about."""
    about: dict[str, list[str]] = {}
    for tile in tiles:
        if tile.note:
            about.setdefault(tile.note, []).append(words[tile.key])
    return [
        words["about"].format(names=words["comma"].join(names), note=sentence(note, lang))
        for note, names in about.items()
    ]


def amount(value: float, unit: Unit) -> str:
    """A number with its unit: `100,000`, `512.4 MB`, `42 ms`. What is no whole number shows that it is none."""
    if unit == "bytes":
        return units.size(value) if value >= 0 else f"-{units.size(-value)}"
    if unit == "seconds":
        return units.seconds(value) if value >= 1 else f"{value * 1000:.3g} ms"
    return units.count(value) if value == round(value) else f"{value:,.1f}"


def spark(points: Sequence[tuple[float, float]]) -> str:
    """The points as bars, the highest of each stretch; empty where there are too few to show a course."""
    values = [value for _, value in points if math.isfinite(value)]
    if len(values) < 2:
        return ""
    size = len(values) / min(SPARK_WIDTH, len(values))
    stretches = (values[round(at * size) : round((at + 1) * size)] for at in range(min(SPARK_WIDTH, len(values))))
    return sparkline([max(stretch) for stretch in stretches if stretch])


def query_text(answer: QueryAnswer, minutes: int, lang: Lang = "en") -> str:
    """The series of an answer: labels, last value, course."""
    words = _WORDS[lang]
    if not answer.series:
        return words["empty"].format(minutes=minutes)
    columns = (
        output.Column(words["series"], flexible=True),
        output.Column(words["last"], right=True),
        output.Column(words["points"], right=True),
        output.Column(words["spark"].format(minutes=minutes)),
    )
    rows = [
        (
            series_name(one),
            f"{one.points[-1][1]:.10g}" if one.points else words["unknown"],
            units.count(len(one.points)),
            spark(one.points),
        )
        for one in answer.series[:_LISTED]
    ]
    lines = output.table(columns, rows, indent=0, room=output.table_room())
    if len(answer.series) > _LISTED:
        lines.append(words["more"].format(n=units.count(len(answer.series) - _LISTED)))
    if answer.note:
        lines += output.pairs([(words["note"], one_line(sentence(answer.note, lang)))], indent=0)
    return "\n".join(lines)


def series_name(series: Series) -> str:
    """A series as PromQL writes it; `{}` where it has no labels."""
    labels = dict(series.labels)
    name = labels.pop("__name__", "")
    inner = ", ".join(f'{label}="{value}"' for label, value in labels.items())
    return terminal_text(name + (f"{{{inner}}}" if inner or not name else ""), _LABELS_CELLS)
