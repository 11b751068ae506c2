"""Drivers that have a recording listen: one on the terminal at hand, one where there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.driver import Driver
from textual.drivers.headless_driver import HeadlessDriver

if TYPE_CHECKING:
    from textual.app import App

    from qdrill.console.walkthrough.cast import Cast

_ENTER, _LEAVE = "\x1b[?1049h\x1b[?25l", "\x1b[?25h\x1b[?1049l"


def recorded(driver: type[Driver], cast: Cast) -> type[Driver]:
    """The terminal's own driver, whose every write is recorded too."""

    class Recorded(driver):  # type: ignore[valid-type,misc]
        """Writes twice."""

        def __init__(self, app: App[Any], **options: Any) -> None:
            super().__init__(app, **options)
            cast.begin(*self._get_terminal_size())

        def write(self, data: str) -> None:
            """To the terminal, then to the recording."""
            super().write(data)
            cast.output(data)

    return Recorded


def recorded_alone(cast: Cast) -> type[Driver]:
    """A driver without a terminal that draws into the recording alone."""

    class RecordedAlone(HeadlessDriver):
        """Draws, and hears nothing."""

        @property
        def is_headless(self) -> bool:
            """Not to Textual: a headless app draws nothing."""
            return False

        def start_application_mode(self) -> None:
            """As a terminal begins: a screen of its own, no cursor."""
            cast.begin(*self._get_terminal_size())
            cast.output(_ENTER)
            super().start_application_mode()

        def write(self, data: str) -> None:
            """To the recording."""
            cast.output(data)

        def stop_application_mode(self) -> None:
            """Leave the screen as it was."""
            super().stop_application_mode()
            cast.output(_LEAVE)

    return RecordedAlone
