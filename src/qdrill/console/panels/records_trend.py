"""How the recovery time of one source and target moved: a chart, and the change in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Literal

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from qdrill.console.i18n import Say
from qdrill.console.panels.records_entries import Entry, local, number
from qdrill.console.panels.records_lines import goal_text, seconds_text
from qdrill.console.text import fit_parts, lines, plain
from qdrill.console.widgets.chart import Chart, ChartPoint, ChartValue
from qdrill.console.widgets.say import Localised
from qdrill.records.history import Trend, trend_of_rows

Pair = tuple[str, str]
"""Addresses of source and target."""
Left = Literal["simulated", "interrupted", "edited", "no_rta"]
_SAME = 0.005
"""Changes below half a percent are none."""


@dataclass(frozen=True, slots=True)
class TrendValue:
    """What the panel shows of a pair.

    Attributes:
        entries: the drills that count, the oldest first.
        left_out: those that do not, with the reason.
        unchecked: those that count and whose record nobody has looked at yet.
    """

    pair: Pair | None = None
    trend: Trend | None = None
    entries: tuple[Entry, ...] = ()
    left_out: tuple[tuple[Left, int], ...] = ()
    unchecked: int = 0


def trend_value(entries: Iterable[Entry], pair: Pair | None) -> TrendValue:
    """The recovery times of a pair, of all its drills that count.

    Real drills that passed or failed, reached their RTA, and whose record is as the drill wrote it.
    """
    if pair is None:
        return TrendValue()
    ours = [one for one in entries if (one.row.source, one.row.target) == pair and one.row.problem is None]
    counting = {one.row.id: one for one in ours if not _left_out(one)}
    found = trend_of_rows(one.row for one in counting.values())
    trend = found[0] if found else None
    shown = tuple(counting[point.id] for point in trend.points) if trend is not None else ()
    left = Counter(reason for one in ours if not one.running and (reason := _left_out(one)))
    others = len(counting) - len(shown)
    if others:
        left["no_rta"] += others
    unchecked = sum(one.trust == "unchecked" for one in shown)
    return TrendValue(pair, trend, shown, tuple(sorted(left.items())), unchecked)


def _left_out(entry: Entry) -> Left | None:
    row = entry.row
    if row.origin != "real":
        return "simulated"
    if entry.trust == "edited":
        return "edited"
    if row.finished is None or row.verdict == "interrupted":
        return "interrupted"
    return "no_rta" if number(row.rta_s) is None else None


def chart_value(say: Say, value: TrendValue) -> ChartValue:
    """The chart of a pair; a drill whose record nobody has looked at has no verdict in it."""
    points = tuple(
        ChartPoint(_day(entry.row.started), entry.row.rta_s, None if entry.trust == "unchecked" else entry.state)
        for entry in value.entries
    )
    goal = number(value.entries[-1].row.rto_s) if value.entries else None
    label = say("records.trend.rto", goal=goal_text(goal)) if goal is not None else ""
    empty = say("records.trend.empty" if value.pair else "records.trend.none")
    return ChartValue(points, goal, label, empty)


@lru_cache(maxsize=4096)
def _day(started: datetime | None) -> str:
    when = local(started)
    return f"{when:%m-%d}" if when is not None else ""


def trend_lines(say: Say, value: TrendValue, room: int) -> list[str]:
    """The last recovery time against the usual one; and what was left out. The less important goes where room ends."""
    found = (_change_words(say, value.trend), _left_words(say, value))
    return [fit_parts(words, room) for words in found if words]


def _change_words(say: Say, trend: Trend | None) -> list[str]:
    if trend is None:
        return []
    last = say("records.trend.last", rta=seconds_text(trend.points[-1].rta_s))
    usual, change = trend.usual_s, trend.change
    if usual is None or change is None:
        return [last, say("records.trend.no_usual")]
    key = "same" if abs(change) < _SAME else "slower" if change > 0 else "faster"
    percent = f"{abs(change):.0%}"
    return [last, say("records.trend.usual", usual=seconds_text(usual)), say(f"records.trend.{key}", percent=percent)]


def _left_words(say: Say, value: TrendValue) -> list[str]:
    found = []
    if value.left_out:
        reasons = (say(f"records.left.{reason}", n=f"{n:,}") for reason, n in value.left_out)
        parts = say("records.left.comma").join(reasons)
        total = sum(n for _, n in value.left_out)
        found.append(say("records.trend.left_out", n=f"{total:,}", parts=parts))
    if value.unchecked:
        found.append(say("records.trend.unchecked", n=f"{value.unchecked:,}"))
    return found


class TrendPanel(Vertical, Localised):
    """The chart over its words; the border names the pair."""

    DEFAULT_CSS = """
    TrendPanel { height: 1fr; }
    TrendPanel #trend-words { height: auto; max-height: 2; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, classes="panel")
        self._value = TrendValue()

    def compose(self) -> ComposeResult:
        """Chart and words."""
        yield Chart(label=seconds_text, id="trend-chart")
        yield Static(id="trend-words", markup=False)

    @property
    def value(self) -> TrendValue:
        """What is shown."""
        return self._value

    def show(self, value: TrendValue) -> None:
        """Show another pair, or the same with other drills."""
        if value != self._value:
            self._value = value
            self.relabel()

    def on_mount(self) -> None:
        """The words."""
        self.relabel()

    def on_resize(self) -> None:
        """As many words as there is room for."""
        self._say_words()

    def relabel(self) -> None:
        """Words in the app's language."""
        self.query_one(Chart).show(chart_value(self.say, self._value))
        pair = self._value.pair
        source, target = pair or ("", "")
        title = (
            self.say("records.trend.pair", source=source, target=target) if pair else self.say("records.trend.title")
        )
        self.border_title = plain(title, max(20, self.size.width - 6))
        self._say_words()

    def _say_words(self) -> None:
        room = self.content_size.width
        if room:
            words = trend_lines(self.say, self._value, room)
            self.query_one("#trend-words", Static).update(lines("\n".join(words)))
