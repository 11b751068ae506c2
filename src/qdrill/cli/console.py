"""`qdrill console`: the screens, in the terminal at hand."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from qdrill.cli.options import Options, pass_app_for_screen, shared_options
from qdrill.errors import UsageError

if TYPE_CHECKING:
    from qdrill.cli.context import AppContext


@click.command()
@shared_options
@pass_app_for_screen
def console(app: AppContext) -> int:
    """Open the console: run, watch, search, compare and sign drills.

    `qdrill` alone does the same on a terminal.
    """
    if not on_terminal():
        raise UsageError("the console needs a terminal; without one use `qdrill run`, or `qdrill demo --headless`")
    return open_it(app.options)


def open_it(options: Options) -> int:
    """Open the console, and return its exit code when it is closed."""
    from qdrill.console.app import open_console

    return open_console(options.config, os.environ)


def wants_screen(options: Options) -> bool:
    """Whether a screen is what somebody wants who did not say: on a terminal, and without asking for plain output."""
    return on_terminal() and not (options.json or options.log_json or options.quiet)


def on_terminal() -> bool:
    """Whether stdin, stdout and stderr, which the screen is drawn on, are a terminal that can show a screen."""
    streams = (sys.stdin, sys.stdout, sys.stderr)
    return os.environ.get("TERM") != "dumb" and all(one is not None and one.isatty() for one in streams)
