"""The metrics board: endpoints and Prometheus side by side, for the Metrics screen and `qdrill metrics`."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from qdrill.config_model import Config
from qdrill.control import JobControl
from qdrill.errors import UsageError
from qdrill.names import one_line
from qdrill.signals.board_endpoints import NO_QDRANT, EndpointReader, EndpointTile
from qdrill.signals.board_model import KEYS, MINUTES, Board, Chart, Span, Tile, age_of
from qdrill.signals.board_prometheus import PrometheusReader, PrometheusTile
from qdrill.signals.board_subject import Subject, Subjects
from qdrill.signals.board_tiles import SPECS, TileSpec
from qdrill.signals.model import QueryAnswer, Series
from qdrill.signals.own_endpoint import is_own

PROMETHEUS = "Prometheus"
NOT_CONFIGURED = (
    "nothing to read metrics from: add [metrics.NAME] with the url of a /metrics endpoint, or [prometheus] with its "
    "url, to drills.toml"
)
NO_PROMETHEUS = "there is no Prometheus to ask: add [prometheus] with its url to drills.toml"


class BoardReader:
    """Reads what metrics say, and keeps the readings of endpoints for charts. Thread-safe.

    No method raises anything but Interrupted (cancelled) and UsageError (no such drill, key or length of time); what
    does not answer is in what they return.

    Args:
        environ: where the services' keys are looked up.
        drills: directory of the drills' records.
    """

    def __init__(self, config: Config, environ: Mapping[str, str], control: JobControl, drills: Path) -> None:
        self._config = config
        self._subjects = Subjects(config, drills)
        self._endpoints = EndpointReader(
            tuple(config.metrics.values()),
            environ,
            control,
            self._subjects.targets(),
            own=lambda endpoint: is_own(endpoint, config.exporter),
        )
        self._prometheus = None if config.prometheus is None else PrometheusReader(config.prometheus, environ, control)
        self._lock = threading.Lock()
        self._asked: str | None = None

    def read(self, drill: str | None = None, running: tuple[Span, ...] = ()) -> Board:
        """Everything as it stands now.

        Args:
            drill: its name in drills.toml; None is the last on record.
            running: stages so far of the drill that runs, where one does; they take the place of a record's.
        """
        subject = self._subjects.find(drill, running)
        with self._lock:
            self._asked = drill
        if not self._configured:
            return self._board(subject, tuple(_unknown(SPECS[key], NOT_CONFIGURED) for key in KEYS), (NOT_CONFIGURED,))
        with ThreadPoolExecutor(2, "qdrill-board") as pool:
            asked = pool.submit(self._ask_prometheus, subject)
            reading = self._endpoints.read(subject.collection)
            found, problems = asked.result()
        now = time.time()
        tiles = tuple(
            _merged(SPECS[key], self._endpoints.tile(SPECS[key], subject, reading), found.get(key), now) for key in KEYS
        )
        return self._board(subject, tiles, (*reading.problems, *problems))

    def chart(self, key: str, minutes: int, running: tuple[Span, ...] = ()) -> Chart:
        """A tile over the last 5, 15 or 60 minutes, for the drill that was last read.

        From Prometheus where it answers, else from the readings of endpoints that were kept.
        """
        spec = _spec(key)
        seconds = _seconds(minutes)
        with self._lock:
            drill = self._asked
        subject = self._subjects.find(drill, running)
        now = time.time()
        start = now - seconds
        why = NO_PROMETHEUS
        if self._prometheus is not None:
            answer = self._prometheus.chart(key, subject.collection, start, now)
            if answer.state == "answered" and answer.series:
                return Chart(
                    key, spec.unit, answer.series, start, now, subject.spans, PROMETHEUS, one_line(answer.note)
                )
            why = answer.note if answer.state == "failed" else f"Prometheus has no {spec.metric} in this time"
        return self._kept_chart(spec, subject, start, now, one_line(why))

    def _kept_chart(self, spec: TileSpec, subject: Subject, start: float, now: float, why: str) -> Chart:
        kept = self._endpoints.kept(subject.collection)
        latest = {name: one for digests in kept for name, one in digests.items()}
        name = self._endpoints.choice(spec, subject, latest)
        points = self._endpoints.points(subject.collection, name, spec.key, start) if name else ()
        if not points:
            note = why if self._prometheus is not None else self._nothing_kept(spec)
            return Chart(spec.key, spec.unit, (), start, now, subject.spans, "", note)
        note = f"{why}; " if self._prometheus is not None else ""
        note += "readings of the endpoint since it was first asked"
        series = (Series((), points),)
        return Chart(spec.key, spec.unit, series, start, now, subject.spans, f"endpoint {name}", note)

    def _nothing_kept(self, spec: TileSpec) -> str:
        return f"no endpoint has told {spec.metric} yet" if self._endpoints.endpoints else NOT_CONFIGURED

    def expression(self, promql: str, minutes: int) -> QueryAnswer:
        """Any PromQL expression over the last 5, 15 or 60 minutes; its error is in the answer."""
        now = time.time()
        start = now - _seconds(minutes)
        if self._prometheus is None:
            return QueryAnswer("expression", promql, "range", "failed", start, now, NO_PROMETHEUS)
        if not promql.strip():
            return QueryAnswer("expression", promql, "range", "failed", start, now, "the expression is empty")
        return self._prometheus.expression(promql, start, now)

    def close(self) -> None:
        """Forget what was read. No connection outlives a read, and one under way ends within its timeout."""
        self._endpoints.forget()

    @property
    def _configured(self) -> bool:
        return bool(self._endpoints.endpoints) or self._prometheus is not None

    def _ask_prometheus(self, subject: Subject) -> tuple[dict[str, PrometheusTile], tuple[str, ...]]:
        return ({}, ()) if self._prometheus is None else self._prometheus.tiles(subject)

    def _board(self, subject: Subject, tiles: tuple[Tile, ...], problems: tuple[str, ...]) -> Board:
        config = self._config.prometheus
        return Board(
            at=time.time(),
            tiles=tiles,
            spans=subject.spans,
            drill=subject.drill,
            endpoints=tuple(one.name for one in self._endpoints.endpoints),
            prometheus="" if config is None else one_line(config.url),
            problems=problems,
            configured=self._configured,
            collection=subject.collection,
        )


def _unknown(spec: TileSpec, note: str) -> Tile:
    return Tile(spec.key, spec.unit, None, None, "", None, (), note)


def _merged(spec: TileSpec, ours: EndpointTile, theirs: PrometheusTile | None, now: float) -> Tile:
    """One tile: the endpoint's number, which is fresher, else that of Prometheus; Prometheus reaches back further."""
    other = theirs or PrometheusTile()
    change = ours.change if ours.change is not None else other.change
    spark = other.points if len(other.points) > 1 or not ours.points else ours.points
    if ours.value is not None:
        age = age_of(ours.at, now)
        return Tile(spec.key, spec.unit, ours.value, change, f"endpoint {ours.endpoint}", age, spark, ours.note)
    if other.value is not None:
        return Tile(spec.key, spec.unit, other.value, change, PROMETHEUS, other.age, spark, other.note)
    note = other.note if ours.note in ("", NO_QDRANT) and other.note else ours.note
    return Tile(spec.key, spec.unit, None, change, "", None, spark, note)


def _spec(key: str) -> TileSpec:
    if key not in SPECS:
        raise UsageError(f"there is no metric {one_line(key, 60)}; there are {', '.join(SPECS)}")
    return SPECS[key]


def _seconds(minutes: int) -> float:
    if minutes not in MINUTES:
        raise UsageError(f"a chart is of 5, 15 or 60 minutes, not {minutes}")
    return minutes * 60.0
