"""Run the server as a process: `python -m tests.support.restserver --port 0 --dir DIR`."""

from __future__ import annotations

import argparse
import os
import signal
import threading
from pathlib import Path

from tests.support.restserver.routes import Keys, Router
from tests.support.restserver.server import Server
from tests.support.restserver.store import Store

MEGABYTE = 1024 * 1024


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="restserver")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--dir", type=Path, required=True)
    parser.add_argument("--api-key")
    parser.add_argument("--read-only-key")
    parser.add_argument("--max-request-mb", type=int, default=32)
    parser.add_argument("--end-with-stdin", action="store_true", help="end when standard input does")
    return parser.parse_args()


def watch_stdin(stop: threading.Event) -> None:
    """Read the descriptor itself: a buffered reader would be locked when the interpreter ends."""
    while os.read(0, 1):
        pass
    stop.set()


def main() -> None:
    options = arguments()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    if options.end_with_stdin:
        threading.Thread(target=watch_stdin, args=(stop,), daemon=True).start()
    store = Store(options.dir)
    router = Router(store, Keys(options.api_key, options.read_only_key))
    server = Server(options.port, router, options.max_request_mb * MEGABYTE)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    print(f"listening on {server.url}", flush=True)
    stop.wait()
    store.closing = True
    server.shutdown()
    server.server_close()
    store.close()


if __name__ == "__main__":
    main()
