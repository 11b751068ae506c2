"""How a drill ended: the verdict and its figures over the table of checks."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from rich.cells import cell_len
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import DataTable, Static

from qdrill.console.engine_words import check_name, check_words
from qdrill.console.panels.drill_ending import Ending, figure_lines, worst_first
from qdrill.console.panels.drill_words import count_states
from qdrill.console.text import Cell, as_cell, lines, shown
from qdrill.console.widgets.say import Localised
from qdrill.console.widgets.state import GLYPHS, StateValue, css_class, state_cell
from qdrill.results import Check

if TYPE_CHECKING:
    pass

_EXPECTED_FROM = 82
_SCROLLBAR = 2
# What wrapping at words may leave free in two lines, and borders.
_MARGINS = 24


class VerdictPanel(Vertical, Localised):
    """The verdict and its figures over the table of checks."""

    DEFAULT_CSS = """
    VerdictPanel {
        height: 1fr;
        & #verdict { height: auto; padding: 0 1; text-style: bold; border: heavy $state-inconclusive; }
        & #verdict.-pass { color: $state-pass; border: heavy $state-pass; }
        & #verdict.-fail { color: $state-fail; border: heavy $state-fail; }
        & #verdict.-inconclusive { color: $state-inconclusive; border: dashed $state-inconclusive; }
        & #verdict.-interrupted { color: $state-interrupted; border: dashed $state-interrupted; }
        & #figures { height: auto; max-height: 14; padding: 0 1; overflow-y: auto; }
        & #checks { height: 1fr; min-height: 5; border-top: solid $panel-lighten-2; overflow-x: hidden; }
    }
    """

    class Opened(Message):
        """Somebody wants to see a check in full."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._ending: Ending | None = None
        self._hint = ""
        self._drawn: tuple[object, ...] = ()

    def compose(self) -> ComposeResult:
        """Verdict, figures, checks."""
        yield Static(id="verdict", markup=False)
        yield Static(id="figures", markup=False)
        yield DataTable[Cell](id="checks", cursor_type="row", zebra_stripes=True)

    @property
    def table(self) -> DataTable[Cell]:
        """The checks."""
        return cast("DataTable[Cell]", self.query_one("#checks", DataTable))

    @property
    def selected(self) -> Check | None:
        """The check under the cursor."""
        checks = worst_first(self._ending.checks) if self._ending is not None else ()
        row = self.table.cursor_row
        return checks[row] if 0 <= row < len(checks) else None

    def show(self, ending: Ending, hint: str = "") -> None:
        """Show how a drill ended; `hint` says what can be done about it."""
        self._ending, self._hint = ending, hint
        self._draw()

    def relabel(self) -> None:
        """The same in another language."""
        self._draw()

    def on_resize(self) -> None:
        """Columns as wide as there is room for."""
        self._draw()

    def _draw(self) -> None:
        ending, app = self._ending, self.console_app
        drawn = (ending, self._hint, app.language, self.size.width, app.theme)
        if ending is None or not self.size.width or drawn == self._drawn:
            return
        first = self._drawn[:1] != drawn[:1]
        self._drawn = drawn
        verdict = self.query_one("#verdict", Static)
        verdict.set_classes(css_class(ending.verdict))
        word = self.say(f"drill.verdict.{ending.verdict}")
        reason = check_words(app.language, ending.reason)
        counted = self.say("drill.comma").join(count_states(self.say, ending.checks))
        text = f"{GLYPHS[ending.verdict]} {word}" + (
            f"   {self.say('drill.checks', counts=counted)}" if counted else ""
        )
        if self.screen.has_class("-compact"):  # two lines of it, and the checks say the rest
            reason = shown(reason, 2 * self.size.width - _MARGINS)
        verdict.update(lines(f"{text}\n{reason}"))
        found = figure_lines(self.say, ending, app.language, "tight" if self.screen.has_class("-compact") else "beside")
        found = [self._hint, *found] if self._hint else found
        self.query_one("#figures", Static).update(lines("\n".join(found)))
        self._draw_checks(ending, 0 if first else self.table.cursor_row)

    def _draw_checks(self, ending: Ending, cursor: int) -> None:
        table, language = self.table, self.console_app.language
        table.clear(columns=True)
        checks = worst_first(ending.checks)
        state = max((cell_len(f"? {self.say(f'drill.state.{one.state}')}") for one in checks), default=8)
        name = max((cell_len(check_name(language, one.name)) for one in checks), default=8)
        widths = self._widths(state, min(name, 26))
        for key, width in widths.items():
            table.add_column(Text(self.say(f"drill.column.{key}")), width=width, key=key)
        for check in checks:
            cells = {
                "state": self._state(check, ending),
                "name": as_cell(check_name(language, check.name), widths["name"]),
                "expected": as_cell(check_words(language, check.expected), widths.get("expected", 0)),
                "seen": as_cell(check_words(language, check.seen), widths["seen"]),
            }
            table.add_row(*(cells[key] for key in widths))
        if checks:
            table.move_cursor(row=min(cursor, len(checks) - 1))

    def _widths(self, state: int, name: int) -> dict[str, int]:
        """Columns for the width at hand: what was expected goes first, it stands in the check in full."""
        padding = 2 * self.table.cell_padding
        rest = self.size.width - state - name - 3 * padding - _SCROLLBAR
        if self.size.width < _EXPECTED_FROM:
            return {"state": state, "name": name, "seen": max(12, rest)}
        expected = (rest - padding) * 2 // 5
        return {"state": state, "name": name, "expected": expected, "seen": rest - padding - expected}

    def _state(self, check: Check, ending: Ending) -> Cell:
        """A check that passed is green only where the drill passed."""
        value = StateValue(check.state, self.say(f"drill.state.{check.state}"))
        cell = state_cell(value, self.console_app.theme_variables)
        if check.state == "pass" and ending.verdict != "pass":
            cell.style = ""
        return cell

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        """Enter or a click on a check."""
        event.stop()
        self.post_message(self.Opened())
