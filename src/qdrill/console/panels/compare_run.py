"""A comparison under way: bar, figures, rate, what is left, whether it stands still."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual.app import ComposeResult
from textual.containers import Vertical

from qdrill import units
from qdrill.console.feed import JobSnapshot
from qdrill.console.jobs import JobState
from qdrill.console.panels.drill_words import Say
from qdrill.console.text import plain
from qdrill.console.widgets.bar import Bar, BarState, BarValue
from qdrill.console.widgets.say import Localised
from qdrill.console.widgets.spark import Spark, SparkValue
from qdrill.events import Progress
from qdrill.rate import Pace

if TYPE_CHECKING:
    from qdrill.console.app import QdrillApp

_SAMPLES_A_SECOND = 2


def bar_value(say: Say, snapshot: JobSnapshot, job: JobState) -> BarValue:
    """The job at one moment."""
    progress, pace = snapshot.progress, snapshot.pace
    state, word = _state(say, job, progress, pace)
    if progress is None or pace is None:
        return BarValue(0, None, state, word, ((say("compare.run.starting"),), (), _counts(say, snapshot)))
    lines = (_done(say, progress, pace.total), _rate(say, progress, pace), _counts(say, snapshot))
    return BarValue(progress.done, pace.total, state, word, lines)


def _state(say: Say, job: JobState, progress: Progress | None, pace: Pace | None) -> tuple[BarState, str]:
    if job == "cancelling":
        return "cancelling", say("compare.run.cancelling")
    if job == "paused":
        return "paused", say("compare.run.paused")
    if pace is not None and pace.stalled is not None:
        return "stalled", say("compare.run.stalled", n=int(pace.stalled))
    if progress is not None and progress.total and progress.done >= progress.total:
        return "running", say("compare.run.goes_on")
    return "running", ""


def _done(say: Say, progress: Progress, total: int | None) -> tuple[str, ...]:
    what = say(f"compare.unit.{progress.phase}")
    if total is None:
        done = say("compare.run.done_of_unknown", done=units.count(progress.done), what=what)
    else:
        done = say("compare.run.done_of", done=units.count(progress.done), total=units.count(total), what=what)
    return (done, units.size(progress.bytes_done)) if progress.bytes_done else (done,)


def _rate(say: Say, progress: Progress, pace: Pace) -> tuple[str, ...]:
    parts = [say("compare.run.elapsed", time=units.seconds(pace.elapsed))]
    if pace.per_second is not None:
        what = say(f"compare.unit.{progress.phase}")
        parts.append(say("compare.run.per_second", n=units.count(pace.per_second), what=what))
    if pace.bytes_per_second is not None:
        parts.append(say("compare.run.bytes_per_second", size=units.size(pace.bytes_per_second)))
    if pace.seconds_left is not None:
        parts.insert(0, _left(say, pace.seconds_left))
    return tuple(parts)


def _left(say: Say, seconds: float) -> str:
    """An estimate, never more exact than it is."""
    if seconds < 60:
        return say("compare.run.left_seconds", n=max(1, round(seconds)))
    minutes = round(seconds / 60)
    if minutes < 60:
        return say("compare.run.left_minutes", n=minutes)
    return say("compare.run.left_hours", hours=minutes // 60, n=f"{minutes % 60:02d}")


def _counts(say: Say, snapshot: JobSnapshot) -> tuple[str, ...]:
    requests, retries = units.count(snapshot.requests), units.count(snapshot.retries)
    return (say("compare.run.retries", n=retries), say("compare.run.requests", n=requests))


def work_key(snapshot: JobSnapshot) -> str:
    """Catalogue key of what runs now."""
    return f"compare.work.{snapshot.progress.phase}" if snapshot.progress else "compare.work.starting"


class CompareRunPanel(Vertical, Localised):
    """Bar and sparkline, with what runs now in the border."""

    DEFAULT_CSS = """
    CompareRunPanel { height: auto; }
    CompareRunPanel Spark { height: 2; margin-top: 1; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, classes="panel")
        self._title = ""

    def compose(self) -> ComposeResult:
        """Bar and sparkline."""
        yield Bar()
        yield Spark(self._label)

    def _label(self, top: float) -> str:
        return self.say("compare.run.peak", n=units.count(top))

    def on_mount(self) -> None:
        """The keys."""
        self.relabel()

    def relabel(self) -> None:
        """Keys and the label of the sparkline; the rest comes with the next `show`."""
        app = cast("QdrillApp", self.app)
        keys = {name: app.key_of(f"compare.{name}") for name in ("pause", "cancel")}
        setattr(self, "border_subtitle", plain(self.say("compare.run.keys", **keys)))  # noqa: B010 - as below
        self.query_one(Spark).repaint()

    def show(self, snapshot: JobSnapshot, job: JobState) -> None:
        """Show another moment; what is the same is not painted again."""
        self.query_one(Bar).show(bar_value(self.say, snapshot, job))
        # The last half second is not whole yet.
        self.query_one(Spark).show(SparkValue(tuple(float(n * _SAMPLES_A_SECOND) for n in snapshot.samples[:-1])))
        title = self.say(work_key(snapshot))
        if title != self._title:
            self._title = title
            setattr(self, "border_title", plain(title))  # noqa: B010 - the setter takes Content, its type says str
