"""How work under way gets on, in words: what is done, how fast, what is left, whether it stands still. Pure."""

from __future__ import annotations

from qdrill import units
from qdrill.console.feed import SAMPLES_A_SECOND, JobSnapshot
from qdrill.console.i18n import Say
from qdrill.console.jobs import JobState
from qdrill.console.widgets.bar import BarState, BarValue
from qdrill.console.widgets.spark import SparkValue
from qdrill.console.widgets.state import State
from qdrill.events import Progress
from qdrill.rate import Pace

_PEAK_SAMPLES = 2 * SAMPLES_A_SECOND

JOB_STATES: dict[JobState, State] = {"running": "running", "paused": "paused", "cancelling": "interrupted"}
"""How a job looks while it runs."""


def bar_of(
    say: Say, job: JobState, progress: Progress | None, pace: Pace | None, starting: str, counts: tuple[str, ...]
) -> BarValue:
    """Bar, figures, rate, and `counts` under them; `starting` stands there while there are no figures."""
    state, word = _state(say, job, progress, pace)
    below = (counts,) if counts else ()
    if progress is None:
        return BarValue(0, None, state, word, ((starting,), (), *below))
    total = pace.total if pace is not None else progress.total
    lines = (_done(say, progress, total), _rate(say, progress, pace, job), *below)
    return BarValue(progress.done, total, state, word, lines)


def spark_value(snapshot: JobSnapshot) -> SparkValue:
    """Points a second, one column for each half second; the last one is not whole yet and is left out."""
    whole = [points * SAMPLES_A_SECOND for points in snapshot.samples[:-1]]
    return SparkValue(tuple(map(float, whole)), peak=_peak(whole))


def _peak(rates: list[int]) -> float | None:
    """The fastest two seconds and more: a chunk lands at once, so half a second tells of chunks and not of speed."""
    if len(rates) < _PEAK_SAMPLES:
        return None
    windows = range(len(rates) - _PEAK_SAMPLES + 1)
    most = max(sum(rates[at : at + _PEAK_SAMPLES]) for at in windows) / _PEAK_SAMPLES
    return most or None


def _state(say: Say, job: JobState, progress: Progress | None, pace: Pace | None) -> tuple[BarState, str]:
    if job == "cancelling":
        return "cancelling", say("pace.cancelling")
    if job == "paused":
        return "paused", say("pace.paused")
    if progress is not None and pace is not None and pace.stalled is not None:
        return "stalled", say("pace.stalled", n=int(pace.stalled))
    if progress is not None and progress.total and progress.done >= progress.total:
        return "running", say("pace.goes_on")
    return "running", ""


def _done(say: Say, progress: Progress, total: int | None) -> tuple[str, ...]:
    what = say(f"pace.unit.{progress.phase}")
    if total is None:
        done = say("pace.done_of_unknown", done=units.count(progress.done), what=what)
    else:
        done = say("pace.done_of", done=units.count(progress.done), total=units.count(total), what=what)
    if not progress.bytes_done:
        return (done,)
    if not progress.bytes_total:
        return done, units.size(progress.bytes_done)
    sizes = say("pace.size_of", done=units.size(progress.bytes_done), total=units.size(progress.bytes_total))
    return done, sizes


def _rate(say: Say, progress: Progress, pace: Pace | None, job: JobState) -> tuple[str, ...]:
    if pace is None:
        return ()
    parts = [say("pace.elapsed", time=units.seconds(pace.elapsed))]
    if job == "paused":
        return (*parts, say("pace.paused"))
    if pace.per_second is not None:
        what = say(f"pace.unit.{progress.phase}")
        parts.append(say("pace.per_second", n=units.count(pace.per_second), what=what))
    if pace.bytes_per_second is not None:
        parts.append(say("pace.bytes_per_second", size=units.size(pace.bytes_per_second)))
    # What is held has no end in sight.
    if pace.seconds_left is not None and job == "running":
        parts.insert(0, _left(say, pace.seconds_left))
    return tuple(parts)


def _left(say: Say, seconds: float) -> str:
    """An estimate, never more exact than it is."""
    if seconds < 60:
        return say("pace.left_seconds", n=max(1, round(seconds)))
    minutes = round(seconds / 60)
    if minutes < 60:
        return say("pace.left_minutes", n=minutes)
    return say("pace.left_hours", hours=minutes // 60, n=f"{minutes % 60:02d}")
