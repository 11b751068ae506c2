"""Services that speak OpenAI's embeddings call: `POST /v1/embeddings {"model", "input"}` -> `{"data"}`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from qdrill.control import JobControl
from qdrill.embedders.base import EmbedderSettings
from qdrill.embedders.service import bearer, model, service
from qdrill.embedders.transport import Dialect, HttpEmbedder, Patience


def open_openai(
    name: str,
    settings: EmbedderSettings,
    environ: Mapping[str, str],
    control: JobControl,
    patience: Patience | None = None,
) -> HttpEmbedder:
    """An embedder over the service at `settings.url`, which may or may not end in `/v1`.

    Raises:
        UsageError: no usable url, no model, or the variable for the key is not set.
    """
    wanted = model(name, settings)
    headers, secret = bearer(name, settings, environ)
    found = service(name, settings, headers, secret)
    return HttpEmbedder(
        name,
        replace(found, url=found.url.removesuffix("/v1")),
        Dialect("/v1/embeddings", lambda texts: {"model": wanted, "input": list(texts)}, in_order),
        control,
        dimension=settings.dimension,
        patience=patience,
    )


def in_order(answer: Any) -> list[Any] | None:
    """The vectors by `index`; None where the indices are not each of 0..n-1 once."""
    data = answer.get("data")
    if not isinstance(data, list) or not all(isinstance(item, dict) for item in data):
        return None
    if not all(isinstance(item.get("index"), int) for item in data):
        return None
    by_index = {item["index"]: item.get("embedding") for item in data}
    if set(by_index) != set(range(len(data))):
        return None
    return [by_index[number] for number in range(len(data))]
