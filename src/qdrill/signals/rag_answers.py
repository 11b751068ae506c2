"""What the RAG API answers, read into frozen values. Pure: no network. A wrong shape is a SignalError, never a guess.

Shapes are those recorded in tests/data/wire/rag-api.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeGuard

from qdrill.errors import SignalError
from qdrill.names import one_line
from qdrill.results import Hit, PointId

_LARGEST_ID = (1 << 64) - 1
_SHOWN = 60
_MARKUP = ("<!doctype", "<html")


@dataclass(frozen=True, slots=True)
class Preflight:
    """What `POST /api/v1/rag/preflight` says of one query.

    Attributes:
        ok: the service's own word; it is true for a missing collection, with no contexts.
        contexts: passages found.
        length: their length together, in characters.
        max_score, avg_score: of what was retrieved; None where nothing was.
        error: why not ok, one line.
        sources: what was retrieved, where the service tells.
    """

    ok: bool
    contexts: int
    length: int
    max_score: float | None
    avg_score: float | None
    error: str = ""
    sources: tuple[Hit, ...] = ()


@dataclass(frozen=True, slots=True)
class LineError:
    """A line of an import that the service did not take; lines count from 1."""

    line_no: int
    error: str


@dataclass(frozen=True, slots=True)
class ImportAnswer:
    """What `POST /collections/import` says it did; what the collection holds is another question."""

    imported: int
    total_lines: int
    skipped: int
    conflicts_skipped: int
    batches: int
    errors: tuple[LineError, ...] = ()


def read_matches(body: bytes, collection: str, label: str) -> tuple[Hit, ...]:
    """The matches of a search of `collection`, best first; empty where nothing was found, or nothing is there.

    Raises:
        SignalError: no such answer, or one about another collection.
    """
    answer = _answer_about(body, collection, label)
    matches = answer.get("matches")
    if not isinstance(matches, list):
        raise unusable(label, "has no list of matches")
    return tuple(_hit(match, number, label) for number, match in enumerate(matches, start=1))


def read_preflight(body: bytes, collection: str, label: str) -> Preflight:
    """The preflight's answer; raises SignalError as `read_matches`."""
    answer = _answer_about(body, collection, label)
    ok = answer.get("ok")
    if not isinstance(ok, bool):
        raise unusable(label, "does not say whether it is ok")
    error = answer.get("error")
    sources = answer.get("sources")
    listed = sources if isinstance(sources, list) else []
    return Preflight(
        ok=ok,
        contexts=_count(answer, "contexts_count", label),
        length=_count(answer, "ctx_total_len", label),
        max_score=_score(answer.get("max_score"), label),
        avg_score=_score(answer.get("avg_score"), label),
        error=one_line(error) if isinstance(error, str) else "",
        sources=tuple(_hit(source, number, label) for number, source in enumerate(listed, start=1)),
    )


def read_import(body: bytes, collection: str, lines: int, label: str) -> ImportAnswer:
    """The answer to an import of `lines` lines into `collection`.

    Raises:
        SignalError: no such answer, or one that contradicts what was sent.
    """
    answer = _answer_about(body, collection, label)
    counts = {
        name: _count(answer, name, label)
        for name in ("imported", "total_lines", "skipped", "conflicts_skipped", "batches")
    }
    listed = answer.get("errors")
    if not isinstance(listed, list):
        raise unusable(label, "has no list of errors")
    errors = tuple(_line_error(entry, lines, label) for entry in listed)
    if counts["total_lines"] != lines or counts["imported"] > lines:
        raise unusable(label, f"counts {counts['imported']} of {counts['total_lines']} lines where {lines} were sent")
    return ImportAnswer(**counts, errors=errors)


def error_words(body: bytes) -> str:
    """The service's own words about an error, one line; empty where it says nothing that helps."""
    text = body[:4000].decode("utf-8", "replace")
    if text.lstrip().lower().startswith(_MARKUP):
        return "an HTML page"
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return one_line(text)
    detail = answer.get("detail") or answer.get("error") if isinstance(answer, dict) else None
    if isinstance(detail, list) and detail and isinstance(detail[0], dict):
        place = detail[0].get("loc")
        where = ".".join(str(part) for part in place[:6]) if isinstance(place, list) else ""
        said = str(detail[0].get("msg", ""))[:4000]
        return one_line(f"{where}: {said}" if where else said)
    return one_line(detail if isinstance(detail, str) else text)


def unusable(label: str, what: str) -> SignalError:
    """The error for an answer that is not one of this API's."""
    return SignalError(f"{label}: its answer {what}; check that url in [rag_api] is the RAG API's")


def _answer_about(body: bytes, collection: str, label: str) -> Mapping[str, Any]:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        raise unusable(label, "is not JSON") from None
    if not isinstance(answer, dict):
        raise unusable(label, "is not a JSON object")
    named = answer.get("collection", collection)
    if named != collection:
        raise unusable(label, f"is about another collection, {one_line(str(named)[:400], _SHOWN)}")
    return answer


def _hit(match: Any, number: int, label: str) -> Hit:
    if not isinstance(match, dict):
        raise unusable(label, f"has something else than an object as match {number}")
    point, score, payload = match.get("id"), match.get("score"), match.get("payload")
    if not _is_id(point):
        raise unusable(label, f"has no usable id in match {number}")
    if isinstance(score, bool) or not isinstance(score, int | float):
        raise unusable(label, f"has no score in match {number}")
    return Hit(point, float(score), payload if isinstance(payload, dict) else None)


def _is_id(value: Any) -> TypeGuard[PointId]:
    if isinstance(value, bool):
        return False
    return (isinstance(value, int) and 0 <= value <= _LARGEST_ID) or (isinstance(value, str) and value != "")


def _count(answer: Mapping[str, Any], name: str, label: str) -> int:
    value = answer.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise unusable(label, f"has no number {name}")
    return value


def _score(value: Any, label: str) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise unusable(label, "has a score that is no number")
    return float(value)


def _line_error(entry: Any, lines: int, label: str) -> LineError:
    number = entry.get("line_no") if isinstance(entry, dict) else None
    if isinstance(number, bool) or not isinstance(number, int) or not 1 <= number <= lines:
        raise unusable(label, f"has an error without a line between 1 and {lines}")
    reason = entry.get("error")
    return LineError(number, one_line(reason) if isinstance(reason, str) and reason.strip() else "no reason given")
