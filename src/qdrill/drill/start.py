"""From a drill of the configuration to a running one: what the command line and the console both call."""

from __future__ import annotations

from dataclasses import replace as changed
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from qdrill import units
from qdrill.address import Address, parse_address, same_place
from qdrill.config_model import DrillConfig, Method
from qdrill.drill import preflight
from qdrill.drill.broken_off import count_anew
from qdrill.drill.from_config import plan_from_config
from qdrill.drill.one_shard import one_shard_words
from qdrill.drill.plan import DrillPlan, Ends, SnapshotEnds, searches_for
from qdrill.drill.refusal import record_refusal
from qdrill.drill.restore_aliases import planned_words
from qdrill.drill.snapshot_rules import refuse_embedded, snapshot_refusal
from qdrill.errors import Interrupted, StoreError, UsageError
from qdrill.signals.plan import signal_plan

if TYPE_CHECKING:
    from qdrill.drill.runner import DrillOutcome
    from qdrill.session import Session
    from qdrill.signals.rag_api import RagApi

_LOADING: dict[Method, str] = {
    "rows": "load every row, indexes, settings",
    "snapshot": "upload the snapshot",
    "rag_api": "import every row through the RAG API, then indexes, settings",
}


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
        UsageError: an address or an embedder cannot be used, source and target are one place, or a store has no
            snapshots.
    """
    source, target = _addresses(session, drill)
    if same_place(source, target):
        raise UsageError(f"source {source} and target {target} are one place; name another target with --target")
    if drill.method == "snapshot":
        refuse_embedded(source.store.config)
        refuse_embedded(target.store.config)
    lanes = session.lanes(source, connections)
    plan = plan_from_config(
        session.config, drill, source.collection, lanes, session.embedder, partial(_rag_api, session)
    )
    if optimize_seconds is not None:
        plan = changed(plan, optimize_seconds=optimize_seconds)
    signals = signal_plan(session.config, session.environ, drill)
    return changed(plan, replace=replace, readme=readme, run_url=run_url, signals=signals)


def _rag_api(session: Session) -> RagApi | None:
    from qdrill.signals.rag_api import RagApi

    config = session.config.rag_api
    return RagApi(config, session.environ, session.control) if config is not None else None


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
        snapshots=_snapshots(session, source, reader.name, target) if drill.method == "snapshot" else None,
        recount=partial(count_anew, session, target),
    )


def _snapshots(session: Session, source: Address, collection: str, target: Address) -> SnapshotEnds:
    from qdrill.stores.server_snapshots import snapshots_of

    return SnapshotEnds(
        source=snapshots_of(session.store(source.store.config), collection),
        target=snapshots_of(session.store(target.store.config), target.collection),
    )


def why_refused(plan: DrillPlan, ends: Ends) -> str:
    """Why a drill between these ends may not run, in one line with the way out; empty where it may."""
    why = preflight.refusal(ends, plan.replace)
    if why or plan.method == "rows":
        return why
    if plan.method == "snapshot":
        return snapshot_refusal(ends)
    from qdrill.drill.rag_restore import why_not_through

    return why_not_through(ends.source.info().data, ends.source_address)


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
        if refused := why_refused(plan, ends):
            raise UsageError(refused)
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
        ("backup", _backup_words(plan)),
        ("restore", f"{ends.target_address}: {_restore_words(plan, ends)}"),
        *_aliases(plan, ends),
        *_settings(ends),
        *_metrics(plan),
        (
            "validate",
            f"{units.plural(_searches(plan, ends), 'sample search', 'sample searches')}, points compared: {plan.level}",
        ),
        ("record", f"{plan.drills}/ID/drill.toml, {plan.ci_summary}" + (f", {plan.readme}" if plan.readme else "")),
        ("afterwards", "delete the target, if this drill made it" if plan.delete_target else "keep the target"),
    )


def _aliases(plan: DrillPlan, ends: Ends) -> tuple[tuple[str, str], ...]:
    """What becomes of the source's aliases, where the drill is to bring them back."""
    if not plan.aliases:
        return ()
    return (("aliases", planned_words(ends.target, ends.target_collection, ends.source.aliases())),)


def _settings(ends: Ends) -> tuple[tuple[str, str], ...]:
    """What of the source's settings cannot come back, where something cannot."""
    why = one_shard_words(ends.source.info().data, ends.target_version)
    return (("settings", why),) if why else ()


def _metrics(plan: DrillPlan) -> tuple[tuple[str, str], ...]:
    """What is asked beside the stores; nothing where nothing is configured."""
    named = [one.name for one in plan.signals.endpoints]
    endpoints = [f"{', '.join(named)} before and after the restore"] if named else []
    prometheus = ["Prometheus over the drill's window"] if plan.signals.prometheus is not None else []
    return (("metrics", "read " + "; ask ".join(endpoints + prometheus)),) if endpoints or prometheus else ()


def _searches(plan: DrillPlan, ends: Ends) -> int:
    """Sample searches of the drill; random points count one by one."""
    searches = searches_for(plan.searches, ends.source.info(), ends.source.name)
    return sum(search.number if search.kind == "random" else 1 for search in searches)


def _backup_words(plan: DrillPlan) -> str:
    if plan.method == "snapshot":
        return f"have the server make a snapshot, write {plan.archive}, delete the snapshot on the server"
    return f"write {plan.archive} over {plan.lanes} connections"


def _restore_words(plan: DrillPlan, ends: Ends) -> str:
    if why := why_refused(plan, ends):
        return f"REFUSED: {why}"
    first = f"delete {ends.target_address}, then create it anew" if ends.target.exists() else "create it"
    return f"{first}; {_LOADING[plan.method]}"


def _addresses(session: Session, drill: DrillConfig) -> tuple[Address, Address]:
    return parse_address(drill.source, session.config), parse_address(drill.target, session.config)
