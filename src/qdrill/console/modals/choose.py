"""Choosing one of a list."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Label, OptionList
from textual.widgets.option_list import Option

from qdrill.console.modals.dialogue import LINE, TITLE, Dialogue
from qdrill.console.text import plain
from qdrill.console.widgets.say import Say


class Choose(Dialogue[str]):
    """Returns the value of the option chosen. `options` are (value, words); words may be hostile."""

    def __init__(self, title: str, options: Sequence[tuple[str, str]], chosen: str | None = None) -> None:
        super().__init__()
        self._title, self._options, self._chosen = title, tuple(options), chosen

    def compose(self) -> ComposeResult:
        """The list."""
        with Vertical(classes="dialogue"):
            yield Label(plain(self._title, TITLE), classes="title")
            yield OptionList(*(Option(plain(words, LINE)) for _, words in self._options))
            yield Say("dialogue.choose", classes="muted foot")

    def on_mount(self) -> None:
        """The one in force is under the cursor."""
        values = [value for value, _ in self._options]
        if self._chosen in values:
            self.query_one(OptionList).highlighted = values.index(self._chosen)

    def take_words(self, fresh: Dialogue[str]) -> None:
        """Title and options; the cursor stays where it is."""
        assert isinstance(fresh, Choose)
        self.query_one(".title", Label).update(plain(fresh._title, TITLE))
        words = dict(fresh._options)
        self._options = tuple((value, words.get(value, old)) for value, old in self._options)
        for index, (_, shown) in enumerate(self._options):
            self.query_one(OptionList).replace_option_prompt_at_index(index, plain(shown, LINE))

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._options[event.option_index][0])
