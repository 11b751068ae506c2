"""The RAG API's own preflight, asked of the target: does the restored collection give contexts to answer from?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from qdrill.drill.rag_search import strangers
from qdrill.drill.search_plan import PlannedSearch
from qdrill.errors import Interrupted, QdrillError
from qdrill.names import one_line
from qdrill.results import Check, State
from qdrill.signals.rag_answers import Preflight
from qdrill.stores.base import CollectionReader

NAME = "rag_preflight"
EXPECTED = "the RAG API finds contexts in the target for every query"
_LISTED = 20


def preflight_checks(searches: Sequence[PlannedSearch], target: CollectionReader) -> Iterator[Check]:
    """One check over all searches that go through the RAG API; none where no search does.

    pass: ok, with at least one context, for every query. fail: not ok, or no context, which is also what a missing
    collection gives. inconclusive: the API cannot be asked, or answers from another collection. Raises Interrupted.
    """
    asked = [search for search in searches if search.via]
    if not asked:
        return
    found = [(search, *_ask(search, target)) for search in asked]
    wrong = [(search, state, words) for search, state, words in found if state != "pass"]
    if not wrong:
        contexts = found[0][2]
        seen = contexts if len(found) == 1 else f"{len(found)} of {len(found)} queries find contexts"
        yield Check(NAME, "pass", EXPECTED, seen)
        return
    state: State = "fail" if any(one == "fail" for _, one, _ in wrong) else "inconclusive"
    first, _, words = next(one for one in wrong if one[1] == state)
    seen = f"{len(found) - len(wrong)} of {len(found)} queries find contexts; {first.name}: {words}"
    yield Check(NAME, state, EXPECTED, seen, tuple(search.name for search, _, _ in wrong[:_LISTED]))


def _ask(search: PlannedSearch, target: CollectionReader) -> tuple[State, str]:
    if search.service is None:
        return "inconclusive", search.reason
    try:
        found = search.service.preflight(search.text, target.name, search.top_k)
        return _judge(found, target)
    except Interrupted:
        raise
    except QdrillError as error:
        return "inconclusive", str(error)


def _judge(found: Preflight, target: CollectionReader) -> tuple[State, str]:
    if not found.ok:
        return "fail", f"not ok: {found.error or 'no reason given'}"
    if found.contexts == 0:
        return "fail", "ok, and no context; so it answers for a missing collection, too"
    if lacking := strangers(found.sources, target):
        return "inconclusive", f"its contexts are of points that the target does not hold ({one_line(str(lacking[0]))})"
    contexts = "1 context" if found.contexts == 1 else f"{found.contexts} contexts"
    return "pass", contexts if found.max_score is None else f"{contexts}, best score {found.max_score:.4f}"
