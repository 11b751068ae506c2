"""A collection's figures in a few lines. Pure."""

from __future__ import annotations

from textual.content import Content

from qdrill import units
from qdrill.browse.detail import CollectionDetail
from qdrill.console.i18n import Say
from qdrill.console.panels.collections_cells import NO_VECTORS
from qdrill.console.panels.collections_list import vectors_text
from qdrill.console.text import UNKNOWN, shown
from qdrill.console.widgets.state import State, StateValue, state_content

_STATE_OF: dict[str, State] = {"green": "pass", "yellow": "running", "grey": "skipped", "red": "fail"}


def facts_content(detail: CollectionDetail, say: Say) -> Content:
    """Status, figures, vectors, aliases, optimizer, last operation; what is not known says so."""
    state = _STATE_OF.get(detail.status, "inconclusive")
    word = say(f"collections.status_long.{detail.status}") if detail.status in _STATE_OF else detail.status
    figures = [
        state_content(StateValue(state, word)),
        *(_pair(say, name, _number(getattr(detail, name))) for name in ("points", "indexed", "segments")),
    ]
    lines = [
        Content("   ").join(figures),
        _pair(say, "vectors", _vectors(detail, say)),
        Content("   ").join([_pair(say, "version", detail.version), *_operations(detail, say)]),
    ]
    if detail.aliases:
        lines.insert(2, _pair(say, "aliases", ", ".join(detail.aliases)))
    if not detail.optimizer.done or detail.optimizer.error:
        lines.append(_optimizer(detail, say))
    return Content("\n").join(lines)


def _vectors(detail: CollectionDetail, say: Say) -> str:
    return say("collections.no_vectors") if detail.vectors == NO_VECTORS else vectors_text(detail.vectors)


def _operations(detail: CollectionDetail, say: Say) -> list[Content]:
    """The last operation of each shard, and what waits: where the store tells them."""
    marks = detail.marks
    if marks is None:
        return [_pair(say, "operations", UNKNOWN)]
    numbers = ", ".join(
        f"{shard}: {units.count(number)}" if len(marks.operations) > 1 else units.count(number)
        for shard, number in sorted(marks.operations.items())[:8]
    )
    found = [_pair(say, "operations", numbers or UNKNOWN), _pair(say, "queued", units.count(marks.queued))]
    return [*found, _pair(say, "deferred", units.count(marks.deferred))] if marks.deferred else found


def _optimizer(detail: CollectionDetail, say: Say) -> Content:
    optimizer = detail.optimizer
    if optimizer.error:
        return Content.assemble(
            (f"{say('collections.fact.optimizer')} ", "$text-muted"), (shown(optimizer.error), "$text-error")
        )
    return _pair(say, "optimizer", optimizer.progress or say("collections.optimizing"))


def _pair(say: Say, name: str, value: str) -> Content:
    return Content.assemble((f"{say(f'collections.fact.{name}')} ", "$text-muted"), shown(value))


def _number(value: int | None) -> str:
    return UNKNOWN if value is None else units.count(value)
