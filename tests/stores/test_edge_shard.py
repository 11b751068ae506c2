"""Shards shared by threads, kept from other processes, killed, and optimized."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from qdrill.errors import StoreError
from qdrill.stores import edge_optimize
from qdrill.stores.base import Query
from qdrill.stores.edge import EdgeStore
from tests.stores.edge_support import filled, row


def run(code: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run `code` in another Python that can import qdrill."""
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment())


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "src")}


def test_threads_and_stores_share_one_opening(store: EdgeStore, root: Path) -> None:
    filled(store, "a", *(row(i) for i in range(400)))
    filled(store, "b", row(1))
    second = EdgeStore(root, "again")
    readers = [store.reader("a"), second.reader("a"), second.reader("a")]
    with ThreadPoolExecutor(4) as pool:
        pages = list(pool.map(lambda start: readers[start % 3].scroll(start, 10), range(0, 400, 10)))
    ids = [r["id"] for page in pages for r in json.loads(b"[" + bytes(page.rows) + b"]")]
    assert ids == list(range(400))
    readers[0].close()
    readers[0].close()
    with pytest.raises(StoreError, match="closed"):
        readers[0].count()
    store.close()
    assert readers[1].count() == 400
    second.close()


def test_reading_goes_on_while_it_is_written_patched_and_optimized(store: EdgeStore) -> None:
    writer = filled(store, "a", *(row(i) for i in range(200)))
    reader, stop = store.reader("a"), threading.Event()

    def count_on() -> set[int | None]:
        seen: set[int | None] = set()
        while not stop.is_set():
            seen.add(reader.count())
        return seen

    with ThreadPoolExecutor(2) as pool:
        counting = [pool.submit(count_on) for _ in range(2)]
        try:
            writer.upsert([b",".join(row(i) for i in range(200, 300))], wait=True)
            writer.patch({"optimizers_config": {"indexing_threshold": 1}})
            writer.optimize()
        finally:
            stop.set()
        seen = counting[0].result() | counting[1].result()
    assert seen <= set(range(200, 301))
    assert reader.count() == 300


HOLD = """
import sys
from pathlib import Path
from qdrill.stores.edge import EdgeStore
reader = EdgeStore(Path(sys.argv[1]), "x").reader("a")
print(reader.count(), flush=True)
sys.stdin.read()
"""


def test_a_collection_open_in_another_process_says_so(store: EdgeStore, root: Path) -> None:
    filled(store, "a", row(1))
    store.close()
    command = [sys.executable, "-c", HOLD, str(root)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, text=True, env=environment(), stdin=pipe, stdout=pipe) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        assert other.stdout.readline() == "1\n"
        assert store.collections() == ("a",)
        writer = store.writer("a")
        for call in (lambda: store.reader("a"), lambda: writer.upsert([row(2)], wait=True), writer.delete):
            with pytest.raises(StoreError, match="in use by another process"):
                call()
        other.stdin.close()
        assert other.wait() == 0
    assert store.reader("a").count() == 1


def test_this_process_keeps_others_out_until_it_closes(store: EdgeStore, root: Path) -> None:
    filled(store, "a", row(1))
    attempt = run(HOLD.replace("sys.stdin.read()", ""), root)
    assert attempt.returncode == 1
    assert "in use by another process" in attempt.stderr
    store.close()
    assert run(HOLD.replace("sys.stdin.read()", ""), root).stdout == "1\n"


