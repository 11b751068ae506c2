"""Vectors made anew from `payload.text` for rows of a foreign dump that have none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
import orjson

from qdrill.archive.dump_rows import Pieces
from qdrill.archive.dump_vectors import Slot
from qdrill.embedders.base import BATCH, checked_vectors
from qdrill.results import PointId

_LABEL = "the embedder"
_WAITING_BYTES = 4 << 20

Embed = Callable[[Sequence[str]], list[list[float]]]


def embedded_size(embed: Embed, text: str) -> int:
    """Size of the vectors that an embedder makes, found by embedding one text."""
    return len(checked_vectors(embed([text]), 1, None, _LABEL)[0])


class Refill:
    """Gives rows without a vector one, in batches, keeping the order of all rows.

    Args:
        slot: the vector to make.
        normalise: whether the collection stores it at length 1; it is then made so, as the server would.
    """

    def __init__(self, embed: Embed, slot: Slot, *, normalise: bool) -> None:
        self._embed, self._slot, self._normalise = embed, slot, normalise
        self.made = 0

    def rows(self, pieces: Iterable[Pieces]) -> Iterator[tuple[PointId, bytes]]:
        """Whole rows with their ids."""
        waiting: list[Pieces] = []
        missing = size = 0
        for piece in pieces:
            if piece.vector is not None and not waiting:
                yield piece.id, piece.joined(piece.vector)
                continue
            waiting.append(piece)
            missing += piece.vector is None
            size += len(piece.payload) + len(piece.vector or b"")
            if missing >= BATCH or size >= _WAITING_BYTES:
                yield from self._fill(waiting)
                waiting, missing, size = [], 0, 0
        yield from self._fill(waiting)

    def _fill(self, waiting: Sequence[Pieces]) -> Iterator[tuple[PointId, bytes]]:
        texts = [orjson.loads(piece.payload)["text"] for piece in waiting if piece.vector is None]
        found = checked_vectors(self._embed(texts), len(texts), self._slot.size, _LABEL) if texts else []
        self.made += len(found)
        vectors = iter(found)
        for piece in waiting:
            vector = piece.vector if piece.vector is not None else self._spell(next(vectors))
            yield piece.id, piece.joined(vector)

    def _spell(self, vector: Sequence[float]) -> bytes:
        numbers = np.asarray(vector, np.float64)
        length = float(np.linalg.norm(numbers))
        stored = (numbers / length if self._normalise and length > 0 else numbers).astype(np.float32)
        return orjson.dumps({self._slot.name: stored} if self._slot.name else stored, option=orjson.OPT_SERIALIZE_NUMPY)
