"""Memory stays bounded, whatever the collection's size."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from qdrill.stores.server import ServerStore
from tests.cli.runner import COMMAND, environment
from tests.faults.conftest import NewName

POINTS, DIMS, BATCH = 20_000, 384, 1000
LONG_ROWS, LONG = 6, 18_000_000
MOST_EVIDENCE = 2_000_000
MOST = 200_000_000
# A process counts what it had before it became qdrill, so it has to be started by a small one.
MEASURE = """
import resource, subprocess, sys
code = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(code)
"""


def rows(points: int) -> Iterator[bytes]:
    """Rows of full precision, made from few vectors: what counts is their length."""
    vectors = [
        ",".join(repr(math.sin(number * 12.9898 + place * 78.233)) for place in range(DIMS)) for number in range(16)
    ]
    for number in range(1, points + 1):
        yield f'{{"id":{number},"payload":{{"number":{number}}},"vector":[{vectors[number % 16]}]}}'.encode()


def peak(*arguments: str, cwd: Path) -> int:
    """Most bytes of memory that a run of qdrill had, which must end well."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, *COMMAND, *arguments],
        cwd=cwd,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return int(done.stdout) * 1024


@pytest.fixture
def source(store: ServerStore, new_name: NewName) -> str:
    name = new_name()
    writer = store.writer(name)
    writer.create({"vectors": {"size": DIMS, "distance": "Dot"}, "optimizers_config": {"indexing_threshold": 0}})
    batch: list[bytes] = []
    for one in rows(POINTS):
        batch.append(one)
        if len(batch) == BATCH:
            writer.upsert([b",".join(batch)], wait=True)
            batch.clear()
    return name


def test_a_backup_a_restore_and_a_verify(store: ServerStore, source: str, new_name: NewName, home: Path) -> None:
    """Of 20,000 points of 384 dimensions; ru_maxrss of the very process."""
    archive, target = str(home / "a.json"), f"{store.url}/{new_name()}"
    taken = {
        "backup": peak("backup", f"{store.url}/{source}", "-o", archive, cwd=home),
        "restore": peak("restore", archive, target, cwd=home),
        "verify": peak("verify", archive, target, cwd=home),
    }
    assert (home / "a.json").stat().st_size > 0.3 * MOST
    assert max(taken.values()) < MOST, taken
    assert min(taken.values()) > 10_000_000, "nothing was measured"


@pytest.fixture
def long_rows(store: ServerStore, new_name: NewName) -> str:
    name = new_name()
    writer = store.writer(name)
    writer.create({"vectors": {"size": 4, "distance": "Dot"}, "on_disk_payload": True})
    for number in range(1, LONG_ROWS + 1):
        text = f"{number} ".encode() * (LONG // 2)
        writer.upsert([b'{"id":%d,"payload":{"text":"%b"},"vector":[%d,1,0,0]}' % (number, text, number)], wait=True)
    return name


def test_rows_of_many_megabytes(store: ServerStore, long_rows: str, new_name: NewName, home: Path) -> None:
    """Payloads of 18 MB each, 108 MB in all: no stage holds more than one, and no evidence keeps any."""
    source, target, rehearsed = (f"{store.url}/{name}" for name in (long_rows, new_name(), new_name()))
    archive = str(home / "a.json")
    taken = {
        "backup": peak("backup", source, "-o", archive, cwd=home),
        "restore": peak("restore", archive, target, cwd=home),
        "verify": peak("verify", archive, target, cwd=home),
        "verify both": peak("verify", source, target, cwd=home),
        "search": peak("search", source, "--id", "1", "--top-k", "5", "--against", target, cwd=home),
        "run": peak("run", "--source", source, "--target", rehearsed, "--random", "2", cwd=home),
    }
    assert max(taken.values()) < MOST, taken
    evidence = list(home.glob("artifacts/drills/*/evidence/search-*.json"))
    assert len(evidence) == 2
    for file in evidence:
        assert file.stat().st_size < MOST_EVIDENCE
        hits = json.loads(file.read_text())["target"]["hits"]
        assert all(hit["payload_bytes"] > LONG // 2 and hit["payload_digest"].startswith("blake3:") for hit in hits)
