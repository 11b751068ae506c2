"""A collection's configuration and payload schema as aligned lines, what is at its default folded away. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.cells import cell_len
from textual.content import Content

from qdrill import units
from qdrill.console.i18n import Say
from qdrill.console.text import UNKNOWN, Align, columns, pad, shown

Setting = tuple[str, str, str]
"""Section, dotted name inside it, value as JSON text."""

_NAME_CELLS = 34
_DEEPEST = 6
MOST_LINES = 400
_VALUE_CHARS = 2_000

# Qdrant's own defaults, as `config/config.yaml` and the OpenAPI description of 1.19 give them.
_DEFAULTS: Mapping[tuple[str, str], Any] = {
    ("params", "shard_number"): 1,
    ("params", "replication_factor"): 1,
    ("params", "write_consistency_factor"): 1,
    ("params", "on_disk_payload"): True,
    ("hnsw_config", "m"): 16,
    ("hnsw_config", "ef_construct"): 100,
    ("hnsw_config", "full_scan_threshold"): 10_000,
    ("hnsw_config", "max_indexing_threads"): 0,
    ("hnsw_config", "on_disk"): False,
    ("optimizer_config", "deleted_threshold"): 0.2,
    ("optimizer_config", "vacuum_min_vector_number"): 1_000,
    ("optimizer_config", "default_segment_number"): 0,
    ("optimizer_config", "indexing_threshold"): 10_000,
    ("optimizer_config", "flush_interval_sec"): 5,
    ("wal_config", "wal_capacity_mb"): 32,
    ("wal_config", "wal_segments_ahead"): 0,
    ("wal_config", "wal_retain_closed"): 1,
    ("strict_mode_config", "enabled"): False,
}


def settings_of(configuration: Mapping[str, Any]) -> tuple[list[Setting], list[Setting]]:
    """The settings that somebody chose, and those that are at Qdrant's default or not set."""
    chosen: list[Setting] = []
    folded: list[Setting] = []
    for section, value in configuration.items():
        for name, inner in _flat("", value, 0):
            setting = (section, name, _json(inner))
            (folded if _at_default(section, name, inner) else chosen).append(setting)
    return chosen, folded


def settings_content(configuration: Mapping[str, Any], say: Say, key: str, *, unfolded: bool) -> Content:
    """The configuration, a setting a line under its section.

    Args:
        key: what to press to see the settings at their defaults, or to fold them again.
        unfolded: whether they are shown.
    """
    chosen, folded = settings_of(configuration)
    parts = list(_lines([*chosen, *folded] if unfolded else chosen, say))
    if folded:
        words = say(
            "collections.settings.fold" if unfolded else "collections.settings.folded", n=len(folded), press=key
        )
        parts += [Content(""), Content.styled(words, "$text-muted")]
    return Content("\n").join(parts or [Content(say("collections.settings.none"))])


def schema_content(schema: Mapping[str, Any], say: Say, width: int) -> Content:
    """The payload schema as a table: field, type, points that have it, and what else its index was given."""
    if not schema:
        return Content(say("collections.schema.none"))
    rows = [(name, *_index(index)) for name, index in sorted(schema.items())]
    titles = tuple(say(f"collections.schema.{name}") for name in ("field", "type", "points", "more"))
    widths = [_widest([row[at] for row in (titles, *rows)]) for at in range(3)]
    widths[0] = min(widths[0], max(12, width - widths[1] - widths[2] - 6))
    widths.append(max(8, width - sum(widths) - 6))
    head = columns(titles, widths, _ALIGNS)
    lines = [columns(row, widths, _ALIGNS) for row in rows[:MOST_LINES]]
    return Content("\n").join([Content.styled(head, "bold"), *(Content(line) for line in lines), *_more(rows, say)])


_ALIGNS: tuple[Align, ...] = ("left", "left", "right", "left")


def _index(index: Any) -> tuple[str, str, str]:
    if not isinstance(index, Mapping):
        return UNKNOWN, UNKNOWN, _json(index)
    points = index.get("points")
    others = {key: value for key, value in index.items() if key not in ("data_type", "points") and value is not None}
    params = others.get("params") if set(others) == {"params"} else others
    number = units.count(points) if isinstance(points, int) else UNKNOWN
    return str(index.get("data_type", UNKNOWN)), number, _json(params) if params else ""


def _lines(settings: Sequence[Setting], say: Say) -> Iterator[Content]:
    width = min(_NAME_CELLS, _widest([name for _, name, _ in settings]))
    section = ""
    for at, name, value in settings[:MOST_LINES]:
        if at != section:
            section = at
            yield Content.styled(shown(section), "bold")
        yield Content.assemble(("  " + pad(shown(name, _NAME_CELLS), width + 2), "$text-muted"), shown(value))
    yield from _more(settings, say)


def _more(rows: Sequence[object], say: Say) -> list[Content]:
    hidden = len(rows) - MOST_LINES
    return [Content.styled(say("collections.more", n=units.count(hidden)), "$text-muted")] if hidden > 0 else []


def _widest(texts: Sequence[str]) -> int:
    return max((cell_len(shown(text, _NAME_CELLS)) for text in texts), default=0)


def _flat(path: str, value: Any, depth: int) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping) and value and depth < _DEEPEST:
        for key, inner in value.items():
            yield from _flat(f"{path}.{key}" if path else str(key), inner, depth + 1)
    else:
        yield path, value


def _at_default(section: str, name: str, value: Any) -> bool:
    return value is None or ((section, name) in _DEFAULTS and _DEFAULTS[section, name] == value)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)[:_VALUE_CHARS]
