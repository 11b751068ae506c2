"""The plan of a drill: everything it needs to know, decided before it starts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from qdrill.config_model import Method
from qdrill.drill.search_plan import SearchSpec
from qdrill.drill.vectors import read_slots
from qdrill.embedders.base import Embedder
from qdrill.records.model import Origin, Who
from qdrill.results import Level, Objectives
from qdrill.signals.plan import SignalPlan
from qdrill.signals.rag_api import RagApi
from qdrill.stores.base import CollectionInfo, CollectionReader, CollectionWriter, SnapshotSource, SnapshotTarget

# What is searched where a drill names no search: without one, nothing would show that the target answers.
DEFAULT_SEARCHES = (SearchSpec("random", number=5, top_k=10),)


def searches_for(searches: tuple[SearchSpec, ...], info: CollectionInfo, collection: str) -> tuple[SearchSpec, ...]:
    """The searches of a drill; the default ones, where it names none, are spread over all vectors of the collection."""
    if searches:
        return searches
    names = sorted(read_slots(info, collection).by_name)
    if len(names) < 2:
        return DEFAULT_SEARCHES
    number = max(1, DEFAULT_SEARCHES[0].number // len(names))
    return tuple(replace(DEFAULT_SEARCHES[0], number=number, using=name) for name in names)


@dataclass(frozen=True, slots=True)
class SnapshotEnds:
    """The two ends' snapshots, for a drill by snapshot. The source's writes a file on its server, and no data."""

    source: SnapshotSource
    target: SnapshotTarget


@dataclass(frozen=True, slots=True)
class Ends:
    """The two ends of a drill. The source is a reader: nothing that holds it can write.

    Attributes:
        snapshots: the same ends' snapshots; None for a drill by rows.
        recount: points of the target, counted so that it works after the drill was cancelled; raises QdrillError.
            None: the target's own reader does.
        source_address, target_address: as the user named them.
        source_store, target_store: labels of their stores.
        target_collection, target_version: the target may not exist yet, so its own reader cannot be asked.
    """

    source: CollectionReader
    target: CollectionWriter
    source_address: str
    target_address: str
    source_store: str
    target_store: str
    target_collection: str
    target_version: str
    snapshots: SnapshotEnds | None = None
    recount: Callable[[], int] | None = None


@dataclass(frozen=True, slots=True)
class DrillPlan:
    """One drill.

    Attributes:
        method: how data get from source to target: row by row, or as Qdrant's own snapshot.
        archive: the file that the backup writes.
        drills: directory that gets the drill's own directory.
        ci_summary: file to write the summary to.
        readme: file whose "Backup Signals" block is brought up to date, or None.
        run_url: what that block links to; empty: the record.
        replace: name of an existing target that may be deleted first.
        resume: go on with a backup of this archive that was interrupted; without one, begin anew. A snapshot is
            always begun anew.
        delete_target: take the target away at the end, if this drill made it.
        searches: those that it names; where it names none, a few random points of each vector are searched by.
        recovery_seconds: how long the target may take until every sample search is right.
        optimize_seconds: how long to wait for the optimizer, after everything else.
        signals: the evidence from outside to collect.
        rag_api: for searches and a restore that go through it; None where none does.
    """

    name: str
    archive: Path
    drills: Path
    ci_summary: Path
    who: Who
    method: Method = "rows"
    objectives: Objectives = field(default_factory=Objectives)
    searches: tuple[SearchSpec, ...] = ()
    embedders: Mapping[str, Embedder] = field(default_factory=dict)
    level: Level = "full"
    lanes: int = 4
    aliases: bool = False
    replace: str | None = None
    resume: bool = False
    delete_target: bool = False
    payload_time_field: str | None = None
    readme: Path | None = None
    run_url: str = ""
    recovery_seconds: float = 60.0
    optimize_seconds: float = 300.0
    seed: int = 0
    origin: Origin = "real"
    signals: SignalPlan = field(default_factory=SignalPlan)
    rag_api: RagApi | None = None
