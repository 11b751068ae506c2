"""What an embedder is: texts in, vectors out, and every vector checked before anybody searches with it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol, TypeGuard

from qdrill.errors import StoreError

Dense = list[float]
Sparse = tuple[list[int], list[float]]
Embedding = Dense | Sparse

BATCH = 64
_LARGEST_F32 = 3.4028234663852886e38


class EmbedderSettings(Protocol):
    """One `[embedders.NAME]` table of drills.toml.

    Attributes:
        kind: bm25 | rag_api | ollama | openai.
        url: where the service is; unused by bm25.
        model: name of the model, needed by ollama and openai.
        api_key_env: name of the variable that holds the key, "" for none.
        language: bm25's stop words and stemmer, such as 'chinese'.
        tokenizer: bm25's tokenizer; "" is multilingual.
        dimension: what every vector must have, where it is known beforehand.
        tenant_id: of the RAG API, where it is known.
        ca_file: certificates to trust instead of the system's.
    """

    @property
    def kind(self) -> str: ...
    @property
    def url(self) -> str | None: ...
    @property
    def model(self) -> str | None: ...
    @property
    def api_key_env(self) -> str | None: ...
    @property
    def language(self) -> str | None: ...
    @property
    def tokenizer(self) -> str | None: ...
    @property
    def dimension(self) -> int | None: ...
    @property
    def tenant_id(self) -> str | None: ...
    @property
    def ca_file(self) -> Path | None: ...


class Embedder(Protocol):
    """Turns texts into vectors of one kind: all dense of one dimension, or all sparse."""

    @property
    def name(self) -> str:
        """Its name in drills.toml."""

    def embed(self, texts: Sequence[str], *, query: bool) -> list[Embedding]:
        """One embedding a text, in order; `query` says that the texts are searches and not documents.

        Raises:
            Refused: the service refused (4xx).
            StoreError: not reachable, or its answer cannot be used.
            Interrupted: cancelled.
        """

    def close(self) -> None:
        """Give up connections."""


def is_sparse(embedding: Embedding) -> TypeGuard[Sparse]:
    """Whether `embedding` is (indices, values)."""
    return isinstance(embedding, tuple)


def checked_vectors(found: Any, expected: int, dimension: int | None, label: str) -> list[Dense]:
    """`found` as vectors, or a StoreError that says what is wrong with it.

    Args:
        found: what the service gave where a list of vectors belongs.
        expected: how many texts were sent.
        dimension: what every vector must have; None takes the first one's.
        label: who answered, for the message.
    """
    if not isinstance(found, list):
        raise unusable(label, "has no list of vectors")
    if len(found) != expected:
        raise unusable(label, f"has {len(found)} vectors for {expected} texts")
    vectors = [_checked_vector(vector, number, label) for number, vector in enumerate(found, start=1)]
    wanted = dimension if dimension is not None else len(vectors[0]) if vectors else 0
    for number, vector in enumerate(vectors, start=1):
        if len(vector) != wanted:
            raise unusable(label, f"has {len(vector)} numbers in vector {number} where {wanted} belong")
    return vectors


def _checked_vector(vector: Any, number: int, label: str) -> Dense:
    if not isinstance(vector, list) or not vector:
        raise unusable(label, f"has no numbers in vector {number}")
    if not all(is_number(value) for value in vector):
        raise unusable(label, f"has something that is not a finite 32-bit number in vector {number}")
    return [float(value) for value in vector]


def is_number(value: Any) -> TypeGuard[int | float]:
    """Whether `value` is a number that a store can hold: no bool, NaN or infinity, nor beyond f32."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) <= _LARGEST_F32


def unusable(label: str, what: str) -> StoreError:
    """The error for an answer that is no set of embeddings."""
    return StoreError(f"{label}: its answer {what}; check its url, model and dimension in drills.toml")


def quoted(text: str) -> str:
    """`text` as a quoted string that TOML reads back, whatever is in it."""
    return json.dumps(text, ensure_ascii=not text.isprintable())
