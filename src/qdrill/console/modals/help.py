"""`?`: the keys of the screen at hand and what they do, from the registry."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Label, Static

from qdrill.console.actions import Action, of_scope
from qdrill.console.modals.dialogue import Dialogue


class Help(Dialogue[None]):
    """Every action of a screen, and those of all screens: keys, name, what it does."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,enter,question_mark", "leave", show=False),
    ]

    def __init__(self, mode: str) -> None:
        super().__init__()
        self._mode = mode

    def compose(self) -> ComposeResult:
        """What the screen is for, its actions, and everybody's."""
        title = self.say("dialogue.help", what=self.say(f"action.app.{self._mode}"))
        with Vertical(classes="dialogue wide"):
            yield Label(Content(title), classes="title")
            with VerticalScroll(classes="scroll"):
                yield Static(Content(self.say(f"help.{self._mode}")), classes="about")
                yield from self._rows(self._mode)
                yield Static(Content(self.say("help.everywhere")), classes="about everywhere")
                yield from self._rows("app")
            yield Label(Content(self.say("dialogue.closing")), classes="muted foot")

    def relabel(self) -> None:
        """All of it is words."""
        self.refresh(recompose=True)

    def _rows(self, scope: str) -> Iterator[Widget]:
        return (self._row(one) for one in of_scope(scope))

    def _row(self, one: Action) -> Widget:
        keys = " ".join(self.console_app.keys_of(one.id))
        return Horizontal(
            Static(Content.styled(keys, "bold $accent"), classes="keys"),
            Static(Content(self.say(one.label_key)), classes="name"),
            Static(Content(self.say(one.help_key)), classes="what"),
            classes="action",
        )
