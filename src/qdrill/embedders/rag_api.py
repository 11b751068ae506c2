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
    """An embedder over the RAG API at `settings.url`; its tenant is that of `tenant_header`.

    Raises:
        UsageError: no usable url, or the variable for the key is not set.
    """
    headers, secret = bearer(name, settings, environ)
    headers |= tenant_header(settings.tenant_id, environ, f"embedder {one_line(name)}")
    return HttpEmbedder(
        name,
        service(name, settings, headers, secret),
        Dialect("/embedding/embed", _body, lambda answer: answer.get("vectors"), _declared),
        control,
        dimension=settings.dimension,
        patience=patience,
    )


def tenant_header(configured: str | None, environ: Mapping[str, str], label: str) -> dict[str, str]:
    """`X-Tenant-Id`: that of the variable `RAG_TENANT_ID`, else `tenant_id` of [rag_api]; nothing where neither is.

    Raises:
        UsageError: a header cannot carry it.
    """
    named = environ.get(TENANT_VARIABLE, "").strip()
    tenant = named or (configured or "").strip()
    what = f"{label}: {TENANT_VARIABLE if named else 'tenant_id of [rag_api]'}"
    return {"X-Tenant-Id": header_safe(tenant, what)} if tenant else {}


def _body(texts: Sequence[str]) -> Mapping[str, Any]:
    return {"texts": list(texts)}


def _declared(answer: Any) -> int | None:
    dimension = answer.get("dimension")
    return dimension if isinstance(dimension, int) and not isinstance(dimension, bool) else None
