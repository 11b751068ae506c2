"""The drill of the demonstration: sample data on the embedded engine, and the damage of its second act."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from qdrill.config_model import StoreConfig
from qdrill.demo import collection
from qdrill.demo.sabotage import DONE, damage
from qdrill.drill.plan import DrillPlan, Ends
from qdrill.drill.search_plan import SearchSpec
from qdrill.events import Notice
from qdrill.names import default_archive
from qdrill.records.build import who_here
from qdrill.results import Objectives

if TYPE_CHECKING:
    from qdrill.drill.runner import DrillOutcome
    from qdrill.session import Session
    from qdrill.stores.base import Store

STORE = "demo"
RESTORED = f"{collection.NAME}_restored"


def demo_store(directory: Path) -> StoreConfig:
    """The embedded store of a demonstration in `directory`."""
    return StoreConfig(name=STORE, path=directory / "store")


def prepare_demo(session: Session, directory: Path) -> tuple[DrillPlan, Ends]:
    """Make the sample collection in `directory`, and the plan of its drill with both ends open.

    Raises:
        StoreError: the collection cannot be made, or another process has it open. Interrupted: cancelled.
    """
    store = session.store(demo_store(directory))
    points = collection.make_collection(store.writer(collection.NAME), session.control)
    session.emit(Notice("info", f"sample collection {STORE}/{collection.NAME}: {points} entries, Chinese and English"))
    ends = _ends(store)
    return _plan(session, directory / "artifacts", replace=RESTORED if ends.target.exists() else None), ends


def run_demo(session: Session, directory: Path, *, sabotage: bool) -> DrillOutcome:
    """Make the sample collection and run its drill; with `sabotage` the restored collection is damaged, and it fails.

    Raises:
        StoreError, Interrupted: as `prepare_demo`. OutputError: the record cannot be written.
    """
    from qdrill.drill.runner import run_drill

    plan, ends = prepare_demo(session, directory)
    if not sabotage:
        return run_drill(plan, ends, session.control, session.emit)
    for one in DONE:
        session.emit(Notice("info", f"sabotage after the backup: point {one.point}: {one.words}"))
    return run_drill(plan, ends, session.control, session.emit, damage)


def _plan(session: Session, artifacts: Path, *, replace: str | None) -> DrillPlan:
    return DrillPlan(
        name="demo",
        archive=default_archive(artifacts, collection.NAME),
        drills=artifacts / "drills",
        ci_summary=artifacts / "metrics" / "ci_summary.txt",
        who=who_here("demo"),
        objectives=Objectives(rto_seconds=60.0, rpo_seconds=3600.0),
        searches=(
            SearchSpec("text", text=collection.QUERY, top_k=3, using=collection.SPARSE),
            SearchSpec("random", number=5, top_k=10, using=collection.DENSE),
        ),
        embedders={"bm25": collection.open_words(session.control)},
        replace=replace,
        origin="simulated",
        recovery_seconds=1.0,
    )


def _ends(store: Store) -> Ends:
    return Ends(
        source=store.reader(collection.NAME),
        target=store.writer(RESTORED),
        source_address=f"{STORE}/{collection.NAME}",
        target_address=f"{STORE}/{RESTORED}",
        source_store=STORE,
        target_store=STORE,
        target_collection=RESTORED,
        target_version=store.version(),
    )
