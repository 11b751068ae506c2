"""From what a drill found to its record: a pure function."""

from __future__ import annotations

import platform
import socket
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import PurePosixPath

from qdrill import __version__
from qdrill.records.build_restore import FIRST_IDS, restore_record
from qdrill.records.model import (
    DIFFERENCES_PATH,
    EVIDENCE_DIR,
    SCHEMA,
    SCREENS_DIR,
    BackupRecord,
    DrillRecord,
    Goals,
    Integrity,
    KeptSearch,
    ListedDifference,
    Origin,
    Rpo,
    Rto,
    SearchRecord,
    Side,
    TimeSpan,
    Verify,
    Who,
)
from qdrill.records.model_metrics import Metrics
from qdrill.results import (
    BackupResult,
    CompareResult,
    ConfigDifference,
    Difference,
    DrillResult,
    Hit,
    Moments,
    Place,
    SearchOutcome,
    State,
    Verdict,
)

_COMPARED: Mapping[Verdict, State] = {
    "pass": "pass",
    "fail": "fail",
    "inconclusive": "inconclusive",
    "interrupted": "inconclusive",
}


def who_here(operator: str, *, ticket: str = "") -> Who:
    """A `Who` with this machine's host name, Python and qdrill version filled in."""
    tool = f"qdrill {__version__}"
    host, python = socket.gethostname(), platform.python_version()
    return Who(operator, host, tool, python, ticket=ticket)


def build_record(
    result: DrillResult,
    *,
    who: Who,
    previous: str | None,
    evidence: Mapping[str, str],
    origin: Origin = "real",
    opened: str | None = None,
    metrics: Metrics | None = None,
    kept: Sequence[KeptSearch] = (),
) -> DrillRecord:
    """The record of `result`.

    Args:
        previous: digest of the record before this one, None for the first.
        evidence: digests (`sha256:<hex>`) of the files under `evidence/`, by path in the drill's directory.
        origin: `simulated` and `fixture` drills never count as evidence.
        opened: digest of the record's form while the drill ran.
        metrics: None records that none were collected.
        kept: searches that somebody kept while the drill ran.
    """
    return DrillRecord(
        schema=SCHEMA,
        id=result.id,
        name=result.name,
        kind="drill",
        evidence=origin,
        verdict=result.verdict,
        reason=result.reason,
        refused=result.refused or None,
        method=result.method,
        time=TimeSpan(aware(result.started), aware(result.finished), zone(result.started)),
        who=who,
        objectives=_goals(result),
        source=_source(result),
        target=_target(result),
        error=result.error,
        delay_ms_per_point=float(result.delay_ms_per_point),
        notes=result.notes,
        screenshots=screens(evidence),
        backup=_backup(result.backup, result.started) if result.backup else None,
        restore=restore_record(result),
        rto=_rto(result),
        rpo=_rpo(result),
        verify=_verify(result.compare, evidence) if result.compare else None,
        config_difference=_config(result),
        search=tuple(_search(number, one, evidence) for number, one in enumerate(result.searches, 1)),
        check=result.checks,
        stage=result.stages,
        kept=tuple(kept),
        metrics=metrics or Metrics(),
        integrity=Integrity(dict(evidence), previous, opened),
    )


def search_path(number: int) -> str:
    """Where the responses of sample search `number` (from 1) lie in the drill's directory."""
    return f"{EVIDENCE_DIR}/search-{number}.json"


def screens(files: Iterable[str]) -> tuple[str, ...]:
    """Which of the paths `files` are pictures of the console, sorted."""
    paths = map(PurePosixPath, files)
    return tuple(sorted(str(one) for one in paths if one.match("*.svg") and str(one.parent) == SCREENS_DIR))


def zone(moment: datetime) -> str:
    """The offset of `moment` such as `+08:00`."""
    return aware(moment).isoformat(timespec="seconds")[19:]


def aware(moment: datetime) -> datetime:
    """`moment` with the zone of this machine where it has none."""
    return moment if moment.utcoffset() is not None else moment.astimezone()


def _float(value: float | None) -> float | None:
    return None if value is None else float(value)


def _goals(result: DrillResult) -> Goals:
    wanted = result.objectives
    return Goals(_float(wanted.rto_seconds), _float(wanted.rpo_seconds), float(wanted.min_overlap))


def _side(place: Place, points: int | None, created: bool | None = None, removed: bool | None = None) -> Side:
    return Side(
        address=place.address,
        store=place.store,
        collection=place.collection,
        server=place.server_version,
        aliases=place.aliases,
        points_exact=points,
        created_by_drill=created,
        removed=removed,
    )


