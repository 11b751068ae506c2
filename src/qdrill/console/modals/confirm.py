"""Asking before something that is hard to take back. The safe answer has the focus."""

from __future__ import annotations

from textual import events, on
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
    CSS = """
    Confirm #typed .input--placeholder, Confirm #typed > .input--placeholder { text-style: italic; color: $text-muted; }
    Confirm .foot { color: $text-muted; }
    """

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
                yield Line(
                    placeholder=self.say("dialogue.type_here", name=shown(self._typed, 40)),
                    id="typed",
                    select_on_focus=False,
                )
                yield Label(plain(self.say("dialogue.type_tab"), LINE), classes="foot")
            with Horizontal(classes="buttons"):
                yield Button(Content(self.say("dialogue.cancel")), id="cancel", variant="primary")
                yield Button(plain(self._yes, LINE), id="yes", variant="error", disabled=self._typed is not None)

    def take_words(self, fresh: Dialogue[bool]) -> None:
        """All of them; a name that was typed stays."""
        assert isinstance(fresh, Confirm)
        self.query_one(".title", Label).update(plain(fresh._title, TITLE))
        self.query_one(".text", Label).update(plain(fresh._text, TEXT))
        self.query_one("#yes", Button).label = plain(fresh._yes, LINE)
        self.query_one("#cancel", Button).label = Content(self.say("dialogue.cancel"))
        if self._typed is not None:
            self.query_one("#typed", Line).placeholder = self.say("dialogue.type_here", name=shown(self._typed, 40))
            self.query_one(".foot", Label).update(plain(self.say("dialogue.type_tab"), LINE))

    def on_key(self, event: events.Key) -> None:
        """Letters typed while an answer has the focus were meant for the field."""
        if self._typed is None or isinstance(self.focused, Input):
            return
        if event.is_printable and event.character and event.character != " ":
            event.stop()
            line = self.query_one("#typed", Line)
            line.focus()
            line.insert_text_at_cursor(event.character)

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
