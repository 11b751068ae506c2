"""Texts of the catalogue on the screen: they change when the language does."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from qdrill.console.engine_words import sentence

if TYPE_CHECKING:
    from qdrill.console.app import QdrillApp


class InConsole:
    """Mixed into screens and widgets: what they reach of the app."""

    @property
    def console_app(self) -> QdrillApp:
        """The app, typed: the one place where a part of a screen learns of it."""
        return cast("QdrillApp", cast(Widget, self).app)


class Localised(InConsole):
    """Mixed into screens and widgets with texts of the catalogue; the app calls `relabel` when the language changes."""

    def relabel(self) -> None:
        """Write all texts anew, in the app's language."""

    def say(self, key: str, **values: object) -> str:
        """The text of the catalogue in the app's language: plain, never markup."""
        return self.console_app.say(key, **values)

    def sentence(self, english: str) -> str:
        """One of the engine's sentences in the app's language; what is none, as it is."""
        return sentence(self.console_app.language, english)


class Say(Static, Localised):
    """A line of the catalogue."""

    def __init__(
        self,
        key: str,
        *,
        id: str | None = None,
        classes: str | None = None,
        **values: object,
    ) -> None:
        super().__init__(id=id, classes=classes, markup=False)
        self._key, self._values = key, values

    def on_mount(self) -> None:
        """Show it."""
        self.relabel()

    def relabel(self) -> None:
        """Show it in the app's language."""
        self.update(Content(self.say(self._key, **self._values)))

    def tell(self, key: str, **values: object) -> None:
        """Show another text."""
        self._key, self._values = key, values
        self.relabel()
