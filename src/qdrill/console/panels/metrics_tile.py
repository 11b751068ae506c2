"""One tile: a number, what it did during the drill, its sparkline, who said it and when. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass

from rich.cells import cell_len

from qdrill.console.i18n import Say
from qdrill.console.panels.metrics_series import spark_values
from qdrill.console.panels.metrics_words import (
    age_text,
    change_text,
    number_text,
    short_change,
    short_source,
    source_text,
)
from qdrill.console.text import fit, shown
from qdrill.console.widgets.lines import Row
from qdrill.console.widgets.spark import SparkValue, render_spark
from qdrill.signals.board_model import Tile

_LEAST_SPARK, _LEAST_NAME = 4, 3
_CHOSEN = "▸"


@dataclass(frozen=True, slots=True)
class TileValue:
    """What a tile shows.

    Attributes:
        tile: None while nothing was read yet.
        age: whole seconds since its number was true; None where nobody knows.
        chosen: whether the chart shows it. drilled: whether there is a drill to speak of.
        note: why there is no number, in the language of the screen.
    """

    key: str
    tile: Tile | None = None
    age: int | None = None
    chosen: bool = False
    drilled: bool = False
    note: str = ""


def tile_rows(say: Say, value: TileValue, width: int, *, named: bool) -> list[Row]:
    """Three lines of a width in cells; the first is the name where it is `named`, else that stands in the border."""
    name = f"{_CHOSEN if value.chosen else ' '}{say(f'metrics.tile.{value.key}')}"
    head: list[Row] = [[(fit(name, width), "tile--chosen" if value.chosen else "tile--name")]]
    if value.tile is None:
        return [*(head if named else []), [(fit(say("metrics.reading"), width), "tile--quiet")]]
    body = _narrow(say, value, value.tile, width) if named else _wide(say, value, value.tile, width)
    return [*(head if named else []), *body]


def _wide(say: Say, value: TileValue, tile: Tile, width: int) -> list[Row]:
    source = source_text(say, tile, value.age, short=True)
    return [
        _number(say, tile, width),
        [(fit(change_text(say, tile, value.drilled), width), "tile--change")],
        [(fit(value.note if tile.value is None and value.note else source, width), "tile--quiet")],
    ]


def _narrow(say: Say, value: TileValue, tile: Tile, width: int) -> list[Row]:
    change = short_change(say, tile)
    return [_number(say, tile, width), _change_and_source(change, tile, value.age, width)]


def _number(say: Say, tile: Tile, width: int) -> Row:
    """The number, and the sparkline in what is left of the line."""
    known = tile.value is not None and not math.isnan(tile.value)
    text = shown(number_text(tile.unit, tile.value) if known else say("metrics.unknown"), width)
    room = width - cell_len(text) - 2
    number = (text, "tile--number" if known else "tile--unknown")
    if room < _LEAST_SPARK:
        return [number, (" " * (width - cell_len(text)), "")]
    (line, *_), *_ = render_spark(SparkValue(spark_values(tile.spark, room)), room, 1)
    return [number, ("  ", ""), line]


def _change_and_source(change: str, tile: Tile, age: int | None, width: int) -> Row:
    """`+100,000  rag 2 s`; of the two the source is cut."""
    change = shown(change, width)
    room = width - cell_len(change) - 1
    when = "" if age is None or tile.value is None else f" {age_text(age)}"
    name = shown(short_source(tile.source), max(0, room - cell_len(when))) if tile.value is not None else ""
    # Two letters of a name tell nothing; the line under the tiles has it whole.
    source = name + when if cell_len(name) >= min(_LEAST_NAME, cell_len(tile.source)) else when.strip()
    source = source if cell_len(source) <= room else ""
    gap = " " * (width - cell_len(change) - cell_len(source))
    return [(change, "tile--change"), (gap, ""), (source, "tile--quiet")]


def tile_line(say: Say, tile: Tile, age: float | None, drilled: bool, note: str) -> str:
    """A tile whole on one line, as the line under the tiles and the clipboard have it."""
    parts = (
        say(f"metrics.tile.{tile.key}"),
        say("metrics.unknown") if tile.value is None else number_text(tile.unit, tile.value),
        change_text(say, tile, drilled),
        source_text(say, tile, age),
        note,
    )
    return say("metrics.comma").join(part for part in parts if part)
