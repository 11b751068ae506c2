"""The embedded store: collections in a directory, read, searched, shared, locked, killed and deleted."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import qdrant_edge

from qdrill.errors import NotFound, Refused, StoreError, UsageError
from qdrill.stores import edge_optimize
from qdrill.stores.base import CollectionReader, CollectionWriter, Query, Store
from qdrill.stores.edge import EdgeStore, EdgeWriter
from qdrill.stores.edge_names import directory_name

DATA = Path(__file__).parent / "data"
PLAIN: dict[str, Any] = {"vectors": {"size": 2, "distance": "Dot"}}
UUIDS = ["00000000-0000-4000-8000-000000000001", "f0000000-0000-4000-8000-000000000000"]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def store(root: Path) -> Iterator[EdgeStore]:
    store = EdgeStore(root, "embedded")
    yield store
    store.close()


def row(point_id: int | str, vector: Any = (1, 2), **payload: Any) -> bytes:
    return json.dumps({"id": point_id, "payload": payload, "vector": vector}).encode()


def filled(store: EdgeStore, name: str, *rows: bytes, body: dict[str, Any] | None = None) -> EdgeWriter:
    writer = store.writer(name)
    writer.create(body or PLAIN)
    writer.upsert([b",".join(rows)], wait=False)
    return writer


def run(code: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run `code` in another Python that can import qdrill."""
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment())


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "src")}


def test_it_is_a_store(store: EdgeStore) -> None:
    writer = filled(store, "a", row(1))
    as_store: Store = store
    as_writer: CollectionWriter = writer
    as_reader: CollectionReader = writer.reader
    assert as_store.version() == as_reader.version() == "edge 0.9.0"
    assert as_store.label == "embedded"
    assert as_writer.exists()


# ---------------------------------------------------------------- reading


def test_pages_come_in_id_order_and_name_the_first_id_not_in_them(store: EdgeStore) -> None:
    ids: list[int | str] = [0, 3, 10, 2**64 - 1, *UUIDS]
    reader = filled(store, "a", *(row(i) for i in reversed(ids))).reader
    assert reader.scroll_ids(None, 100).ids == ids
    assert reader.scroll_ids(None, 100).next_id is None
    for i, start in enumerate(ids):
        page, following = reader.scroll_ids(start, 2), reader.scroll(start, 2)
        assert page.ids == ids[i : i + 2]
        assert page.next_id == following.next_id == (ids[i + 2] if i + 2 < len(ids) else None)
        assert [r["id"] for r in json.loads(b"[" + bytes(following.rows) + b"]")] == page.ids
    assert reader.scroll_ids(4, 1).ids == [10]
    assert reader.count() == len(ids)


def test_pages_of_an_empty_collection_and_of_no_points(store: EdgeStore) -> None:
    writer = store.writer("a")
    writer.create(PLAIN)
    page = writer.reader.scroll(None, 10)
    assert (bytes(page.rows), page.next_id) == (b"", None)
    assert writer.reader.scroll_ids(None, 10).ids == []
    with pytest.raises(Refused, match="must be 1 or larger"):
        writer.reader.scroll(None, 0)


def test_retrieve_leaves_missing_points_out(store: EdgeStore) -> None:
    reader = filled(store, "a", row(1, k="v"), row(UUIDS[0])).reader
    page = reader.retrieve([1, 77, UUIDS[0]])
    found = json.loads(b"[" + bytes(page.rows) + b"]")
    assert {r["id"]: r["payload"] for r in found} == {1: {"k": "v"}, UUIDS[0]: {}}
    assert page.next_id is None


KINDS = {
    "vectors": {
        "d": {"size": 2, "distance": "Dot"},
        "m": {"size": 2, "distance": "Dot", "multivector_config": {"comparator": "max_sim"}},
    },
    "sparse_vectors": {"s": {}},
}


@pytest.fixture
def kinds(store: EdgeStore) -> EdgeWriter:
    return filled(
        store,
        "kinds",
        row(1, {"d": [1, 0], "m": [[1, 0], [0, 1]], "s": {"indices": [7], "values": [2]}}, k="v"),
        row(2, {"d": [0, 3], "m": [[0, 5]]}),
        row(UUIDS[0], {"d": [1, 1]}),
        body=KINDS,
    )


