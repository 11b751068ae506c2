"""Reading a longer text: a dry run, a response as JSON, a check. `y` copies it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Label, Static

from qdrill.console.modals.dialogue import TITLE, Dialogue
from qdrill.console.text import lines, pad, plain, shown


class Reading(Dialogue[None]):
    """Shows `text`, which may be hostile, line by line; or rows of names and words, of which `text` is the copy."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "copy", show=False),
        Binding("q,enter", "leave", show=False),
    ]

    def __init__(self, title: str, text: str, rows: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__()
        self._title, self._text, self._rows = title, text, rows

    def compose(self) -> ComposeResult:
        """Title, text, and how to leave."""
        with Vertical(classes="dialogue wide"):
            yield Label(plain(self._title, TITLE), classes="title")
            with VerticalScroll(classes="scroll"):
                if not self._rows:
                    yield Static(lines(self._text))
                width = max((cell_len(shown(name)) for name, _ in self._rows), default=0)
                for name, words in self._rows:
                    with Horizontal(classes="row"):
                        yield Static(Content(pad(name, width)), classes="name")
                        yield Static(lines(words), classes="what")
            yield Label(Content(self.say("dialogue.reading")), classes="muted foot")

    def take_words(self, fresh: Dialogue[None]) -> None:
        """All of them, at the place that is being read."""
        assert isinstance(fresh, Reading)
        self._title, self._text, self._rows = fresh._title, fresh._text, fresh._rows
        self.query_one(".title", Label).update(plain(self._title, TITLE))
        self.query_one(".foot", Label).update(Content(self.say("dialogue.reading")))
        width = max((cell_len(shown(name)) for name, _ in self._rows), default=0)
        texts = [text for name, words in self._rows for text in (Content(pad(name, width)), lines(words))]
        for one, text in zip(self.query(".scroll Static").results(Static), texts or [lines(self._text)], strict=True):
            one.update(text)

    def action_copy(self) -> None:
        """Copy the whole text."""
        self.console_app.copy_text(self._text)
