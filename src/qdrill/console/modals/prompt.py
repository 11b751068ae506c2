"""Asking for one line of text."""

from __future__ import annotations

from collections.abc import Callable

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, Label

from qdrill.console.modals.dialogue import TEXT, TITLE, Dialogue
from qdrill.console.text import plain
from qdrill.console.widgets.line import Line


class Prompt(Dialogue[str]):
    """Returns what was typed. `check` returns why a text cannot be taken, or None."""

    def __init__(
        self, title: str, text: str = "", value: str = "", check: Callable[[str], str | None] | None = None
    ) -> None:
        super().__init__()
        self._title, self._text, self._value, self._check = title, text, value, check

    def compose(self) -> ComposeResult:
        """Question and line."""
        with Vertical(classes="dialogue"):
            yield Label(plain(self._title, TITLE), classes="title")
            if self._text:
                yield Label(plain(self._text, TEXT), classes="text muted", expand=True)
            yield Line(self._value, id="line")
            yield Label("", id="problem", classes="error", expand=True)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        problem = self._check(event.value) if self._check else None
        if problem is None:
            self.dismiss(event.value)
        else:
            self.query_one("#problem", Label).update(plain(problem, TEXT))
