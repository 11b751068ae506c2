"""States: glyph and word first, colour second."""

from __future__ import annotations

import asyncio
from typing import get_args

import pytest

from qdrill.console.theme_file import OWN_VARIABLES
from qdrill.console.widgets.state import (
    GLYPHS,
    State,
    StateLabel,
    StateValue,
    css_class,
    state_cell,
    state_content,
    state_line,
    variable,
    worst,
)
from tests.console.dump import OneWidget, color_of, shown_lines

STATES: tuple[State, ...] = get_args(State)


def test_every_state_has_a_glyph_and_a_colour() -> None:
    assert set(GLYPHS) == set(STATES)
    assert {variable(state) for state in STATES} <= set(OWN_VARIABLES)
    assert [GLYPHS[state] for state in ("pass", "fail", "inconclusive", "interrupted")] == ["✓", "✗", "?", "!"]


def test_states_that_need_somebody_never_look_like_a_pass() -> None:
    for state in STATES:
        if state != "pass":
            assert GLYPHS[state] != GLYPHS["pass"]
            assert variable(state) != variable("pass")
            assert worst(state, "pass") == worst("pass", state) == state
    assert worst("inconclusive", "fail") == "fail"


def test_words_are_data() -> None:
    assert state_line(StateValue("fail", "[/foo]\n")) == r"✗ [/foo]\x0a"
    assert state_line(StateValue("running", "")) == "▶"
    assert state_content(StateValue("pass", "[bold")).plain == "✓ [bold"


@pytest.mark.parametrize("state", STATES)
def test_a_label_shows_glyph_word_and_colour_and_follows(state: State) -> None:
    async def scenario() -> None:
        label = StateLabel(StateValue("waiting", "wait"))
        app = OneWidget(label)
        async with app.run_test(size=(40, 5)) as pilot:
            label.show(StateValue(state, "字 [/"))
            label.show(StateValue(state, "字 [/"))
            await pilot.pause()
            assert shown_lines(app) == [f"{GLYPHS[state]} 字 [/"]
            assert color_of(app, "字") == app.theme_variables[variable(state)].lower()
            assert [name for name in label.classes if name.startswith("-")] == [css_class(state)]

    asyncio.run(scenario())


def test_cells_sort_the_worst_first_and_wear_the_colour_of_the_theme() -> None:
    variables = dict.fromkeys(OWN_VARIABLES, "#102030")
    cells = sorted(state_cell(StateValue(state, state), variables) for state in ("pass", "inconclusive", "fail"))
    assert [cell.plain for cell in cells] == ["✗ fail", "? inconclusive", "✓ pass"]
    assert {str(cell.style) for cell in cells} == {"#102030"}
    assert state_cell(StateValue("pass", "x"), {"state-pass": "ansi_green"}).style == "color(2)"
