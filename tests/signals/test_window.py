"""The window of a drill, asked of a real Prometheus and of servers that do not answer."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from qdrill.config_services import PrometheusConfig, QueryConfig
from qdrill.control import JobControl
from qdrill.errors import Interrupted
from qdrill.signals.model import QueryAnswer
from qdrill.signals.prometheus_evidence import write_answers
from qdrill.signals.promql import default_queries
from qdrill.signals.window import ask_drill
from tests.signals.asking import LONG, NOW, refused, success
from tests.support.odd_service import Asked, OddService, Talk, hang, reply
from tests.support.prometheus_server import ExpositionTarget, RunningPrometheus, start_prometheus

ROWS = "window_rows"
BOTH = (QueryConfig("range", ROWS), QueryConfig("instant", ROWS, "instant"))
SHORTER = "the restore ended less than a scrape interval of "


class Patient(JobControl):
    """Notes how long it was to sleep, and does not."""

    def __init__(self) -> None:
        super().__init__()
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


class Asking:
    """`ask_drill` of one server about a drill, and what was told meanwhile."""

    def __init__(self, url: str, scrape: float = 15.0, wait: float = 20.0, timeout: float = LONG) -> None:
        self.config = PrometheusConfig(url, None, timeout, scrape, wait)
        self.control: JobControl = Patient()
        self.told: list[str] = []

    def ask(
        self,
        start: datetime,
        end: datetime,
        queries: tuple[QueryConfig, ...] = BOTH,
        restored: datetime | None = None,
    ) -> tuple[QueryAnswer, ...]:
        """`restored` is when the restore ended: with the drill, where nothing is said."""
        return ask_drill(self.config, {}, self.control, queries, (start, restored or end, end), self.told.append)

    @property
    def slept(self) -> list[float]:
        assert isinstance(self.control, Patient)
        return self.control.slept


@pytest.fixture
def service() -> Iterator[OddService]:
    """A server that answers everything with one series."""
    series = {"metric": {}, "values": [[1, "1"]]}
    with OddService(reply(success("matrix", [series]))) as service:
        yield service


def parameters(asked: Asked) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(asked.path).query).items()}


def test_the_window_is_widened_by_a_scrape(service: OddService) -> None:
    asking = Asking(service.url)
    answers = asking.ask(NOW, NOW + timedelta(seconds=15), restored=NOW - timedelta(seconds=1))
    assert [(answer.start, answer.end) for answer in answers] == [
        ((NOW - timedelta(seconds=15)).timestamp(), (NOW + timedelta(seconds=30)).timestamp()),
        ((NOW + timedelta(seconds=15)).timestamp(),) * 2,
    ]
    assert [answer.note for answer in answers] == ["", ""]
    assert (asking.slept, asking.told) == ([], [])
    # The two are asked side by side, behind the trial.
    instant, ranged = sorted(map(parameters, service.asked[1:]), key=lambda one: "end" in one)
    assert float(ranged["end"]) - float(ranged["start"]) == 45
    assert float(instant["time"]) == (NOW + timedelta(seconds=15)).timestamp()


def test_a_short_drill_waits_for_a_scrape(service: OddService) -> None:
    asking = Asking(service.url)
    end = datetime.now(UTC)
    answers = asking.ask(end - timedelta(seconds=14), end)
    (slept,) = asking.slept
    assert 14 < slept <= 15.5
    assert asking.told == [f"{SHORTER}15 s ago; waiting {slept:.1f} s for Prometheus to scrape once more"]
    note = f"{SHORTER}15 s ago; asked after the scrape that followed it"
    assert [answer.note for answer in answers] == [note, note]


def test_a_long_drill_waits_where_its_restore_has_only_just_ended(service: OddService) -> None:
    """The scrape that saw its middle says nothing of what the restore did at its end."""
    asking = Asking(service.url)
    end = datetime.now(UTC)
    asking.ask(end - timedelta(hours=1), end, restored=end - timedelta(seconds=5))
    (slept,) = asking.slept
    assert 9 < slept <= 10.5


def test_a_short_drill_that_is_long_over_waits_for_nothing(service: OddService) -> None:
    asking = Asking(service.url)
    start = datetime.now(UTC) - timedelta(hours=1)
    ranged, instant = asking.ask(start, start + timedelta(seconds=1))
    assert (asking.slept, asking.told) == ([], [])
    assert instant.start == (start + timedelta(seconds=16)).timestamp()
    assert ranged.note == f"{SHORTER}15 s ago; asked after the scrape that followed it"


@pytest.mark.parametrize(("wait", "slept"), [(0.0, []), (3.0, [3.0])])
def test_the_wait_is_bounded(service: OddService, wait: float, slept: list[float]) -> None:
    asking = Asking(service.url, wait=wait)
    end = datetime.now(UTC)
    answers = asking.ask(end - timedelta(seconds=1), end)
    assert asking.slept == slept
    assert len(asking.told) == len(slept)
    note = f"{SHORTER}15 s ago and wait_seconds is {wait:g}; the scrape that followed it may be missing"
    assert [answer.note for answer in answers] == [note, note]


def test_nothing_is_asked_of_the_future(service: OddService) -> None:
    end = datetime.now(UTC)
    ranged, instant = Asking(service.url, scrape=600).ask(
        end - timedelta(hours=1), end, restored=end - timedelta(hours=1)
    )
    assert ranged.end <= datetime.now(UTC).timestamp() + 1
    assert instant.end == end.timestamp()


def test_no_queries_ask_nobody(service: OddService) -> None:
    assert Asking(service.url).ask(NOW, NOW, ()) == ()
    assert service.asked == []


def test_the_notes_of_an_answer_stay() -> None:
    warned = success("vector", [], warnings=["careful"])
    with OddService(reply(warned)) as service:
        (answer,) = Asking(service.url, wait=0).ask(NOW, NOW, BOTH[:1])
    assert answer.note.startswith("Prometheus warns: careful; the restore ended less")


def test_one_wrong_query_leaves_the_others() -> None:
    good, wrong = reply(success("vector", [])), reply(refused("bad_data", "parse error"), 400)

    def by_kind(talk: Talk) -> None:
        (wrong if "/query_range" in talk.asked.path else good)(talk)

    with OddService(by_kind) as service:
        answers = Asking(service.url).ask(NOW, NOW + timedelta(hours=1))
    assert [answer.state for answer in answers] == ["failed", "empty"]
    assert "parse error" in answers[0].note


@pytest.mark.parametrize("there", [True, False])
def test_a_server_that_does_not_answer_costs_its_timeout_once(there: bool) -> None:
    with OddService(hang()) as service:
        asking = Asking(service.url, timeout=0.3)
        if not there:
            asking.config = PrometheusConfig("http://127.0.0.1:1", timeout_seconds=LONG)
        started = time.monotonic()
        end = datetime.now(UTC)
        answers = asking.ask(end, end, BOTH * 50)
        assert time.monotonic() - started < 5
    assert [(answer.name, answer.kind, answer.state) for answer in answers[:2]] == [
        ("range", "range", "failed"),
        ("instant", "instant", "failed"),
    ]
    assert len(answers) == 100
    words = "did not answer within 0.3 s" if there else "connection refused"
    assert all(words in answer.note for answer in answers)
    assert (asking.slept, asking.told) == ([], [])


def test_a_missing_key_fails_every_query() -> None:
    asking = Asking("http://127.0.0.1:1")
    asking.config = PrometheusConfig("http://127.0.0.1:1", "NO_SUCH_KEY")
    assert all("NO_SUCH_KEY is not set" in answer.note for answer in asking.ask(NOW, NOW))


def test_a_cancel_ends_the_wait(service: OddService) -> None:
    asking = Asking(service.url, scrape=3_000, wait=3_000)
    asking.control = JobControl()
    cancelled: list[float] = []

    def cancel(text: str) -> None:
        def later() -> None:
            cancelled.append(time.monotonic())
            asking.control.cancel()

        threading.Timer(0.05, later).start()

    end = datetime.now(UTC)
    with pytest.raises(Interrupted):
        ask_drill(asking.config, {}, asking.control, BOTH, (end, end, end), cancel)
    assert time.monotonic() - cancelled[0] < 0.2
    with pytest.raises(Interrupted):
        asking.ask(end, end)


@pytest.fixture(scope="module")
def target() -> Iterator[ExpositionTarget]:
    with ExpositionTarget(f"{ROWS} 1\n") as target:
        yield target


@pytest.fixture(scope="module")
def running(target: ExpositionTarget, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPrometheus]:
    with start_prometheus(tmp_path_factory.mktemp("prometheus"), [target.address]) as running:
        running.wait_for_target(target.address)
        yield running


def test_a_drill_between_two_scrapes_is_seen(target: ExpositionTarget, running: RunningPrometheus) -> None:
    target.wait_for_scrape()
    before = target.scrapes
    asking = Asking(running.url, scrape=1)
    asking.control = JobControl()
    start = datetime.now(UTC)
    target.text = f"{ROWS} 5\n"
    end = datetime.now(UTC)
    ranged, instant = asking.ask(start, end)
    assert target.scrapes > before
    assert len(asking.told) == 1
    assert [value for _, value in ranged.series[0].points][-1] == 5
    assert instant.series[0].points[0][1] == 5
    assert instant.end - end.timestamp() == pytest.approx(1)


def test_the_default_queries_of_a_drill(target: ExpositionTarget, running: RunningPrometheus, tmp_path: Path) -> None:
    start = datetime.now(UTC)
    target.text = imported("new") + 'collection_points{id="new"} 5\n'
    asking = Asking(running.url, scrape=1)
    asking.control = JobControl()
    answers = asking.ask(start, datetime.now(UTC), default_queries("new"))
    last = {answer.name: answer.series[0].points[-1][1] for answer in answers if answer.state == "answered"}
    assert last == {
        "import_rows": 5,
        "import_batches": 2,
        "import_skipped": 1,
        "import_p95": pytest.approx(0.04875),
        "qdrant_points": 5,
    }
    assert [answer.state for answer in answers].count("empty") == 3
    paths = write_answers(tmp_path, answers)
    assert [json.loads((tmp_path / path).read_text())["name"] for path in paths] == [one.name for one in answers]


def imported(collection: str) -> str:
    """What a service says after its first import into a collection."""
    of = f'collection="{collection}"'
    return (
        f"import_rows_total{{{of}}} 5\nimport_batches_total{{{of}}} 2\n"
        f'import_skipped_total{{{of},reason="conflict"}} 1\n'
        f'import_duration_seconds_bucket{{{of},le="0.025"}} 0\n'
        f'import_duration_seconds_bucket{{{of},le="0.05"}} 2\n'
        f'import_duration_seconds_bucket{{{of},le="+Inf"}} 2\n'
    )
