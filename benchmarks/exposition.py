"""What reading a large exposition endpoint costs, as ratios to the limits that a drill gives it.

`python -m benchmarks.exposition`: a server on this machine exposes histograms as a busy service does; each reading is
made in a process of its own, whose growth from before the first reading to its peak is the memory.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

LIMIT_SECONDS = 0.5
LIMIT_MB = 100.0
_BUCKETS = ("0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1.0", "2.5", "5.0", "+Inf")


def main() -> None:
    """Measure, or be the process that is measured."""
    options = _options()
    if options.url:
        print(json.dumps(_read(options.url)))
        return
    body = exposition(options.series)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(body))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    command = [sys.executable, "-m", "benchmarks.exposition", "--url", f"http://127.0.0.1:{server.server_port}/metrics"]
    found = [json.loads(subprocess.check_output(command)) for _ in range(options.rounds)]
    server.shutdown()
    print(f"{found[0]['series']:,} series in {len(body) / 1e6:.1f} MB, {options.rounds} processes")
    for name, unit, limit in (("first", "s", LIMIT_SECONDS), ("next", "s", LIMIT_SECONDS), ("grown", "MB", LIMIT_MB)):
        values = [one[name] for one in found]
        middle = statistics.median(values)
        spread = f"{min(values):.3f} to {max(values):.3f}"
        print(f"{name}: {middle:.3f} {unit} (of {spread}), {middle / limit:.2f} of the limit of {limit:g} {unit}")


def exposition(series: int) -> bytes:
    """An exposition of that many series, in histograms of eleven buckets with four labels."""
    lines, left = ["# TYPE http_request_duration_seconds histogram"], series
    for path in range(series):
        labels = f'method="POST",path="/collections/c{path}/points/query",status="200"'
        buckets = [f'_bucket{{le="{le}",{labels}}} {path * 7 + n}.0' for n, le in enumerate(_BUCKETS)]
        rows = [*buckets, f"_count{{{labels}}} {path * 7 + 10}.0", f"_sum{{{labels}}} {path * 0.37}"][:left]
        lines += [f"http_request_duration_seconds{row}" for row in rows]
        left -= len(rows)
        if not left:
            break
    return ("\n".join(lines) + "\n").encode()


def _read(url: str) -> dict[str, float]:
    """Seconds of a first reading (modules are loaded by it) and of the median of ten more, and MB of growth."""
    before = _resident_mb()
    from qdrill.config_services import MetricsConfig
    from qdrill.control import JobControl
    from qdrill.signals.exposition import read

    config = MetricsConfig("bench", url)
    found = [read(config, {}, JobControl()) for _ in range(11)]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    later = statistics.median(one.seconds for one in found[1:])
    return {"series": found[0].series, "first": found[0].seconds, "next": later, "grown": peak - before}


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * resource.getpagesize() / (1 << 20)


def _handler(body: bytes) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    return Handler


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.exposition", description=__doc__)
    parser.add_argument("--series", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
