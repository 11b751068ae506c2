"""What a restored snapshot can be held against: its source, as long as nobody has written there since.

A snapshot's rows cannot be read one by one. The source stands for them where its operation numbers prove that nothing
was written since before the snapshot was made.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from qdrill.archive.snapshot_manifest import SnapshotManifest
from qdrill.control import JobControl
from qdrill.drill import checks as questions
from qdrill.drill.compare import CompareOptions, compare
from qdrill.drill.evidence import JsonLines, difference_sink
from qdrill.drill.plan import DrillPlan, Ends
from qdrill.drill.quiet import Observation, compare_observations
from qdrill.drill.sides import CollectionSide
from qdrill.drill.snapshot_backup import look
from qdrill.events import Emit
from qdrill.results import BackupResult, Check, CompareResult, Drift, RestoreResult, State, WriterFinding
from qdrill.schema.config import diff_configuration
from qdrill.stores.base import CollectionReader, UpdateMarks


@dataclass(frozen=True, slots=True)
class Since:
    """Whether the source was written to since before the snapshot: `none` is proof, `unknown` is nobody can tell."""

    writer: WriterFinding
    detail: str

    @property
    def drift(self) -> Drift:
        """Points that the source changed since; known only where that is none."""
        return Drift(0, 0, 0) if self.writer == "none" else Drift()


def written_since(manifest: SnapshotManifest, source: CollectionReader) -> Since:
    """Hold the source against what it said of itself before the snapshot."""
    if manifest.writer == "detected":
        return Since("detected", f"while the snapshot was made: {manifest.writer_detail}")
    marks = UpdateMarks(manifest.operations, queued=0) if manifest.operations is not None else None
    return Since(*compare_observations(Observation(manifest.count_before, marks), look(source), changed=False))


def compare_with_source(
    manifest: SnapshotManifest, ends: Ends, plan: DrillPlan, control: JobControl, emit: Emit, differences: JsonLines
) -> tuple[CompareResult, Since]:
    """Compare every point of the source with the target, and the target's settings with the manifest's.

    The source is looked at when all was compared, so that a write during the comparison counts too.
    """
    options = CompareOptions(level=plan.level, lanes=plan.lanes, seed=plan.seed, config=False)
    target = ends.target.reader
    side = CollectionSide(ends.source)
    found = compare(side, target, options, control, emit, difference_sink(differences, "target"))
    config = diff_configuration(manifest.info_data, target.info().data)
    since = written_since(manifest, ends.source)
    found = replace(found, config=config, verdict="fail" if config else found.verdict)
    state = points_check(found, since).state
    if not config and state == "inconclusive":
        found = replace(found, verdict="inconclusive")
    return found, since


def points_check(found: CompareResult, since: Since) -> Check:
    """Every point as the snapshot has it? Differences from a source that may have changed prove nothing."""
    check = questions.compare_check(found)
    if since.writer == "none" or (since.writer == "unknown" and check.state == "pass"):
        return check
    known = "was written to since the backup" if since.writer == "detected" else "may have been written to since"
    seen = (
        f"{check.seen}; the source {known} ({since.detail}), and a snapshot's rows cannot be read one by one: whether "
        "the restored ones are right cannot be told"
    )
    return replace(check, state="inconclusive", seen=seen)


def backup_checks(made: BackupResult, manifest: SnapshotManifest) -> Iterator[Check]:
    """What a backup by snapshot proves."""
    told = bool(manifest.server_sha256)
    words = "with the SHA-256 that the server tells" if told else "and the server tells no checksum"
    yield Check(
        "backup_complete",
        "pass" if told else "inconclusive",
        "the whole snapshot, with the server's checksum",
        f"{made.bytes} bytes, {words}",
        required=told,
    )
    yield questions.writer_check(made)


def restore_checks(restore: RestoreResult, manifest: SnapshotManifest) -> Iterator[Check]:
    """What a restore by snapshot proves. Where somebody wrote meanwhile, nobody knows how many points it holds."""
    for check in questions.restore_checks(restore):
        if check.name == "rows_accepted":
            yield replace(check, state="not_applicable", seen="a snapshot is restored as a whole, not row by row")
        elif check.name == "points_restored" and manifest.writer == "detected":
            seen = f"{check.seen}, and a writer was at work while the snapshot was made"
            state: State = "inconclusive"
            yield replace(check, state=state, seen=seen)
        else:
            yield check
