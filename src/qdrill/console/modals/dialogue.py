"""What all dialogues share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast

from textual.app import App
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.types import CSSPathType

from qdrill.console.actions import binding_in_dialogue
from qdrill.console.widgets.say import Localised

if TYPE_CHECKING:
    from qdrill.console.jobs import Job

Answer = TypeVar("Answer")
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
        binding_in_dialogue("app.language"),
    ]
    made_anew: Callable[[], Dialogue[Answer]] | None = None
    """Makes the dialogue again, in the app's language; None where its words were given once and for all."""
    about: Job[object] | None = None
    """The job under way that it asks about; once that has ended there is nothing to answer."""

    def relabel(self) -> None:
        """Take the words that this dialogue would be made with now; what was typed and chosen stays."""
        if self.made_anew is not None:
            self.take_words(self.made_anew())

    def take_words(self, fresh: Dialogue[Answer]) -> None:
        """Show the words of `fresh`, which was made like this one and is never shown."""

    def action_leave(self) -> None:
        """No answer."""
        self.dismiss(cast(Answer, None))

    def leave_if_outlived(self) -> None:
        """Leave without an answer when the job that this is about has ended by itself, and say so."""
        job = self.about
        if job is not None and job.ended:
            self.action_leave()
            self.console_app.tell(self.say("dialogue.outlived"))


Asked = TypeVar("Asked", bound=Dialogue[Any])


def open_dialogue(
    app: App[int],
    make: Callable[[], Asked],
    answered: Callable[[Any], None] | None = None,
    about: Job[object] | None = None,
) -> Asked:
    """Open what `make` makes; the dialogue stays in the app's language when that changes while it is open.

    Args:
        make: called again for each change of the language; its words have to come from the catalogue within it.
        answered: gets the answer, None where the dialogue was left without one.
        about: the job under way that is asked about; the dialogue closes when that ends.
    """
    dialogue = make()
    dialogue.made_anew, dialogue.about = make, about
    app.push_screen(dialogue, answered)
    return dialogue
