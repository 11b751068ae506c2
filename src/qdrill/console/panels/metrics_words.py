"""Numbers, ages and sources of the Metrics screen in words. What nobody knows is a word or a dash, never a zero."""

from __future__ import annotations

import math
from datetime import datetime

from qdrill import units
from qdrill.console.i18n import Say
from qdrill.console.text import UNKNOWN, shown
from qdrill.signals.board_model import Tile, Unit
from qdrill.signals.model import Labels

_ENDPOINT = "endpoint "
_MINUS = "−"
_PREFIXES = ((1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))
_BEYOND = 1e18
_MOST_FULL = 1e13
LONGEST_NAME = 60


def number_text(unit: Unit | None, value: float | None) -> str:
    """`100,000`, `512.4 MB`, `42 ms`, `∞`; a dash for None and NaN. `unit` None is a number of any kind."""
    if value is None or math.isnan(value):
        return UNKNOWN
    if math.isinf(value):
        return "∞" if value > 0 else f"{_MINUS}∞"
    text = _size(unit, abs(value))
    return f"{_MINUS}{text}" if value < 0 else text


def _size(unit: Unit | None, value: float) -> str:
    if unit == "bytes":
        return units.size(value) if value < _MOST_FULL else f"{value:.3g} B"
    if unit == "seconds":
        return _seconds(value)
    if value >= _MOST_FULL:
        return f"{value:.4g}"
    if value == round(value):
        return units.count(value)
    return f"{value:,.2f}" if value >= 1 else f"{value:.3g}"


def _seconds(value: float) -> str:
    if value >= 1:
        return units.seconds(value) if value < _MOST_FULL else f"{value:.3g} s"
    return f"{value * 1e3:.3g} ms"


def axis_text(unit: Unit | None, value: float) -> str:
    """A number at an axis, at most 8 cells: `150k`, `512 MB`, `42 ms`."""
    if value == 0:
        return "0"
    if unit == "seconds":
        return number_text(unit, value).replace(".0 s", " s")
    size, sign = abs(value), _MINUS if value < 0 else ""
    suffix = " B" if unit == "bytes" else ""
    if size >= _BEYOND:
        return f"{sign}{size:.2g}"
    step, prefix = next(((step, prefix) for step, prefix in _PREFIXES if size >= step), (1.0, ""))
    space = " " if suffix and prefix else ""
    return f"{sign}{size / step:.4g}{space}{prefix}{suffix.strip() if prefix else suffix}"


def change_text(say: Say, tile: Tile, drilled: bool) -> str:
    """What it did during the drill, in full; `drilled`: whether there is a drill to speak of."""
    if tile.change is None or math.isnan(tile.change):
        return say("metrics.change.unknown" if drilled else "metrics.change.no_drill")
    key = "quantile" if tile.key == "import_p95" else "rose"
    return say(f"metrics.change.{key}", n=_moved(tile))


def short_change(say: Say, tile: Tile) -> str:
    """The same on few cells: `+100,000`."""
    if tile.change is None or math.isnan(tile.change):
        return say("metrics.change.short_unknown")
    return say("metrics.change.short_quantile", n=_moved(tile)) if tile.key == "import_p95" else _moved(tile)


def _moved(tile: Tile) -> str:
    text = number_text(tile.unit, tile.change)
    if tile.key == "import_p95" or text.startswith(_MINUS):
        return text
    return f"±{text}" if tile.change == 0 else f"+{text}"


def age_text(seconds: float) -> str:
    """`2 s`, `5 min`, `3 h`: whole seconds, so that it changes once a second."""
    whole = max(0, int(seconds))
    if whole < 120:
        return f"{whole} s"
    return f"{whole // 60} min" if whole < 7200 else f"{whole // 3600} h"


def source_name(say: Say, source: str) -> str:
    """`endpoint rag`, in the language of the screen; the name in it may be hostile, and is shown as it is."""
    if source.startswith(_ENDPOINT):
        return say("metrics.source.endpoint", name=shown(source.removeprefix(_ENDPOINT), LONGEST_NAME))
    return shown(source, LONGEST_NAME)


def short_source(source: str) -> str:
    """The endpoint's name alone."""
    return shown(source.removeprefix(_ENDPOINT), LONGEST_NAME)


def source_text(say: Say, tile: Tile, age: float | None, *, short: bool = False) -> str:
    """`endpoint rag, 2 s ago`; says so where there is no number, or its age is not known. `short` is for a tile."""
    if tile.value is None:
        return say("metrics.source.none")
    if age is None:
        return say("metrics.source.ageless", source=source_name(say, tile.source))
    return say(
        "metrics.source.short" if short else "metrics.source.aged",
        source=source_name(say, tile.source),
        age=age_text(age),
    )


def clock_text(seconds: float, *, exact: bool = False) -> str:
    """Unix seconds as the time of day here: `15:11`, `15:11:07`; a dash where no clock shows it."""
    try:
        return f"{datetime.fromtimestamp(seconds):%H:%M:%S}"[: None if exact else 5]
    except (ValueError, OverflowError, OSError):
        return UNKNOWN


def labels_text(labels: Labels, limit: int) -> str:
    """A series as PromQL writes it, harmless and on one line: `up{job="qdrant"}`."""
    name = next((value for key, value in labels if key == "__name__"), "")
    pairs = (f'{key}="{_escaped(value)}"' for key, value in labels if key != "__name__")
    rest = ",".join(pairs)
    return shown(f"{name}{{{rest}}}" if rest or not name else name, limit)


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')
