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
from qdrill.console.widgets.say import Say


class Prompt(Dialogue[str]):
    """Returns what was typed. `check` returns why a text cannot be taken, or None."""

    def __init__(
        self, title: str, text: str = "", value: str = "", check: Callable[[str], str | None] | None = None
    ) -> None:
        super().__init__()
        self._title, self._text, self._value, self._check = title, text, value, check
        self._refused: str | None = None

    def compose(self) -> ComposeResult:
        """Question and line."""
        with Vertical(classes="dialogue"):
            yield Label(plain(self._title, TITLE), classes="title")
            if self._text:
                yield Label(plain(self._text, TEXT), classes="text muted", expand=True)
            yield Line(self._value, id="line")
            yield Label("", id="problem", classes="error", expand=True)
            yield Say("dialogue.prompt", classes="muted foot")

    def take_words(self, fresh: Dialogue[str]) -> None:
        """Question, and what was wrong with what was typed when it was last sent."""
        assert isinstance(fresh, Prompt)
        self.query_one(".title", Label).update(plain(fresh._title, TITLE))
        for label in self.query(".text").results(Label):
            label.update(plain(fresh._text, TEXT))
        if self._refused is not None:
            self._show_problem(self._problem_of(self._refused) or "")

    def _problem_of(self, text: str) -> str | None:
        return self._check(text) if self._check else None

    def _show_problem(self, problem: str) -> None:
        self.query_one("#problem", Label).update(plain(f"✗ {problem}" if problem else "", TEXT))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        problem = self._problem_of(event.value)
        if problem is None:
            self.dismiss(event.value)
        else:
            self._refused = event.value
            self._show_problem(problem)
