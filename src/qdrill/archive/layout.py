"""The bytes between the chunks of a data file, so that the whole is one JSON array, a chunk a line."""

from __future__ import annotations

OPEN = b"[\n"
BETWEEN = b",\n"
CLOSE = b"\n]\n"


def glue_before(index: int) -> bytes:
    """What stands before chunk `index` (from 0)."""
    return OPEN if index == 0 else BETWEEN


def glue_after_last(chunks: int) -> bytes:
    """What ends a data file of `chunks` chunks."""
    return CLOSE if chunks else OPEN + CLOSE
