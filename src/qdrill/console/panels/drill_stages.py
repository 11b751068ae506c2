"""The stages of a drill with state and time: a column where there is room, one line where there is not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len

from qdrill import units
from qdrill.console.panels.drill_run import StageRow
from qdrill.console.text import fit, pad, shown
from qdrill.console.widgets.lines import PaintedWidget, Row, Run
from qdrill.console.widgets.state import GLYPHS

_GAP = 2
_RUNNING = frozenset(("running", "paused"))
_LONG = _RUNNING | {"backup", "restore", "validate"}
_ALL = _LONG | {"preflight", "record"}


@dataclass(frozen=True, slots=True)
class NamedStage:
    """A stage with its name and its state in the language of the screen."""

    row: StageRow
    name: str
    word: str


@dataclass(frozen=True, slots=True)
class StagesValue:
    """The stages, and figures under them as (name, value); figures are left out on one line."""

    stages: tuple[NamedStage, ...] = ()
    figures: tuple[tuple[str, str], ...] = ()


def stage_column(value: StagesValue, width: int) -> list[Row]:
    """A stage a line: glyph, name, word, time; then the figures."""
    names = max((cell_len(stage.name) for stage in value.stages), default=0)
    rows: list[Row] = []
    for stage in value.stages:
        time = _time(stage.row)
        room = max(0, width - names - _GAP * 2 - cell_len(time))
        head = f"{GLYPHS[stage.row.state]} {pad(stage.name, names)}"
        rows.append([(head, _part(stage.row)), (f"  {fit(stage.word, room)}", "stages--word"), (time, "")])
    if value.figures:
        rows.append([("", "")])
    labels = max((cell_len(name) for name, _ in value.figures), default=0)
    for name, text in value.figures:
        room = max(0, width - labels - _GAP)
        rows.append([(pad(name, labels + _GAP), "stages--word"), (fit(text, room), "")])
    return rows


def stage_line(value: StagesValue, width: int) -> list[Row]:
    """All stages on one line; where it is narrow, times go, those of the first and last stage before the others'."""
    for times in (_ALL, _LONG, _RUNNING, frozenset[str]()):
        runs: list[Run] = []
        for at, stage in enumerate(value.stages):
            text = f"{GLYPHS[stage.row.state]} {shown(stage.name)}"
            if stage.row.seconds is not None and not times.isdisjoint((stage.row.name, stage.row.state)):
                text += f" {units.seconds(stage.row.seconds)}"
            runs.append((("  " if at else "") + text, _part(stage.row)))
        if sum(cell_len(text) for text, _ in runs) <= width:
            break
    return [runs]


def _time(row: StageRow) -> str:
    return "" if row.seconds is None else units.seconds(row.seconds)


def _part(row: StageRow) -> str:
    return f"stages--{row.state}"


class Stages(PaintedWidget):
    """The stages; on one line when it is one line high."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *("stages--pass", "stages--fail", "stages--inconclusive", "stages--interrupted"),
        *("stages--running", "stages--paused", "stages--waiting", "stages--word"),
    }
    DEFAULT_CSS = """
    Stages {
        width: 1fr;
        height: 1fr;
        & > .stages--pass { color: $state-pass; }
        & > .stages--fail { color: $state-fail; text-style: bold; }
        & > .stages--inconclusive { color: $state-inconclusive; }
        & > .stages--interrupted { color: $state-interrupted; }
        & > .stages--running { color: $state-running; text-style: bold; }
        & > .stages--paused { color: $state-paused; }
        & > .stages--waiting { color: $state-skipped; }
        & > .stages--word { color: $text-muted; }
    }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.value = StagesValue()

    def show(self, value: StagesValue) -> None:
        """Show another moment."""
        if value != self.value:
            self.value = value
            self.repaint()

    def paint(self, width: int, height: int) -> Sequence[Row]:
        """See `stage_column` and `stage_line`."""
        return stage_line(self.value, width) if height <= 1 else stage_column(self.value, width)
