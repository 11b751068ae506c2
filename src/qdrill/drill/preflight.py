"""The preflight: may this drill run at all, and what does it start from? Nothing is written."""

from __future__ import annotations

from dataclasses import dataclass

from qdrill.drill.alike import Named, why_source
from qdrill.drill.backup import refuse_custom_sharding
from qdrill.drill.plan import Ends
from qdrill.drill.ranges import count_points
from qdrill.drill.restore_target import other_name
from qdrill.errors import UsageError
from qdrill.names import terminal_text
from qdrill.results import Place
from qdrill.stores.base import CollectionInfo, UpdateMarks


@dataclass(frozen=True, slots=True)
class Preflight:
    """What the drill starts from."""

    source: Place
    target: Place
    info: CollectionInfo
    points: int
    marks: UpdateMarks | None
    status: str
    has_vectors: bool


def refuse_what_cannot_be(ends: Ends, replace: str | None) -> None:
    """Stop before the drill exists: a target that is the source, or that is there already.

    Raises:
        UsageError: one line, with the way out.
    """
    if why := refusal(ends, replace):
        raise UsageError(why)


def refusal(ends: Ends, replace: str | None) -> str:
    """Why a drill between these ends may not run, in one line with the way out; empty where it may."""
    if not ends.target.exists():
        return ""
    shown, reader = terminal_text(ends.target_address), ends.target.reader
    if reader.identity() == ends.source.identity() or _is_alias_of_source(ends):
        target, source = Named(ends.target_address, ends.target_store), Named(ends.source_address, ends.source_store)
        what = f"the source {terminal_text(ends.source_address)}"
        return f"the target {why_source(target, source, reader.identity(), what=what, stage='drill')}"
    if replace is not None and replace != reader.name:
        return f"the target {other_name(shown, replace)}"
    if replace is None:
        return (
            f"the target {shown} exists; name another target with --target, or let it be deleted first with "
            f"--replace and the collection's name"
        )
    return ""


def _is_alias_of_source(ends: Ends) -> bool:
    same_store = ends.source.identity().rpartition("/")[0] == ends.target.reader.identity().rpartition("/")[0]
    return same_store and ends.target.reader.name in ends.source.aliases()


def look(ends: Ends) -> Preflight:
    """Read what the drill starts from.

    Raises:
        StoreError: an end cannot be reached. UsageError: a collection that cannot be backed up by rows.
    """
    ends.target.prepare()
    info = ends.source.info()
    refuse_custom_sharding(ends.source, info)
    params = info.data.get("config", {}).get("params", {})
    return Preflight(
        source=Place(
            ends.source_address, ends.source_store, ends.source.name, ends.source.version(), ends.source.aliases()
        ),
        target=Place(ends.target_address, ends.target_store, ends.target_collection, ends.target_version),
        info=info,
        points=count_points(ends.source),
        marks=ends.source.update_marks(),
        status=str(info.data.get("status", "unknown")),
        has_vectors=bool(params.get("vectors") or params.get("sparse_vectors")),
    )
