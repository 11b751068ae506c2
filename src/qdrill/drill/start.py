"""From a drill of the configuration to a running one: what the command line and the console both call."""

from __future__ import annotations

from dataclasses import replace as changed
from pathlib import Path
from typing import TYPE_CHECKING

from qdrill import units
from qdrill.address import Address, parse_address, same_place
from qdrill.config_model import DrillConfig
from qdrill.drill.from_config import plan_from_config
from qdrill.drill.plan import DrillPlan, Ends
from qdrill.drill.preflight import refusal, refuse_what_cannot_be
from qdrill.drill.refusal import record_refusal
from qdrill.errors import Interrupted, StoreError, UsageError

if TYPE_CHECKING:
    from qdrill.drill.runner import DrillOutcome
    from qdrill.session import Session


def make_plan(
    session: Session,
    drill: DrillConfig,
    *,
    connections: int | None = None,
    replace: str | None = None,
    readme: Path | None = None,
    run_url: str = "",
    optimize_seconds: float | None = None,
) -> DrillPlan:
    """The plan of a drill; no store is asked.

    Args:
        connections: requests under way at once; None leaves it to the source's store.
        replace: name of an existing target that may be deleted first.
        readme: file whose "Backup Signals" block is brought up to date.
        run_url: what that block links to; empty: the record.
        optimize_seconds: longest wait for the optimizer; None takes the plan's default.

    Raises:
        UsageError: an address or an embedder cannot be used, or source and target are one place.
    """
    source, target = _addresses(session, drill)
    if same_place(source, target):
        raise UsageError(f"source {source} and target {target} are one place; name another target with --target")
    if drill.method != "rows":
        raise UsageError(f'drill {drill.name}: method {drill.method} is not built yet; use method = "rows"')
    lanes = session.lanes(source, connections)
    plan = plan_from_config(session.config, drill, source.collection, lanes, session.embedder)
    if optimize_seconds is not None:
        plan = changed(plan, optimize_seconds=optimize_seconds)
    return changed(plan, replace=replace, readme=readme, run_url=run_url)


def open_ends(session: Session, drill: DrillConfig) -> Ends:
    """The two ends of a drill, opened.

    Raises:
        UsageError: the target's store is guarded. StoreError: not reachable.
    """
    source, target = _addresses(session, drill)
    writer, reader = session.target_writer(target), session.reader(source)
    return Ends(
        source=reader,
        target=writer,
        source_address=str(source),
        target_address=str(target),
        source_store=source.store.label,
        target_store=target.store.label,
        target_collection=target.collection,
        target_version=session.store(target.store.config).version(),
    )


def start_drill(session: Session, drill: DrillConfig, plan: DrillPlan) -> DrillOutcome:
    """Run a drill to its end; `session.control` steers it, its events go to `session.emit`.

    One that cannot even begin leaves a record too, and no older green summary in its place.

    Raises:
        UsageError: the drill may not run. StoreError: an end cannot be reached. Interrupted: cancelled before it
            began. OutputError: the record cannot be written.
    """
    from qdrill.drill.runner import run_accepted

    session.control.throttle(drill.delay_ms_per_point)
    try:
        ends = open_ends(session, drill)
        refuse_what_cannot_be(ends, plan.replace)
    except (UsageError, StoreError, Interrupted) as error:
        # What fails while connections are being cut says nothing about the ends.
        why = Interrupted("interrupted before the drill began") if session.control.cancelled else error
        record_refusal(plan, drill.source, drill.target, why)
        raise why from None
    return run_accepted(plan, ends, session.control, session.emit)


def dry_run(plan: DrillPlan, ends: Ends) -> tuple[tuple[str, str], ...]:
    """What a drill would do, as (step, words); nothing is written. Raises StoreError."""
    count = ends.source.count()
    points = "an unknown number of" if count is None else units.count(count)
    return (
        ("drill", plan.name),
        ("preflight", f"read {ends.source_address} ({points} points); nothing is written"),
        ("backup", f"write {plan.archive} over {plan.lanes} connections"),
        ("restore", f"{ends.target_address}: {_restore_words(plan, ends)}"),
        (
            "validate",
            f"{units.plural(len(plan.searches), 'sample search', 'sample searches')}, points compared: {plan.level}",
        ),
        ("record", f"{plan.drills}/ID/drill.toml, {plan.ci_summary}" + (f", {plan.readme}" if plan.readme else "")),
        ("afterwards", "delete the target, if this drill made it" if plan.delete_target else "keep the target"),
    )


def _restore_words(plan: DrillPlan, ends: Ends) -> str:
    if why := refusal(ends, plan.replace):
        return f"REFUSED: {why}"
    first = f"delete {ends.target_address}, then create it anew" if ends.target.exists() else "create it"
    return f"{first}; load every row, indexes, settings"


def _addresses(session: Session, drill: DrillConfig) -> tuple[Address, Address]:
    return parse_address(drill.source, session.config), parse_address(drill.target, session.config)
