"""What the console costs: how soon keys are answered while a drill runs flat out, and what it takes from the drill.

`python -m benchmarks.console`: drills without the console, with it, and with somebody who types into it, in turn, each
in a process of its own. A key counts as answered when the screen has been painted after it; some twenty keys a second
come from a thread, as a terminal's do.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from benchmarks.sample import drop, fill

SOURCE, TARGET = "qdrill_bench", "qdrill_bench_restored"
KEYS = ("down", "up", "pageup", "down", "end")
SHORTEST, LONGEST = 0.02, 0.09


def main() -> None:
    """Measure, or be the process that is measured."""
    options = _options()
    if options.role:
        print(json.dumps(_role(options)))
        return
    url = options.url.rstrip("/")
    if not options.keep_data:
        fill(url, SOURCE, options.points, options.dimensions)
    ratios: dict[str, list[float]] = {"backup": [], "restore": []}
    answers: list[float] = []
    shares: list[float] = []
    for turn in range(options.rounds + 1):
        plain, console, typed = (_child(options, role) for role in ("plain", "console", "typing"))
        if turn == 0:
            continue  # warm caches for all
        answers += typed["answers"]
        shares.append(console["screen"] / (console["backup"] + console["restore"]))
        for stage, found in ratios.items():
            found.append(plain[stage] / console[stage])
    print(f"processor time of the screen: {statistics.median(shares):.1%} of a core")
    for stage, found in ratios.items():
        line = f"{statistics.median(found):.3f} (of {min(found):.3f} to {max(found):.3f})"
        print(f"{stage} with the console : without: {line}")
    answers.sort()
    middle, late = statistics.median(answers), answers[min(len(answers) - 1, int(len(answers) * 0.99))]
    print(f"keys: {len(answers)}, median {middle * 1000:.1f} ms, 99th percentile {late * 1000:.1f} ms")
    drop(url, TARGET)


def _child(options: argparse.Namespace, role: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.console", "--role", role, "--url", options.url]
    command += ["--artifacts", options.artifacts, "--seed", str(random.randrange(1 << 30))]
    found: dict[str, Any] = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
    return found


def _role(options: argparse.Namespace) -> dict[str, Any]:
    from qdrill.config import Config
    from qdrill.config_model import DrillConfig, SearchConfig
    from qdrill.console.live import LiveEngine

    url = options.url.rstrip("/")
    drop(url, TARGET)
    file = Path(options.artifacts) / "drills.toml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text('artifacts = "."\n')
    engine = LiveEngine(file, {})
    assert isinstance(engine.config, Config)
    drill = DrillConfig(
        "benchmark", f"{url}/{SOURCE}", f"{url}/{TARGET}", level="count", searches=(SearchConfig(random=1),)
    )
    if options.role == "plain":
        return _plain(engine, drill)
    return asyncio.run(_with_console(engine, drill, options.seed if options.role == "typing" else None))


def _plain(engine: Any, drill: Any) -> dict[str, Any]:
    from qdrill.control import JobControl
    from qdrill.events import ignore

    return _seconds(engine.drill(drill, None, JobControl(), ignore))


def _seconds(outcome: Any) -> dict[str, Any]:
    return {stage.stage: stage.seconds for stage in outcome.result.stages}


async def _with_console(engine: Any, drill: Any, seed: int | None) -> dict[str, Any]:
    from textual import events

    from qdrill.console.app import QdrillApp

    sent: list[float] = []
    answers: list[float] = []

    class Measured(QdrillApp):
        async def on_event(self, event: events.Event) -> None:
            await super().on_event(event)
            if isinstance(event, events.Key) and len(answers) < len(sent):
                begun = sent[len(answers)]
                self.call_after_refresh(lambda: answers.append(time.monotonic() - begun))

    app = Measured(engine, {})
    running = asyncio.create_task(app.run_async(headless=True, size=(120, 36)))
    while not (app.screen_stack and app.base_screen.is_mounted):
        await asyncio.sleep(0.05)
    await _idle()
    loop = asyncio.get_running_loop()
    own = time.thread_time()
    job = app.jobs.start("drill", "benchmark", lambda control, emit: engine.drill(drill, None, control, emit))
    if seed is not None:
        typist = (loop, app, job, sent, answers, random.Random(seed))
        threading.Thread(target=_type, args=typist, daemon=True).start()
    while not job.ended:
        await asyncio.sleep(0.05)
    own = time.thread_time() - own
    app.exit(0)
    await running
    if job.error is not None:
        raise job.error
    return {**_seconds(job.result), "answers": answers, "screen": own}


async def _idle() -> None:
    """Wait until the console has drawn itself: its loop has answered at once for a second."""
    quiet = 0
    while quiet < 20:
        begun = time.monotonic()
        await asyncio.sleep(0.05)
        quiet = quiet + 1 if time.monotonic() - begun < 0.06 else 0


def _type(
    loop: asyncio.AbstractEventLoop, app: Any, job: Any, sent: list[float], answers: list[float], chance: random.Random
) -> None:
    """Press a key now and then while points move; the next one only when the last is answered."""
    from textual import events

    number = 0
    while not job.ended:
        time.sleep(chance.uniform(SHORTEST, LONGEST))
        stage = job.snapshot().stage
        if stage is None or stage.name not in ("backup", "restore") or len(answers) < len(sent):
            continue
        key = KEYS[number % len(KEYS)]
        number += 1
        sent.append(time.monotonic())
        loop.call_soon_threadsafe(app.post_message, events.Key(key, "?" if key == "question_mark" else None))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.console", description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:6333", help="a Qdrant server that may be written to")
    parser.add_argument("--points", type=int, default=100_000)
    parser.add_argument("--dimensions", type=int, default=384)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--artifacts", default="artifacts/benchmark-console", help="where archives and records go")
    parser.add_argument("--keep-data", action="store_true", help="use the collection of an earlier run")
    parser.add_argument("--seed", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--role", choices=["plain", "console", "typing"], help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
