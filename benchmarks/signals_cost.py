"""What qdrill's own exporter costs a drill: drills without it and with it, scraped once a second, in turn.

`python -m benchmarks.signals_cost`: each drill is a process of its own, on the embedded engine or on a server
(`--url`). Ratios are of the seconds of a stage without the exporter to those with it: 0.98 is the limit. `processor` is
the same of the processor time of the whole drill, which others on the machine disturb less. The drills' directory holds
records of earlier drills (`--records`), because a scrape looks at all of them.
"""

from __future__ import annotations

import argparse
import json
import shutil
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Any

from benchmarks.sample import drop, fill

SOURCE, TARGET = "qdrill_bench", "qdrill_bench_restored"
STAGES = ("backup", "restore")
LIMIT = 0.98
_BATCH = 1000


def main() -> None:
    """Measure, or be the process that is measured."""
    options = _options()
    if options.listen is not None:
        print(json.dumps(_drill(options)))
        return
    _fill(options)
    ratios: dict[str, list[float]] = {stage: [] for stage in (*STAGES, "processor")}
    scrapes: list[float] = []
    for turn in range(options.rounds + 1):
        # Whichever comes second finds warm caches, so they take turns at that.
        order = (False, True) if turn % 2 else (True, False)
        found = {exported: _child(options, exported) for exported in order}
        if turn == 0:
            _more_records(options)
            continue
        scrapes += found[True]["scrapes"]
        for stage, seconds in ratios.items():
            seconds.append(found[False][stage] / found[True][stage])
    for stage, found_ratios in ratios.items():
        middle, low, high = statistics.median(found_ratios), min(found_ratios), max(found_ratios)
        print(f"{stage} without the exporter : with it: {middle:.3f} (of {low:.3f} to {high:.3f}), limit {LIMIT}")
    slowest = f"slowest {max(scrapes) * 1000:.1f} ms" if scrapes else "none fell into a drill; take more points"
    print(f"scrapes: {len(scrapes)}, {slowest}; {options.records} records beside")
    print(f"one event listened to: {_listening() * 1e9:.0f} ns")


def _listening() -> float:
    """Seconds that the exporter adds to one event."""
    from qdrill.config_services import ExporterConfig
    from qdrill.control import JobControl
    from qdrill.events import Emit, Progress, ignore
    from qdrill.signals.exporter import DrillExporter

    watched = DrillExporter(ExporterConfig(during_drills=True), Path("nowhere"), TARGET, JobControl()).watch(ignore)
    events = [Progress("restore", "points", number, 200_000) for number in range(200_000)]

    def seconds(sink: Emit) -> float:
        begun = time.perf_counter()
        for event in events:
            sink(event)
        return (time.perf_counter() - begun) / len(events)

    return min(seconds(watched) for _ in range(5)) - min(seconds(ignore) for _ in range(5))


def _child(options: argparse.Namespace, exported: bool) -> dict[str, Any]:
    """One drill, its stages' seconds; with the exporter, the seconds of each scrape too."""
    listen = f"127.0.0.1:{_free_port()}" if exported else ""
    command = [sys.executable, "-m", "benchmarks.signals_cost", "--listen", listen, "--artifacts", options.artifacts]
    command += ["--url", options.url] if options.url else []
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    scrapes: list[float] = []
    while process.poll() is None:
        time.sleep(1.0 if scrapes or not exported else 0.05)
        if exported:
            scrapes += _scrape(f"http://{listen}/metrics")
    assert process.stdout is not None
    with process.stdout:
        text = process.stdout.read()
    if process.returncode != 0:
        raise SystemExit(f"a drill ended with {process.returncode}: {text}")
    return {**json.loads(text), "scrapes": scrapes}


