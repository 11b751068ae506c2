"""A collection of several shards and the embedded engine, which has one: said before anything is written."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest

from qdrill.config import Config, DrillConfig, StoreConfig
from qdrill.control import JobControl
from qdrill.drill.start import dry_run, make_plan, open_ends, start_drill
from qdrill.events import Event, Notice, StageStarted
from qdrill.records.words import WORDS
from qdrill.session import Session
from qdrill.stores.server import ServerStore
from tests.cli.runner import qdrill
from tests.support.collections import create_body, fill, point
from tests.support.processes import RunningServer

SAID = (
    "the embedded engine keeps one shard and the source has 3: every point can come back, shard_number cannot, so the "
    "configuration will differ; restore into a server to keep it"
)

_numbers = itertools.count(1)


@pytest.fixture
def source(server: RunningServer) -> str:
    name, store = f"shards-{next(_numbers)}", ServerStore(server.url)
    body = {**create_body(4), "shard_number": 3}
    fill(store.writer(name), [point(n, 4) for n in range(1, 21)], body)
    store.close()
    return f"{server.url}/{name}"


def test_a_drill_says_so_before_it_writes(source: str, tmp_path: Path) -> None:
    events: list[Event] = []
    config = Config(artifacts=tmp_path / "artifacts", stores={"lab": StoreConfig("lab", path=tmp_path / "edge")})
    drill = DrillConfig("nightly", source, "lab/copy")
    with Session(config, {}, JobControl(), events.append) as session:
        plan = make_plan(session, drill)
        assert ("settings", SAID) in dry_run(plan, open_ends(session, drill))
        outcome = start_drill(session, drill, plan)
    assert SAID in outcome.result.notes
    assert outcome.result.verdict == "fail"
    notice = events.index(Notice("warning", SAID))
    assert notice < events.index(StageStarted("backup"))


def test_a_server_keeps_the_shards_and_nothing_is_said(source: str, tmp_path: Path) -> None:
    config = Config(artifacts=tmp_path / "artifacts")
    drill = DrillConfig("nightly", source, f"{source}-copy")
    with Session(config, {}, JobControl()) as session:
        plan = make_plan(session, drill)
        assert "settings" not in dict(dry_run(plan, open_ends(session, drill)))
        outcome = start_drill(session, drill, plan)
    assert outcome.result.verdict == "pass"
    assert not [note for note in outcome.result.notes if "shard" in note]


def test_a_restore_says_so(source: str, tmp_path: Path) -> None:
    assert qdrill("backup", source, "-o", "a.json", "-q", cwd=tmp_path).code == 0
    ran = qdrill("restore", "a.json", "edge:lab/copy", cwd=tmp_path)
    assert ran.code == 1
    assert f"warning: {SAID}" in ran.err


def test_it_is_said_in_chinese() -> None:
    shown = WORDS["zh"].sentence(SAID)
    assert "源集合有 3 个" in shown
    assert not re.search(r"[a-z]{3,} [a-z]{3,}", shown)
