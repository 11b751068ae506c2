"""`qdrill export-metrics`: printed, served, written and pushed, and how it ends."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from qdrill.cli.context import AppContext
from qdrill.cli.export_metrics import _say_where
from qdrill.cli.options import Options
from qdrill.signals.exporter_http import Server
from qdrill.signals.own_records import DrillLedger
from tests.cli.runner import COMMAND, Ran, environment, qdrill, start
from tests.records import samples
from tests.signals.exposed import HOSTILE, at, needs_promtool, promtool, save, scraped, value
from tests.support.odd_service import OddService, hang, reply

COMMAND_NAME = "export-metrics"
TARGET = {"collection": "default_collection_restored"}
PATIENCE = 30


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A directory with one drill that passed."""
    save(tmp_path / "artifacts" / "drills", at(1, samples.passed()))
    return tmp_path


@contextmanager
def serving(home: Path, *options: str | Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The command while it serves, and its URL; whatever is left of it is killed."""
    process = start(COMMAND_NAME, "--listen", "127.0.0.1:0", "--json", *options, cwd=home)
    assert process.stdout is not None
    try:
        told = json.loads("".join(process.stdout.readline() for _ in range(3)))
        yield process, told["url"]
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate(timeout=PATIENCE)


@needs_promtool
def test_once_prints_them(home: Path) -> None:
    ran = qdrill(COMMAND_NAME, "--once", cwd=home)
    assert (ran.code, ran.err) == (0, "")
    promtool("check", "metrics", given=ran.out.encode())
    assert value(ran.out, "import_rows_total", **TARGET) == 100_000


def test_once_as_json(home: Path) -> None:
    ran = qdrill(COMMAND_NAME, "--once", "--json", cwd=home)
    found = [one for one in ran.json if one["name"] == "qdrill_last_verdict" and one["value"] == 1]
    assert [one["labels"] for one in found] == [{"drill": "nightly", "verdict": "pass"}]


def test_without_a_drill_there_is_nothing_to_be_proud_of(tmp_path: Path) -> None:
    ran = qdrill(COMMAND_NAME, "--once", cwd=tmp_path)
    assert ran.code == 0
    assert value(ran.out, "qdrill_records", state="counted") == 0
    samples_told = {line.split("{")[0] for line in ran.out.splitlines() if not line.startswith("#")}
    assert samples_told == {"qdrill_records", "qdrill_names_left_out"}


def test_no_name_reaches_a_terminal_as_it_is(tmp_path: Path) -> None:
    save(tmp_path / "artifacts" / "drills", samples.hostile(HOSTILE))
    ours, theirs = os.openpty()
    process = subprocess.Popen(
        [*COMMAND, COMMAND_NAME, "--once"], cwd=tmp_path, env=environment(), stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # how a terminal ends
            break
        if not piece:
            break
        shown += piece
    os.close(ours)
    assert process.wait(timeout=PATIENCE) == 0
    assert b"import_rows_total" in shown
    assert all(char.isprintable() or char in "\r\n" for char in shown.decode())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_it_is_asked_to_end(home: Path, number: signal.Signals) -> None:
    with serving(home) as (process, url):
        assert value(scraped(url), "import_rows_total", **TARGET) == 100_000
        save(home / "artifacts" / "drills", at(2, samples.lossy()))
        assert value(scraped(url), "import_rows_total", **TARGET) == 100_022
        assert value(scraped(url), "process_start_time_seconds") is not None
        process.send_signal(number)
        _, told = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0
    assert told == f"metrics at {url}, of 1 drill record in artifacts/drills; Ctrl-C ends it\n"


def test_off_loopback_it_says_that_it_has_no_login(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    class Elsewhere(Server):
        """What is told of a server is told without listening anywhere but on this machine."""

        def __init__(self) -> None:
            self.loopback, self.url = False, "http://192.0.2.1:9755/metrics"

    _say_where(AppContext(Options()), DrillLedger(home), Elsewhere(), 2)
    lines = capsys.readouterr().err.splitlines()
    assert "http://192.0.2.1:9755/metrics, of 2 drill records" in lines[0]
    assert lines[1].startswith("warning: it has no login: whoever can reach this address can read")


def test_where_it_listens_comes_from_the_configuration(home: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        (home / "drills.toml").write_text(f'[exporter]\nlisten = "127.0.0.1:{port}"\n')
        ran = qdrill(COMMAND_NAME, cwd=home)
    assert ran.code == 2
    assert ran.error == f"port {port} of 127.0.0.1 is in use; name another with --listen or in [exporter] listen"


def test_textfile_and_gateway_once(home: Path) -> None:
    with OddService(reply(b"", 200)) as gateway:
        ran = qdrill(COMMAND_NAME, "--once", "--textfile", "x/q.prom", "--push", f"{gateway.url}/", "--json", cwd=home)
    assert (ran.code, ran.err) == (0, "")
    assert ran.json == {"textfile": "x/q.prom", "pushgateway": gateway.url}
    assert value((home / "x" / "q.prom").read_text(), "import_rows_total", **TARGET) == 100_000
    (asked,) = gateway.asked
    assert (asked.method, asked.path) == ("PUT", f"/metrics/job/qdrill/instance/{socket.gethostname()}")
    assert value(asked.body.decode(), "import_rows_total", **TARGET) == 100_000


def test_they_are_delivered_while_it_serves_and_a_failure_ends_nothing(home: Path) -> None:
    with OddService(reply(b"no", 500)) as gateway:
        with serving(home, "--push", gateway.url, "--textfile", "q.txt") as (process, url):
            assert gateway.arrived.wait(PATIENCE)
            assert process.stderr is not None
            told = [process.stderr.readline() for _ in range(3)]
            assert value(scraped(url), "import_rows_total", **TARGET) == 100_000
        assert value((home / "q.txt").read_text(), "import_rows_total", **TARGET) == 100_000
    assert told[0] == "warning: node_exporter reads only files that end in .prom, not q.txt\n"
    assert told[2].startswith(f"warning: the Pushgateway {gateway.url} did not take the metrics: HTTP 500: no;")


def refused(home: Path, *options: str) -> Ran:
    ran = qdrill(COMMAND_NAME, *options, cwd=home)
    assert ran.out == ""
    return ran


def test_a_gateway_that_is_down_is_an_error_once(home: Path) -> None:
    with OddService(hang()) as service:
        url = service.url
    ran = refused(home, "--once", "--push", url)
    assert ran.code == 3
    assert ran.error.startswith(f"the Pushgateway {url} did not take the metrics: Connection refused;")


def test_what_cannot_be_meant_is_refused(home: Path) -> None:
    assert refused(home, "--once", "--listen", "127.0.0.1:1").code == 2
    assert refused(home, "--listen", "nonsense").error.startswith("cannot listen on nonsense: it must be HOST:PORT")
    secret = refused(home, "--once", "--push", "http://user:geheim@127.0.0.1:1")
    assert secret.code == 2
    assert "geheim" not in secret.err
    assert refused(home, "--once", "--textfile", "artifacts").code == 5


def test_an_interrupted_push_is_interrupted(home: Path) -> None:
    with OddService(hang()) as service:
        process = start(COMMAND_NAME, "--once", "--push", service.url, cwd=home)
        assert service.arrived.wait(PATIENCE)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out, err) == (130, "", "qdrill: interrupted\n")


def test_a_drill_that_failed_is_told_as_such(home: Path) -> None:
    save(home / "artifacts" / "drills", at(2, samples.lossy()))
    ran = qdrill(COMMAND_NAME, "--once", cwd=home)
    assert value(ran.out, "qdrill_last_verdict", drill="nightly", verdict="fail") == 1
    assert value(ran.out, "qdrill_last_verdict", drill="nightly", verdict="pass") == 0