KILLED = """
import os, signal, sys
from pathlib import Path
from qdrill.stores.edge import EdgeStore
writer = EdgeStore(Path(sys.argv[1]), "x").writer("a")
writer.create({"vectors": {"size": 2, "distance": "Dot"}})
row = '{"id":%d,"payload":{"n":%d},"vector":[1,2]}'
writer.upsert([(row % (1, 1)).encode()], wait=True)
writer.upsert([(row % (2, 2)).encode()], wait=False)
writer.settle()
writer.create_index("n", {"type": "integer", "range": True, "lookup": False})
writer.patch({"metadata": {"a": 1}})
writer.upsert([(row % (3, 3)).encode()], wait=False)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_was_written_before_a_kill_is_there_afterwards(store: EdgeStore, root: Path) -> None:
    assert run(KILLED, root).returncode == -signal.SIGKILL
    reader = store.reader("a")
    assert reader.scroll_ids(None, 10).ids == [1, 2, 3]
    info = reader.info().data
    assert info["config"]["metadata"] == {"a": 1}
    assert info["payload_schema"]["n"] == {
        "data_type": "integer",
        "params": {"type": "integer", "range": True, "lookup": False},
        "points": 3,
    }


def test_opening_a_source_changes_no_segment(store: EdgeStore, root: Path) -> None:
    filled(store, "a", row(1)).settle()
    store.close()
    store.reader("a").close()

    def contents() -> dict[Path, bytes]:
        wanted = ("segments", "collection.json", "edge_config.json")
        found = [file for name in wanted for file in [root / "a" / name, *(root / "a" / name).rglob("*")]]
        return {file: file.read_bytes() for file in found if file.is_file()}

    before = contents()
    reader = store.reader("a")
    assert reader.optimizer().done
    assert reader.count() == len(reader.query(Query(vector=[1, 2]))) == 1
    assert reader.info().data["status"] == "green"
    reader.close()
    assert contents() == before


# ---------------------------------------------------------------- optimizing


def wait_for_optimizer() -> None:
    for thread in threading.enumerate():
        if thread.name == "edge-optimize":
            thread.join()


LARGE = {"vectors": {"size": 64, "distance": "Dot"}, "optimizers_config": {"indexing_threshold": 1}}


def test_asking_for_the_optimizer_builds_the_indexes_that_are_due(store: EdgeStore) -> None:
    writer = filled(store, "a", *(row(i, [i + 1, *[1] * 63]) for i in range(300)), body=LARGE)
    reader = writer.reader
    assert reader.info().data["indexed_vectors_count"] == 0
    state = reader.optimizer()
    assert (state.status, state.done) == ("yellow", False)
    wait_for_optimizer()
    assert (reader.optimizer().status, reader.optimizer().done) == ("green", True)
    assert reader.info().data["indexed_vectors_count"] == 300
    assert reader.count() == 300
    assert [hit.id for hit in reader.query(Query(vector=[1, *[0] * 63], limit=2, exact=False))] == [299, 298]


def test_nothing_is_due_below_the_threshold_and_in_a_collection_only_read(store: EdgeStore) -> None:
    small = filled(store, "small", row(1))
    assert small.reader.optimizer().done
    filled(store, "a", *(row(i, [1] * 64) for i in range(300)), body=LARGE)
    store.close()
    reader = store.reader("a")
    assert (reader.optimizer().status, reader.optimizer().done) == ("green", True)
    assert reader.info().data["indexed_vectors_count"] == 0


def test_an_optimizer_that_fails_says_so(store: EdgeStore, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = filled(store, "a", *(row(i, [1] * 64) for i in range(300)), body=LARGE)
    monkeypatch.setattr(edge_optimize, "_CHILD", "raise SystemExit('no space left')")
    assert not writer.reader.optimizer().done
    wait_for_optimizer()
    state = writer.reader.optimizer()
    assert (state.status, state.done) == ("red", False)
    assert "no space left" in state.error
    assert writer.reader.count() == 300
    with pytest.raises(StoreError, match="no space left"):
        writer.optimize()


def test_closing_and_deleting_do_not_wait_for_the_optimizer(store: EdgeStore) -> None:
    writer = filled(store, "a", *(row(i, [1] * 64) for i in range(300)), body=LARGE)
    assert not writer.reader.optimizer().done
    store.close()
    wait_for_optimizer()
    again = store.writer("a")
    assert again.reader.count() == 300
    again.upsert([row(1000, [1] * 64)], wait=False)
    again.reader.optimizer()
    again.delete()
    wait_for_optimizer()
    assert store.collections() == ()
