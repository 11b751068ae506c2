"""The engine of the walkthrough: the real one, over the embedded store of one directory with the sample collection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace as changed
from pathlib import Path
from typing import TYPE_CHECKING

from qdrill.config import Config, ConsoleConfig, DrillConfig, EmbedderConfig, SearchConfig, StoreConfig
from qdrill.console.live import LiveEngine
from qdrill.console.walkthrough.pacing import Pacing
from qdrill.control import JobControl
from qdrill.demo import collection
from qdrill.demo.drill import RESTORED, STORE, demo_store
from qdrill.events import Emit
from qdrill.language import Lang
from qdrill.results import Objectives
from qdrill.session import Session

if TYPE_CHECKING:
    from qdrill.drill.plan import DrillPlan, Ends
    from qdrill.drill.runner import DrillOutcome

SOURCE = f"{STORE}/{collection.NAME}"
TARGET = f"{STORE}/{RESTORED}"
# A megabyte is one chunk, and one chunk is no progress to look at.
PAGE_ROWS = 16
# A damaged target never answers rightly; nobody wants to watch the wait for it.
RECOVERY_SECONDS = 1.0


def demo_config(directory: Path, language: Lang | None) -> Config:
    """The configuration of a walkthrough in `directory`: one store, one drill, BM25 for texts."""
    return Config(
        artifacts=directory / "artifacts",
        stores={STORE: StoreConfig(STORE, path=demo_store(directory).path)},
        embedders={"bm25": EmbedderConfig("bm25", "bm25")},
        drills=(demo_drill(),),
        console=ConsoleConfig(language=language),
    )


def demo_drill() -> DrillConfig:
    """The drill of the walkthrough."""
    return DrillConfig(
        name="demo",
        source=SOURCE,
        target=TARGET,
        operator="demo",
        objectives=Objectives(rto_seconds=60.0, rpo_seconds=3600.0),
        searches=(
            SearchConfig(text=collection.QUERY, top_k=3, embedder="bm25", vector=collection.SPARSE),
            SearchConfig(random=5, top_k=10, vector=collection.DENSE),
        ),
    )


class DemoEngine(LiveEngine):
    """`LiveEngine` for a directory of its own.

    Args:
        sabotage: damage the target of every drill after its restore, as `qdrill.demo.sabotage` does.

    Attributes:
        pacing: holds and throttles the drills.
        points: of the sample collection, once `prepare` has made it.
    """

    def __init__(
        self, directory: Path, environ: Mapping[str, str], *, sabotage: bool = False, language: Lang | None = None
    ) -> None:
        self._config = demo_config(directory, language)
        self.sabotage, self.pacing, self.points = sabotage, Pacing(), 0
        super().__init__(None, environ)

    def load(self) -> Config:
        """The configuration of the walkthrough."""
        return self._config

    def prepare(self) -> None:
        """Make the sample collection anew, and take away what an earlier walkthrough restored.

        Raises:
            StoreError: the collection cannot be made, or another process has it open.
        """
        with Session(self._config, {}, JobControl()) as session:
            store = session.store(self._config.stores[STORE])
            restored = store.writer(RESTORED)
            if restored.exists():
                restored.delete()
            self.points = collection.make_collection(store.writer(collection.NAME), session.control)

    def drill(
        self, drill: DrillConfig, replace: str | None, control: JobControl, emit: Emit, *, resume: bool = False
    ) -> DrillOutcome:
        """Run a drill at the pace of the captions, to a record that says `simulated`."""
        from qdrill.demo.sabotage import damage
        from qdrill.drill.runner import run_drill
        from qdrill.drill.start import make_plan, open_ends

        paced = self.pacing.around(control, emit)
        with Session(self._config, {}, control, paced) as session:
            control.throttle(drill.delay_ms_per_point)
            plan = _demo_plan(make_plan(session, drill, replace=replace))
            ends = _in_small_pages(open_ends(session, drill), self._config)
            try:
                # The damage is made for the sample collection; a drill put together by hand may have another source.
                damaged = self.sabotage and ends.source_address == SOURCE
                return run_drill(changed(plan, resume=resume), ends, control, paced, damage if damaged else None)
            finally:
                ends.source.close()


def _demo_plan(plan: DrillPlan) -> DrillPlan:
    """The plan, with nothing in it that tells about the machine: what is recorded here is shown to others."""
    who = changed(plan.who, host="localhost")
    return changed(plan, who=who, origin="simulated", recovery_seconds=RECOVERY_SECONDS)


def _in_small_pages(ends: Ends, config: Config) -> Ends:
    from qdrill.console.walkthrough.pages import small_pages

    path = config.stores[STORE].path
    if path is None or ends.source_address != SOURCE:
        return ends
    return changed(ends, source=small_pages(path, collection.NAME, PAGE_ROWS))
