"""A line of text to type into, which may hold a name from outside to begin with."""

from __future__ import annotations

from textual.suggester import Suggester
from textual.widgets import Input

from qdrill.console.text import shown


class Line(Input):
    """An Input whose value is always harmless: Textual's sends control and bidi characters to the terminal as they are.

    What would harm becomes its escape, as it is shown everywhere else: `\\x1b`. `given` is the text it was made with.
    """

    given = ""

    @classmethod
    def filled(cls, text: str, *, id: str | None = None, suggester: Suggester | None = None) -> Line:
        """A compact line of a form that holds `text` to begin with."""
        line = cls(text, id=id, suggester=suggester, compact=True, select_on_focus=False)
        line.given = text
        return line

    @property
    def text(self) -> str:
        """What was typed; the very text it was filled with where nobody changed it."""
        return self.given if self.value == shown(self.given) else self.value

    def validate_value(self, value: str) -> str:
        """Called for every new value, typed, pasted or set."""
        return shown(value)
