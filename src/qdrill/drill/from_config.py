"""From what is configured to the plan of a drill."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from qdrill.config_model import Config, DrillConfig, SearchConfig
from qdrill.drill.plan import DEFAULT_SEARCHES, DrillPlan
from qdrill.drill.search_plan import SearchSpec
from qdrill.drill.snapshot_rules import snapshot_file
from qdrill.embedders.base import Embedder
from qdrill.names import default_archive
from qdrill.records.build import who_here

# A recovery may take longer than its objective and must still be measured.
_RECOVERY_PER_RTO = 2.0
_SHORTEST_RECOVERY = 60.0


def plan_from_config(
    config: Config, drill: DrillConfig, collection: str, lanes: int, open_embedder: Callable[[str], Embedder]
) -> DrillPlan:
    """The plan of `drill`.

    Args:
        collection: name of the source collection, for the archive's default name.
        open_embedder: opens `[embedders.NAME]`.

    Raises:
        UsageError: an embedder's settings cannot work, or a snapshot's file has another name than it must have.
    """
    archive = drill.archive or default_archive(config.artifacts, collection)
    if drill.method == "snapshot":
        archive = snapshot_file(config.artifacts, collection, drill.archive)
    searches = tuple(search_spec(search) for search in drill.searches) or DEFAULT_SEARCHES
    rto = drill.objectives.rto_seconds or 0.0
    return DrillPlan(
        name=drill.name,
        method=drill.method,
        archive=archive,
        drills=config.artifacts / "drills",
        ci_summary=config.artifacts / "metrics" / "ci_summary.txt",
        who=who_here(drill.operator, ticket=drill.ticket),
        objectives=drill.objectives,
        searches=searches,
        embedders=_embedders(config, searches, open_embedder),
        level=drill.level,
        lanes=lanes,
        aliases=drill.aliases,
        delete_target=drill.after == "delete",
        payload_time_field=drill.payload_time_field,
        recovery_seconds=max(_SHORTEST_RECOVERY, _RECOVERY_PER_RTO * rto),
    )


def search_spec(search: SearchConfig) -> SearchSpec:
    """One `[[drill.search]]` as the planner of searches takes it."""
    if search.text is not None:
        spec = SearchSpec("text", text=search.text)
    elif search.point is not None:
        spec = SearchSpec("id", point=search.point)
    elif search.query_vector is not None:
        spec = SearchSpec("vector", vector=search.query_vector)
    else:
        spec = SearchSpec("random", number=search.random or 1)
    return replace(spec, top_k=search.top_k, using=search.vector or "", embedder=search.embedder or "")


def _embedders(
    config: Config, searches: tuple[SearchSpec, ...], open_embedder: Callable[[str], Embedder]
) -> Mapping[str, Embedder]:
    """The embedders that the searches name; where one names none, all there are, for the planner to choose."""
    texts = [search for search in searches if search.kind == "text"]
    named = {search.embedder for search in texts if search.embedder}
    if any(not search.embedder for search in texts):
        named |= config.embedders.keys()
    return {name: open_embedder(name) for name in sorted(named)}
