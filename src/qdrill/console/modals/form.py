"""A dialogue of fields. What is wrong with a field stands at the field; what was typed stays until all is right."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Input, Static

from qdrill.console.modals.dialogue import TEXT, Answer, Dialogue
from qdrill.console.text import plain
from qdrill.console.threads import in_thread
from qdrill.console.widgets.line import Line
from qdrill.console.widgets.say import Say


class Form(Dialogue[Answer]):
    """Returns what `read` makes of the fields.

    Attributes:
        FIELDS: the lines to type in, in their order. USE: key of the answer's name.
    """

    FIELDS: ClassVar[tuple[str, ...]]
    USE: ClassVar[str]

    def key_of_field(self, name: str) -> str:
        """Key of a field's name."""
        raise NotImplementedError

    def read(self, texts: Mapping[str, str]) -> tuple[Answer | None, dict[str, str]]:
        """The answer, or None and a line for each field that is wrong. Called in a thread: it may ask DNS."""
        raise NotImplementedError

    def row(self, name: str, widget: Widget) -> ComposeResult:
        """A field: its name, the widget, and room for what is wrong with it."""
        with Vertical(classes="field", id=f"row-{name}"):
            with Horizontal(classes="line"):
                yield Say(self.key_of_field(name))
                yield widget
            yield Static(classes="problem", markup=False)

    def answers(self) -> ComposeResult:
        """The two buttons."""
        with Horizontal(classes="buttons"):
            yield Button(Content(self.say("dialogue.cancel")), id="cancel")
            yield Button(Content(self.say(self.USE)), id="use", variant="primary")

    def relabel(self) -> None:
        """The buttons in the app's language; what was typed stays."""
        self.query_one("#cancel", Button).label = Content(self.say("dialogue.cancel"))
        self.query_one("#use", Button).label = Content(self.say(self.USE))

    def texts(self) -> dict[str, str]:
        """What is in the fields."""
        return {name: self.query_one(f"#field-{name}", Line).text for name in self.FIELDS}

    @on(Input.Submitted)
    @on(Button.Pressed, "#use")
    def _read(self) -> None:
        self.run_worker(self._check(), name="form", group="form", exclusive=True, exit_on_error=False)

    @on(Button.Pressed, "#cancel")
    def _cancelled(self) -> None:
        self.action_leave()

    async def _check(self) -> None:
        texts = self.texts()
        answer, wrong = await in_thread(lambda: self.read(texts))
        for name in self.FIELDS:
            row = self.query_one(f"#row-{name}")
            row.set_class(name in wrong, "-wrong")
            row.query_one(".problem", Static).update(plain(f"✗ {self.sentence(wrong.get(name, ''))}", TEXT))
        if wrong:
            self.query_one(f"#field-{next(name for name in self.FIELDS if name in wrong)}").focus()
        elif answer is not None and self.is_current:
            self.dismiss(answer)