def _scrape(url: str) -> list[float]:
    begun = time.perf_counter()
    with suppress(OSError), urllib.request.urlopen(url, timeout=10) as answer:
        answer.read()
        return [time.perf_counter() - begun]
    return []


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _drill(options: argparse.Namespace) -> dict[str, Any]:
    """Run one drill; `listen` is where its metrics are served, empty for a drill without them."""
    from qdrill.config_model import Config, DrillConfig, SearchConfig
    from qdrill.config_services import ExporterConfig
    from qdrill.control import JobControl
    from qdrill.drill.start import make_plan, start_drill
    from qdrill.session import Session

    exporter = ExporterConfig(options.listen, during_drills=True) if options.listen else ExporterConfig()
    store = _store(options)
    drill = DrillConfig(
        "benchmark", f"bench/{SOURCE}", f"bench/{TARGET}", level="count", searches=(SearchConfig(random=1),)
    )
    config = Config(Path(options.artifacts), stores={"bench": store}, exporter=exporter)
    with Session(config, {}, JobControl()) as session:
        plan = make_plan(session, drill, replace=TARGET)
        begun = time.process_time()
        outcome = start_drill(session, drill, plan)
        used = time.process_time() - begun
    # Only counting is compared, which no verdict calls a pass; the stages that are measured must have ended well.
    seconds: dict[str, Any] = {stage.stage: stage.seconds for stage in outcome.result.stages if stage.ok}
    if not seconds.keys() >= set(STAGES):
        raise SystemExit(outcome.result.reason)
    return {**seconds, "processor": used}


def _store(options: argparse.Namespace) -> Any:
    from qdrill.config_model import StoreConfig

    if options.url:
        return StoreConfig("bench", url=options.url.rstrip("/"))
    return StoreConfig("bench", path=Path(options.artifacts) / "edge")


def _fill(options: argparse.Namespace) -> None:
    """Make the source anew, and forget the drills of an earlier run."""
    artifacts = Path(options.artifacts)
    shutil.rmtree(artifacts / "drills", ignore_errors=True)
    if options.url:
        drop(options.url, TARGET)
        fill(options.url.rstrip("/"), SOURCE, options.points, options.dimensions)
        return
    shutil.rmtree(artifacts / "edge", ignore_errors=True)
    _fill_embedded(artifacts / "edge", options.points, options.dimensions)


def _fill_embedded(directory: Path, points: int, dimensions: int) -> None:
    import numpy as np
    import orjson

    from qdrill.stores.edge import EdgeStore

    generator = np.random.default_rng(0)
    store = EdgeStore(directory, "bench")
    writer = store.writer(SOURCE)
    # Without an index to build, the drill is nearly all backup and restore.
    off = {"indexing_threshold": 0}
    writer.create({"vectors": {"size": dimensions, "distance": "Cosine"}, "optimizers_config": off})
    for start in range(0, points, _BATCH):
        vectors = generator.standard_normal((min(_BATCH, points - start), dimensions)).astype(np.float32)
        rows = [
            {"id": start + number, "vector": vector, "payload": {"text": f"entry {start + number} 如何登录系统"}}
            for number, vector in enumerate(vectors)
        ]
        encoded = (orjson.dumps(row, option=orjson.OPT_SERIALIZE_NUMPY) for row in rows)
        writer.upsert([b",".join(encoded)], wait=True)
    store.close()


def _more_records(options: argparse.Namespace) -> None:
    """Copies of the last record under ids of their own, until there are as many as asked for."""
    drills = Path(options.artifacts) / "drills"
    latest = max(drills.iterdir())
    text = (latest / "drill.toml").read_text(encoding="utf-8")
    for number in range(options.records):
        copy = drills / f"20260101T{number:06d}Z-0000"
        copy.mkdir()
        (copy / "drill.toml").write_text(text.replace(latest.name, copy.name), encoding="utf-8")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.signals_cost", description=__doc__)
    parser.add_argument("--url", default="", help="a Qdrant server that may be written to (default: embedded engine)")
    parser.add_argument("--points", type=int, default=100_000)
    parser.add_argument("--dimensions", type=int, default=384)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--records", type=int, default=200, help="records of earlier drills")
    parser.add_argument("--artifacts", default="artifacts/benchmark-signals", help="where archives and records go")
    parser.add_argument("--listen", help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
