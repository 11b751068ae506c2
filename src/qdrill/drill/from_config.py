"""From what is configured to the plan of a drill."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from qdrill.address import parse_address, same_store
from qdrill.config_model import Config, DrillConfig, SearchConfig
from qdrill.drill.plan import DrillPlan
from qdrill.drill.search_plan import SearchSpec
from qdrill.drill.snapshot_rules import snapshot_file
from qdrill.embedders.base import Embedder
from qdrill.errors import UsageError
from qdrill.names import default_archive
from qdrill.records.build import who_here

if TYPE_CHECKING:
    from qdrill.signals.rag_api import RagApi

# A recovery may take longer than its objective and must still be measured.
_RECOVERY_PER_RTO = 2.0
_SHORTEST_RECOVERY = 60.0
_TWO_QDRANTS = (
    "source and target are in two stores, and the RAG API serves one Qdrant; search by an embedder, or restore into "
    "the source's store"
)


def plan_from_config(
    config: Config,
    drill: DrillConfig,
    collection: str,
    lanes: int,
    open_embedder: Callable[[str], Embedder],
    open_rag_api: Callable[[], RagApi | None] = lambda: None,
) -> DrillPlan:
    """The plan of `drill`.

    Args:
        collection: name of the source collection, for the archive's default name.
        open_embedder: opens `[embedders.NAME]`.
        open_rag_api: opens `[rag_api]`; gives None where it is not configured.

    Raises:
        UsageError: an embedder's or the RAG API's settings cannot work, or a snapshot's file has another name than it
            must have.
    """
    archive = drill.archive or default_archive(config.artifacts, collection)
    if drill.method == "snapshot":
        archive = snapshot_file(config.artifacts, collection, drill.archive)
    searches = _searches(config, drill)
    rag_api = open_rag_api() if drill.method == "rag_api" or any(spec.via for spec in searches) else None
    if rag_api is None and drill.method == "rag_api":
        raise UsageError("method rag_api needs the RAG API; add [rag_api] with its url to drills.toml")
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
        rag_api=rag_api,
        level=drill.level,
        lanes=lanes,
        aliases=drill.aliases,
        delete_target=drill.after == "delete",
        payload_time_field=drill.payload_time_field,
        recovery_seconds=max(_SHORTEST_RECOVERY, _RECOVERY_PER_RTO * rto),
    )


def _searches(config: Config, drill: DrillConfig) -> tuple[SearchSpec, ...]:
    specs = [spec for search in drill.searches for spec in search_specs(search)]
    if not any(spec.via for spec in specs):
        return tuple(specs)
    source, target = parse_address(drill.source, config), parse_address(drill.target, config)
    problem = "" if same_store(source, target) else _TWO_QDRANTS
    return tuple(replace(spec, problem=problem) if spec.via else spec for spec in specs)


def search_specs(search: SearchConfig) -> Iterator[SearchSpec]:
    """One `[[drill.search]]` as the planner of searches takes it: two where it names an embedder and a service."""
    spec = _spec(search)
    if search.embedder is not None or search.via is None:
        yield spec
    if search.via is not None:
        yield replace(spec, embedder="", via=search.via)


def _spec(search: SearchConfig) -> SearchSpec:
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
    texts = [search for search in searches if search.kind == "text" and not search.via]
    named = {search.embedder for search in texts if search.embedder}
    if any(not search.embedder for search in texts):
        named |= config.embedders.keys()
    return {name: open_embedder(name) for name in sorted(named)}
