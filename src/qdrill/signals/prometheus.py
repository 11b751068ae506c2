"""Questions to a Prometheus, over prometheus-api-client: always in bounded time, and never at a drill's cost.

The client blocks, and nothing can wake a thread out of a name look-up or a read. So each request has a daemon thread
of its own; the caller watches the clock and the cancellation, and leaves a hopeless request behind.
"""

from __future__ import annotations

import math
import queue
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import Enum
from typing import TYPE_CHECKING, Self, TypeVar

from qdrill.config import api_key
from qdrill.config_services import PrometheusConfig, QueryKind
from qdrill.control import JobControl
from qdrill.errors import SignalError, UsageError
from qdrill.names import one_line
from qdrill.signals.model import QueryAnswer, QueryState
from qdrill.signals.prometheus_answer import MOST_SERIES, Answer, parse, version_of
from qdrill.signals.prometheus_failure import Failed, broken, late
from qdrill.tls import trusted
from qdrill.urls import BadUrl, split_url

if TYPE_CHECKING:
    from prometheus_api_client import PrometheusConnect

    from qdrill.signals.prometheus_http import BoundedSession

T = TypeVar("T")

MOST_STEPS = 11_000
"""Points of one series that Prometheus itself answers at most."""

_USUAL_STEPS = 250
_ZONELESS = "was not asked: the time of the query has no zone"


class _Mark(Enum):
    """What a waiting caller is told beside an outcome."""

    STARTED = 1
    CANCELLED = 2


