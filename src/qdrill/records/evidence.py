"""Responses of searches, one JSON file each, both sides beside each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from qdrill.files import write_text
from qdrill.records.build import search_path
from qdrill.records.text import json_text
from qdrill.results import DrillResult, Hit, SearchOutcome
from qdrill.rows.clip import payload_evidence

SCHEMA = "qdrill.search/1"


def write_searches(directory: Path, result: DrillResult) -> None:
    """Write `evidence/search-<n>.json` for each sample search; raises OutputError."""
    for number, search in enumerate(result.searches, 1):
        write_text(directory / search_path(number), render_search(result, search))


def render_search(result: DrillResult, search: SearchOutcome) -> str:
    """One sample search of a drill as a JSON document."""
    return search_document(result.id, search, result.source.address, result.target.address)


def search_document(
    drill: str,
    search: SearchOutcome,
    source: str,
    target: str | None,
    *,
    more: Mapping[str, Any] | None = None,
) -> str:
    """A search with both answers as a JSON document; a number that is not finite is written as text.

    Args:
        drill: the drill's id.
        source: address of the collection asked first.
        target: address of the one beside it; None where one alone was asked.
        more: keys to add.
    """
    document = {
        "schema": SCHEMA,
        "drill": drill,
        **(more or {}),
        "query": search.name,
        "kind": search.kind,
        "using": search.using,
        "top_k": search.top_k,
        "state": search.state,
        "reason": search.reason,
        "overlap_at_k": search.overlap,
        "same_order": search.same_order,
        "max_score_change": search.max_score_change,
        "source": _side(source, search.source_ms, search.source_hits),
        "target": target and _side(target, search.target_ms, search.target_hits),
    }
    return json_text(document, indent=2) + "\n"


def _side(address: str, milliseconds: float | None, hits: Sequence[Hit]) -> dict[str, Any]:
    return {
        "address": address,
        "milliseconds": milliseconds,
        "hits": [{"id": hit.id, "score": hit.score, **payload_evidence(hit)} for hit in hits],
    }
