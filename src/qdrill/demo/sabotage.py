"""The second act: three small damages to the restored collection, each of which a drill must find and name.

A count finds only the first of them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from qdrill.demo.collection import DENSE
from qdrill.rows.splice import split_rows
from qdrill.stores.base import CollectionWriter
from qdrill.stores.edge_writer import EdgeWriter

# The first is the best answer to the demonstration's search, so the search misses it too.
LOST, CHANGED, NUDGED = 57, 96, 153
NUDGE = 0.001


@dataclass(frozen=True, slots=True)
class Damage:
    """What was done, in words."""

    point: int
    words: str


DONE = (
    Damage(LOST, "the row is lost"),
    Damage(CHANGED, "one character of its text is changed"),
    Damage(NUDGED, f"one number of its vector is moved by {NUDGE}"),
)


def damage(target: CollectionWriter) -> None:
    """Do all three to the target."""
    assert isinstance(target, EdgeWriter)
    rows = {row["id"]: row for row in map(json.loads, split_rows(target.reader.retrieve([CHANGED, NUDGED]).rows))}
    changed, nudged = rows[CHANGED], rows[NUDGED]
    changed["payload"]["text"] += "!"
    nudged["vector"][DENSE][0] += NUDGE
    target.upsert([_json(changed), b",", _json(nudged)], wait=True)
    target.delete_points([LOST])


def _json(row: dict[str, Any]) -> bytes:
    return json.dumps(row, ensure_ascii=False).encode()
