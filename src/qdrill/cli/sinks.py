"""Where events go on the command line: a bar on a terminal, plain lines elsewhere, or JSON lines."""

from __future__ import annotations

import os
import sys
import time
from typing import IO, Protocol

from qdrill.cli.options import Options
from qdrill.events import Event


class Sink(Protocol):
    """Takes events from any thread."""

    def __call__(self, event: Event) -> None:
        """Show an event."""

    def say(self, text: str) -> None:
        """Show a line that is no event, such as `cancelling...`."""

    def settle(self) -> None:
        """End the progress shown so far; what follows starts anew."""


def open_sink(options: Options) -> Sink:
    """The sink that fits the options and the terminal."""
    if options.log_json:
        from qdrill.cli.log_json import JsonSink

        return JsonSink(sys.stderr)
    if not options.quiet and sys.stderr.isatty() and os.environ.get("TERM") != "dumb":
        from qdrill.cli.bar import BarSink

        return BarSink(colour=colour_on(options, sys.stderr))
    from qdrill.cli.plain import PlainSink, QuietSink

    return QuietSink(sys.stderr) if options.quiet else PlainSink(sys.stderr, time.monotonic)


def colour_on(options: Options, stream: IO[str]) -> bool:
    """Whether text on `stream` may have colours."""
    if options.color != "auto":
        return options.color == "always"
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb" and stream.isatty()
