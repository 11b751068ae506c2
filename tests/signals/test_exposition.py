"""Reading exposition endpoints: recordings, every kind of junk, and the limits."""

from __future__ import annotations

import json
import math
import threading
import time
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest

from qdrill.config_services import MetricsConfig
from qdrill.control import JobControl
from qdrill.errors import Interrupted, SignalError, UsageError
from qdrill.signals.exposition import LONGEST_LINE, _ordinary, _unusual, parse, read
from qdrill.signals.model import Exposition
from tests.support.odd_service import Behaviour, OddService, drip, hang, html, huge, reply, reset, wrong_length

DATA = Path(__file__).resolve().parents[1] / "data"
RAG = DATA / "wire" / "rag-api" / "16-metrics-after.json"
QDRANT = DATA / "wire" / "qdrant-1.19.0" / "67-metrics.json"
OPEN_METRICS = rb"""# HELP import_rows Number of rows imported \"so far\"
# TYPE import_rows counter
import_rows_total{collection="a"} 8.0 # {trace_id="KOO5S4vxi0o"} 0.67
import_rows_created{collection="a"} 1795362692.608
# TYPE import_duration_seconds histogram
# UNIT import_duration_seconds seconds
import_duration_seconds_bucket{collection="a",le="0.1"} 1 # {trace_id="a,b=\"}"} 0.054 1520879607.789
import_duration_seconds_bucket{collection="a",le="+Inf"} 2
import_duration_seconds_count{collection="a"} 2 1520879607.789
import_duration_seconds_sum{collection="a"} 3.2e-1
# TYPE up gauge
up 1
# EOF
"""
LABEL = "metrics rag at http://127.0.0.1"


def recorded(path: Path) -> bytes:
    text: str = json.loads(path.read_text("utf-8"))["response"]["text"]
    return text.encode()


def large(series: int) -> bytes:
    line = 'http_requests_bucket{{le="0.{}",method="POST",path="/collections/c{}/points",status="200"}} {}\n'
    return "".join(line.format(number % 15, number, number / 4) for number in range(series)).encode()


def read_from(
    behaviour: Behaviour, *, timeout: float = 5.0, key: str = "", control: JobControl | None = None
) -> Exposition:
    with OddService(behaviour) as service:
        config = MetricsConfig("rag", f"{service.url}/metrics", "KEY" if key else None, timeout)
        return read(config, {"KEY": key}, control or JobControl())


def test_the_recording_of_the_rag_api_is_read() -> None:
    found = read_from(reply(recorded(RAG), 200, {"Content-Type": "text/plain; version=1.0.0; charset=utf-8"}))
    collection = ("collection", "default_collection_restored")
    assert found.samples["import_rows_total"] == {(collection,): 8.0}
    assert found.samples["import_skipped_total"] == {(collection, ("reason", "error")): 2.0}
    assert found.samples["import_duration_seconds_bucket"][(collection, ("le", "0.025"))] == 1.0
    assert (found.started, found.bytes, found.endpoint) == (1795362645.9, 33381, "rag")
    assert not [name for name in found.samples if name.endswith("_created")]
    assert found.at.utcoffset() is not None and found.seconds > 0


@pytest.mark.parametrize("path", [RAG, QDRANT])
def test_every_line_of_the_recordings_is_ordinary_and_read_as_the_library_reads_it(path: Path) -> None:
    lines = [line for line in recorded(path).splitlines() if line and not line.startswith(b"#")]
    kept = [line for line in lines if b"_created{" not in line]
    assert len(lines) > 250
    assert all(_ordinary(line, {}) == _unusual(line) is not None for line in lines)
    assert sum(len(series) for series in parse(recorded(path), LABEL).values()) == len(kept)


@pytest.mark.parametrize(
    ("lines", "started"),
    [
        ("process_start_time_seconds 5.5\n", 5.5),
        ("process_start_time_seconds NaN\n", None),
        ('process_start_time_seconds{job="other"} 5.5\n', None),
        ('process_start_time_seconds 5.5\npush_time_seconds{job="drill"} 9\n', None),
        ('process_start_time_seconds 5.5\nnode_textfile_mtime_seconds{file="a.prom"} 9\n', None),
        ("a 1\n", None),
    ],
    ids=["told", "no number", "of another", "a Pushgateway", "a textfile collector", "not told"],
)
def test_a_start_time_counts_only_for_the_process_that_counts(lines: str, started: float | None) -> None:
    assert read_from(reply(lines.encode())).started == started


def test_names_stay_as_they_are_exposed() -> None:
    body = b"# TYPE jobs counter\njobs 3\n# TYPE done_total counter\ndone_total 4\n"
    assert parse(body, LABEL) == {"jobs": {(): 3.0}, "done_total": {(): 4.0}}