@pytest.mark.parametrize("exact", [True, False])
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"vector": [0, 1], "using": "d"}, [(2, 3.0), (UUIDS[0], 1.0), (1, 0.0)]),
        ({"vector": (0.0, 1.0), "using": "d", "limit": 1}, [(2, 3.0)]),
        ({"vector": [[0, 1], [1, 0]], "using": "m"}, [(2, 5.0), (1, 2.0)]),
        ({"vector": [0, 1], "using": "m"}, [(2, 5.0), (1, 1.0)]),
        ({"sparse": ([7, 9], [1.5, 1]), "using": "s"}, [(1, 3.0)]),
        ({"point": 2, "using": "d"}, [(UUIDS[0], 3.0), (1, 0.0)]),
        ({"point": UUIDS[0], "using": "d", "limit": 1}, [(2, 3.0)]),
        ({"point": 2, "using": "m"}, [(1, 5.0)]),
    ],
)
def test_searches_of_every_kind(
    kinds: EdgeWriter, query: dict[str, Any], expected: list[Any], exact: bool
) -> None:
    hits = kinds.reader.query(Query(**query, exact=exact))
    assert [(hit.id, hit.score) for hit in hits] == expected
    assert all(hit.payload == ({"k": "v"} if hit.id == 1 else {}) for hit in hits)


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ({"vector": [1, 2, 3], "using": "d"}, 400, "expected dim: 2, got 3"),
        ({"vector": [1, 2], "using": "no"}, 400, "Not existing vector name error: no"),
        ({"vector": [1, 2]}, 400, "Not existing vector name"),
        ({"vector": [[1, 2], [1]], "using": "m"}, 400, "expected dim: 2, got 1"),
        ({"vector": [float("nan"), 1], "using": "d"}, 400, "numbers"),
        ({"sparse": ([1, 1], [1, 2]), "using": "s"}, 400, "unique"),
        ({"point": 999, "using": "d"}, 404, "No point with id 999 found"),
        ({"point": 2, "using": "s"}, 404, 'Vector with name "s"'),
        ({"point": 2, "using": "no"}, 400, "Not existing vector name error: no"),
    ],
)
def test_wrong_searches_are_refused(
    kinds: EdgeWriter, query: dict[str, Any], status: int, words: str
) -> None:
    with pytest.raises(Refused) as caught:
        kinds.reader.query(Query(**query))
    assert caught.value.status == status
    assert words in caught.value.reason


def test_samples_have_the_vector_asked_for(kinds: EdgeWriter) -> None:
    assert set(kinds.reader.sample_ids(10, "d")) == {1, 2, UUIDS[0]}
    assert set(kinds.reader.sample_ids(10, "m")) == {1, 2}
    assert len(kinds.reader.sample_ids(2, "d")) == 2
    assert kinds.reader.sample_ids(10, "s") == (1,)
    assert kinds.reader.sample_ids(0, "d") == ()


def test_the_unnamed_vector_is_sampled_and_searched(store: EdgeStore) -> None:
    reader = filled(store, "a", row(1, [1, 0]), row(2, [0, 2]), row(3, {})).reader
    assert set(reader.sample_ids(10, "")) == {1, 2}
    assert [hit.id for hit in reader.query(Query(vector=[0, 1]))] == [2, 1]
    assert [hit.id for hit in reader.query(Query(point=1))] == [2]


def test_marks_move_with_every_write_the_first_included_and_survive_closing(store: EdgeStore) -> None:
    writer = store.writer("a")
    writer.create(PLAIN)
    marks = [writer.reader.update_marks()]
    for write in (
        lambda: writer.upsert([row(1)], wait=False),
        lambda: writer.upsert([row(1, n=1)], wait=False),
        lambda: writer.create_index("n", "integer"),
        lambda: writer.upsert([row(2)], wait=True),
    ):
        write()
        marks.append(writer.reader.update_marks())
        assert writer.reader.update_marks() == marks[-1]
    assert len({mark.operations["0"] for mark in marks}) == len(marks)
    store.close()
    assert store.reader("a").update_marks() == marks[-1]


def test_identity_is_the_place_not_the_way_to_it(store: EdgeStore, root: Path, tmp_path: Path) -> None:
    filled(store, "a", row(1))
    filled(store, "b", row(1))
    (tmp_path / "link").symlink_to(root)
    other = EdgeStore(tmp_path / "link", "other")
    assert store.reader("a").identity() == other.reader("a").identity()
    assert store.reader("a").identity() != store.reader("b").identity()
    other.close()


