"""Data from outside on the screen: never markup, one line, right widths."""

from __future__ import annotations

import asyncio

import pytest
from rich.cells import cell_len
from rich.text import Text
from textual.widgets import DataTable, Static

from qdrill.console.text import Align, Cell, as_cell, columns, fit, fit_parts, lines, number_cell, pad, plain, shown
from tests.console.dump import HOSTILE, OneWidget, screen_lines

WIDTHS = (0, 1, 2, 5, 17, 80)


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize("limit", WIDTHS)
def test_plain_is_one_line_without_markup_and_within_its_limit(value: str, limit: int) -> None:
    content = plain(value, limit)
    assert content.spans == []
    assert content.cell_length <= limit
    assert content.plain.isprintable()


def test_escapes_are_shown_and_markup_stays_as_it_is() -> None:
    assert plain("[@click=app.quit]x[/]").plain == "[@click=app.quit]x[/]"
    assert plain("\x1b]52;c;aGk=\x07").plain == r"\x1b]52;c;aGk=\x07"
    assert plain("a\u202eb\nc\td\udc80").plain == r"a\u202eb\x0ac\x09d\udc80"
    assert plain("登录失败", 5).plain == "登录…"


def test_characters_wider_for_textual_than_for_us_are_cut_too() -> None:
    assert cell_len("☰" * 4) == 8
    assert cell_len(shown("☰" * 40, 10)) <= 10


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize("align", ["left", "right", "center"])
@pytest.mark.parametrize("width", WIDTHS)
def test_fit_takes_exactly_its_width(value: str, align: Align, width: int) -> None:
    assert cell_len(fit(value, width, align)) == width


def test_alignment_counts_cells() -> None:
    assert fit("登录", 6) == "登录  "
    assert fit("登录", 6, "right") == "  登录"
    assert fit("登录", 7, "center") == " 登录  "
    assert pad("登录失败", 4) == "登录失败"
    assert columns(["登录", "12"], [6, 4], ["left", "right"]) == "登录      12"


def test_parts_go_in_whole_or_not_at_all() -> None:
    assert fit_parts(["78,000 points", "393 MB", "27,100/s"], 22) == "78,000 points   393 MB"
    assert fit_parts(["78,000 points", "393 MB"], 8) == "78,000 …"
    assert fit_parts(["", "393 MB"], 80) == "393 MB"
    assert fit_parts([], 80) == ""


def test_lines_keeps_line_breaks_and_nothing_else() -> None:
    assert lines("[b]one\ntwo\x1b[0m\n").plain == "[b]one\ntwo\\x1b[0m\n"


def test_cells_sort_numbers_by_value_texts_without_case_and_unknown_last() -> None:
    cells = [
        number_cell(None, "?"),
        number_cell(1_000_000.0, "1,000,000"),
        as_cell("beta"),
        number_cell(float("nan"), "NaN"),
        number_cell(9.0, "9"),
        as_cell("Alpha"),
        number_cell(0.0, "0"),
    ]
    assert [cell.plain for cell in sorted(cells)] == ["0", "9", "1,000,000", "Alpha", "beta", "–", "NaN"]
    with pytest.raises(TypeError):
        sorted([as_cell("a"), Text("b")])  # type: ignore[type-var]


def test_hostile_cells_in_a_table_and_contents_in_a_widget() -> None:
    async def scenario() -> list[str]:
        table: DataTable[Cell] = DataTable()
        app = OneWidget(table, *(Static(plain(value, 30)) for value in HOSTILE))
        async with app.run_test(size=(60, 50)):
            table.add_column(as_cell("[/ name"), key="name", width=30)
            table.add_column(as_cell("points"), key="points")
            for number, value in enumerate(HOSTILE):
                table.add_row(as_cell(value, 30), number_cell(float(number), str(number)))
            table.sort("points", reverse=True)
            await app.workers.wait_for_complete()
            return await _after_refresh(app)

    shown_now = "\n".join(asyncio.run(scenario()))
    assert "[/ name" in shown_now
    assert shown_now.count("[@click=app.quit]x[/]") == 2
    assert shown_now.count(r"\x1b]52;c;aGk=\x07") == 2
    assert "登录失败怎么办" in shown_now


async def _after_refresh(app: OneWidget) -> list[str]:
    done = asyncio.Event()
    app.call_after_refresh(done.set)
    await done.wait()
    return screen_lines(app)
