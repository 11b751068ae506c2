"""qdrill's own exporter: what promtool, Prometheus and a scrape make of it."""

from __future__ import annotations

import re
import socket
import time
import urllib.error
import urllib.request
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from qdrill.errors import OutputError, UsageError
from qdrill.signals.exporter import exposition, open_registry, serve, write_textfile
from qdrill.signals.own_metrics import MOST_NAMES
from qdrill.signals.own_records import DrillLedger
from tests.records import samples
from tests.signals.exposed import (
    HOSTILE,
    PATIENCE,
    at,
    needs_promtool,
    promtool,
    registry_of,
    save,
    scraped,
    served,
    value,
    values,
)
from tests.support.prometheus_server import start_prometheus

RULES = Path(__file__).resolve().parents[2] / "deploy" / "prometheus"


@pytest.fixture
def drills(tmp_path: Path) -> Path:
    """Drills that passed, lost rows, were cut off, and whose every name attacks."""
    place = tmp_path / "drills"
    hostile = samples.hostile(HOSTILE)
    for number, one in enumerate((samples.passed(), samples.lossy(), samples.cut_off(), hostile)):
        save(place, at(number, one))
    (place / "damaged").mkdir()
    return place


# ---------------------------------------------------------------- what is exported


@needs_promtool
@pytest.mark.parametrize("process", [True, False])
def test_promtool_finds_nothing_wrong(drills: Path, process: bool) -> None:
    promtool("check", "metrics", given=exposition(open_registry(DrillLedger(drills), process=process)))


def test_every_number_is_where_it_should_be(drills: Path) -> None:
    text = exposition(registry_of(drills)).decode()
    target, nightly = {"collection": "default_collection_restored"}, {"drill": "nightly"}
    assert value(text, "import_rows_total", **target) == 100_022
    assert value(text, "import_batches_total", **target) == 312
    assert value(text, "import_skipped_total", reason="error", **target) == 3
    assert value(text, "import_duration_seconds_count", **target) == 2
    assert value(text, "import_duration_seconds_bucket", le="5.0", **target) == 2
    assert value(text, "export_rows_total", collection="default_collection") == 100_025
    assert value(text, "export_duration_seconds_sum", collection="default_collection") == pytest.approx(3.6)
    verdicts = {one: value(text, "qdrill_last_verdict", verdict=one, **nightly) for one in ("pass", "interrupted")}
    assert verdicts == {"pass": 0, "interrupted": 1}
    assert value(text, "qdrill_rta_seconds", phase="rta", **nightly) is None
    assert (
        value(text, "qdrill_last_success_timestamp_seconds", **nightly) == at(0, samples.passed()).finished.timestamp()
    )
    assert value(text, "qdrill_records", state="damaged") == 1
    assert "process_start_time_seconds" not in text


def test_a_passed_drill_shows_its_recovery(tmp_path: Path) -> None:
    save(tmp_path, samples.passed())
    text = exposition(registry_of(tmp_path)).decode()
    phases = {
        dict(labels)["phase"]: seen for (name, labels), seen in values(text).items() if name == "qdrill_rta_seconds"
    }
    known = {"created": 0.052, "loaded": 2.9, "searchable": 3.1, "validated": 3.6, "verified": 5.2, "rta": 3.6}
    assert phases == known
    assert value(text, "qdrill_rpa_seconds", drill="nightly") == 8.25
    assert value(text, "qdrill_rto_objective_seconds", drill="nightly") == 900
    assert value(text, "qdrill_points", drill="nightly", side="archive") == 100_000


def test_hostile_names_come_back_as_they_are(drills: Path) -> None:
    text = exposition(registry_of(drills)).decode()
    name = HOSTILE.replace("\udc80", "\\udc80")
    assert value(text, "import_rows_total", collection=name) == 22
    assert value(text, "qdrill_last_verdict", drill=name, verdict="fail") == 1
    assert all(re.match(r"# (HELP|TYPE) |[a-z_]+(\{.*\})? \S+$", line) for line in text.split("\n") if line)


def test_a_directory_that_cannot_be_listed_exports_nothing_of_the_drills(tmp_path: Path) -> None:
    text = exposition(open_registry(DrillLedger(tmp_path / ("x" * 300)))).decode()
    assert "qdrill_" not in text
    assert value(text, "process_start_time_seconds") is not None


def test_series_are_bounded(tmp_path: Path) -> None:
    place = samples.passed().target
    for number in range(MOST_NAMES + 20):
        target = replace(place, collection=f"c{number}")
        source = replace(place, collection=f"s{number}")
        save(tmp_path, at(number, samples.passed(), name=f"d{number}", target=target, source=source))
    found = values(exposition(registry_of(tmp_path)).decode())
    assert len(found) <= MOST_NAMES * 65
    assert found["qdrill_names_left_out", (("label", "drill"),)] == 20


# ---------------------------------------------------------------- alert rules


@needs_promtool
def test_the_alert_rules_are_right_and_fire_when_they_should() -> None:
    promtool("check", "rules", RULES / "qdrill.rules.yml")
    promtool("test", "rules", RULES / "qdrill.rules.test.yml")


