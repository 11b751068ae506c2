"""What runs now: bar, figures, rate, and the throughput of the last minutes."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical

from qdrill import units
from qdrill.console.feed import JobSnapshot
from qdrill.console.jobs import JobState
from qdrill.console.panels.drill_run import bar_value, spark_value, work_key
from qdrill.console.text import plain
from qdrill.console.widgets.bar import Bar
from qdrill.console.widgets.say import Localised
from qdrill.console.widgets.spark import Spark


class ProgressPanel(Vertical, Localised):
    """Bar and sparkline, with what runs now in the border."""

    DEFAULT_CSS = """
    ProgressPanel { height: auto; }
    ProgressPanel Spark { height: 2; margin-top: 1; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, classes="panel")
        self._title = ""

    def compose(self) -> ComposeResult:
        """Bar and sparkline."""
        yield Bar()
        yield Spark(self._label)

    def _label(self, top: float) -> str:
        return self.say("drill.peak", n=units.count(top))

    def relabel(self) -> None:
        """The label of the sparkline, in the app's language; the rest comes with the next `show`."""
        self.query_one(Spark).repaint()

    def show(self, snapshot: JobSnapshot, job: JobState, delay: float) -> None:
        """Show another moment; what is the same is not painted again."""
        self.query_one(Bar).show(bar_value(self.say, snapshot, job, delay))
        self.query_one(Spark).show(spark_value(snapshot))
        title = self.say(work_key(snapshot))
        if title != self._title:
            self._title = title
            setattr(self, "border_title", plain(title))  # noqa: B010 - the setter takes Content, its type says str
