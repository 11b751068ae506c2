"""Prometheus asked about the window of a drill, which may be shorter than the time between two scrapes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from qdrill.config_services import PrometheusConfig, QueryConfig
from qdrill.control import JobControl
from qdrill.signals.model import QueryAnswer
from qdrill.signals.prometheus import Prometheus

# A sample bears the moment when its scrape began, and can be asked for once that has ended.
_SCRAPE_TAKES = 0.5
_AT_ONCE = 4


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
    moments: tuple[datetime, datetime, datetime],
    tell: Callable[[str], None],
) -> tuple[QueryAnswer, ...]:
    """Every query over a drill's window, in their order.

    Ranges begin one scrape interval before the drill's start and end one after its end, or now. Where less than that
    interval has passed since the restore ended, no scrape may have seen what it did: then the scrape after it is
    waited for, `tell` says so before, and instants are asked after it and not at the end, where they would still say
    what was before the drill.

    Args:
        moments: when the drill began, when its restore ended, and its end, aware.

    Raises:
        Interrupted: cancelled. Nothing else: what fails is an answer of state `failed`.
    """
    control.checkpoint()
    if not queries:
        return ()
    start, _, end = moments
    with Prometheus(config, environ, control) as prometheus:
        # Nobody waits for a scrape of a server that is not there, nor asks it one question after the other.
        trial = prometheus.instant("trial", "vector(1)", end)
        if trial.state == "failed":
            return tuple(_failed(query, trial, start, end) for query in queries)
        window = _window(config, control, moments, tell)
        with ThreadPoolExecutor(_AT_ONCE, "qdrill-prometheus") as pool:
            return tuple(pool.map(lambda query: _ask(prometheus, query, window), queries))


def _failed(query: QueryConfig, trial: QueryAnswer, start: datetime, end: datetime) -> QueryAnswer:
    first = end if query.kind == "instant" else start
    window = first.timestamp(), end.timestamp()
    return QueryAnswer(query.name, query.promql, query.kind, "failed", *window, trial.note)


def _window(
    config: PrometheusConfig,
    control: JobControl,
    moments: tuple[datetime, datetime, datetime],
    tell: Callable[[str], None],
) -> _Window:
    start, restored, end = moments
    interval = config.scrape_interval_seconds
    short = (end - restored).total_seconds() < interval + _SCRAPE_TAKES
    note = _await_scrape(config, control, restored, tell) if short else ""
    scrape = timedelta(seconds=interval)
    # Later than now Prometheus repeats its last sample, which would be a guess.
    last = max(end, min(end + scrape, datetime.now(UTC)))
    return _Window(start - scrape, last, last if short else end, note)


def _await_scrape(
    config: PrometheusConfig, control: JobControl, restored: datetime, tell: Callable[[str], None]
) -> str:
    """Wait until a scrape after `restored` must have been, as far as `wait_seconds` lets; what to note about it."""
    interval = config.scrape_interval_seconds
    between = f"the restore ended less than a scrape interval of {interval:g} s ago"
    missing = (restored - datetime.now(UTC)).total_seconds() + interval + _SCRAPE_TAKES
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
