"""The chart of a tile or of an expression: stages above it, the plot, its series and what must be known of it below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from qdrill.console.feed import STAGES
from qdrill.console.i18n import Say
from qdrill.console.panels.metrics_legend import legend_lines, note_words, source_line, title_text
from qdrill.console.panels.metrics_ruler import marks, ruler
from qdrill.console.panels.metrics_series import Picture
from qdrill.console.text import plain
from qdrill.console.widgets.say import Localised
from qdrill.signals.board_model import Span

if TYPE_CHECKING:
    from qdrill.console.panels.metrics_plot import Plot

_LEFT, _FRAME = 10, 1
_FEW_ROWS = 14
DOTS = 2


def load_plot() -> type[Plot]:
    """The plot's class; loading what it needs takes a while the first time, so threads call this."""
    from qdrill.console.panels.metrics_plot import Plot

    return Plot


def stage_names(say: Say, spans: tuple[Span, ...]) -> list[tuple[Span, str]]:
    """Each stage with its name on the screen; one that is none of ours keeps its own."""
    return [(span, say(f"drill.stage.{span.name}") if span.name in STAGES else span.name) for span in spans]


class ChartPanel(Vertical, Localised):
    """The chart. It gets the keys like any panel, so that `y` copies it."""

    can_focus = True
    DEFAULT_CSS = """
    ChartPanel {
        height: 1fr;
        min-height: 6;
        border-subtitle-color: $text-muted;
        &:focus { border: heavy $accent; }
        & #chart-ruler { height: 1; color: $objective; text-wrap: nowrap; }
        & #chart-room { height: 1fr; }
        & #chart-empty { height: 1fr; content-align: center middle; text-align: center; color: $text-muted; }
        & #chart-empty.-failed { color: $text-error; }
        & #chart-legend, & #chart-note { height: auto; text-wrap: nowrap; text-overflow: ellipsis; }
        & #chart-note { color: $text-muted; max-height: 2; text-wrap: wrap; }
        & .-gone { display: none; }
    }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, classes="panel")
        self.picture: Picture | None = None
        self.waiting = ""
        self._plot: Plot | None = None

    def compose(self) -> ComposeResult:
        """Ruler, plot, series, note."""
        yield Static(id="chart-ruler", markup=False)
        with Vertical(id="chart-room"):
            yield Static(id="chart-empty", markup=False)
        yield Static(id="chart-legend", markup=False)
        yield Static(id="chart-note", markup=False)

    @property
    def columns(self) -> int:
        """Columns of dots that there is room for; for a screen that has no size yet, as many as a usual one."""
        return DOTS * (self._frame() or 80)

    def on_mount(self) -> None:
        """The words."""
        self.relabel()

    def on_resize(self, _event: events.Resize) -> None:
        """Another room."""
        self.relabel()

    def wait_for(self, title: str) -> None:
        """Say that another chart was asked for; the one that is shown stays until it comes, if it is of the same."""
        self.picture, self.waiting = None, title
        self.relabel()

    def show(self, picture: Picture, plot: type[Plot]) -> None:
        """Show another picture, or the same a little later."""
        self.waiting = ""
        if self._plot is None:
            self._plot = plot()
            self.query_one("#chart-room").mount(self._plot)
        self.picture = picture
        self.relabel()

    def relabel(self) -> None:
        """All of it in the app's language, and for the room there is."""
        picture = self.picture
        if not self.is_mounted:
            return
        self._show_titles(picture)
        drawn = picture is not None and not picture.empty
        self._show_empty(picture, hidden=drawn)
        for name in ("#chart-ruler", "#chart-legend", "#chart-note"):
            self.query_one(name).set_class(not drawn, "-gone")
        if drawn and picture is not None:
            self._show_drawn(picture)

    def _show_titles(self, picture: Picture | None) -> None:
        """What, and who says so; in one line where there is no border below."""
        room = max(10, self.size.width - 6)
        if picture is None:
            self.border_title, self.border_subtitle = plain(self.waiting, room), Content("")
            return
        source = source_line(self.say, picture)
        below = self.styles.border_bottom[0] not in ("", "none")
        beside = "" if below or not source else f"{self.say('metrics.comma')}{source}"
        title = title_text(self.say, picture, room - cell_len(beside))
        self.border_title = plain(f"{title}{beside}", room)
        self.border_subtitle = plain(source if below else "", room)

    def _show_empty(self, picture: Picture | None, *, hidden: bool) -> None:
        empty = self.query_one("#chart-empty", Static)
        empty.set_class(hidden, "-gone")
        if self._plot is not None:
            self._plot.set_class(not hidden, "-gone")
        if hidden:
            return
        failed = picture is not None and picture.failed
        empty.set_class(failed, "-failed")
        empty.update(plain(self.empty_text(picture)))

    def empty_text(self, picture: Picture | None) -> str:
        """What is said in place of a chart."""
        if picture is None:
            return self.say("metrics.reading") if self.waiting else ""
        note = note_words(self.say, picture, self.sentence(picture.note))
        if picture.failed:
            return f"✗ {note}"
        return note or self.say("metrics.chart.empty")

    def _show_drawn(self, picture: Picture) -> None:
        width, columns = self.content_size.width, self._frame()
        found = marks(stage_names(self.say, picture.spans), picture.start, picture.end, columns)
        line = " " * (_LEFT + _FRAME) + ruler(found, columns)
        self.query_one("#chart-ruler", Static).update(Content(line))
        if self._plot is not None:
            self._plot.show(picture, found)
        most = 2 if self.content_size.height < _FEW_ROWS else 4
        legend = self.query_one("#chart-legend", Static)
        lines = legend_lines(self.say, picture, width, most)
        legend.update(Content("\n").join(lines))
        legend.set_class(not lines, "-gone")
        note = self.query_one("#chart-note", Static)
        words = note_words(self.say, picture, self.sentence(picture.note))
        note.update(plain(words, 2 * max(10, width - 2)))
        note.set_class(not words, "-gone")

    def _frame(self) -> int:
        """Columns inside the plot's frame."""
        return max(0, self.content_size.width - _LEFT - 2 * _FRAME)
