"""Prometheus asked about the window of a drill, which may be shorter than the time between two scrapes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from qdrill.config_model import PrometheusConfig, QueryConfig
from qdrill.control import JobControl
from qdrill.signals.model import QueryAnswer
from qdrill.signals.prometheus import Prometheus

# A sample bears the moment when its scrape began, and can be asked for once that has ended.
_SCRAPE_TAKES = 0.5


@dataclass(frozen=True, slots=True)
class _Window:
    """What is asked for: a range from `start` to `end`, instants at `at`; `note` goes with each answer."""

    start: datetime
    end: datetime
    at: datetime
    note: str


def ask_drill(
    config: PrometheusConfig,
    environ: Mapping[str, str],
    control: JobControl,
    queries: Sequence[QueryConfig],
    start: datetime,
    end: datetime,
    tell: Callable[[str], None],
) -> tuple[QueryAnswer, ...]:
    """Every query over a drill's window, in their order.

    Ranges begin one scrape interval before `start` and end one after `end`, or now. A drill shorter than that
    interval may lie between two scrapes: then the scrape after it is waited for, `tell` says so before, and instants
    are asked after it and not at `end`, where they would still say what was before the drill.

    Args:
        start, end: of the drill, aware.

    Raises:
        Interrupted: cancelled. Nothing else: what fails is an answer of state `failed`.
    """
    control.checkpoint()
    if not queries:
        return ()
    with Prometheus(config, environ, control) as prometheus:
        # Nobody waits for a scrape of a server that is not there, nor asks it one question after the other.
        trial = prometheus.instant("trial", "vector(1)", end)
        if trial.state == "failed":
            return tuple(_failed(query, trial, start, end) for query in queries)
        window = _window(config, control, start, end, tell)
        return tuple(_ask(prometheus, query, window) for query in queries)


def _failed(query: QueryConfig, trial: QueryAnswer, start: datetime, end: datetime) -> QueryAnswer:
    first = end if query.kind == "instant" else start
    window = first.timestamp(), end.timestamp()
    return QueryAnswer(query.name, query.promql, query.kind, "failed", *window, trial.note)


def _window(
    config: PrometheusConfig, control: JobControl, start: datetime, end: datetime, tell: Callable[[str], None]
) -> _Window:
    interval = config.scrape_interval_seconds
    short = (end - start).total_seconds() < interval
    note = _await_scrape(config, control, end, tell) if short else ""
    scrape = timedelta(seconds=interval)
    # Later than now Prometheus repeats its last sample, which would be a guess.
    last = max(end, min(end + scrape, datetime.now(UTC)))
    return _Window(start - scrape, last, last if short else end, note)


def _await_scrape(config: PrometheusConfig, control: JobControl, end: datetime, tell: Callable[[str], None]) -> str:
    """Wait until a scrape after `end` must have been, as far as `wait_seconds` lets; what to note about it."""
    interval = config.scrape_interval_seconds
    between = f"the drill was shorter than the scrape interval of {interval:g} s"
    missing = (end - datetime.now(UTC)).total_seconds() + interval + _SCRAPE_TAKES
    waited = min(missing, config.wait_seconds)
    if waited > 0:
        tell(f"{between}; waiting {waited:.1f} s for Prometheus to scrape once more")
        control.sleep(waited)
    if missing <= config.wait_seconds:
        return f"{between}; asked after the scrape that followed it"
    return f"{between} and wait_seconds is {config.wait_seconds:g}; the scrape that followed it may be missing"


def _ask(prometheus: Prometheus, query: QueryConfig, window: _Window) -> QueryAnswer:
    if query.kind == "instant":
        answer = prometheus.instant(query.name, query.promql, window.at)
    else:
        answer = prometheus.range(query.name, query.promql, window.start, window.end)
    return replace(answer, note="; ".join(note for note in (answer.note, window.note) if note))
