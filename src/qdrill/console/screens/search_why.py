"""Why an action of the Search screen cannot be done now, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qdrill.console.panels.search_query import MOST_HITS
from qdrill.console.screens.why import first_reason

if TYPE_CHECKING:
    from qdrill.console.screens.search import SearchScreen

_ANSWERED = ("search.json", "search.keep")
_HIT = ("search.like", "search.open")
_SOURCE = ("search.random", "search.vector", "search.like")


def why_not(screen: SearchScreen, identifier: str) -> str | None:
    """The reason in the app's language; None when it can be done."""
    embedders, kept = len(screen.engine.config.embedders), screen.kept
    reasons = (
        ("no_source", identifier in _SOURCE and not screen.places.source),
        ("no_answer", identifier in _ANSWERED and screen.reply is None),
        ("not_asking", identifier == "search.cancel" and screen.asking is None),
        ("no_hit", identifier in _HIT and screen.selected is None),
        ("no_embedders", identifier == "search.embedder" and not embedders),
        ("one_embedder", identifier == "search.embedder" and embedders == 1),
        ("most", identifier == "search.more" and screen.wish.top_k >= MOST_HITS),
        ("least", identifier == "search.fewer" and screen.wish.top_k <= 1),
        ("kept", identifier == "search.keep" and kept is not None and kept.reply is screen.reply),
    )
    key = first_reason(reasons)
    return screen.say(f"search.why.{key}", n=MOST_HITS) if key else None
