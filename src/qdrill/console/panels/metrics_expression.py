"""The line for any PromQL expression."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input

from qdrill.console.panels.search_query import QueryLine
from qdrill.console.widgets.say import Localised, Say

LONGEST = 10_000


class ExpressionLine(Horizontal, Localised):
    """The line, which stays as it is whatever the chart shows."""

    DEFAULT_CSS = """
    ExpressionLine {
        height: 1;
        padding: 0 1;
        & Say { width: auto; color: $text-muted; margin-right: 1; }
        & QueryLine { width: 1fr; background: transparent; padding: 0; }
    }
    """

    class Asked(Message):
        """Enter: ask this."""

        def __init__(self, expression: str) -> None:
            super().__init__()
            self.expression = expression

    def compose(self) -> ComposeResult:
        """Its name and the line."""
        yield Say("metrics.expression.name")
        yield QueryLine(id="expression", select_on_focus=True, compact=True, max_length=LONGEST)

    def on_mount(self) -> None:
        """Words."""
        self.relabel()

    @property
    def line(self) -> QueryLine:
        """The line."""
        return self.query_one(QueryLine)

    def relabel(self) -> None:
        """The hint; what was typed stays, and so does the cursor."""
        known = self.console_app.engine.config.prometheus is not None
        self.line.placeholder = self.say("metrics.expression.hint" if known else "metrics.expression.none")

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Asked(event.value.strip()))
