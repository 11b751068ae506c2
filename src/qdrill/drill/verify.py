"""Are these two the same? Any two places, each a collection or an archive, compared point by point."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, get_args

from qdrill.address import Address, ArchivePath, parse_place
from qdrill.drill.archive_collection import ArchiveCollection
from qdrill.drill.compare import CompareOptions, compare
from qdrill.drill.places import Place, likeness, two_places
from qdrill.drill.sides import ArchiveSide, CollectionSide, Side
from qdrill.errors import UsageError
from qdrill.results import CompareResult, DifferenceClass, Level, SearchOutcome, Verdict

if TYPE_CHECKING:
    from qdrill.session import Session
    from qdrill.stores.base import CollectionReader

# Two files are compared by digest and bytes, which more threads than processors only slow down.
_LANES_OF_ARCHIVES = 2


@dataclass(frozen=True, slots=True)
class Verification:
    """What a comparison found. `left` and `right` name the places, harmless on a terminal.

    Attributes:
        partial: why an archive on either side is known not to hold all of its source; it cannot pass then.
        notes: what else to know of the two places, a line each.
    """

    left: str
    right: str
    result: CompareResult
    searches: tuple[SearchOutcome, ...]
    verdict: Verdict
    partial: str = ""
    notes: tuple[str, ...] = ()


def verify_places(
    session: Session,
    left: str,
    right: str,
    *,
    level: Level = "full",
    searches: int = 0,
    ignore_config: bool = False,
    connections: int | None = None,
) -> Verification:
    """Compare two places; `missing` points are only on the left, `extra` ones only on the right.

    Args:
        left, right: a collection address or the path of an archive each.
        searches: how many random points of the left to search by on both sides too; both must be collections.
        connections: requests under way at once; None leaves it to the store's configuration.

    Raises:
        UsageError: both are one place, or an archive is to answer searches.
        ArchiveError: an archive is damaged or has no manifest. NotFound, Refused, StoreError, Interrupted.
    """
    ours, theirs = parse_place(left, session.config), parse_place(right, session.config)
    if searches:
        _refuse_archives(ours, theirs)
    options = CompareOptions(level, _lanes(session, ours, theirs, connections), not ignore_config)
    with two_places(session, ours, theirs) as (mine, other):
        result = compare(_side(mine), other, options, session.control, session.emit)
        outcomes = _random_searches(session, mine, other, searches) if searches else ()
        note, partial = likeness(session, ours, theirs, mine, other), _partial(mine) or _partial(other)
    verdict = verdict_of(result, outcomes)
    if partial and verdict == "pass":
        verdict = "inconclusive"
    return Verification(str(ours), str(theirs), result, outcomes, verdict, partial, (note,) if note else ())


def _partial(reader: CollectionReader) -> str:
    return reader.archive.manifest.partial if isinstance(reader, ArchiveCollection) else ""


def verdict_of(result: CompareResult, outcomes: Sequence[SearchOutcome]) -> Verdict:
    """That of the comparison, unless a search is worse; what could not be asked is no pass."""
    states = {outcome.state for outcome in outcomes}
    if result.verdict == "fail" or "fail" in states:
        return "fail"
    return "inconclusive" if states - {"pass"} else result.verdict


def verification_document(found: Verification) -> dict[str, Any]:
    """The result as one JSON document: what `qdrill verify --json` prints."""
    from qdrill.drill.search import outcome_evidence

    result = found.result
    return {
        "verdict": found.verdict,
        "compared": result.compared,
        "equal": result.equal,
        **{kind: getattr(result, kind) for kind in get_args(DifferenceClass)},
        "config": [asdict(one) for one in result.config],
        "differences": [{"id": one.id, "class": one.kind, "detail": one.detail} for one in result.differences],
        "left": found.left,
        "right": found.right,
        "left_points": result.left_points,
        "right_points": result.right_points if result.right_points >= 0 else None,
        "level": result.level,
        "seconds": round(result.seconds, 6),
        "searches": [outcome_evidence(one) for one in found.searches],
        "partial": found.partial,
        "notes": list(found.notes),
    }


def _refuse_archives(left: Place, right: Place) -> None:
    for place, side in ((left, "A"), (right, "B")):
        if isinstance(place, ArchivePath):
            raise UsageError(
                f"searches are asked of both sides, and {place} is an archive; name a collection as {side}"
            )


def _lanes(session: Session, left: Place, right: Place, asked: int | None) -> int:
    for place in (right, left):
        if isinstance(place, Address):
            return session.lanes(place, asked)
    return asked or _LANES_OF_ARCHIVES


def _side(reader: CollectionReader) -> Side:
    return ArchiveSide(reader.archive) if isinstance(reader, ArchiveCollection) else CollectionSide(reader)


def _random_searches(
    session: Session, ours: CollectionReader, theirs: CollectionReader, number: int
) -> tuple[SearchOutcome, ...]:
    from qdrill.drill.search import run_searches
    from qdrill.drill.search_plan import SearchSpec, plan_searches

    spec = SearchSpec("random", number=number)
    planned = plan_searches([spec], ours, {}, seed=secrets.randbits(32), emit=session.emit)
    return run_searches(planned, ours, theirs, min_overlap=1.0, emit=session.emit, control=session.control)
