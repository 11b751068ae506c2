"""The fields of the drill form: from a drill to texts, and from texts to a drill or to what is wrong with each."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import cast

from qdrill.address import Address, parse_address, place_key, restored_address
from qdrill.config_model import (
    After,
    Config,
    DrillConfig,
    Method,
    SearchConfig,
)
from qdrill.console.i18n import Say
from qdrill.errors import QdrillError
from qdrill.results import Level, Objectives
from qdrill.session import refuse_guarded

LEVELS: tuple[Level, ...] = ("full", "sample", "count")
_METHODS: tuple[Method, ...] = ("rows", "snapshot")
_WITH_RAG_API: tuple[Method, ...] = (*_METHODS, "rag_api")
AFTERS: tuple[After, ...] = ("keep", "delete")
# The same limits as in drills.toml.
_MOST_POINTS, _MOST_DELAY = 10_000, 3_600_000.0


def methods(config: Config, chosen: str) -> tuple[Method, ...]:
    """The methods to choose from: through the RAG API only where there is one, or a drill has it already."""
    return _WITH_RAG_API if config.rag_api is not None or chosen == "rag_api" else _METHODS


class Wrong(Exception):
    """What is wrong with one field, as a line in the console's language."""


def texts_of(drill: DrillConfig) -> dict[str, str]:
    """What the fields show of a drill."""
    text, random = _first(drill, "text"), _first(drill, "random")
    one = text or random
    goals = drill.objectives
    return {
        "name": drill.name,
        "source": drill.source,
        "target": drill.target,
        "throttle": f"{drill.delay_ms_per_point:g}",
        "rto": _number_text(goals.rto_seconds),
        "rpo": _number_text(goals.rpo_seconds),
        "overlap": f"{goals.min_overlap:g}",
        "search_text": text.text or "" if text else "",
        "search_random": str(random.random) if random else "",
        "top_k": str(one.top_k if one else 10),
        "embedder": (text.embedder or "") if text else "",
        "vector": (one.vector or "") if one else "",
        "method": drill.method,
        "level": drill.level,
        "after": drill.after,
        "operator": drill.operator,
        "ticket": drill.ticket,
    }


def read_fields(
    texts: Mapping[str, str], base: DrillConfig, config: Config, say: Say
) -> tuple[DrillConfig | None, dict[str, str]]:
    """The drill that the texts make of `base`, or None and a line for each field that is wrong.

    Asks no store, but may ask DNS: call it from a thread.
    """
    wrong: dict[str, str] = {}

    def read(field: str, reader: Callable[[str], object]) -> object:
        try:
            return reader(texts[field].strip())
        except (Wrong, QdrillError) as error:
            wrong[field] = str(error)
            return None

    source = cast("Address | None", read("source", lambda text: _source(text, config, say)))
    target = read("target", lambda text: _target(text, source, config, say))
    goals = {
        "rto_seconds": read("rto", lambda text: _number(text, say, None)),
        "rpo_seconds": read("rpo", lambda text: _number(text, say, None)),
        "min_overlap": read("overlap", lambda text: _number(text, say, 1.0, most=1.0)),
    }
    delay = read("throttle", lambda text: _number(text, say, 0.0, most=_MOST_DELAY))
    number = read("search_random", lambda text: _whole(text, say, None))
    top_k = read("top_k", lambda text: _whole(text, say, 10))
    name = read("name", lambda text: _named(text, say))
    if wrong or source is None:
        return None, wrong
    searches = _searches(base, texts, cast("int | None", number), cast(int, top_k))
    return replace(
        base,
        name=cast(str, name),
        source=source.text,
        target=cast(str, target),
        method=cast(Method, texts["method"]),
        delay_ms_per_point=cast(float, delay),
        after=cast(After, texts["after"]),
        level=cast(Level, texts["level"]),
        operator=texts["operator"].strip(),
        ticket=texts["ticket"].strip(),
        objectives=Objectives(**cast("dict[str, float]", goals)),
        searches=searches,
    ), {}


def others(drill: DrillConfig) -> int:
    """How many searches of a drill the form does not show; they are kept as they are."""
    return len(_others(drill))


def _searches(base: DrillConfig, texts: Mapping[str, str], number: int | None, top_k: int) -> tuple[SearchConfig, ...]:
    vector = texts["vector"].strip() or None
    found: list[SearchConfig] = []
    if text := texts["search_text"].strip():
        first = _first(base, "text") or SearchConfig()
        embedder = texts["embedder"] or None
        found.append(replace(first, text=text, embedder=embedder, top_k=top_k, vector=vector))
    if number is not None:
        found.append(SearchConfig(random=number, top_k=top_k, vector=vector))
    return (*found, *_others(base))


def _first(drill: DrillConfig, kind: str) -> SearchConfig | None:
    return next((search for search in drill.searches if getattr(search, kind) is not None), None)


def _others(drill: DrillConfig) -> tuple[SearchConfig, ...]:
    edited = [_first(drill, "text"), _first(drill, "random")]
    return tuple(search for search in drill.searches if not any(search is one for one in edited))


def _source(text: str, config: Config, say: Say) -> Address:
    if not text:
        raise Wrong(say("drill.wrong.source"))
    return parse_address(text, config)


def _target(text: str, source: Address | None, config: Config, say: Say) -> str:
    if not text and source is None:
        return ""  # the source is what must be put right first
    written = text or restored_address(cast(Address, source), config.restored_suffix)
    target = parse_address(written, config)
    refuse_guarded(target)
    if source is not None and place_key(source) == place_key(target):
        raise Wrong(say("drill.wrong.same"))
    return target.text


def _number(text: str, say: Say, empty: float | None, most: float = math.inf) -> float | None:
    if not text:
        return empty
    try:
        number = float(text)
    except ValueError:
        raise Wrong(say("drill.wrong.number")) from None
    if not math.isfinite(number) or not 0 <= number <= most:
        raise Wrong(say("drill.wrong.between", most=f"{most:,g}") if most < math.inf else say("drill.wrong.number"))
    return number


def _whole(text: str, say: Say, empty: int | None) -> int | None:
    if not text:
        return empty
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text[:9]) <= _MOST_POINTS:
        raise Wrong(say("drill.wrong.whole", most=f"{_MOST_POINTS:,}"))
    return int(text)


def _named(text: str, say: Say) -> str:
    if not text or len(text) > 100:
        raise Wrong(say("drill.wrong.name"))
    return text


def _number_text(value: float | None) -> str:
    return "" if value is None else f"{value:.10g}"
