"""The Metrics screen: its place. Evidence from Prometheus and exposition endpoints is shown here."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical

from qdrill.console.actions import bindings_for
from qdrill.console.screens.base import ConsoleScreen
from qdrill.console.widgets.say import Say


class MetricsScreen(ConsoleScreen):
    """Says that this version reads no metrics yet, so that nobody takes an empty screen for a quiet system."""

    MODE = "metrics"
    CSS_PATH = "base.tcss"
    BINDINGS: ClassVar[list[BindingType]] = bindings_for("metrics")

    def body(self) -> ComposeResult:
        """What is to come."""
        with Vertical(classes="panel"):
            yield Say("help.metrics")

    def relabel(self) -> None:
        """The title."""
        self.top.show(self.say("action.app.metrics"))

    def on_mount(self) -> None:
        """The title."""
        self.relabel()
