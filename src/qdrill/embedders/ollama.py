"""Ollama as an embedder: `POST /api/embed {"model", "input"}` -> `{"embeddings"}`."""

from __future__ import annotations

from collections.abc import Mapping

from qdrill.control import JobControl
from qdrill.embedders.base import EmbedderSettings
from qdrill.embedders.service import bearer, model, service
from qdrill.embedders.transport import Dialect, HttpEmbedder, Patience


def open_ollama(
    name: str,
    settings: EmbedderSettings,
    environ: Mapping[str, str],
    control: JobControl,
    patience: Patience | None = None,
) -> HttpEmbedder:
    """An embedder over the Ollama server at `settings.url`.

    Raises:
        UsageError: no usable url, no model, or the variable for the key is not set.
    """
    wanted = model(name, settings)
    headers, secret = bearer(name, settings, environ)
    return HttpEmbedder(
        name,
        service(name, settings, headers, secret),
        Dialect(
            "/api/embed",
            lambda texts: {"model": wanted, "input": list(texts)},
            lambda answer: answer.get("embeddings"),
        ),
        control,
        dimension=settings.dimension,
        patience=patience,
    )
