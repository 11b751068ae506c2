"""Sparse BM25 vectors by the embedded engine: no model, no service, and it segments Chinese.

Facts: `qdrant_edge.Bm25` with the multilingual tokenizer; `language` adds its stop words and stemmer, and an
unsupported one (also 'none') is refused with ValueError.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from qdrill.control import JobControl
from qdrill.embedders.base import BATCH, EmbedderSettings, Embedding, quoted
from qdrill.errors import StoreError, UsageError
from qdrill.names import one_line

if TYPE_CHECKING:
    from qdrant_edge import Bm25, SparseVector

_TOKENIZERS = {"multilingual": "Multilingual", "word": "Word", "whitespace": "Whitespace", "prefix": "Prefix"}


class Bm25Embedder:
    """An Embedder that makes sparse vectors on this machine; a text without any token gives an empty one."""

    def __init__(self, name: str, model: Bm25, control: JobControl) -> None:
        self._name = name
        self._model = model
        self._control = control

    @property
    def name(self) -> str:
        """Its name in drills.toml."""
        return self._name

    def embed(self, texts: Sequence[str], *, query: bool) -> list[Embedding]:
        """Weights 1.0 a token for a query, term frequencies for a document.

        Raises:
            StoreError: a text is not valid Unicode.
            Interrupted: cancelled.
        """
        weigh = self._model.embed_query if query else self._model.embed_document
        found: list[Embedding] = []
        for number, text in enumerate(texts):
            if number % BATCH == 0:
                self._control.checkpoint()
            found.append(self._one(weigh, text))
        return found

    def close(self) -> None:
        """Nothing to give up."""

    def _one(self, weigh: Callable[[str], SparseVector], text: str) -> Embedding:
        try:
            vector = weigh(text)
        except UnicodeEncodeError:
            label, shown = f"embedder {one_line(self._name)}", one_line(text, 40)
            raise StoreError(f"{label}: the text {shown} is not valid Unicode; correct it") from None
        return list(vector.indices), [float(value) for value in vector.values]


def open_bm25(name: str, settings: EmbedderSettings, control: JobControl) -> Bm25Embedder:
    """The bm25 embedder that `settings` ask for.

    Raises:
        UsageError: unknown tokenizer or language, or the embedded engine is not installed.
    """
    label = f"embedder {one_line(name)}"
    try:
        from qdrant_edge import Bm25, Bm25Config, TokenizerType
    except ImportError:
        raise UsageError(f"{label}: bm25 needs the embedded engine; install qdrant-edge-py") from None
    tokenizer = _TOKENIZERS.get((settings.tokenizer or "multilingual").lower())
    if tokenizer is None:
        asked = quoted(one_line(settings.tokenizer or ""))
        raise UsageError(f"{label}: no tokenizer {asked}; use one of {', '.join(_TOKENIZERS)}")
    try:
        config = Bm25Config(tokenizer=getattr(TokenizerType, tokenizer), language=settings.language or None)
        return Bm25Embedder(name, Bm25(config), control)
    except ValueError:
        asked = quoted(one_line(settings.language or ""))
        raise UsageError(
            f"{label}: the engine has no language {asked}; use one such as chinese or leave language out"
        ) from None
