"""States as people see them: a glyph and a word, and a colour that only repeats what these say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from textual.content import Content
from textual.widgets import Static

from qdrill.console.text import Cell, shown

State = Literal[
    "pass", "fail", "inconclusive", "interrupted", "not_applicable", "skipped", "waiting", "running", "paused"
]
"""States of checks, verdicts and stages; a stage that ended well is `pass`, one not begun is `waiting`."""

GLYPHS: Mapping[State, str] = {
    "pass": "✓",
    "fail": "✗",
    "inconclusive": "?",
    "interrupted": "!",
    "not_applicable": "–",
    "skipped": "·",
    "waiting": "·",
    "running": "▶",
    "paused": "⏸",
}
_WORST_FIRST: tuple[State, ...] = (
    *("fail", "interrupted", "inconclusive", "paused", "running"),
    *("skipped", "waiting", "not_applicable", "pass"),
)
_RANK = {state: rank for rank, state in enumerate(_WORST_FIRST)}
_QUIET = ("not_applicable", "waiting")


@dataclass(frozen=True, slots=True)
class StateValue:
    """A state and its word in the language of the screen; an empty word shows the glyph alone."""

    state: State
    word: str


def variable(state: State) -> str:
    """The CSS variable of a state's colour, without the `$`."""
    return "state-skipped" if state in _QUIET else f"state-{state}"


def css_class(state: State) -> str:
    """The CSS class a widget wears in this state: `-pass`, `-not-applicable`."""
    return f"-{state.replace('_', '-')}"


def worst(one: State, other: State) -> State:
    """The one of two states that a person must see: a failure is never behind a pass."""
    return one if _RANK[one] <= _RANK[other] else other


def state_line(value: StateValue) -> str:
    """Glyph and word: `✓ pass`."""
    return f"{GLYPHS[value.state]} {shown(value.word)}".rstrip()


def state_content(value: StateValue) -> Content:
    """Glyph and word in the state's colour, for any widget that shows content; it follows the theme."""
    return Content.styled(state_line(value), f"${variable(value.state)}")


def state_cell(value: StateValue, variables: Mapping[str, str]) -> Cell:
    """Glyph and word for a DataTable, which sorts the worst first.

    Args:
        variables: `App.theme_variables`; make the cells again when the theme changes.
    """
    from textual.color import Color

    color = Color.parse(variables[variable(value.state)]).rich_color.name
    return Cell(state_line(value), float(_RANK[value.state]), style=color)


class StateLabel(Static):
    """One state on one line."""

    DEFAULT_CSS = """
    StateLabel {
        width: auto;
        height: 1;
        color: $state-skipped;
        &.-pass { color: $state-pass; }
        &.-fail { color: $state-fail; text-style: bold; }
        &.-inconclusive { color: $state-inconclusive; }
        &.-interrupted { color: $state-interrupted; }
        &.-running { color: $state-running; }
        &.-paused { color: $state-paused; }
    }
    """

    def __init__(self, value: StateValue, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(Content(state_line(value)), id=id, classes=classes)
        self.add_class(css_class(value.state))
        self.value = value

    def show(self, value: StateValue) -> None:
        """Show another state."""
        if value == self.value:
            return
        self.remove_class(css_class(self.value.state)).add_class(css_class(value.state))
        self.value = value
        self.update(Content(state_line(value)))
