"""The board's numbers out of Prometheus: values with their age, sparklines, charts, and changes during a drill."""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from qdrill.config_services import PrometheusConfig
from qdrill.control import JobControl
from qdrill.names import one_line
from qdrill.signals.board_changes import Steps, Window, change_of, steps_over
from qdrill.signals.board_model import age_of
from qdrill.signals.board_subject import Subject
from qdrill.signals.board_tiles import SPECS, TileSpec, expression, selector_of
from qdrill.signals.model import QueryAnswer, Series

if TYPE_CHECKING:
    from qdrill.signals.prometheus import Prometheus

Points = tuple[tuple[float, float], ...]
_SPARK_SECONDS = 300.0
_SPARK_POINTS = 60
_CHART_POINTS = 240
_CHANGE_POINTS = 600
_REMEMBERED = 64
# A sample bears the moment when its scrape began, and can be asked for once that has ended.
_SCRAPE_TAKES = 0.5


@dataclass(frozen=True, slots=True)
class PrometheusTile:
    """One tile as Prometheus tells it; `age` in seconds, None where it does not say. `note` as of a Tile."""

    value: float | None = None
    age: float | None = None
    change: float | None = None
    points: Points = ()
    note: str = ""


@dataclass(slots=True)
class _Asking:
    """One read. A server that is slow in all answers is left once the time of one request is gone."""

    client: Prometheus
    until: float
    now: float
    problems: list[str] = field(default_factory=list)

    @property
    def over(self) -> bool:
        """Whether nothing more is to be asked."""
        return self.client.given_up or time.monotonic() >= self.until

    def range(self, name: str, promql: str, steps: Steps) -> QueryAnswer | None:
        """A range; None, with a problem noted, where there is no answer."""
        if self.over:
            return None
        answer = self.client.range(name, promql, _moment(steps.start), _moment(steps.end), steps.step)
        if answer.state != "failed":
            return answer
        self.problems.append(one_line(answer.note))
        return None

    def instant(self, promql: str, at: float) -> float | None:
        """The first number of an instant; None where there is none."""
        if self.over:
            return None
        points = _finite(self.client.instant("board", promql, _moment(at)).series)
        return points[-1][1] if points else None


class PrometheusReader:
    """Asks Prometheus for tiles and charts, with a connection for each read. Thread-safe."""

    def __init__(self, config: PrometheusConfig, environ: Mapping[str, str], control: JobControl) -> None:
        self.config = config
        self._environ, self._control = environ, control
        self._lock = threading.Lock()
        # A drill that is over does not change any more.
        self._changes: OrderedDict[tuple[str, str], float | None] = OrderedDict()

    def tiles(self, subject: Subject) -> tuple[dict[str, PrometheusTile], tuple[str, ...]]:
        """Every tile that could be read, by key; and a line for what Prometheus did not answer. Raises Interrupted."""
        with self._open() as client:
            asking = _Asking(client, time.monotonic() + self.config.timeout_seconds, time.time())
            found = {spec.key: self._tile(asking, spec, subject) for spec in SPECS.values()}
        return found, tuple(dict.fromkeys(asking.problems))

    def chart(self, key: str, collection: str, start: float, end: float) -> QueryAnswer:
        """One tile between two moments, as one series. Raises Interrupted."""
        steps = self._back(end - start, end, _CHART_POINTS)
        with self._open() as client:
            first, last = _moment(steps.start), _moment(steps.end)
            answer = client.range(key, expression(SPECS[key], collection, steps.step), first, last, steps.step)
        # A quantile of nothing is NaN, and there is no place for that on a chart.
        points = _finite(answer.series)
        return replace(answer, series=(Series((), points),) if points else ())

    def expression(self, promql: str, start: float, end: float) -> QueryAnswer:
        """Any expression between two moments; its error is in the answer. Raises Interrupted."""
        with self._open() as client:
            return client.range("expression", promql, _moment(start), _moment(end))

    def _tile(self, asking: _Asking, spec: TileSpec, subject: Subject) -> PrometheusTile:
        steps = self._back(_SPARK_SECONDS, asking.now, _SPARK_POINTS)
        answer = asking.range(spec.key, expression(spec, subject.collection), steps)
        if answer is None:
            return PrometheusTile(note="Prometheus did not answer")
        points = _finite(answer.series)
        change = self._change(asking, spec, subject)
        if not points or asking.now - points[-1][0] >= steps.step:
            return PrometheusTile(change=change, points=points, note=_nothing(spec, subject.collection))
        at, value = points[-1]
        # Of several samples behind the value, the oldest says how old it is.
        selected = selector_of(spec, subject.collection)
        taken = asking.instant(f"min(timestamp({selected}))", at)
        age = None if taken is None else age_of(taken, asking.now)
        servers = None if spec.label else asking.instant(f"count({selected})", at)
        note = f"the sum of {servers:.0f} servers" if servers is not None and servers > 1 else ""
        return PrometheusTile(value, age, change, points, note)

    def _change(self, asking: _Asking, spec: TileSpec, subject: Subject) -> float | None:
        window = self._window(subject, asking.now)
        if window is None:
            return None
        known = (subject.drill, spec.key)
        with self._lock:
            if window.over and known in self._changes:
                return self._changes[known]
        answer = asking.range(spec.key, selector_of(spec, subject.collection), window.steps)
        if answer is None:
            return None
        change = change_of(spec, answer.series, window, lambda labels: _was_up(asking, labels, window.steps.start))
        if window.over and subject.drill and not asking.problems and not asking.over:
            self._remember(known, change)
        return change

    def _remember(self, known: tuple[str, str], change: float | None) -> None:
        with self._lock:
            self._changes[known] = change
            while len(self._changes) > _REMEMBERED:
                self._changes.popitem(last=False)

    def _window(self, subject: Subject, now: float) -> Window | None:
        """From the drill's start to the scrape after its end; None before that scrape can have been.

        Until then a count would be that of before the drill, and look as if nothing had happened.
        """
        if subject.start is None:
            return None
        scrape = self.config.scrape_interval_seconds
        end = now if subject.end is None else subject.end + scrape + _SCRAPE_TAKES
        if end > now or end <= subject.start:
            return None
        return Window(steps_over(subject.start, end, _CHANGE_POINTS), over=subject.end is not None)

    def _back(self, seconds: float, end: float, points: int) -> Steps:
        """At most `points` steps that end at `end`, none shorter than a scrape."""
        step = math.ceil(max(self.config.scrape_interval_seconds, seconds / points))
        last = math.ceil(end)
        return Steps(last - step * max(1, int(seconds / step)), last, step)

    def _open(self) -> Prometheus:
        from qdrill.signals.prometheus import Prometheus

        return Prometheus(self.config, self._environ, self._control)


def _was_up(asking: _Asking, labels: Mapping[str, str], at: float) -> bool:
    """Whether Prometheus scraped a series' target at a moment, so that what was absent then was not there."""
    from qdrill.signals.promql import selector

    target = {name: labels[name] for name in ("job", "instance") if name in labels}
    return bool(target) and asking.instant(f"min({selector('up', **target)})", at) == 1.0


def _moment(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)


def _finite(series: Iterable[Series]) -> Points:
    """The points of the first series, without those that are no number."""
    first = next(iter(series), None)
    return () if first is None else tuple((at, value) for at, value in first.points if math.isfinite(value))


def _nothing(spec: TileSpec, collection: str) -> str:
    of = f" of {one_line(collection, 60)}" if spec.label else ""
    return f"Prometheus has no {spec.metric}{of} now: absent is not 0"