def test_openmetrics_is_read_where_a_server_insists() -> None:
    kind = {"Content-Type": "application/openmetrics-text; version=1.0.0; charset=utf-8"}
    samples = read_from(reply(OPEN_METRICS, 200, kind)).samples
    assert samples["import_rows_total"] == {(("collection", "a"),): 8.0}
    assert samples["import_duration_seconds_bucket"][(("collection", "a"), ("le", "0.1"))] == 1.0
    assert samples["import_duration_seconds_count"] == {(("collection", "a"),): 2.0}
    assert samples["up"] == {(): 1.0}
    assert "import_rows_created" not in samples
    with pytest.raises(SignalError, match="ends before its # EOF"):
        read_from(reply(OPEN_METRICS.removesuffix(b"# EOF\n"), 200, kind))


def test_values_that_are_no_numbers_are_kept_as_such() -> None:
    found = parse(b"a NaN\nb +Inf\nc -Inf\nd 1e-3\ne -4 1520879607789\n", LABEL)
    assert math.isnan(found["a"][()])
    assert [found[name][()] for name in "bcde"] == [math.inf, -math.inf, 0.001, -4.0]


def test_blank_lines_comments_and_windows_line_ends_are_nothing() -> None:
    assert parse(b"\r\n# any\r\n  # more\r\na 1\r\n\n# TYPE x \n# last", LABEL) == {"a": {(): 1.0}}
    assert parse(b"", LABEL) == {}


JUNK = [
    (b"<!DOCTYPE html><html></html>", "is a page and not metrics"),
    (b"\n <html>", "is a page and not metrics"),
    (b'{"detail": "Not Found"}\n', "has something else than a sample in line 1"),
    (b"a 1\nb\n", "has something else than a sample in line 2"),
    (b"a 1\n# fine\n\nb one\n", "has something else than a sample in line 4"),
    (b'a{b="c} 1\n', "has something else than a sample in line 1"),
    (b'a{b="1",b="2"} 1\n', "has something else than a sample in line 1"),
    (b'a{__b="1"} 1\n', "has something else than a sample in line 1"),
    (b'a{b="1"c="2"} 1\n', "has something else than a sample in line 1"),
    (b"a 1_0\n", "has something else than a sample in line 1"),
    (b"a " + b"9" * 400 + b"\n", "has something else than a sample in line 1"),
    (b"inf\n", "has something else than a sample in line 1"),
    (b"a\xff 1\n", "has something else than a sample in line 1"),
    (b"\x00\x01\x02\n", "has something else than a sample in line 1"),
    (b"a 1\nb 12", "breaks off in line 2"),
    (b"a 1\nb 2\na 1\n", "has the same series twice, again in line 3"),
    (b'a{b="1",c="2"} 1\na{c="2",b="1"} 1\n', "has the same series twice, again in line 2"),
    (b'a{b="' + b"x" * LONGEST_LINE + b'"} 1\n', "has more than 16,384 bytes in line 1"),
    (b"a" * 40_000_000, "breaks off in line 1"),
]


@pytest.mark.parametrize(("body", "words"), JUNK, ids=[f"{n}-{words[:30]}" for n, (_, words) in enumerate(JUNK)])
def test_junk_is_one_line_that_names_the_line(body: bytes, words: str) -> None:
    with pytest.raises(SignalError) as caught:
        parse(body, LABEL)
    assert str(caught.value) == f"{LABEL} answers with what cannot be used: it {words}; check its url in drills.toml"


REFUSED = [
    (reply({"detail": "no such\npage"}, 404), "answered 404: no such page; check its url in drills.toml"),
    (reply({"detail": "key k3y-of-ours is bad"}, 401), "answered 401: key *** is bad; check the key in the variable"),
    (reply(b"oops", 500), "answered 500: oops; look into the log of the service"),
    (reply(b"", 302, {"Location": "/login"}), "answered 302; check its url in drills.toml"),
    (html(), "answers with what cannot be used: it is a page and not metrics"),
    (huge(100 << 20), "has an answer that is longer than 32 MiB"),
    (huge(100 << 20, claimed=False), "has an answer that is longer than 32 MiB"),
    (reset(), "broke the connection"),
    (wrong_length(b"a 1\n", 400), "broke the connection"),
    (wrong_length(b"a 1\nb 234\n", 7), "answers with what cannot be used: it breaks off in line 2"),
]


@pytest.mark.parametrize(("behaviour", "words"), REFUSED, ids=[words[:40] for _, words in REFUSED])
def test_an_endpoint_that_does_not_give_metrics_is_one_line(behaviour: Behaviour, words: str) -> None:
    with pytest.raises(SignalError) as caught:
        read_from(behaviour, key="k3y-of-ours", timeout=20.0)
    message = str(caught.value)
    assert message.startswith("metrics rag at http://127.0.0.1:") and f" {words}" in message
    assert "\n" not in message and "k3y" not in message


def test_the_key_travels_as_a_bearer_token() -> None:
    with OddService(reply(b"a 1\n")) as service:
        read(MetricsConfig("rag", service.url, "KEY"), {"KEY": "k3y"}, JobControl())
        read(MetricsConfig("rag", service.url), {"KEY": "k3y"}, JobControl())
        with pytest.raises(UsageError, match=r"KEY is not set, and \[metrics\.rag\] takes its key from it"):
            read(MetricsConfig("rag", service.url, "KEY"), {}, JobControl())
    assert [asked.headers.get("authorization") for asked in service.asked] == ["Bearer k3y", None]


