"""The eight tiles: one of them is chosen, by arrows or the mouse, and is what the chart shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Grid
from textual.content import Content
from textual.message import Message

from qdrill.console.panels.metrics_tile import TileValue, tile_rows
from qdrill.console.widgets.lines import PaintedWidget, Row
from qdrill.console.widgets.say import Localised
from qdrill.signals.board_model import KEYS

COLUMNS = 4
_NARROW, _FEW = 66, 2


class TileView(PaintedWidget, Localised):
    """One tile."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *("tile--name", "tile--chosen", "tile--number", "tile--unknown", "tile--change", "tile--quiet", "spark--line"),
    }
    DEFAULT_CSS = """
    TileView {
        width: 1fr;
        height: 1fr;
        border: round $panel-lighten-2;
        border-title-color: $text-muted;
        padding: 0 1;
        &.-chosen { border: heavy $accent; border-title-color: $text; }
        &:hover { background: $boost; }
        & > .tile--name { color: $text-muted; }
        & > .tile--chosen { text-style: bold reverse; }
        & > .tile--number { text-style: bold; }
        & > .tile--unknown { color: $state-inconclusive; }
        & > .tile--change { color: $foreground; }
        & > .tile--quiet { color: $text-muted; }
        & > .spark--line { color: $chart-line; }
    }
    """

    class Clicked(Message):
        """Somebody clicked it."""

        def __init__(self, key: str, again: bool) -> None:
            super().__init__()
            self.key, self.again = key, again

    def __init__(self, key: str) -> None:
        super().__init__()
        self.value = TileValue(key)

    def on_mount(self) -> None:
        """The name."""
        self.relabel()

    def show(self, value: TileValue) -> None:
        """Show another number; nothing is painted where nothing changed."""
        if value == self.value:
            return
        chosen = value.chosen != self.value.chosen
        self.value = value
        self.repaint()
        if chosen:
            self.set_class(value.chosen, "-chosen")
            self.relabel()

    def relabel(self) -> None:
        """Words in the app's language."""
        mark = "▸ " if self.value.chosen else ""
        name = self.say(f"metrics.tile.{self.value.key}")
        self.border_title = Content(f"{mark}{name}")
        self.repaint()

    def paint(self, width: int, _height: int) -> Sequence[Row]:
        """See `tile_rows`."""
        framed = self.styles.border_top[0] not in ("", "none")
        return tile_rows(self.say, self.value, width, named=not framed) if width > 0 else []

    def on_click(self, event: events.Click) -> None:
        """Choose it; a second click opens it."""
        self.post_message(self.Clicked(self.value.key, event.chain > 1))


class TileGrid(Grid, can_focus=True):
    """The tiles, in columns; the arrows move among them.

    Attributes:
        at: the key of the tile that is chosen.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "move(-1, 0)", show=False),
        Binding("right,l", "move(1, 0)", show=False),
        Binding("up,k", "move(0, -1)", show=False),
        Binding("down,j", "move(0, 1)", show=False),
        Binding("home", "go(0)", show=False),
        Binding("end", "go(-1)", show=False),
    ]
    DEFAULT_CSS = """
    TileGrid { grid-size: 4; height: 10; }
    TileGrid:focus TileView.-chosen { background: $boost; }
    """

    class Chosen(Message):
        """Another tile is chosen; `opened`: it was chosen before, and clicked again."""

        def __init__(self, key: str, opened: bool = False) -> None:
            super().__init__()
            self.key, self.opened = key, opened

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.at = KEYS[0]
        self.columns = COLUMNS

    def compose(self) -> ComposeResult:
        """The tiles."""
        for key in KEYS:
            yield TileView(key)

    def show(self, values: Sequence[TileValue]) -> None:
        """Show these, one for each tile."""
        found = {value.key: value for value in values}
        for view in self.query(TileView):
            if view.value.key in found:
                view.show(found[view.value.key])

    def on_resize(self, event: events.Resize) -> None:
        """Two columns where four are too narrow to read."""
        self.columns = COLUMNS if event.size.width >= _NARROW else _FEW
        self.styles.grid_size_columns = self.columns

    def action_move(self, right: int, down: int) -> None:
        """To a neighbour; at an edge to none."""
        row, column = divmod(KEYS.index(self.at), self.columns)
        row, column = row + down, column + right
        at = row * self.columns + column
        if 0 <= column < self.columns and 0 <= at < len(KEYS):
            self.choose(KEYS[at])

    def action_go(self, at: int) -> None:
        """To the first or the last."""
        self.choose(KEYS[at])

    def choose(self, key: str) -> None:
        """Choose a tile; also the one that is chosen, whose chart may be behind an expression's."""
        self.at = key
        self.post_message(self.Chosen(key))

    def on_tile_view_clicked(self, event: TileView.Clicked) -> None:
        """A tile was clicked."""
        event.stop()
        self.focus()
        again = event.again and event.key == self.at
        self.at = event.key
        self.post_message(self.Chosen(event.key, again))
