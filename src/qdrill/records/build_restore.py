"""The restore of a drill as its record has it."""

from __future__ import annotations

from collections.abc import Iterable

from qdrill.records.model import RejectedGroup, RestoreRecord
from qdrill.results import DrillResult, Rejected, RestoreResult, UnfinishedRestore

FIRST_IDS = 20


def restore_record(result: DrillResult) -> RestoreRecord | None:
    """The restore, whole or broken off; None where it left nothing."""
    if result.restore is not None:
        return _whole_restore(result.restore)
    return _broken_restore(result.unfinished) if result.unfinished is not None else None


def _broken_restore(restore: UnfinishedRestore) -> RestoreRecord:
    return RestoreRecord(
        expected=restore.points_expected,
        restored=restore.points,
        rejected_total=restore.rejected_total,
        duration_s=float(restore.seconds),
        batches=restore.batches,
        retries=restore.retries,
        broke_off=True,
    )


def _whole_restore(restore: RestoreResult) -> RestoreRecord:
    return RestoreRecord(
        expected=restore.points_expected,
        restored=restore.points_restored,
        rejected_total=restore.rejected_total,
        duration_s=float(restore.seconds),
        batches=restore.batches,
        retries=restore.retries,
        resumed=restore.resumed_chunks,
        rejected=_grouped(restore.rejected),
    )


def _grouped(rejected: Iterable[Rejected]) -> tuple[RejectedGroup, ...]:
    ids: dict[str, list[str]] = {}
    for row in rejected:
        ids.setdefault(row.reason, []).append(str(row.id))
    return tuple(RejectedGroup(reason, len(all_), tuple(all_[:FIRST_IDS])) for reason, all_ in ids.items())
