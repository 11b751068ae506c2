"""What an engine answers, made by hand: every builder has defaults, and takes what a test cares about."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from qdrill.browse.detail import CollectionDetail, SamplePage
from qdrill.browse.overview import CollectionSummary
from qdrill.config_model import (
    Config,
    ConsoleConfig,
    DrillConfig,
    StoreConfig,
)
from qdrill.drill.point_versions import PointVersions
from qdrill.drill.verify import Verification
from qdrill.events import (
    CheckDone,
    DrillFinished,
    Event,
    MomentReached,
    Notice,
    Progress,
    RequestDone,
    Retrying,
    StageFinished,
    StageStarted,
)
from qdrill.records.model import DrillRecord
from qdrill.results import (
    BackupResult,
    Check,
    CompareResult,
    Difference,
    DrillResult,
    Hit,
    Objectives,
    PointId,
    RestoreResult,
    SearchOutcome,
    Verdict,
)
from qdrill.rows.difference import Change
from qdrill.rows.preview import PointRow, read_point
from qdrill.stores.base import OptimizerState, UpdateMarks
from tests.records.samples import lossy, passed, record_of

SOURCE = "local/default_collection"
TARGET = "local/default_collection_restored"
TEXTS = ("登录失败怎么办", "如何登录系统", "How do I log in?", "重置密码", "Reset a password")


def store(name: str = "local", **changes: Any) -> StoreConfig:
    """A store of drills.toml: a server that nothing answers at."""
    return replace(StoreConfig(name, url=f"http://{name}.invalid:6333"), **changes)


def nightly(**changes: Any) -> DrillConfig:
    """A drill with all three objectives."""
    return replace(DrillConfig("nightly", SOURCE, TARGET, objectives=Objectives(900.0, 3600.0, 1.0)), **changes)


def config(artifacts: Path, **changes: Any) -> Config:
    """One store, one drill."""
    return replace(
        Config(artifacts, stores={"local": store()}, drills=(nightly(),), console=ConsoleConfig(language="en")),
        **changes,
    )


def summary(address: str = SOURCE, **changes: Any) -> CollectionSummary:
    """A line of the overview."""
    name, _, collection = address.partition("/")
    made = CollectionSummary(name, address, collection, 100_000, "green", "384 Cosine", 100_000, 4)
    return replace(made, **changes)


def detail(address: str = SOURCE, **changes: Any) -> CollectionDetail:
    """A collection in detail."""
    made = CollectionDetail(
        address=address,
        collection=address.partition("/")[2],
        version="1.19.0",
        status="green",
        points=100_000,
        vectors="384 Cosine",
        indexed=100_000,
        segments=4,
        aliases=(),
        configuration={"params": {"vectors": {"size": 384, "distance": "Cosine"}}, "hnsw_config": {"m": 16}},
        payload_schema={"text": {"data_type": "text", "points": 100_000}},
        optimizer=OptimizerState("ok", done=True),
        marks=UpdateMarks({"0": 41}, 0),
    )
    return replace(made, **changes)


def point(number: PointId, text: str = "", vector: Sequence[float] = (0.25, 0.5, -1.0), **payload: Any) -> PointRow:
    """A point as a store serves it."""
    whole = {"text": text or TEXTS[hash(number) % len(TEXTS)], **payload}
    row = {"id": number, "payload": whole, "vector": list(vector)}
    return read_point(number, json.dumps(row, ensure_ascii=False).encode("utf-8", "replace"))


def page(rows: Sequence[PointRow], start: PointId | None, limit: int) -> SamplePage:
    """A page of `rows`, as the engine cuts it."""
    first = next((at for at, row in enumerate(rows) if start is None or row.id == start), len(rows))
    shown, rest = rows[first : first + limit], rows[first + limit :]
    return SamplePage(tuple(shown), rest[0].id if rest else None)


def hits(*scores: float, first: int = 1) -> tuple[Hit, ...]:
    """Answers with these scores."""
    return tuple(Hit(first + at, score, {"text": TEXTS[at % len(TEXTS)]}) for at, score in enumerate(scores))


def outcome(**changes: Any) -> SearchOutcome:
    """A search that both sides answered alike."""
    found = hits(0.5698, 0.4824, 0.3923)
    made = SearchOutcome("text 登录", "text", 3, "pass", "", found, found, 1.0, True, 0.0, 12.0, 11.0, "text")
    return replace(made, **changes)


def compared(**changes: Any) -> CompareResult:
    """A comparison in which all was equal."""
    made = CompareResult("full", "pass", 1000, 1000, 0, 0, 0, 0, 0, (), (), 1000, 1000, 0.4)
    return replace(made, **changes)


def verification(left: str = SOURCE, right: str = TARGET, verdict: Verdict = "pass", **changes: Any) -> Verification:
    """A comparison of two places; with `verdict` fail, one with a point of each class that differs."""
    if verdict == "fail" and not changes:
        kinds = ("missing", "extra", "vector", "payload", "float_drift")
        found = tuple(Difference(at, kind, f"about {kind}") for at, kind in enumerate(kinds, 1))  # type: ignore[arg-type]
        changes = {
            "verdict": "fail", "equal": 995, "missing": 1, "extra": 1, "vector": 1, "payload": 1, "float_drift": 1,
            "differences": found,
        }  # fmt: skip
    return Verification(left, right, compared(**changes), (), verdict)


def versions(number: PointId = 3, **changes: Any) -> PointVersions:
    """A point whose payload differs."""
    made = PointVersions(
        number,
        point(number, "登录失败怎么办"),
        point(number, "登录失败"),
        (Change("payload.text", '"登录失败怎么办"', '"登录失败"'),),
    )
    return replace(made, **changes)


def backup_result(archive: Path, **changes: Any) -> BackupResult:
    """A backup that went well."""
    made = passed().backup
    assert made is not None
    return replace(made, archive=archive, manifest=archive.with_suffix(".manifest.json"), **changes)


def restore_result(**changes: Any) -> RestoreResult:
    """A restore that went well."""
    made = passed().restore
    assert made is not None
    return replace(made, **changes)


def drill_result(verdict: Verdict = "pass", **changes: Any) -> DrillResult:
    """A drill that ended."""
    return replace(passed() if verdict == "pass" else lossy(), verdict=verdict, **changes)


def record(verdict: Verdict = "pass", **changes: Any) -> DrillRecord:
    """The record of such a drill."""
    return replace(record_of(drill_result(verdict)), **changes)


def request(path: str = "/collections/default_collection/points/scroll", **changes: Any) -> RequestDone:
    """A request that was answered."""
    made = RequestDone("POST", path, 200, 31.4, "500 points", f"http://local.invalid:6333{path}", '{"limit":500}')
    return replace(made, **changes)


def check(name: str = "points_restored", state: str = "pass", **changes: Any) -> Check:
    """A check."""
    return replace(Check(name, state, "100000 points", "100000 points"), **changes)  # type: ignore[arg-type]


def stage_events(name: Any, seconds: float, *inside: Event, ok: bool = True) -> tuple[Event, ...]:
    """A stage and what happens in it."""
    return (StageStarted(name), *inside, StageFinished(name, seconds, ok))


def drill_events(points: int = 1000, verdict: Verdict = "pass") -> tuple[Event, ...]:
    """A whole drill of `points`, without its DrillStarted, which the scripted engine tells by itself."""
    last = check("points_compared", "pass" if verdict == "pass" else verdict, ids=("17", "18"))
    return (
        *stage_events("preflight", 0.2, request("/collections/default_collection"), CheckDone(check("source_ready"))),
        *stage_events("backup", 1.8, *_progress("backup", points), request(), Retrying("a page", 1, 0.5, "timed out")),
        *stage_events(
            "restore", 2.9, *_progress("restore", points), MomentReached("created", 0.05), MomentReached("loaded", 2.9),
            CheckDone(check()),
        ),
        *stage_events(
            "validate", 0.7, MomentReached("searchable", 3.1), MomentReached("validated", 3.6), CheckDone(last),
            MomentReached("verified", 5.2), Notice("info", "the optimizer is not done yet"),
        ),
        *stage_events("record", 0.1),
        DrillFinished(verdict, "every check passed" if verdict == "pass" else "points differ", "drill.toml"),
    )  # fmt: skip


def _progress(job: Any, points: int) -> tuple[Event, ...]:
    steps = [Progress(job, "points", points * at // 4, points, points * at * 1000, points * 4000) for at in range(5)]
    return (Progress(job, "ids", points, None), *steps)
