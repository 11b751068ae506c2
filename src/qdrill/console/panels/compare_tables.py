"""The three tables of a result: points that differ, settings that differ, searches. From values to cells."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from qdrill.console.engine_words import sentence
from qdrill.console.i18n import Language, Say
from qdrill.console.panels.compare_words import detail
from qdrill.console.text import UNKNOWN, Cell, as_cell, number_cell, shown
from qdrill.console.widgets.state import GLYPHS
from qdrill.drill.search import hit_text, outcome_evidence
from qdrill.drill.verify import Verification
from qdrill.results import ConfigDifference, Difference, DifferenceClass, Hit, SearchOutcome

Section = Literal["points", "settings", "searches"]
SECTIONS: tuple[Section, ...] = ("points", "settings", "searches")
Item = Difference | ConfigDifference | SearchOutcome
_PADDING = 2
_ID_CELLS = 36


@dataclass(frozen=True, slots=True)
class Column:
    """A column: the key of its title under `compare.column`, and its width in cells."""

    key: str
    width: int


def items(found: Verification, section: Section, kind: DifferenceClass | None = None) -> tuple[Item, ...]:
    """What a section lists; `kind` is the class of points that is wanted, None all of them."""
    if section == "points":
        return tuple(one for one in found.result.differences if kind in (None, one.kind))
    if section == "settings":
        return found.result.config
    # What is not right comes first: it must not be below the fold.
    return tuple(sorted(found.searches, key=lambda one: one.state == "pass"))


def columns(section: Section, listed: Sequence[Item], width: int) -> list[Column]:
    """The columns of a section on `width` cells; on few of them a search shows less."""
    if section == "points":
        longest = max((len(shown(str(one.id), _ID_CELLS)) for one in listed if isinstance(one, Difference)), default=0)
        identifier = max(8, min(longest, _ID_CELLS, width // 3))
        return _filled([Column("id", identifier), Column("class", 12), Column("detail", 0)], width)
    if section == "settings":
        value = max(10, (width - 3 * _PADDING) // 3)
        return _filled([Column("path", 0), Column("left", value), Column("right", value)], width)
    figures = [Column("overlap", 8), Column("order", 8)]
    if width >= 90:
        figures += [Column("change", 10), Column("left_ms", 12), Column("right_ms", 12)]
    return _filled([Column("state", 15), Column("search", 0), *figures], width)


def _filled(wanted: list[Column], width: int) -> list[Column]:
    """The columns with the one of no width as wide as there is room for."""
    rest = width - sum(column.width for column in wanted) - _PADDING * len(wanted)
    return [column if column.width else Column(column.key, max(10, rest)) for column in wanted]


def cells(say: Say, language: Language, item: Item, wanted: Sequence[Column]) -> list[Cell]:
    """One row; everything in it is data and may be hostile."""
    found = _cells(say, language, item)
    return [_fitted(found[column.key], column.width) for column in wanted]


def _fitted(cell: Cell | str, width: int) -> Cell:
    return cell if isinstance(cell, Cell) else as_cell(cell, width)


def _cells(say: Say, language: Language, item: Item) -> dict[str, Cell | str]:
    if isinstance(item, Difference):
        words = detail(say, language, item)
        return {"id": str(item.id), "class": say(f"compare.class.{item.kind}"), "detail": words}
    if isinstance(item, ConfigDifference):
        return {"path": item.path, "left": _setting(say, item.left), "right": _setting(say, item.right)}
    return {
        "state": f"{GLYPHS[item.state]} {say(f'compare.state.{item.state}')}",
        "search": sentence(language, item.name),
        "overlap": _number(item.overlap, 2),
        "order": _order(say, item),
        "change": _change(item.max_score_change),
        "left_ms": _number(item.source_ms, 1, " ms"),
        "right_ms": _number(item.target_ms, 1, " ms"),
    }


def _setting(say: Say, value: str) -> str:
    return say("compare.absent") if value == "absent" else value


def _number(value: float | None, digits: int, unit: str = "") -> Cell:
    return number_cell(value, "" if value is None else f"{value:,.{digits}f}{unit}")


def _change(value: float | None) -> Cell:
    return number_cell(value, "" if value is None else f"{value:.2e}" if value else "0")


def _order(say: Say, item: SearchOutcome) -> str:
    if item.same_order is None:
        return UNKNOWN
    return say("compare.order.same" if item.same_order else "compare.order.changed")


def full_text(say: Say, language: Language, item: Item) -> str:
    """A row in full, for reading; its first line is its title."""
    if isinstance(item, Difference):
        return f"{item.id}\n{say(f'compare.class.{item.kind}')}\n{detail(say, language, item)}"
    if isinstance(item, ConfigDifference):
        sides = [(say(f"compare.field.{side}"), _setting(say, getattr(item, side))) for side in ("left", "right")]
        return "\n\n".join([item.path, *(f"{side}\n{value}" for side, value in sides)])
    return _search_text(say, language, item)


def _search_text(say: Say, language: Language, item: SearchOutcome) -> str:
    head = f"{GLYPHS[item.state]} {say(f'compare.state.{item.state}')}: {sentence(language, item.reason)}"
    figures = say(
        "compare.search.figures",
        overlap=UNKNOWN if item.overlap is None else f"{item.overlap:.2f}",
        order=_order(say, item),
        change=_change(item.max_score_change).plain,
        left=_number(item.source_ms, 1, " ms").plain,
        right=_number(item.target_ms, 1, " ms").plain,
    )
    sides = [("left", item.source_hits), ("right", item.target_hits)]
    lists = ["\n".join([say(f"compare.field.{side}"), *_hits(say, hits)]) for side, hits in sides]
    return "\n\n".join([sentence(language, item.name), f"{head}\n{figures}", *lists])


def _hits(say: Say, hits: Sequence[Hit]) -> list[str]:
    if not hits:
        return [f"  {say('compare.search.no_hits')}"]
    return [f"  {rank}  {hit.score:.6f}  {shown(str(hit.id))}  {hit_text(hit)}" for rank, hit in enumerate(hits, 1)]


def as_json(item: Item) -> str:
    """A row as JSON, in the words of `verification_document`."""
    document: dict[str, Any]
    if isinstance(item, Difference):
        document = {"id": item.id, "class": item.kind, "detail": item.detail}
    elif isinstance(item, ConfigDifference):
        document = asdict(item)
    else:
        document = outcome_evidence(item)
    return json.dumps(document, ensure_ascii=False, indent=2)
