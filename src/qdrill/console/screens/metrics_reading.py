"""How the Metrics screen reads: the board every few seconds while it is at the front, the chart after it.

A service that does not answer holds up neither keys nor the other of the two: each is asked in a thread, one at a time.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from textual.widget import Widget

from qdrill.console.modals.choose import Choose
from qdrill.console.modals.dialogue import open_dialogue
from qdrill.console.panels.metrics_chart import load_plot
from qdrill.console.panels.metrics_lane import Lane
from qdrill.console.panels.metrics_running import drill_name, spans_of
from qdrill.console.panels.metrics_series import Picture, answer_picture, chart_picture
from qdrill.console.screens.base import ConsoleScreen
from qdrill.errors import QdrillError
from qdrill.signals.board_model import KEYS, MINUTES, Board, Span

REFRESH_SECONDS = 3.0
_LOOKS_A_SECOND = 4
PROMETHEUS = "Prometheus"
_LAST = "\0last"


@dataclass(frozen=True, slots=True)
class Wish:
    """What the chart is to show: a tile, or an expression where it is not empty."""

    key: str = KEYS[0]
    minutes: int = MINUTES[1]
    expression: str = ""


class MetricsDesk(ConsoleScreen):
    """A screen whose board and chart fill by themselves; subclasses show what came.

    Attributes:
        board: the last one read; `came_at`: when, in seconds of the app's clock.
        failure: why the last reading failed, in the engine's words.
        drill: name of the drill whose changes are shown; None is the last on record.
    """

    def __init__(self) -> None:
        super().__init__()
        self.board: Board | None = None
        self.came_at = 0.0
        self.failure = ""
        self.drill: str | None = None
        self.wish = Wish()
        self.boards, self.charts = Lane(self._now), Lane(self._now)

    def _now(self) -> float:
        return self.console_app.clock()

    def on_mount(self) -> None:
        """Begin to read."""
        self.set_interval(1 / _LOOKS_A_SECOND, self.read_when_due)
        self.read_board()

    def show_board(self) -> None:
        """Show the board, or why there is none."""

    def show_picture(self, picture: Picture, plot: type[Widget]) -> None:
        """Show a chart."""

    def running(self) -> tuple[Span, ...]:
        """The stages of a drill that runs in this console."""
        return spans_of(self.console_app.jobs.last("drill"), time.time())

    def read_when_due(self) -> None:
        """Read again, where the screen is at the front and the last answer is a few seconds old."""
        if self.console_app.base_screen is self and self.boards.due(REFRESH_SECONDS):
            self.read_board()

    def do_drill(self) -> None:
        """Choose the drill whose changes are shown."""

        def choice() -> Choose:
            names = [(one.name, one.name) for one in self.engine.config.drills]
            options = [(_LAST, self.say("metrics.drill.last")), *names]
            return Choose(self.say("metrics.drill.title"), options, self.drill or _LAST)

        open_dialogue(self.app, choice, self._set_drill)

    def _set_drill(self, name: str | None) -> None:
        if name is not None:
            self.drill = None if name == _LAST else name
            self.read_board()

    # ------------------------------------------------------------------ the board

    def read_board(self, *, anew: bool = False) -> None:
        """Ask for the board; `anew` reads drills.toml again before."""
        if not self.boards.begin():
            return
        engine, running = self.engine, self.running()
        drill = drill_name(self.console_app.jobs.last("drill"), engine.config.drills) if running else self.drill

        def work() -> Board | QdrillError:
            try:
                if anew:
                    engine.reload()
                return engine.metrics(drill, running)
            except QdrillError as error:
                return error
            except BaseException:
                self.boards.broken, self.boards.asked = True, None
                raise

        self.ask(work, self._board_came, group="metrics-board")

    def _board_came(self, found: Board | QdrillError) -> None:
        again = self.boards.end()
        if isinstance(found, QdrillError):
            self.failure = str(found)
        else:
            self.board, self.failure, self.came_at = found, "", self.console_app.clock()
        self.show_board()
        if self.board is not None and self.board.configured:
            self.read_chart()
        if again:
            self.read_board()

    # ------------------------------------------------------------------ the chart

    def read_chart(self) -> None:
        """Ask for what is wished."""
        if not self.charts.begin():
            return
        wish, ask = self.wish, self._chart_work(self.wish)

        def work() -> tuple[Picture, type[Widget]]:
            try:
                return ask(), load_plot()
            except QdrillError as error:
                return self._failed(wish, error), load_plot()
            except BaseException:
                self.charts.broken, self.charts.asked = True, None
                raise

        def done(found: tuple[Picture, type[Widget]]) -> None:
            again = self.charts.end()
            # What was wished meanwhile is something else.
            if wish == self.wish:
                self.show_picture(*found)
            if again or wish != self.wish:
                self.read_chart()

        self.ask(work, done, group="metrics-chart")

    def _chart_work(self, wish: Wish) -> Callable[[], Picture]:
        engine, running, columns = self.engine, self.running(), self.columns
        if not wish.expression:
            return lambda: chart_picture(engine.metrics_chart(wish.key, wish.minutes, running), wish.minutes, columns)
        spans = running or (self.board.spans if self.board is not None else ())
        return lambda: answer_picture(
            engine.promql(wish.expression, wish.minutes), wish.minutes, columns, spans, PROMETHEUS
        )

    @staticmethod
    def _failed(wish: Wish, error: QdrillError) -> Picture:
        now = time.time()
        return Picture(
            "" if wish.expression else wish.key,
            wish.minutes,
            now - 60.0 * wish.minutes,
            now,
            expression=wish.expression,
            note=str(error),
            failed=True,
        )

    @property
    def columns(self) -> int:
        """Columns of dots that the chart has room for."""
        return 160
