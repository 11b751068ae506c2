"""From a drill of the configuration to a running one: the plan, the one look before it, and what a refusal leaves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from qdrill.config import Config, DrillConfig, StoreConfig
from qdrill.control import JobControl
from qdrill.drill import preflight
from qdrill.drill.plan import Ends
from qdrill.drill.start import dry_run, make_plan, open_ends, start_drill
from qdrill.errors import Interrupted, UsageError
from qdrill.events import CheckDone, DrillFinished, DrillStarted, Event, StageFinished, StageStarted
from qdrill.records.render_toml import load_record
from qdrill.session import Session
from tests.support.collections import make_edge_collection, make_server_collection
from tests.support.places import new_name
from tests.support.processes import RunningServer

DRILL = DrillConfig("nightly", "lab/docs", "lab/copy", delay_ms_per_point=0.25)


class Lab:
    """A session on an embedded store with twenty points in `docs`, and the events that it told."""

    def __init__(self, folder: Path) -> None:
        make_edge_collection(folder / "edge", "docs", points=20)
        self.folder = folder
        self.events: list[Event] = []
        stores = {"lab": StoreConfig("lab", path=folder / "edge", connections=2)}
        config = Config(artifacts=folder / "artifacts", stores=stores)
        self.session = Session(config, {}, JobControl(), self.events.append)

    @property
    def summary(self) -> str:
        return (self.folder / "artifacts" / "metrics" / "ci_summary.txt").read_text()

    def records(self) -> list[Path]:
        return sorted((self.folder / "artifacts" / "drills").glob("*/drill.toml"))


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    found = Lab(tmp_path)
    with found.session:
        yield found


def test_a_drill_from_its_configuration(lab: Lab) -> None:
    outcome = start_drill(lab.session, DRILL, make_plan(lab.session, DRILL))
    assert outcome.result.verdict == "pass", outcome.result.reason
    assert lab.session.control.delay_ms_per_point == 0.25
    record = load_record(outcome.record)
    assert (record.source.address, record.target.address, record.delay_ms_per_point) == ("lab/docs", "lab/copy", 0.25)


def test_events_begin_with_the_drill_and_end_with_its_verdict(lab: Lab) -> None:
    outcome = start_drill(lab.session, DRILL, make_plan(lab.session, DRILL))
    first, second, *_ = lab.events
    *_, before_last, last = lab.events
    assert first == DrillStarted(outcome.result.id, str(outcome.record.parent))
    assert second == StageStarted("preflight")
    assert isinstance(before_last, StageFinished)
    assert before_last.stage == "record"
    assert last == DrillFinished("pass", outcome.result.reason, str(outcome.record))


def test_whether_it_may_begin_is_looked_at_once(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[str | None] = []
    look = preflight.refusal

    def counted(ends: Ends, replace: str | None) -> str:
        looks.append(replace)
        return look(ends, replace)

    monkeypatch.setattr(preflight, "refusal", counted)
    start_drill(lab.session, DRILL, make_plan(lab.session, DRILL))
    assert looks == [None]
    start_drill(lab.session, DRILL, make_plan(lab.session, DRILL, replace="copy"))
    assert looks == [None, "copy"]


def test_a_refusal_leaves_a_record(lab: Lab) -> None:
    start_drill(lab.session, DRILL, make_plan(lab.session, DRILL))
    told = len(lab.events)
    with pytest.raises(UsageError, match="lab/copy exists"):
        start_drill(lab.session, DRILL, make_plan(lab.session, DRILL))
    assert len(lab.events) == told
    assert len(lab.records()) == 2
    assert {load_record(path).refused for path in lab.records()} == {None, True}
    assert "- verdict: inconclusive" in lab.summary


def test_a_cancellation_before_the_drill_began_is_no_failure_of_a_store(tmp_path: Path, server: RunningServer) -> None:
    name = new_name()
    make_server_collection(server.url, name, points=3)
    config = Config(artifacts=tmp_path, stores={"here": StoreConfig("here", url=server.url)})
    drill = DrillConfig("nightly", f"here/{name}", f"here/{name} copy")
    with Session(config, {}, JobControl()) as session:
        plan = make_plan(session, drill)
        session.control.cancel()
        with pytest.raises(Interrupted):
            start_drill(session, drill, plan)
    (path,) = (tmp_path / "drills").glob("*/drill.toml")
    assert load_record(path).verdict == "interrupted"
    assert "- verdict: interrupted" in (tmp_path / "metrics" / "ci_summary.txt").read_text()


def test_the_summary_of_a_drill_cancelled_in_its_backup_has_the_count_of_the_source(lab: Lab) -> None:
    def cancel(event: Event) -> None:
        if event == StageStarted("backup"):
            lab.session.control.cancel()

    lab.session.emit = cancel
    outcome = start_drill(lab.session, DRILL, make_plan(lab.session, DRILL))
    assert outcome.result.verdict == "interrupted"
    assert re.search(r"(?m)^- seed_total: 20$", lab.summary)
    assert re.search(r"(?m)^- backup_total: unknown$", lab.summary)


def test_where_no_backup_began_there_is_no_count(lab: Lab) -> None:
    def cancel(event: Event) -> None:
        if isinstance(event, CheckDone):
            lab.session.control.cancel()
            raise Interrupted("interrupted")

    lab.session.emit = cancel
    outcome = start_drill(lab.session, DRILL, make_plan(lab.session, DRILL))
    assert outcome.result.verdict == "interrupted"
    assert re.search(r"(?m)^- seed_total: unknown$", lab.summary)


def test_the_plan_takes_what_was_asked_for(lab: Lab, tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    plan = make_plan(
        lab.session, DRILL, connections=7, replace="copy", readme=readme, run_url="http://ci/1", optimize_seconds=5.0
    )
    assert (plan.lanes, plan.replace, plan.readme, plan.run_url, plan.optimize_seconds) == (
        7, "copy", readme, "http://ci/1", 5.0,
    )  # fmt: skip
    plain = make_plan(lab.session, DRILL)
    assert (plain.lanes, plain.replace, plain.readme, plain.run_url) == (2, None, None, "")
    with pytest.raises(UsageError, match="are one place"):
        make_plan(lab.session, DrillConfig("x", "lab/docs", "lab/docs"))
    with pytest.raises(UsageError, match="lab is an embedded store, whose engine can neither make nor restore"):
        make_plan(lab.session, DrillConfig("x", "lab/docs", "lab/copy", method="snapshot"))


def test_a_dry_run_says_what_would_be_done_and_does_nothing(lab: Lab) -> None:
    ends = open_ends(lab.session, DRILL)
    steps = dict(dry_run(make_plan(lab.session, DRILL), ends))
    assert list(steps) == ["drill", "preflight", "backup", "restore", "validate", "record", "afterwards"]
    assert "lab/docs (20 points)" in steps["preflight"]
    assert steps["restore"] == "lab/copy: create it; load every row, indexes, settings"
    assert steps["validate"] == "5 sample searches, points compared: full"
    assert not ends.target.exists()
    assert not (lab.folder / "artifacts").exists()


def test_a_dry_run_foretells_the_refusal(lab: Lab) -> None:
    start_drill(lab.session, DRILL, make_plan(lab.session, DRILL))
    ends = open_ends(lab.session, DRILL)
    for replace in (None, "another"):
        steps = dict(dry_run(make_plan(lab.session, DRILL, replace=replace), ends))
        assert steps["restore"].startswith("lab/copy: REFUSED: the target lab/copy exists")
        assert (f"--replace names {replace}, which is not" in steps["restore"]) == (replace is not None)
    allowed = dict(dry_run(make_plan(lab.session, DRILL, replace="copy"), ends))
    assert allowed["restore"].startswith("lab/copy: delete lab/copy, then create it anew")
