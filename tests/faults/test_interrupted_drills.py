"""`qdrill run` that is interrupted or killed in any of its stages, and what it asks of its source."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from qdrill.records.model import DrillRecord
from qdrill.records.render_toml import load_record
from qdrill.stores.server import ServerStore
from tests.cli.runner import qdrill, start
from tests.faults.conftest import NewName
from tests.support.collections import create_body, fill, point
from tests.support.fault_proxy import Fault, FaultProxy, Rule, Schedule
from tests.support.killing import END_SECONDS, signal_when

POINTS = 60
STUCK = 30.0
# In each stage, the request whose answer does not come: method, and how its path ends.
STUCK_AT = {
    "preflight": ("POST", "/points/count"),
    "backup": ("POST", "/points/scroll"),
    "restore": ("PUT", "/points"),
    "validate": ("POST", "/points/query"),
    "record": ("DELETE", ""),
}
# A reader that is let through finishes by itself.
READS = re.compile(r"/points(/(scroll|count|query))?$")


@pytest.fixture
def source(store: ServerStore, new_name: NewName) -> str:
    name = new_name()
    fill(store.writer(name), [point(n, 4) for n in range(1, POINTS + 1)], create_body(4))
    return name


@contextmanager
def stuck(url: str, stage: str) -> Iterator[FaultProxy]:
    """A server whose answers come slowly in one stage."""
    method, path = STUCK_AT[stage]
    with FaultProxy(
        url, Schedule([Rule(Fault.SLOW_DRIP, method=method, path=lambda asked: asked.endswith(path))])
    ) as proxy:
        proxy.drip_seconds = STUCK
        yield proxy


def record_of(home: Path) -> DrillRecord:
    (path,) = (home / "artifacts" / "drills").glob("*/drill.toml")
    return load_record(path)


def command(stage: str, clear: str, slow: str, source: str, target: str) -> tuple[str, ...]:
    """A drill whose one end is slow: the source until the backup, the target from the restore on."""
    early = stage in ("preflight", "backup")
    ends = (slow if early else clear, clear if early else slow)
    return (
        *("run", "--source", f"{ends[0]}/{source}", "--target", f"{ends[1]}/{target}"),
        *("--delete-target", "--log-json", "--random", "2", "--top-k", "3"),
    )


def is_under_way(stage: str, event: Mapping[str, object]) -> bool:
    """Whether `event` tells that the stage began; a restore that its target was created."""
    if stage == "restore":
        return event["type"] == "moment_reached" and event["name"] == "created"
    return event["type"] == "stage_started" and event["stage"] == stage


@pytest.mark.parametrize("stage", STUCK_AT)
def test_ctrl_c_in_every_stage(store: ServerStore, source: str, new_name: NewName, home: Path, stage: str) -> None:
    target = new_name()
    with stuck(store.url, stage) as proxy:
        process = start(*command(stage, store.url, proxy.url, source, target), cwd=home)
        wanted, _, err = signal_when(
            process, lambda event: is_under_way(stage, event) and proxy.dripping.wait(END_SECONDS), signal.SIGINT
        )
    assert wanted
    assert process.returncode == 130, err
    assert "Traceback" not in err
    record = record_of(home)
    assert record.verdict == "interrupted"
    assert record.time.finished is not None
    assert stage in record.reason
    if stage == "restore":
        # What the server took counts, though its answer never came.
        held = store.reader(target).count()
        assert held
        assert (record.target.created_by_drill, record.target.points_exact) == (True, held), record.reason


@pytest.mark.parametrize("stage", STUCK_AT)
def test_kill_9_in_every_stage(store: ServerStore, source: str, new_name: NewName, home: Path, stage: str) -> None:
    with stuck(store.url, stage) as proxy:
        process = start(*command(stage, store.url, proxy.url, source, new_name()), cwd=home)
        assert signal_when(
            process, lambda event: event.get("stage") == stage and event["type"] == "stage_started", signal.SIGKILL
        )[0]
    record = record_of(home)
    assert (record.verdict, record.time.finished) == ("interrupted", None)
    assert "not finished" in record.reason
    shown = qdrill("record", "list", "--json", cwd=home)
    assert shown.code == 0
    (row,) = shown.json
    assert (row["verdict"], row["state"], row["finished"]) == ("interrupted", "unfinished", None)
    listed = qdrill("record", "list", cwd=home)
    assert "unfinished" in listed.out
    assert "interrupted" not in listed.out


def test_a_drill_only_reads_its_source(store: ServerStore, source: str, new_name: NewName, home: Path) -> None:
    target = new_name()
    with FaultProxy(store.url, Schedule([Rule(Fault.STATUS_500, chance=0.1)], seed=7)) as proxy:
        done = qdrill(
            *("run", "--source", f"{proxy.url}/{source}", "--target", f"{store.url}/{target}"),
            *("--random", "3", "--aliases", "--replace", target, "-q"),
            cwd=home,
        )
        assert (done.code, record_of(home).verdict) == (0, "pass"), done
        asked = set(proxy.requests)
    assert {method for method, _ in asked} == {"GET", "POST"}
    writing = [path for method, path in asked if method == "POST" and not READS.search(path)]
    assert writing == []
    assert {path.rsplit("/", 1)[1] for method, path in asked if method == "POST"} >= {"scroll", "count", "query"}
