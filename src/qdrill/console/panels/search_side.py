"""One side of a search: its hits as rows, and its error as one line under them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from qdrill.console.engine_words import sentence
from qdrill.console.i18n import Say
from qdrill.console.panels.search_rows import Mark, Row, change_text, score_text
from qdrill.console.text import Align, columns, plain, shown
from qdrill.console.widgets.say import Localised
from qdrill.names import terminal_text

Role = Literal["source", "target"]
SHORTEST_TEXT = 10
"""Cells that a text needs to be worth reading; with less the two sides stand one over the other."""
_GAPS = 4
_ALIGNS: tuple[Align, ...] = ("right", "right", "left", "left", "right")
_STYLES = {"same": "$state-pass", "tied": "$state-pass", "missing": "$state-fail", "new": "$state-fail"}


@dataclass(frozen=True, slots=True)
class SideView:
    """What a side shows.

    Attributes:
        rows: the hits; None while it was not asked.
        asked: the query that the rows answer, where that is not the last one; "" where it is.
        error: why it gave no answer to the last one, a line of the engine; "" where it did.
        hint: a key that may help, with its name.
        marked: whether there is a column for what changed.
        unanswered: whether the last query was put, and the other side had nothing to compare with.
    """

    address: str = ""
    rows: tuple[Row, ...] | None = None
    asked: str = ""
    error: str = ""
    hint: str = ""
    marked: bool = False
    unanswered: bool = False


def mark_text(say: Say, mark: Mark | None) -> str:
    """`=`, `↑2`, `↓1 -0.0003`, `+0.0012`, `missing`, `new`, `tied`."""
    if mark is None:
        return ""
    if mark.kind in ("missing", "new"):
        return say(f"search.mark.{mark.kind}")
    parts = [say("search.mark.tied")] if mark.kind == "tied" else []
    if mark.kind == "moved":
        parts.append(f"↑{mark.up}" if mark.up > 0 else f"↓{-mark.up}")
    if mark.change is not None:
        parts.append(change_text(mark.change))
    return " ".join(parts) or "="


def fixed_cells(say: Say, view: SideView) -> tuple[int, int, int, int]:
    """Widths of rank, score, id and mark in cells; the text gets what is left."""
    rows = view.rows or ()
    marks = max((cell_len(mark_text(say, row.mark)) for row in rows), default=0) if view.marked else 0
    return (
        max((len(str(row.rank)) for row in rows), default=1),
        max(cell_len(say("search.column.score")), *(len(score_text(row.hit.score)) for row in rows), 0),
        min(36, max(cell_len(say("search.column.id")), *(cell_len(shown(str(row.hit.id))) for row in rows), 0)),
        max(marks, cell_len(say("search.mark.column"))) if view.marked else 0,
    )


def text_cells(say: Say, view: SideView, room: int) -> int:
    """What is left of `room` cells for the texts; below zero where not even the rest fits."""
    return room - sum(fixed_cells(say, view)) - _GAPS


class HitList(OptionList):
    """The rows; the cursor is the hit that `l`, `y` and Enter mean."""

    DEFAULT_CSS = """
    HitList {
        height: 1fr; border: none; padding: 0; background: transparent;
        text-wrap: nowrap; text-overflow: ellipsis; scrollbar-size-vertical: 1; scrollbar-gutter: stable;
        &:focus { border: none; background-tint: $foreground 0%; }
        & > .option-list--option { padding: 0; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "side('source')", show=False),
        Binding("right", "side('target')", show=False),
    ]

    def action_side(self, role: Role) -> None:
        """To the other side."""
        panel = self.screen.query_one(f"#{role}", SidePanel)
        if panel.display:
            self.screen.set_focus(panel.list)


