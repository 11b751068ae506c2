"""Reading a longer text: a dry run, a response as JSON, a check. `y` copies it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Label, Static

from qdrill.console.modals.dialogue import TITLE, Dialogue
from qdrill.console.text import lines, plain

if TYPE_CHECKING:
    from qdrill.console.app import QdrillApp


class Reading(Dialogue[None]):
    """Shows `text`, which may be hostile, line by line."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "copy", show=False),
        Binding("q,enter", "leave", show=False),
    ]

    def __init__(self, title: str, text: str) -> None:
        super().__init__()
        self._title, self._text = title, text

    def compose(self) -> ComposeResult:
        """Title, text, and how to leave."""
        with Vertical(classes="dialogue wide"):
            yield Label(plain(self._title, TITLE), classes="title")
            with VerticalScroll(classes="scroll"):
                yield Static(lines(self._text))
            yield Label(Content(self.say("dialogue.reading")), classes="muted foot")

    def action_copy(self) -> None:
        """Copy the whole text."""
        cast("QdrillApp", self.app).copy_text(self._text)
