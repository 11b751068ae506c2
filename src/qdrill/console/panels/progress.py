"""What runs now: bar, figures, rate, and the throughput of the last minutes."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical

from qdrill import units
from qdrill.console.text import plain
from qdrill.console.widgets.bar import Bar, BarValue
from qdrill.console.widgets.say import Localised
from qdrill.console.widgets.spark import Spark, SparkValue


class ProgressPanel(Vertical, Localised):
    """Bar and sparkline, with what runs now in the border."""

    DEFAULT_CSS = """
    ProgressPanel { height: auto; }
    ProgressPanel Spark { height: 2; margin-top: 1; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, classes="panel")
        self._titles = ("", "")

    def compose(self) -> ComposeResult:
        """Bar and sparkline."""
        yield Bar()
        yield Spark(self._label)

    def _label(self, top: float) -> str:
        return self.say("pace.peak", n=units.count(top))

    def relabel(self) -> None:
        """The label of the sparkline, in the app's language; the rest comes with the next `show`."""
        self.query_one(Spark).repaint()

    def show(self, bar: BarValue, spark: SparkValue, title: str, keys: str = "") -> None:
        """Show another moment; what is the same is not painted again. `keys` stands in the border below."""
        self.query_one(Bar).show(bar)
        self.query_one(Spark).show(spark)
        if (title, keys) != self._titles:
            self._titles = (title, keys)
            setattr(self, "border_title", plain(title))  # noqa: B010 - the setter takes Content, its type says str
            setattr(self, "border_subtitle", plain(keys))  # noqa: B010