@pytest.mark.parametrize("behaviour", [hang(), drip(b"a 1\n")], ids=["silent", "dripping"])
def test_an_endpoint_that_hangs_costs_its_timeout(behaviour: Behaviour) -> None:
    began = time.monotonic()
    with pytest.raises(SignalError, match=r"did not answer within 0\.2 s"):
        read_from(behaviour, timeout=0.2)
    assert time.monotonic() - began < 2.0


def test_understanding_counts_towards_the_timeout() -> None:
    slow_lines = b"".join(b'a{b="' + b"\\\\" * 8_000 + b'%d"} 1\n' % number for number in range(1_500))
    began = time.monotonic()
    with pytest.raises(SignalError, match=r"takes longer than 0\.5 s to understand; raise its timeout_seconds"):
        read_from(reply(slow_lines), timeout=0.5)
    assert time.monotonic() - began < 3.0


def test_a_cancellation_ends_the_understanding() -> None:
    control = JobControl()
    calls: list[int] = []

    def check() -> None:
        calls.append(1)
        if len(calls) == 3:
            control.cancel()
        if control.cancelled:
            control.checkpoint()

    with pytest.raises(Interrupted):
        parse(large(20_000), LABEL, check=check)
    assert len(calls) == 3


def test_a_cancelled_job_reads_nothing() -> None:
    control = JobControl()
    control.cancel()
    with pytest.raises(Interrupted):
        read_from(reply(b"a 1\n"), control=control)


def test_the_number_of_series_is_bounded_exactly() -> None:
    assert len(parse(large(50), LABEL, most_series=50)["http_requests_bucket"]) == 50
    with pytest.raises(SignalError, match="has more than 49 series"):
        parse(large(50), LABEL, most_series=49)


def test_a_million_series_are_refused_without_being_kept() -> None:
    body = b"".join(b'a{b="%07d"} 1\n' % number for number in range(1_000_000))
    tracemalloc.start()
    try:
        with pytest.raises(SignalError, match="has more than 200,000 series"):
            parse(body, LABEL)
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


def test_twenty_thousand_series_stay_within_memory() -> None:
    body = large(20_000)
    tracemalloc.start()
    try:
        found = parse(body, LABEL)
        assert tracemalloc.get_traced_memory()[1] < 100_000_000
    finally:
        tracemalloc.stop()
    assert len(found["http_requests_bucket"]) == 20_000


def test_several_endpoints_are_read_side_by_side() -> None:
    found: list[Exposition] = []
    with OddService(reply(recorded(QDRANT))) as service:
        config = MetricsConfig("qdrant", service.url)
        threads = [threading.Thread(target=lambda: found.append(read(config, {}, JobControl()))) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert {one.series for one in found} == {449} and len(found) == 4


label_names = st.from_regex(r"(?!__)[a-zA-Z_][a-zA-Z0-9_]{0,5}", fullmatch=True)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
fragments = st.lists(
    st.sampled_from([*'ab_:{}=",\\ \t#1.eE+-', 'a{b="c"} 1', "NaN", "+Inf", "__", " # ", "\u0661", "é", "\x0b"]),
    max_size=14,
)


@given(st.dictionaries(label_names, texts, max_size=4), texts, st.floats())
def test_what_prometheus_client_writes_is_read_back(labels: dict[str, str], collection: str, value: float) -> None:
    registry = CollectorRegistry()
    keys = [name for name in labels if name != "collection"]
    gauge = Gauge("depth", 'any \\ "text"\n', ["collection", *keys], registry=registry)
    gauge.labels(collection, *(labels[key] for key in keys)).set(value)
    ((name, series),) = parse(generate_latest(registry), LABEL).items()
    wanted = tuple(sorted([("collection", collection), *((key, labels[key]) for key in keys)]))
    assert (name, list(series)) == ("depth", [wanted])
    assert series[wanted] == value or (math.isnan(series[wanted]) and math.isnan(value))


@given(fragments)
def test_any_line_is_read_as_the_library_reads_it_or_refused(parts: list[str]) -> None:
    line = "".join(parts).encode()
    quick, slow = _ordinary(line, {}), _unusual(line)
    if quick is not None:
        assert slow is not None and quick[:2] == slow[:2]
        assert quick[2] == slow[2] or (math.isnan(quick[2]) and math.isnan(slow[2]))


@given(st.binary(max_size=60))
def test_any_bytes_are_samples_or_one_line(body: bytes) -> None:
    try:
        parse(body, LABEL)
    except SignalError as error:
        assert str(error).startswith(LABEL) and str(error).isprintable()


def test_a_counter_that_appears_is_there_only_afterwards() -> None:
    registry = CollectorRegistry()
    rows = Counter("import_rows", "rows", ["collection"], registry=registry)
    assert "import_rows_total" not in parse(generate_latest(registry), LABEL)
    rows.labels('a"b\\c\nd').inc(5)
    assert parse(generate_latest(registry), LABEL)["import_rows_total"] == {(("collection", 'a"b\\c\nd'),): 5.0}
