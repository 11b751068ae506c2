"""`qdrill serve`: the console in a browser on this machine."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING

import click

from qdrill.cli.options import pass_app_for_screen, shared_options
from qdrill.errors import UsageError

if TYPE_CHECKING:
    from qdrill.cli.context import AppContext


@click.command()
@click.option("--port", type=click.IntRange(1, 65_535), default=8765, show_default=True, help="Port on 127.0.0.1.")
@shared_options
@pass_app_for_screen
def serve(app: AppContext, *, port: int) -> int:
    """Serve the console to a browser on this machine.

    It has no login: whoever can open the page can do what you can. That is why it
    listens on 127.0.0.1 alone.
    """
    if importlib.util.find_spec("textual_serve") is None:
        raise UsageError('the console in a browser needs one more package: pip install "qdrill[web]"')
    from qdrill.console.serve import serve as serve_console

    return serve_console(port, app.options.config)
