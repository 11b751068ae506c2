"""Pictures of the screen: every text is as long as the cells that it has."""

from __future__ import annotations

import html
import re

from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.widgets import Static

from qdrill.console.picture import take_picture, with_true_widths

LINES = ("登录失败怎么办 | 0.5698", "plain text", "? 未测得  RTO 900 s", "a < b & c 集合")


class Shown(App[None]):
    def compose(self) -> ComposeResult:
        for line in LINES:
            yield Static(line, markup=False)


async def test_a_text_is_as_long_as_its_cells() -> None:
    app = Shown()
    async with app.run_test(size=(40, 8)):
        svg = take_picture(app, "qdrill")()
    found = re.findall(r'textLength="([\d.]+)"[^>]*>([^<]*)</text>', svg)
    lengths = {html.unescape(text).replace("\xa0", " ").rstrip(): float(length) for length, text in found}
    cell = 12.2
    for line in LINES:
        text, length = next((text, length) for text, length in lengths.items() if text.startswith(line[:8]))
        spaces = round(length / cell) - cell_len(text)
        assert spaces >= 0, (line, length)
        assert abs(length - cell * (cell_len(text) + spaces)) < 0.2, (line, length)


def test_what_is_no_text_stays_as_it_is() -> None:
    svg = '<svg><text x="1" textLength="24.4" y="2">ab</text><rect width="3"/><text textLength="x">集</text></svg>'
    assert with_true_widths(svg) == svg
