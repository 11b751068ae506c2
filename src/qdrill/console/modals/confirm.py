"""Asking before something that is hard to take back. The safe answer has the focus."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Input, Label

from qdrill.console.modals.dialogue import LINE, TEXT, TITLE, Dialogue
from qdrill.console.text import plain, shown
from qdrill.console.widgets.line import Line


class Confirm(Dialogue[bool]):
    """Yes or no. With `typed`, yes is inert until that name has been typed.

    Args:
        title, text, yes: words already in the app's language; they may hold hostile names.
    """

    AUTO_FOCUS = "#cancel"

    def __init__(self, title: str, text: str, yes: str, typed: str | None = None) -> None:
        super().__init__()
        self._title, self._text, self._yes, self._typed = title, text, yes, typed
        # A name that holds what no keyboard has may be typed as it is shown.
        self._wanted = () if typed is None else (typed, shown(typed))

    def compose(self) -> ComposeResult:
        """Question, name where one is asked for, and the two answers."""
        with Vertical(classes="dialogue"):
            yield Label(plain(self._title, TITLE), classes="title")
            yield Label(plain(self._text, TEXT), classes="text", expand=True)
            if self._typed is not None:
                yield Line(placeholder=shown(self._typed, 60), id="typed")
            with Horizontal(classes="buttons"):
                yield Button(Content(self.say("dialogue.cancel")), id="cancel", variant="primary")
                yield Button(plain(self._yes, LINE), id="yes", variant="error", disabled=self._typed is not None)

    @on(Input.Changed, "#typed")
    def _look(self, event: Input.Changed) -> None:
        self.query_one("#yes", Button).disabled = event.value not in self._wanted

    @on(Input.Submitted, "#typed")
    def _submitted(self, event: Input.Submitted) -> None:
        if event.value in self._wanted:
            self.dismiss(True)

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "yes")
