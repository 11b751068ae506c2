"""An embedder without any model: it counts the letters that texts share, and knows nothing of what they mean.

For demonstrations and tests. A text in lower case, with a space at either end, is taken apart into its runs of one
to three characters; each run is counted, up or down, at a place that its BLAKE2b digest names; the counts are then
scaled to length 1. Inferred from the recorded embeddings, which it gives again number for number.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import lru_cache
from hashlib import blake2b

from qdrill.control import JobControl
from qdrill.embedders.base import Dense, Embedding

NAME = "built-in"
DIMENSION = 512
_LONGEST_RUN = 3


class HashingEmbedder:
    """An Embedder that makes dense vectors of `dimension` numbers and length 1 on this machine."""

    def __init__(self, dimension: int, control: JobControl) -> None:
        self._dimension = dimension
        self._control = control

    @property
    def name(self) -> str:
        """How messages call it; it has no name in drills.toml."""
        return NAME

    def embed(self, texts: Sequence[str], *, query: bool) -> list[Embedding]:  # noqa: ARG002 - the protocol's
        """One vector a text; searches and documents alike. Raises Interrupted when cancelled."""
        found: list[Embedding] = []
        for text in texts:
            self._control.checkpoint()
            found.append(hashed(text, self._dimension))
        return found

    def close(self) -> None:
        """Nothing to give up."""


def hashed(text: str, dimension: int) -> Dense:
    """The vector of `text`: `dimension` numbers of length 1, or all 0 where the counts cancel each other out."""
    counts = [0] * dimension
    for run in _runs(text):
        place, step = _place(run)
        counts[place % dimension] += step
    length = math.sqrt(sum(count * count for count in counts))
    return [count / length for count in counts] if length else [0.0] * dimension


def _runs(text: str) -> Iterator[str]:
    padded = f" {text.lower()} "
    for size in range(1, _LONGEST_RUN + 1):
        for start in range(len(padded) - size + 1):
            yield padded[start : start + size]


@lru_cache(maxsize=65_536)
def _place(run: str) -> tuple[int, int]:
    """Where a run is counted, before the dimension is applied, and whether up or down."""
    digest = blake2b(run.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest[:4], "big"), 1 if digest[4] & 1 else -1