# ---------------------------------------------------------------- names, aliases, life and death


NAMES = ["默认集合", "a b", "..", ".hidden", "a%20b", "100%", "é", "[bold]", "x" * 255, "\x1b[2J", "集" * 85]


def test_any_name_that_a_server_allows_gets_a_directory_of_its_own(store: EdgeStore, root: Path) -> None:
    for name in NAMES:
        store.writer(name).create(PLAIN)
    assert store.collections() == tuple(sorted(NAMES))
    assert {store.reader(name).name for name in NAMES} == set(NAMES)
    inside = [child.name for child in root.iterdir()]
    assert len(inside) == len(NAMES)
    assert all(child.isprintable() and not child.startswith(".") for child in inside)
    assert not (root.parent / "collection.json").exists()


def test_directory_names_stay_apart_and_short() -> None:
    names = [*NAMES, "%" * 255, "%" * 254 + "&", "a%", "a%25", "%2Ehidden", "😀" * 63]
    spelled = [directory_name(name) for name in names]
    assert len(set(spelled)) == len(names)
    assert all(len(one.encode()) <= 255 and "/" not in one and one not in (".", "..") for one in spelled)
    assert directory_name("默认集合-1.b_c") == "默认集合-1.b_c"


REFUSED = [
    "",
    "a/b",
    "a\\b",
    "a:b",
    "<",
    ">",
    '"',
    "|",
    "?",
    "*",
    "\0",
    "\x1f",
    "x" * 256,
    "集" * 86,
    "\ud800",
]


@pytest.mark.parametrize("name", REFUSED)
def test_names_that_a_server_refuses_are_refused(store: EdgeStore, name: str) -> None:
    with pytest.raises(UsageError) as caught:
        store.writer(name)
    assert str(caught.value).isprintable()


def test_a_missing_collection_and_a_missing_store(store: EdgeStore, root: Path) -> None:
    assert store.collections() == ()
    with pytest.raises(NotFound, match="no collection 'a'"):
        store.reader("a")
    writer = store.writer("a")
    assert not writer.exists()
    calls = (lambda: writer.upsert([row(1)], wait=False), writer.settle, writer.delete, lambda: writer.reader)
    for call in calls:
        with pytest.raises(NotFound):
            call()
    assert not root.exists()


def test_an_existing_collection_is_not_created_again(store: EdgeStore) -> None:
    filled(store, "a", row(1)).add_alias("first")
    with pytest.raises(Refused, match="already exists") as caught:
        store.writer("a").create(PLAIN)
    assert caught.value.status == 409
    with pytest.raises(Refused, match="Alias with the same name already exists"):
        store.writer("first").create(PLAIN)
    assert store.reader("a").count() == 1


def test_aliases_resolve_move_and_stay(store: EdgeStore) -> None:
    a, b = filled(store, "a", row(1)), filled(store, "b", row(2), row(3))
    a.add_alias("别名")
    a.add_alias("also")
    assert a.reader.aliases() == ("also", "别名")
    assert store.reader("别名").name == "a"
    assert store.writer("别名").exists()
    b.add_alias("别名")
    assert (a.reader.aliases(), b.reader.aliases()) == (("also",), ("别名",))
    with pytest.raises(Refused, match="`a` already exists"):
        b.add_alias("a")
    with pytest.raises(UsageError):
        b.add_alias("x/y")
    store.close()
    assert store.reader("别名").count() == 2
    assert store.collections() == ("a", "b")


def test_delete_removes_the_collection_and_nothing_else(store: EdgeStore, root: Path) -> None:
    writer = filled(store, "a", row(1))
    filled(store, "b", row(1))
    other = store.reader("a")
    writer.delete()
    assert store.collections() == ("b",)
    assert [child.name for child in root.iterdir()] == ["b"]
    with pytest.raises(NotFound):
        other.count()
    filled(store, "a", row(5), row(6))
    assert store.reader("a").count() == 2


def test_delete_refuses_an_alias_and_a_directory_that_is_not_ours(store: EdgeStore, root: Path) -> None:
    filled(store, "a", row(1)).add_alias("other")
    with pytest.raises(Refused, match="not deleted"):
        store.writer("other").delete()
    store.close()
    (root / "a" / "collection.json").unlink()
    with pytest.raises(Refused, match="not deleted"):
        store.writer("a").delete()
    assert store.reader("a").count() == 1