def _source(result: DrillResult) -> Side:
    return _side(result.source, result.backup.count_before if result.backup else None)


def _target(result: DrillResult) -> Side:
    restore, broke_off = result.restore, result.unfinished
    if restore is None and broke_off is not None:
        return _side(result.target, broke_off.points, created=True, removed=result.target_removed)
    if restore is None:
        return _side(result.target, None, removed=result.target_removed)
    return _side(result.target, restore.points_restored, restore.created_by_drill, result.target_removed)


def _backup(backup: BackupResult, drill_started: datetime) -> BackupRecord:
    age = (aware(drill_started) - aware(backup.started)).total_seconds()
    return BackupRecord(
        file=str(backup.archive),
        manifest=str(backup.manifest),
        format=backup.method,
        mb=round(backup.bytes / 1_000_000, 6),
        bytes=backup.bytes,
        digest=backup.digest,
        points=backup.points,
        started=aware(backup.started),
        finished=aware(backup.finished),
        duration_s=float(backup.seconds),
        writer_during_backup=backup.writer,
        writer_detail=backup.writer_detail,
        chunks=backup.chunks,
        resumed=backup.resumed_chunks,
        retries=backup.retries,
        count_before=backup.count_before,
        count_after=backup.count_after,
        age_at_drill_s=age if age > 0 else None,
    )


def _met(objective: float | None, actual: float | None) -> bool | None:
    return None if objective is None or actual is None else actual <= objective


def _rto(result: DrillResult) -> Rto:
    objective, actual = _float(result.objectives.rto_seconds), _float(result.rta_seconds)
    ended = result.restore or result.unfinished
    moments = ended.moments if ended else Moments()
    return Rto(objective, actual, _met(objective, actual), phases=moments, note=result.rta_note or None)


def _rpo(result: DrillResult) -> Rpo:
    objective, actual = _float(result.objectives.rpo_seconds), _float(result.rpa_seconds)
    states = {check.name: check.state for check in result.checks}
    # Whether the age of the data can be doubted is known to the check alone.
    met = {"pass": True, "fail": False}.get(states["rpo"]) if "rpo" in states else _met(objective, actual)
    return Rpo(objective, actual, met, result.drift)


def _verify(compare: CompareResult, evidence: Mapping[str, str]) -> Verify:
    return Verify(
        level=compare.level,
        state=_COMPARED[compare.verdict],
        compared=compare.compared,
        equal=compare.equal,
        missing=compare.missing,
        extra=compare.extra,
        vector=compare.vector,
        payload=compare.payload,
        float_drift=compare.float_drift,
        source_points=compare.left_points,
        target_points=compare.right_points,
        duration_s=float(compare.seconds),
        differences=DIFFERENCES_PATH if DIFFERENCES_PATH in evidence else None,
        difference=_listed(compare.differences),
    )


def _listed(differences: Iterable[Difference]) -> tuple[ListedDifference, ...]:
    seen: dict[str, int] = {}
    kept = []
    for one in differences:
        seen[one.kind] = seen.get(one.kind, 0) + 1
        if seen[one.kind] <= FIRST_IDS:
            kept.append(ListedDifference(str(one.id), one.kind, one.detail))
    return tuple(kept)


def _config(result: DrillResult) -> tuple[ConfigDifference, ...]:
    found = (result.restore.config_differences if result.restore else ()) + (
        result.compare.config if result.compare else ()
    )
    return tuple(dict.fromkeys(found))


def _search(number: int, search: SearchOutcome, evidence: Mapping[str, str]) -> SearchRecord:
    path = search_path(number)
    return SearchRecord(
        query=search.name,
        kind=search.kind,
        k=search.top_k,
        state=search.state,
        reason=search.reason,
        using=search.using,
        source_ids=_ids(search.source_hits),
        source_scores=_scores(search.source_hits),
        target_ids=_ids(search.target_hits),
        target_scores=_scores(search.target_hits),
        overlap_at_k=_float(search.overlap),
        same_order=search.same_order,
        max_score_change=_float(search.max_score_change),
        source_ms=_float(search.source_ms),
        target_ms=_float(search.target_ms),
        response=path if path in evidence else None,
    )


def _ids(hits: Iterable[Hit]) -> tuple[str, ...]:
    return tuple(str(hit.id) for hit in hits)


def _scores(hits: Iterable[Hit]) -> tuple[float, ...]:
    return tuple(float(hit.score) for hit in hits)
