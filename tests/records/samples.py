"""Drill results made by hand: passed, with rows lost, cut off, and hostile."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

from qdrill.records.build import build_record, search_path
from qdrill.records.model import DIFFERENCES_PATH, DrillRecord, Origin, Who
from qdrill.records.model_metrics import Metrics, MetricsEndpoint, MetricsQuery
from qdrill.results import (
    BackupResult,
    Check,
    CompareResult,
    ConfigDifference,
    Difference,
    Drift,
    DrillResult,
    Hit,
    Moments,
    Objectives,
    Place,
    Rejected,
    RestoreResult,
    SearchOutcome,
    StageTime,
)
from qdrill.signals.model import ImportChange

BEIJING = timezone(timedelta(hours=8))
START = datetime(2026, 11, 22, 23, 11, 7, 120_000, tzinfo=BEIJING)
WHO = Who("李雷", "drill-01", "qdrill 0.1.0", "3.13.5", "docs/runbook.md@c117b9b", "OPS-42")
WRONG_SIZE = "Wrong input: Vector dimension error"
HOSTILE = (
    "a|b `c` **d** [e](javascript:x) <!-- --> <script>\n# new\r\n| x | y |\x1b]52;c;AA\x07\x9b31m\u202e\udc80 ~~~ ```"
)


def passed() -> DrillResult:
    """100,000 points, all of them restored; one search answered alike."""
    hits = (Hit(1, 0.5698, {"text": "登录失败怎么办"}), Hit(2**64 - 1, 0.4824, {"text": "如何登录系统"}))
    return DrillResult(
        id="20261122T151107Z-7f3a",
        name="nightly",
        verdict="pass",
        reason="every check passed and the objectives were met",
        started=START,
        finished=START + timedelta(seconds=11.824),
        source=Place("local/default_collection", "local", "default_collection", "1.19.0", ("live",)),
        target=Place("local/default_collection_restored", "local", "default_collection_restored", "1.19.0"),
        method="rows",
        objectives=Objectives(900, 3600, 1.0),
        stages=(
            StageTime("preflight", 0.2, True),
            StageTime("backup", 1.8, True),
            StageTime("restore", 2.9, True),
            StageTime("validate", 0.7, True),
            StageTime("record", None, True),
        ),
        checks=(
            Check("points_restored", "pass", "100000 points", "100000 points"),
            Check("api_metrics", "not_applicable", "counters move", "no RAG API configured", required=False),
        ),
        rta_seconds=3.6,
        rpa_seconds=8.25,
        drift=Drift(0, 0, 0),
        backup=_backup(100_000, 504_000_123),
        restore=_restore(100_000, 100_000, Moments(0.052, 2.9, 3.1, 3.6, 5.2, None)),
        compare=CompareResult("full", "pass", 100_000, 100_000, 0, 0, 0, 0, 0, (), (), 100_000, 100_000, 1.6),
        searches=(SearchOutcome("text 登录", "text", 2, "pass", "", hits, hits, 1.0, True, 0.0, 12.0, 11.2, "text"),),
    )


def lossy() -> DrillResult:
    """25 points, of which three did not arrive; the searches show it."""
    source = (Hit(17, 0.91), Hit("5c56c793-69f3-4fbf-87e6-c4bf54c28c26", 0.5))
    return replace(
        passed(),
        id="20261123T151107Z-00ff",
        verdict="fail",
        reason="restored 22 of 25 points",
        checks=(
            Check("points_restored", "fail", "25 points", "22 points", ("17", "18", "19")),
            Check("searches_equal", "fail", "overlap 1.0", "overlap 0.5"),
            Check("writer", "inconclusive", "nobody writes", "the store does not tell"),
        ),
        rta_seconds=None,
        rpa_seconds=4000.0,
        drift=Drift(2, 1, None),
        backup=replace(_backup(25, 3401), writer="detected", writer_detail="24 points before, 25 after"),
        restore=replace(
            _restore(25, 22, Moments(0.05, 0.4)),
            rejected=(Rejected(18, WRONG_SIZE), Rejected(19, WRONG_SIZE)),
            rejected_total=3,
            config_differences=(ConfigDifference("params.vectors.size", "384", "absent"),),
        ),
        compare=CompareResult(
            "full", "fail", 25, 20, 3, 0, 1, 0, 1,
            (ConfigDifference("params.vectors.size", "384", "absent"),),
            (Difference(17, "missing", "not in the target"), Difference(3, "vector", "text[2]: 0.5 is 0.25")),
            25, 22, 0.1,
        ),
        searches=(
            SearchOutcome(
                "random point 17", "random", 2, "fail", "overlap 0.5 is below 1.0",
                source, source[1:], 0.5, False, None, 3.0, None,
            ),
        ),
        notes=("the archive was read again after a retry",),
    )  # fmt: skip


def cut_off() -> DrillResult:
    """Interrupted in preflight: almost nothing is known."""
    return DrillResult(
        id="20261124T151107Z-0001",
        name="nightly",
        verdict="interrupted",
        reason="interrupted in preflight",
        started=START,
        finished=START + timedelta(seconds=1),
        source=Place("local/a", "local", "a", ""),
        target=Place("local/b", "local", "b", ""),
        method="rows",
        objectives=Objectives(),
        stages=(StageTime("preflight", 1.0, False), StageTime("backup", None, False)),
        checks=(),
        error="interrupted",
    )


def hostile(text: str = HOSTILE) -> DrillResult:
    """Every text of a failed drill replaced by one that attacks tables, comments, terminals and TOML."""
    result = lossy()
    place = Place(text, text, text, text, (text,))
    assert result.backup is not None
    assert result.restore is not None
    assert result.compare is not None
    return replace(
        result,
        name=text,
        reason=text,
        source=place,
        target=place,
        error=text,
        notes=(text,),
        checks=(Check(text, "fail", text, text, (text,)),),
        backup=replace(result.backup, archive=Path(text), writer_detail=text, digest=text),
        restore=replace(result.restore, rejected=(Rejected(text, text),)),
        compare=replace(
            result.compare,
            config=(ConfigDifference(text, text, text),),
            differences=(Difference(text, "payload", text),),
        ),
        searches=(
            SearchOutcome(text, "text", 1, "fail", text, (Hit(text, float("nan"), {text: text}),), (), using=text),
        ),
    )


def evidence_of(result: DrillResult) -> dict[str, str]:
    """Evidence with made-up digests for every search, and the list of differences where there are some."""
    files = {search_path(number): f"sha256:{number:064x}" for number, _ in enumerate(result.searches, 1)}
    differs = result.compare is not None and result.compare.differences
    return {**files, DIFFERENCES_PATH: f"sha256:{'d' * 64}"} if differs else files


def record_of(result: DrillResult, previous: str | None = None, origin: Origin = "real") -> DrillRecord:
    """The record of `result` by the sample operator."""
    return build_record(result, who=WHO, previous=previous, evidence=evidence_of(result), origin=origin)


def metrics(text: str = "") -> Metrics:
    """Two endpoints, one of them silent, and three queries; `text` (hostile) wherever others choose the words."""
    change = ImportChange(
        f"default_collection_restored{text}", 100_000.0, 196.0, {f"error{text}": 2.0}, 1, 2.9, p95=2.4
    )
    return Metrics(
        state="inconclusive",
        reason=f"metrics_endpoints: 1 of 2 read; qdrill: 127.0.0.1:9755 cannot be reached{text}",
        grafana="http://localhost:3000/d/qdrill/qdrill?orgId=1",
        screenshot="evidence/metrics.svg",
        annotation=7,
        notes=(f"Grafana answered 500{text}",),
        endpoint=(
            MetricsEndpoint("rag", "http://localhost:8000/metrics", "known", change=(change,)),
            MetricsEndpoint(
                f"qdrill{text}", "http://127.0.0.1:9755", "unreadable", f"cannot be reached{text}", "evidence/m.json"
            ),
        ),
        query=(
            MetricsQuery(
                "rows", 'import_rows_total{collection="a"}', "range", "answered", "", 1, 1e5, "evidence/p.json"
            ),
            MetricsQuery(f"none{text}", f"up{text}", "instant", "empty"),
            MetricsQuery("broken", "sum(", "instant", "failed", f"parse error{text}"),
        ),
    )


def _backup(points: int, size: int) -> BackupResult:
    return BackupResult(
        archive=Path("artifacts/metrics/qdrant_backup_default_collection.json"),
        manifest=Path("artifacts/metrics/qdrant_backup_default_collection.manifest.json"),
        points=points,
        bytes=size,
        seconds=1.8,
        started=START + timedelta(seconds=0.2),
        finished=START + timedelta(seconds=2),
        writer="none",
        writer_detail="count and operation number stood still",
        digest="blake2b:00ff",
        chunks=13,
        count_before=points,
        count_after=points,
    )


def _restore(expected: int, restored: int, moments: Moments) -> RestoreResult:
    return RestoreResult(expected, restored, (), 0, 2.9, moments, (), True, batches=156)
