"""What stands around the plot in words: its title, its series, what was left out; and all of it as JSON. Pure."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from typing import Any

from rich.cells import cell_len
from textual.content import Content

from qdrill.console.i18n import Say
from qdrill.console.panels.metrics_series import Picture, Point
from qdrill.console.panels.metrics_words import clock_text, labels_text, number_text, source_name
from qdrill.console.text import shown

_LEAST_LABELS = 12
Entry = tuple[int, str]
"""Number of a series, from 0, and its words."""


def title_text(say: Say, picture: Picture, room: int) -> str:
    """`Rows imported, last 15 min`; an expression is cut, never the time."""
    tail = say("metrics.chart.minutes", n=picture.minutes)
    name = say(f"metrics.tile.{picture.what}") if picture.what else picture.expression
    return f"{shown(name, max(8, room - cell_len(tail) - 2))}{say('metrics.comma')}{tail}"


def source_line(say: Say, picture: Picture) -> str:
    """`Prometheus, until 15:11:07`; empty where nobody answered."""
    if not picture.source:
        return ""
    return say("metrics.chart.source", source=source_name(say, picture.source), at=clock_text(picture.end, exact=True))


def legend_lines(say: Say, picture: Picture, width: int, most: int) -> list[Content]:
    """The series, each with the number at its line; several on a line where they fit. At most `most` lines."""
    if len(picture.curves) < 2 and not (picture.curves and picture.curves[0].labels):
        return []
    common = _common(picture)
    entries = []
    for number, curve in enumerate(picture.curves):
        labels = tuple(pair for pair in curve.labels if pair not in common) if len(picture.curves) > 1 else curve.labels
        last = number_text(picture.unit, curve.last)
        prefix = f"{number + 1} " if len(picture.curves) > 1 else ""
        limit = max(_LEAST_LABELS, width - cell_len(last) - len(prefix) - 1)
        entries.append((number, f"{prefix}{labels_text(labels or curve.labels, limit)} {last}"))
    rows = _packed(entries, width)
    if len(rows) <= most and not picture.more:
        return [_line(row) for row in rows]
    kept = rows[:most]
    hidden = sum(len(row) for row in rows[most:]) + picture.more
    return [*(_line(row) for row in kept[:-1]), _last(say, kept[-1], hidden, width)]


def _common(picture: Picture) -> set[tuple[str, str]]:
    """Labels that all series share: they tell none from another."""
    sets = [set(curve.labels) for curve in picture.curves]
    return set.intersection(*sets) if len(sets) > 1 else set()


def _packed(entries: list[Entry], width: int) -> list[list[Entry]]:
    rows: list[list[Entry]] = []
    left = 0
    for entry in entries:
        need = cell_len(entry[1]) + 3
        if rows and need <= left:
            rows[-1].append(entry)
            left -= need
        else:
            rows.append([entry])
            left = width - cell_len(entry[1])
    return rows


def _line(row: list[Entry]) -> Content:
    parts: list[Content | str] = []
    for number, text in row:
        parts += [Content("   ")] if parts else []
        parts.append(Content.styled(text, curve_style(number)))
    return Content.assemble(*parts)


def _last(say: Say, row: list[Entry], hidden: int, width: int) -> Content:
    """The last line that there is room for, with how many are not shown at its end."""
    for count in range(len(row), 0, -1):
        rest = say("metrics.chart.more", n=f"{hidden + len(row) - count:,}")
        line = _line(row[:count])
        if count == 1 or line.cell_length + cell_len(rest) + 3 <= width:
            break
    room = max(1, width - cell_len(rest) - 3)
    if line.cell_length > room:
        line = Content.styled(shown(row[0][1], room), curve_style(row[0][0]))
    return Content.assemble(line, "   ", rest)


def curve_style(number: int) -> str:
    """The colour of a series, as the plot has it."""
    return ("$chart-line", "$warning", "$success", "$error", "$accent", "$foreground")[number % 6]


def note_words(say: Say, picture: Picture, note: str) -> str:
    """What must be known of what is drawn; `note` is the engine's, in the language of the screen."""
    unusable = say("metrics.chart.unusable", n=f"{picture.unusable:,}") if picture.unusable else ""
    return say("metrics.semicolon").join(part for part in (note, unusable) if part)


def chart_document(picture: Picture) -> str:
    """The chart as JSON: what was asked, who answered, the stages, and every series as it is drawn."""
    document: dict[str, Any] = {
        **({"metric": picture.what} if picture.what else {"promql": picture.expression}),
        "minutes": picture.minutes,
        "start": _time(picture.start),
        "end": _time(picture.end),
        "unit": picture.unit,
        "source": picture.source,
        "note": picture.note,
        "stages": [
            {"name": one.name, "start": _time(one.start), "end": None if one.end is None else _time(one.end)}
            for one in picture.spans
        ],
        "series": [
            {
                "labels": dict(curve.labels),
                "points_answered": curve.points,
                "points": [_pair(point) for stretch in curve.stretches for point in stretch],
            }
            for curve in picture.curves
        ],
        "series_left_out": picture.more,
        "values_left_out": picture.unusable,
    }
    return json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False)


def _pair(point: Point) -> list[float]:
    return [point[0], point[1]]


def _time(seconds: float) -> str | None:
    if not math.isfinite(seconds):
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
    except (ValueError, OverflowError, OSError):
        return None
