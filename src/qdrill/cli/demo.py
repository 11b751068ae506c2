"""`qdrill demo`: the whole drill on one machine, with sample data and no server."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qdrill.cli import drill_view, output
from qdrill.cli.context import AppContext
from qdrill.cli.options import pass_app, shared_options

if TYPE_CHECKING:
    from qdrill.drill.plan import DrillPlan, Ends

_HEADLESS = "Plain lines, no console (this version has no other way)."


@click.command()
@click.option("--headless", is_flag=True, help=_HEADLESS)
@click.option("--sabotage", is_flag=True, help="Damage the restored collection in three places: the drill must fail.")
@click.option(
    "--dir",
    "directory",
    type=click.Path(path_type=Path),
    default=Path(".qdrill/demo"),
    show_default=True,
    help="Where collections, archive and records of the demonstration live.",
)
@click.option("--lang", type=click.Choice(["en", "zh"]), help="Language of the record shown (default: by LANG).")
@shared_options
@pass_app
def demo(app: AppContext, *, headless: bool, sabotage: bool, directory: Path, lang: str | None) -> int:  # noqa: ARG001
    """Drill a bilingual help-desk collection on the embedded engine.

    Makes the collection, backs it up, restores it beside itself, compares every
    point, searches for 登录 on both sides, and prints the record. With --sabotage
    three small damages are done after the backup; the drill names each and fails.
    """
    from qdrill.demo.sabotage import DONE, damage
    from qdrill.drill.runner import run_drill

    plan, ends = _prepare(app, directory)
    if sabotage:
        for one in DONE:
            app.note(f"sabotage after the backup: point {one.point}: {one.words}")
    outcome = run_drill(plan, ends, app.control, app.emit, damage if sabotage else None)
    app.settle()
    if app.json:
        output.emit_json(drill_view.as_document(outcome))
        return int(outcome.exit_code)
    chosen = lang or ("zh" if os.environ.get("LANG", "").lower().startswith("zh") else "en")
    output.write(drill_view.template(outcome.record, "zh" if chosen == "zh" else "en"))
    output.write(drill_view.as_text(outcome, app.colour))
    return int(outcome.exit_code)


def _prepare(app: AppContext, directory: Path) -> tuple[DrillPlan, Ends]:
    """Make the sample collection and the plan of its drill."""
    from qdrill.config_model import StoreConfig
    from qdrill.demo import collection
    from qdrill.drill.plan import DrillPlan, Ends
    from qdrill.drill.results import Objectives
    from qdrill.drill.search_plan import SearchSpec
    from qdrill.names import default_archive
    from qdrill.records.build import who_here

    store = app.store(StoreConfig(name="demo", path=directory / "store"))
    points = collection.make_collection(store.writer(collection.NAME), app.control)
    app.note(f"sample collection demo/{collection.NAME}: {points} entries, Chinese and English")
    restored = f"{collection.NAME}_restored"
    target = store.writer(restored)
    artifacts = directory / "artifacts"
    plan = DrillPlan(
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
        embedders={"bm25": collection.open_words(app.control)},
        replace=restored if target.exists() else None,
        origin="simulated",
        recovery_seconds=1.0,
    )
    ends = Ends(
        source=store.reader(collection.NAME),
        target=target,
        source_address=f"demo/{collection.NAME}",
        target_address=f"demo/{restored}",
        source_store="demo",
        target_store="demo",
        target_collection=restored,
        target_version=store.version(),
    )
    return plan, ends
