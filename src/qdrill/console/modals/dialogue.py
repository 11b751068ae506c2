"""What all dialogues share."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, TypeVar, cast

from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.types import CSSPathType

from qdrill.console.actions import binding_in_dialogue
from qdrill.console.widgets.say import Localised

Answer = TypeVar("Answer")
LANGUAGE = binding_in_dialogue("app.language")
"""For dialogues that `relabel`; the others were given their words."""
TITLE, TEXT, LINE = 140, 560, 200
"""The most cells of a title, a question and an option: what is longer would push the answers off the screen."""


class Dialogue(ModalScreen[Answer], Localised):
    """A dialogue that Esc leaves without an answer (None)."""

    # Whole: Textual looks beside the file of a subclass otherwise.
    CSS_PATH: ClassVar[CSSPathType | None] = Path(__file__).with_name("dialogue.tcss")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", show=False),
        # A question is evidence too.
        binding_in_dialogue("app.screenshot"),
    ]

    def action_leave(self) -> None:
        """No answer."""
        self.dismiss(cast(Answer, None))
