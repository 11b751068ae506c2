"""The Metrics screen: what endpoints and Prometheus say, what it did during the drill, and any expression."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePath
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Static

from qdrill.console.actions import bindings_for
from qdrill.console.modals.choose import Choose
from qdrill.console.modals.dialogue import open_dialogue
from qdrill.console.modals.reading import Reading
from qdrill.console.panels.metrics_chart import ChartPanel
from qdrill.console.panels.metrics_expression import ExpressionLine
from qdrill.console.panels.metrics_legend import chart_document, title_text
from qdrill.console.panels.metrics_series import Picture
from qdrill.console.panels.metrics_setup import LINES, SetupPanel
from qdrill.console.panels.metrics_tile import TileValue, tile_line
from qdrill.console.panels.metrics_tiles import TileGrid
from qdrill.console.panels.metrics_words import change_text, number_text, source_text
from qdrill.console.panels.search_query import QueryLine
from qdrill.console.screens.metrics_reading import MetricsDesk
from qdrill.console.screens.metrics_why import why_not
from qdrill.console.text import fit_parts, lines, shown
from qdrill.signals.board_model import KEYS, MINUTES, Tile

if TYPE_CHECKING:
    from qdrill.console.panels.metrics_plot import Plot

_PROBLEMS = (2, 4)


class MetricsScreen(MetricsDesk):
    """The Metrics screen."""

    MODE = "metrics"
    CSS_PATH: ClassVar[list[str | PurePath]] = ["base.tcss", "metrics.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = bindings_for("metrics")

    def body(self) -> ComposeResult:
        """Tiles, the chosen one in words, what is wrong, the chart, the line; or what to configure."""
        with Vertical(id="metrics"):
            yield TileGrid(id="tiles")
            yield Static(id="tile-line", markup=False)
            yield Static(id="problems", classes="-gone", markup=False)
            yield ChartPanel(id="chart")
            yield ExpressionLine(id="expression-line")
        yield SetupPanel(id="setup")

    def on_mount(self) -> None:
        """Begin."""
        self.tiles.focus()
        self.relabel()

    @property
    def tiles(self) -> TileGrid:
        """The tiles."""
        return self.query_one(TileGrid)

    @property
    def chart(self) -> ChartPanel:
        """The chart."""
        return self.query_one(ChartPanel)

    @property
    def line(self) -> QueryLine:
        """The line for expressions."""
        return self.query_one(ExpressionLine).line

    @property
    def columns(self) -> int:
        """See `MetricsDesk`."""
        return self.chart.columns

    # ------------------------------------------------------------------ showing

    def relabel(self) -> None:
        """Title and words in the app's language; the panels do their own."""
        if self.is_mounted:
            self._titles()
            self.show_board()

    def _titles(self) -> None:
        board = self.board
        if board is None:
            self.top.show(self.say("action.app.metrics"))
            return
        named = [self.say("metrics.title.collection", name=shown(board.collection, 40))] if board.collection else []
        if board.drill:
            named.append(self.say("metrics.title.drill", id=shown(board.drill, 40)))
        parts = [self.say("action.app.metrics"), *named]
        names = self.say("metrics.comma").join(shown(one, 30) for one in board.endpoints)
        aside = [self.say("metrics.title.endpoints", names=names)] if names else []
        aside += [shown(board.prometheus, 60)] if board.prometheus else []
        self.top.show("  ".join(parts), fit_parts(aside, max(10, self.size.width // 2)))

    def show_board(self) -> None:
        """Show the board that came, or what to configure."""
        board = self.board
        bare, was_bare = board is not None and not board.configured, self.has_class("-bare")
        self.set_class(bare, "-bare")
        if bare:
            file = self.engine.config.file
            self.query_one(SetupPanel).show("" if file is None else str(file))
        if bare != was_bare:
            # What was hidden can have the focus once it is shown.
            self.call_after_refresh(self.set_focus, self.query_one(SetupPanel) if bare else self.tiles)
        self._titles()
        self.show_ages()

    def tick(self) -> None:
        """Ages count on."""
        if self.is_mounted:
            self.show_ages()

    def show_ages(self) -> None:
        """The tiles and all words that have an age in them."""
        self.tiles.show([self._tile_value(key) for key in KEYS])
        tile = self.tile(self.tiles.at)
        words = "" if tile is None else self._line_of(tile)
        self._write("#tile-line", [words], 1)
        self._write("#problems", self.problem_lines(), _PROBLEMS[not self.has_class("-compact")])

    def _write(self, where: str, texts: list[str], most: int) -> None:
        """Show as many texts as there are lines, each on one; where there are few, on as many as there are for it."""
        widget, width = self.query_one(where, Static), max(10, self.size.width - 2)
        each = max(1, most // max(1, len(texts)))
        found = lines("\n".join(shown(one, width * each - (each - 1)) for one in texts[:most]))
        if widget.content != found:
            widget.update(found)
            widget.set_class(not any(texts), "-gone")

    def problem_lines(self) -> list[str]:
        """What is wrong, and what is waited for."""
        board = self.board
        found = [f"✗ {self.sentence(self.failure)}"] if self.failure else []
        if board is not None and board.configured:
            found += [f"! {self.sentence(one)}" for one in board.problems]
        waited = max(self.boards.waited, self.charts.waited)
        return [self.say("metrics.waiting", seconds=waited), *found] if waited else found

    def tile(self, key: str) -> Tile | None:
        """A tile of the last board."""
        found = () if self.board is None else self.board.tiles
        return next((one for one in found if one.key == key), None)

    def age(self, tile: Tile) -> float | None:
        """How old its number is by now."""
        return None if tile.age is None else tile.age + self.console_app.clock() - self.came_at

    def _tile_value(self, key: str) -> TileValue:
        tile = self.tile(key)
        age = None if tile is None else self.age(tile)
        chosen = key == self.tiles.at and not self.wish.expression
        note = "" if tile is None else self.sentence(tile.note)
        return TileValue(key, tile, None if age is None else int(age), chosen, self.drilled, note)

    @property
    def drilled(self) -> bool:
        """Whether there is a drill that numbers may have changed in."""
        return self.board is not None and bool(self.board.drill or self.board.spans)

    def _line_of(self, tile: Tile) -> str:
        return tile_line(self.say, tile, self.age(tile), self.drilled, self.sentence(tile.note))

    def show_picture(self, picture: Picture, plot: type[Widget]) -> None:
        """Show a chart."""
        self.chart.show(picture, cast("type[Plot]", plot))

    # ------------------------------------------------------------------ the chart's subject

    @on(TileGrid.Chosen)
    def _chosen(self, event: TileGrid.Chosen) -> None:
        self._wish(key=event.key, expression="")
        if event.opened:
            self.do_open()

    @on(ExpressionLine.Asked)
    def _asked(self, event: ExpressionLine.Asked) -> None:
        """Enter. The chart gets the focus, so that keys are keys again."""
        if (reason := self.why_not("metrics.expression")) is not None:
            self.console_app.tell(reason, severity="warning")
        elif event.expression:
            self.chart.focus()
            self._wish(expression=event.expression)
        else:
            self.do_close()

    @on(QueryLine.Left)
    def _left(self) -> None:
        self.tiles.focus()

    def _wish(self, *, key: str | None = None, minutes: int | None = None, expression: str | None = None) -> None:
        changes = {"key": key, "minutes": minutes, "expression": expression}
        wish = replace(self.wish, **{name: value for name, value in changes.items() if value is not None})  # type: ignore[arg-type]
        again = wish == self.wish
        self.wish = wish
        self.show_ages()
        if not again:
            room = max(10, self.chart.size.width - 6)
            what = "" if wish.expression else wish.key
            title = Picture(what, wish.minutes, 0.0, 0.0, expression=wish.expression)
            self.chart.wait_for(title_text(self.say, title, room))
        self.read_chart()

    def do_expression(self) -> None:
        """Type an expression."""
        self.remove_class("-large")
        self.set_focus(self.line)

    def do_minutes(self) -> None:
        """5, 15, 60 minutes, and 5 again."""
        self._wish(minutes=MINUTES[(MINUTES.index(self.wish.minutes) + 1) % len(MINUTES)])

    def do_view(self) -> None:
        """The chart alone, or with the tiles."""
        self.toggle_class("-large")
        self.set_focus(self.chart if self.has_class("-large") else self.tiles)

    def do_close(self) -> None:
        """Back to the chosen tile, and to the tiles."""
        self.remove_class("-large")
        self.tiles.focus()
        if self.wish.expression:
            self._wish(expression="")

    # ------------------------------------------------------------------ other actions

    def do_retry(self) -> None:
        """Read now; where nothing is configured, what drills.toml says now."""
        self.boards.broken = self.charts.broken = False
        self.read_board(anew=self.board is not None and not self.board.configured)

    def do_open(self) -> None:
        """The chosen tile whole."""
        tile = self.tile(self.tiles.at)
        if tile is None:
            return
        open_dialogue(self.app, lambda: self._reading_of(tile))

    def _reading_of(self, tile: Tile) -> Reading:
        rows = (
            ("value", self.say("metrics.unknown") if tile.value is None else number_text(tile.unit, tile.value)),
            ("change", change_text(self.say, tile, self.drilled)),
            ("source", source_text(self.say, tile, self.age(tile))),
            ("note", self.sentence(tile.note)),
        )
        named = [(self.say(f"metrics.row.{name}"), words) for name, words in rows if words]
        named += [(self.say("metrics.row.problem"), words) for words in self.problem_lines()]
        return Reading(self.say(f"metrics.tile.{tile.key}"), self._line_of(tile), named)

    def do_copy_what(self) -> None:
        """Choose what to copy."""
        names = [name for name in ("tile", "chart", "expression") if self._copy(name)]

        def choice() -> Choose:
            return Choose(self.say("metrics.copy.title"), [(name, self.say(f"metrics.copy.{name}")) for name in names])

        open_dialogue(self.app, choice, self._copy_chosen)

    def _copy_chosen(self, name: str | None) -> None:
        text = self._copy(name) if name is not None else None
        if text:
            self.console_app.copy_text(text)

    def _copy(self, name: str) -> str | None:
        if name == "expression":
            return self.wish.expression or self.line.value.strip() or None
        if name == "chart":
            return None if self.chart.picture is None else chart_document(self.chart.picture)
        tile = self.tile(self.tiles.at)
        return None if tile is None else self._line_of(tile)

    def copied(self) -> str | None:
        """The chart as JSON where it has the keys, else the tile; where nothing is configured, what to write."""
        if self.has_class("-bare"):
            return LINES
        return self._copy("chart" if self.chart.has_focus else "tile")

    def why_not(self, identifier: str) -> str | None:
        """See `metrics_why`."""
        return why_not(self, identifier)
