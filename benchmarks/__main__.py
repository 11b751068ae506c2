"""Speed as a ratio to the limit, measured side by side in the same run. See README.md beside this file."""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Callable

from benchmarks.limits import page_starts, ready_bodies, scroll_with_curl, send_bodies
from benchmarks.sample import drop, fill
from benchmarks.tool import help_seconds, qdrill

SOURCE, UUIDS = "qdrill_bench", "qdrill_bench_uuids"
TARGET, PLAIN = "qdrill_bench_restored", "qdrill_bench_plain"


def main() -> None:
    """Measure backup, restore and verify against a server, and the start of the command."""
    options = _options()
    url, points = options.url.rstrip("/"), options.points
    archive = options.archive
    if not options.keep_data:
        fill(url, SOURCE, points, options.dimensions)
        fill(url, UUIDS, points, options.dimensions, uuids=True)
    print(f"{points:,} points of {options.dimensions} dimensions, {options.rounds} rounds, ratios are medians")
    restore = ["restore", archive, f"{url}/{TARGET}"]
    verify = ["verify", archive, f"{url}/{TARGET}"]
    for name, ids in ((UUIDS, "UUIDs"), (SOURCE, "integer ids without a gap")):
        backup = ["backup", f"{url}/{name}", "-o", archive]
        _pairs(f"backup, {ids} : curl to nowhere", options.rounds, curl(url, name), backup)
    bodies = ready_bodies(archive)

    def plain() -> float:
        fill(url, PLAIN, 0, options.dimensions)
        return send_bodies(url, PLAIN, bodies)

    _pairs("restore : ready bodies, wait=true", options.rounds, plain, restore, before=lambda: drop(url, TARGET))
    _pairs("verify : curl to nowhere", options.rounds, curl(url, SOURCE), verify)
    print(f"qdrill --help: {statistics.median(help_seconds() for _ in range(9)):.3f} s")
    for name in (TARGET, PLAIN):
        drop(url, name)


def curl(url: str, name: str) -> Callable[[], float]:
    """Seconds of curl over one collection; where its pages begin is found out beforehand."""
    starts = page_starts(url, name)
    return lambda: scroll_with_curl(url, name, starts)


def _pairs(
    title: str,
    rounds: int,
    limit: Callable[[], float],
    command: list[str],
    before: Callable[[], None] = lambda: None,
) -> None:
    """Run limit and command in turn; one line with the medians and the spread of the ratios."""
    reported, whole, limits, peak = [], [], [], 0.0
    for turn in range(rounds + 1):
        limit_seconds = limit()
        before()
        run = qdrill(command)
        if turn == 0:
            continue  # warm caches for both
        limits.append(limit_seconds)
        reported.append(limit_seconds / run.reported)
        whole.append(limit_seconds / run.whole)
        peak = max(peak, run.peak_mb)
    print(
        f"{title}: {statistics.median(reported):.2f} (of {min(reported):.2f} to {max(reported):.2f}); whole process "
        f"{statistics.median(whole):.2f}; the limit took {statistics.median(limits):.2f} s; peak {peak:.0f} MB"
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:6333", help="a Qdrant server that may be written to")
    parser.add_argument("--points", type=int, default=100_000)
    parser.add_argument("--dimensions", type=int, default=384)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--archive", default="artifacts/benchmark.json", help="where the archive goes")
    parser.add_argument("--keep-data", action="store_true", help="use the collection of an earlier run")
    return parser.parse_args()


if __name__ == "__main__":
    main()
