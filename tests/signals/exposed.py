"""Drill records for tests of what is exported, and reading it back: with prometheus_client, promtool, and over HTTP."""

from __future__ import annotations

import shutil
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families

from qdrill.records.model import Origin
from qdrill.records.render_toml import render_toml
from qdrill.results import DrillResult
from qdrill.signals.exporter import open_registry, serve
from qdrill.signals.own_records import DrillLedger
from tests.records import samples

PROMTOOL, PUSHGATEWAY = shutil.which("promtool"), shutil.which("prometheus-pushgateway")
needs_promtool = pytest.mark.skipif(PROMTOOL is None, reason="no promtool here: nothing was checked with it")
needs_gateway = pytest.mark.skipif(PUSHGATEWAY is None, reason="no prometheus-pushgateway here: nothing was pushed")
PATIENCE = 30
HOSTILE = samples.HOSTILE + '\\ " {} \x00 \u2028 = 1'
FREE = "127.0.0.1:0"


def at(number: int, result: DrillResult, **changes: Any) -> DrillResult:
    """`result` as the drill `number`: its own id, an hour after the one before."""
    started = samples.START + timedelta(hours=number)
    times = {"started": started, "finished": started + timedelta(seconds=12)}
    return replace(result, id=f"20261122T{number:06d}Z-{number:04x}", **{**times, **changes})


def save(drills: Path, result: DrillResult, origin: Origin = "real") -> Path:
    """A drill's directory with nothing but its record."""
    directory = drills / result.id
    directory.mkdir(parents=True)
    text = render_toml(samples.record_of(result, origin=origin))
    (directory / "drill.toml").write_text(text, encoding="utf-8")
    return directory


def registry_of(drills: Path) -> CollectorRegistry:
    return open_registry(DrillLedger(drills), process=False)


def values(text: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Sample and labels -> value, as prometheus_client's own parser reads them."""
    found = [one for family in text_string_to_metric_families(text) for one in family.samples]
    read = {(one.name, tuple(sorted(one.labels.items()))): one.value for one in found}
    assert len(read) == len(found)
    return read


def value(text: str, name: str, **labels: str) -> float | None:
    return values(text).get((name, tuple(sorted(labels.items()))))


def scraped(url: str, accept: str = "text/plain") -> str:
    request = urllib.request.Request(url, headers={"Accept": accept})
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        body: bytes = answer.read()
        return body.decode()


def promtool(*arguments: str | Path, given: bytes | None = None) -> None:
    assert PROMTOOL is not None
    done = subprocess.run([PROMTOOL, *arguments], input=given, capture_output=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@contextmanager
def served(registry: CollectorRegistry) -> Iterator[str]:
    server = serve(FREE, registry)
    try:
        yield server.url
    finally:
        server.close()