def test_a_failed_creation_leaves_nothing(store: EdgeStore, root: Path) -> None:
    (root / "a").mkdir(parents=True)
    (root / "a" / "file").touch()
    with pytest.raises(StoreError, match="cannot create"):
        store.writer("a").create(PLAIN)
    assert [child.name for child in root.iterdir()] == ["a"]
    assert store.collections() == ()


DAMAGED = [b"", b"[]", b"{}", b'{"format":"other"}', b"\xff", b'{"format":"qdrill-embedded-1"}']


@pytest.mark.parametrize("text", DAMAGED)
def test_a_damaged_sidecar_is_named_and_hides_nothing_else(store: EdgeStore, root: Path, text: bytes) -> None:
    filled(store, "a", row(1))
    filled(store, "b", row(1))
    store.close()
    (root / "a" / "collection.json").write_bytes(text)
    assert store.collections() == ("a", "b")
    assert store.reader("b").count() == 1
    with pytest.raises(StoreError, match=r"collection\.json in .* cannot be used") as caught:
        store.reader("a").info()
    assert "\n" not in str(caught.value)


# ---------------------------------------------------------------- shards that somebody else made


@pytest.mark.parametrize(("name", "points"), [("rich", 3), ("two_shards", 244)])
def test_a_shard_of_a_server_is_read_without_a_sidecar(
    store: EdgeStore, root: Path, name: str, points: int
) -> None:
    root.mkdir()
    tar = root / "shard.tar"
    tar.write_bytes(gzip.decompress((DATA / f"edge_{name}.shard-0.tar.gz").read_bytes()))
    qdrant_edge.EdgeShard.unpack_snapshot(str(tar), str(root / "my shard"))
    assert store.collections() == ("my shard",)
    reader = store.reader("my shard")
    truth = json.loads((DATA / f"edge_{name}.info.json").read_text())
    info = reader.info().data
    assert reader.count() == info["points_count"] == points
    vectors = truth["config"]["params"]["vectors"]
    if name == "rich":
        del vectors["title"]["hnsw_config"]  # the one thing that a shard does not keep about its vectors
    assert info["config"]["params"]["vectors"] == vectors
    assert info["config"]["params"]["on_disk_payload"] == truth["config"]["params"]["on_disk_payload"]
    assert info["config"]["params"].get("sparse_vectors") == truth["config"]["params"].get("sparse_vectors")
    assert {f: e["data_type"] for f, e in info["payload_schema"].items()} == {
        f: e["data_type"] for f, e in truth["payload_schema"].items()
    }
    server = {r["id"]: r for r in json.loads((DATA / f"edge_{name}.points.json").read_text())}
    here = json.loads(b"[" + bytes(reader.scroll(None, 1000).rows) + b"]")
    assert all(server[r["id"]] == r for r in here)
    assert len(here) == points
    with pytest.raises(Refused, match="not made by qdrill"):
        store.writer("my shard").patch({"metadata": {"a": 1}})
    with pytest.raises(Refused, match="not made by qdrill"):
        store.writer("my shard").add_alias("x")
    assert not (root / "my shard" / "collection.json").exists()


def test_other_directories_are_no_collections(store: EdgeStore, root: Path) -> None:
    (root / "empty").mkdir(parents=True)
    (root / "streamed" / "segments" / "x" / "files").mkdir(parents=True)
    (root / "file").touch()
    assert store.collections() == ()
    with pytest.raises(NotFound):
        store.reader("empty")
    assert list((root / "empty").iterdir()) == []


def test_a_shard_that_the_engine_cannot_load_is_a_store_error(store: EdgeStore, root: Path) -> None:
    filled(store, "a", row(1))
    store.close()
    (next((root / "a" / "segments").iterdir()) / "segment.json").write_text("{")
    with pytest.raises(StoreError) as caught:
        store.reader("a").count()
    assert "\n" not in str(caught.value)


# ---------------------------------------------------------------- sharing, locking, dying


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
    assert [reader.count(), len(reader.query(Query(vector=[1, 2]))), reader.info().data["status"]] == [
        1,
        1,
        "green",
    ]
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


def test_an_optimizer_that_fails_says_so_and_loses_nothing(
    store: EdgeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
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