class SidePanel(Vertical, Localised):
    """Source or target."""

    DEFAULT_CSS = """
    SidePanel {
        width: 1fr; height: 1fr; padding: 0 !important;
        & .head { height: 1; color: $text-muted; text-wrap: nowrap; }
        & .empty { height: auto; color: $text-muted; padding: 0 1; }
        & .side-error { height: auto; max-height: 4; color: $text-error; }
        &.-old HitList { color: $text-muted; }
        &.-bare HitList { height: 0; }
    }
    """

    class Moved(Message):
        """The cursor is on another hit; by a person, where this side has the focus."""

        def __init__(self, panel: SidePanel) -> None:
            super().__init__()
            self.panel = panel

    class Opened(Message):
        """Somebody wants to see the hit under the cursor in full."""

        def __init__(self, panel: SidePanel) -> None:
            super().__init__()
            self.panel = panel

    def __init__(self, role: Role) -> None:
        super().__init__(id=role, classes="panel")
        self.role = role
        self.view = SideView()
        self._drawn: tuple[object, ...] = ()

    def compose(self) -> ComposeResult:
        """Head, what is said where there are no rows, the rows, and the error."""
        yield Static(classes="head", markup=False)
        yield Static(classes="empty", markup=False)
        yield HitList()
        yield Static(classes="side-error", markup=False)

    @property
    def list(self) -> HitList:
        """The rows."""
        return self.query_one(HitList)

    @property
    def selected(self) -> Row | None:
        """The row under the cursor."""
        at, rows = self.list.highlighted, self.view.rows or ()
        return rows[at] if at is not None and at < len(rows) else None

    @property
    def room(self) -> int:
        """Cells of a line of the list: borders and the gutter of the scrollbar taken off."""
        return max(0, self.size.width - 1)

    def show(self, view: SideView) -> None:
        """Show another view; the cursor stays where the rows are the same."""
        if view != self.view:
            self.view = view
            self._draw()

    def point_at(self, point: object) -> None:
        """Put the cursor on the hit of that id, or on none."""
        rows = self.view.rows or ()
        self.list.highlighted = next((at for at, row in enumerate(rows) if row.hit.id == point), None)

    def on_mount(self) -> None:
        """Titles and what is said while there is nothing."""
        self._draw()

    def on_resize(self) -> None:
        """Texts as long as there is room for."""
        self._draw()

    def relabel(self) -> None:
        """All words anew."""
        self._draw()

    def _draw(self) -> None:
        app, view = self.console_app, self.view
        drawn = (view.rows, view, app.language, self.room)
        if not self.is_mounted or drawn == self._drawn:
            return
        before, self._drawn = self._drawn[:1], drawn
        self._draw_titles(view)
        self.set_class(bool(view.asked), "-old").set_class(not view.rows, "-bare")
        self._draw_rows(view, None if before != drawn[:1] else self.list.highlighted)
        empty, error = self.query_one(".empty", Static), self.query_one(".side-error", Static)
        empty.display = not view.rows and not view.error
        empty.update(Content(self._nothing(view)))
        error.display = bool(view.error)
        words = [plain(f"✗ {sentence(app.language, view.error)}"), plain(view.hint)]
        error.update(Content("\n").join(words if view.hint else words[:1]))

    def _draw_titles(self, view: SideView) -> None:
        room = max(8, self.room - 4)
        title = Content.assemble(f"{self.say(f'search.side.{self.role}')}  ", plain(view.address, room - 8))
        language = self.console_app.language
        old = self.say("search.side.old", asked=sentence(language, view.asked)) if view.asked else ""
        for name, content in (("border_title", title), ("border_subtitle", plain(old, room))):
            setattr(self, name, content)

    def _nothing(self, view: SideView) -> str:
        if view.rows is None and view.unanswered:
            return self.say("search.side.unanswered")
        if view.rows is None:
            return self.say("search.side.not_asked" if view.address else f"search.side.no_{self.role}")
        return self.say("search.side.no_hits")

    def _draw_rows(self, view: SideView, cursor: int | None) -> None:
        rows = view.rows or ()
        rank, score, point, mark = fixed_cells(self.say, view)
        widths = (rank, score, point, max(1, text_cells(self.say, view, self.room)), mark)
        head = [self.say(f"search.column.{name}") for name in ("rank", "score", "id", "text")]
        self.query_one(".head", Static).update(_line([*head, self.say("search.mark.column")], widths))
        self.query_one(".head").display = bool(rows)
        self.list.set_options(Option(self._row(row, widths)) for row in rows)
        if rows:
            self.list.highlighted = cursor if cursor is not None and cursor < len(rows) else 0

    def _row(self, row: Row, widths: Sequence[int]) -> Content:
        words = mark_text(self.say, row.mark)
        values = [str(row.rank), score_text(row.hit.score), str(row.hit.id), row.text, words]
        line = _line(values, widths)
        if row.mark is None or not words:
            return line
        changed = row.mark.kind == "moved" or row.mark.change is not None
        style = "$state-inconclusive" if changed else _STYLES[row.mark.kind]
        return line.stylize(style, len(line.plain) - len(words))

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """The cursor moved."""
        event.stop()
        self.post_message(self.Moved(self))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter or a click on a hit."""
        event.stop()
        self.post_message(self.Opened(self))


def _line(values: Sequence[str], widths: Sequence[int]) -> Content:
    # A column without width is left out with its gap.
    kept = [at for at, width in enumerate(widths) if width]
    text = columns([values[at] for at in kept], [widths[at] for at in kept], [_ALIGNS[at] for at in kept], 1)
    return Content(text)


def row_text(row: Row) -> str:
    """A row for copying: rank, score in full, id and text, parted by tabs; it may be pasted into a terminal."""
    return "\t".join(terminal_text(one) for one in (str(row.rank), repr(row.hit.score), str(row.hit.id), row.text))