class Prometheus:
    """One Prometheus. A context manager; safe to share between threads.

    Opens no connection before the first question. The first time-out is the last: from then on every question fails
    at once, so that a server that hangs costs its `timeout_seconds` once. To try again, open another.
    """

    def __init__(self, config: PrometheusConfig, environ: Mapping[str, str], control: JobControl) -> None:
        self._config, self._environ, self._control = config, environ, control
        self._lock = threading.Lock()
        self._gone = threading.Event()
        self._given_up = ""
        self._client: PrometheusConnect | None = None
        self._session: BoundedSession | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    @property
    def label(self) -> str:
        """How it is named to the user: `Prometheus at http://host:9090`."""
        try:
            return f"Prometheus at {split_url(self._config.url)[0]}"
        except BadUrl:
            return "Prometheus"

    @property
    def given_up(self) -> bool:
        """Whether a question has timed out, so that no other will be asked."""
        return bool(self._given_up)

    def close(self) -> None:
        """Close all connections, and let go of requests that are still under way."""
        self._gone.set()
        with self._lock:
            session, self._session, self._client = self._session, None, None
        if session is not None:
            session.close()

    def version(self) -> str:
        """The server's version, such as `2.42.0+ds`.

        Raises:
            SignalError: it does not answer, or not as a Prometheus does.
            Interrupted: cancelled.
        """
        try:
            return self._ask(self._version)
        except Failed as error:
            raise SignalError(self._line(error)) from None

    def instant(self, name: str, promql: str, at: datetime) -> QueryAnswer:
        """What `promql` is at one moment. `at` is aware.

        A question that fails is an answer of state `failed`, with one plain line; only Interrupted is raised.
        """
        when = at.timestamp()

        def ask() -> Answer:
            client = self._open()
            params = {"time": f"{when:.3f}", **self._limits()}
            return parse(client.custom_query(promql, params=params), self._gone)

        return self._answer(name, promql, "instant", (at, at), when, when, None, ask)

    def range(self, name: str, promql: str, start: datetime, end: datetime, step: float | None = None) -> QueryAnswer:
        """What `promql` was from `start` to `end` (aware), both widened to whole seconds.

        `step` is in seconds; None takes about 250 of them. Too small a one is made so large that there are no more
        than 11,000 points a series. Failures are told as by `instant`.
        """
        first, last = math.floor(start.timestamp()), math.ceil(end.timestamp())
        chosen = _step(last - first, step)

        def ask() -> Answer:
            client = self._open()
            moments = (datetime.fromtimestamp(moment, UTC) for moment in (first, last))
            found = client.custom_query_range(promql, *moments, step=f"{chosen:.3f}", params=self._limits())
            return parse(found, self._gone)

        return self._answer(name, promql, "range", (start, end), float(first), float(last), chosen, ask)

    def _answer(
        self,
        name: str,
        promql: str,
        kind: QueryKind,
        asked: tuple[datetime, datetime],
        start: float,
        end: float,
        step: float | None,
        ask: Callable[[], Answer],
    ) -> QueryAnswer:
        try:
            if any(moment.utcoffset() is None for moment in asked):
                raise Failed(_ZONELESS)
            found = self._ask(ask)
        except Failed as error:
            return QueryAnswer(name, promql, kind, "failed", start, end, self._line(error), step=step)
        state: QueryState = "answered" if found.series else "empty"
        return QueryAnswer(name, promql, kind, state, start, end, found.note, found.series, step)

    def _line(self, error: Failed) -> str:
        return one_line(f"{self.label} {error}", 500)

    def _limits(self) -> dict[str, str]:
        """Parameters that make the server itself stop early; `limit` is ignored by those that do not know it."""
        # A little less than we wait, so that the server's own words come first.
        return {"timeout": f"{max(1, round(self._config.timeout_seconds * 900))}ms", "limit": str(MOST_SERIES + 1)}

    def _version(self) -> str:
        session = self._opened()[1]
        url = f"{self._config.url.rstrip('/')}/api/v1/status/buildinfo"
        return version_of(session.request(method="GET", url=url, timeout=self._config.timeout_seconds).body)

    def _open(self) -> PrometheusConnect:
        return self._opened()[0]

    def _opened(self) -> tuple[PrometheusConnect, BoundedSession]:
        """The client and its session; raises Failed where the key cannot be had."""
        from prometheus_api_client import PrometheusConnect
        from urllib3.util.retry import Retry

        from qdrill.signals.prometheus_http import BoundedSession

        with self._lock:
            if self._client is not None and self._session is not None:
                return self._client, self._session
            if self._gone.is_set():
                raise Failed("was not asked: it is closed")
            try:
                key = api_key(self._config, self._environ)
                if self._config.ca_file is not None:
                    trusted(self._config.ca_file)  # requests would name neither the file nor what is wrong with it
            except UsageError as error:
                raise Failed(f"was not asked: {error}") from None
            url = self._config.url.rstrip("/")
            self._session = BoundedSession(url, key, self._gone, self._config.ca_file)
            self._client = PrometheusConnect(
                url,
                retry=Retry(total=0),
                session=self._session,
                timeout=self._config.timeout_seconds,
            )
            return self._client, self._session

    def _ask(self, ask: Callable[[], T]) -> T:
        """`ask` in a thread of its own, left behind when cancelled or out of time. Raises Failed and Interrupted."""
        self._control.checkpoint()
        if self._given_up:
            raise Failed(self._given_up)
        outcomes: queue.SimpleQueue[T | Failed | _Mark] = queue.SimpleQueue()
        forget = self._control.on_cancel(lambda: outcomes.put(_Mark.CANCELLED))
        work = threading.Thread(target=self._work, args=(ask, outcomes), name="qdrill-prometheus", daemon=True)
        try:
            self._control.checkpoint()
            work.start()
            outcome = self._wait(outcomes)
        finally:
            forget()
        if isinstance(outcome, Failed):
            raise outcome
        return outcome

    def _wait(self, outcomes: queue.SimpleQueue[T | Failed | _Mark]) -> T | Failed:
        seconds = self._config.timeout_seconds
        outcome = outcomes.get()
        if outcome is _Mark.STARTED:
            try:
                outcome = outcomes.get(timeout=seconds)
            except queue.Empty:
                outcome = late(seconds)
        if isinstance(outcome, _Mark):
            self._gone.set()
            self._control.checkpoint()
            return Failed("was left before it had answered")
        if isinstance(outcome, Failed) and outcome.hung:
            self._gone.set()
            self._given_up = f"was not asked: it did not answer an earlier question within {seconds:g} s"
        return outcome

    def _work(self, ask: Callable[[], T], outcomes: queue.SimpleQueue[T | Failed | _Mark]) -> None:
        try:  # loading the library takes its time, which is not the server's
            import prometheus_api_client.prometheus_connect  # noqa: F401
        except ImportError as error:
            outcomes.put(Failed(f"cannot be asked: {error}; install qdrill again"))
            return
        outcomes.put(_Mark.STARTED)
        outcomes.put(self._outcome(ask))

    def _outcome(self, ask: Callable[[], T]) -> T | Failed:
        """Runs in a thread of its own, so every exception has to become an answer."""
        import requests
        import urllib3

        try:
            return ask()
        except Failed as error:
            return error
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            return broken(error, self._config.timeout_seconds)
        except UnicodeError:
            return Failed("was not asked: the query holds what is no Unicode text; mend the expression")
        except Exception as error:  # noqa: BLE001 - a thread that dies silently would cost the whole time-out
            return Failed(f"cannot be asked ({type(error).__name__})")


def _step(span: float, wanted: float | None) -> float:
    """Seconds between the points of a range of `span` seconds, in whole milliseconds."""
    if wanted is None or not 0 < wanted < math.inf:
        return float(max(1, math.ceil(span / _USUAL_STEPS)))
    least = span / (MOST_STEPS - 1)
    return max(0.001, math.ceil(max(wanted, least) * 1000) / 1000)
