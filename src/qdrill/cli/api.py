"""`qdrill api`: the runbook's RAG API over a store, for those who have no such service."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING

import click

from qdrill.cli.options import pass_app_for_screen, shared_options
from qdrill.cli.paths import named
from qdrill.errors import UsageError

if TYPE_CHECKING:
    from qdrill.api.backend import Backend
    from qdrill.cli.context import AppContext
    from qdrill.config import StoreConfig

_NEEDED = ("starlette", "uvicorn", "pydantic")


@click.command()
@click.option("--store", type=named, metavar="NAME", help="Store to serve (default: the first of drills.toml).")
@click.option(
    "--listen", metavar="HOST:PORT", default="127.0.0.1:8000", show_default=True, help="Where; port 0 is a free one."
)
@click.option("--embedder", metavar="NAME", help="What turns texts into vectors.")
@click.option(
    "--dimension",
    type=click.IntRange(1, 65_536),
    metavar="N",
    help="Use the built-in embedder, with N numbers a vector (default: 512).",
)
@click.option("--token-env", metavar="VAR", help="Ask for the token that this variable holds.")
@shared_options
@pass_app_for_screen
def api(
    app: AppContext,
    *,
    store: str | None,
    listen: str,
    embedder: str | None,
    dimension: int | None,
    token_env: str | None,
) -> int:
    """Serve the runbook's RAG API over a store.

    POST /embedding/search, /embedding/embed, /api/v1/rag/preflight and
    /collections/import; GET /metrics and /health. Stores marked read_only or
    production refuse imports.

    It has no login unless --token-env is given; that is why it listens on
    127.0.0.1. Without an embedder in drills.toml, texts go through a built-in
    one that hashes runs of letters: it finds what is written alike, not what
    means the same, and is for demonstrations.
    """
    if any(importlib.util.find_spec(name) is None for name in _NEEDED):
        raise UsageError('the RAG API needs two more packages: pip install "qdrill[api]"')
    from qdrill.api.serving import parse_listen, serve

    host, port = parse_listen(listen)
    token = _token(app, token_env)
    backend = _backend(app, store, embedder, dimension)
    backend.check()
    return serve(backend, host, port, token, app.sink.say)


def _backend(app: AppContext, store: str | None, embedder: str | None, dimension: int | None) -> Backend:
    from qdrill.api.backend import Backend
    from qdrill.api.embedding import choose_embedder

    chosen = choose_embedder(app.session, embedder, dimension)
    return Backend(app.session, _store(app, store), chosen, app.config.runbook.collection)


def _store(app: AppContext, name: str | None) -> StoreConfig:
    """The store with every guard that holds for its place; raises UsageError where there is none of that name."""
    from qdrill.address import parse_store

    if name is None:
        default = app.config.default_store
        name = default.name if default.name in app.config.stores else default.url or ""
    return parse_store(name, app.config)


def _token(app: AppContext, variable: str | None) -> str | None:
    """The token out of its variable; raises UsageError where it holds none, and never shows it."""
    if variable is None:
        return None
    from qdrill.config_model import quoted

    token = app.environ.get(variable, "")
    if not token:
        raise UsageError(f"{quoted(variable)} is not set, and --token-env takes the token from it; set it")
    if not (token.isascii() and token.isprintable()) or " " in token:
        raise UsageError(f"{quoted(variable)} holds spaces, line breaks or characters that no token has; set it again")
    return token
