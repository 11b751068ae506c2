"""The runbook's RAG API as an embedder: `POST /embedding/embed {"texts"}` -> `{"dimension", "vectors"}`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from qdrill.control import JobControl
from qdrill.embedders.base import EmbedderSettings
from qdrill.embedders.service import bearer, header_safe, service
from qdrill.embedders.transport import Dialect, HttpEmbedder, Patience
from qdrill.names import one_line

TENANT_VARIABLE = "RAG_TENANT_ID"


def open_rag_api(
    name: str,
    settings: EmbedderSettings,
    environ: Mapping[str, str],
    control: JobControl,
    patience: Patience | None = None,
) -> HttpEmbedder:
    """An embedder over the RAG API at `settings.url`; the tenant, if any, is read from `RAG_TENANT_ID`.

    Raises:
        UsageError: no usable url, or the variable for the key is not set.
    """
    headers, secret = bearer(name, settings, environ)
    tenant = environ.get(TENANT_VARIABLE, "").strip()
    if tenant:
        headers["X-Tenant-Id"] = header_safe(tenant, f"embedder {one_line(name)}: {TENANT_VARIABLE}")
    return HttpEmbedder(
        name,
        service(name, settings, headers, secret),
        Dialect("/embedding/embed", _body, lambda answer: answer.get("vectors"), _declared),
        control,
        dimension=settings.dimension,
        patience=patience,
    )


def _body(texts: Sequence[str]) -> Mapping[str, Any]:
    return {"texts": list(texts)}


def _declared(answer: Any) -> int | None:
    dimension = answer.get("dimension")
    return dimension if isinstance(dimension, int) and not isinstance(dimension, bool) else None