@needs_promtool
def test_the_rules_ask_only_for_what_is_exported(drills: Path) -> None:
    save(drills, at(9, samples.passed()))
    exported = {name for name, _ in values(exposition(registry_of(drills)).decode())}
    rules = (RULES / "qdrill.rules.yml").read_text()
    assert set(re.findall(r"qdrill_\w+", rules)) <= exported


# ---------------------------------------------------------------- scrapes


def test_a_scrape_reads_what_is_on_disk_now(drills: Path) -> None:
    with served(open_registry(DrillLedger(drills))) as url:
        target = {"collection": "default_collection_restored"}
        assert value(scraped(url), "import_rows_total", **target) == 100_022
        save(drills, at(9, samples.passed()))
        assert value(scraped(url), "import_rows_total", **target) == 200_022
        started = value(scraped(url), "process_start_time_seconds")
        assert started is not None
        assert 0 <= time.time() - started < 86_400
        assert scraped(url, "application/openmetrics-text; version=1.0.0").endswith("# EOF\n")


def test_one_metric_can_be_asked_for(drills: Path) -> None:
    with served(registry_of(drills)) as url:
        found = scraped(f"{url}?name[]=import_rows_total")
    assert {name for name, _ in values(found)} == {"import_rows_total"}


def test_after_closing_nobody_answers(drills: Path) -> None:
    with served(registry_of(drills)) as url:
        scraped(url)
    with pytest.raises(urllib.error.URLError):
        scraped(url)


def test_clients_that_misbehave_leave_no_word_and_do_no_harm(drills: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with served(registry_of(drills)) as url:
        port = int(url.split(":")[2].split("/")[0])
        for data in (b"", b"\x00\xff\n\n", b"GET /metrics HTTP/1.1\r\n", b"PUT / HTTP/1.1\r\n\r\n", b"G" * 70_000):
            with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as link:
                link.sendall(data)
        assert "qdrill_records" in scraped(url)
    assert capfd.readouterr() == ("", "")


def test_a_collector_that_fails_shows_no_traceback(capfd: pytest.CaptureFixture[str]) -> None:
    class Broken:
        def collect(self) -> list[Any]:
            raise RuntimeError("secret")

    registry = CollectorRegistry()
    registry.register(Broken())
    with served(registry) as url, pytest.raises(urllib.error.HTTPError) as failed:
        scraped(url)
    with failed.value:
        assert b"secret" not in failed.value.read()
    assert capfd.readouterr() == ("", "")


def test_ipv6_is_served_too(drills: Path) -> None:
    try:
        server = serve("[::1]:0", registry_of(drills))
    except UsageError:
        pytest.skip("this machine has no IPv6 loopback")
    try:
        assert server.url.startswith("http://[::1]:")
        assert server.loopback
        assert "qdrill_records" in scraped(server.url)
    finally:
        server.close()


def test_a_port_in_use_is_one_plain_line() -> None:
    with served(CollectorRegistry()) as url:
        port = url.split(":")[2].split("/")[0]
        with pytest.raises(UsageError) as refused:
            serve(f"127.0.0.1:{port}", CollectorRegistry())
    wanted = f"port {port} of 127.0.0.1 is in use; name another with --listen or in [exporter] listen"
    assert str(refused.value) == wanted


@pytest.mark.parametrize("listen", ["", "127.0.0.1", ":1", "127.0.0.1:", "127.0.0.1:x", "h:70000", "a\nb:1", "a..b:1"])
def test_an_address_that_is_none_is_refused(listen: str) -> None:
    with pytest.raises(UsageError) as refused:
        serve(listen, CollectorRegistry())
    assert "\n" not in str(refused.value)


def test_a_real_prometheus_stores_it_hostile_names_too(drills: Path, tmp_path: Path) -> None:
    with served(open_registry(DrillLedger(drills))) as url:
        address = url.removeprefix("http://").removesuffix("/metrics")
        (tmp_path / "prometheus").mkdir()
        with start_prometheus(tmp_path / "prometheus", [address]) as prometheus:
            prometheus.wait_for_target(address)
            found = prometheus.query('import_rows_total{job="test"}')
            verdicts = prometheus.query("qdrill_last_verdict == 1")
    rows = {one["metric"]["collection"]: one["value"][1] for one in found}
    name = HOSTILE.replace("\udc80", "\\udc80")
    assert rows == {"default_collection_restored": "100022", name: "22"}
    assert {one["metric"]["drill"]: one["metric"]["verdict"] for one in verdicts} == {
        "nightly": "interrupted",
        name: "fail",
    }


# ---------------------------------------------------------------- textfile


@needs_promtool
def test_the_textfile_is_whole_and_for_all_to_read(drills: Path, tmp_path: Path) -> None:
    file = tmp_path / "collector" / "qdrill.prom"
    write_textfile(file, registry_of(drills))
    write_textfile(file, registry_of(drills))
    assert [path.name for path in file.parent.iterdir()] == ["qdrill.prom"]
    assert file.stat().st_mode & 0o444 == 0o444
    promtool("check", "metrics", given=file.read_bytes())


def test_a_textfile_that_cannot_be_written_is_one_plain_line(drills: Path) -> None:
    with pytest.raises(OutputError, match="cannot write"):
        write_textfile(drills, registry_of(drills))
