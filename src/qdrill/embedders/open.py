"""From a table of drills.toml to an embedder."""

from __future__ import annotations

from collections.abc import Mapping

from qdrill.control import JobControl
from qdrill.embedders.base import Embedder, EmbedderSettings, quoted
from qdrill.embedders.bm25 import open_bm25
from qdrill.embedders.ollama import open_ollama
from qdrill.embedders.openai import open_openai
from qdrill.embedders.rag_api import open_rag_api
from qdrill.embedders.transport import Patience
from qdrill.errors import UsageError
from qdrill.names import one_line

_OVER_HTTP = {"rag_api": open_rag_api, "ollama": open_ollama, "openai": open_openai}
KINDS = ("bm25", *_OVER_HTTP)


def open_embedder(
    name: str,
    settings: EmbedderSettings,
    environ: Mapping[str, str],
    control: JobControl,
    *,
    patience: Patience | None = None,
) -> Embedder:
    """The embedder `[embedders.NAME]`; nothing is asked of a service before the first `embed`.

    Args:
        environ: where the key is looked up by `api_key_env`.
        patience: time limits; None takes the defaults.

    Raises:
        UsageError: the settings cannot work; names the embedder and the setting.
    """
    if settings.kind == "bm25":
        return open_bm25(name, settings, control)
    opener = _OVER_HTTP.get(settings.kind)
    if opener is not None:
        return opener(name, settings, environ, control, patience)
    raise UsageError(
        f"embedder {one_line(name)}: unknown kind {quoted(one_line(settings.kind))}; use {', '.join(KINDS)}"
    )
