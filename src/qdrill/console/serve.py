"""The console in a browser on this machine, by textual-serve: each page is a console of its own, in its own process.

There is no login. So it listens on 127.0.0.1 alone, and answers no page of another origin: browsers let any web page
open a websocket to this machine, and whoever holds the websocket holds the console.
"""

from __future__ import annotations

import asyncio
import errno
import gc
import logging
import os
import shlex
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

from qdrill.errors import QdrillError, UsageError

if TYPE_CHECKING:
    from aiohttp import web
    from textual_serve.server import Server

    Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

HOST = "127.0.0.1"
NAMES = (HOST, "localhost")
_WAIT_FOR_JOB = 30.0
_CLOSE_PAGES = 2.0


def serve(port: int, config_path: Path | None) -> int:
    """Serve until Ctrl-C; returns the exit code.

    Raises:
        UsageError: textual-serve is not installed, drills.toml cannot be used, or the port cannot be listened on.
    """
    try:
        from aiohttp import web
        from textual_serve.server import Server
    except ImportError:
        raise UsageError('the console in a browser needs one more package: pip install "qdrill[web]"') from None
    from qdrill.config import load_config

    load_config(config_path, os.environ)
    quiet_log()
    server = Server(page_command(config_path), host=HOST, port=port, title="qdrill")
    try:
        web.run_app(
            guarded(server, port),
            host=HOST,
            port=port,
            print=lambda _: _say_where(port),
            access_log=None,
            shutdown_timeout=_CLOSE_PAGES,
        )
    except OSError as error:
        raise _refused(port, error) from None
    return 0


def page_command(config_path: Path | None) -> str:
    """The shell command of one page."""
    parts = [sys.executable, "-m", "qdrill.console.serve"]
    return shlex.join(parts if config_path is None else [*parts, str(config_path.absolute())])


async def guarded(server: Server, port: int) -> web.Application:
    """The server's application, behind a look at who asks."""
    from aiohttp import web

    places = {f"{name}:{port}" for name in NAMES}
    policy = "; ".join(
        (
            "default-src 'self' data:",
            "script-src 'self' 'unsafe-inline'",
            "style-src 'self' 'unsafe-inline'",
            f"connect-src 'self' {' '.join(f'ws://{place}' for place in sorted(places))}",
            "frame-ancestors 'none'",
        )
    )

    @web.middleware
    async def look(request: web.Request, handler: Handler) -> web.StreamResponse:
        origin = request.headers.get("Origin")
        if request.headers.get("Host") not in places:
            raise web.HTTPForbidden(text="qdrill: this console answers at 127.0.0.1 alone\n")
        if origin is not None and origin.removeprefix("http://") not in places:
            raise web.HTTPForbidden(text="qdrill: this console answers its own pages alone\n")
        response = await handler(request)
        if not response.prepared:
            response.headers["Content-Security-Policy"] = policy
        return response

    app = await server._make_app()
    # The library's greeting does not say that there is no login.
    app.on_startup.clear()
    app.on_cleanup.append(_let_go)
    app.middlewares.append(look)
    return app


async def _let_go(_app: web.Application) -> None:
    """The library leaves the pipes of ended pages to the collector, which must come before the loop is closed."""
    gc.collect()
    await asyncio.sleep(0)


def _say_where(port: int) -> None:
    """Once it listens."""
    print(f"qdrill: the console is at http://{HOST}:{port}  Ctrl-C ends it", file=sys.stderr)  # noqa: T201
    print(  # noqa: T201
        "qdrill: it has no login: everyone on this machine can open it, and do what you can; nobody else can",
        file=sys.stderr,
        flush=True,
    )


def _refused(port: int, error: OSError) -> UsageError:
    reason = "is in use" if error.errno == errno.EADDRINUSE else f"cannot be used ({error.strerror or 'refused'})"
    return UsageError(f"port {port} of {HOST} {reason}; name another with --port")


def quiet_log() -> None:
    """A page that is closed in the middle of something is no news."""
    for name in ("textual-serve", "aiohttp.server", "asyncio"):
        log = logging.getLogger(name)
        log.addHandler(logging.NullHandler())
        log.propagate = False


def page(arguments: list[str]) -> int:
    """The process of one page: a console, and at its end a record of the drill that somebody left it with."""
    from qdrill.console.app import QdrillApp, run_app
    from qdrill.console.live import LiveEngine

    try:
        engine = LiveEngine(Path(arguments[0]) if arguments else None, os.environ)
    except QdrillError as error:
        print(f"qdrill: {error}", file=sys.stderr)  # noqa: T201
        return int(error.exit_code)
    app = QdrillApp(engine, os.environ)
    code = run_app(app)
    # A page may be closed without a question; the drill then ends as interrupted, not in silence.
    job = app.jobs.running
    if job is not None:
        job.cancel()
        job.wait(_WAIT_FOR_JOB)
    return code


if __name__ == "__main__":
    sys.exit(page(sys.argv[1:]))
