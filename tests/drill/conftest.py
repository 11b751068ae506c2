"""What the tests of the stages share."""

from __future__ import annotations

from functools import partial

import pytest

from qdrill.drill import backup, sides
from qdrill.drill.chunks import size_chunks

SMALL_CHUNK = 1024


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut collections into chunks of about 1 KB, so that a few points make several."""
    small = partial(size_chunks, target_bytes=SMALL_CHUNK)
    monkeypatch.setattr(backup, "size_chunks", small)
    monkeypatch.setattr(sides, "size_chunks", small)
