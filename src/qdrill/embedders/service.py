"""Where an embedding service is and with which headers, from drills.toml and the environment."""

from __future__ import annotations

from collections.abc import Mapping

from qdrill.embedders.base import EmbedderSettings, quoted
from qdrill.embedders.transport import Service
from qdrill.errors import UsageError
from qdrill.names import one_line
from qdrill.urls import BadUrl, service_url, split_url


def service(name: str, settings: EmbedderSettings, headers: Mapping[str, str], secret: str) -> Service:
    """The service at `settings.url`, labelled with its server alone.

    Raises:
        UsageError: the url is missing, not http(s), or could carry a secret.
    """
    label = f"embedder {one_line(name)}"
    try:
        url = service_url((settings.url or "").strip())
        server = split_url(url)[0]
    except BadUrl as error:
        raise UsageError(f"{label}: its url {error}; set url in drills.toml") from None
    return Service(f"{label} at {server}", url, headers, secret, settings.ca_file)


def model(name: str, settings: EmbedderSettings) -> str:
    """The model's name; raises UsageError where drills.toml gives none."""
    if not settings.model:
        raise UsageError(f"embedder {one_line(name)}: {settings.kind} needs a model; set it in drills.toml")
    return settings.model


def bearer(name: str, settings: EmbedderSettings, environ: Mapping[str, str]) -> tuple[dict[str, str], str]:
    """The Authorization header and the key in it; ({}, '') where `api_key_env` is not set.

    Raises:
        UsageError: the variable that should hold the key is empty or cannot be sent.
    """
    if not settings.api_key_env:
        return {}, ""
    variable = f"embedder {one_line(name)}: the variable {quoted(one_line(settings.api_key_env))}"
    key = environ.get(settings.api_key_env, "").strip()
    if not key:
        raise UsageError(f"{variable} is not set; set it, or take api_key_env out of drills.toml")
    return {"Authorization": f"Bearer {header_safe(key, variable)}"}, key


def header_safe(value: str, what: str) -> str:
    """`value` if a header can carry it; the error names `what` and never the value."""
    if not value.isascii() or not value.isprintable():
        raise UsageError(f"{what} holds characters that a header cannot carry; set it again")
    return value
