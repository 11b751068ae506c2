"""The embedded store: collections in a directory, with names, aliases, damage and strangers among them."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
import qdrant_edge

from qdrill.errors import NotFound, Refused, StoreError, UsageError
from qdrill.stores.base import CollectionReader, CollectionWriter, Store
from qdrill.stores.edge import EdgeStore
from tests.stores.edge_support import PLAIN, filled, row

DATA = Path(__file__).parent / "data"


def test_it_is_a_store(store: EdgeStore) -> None:
    writer = filled(store, "a", row(1))
    as_store: Store = store
    as_writer: CollectionWriter = writer
    as_reader: CollectionReader = writer.reader
    assert as_store.version() == as_reader.version() == "edge 0.9.0"
    assert as_store.label == "embedded"
    assert as_writer.exists()


NAMES = [
    "%" * 255,
    "%" * 254 + "&",
    "%2Ehidden",
    "😀" * 63,
    "默认集合",
    "a b",
    "..",
    ".hidden",
    "a%20b",
    "100%",
    "é",
    "[bold]",
    "x" * 255,
    "\x1b[2J",
    "集" * 85,
]


def test_any_name_that_a_server_allows_gets_a_directory_of_its_own(store: EdgeStore, root: Path) -> None:
    for name in NAMES:
        store.writer(name).create(PLAIN)
    assert store.collections() == tuple(sorted(NAMES))
    assert {store.reader(name).name for name in NAMES} == set(NAMES)
    inside = [child.name for child in root.iterdir()]
    assert len(inside) == len(NAMES)
    assert all(child.isprintable() and not child.startswith(".") for child in inside)
    assert not (root.parent / "collection.json").exists()


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
    for call in (lambda: store.reader("a").info(), store.writer("a").delete):
        with pytest.raises(StoreError, match=r"collection\.json in .* cannot be used") as caught:
            call()
        assert "\n" not in str(caught.value)
    assert (root / "a" / "segments").is_dir()


# ---------------------------------------------------------------- shards that somebody else made


@pytest.mark.parametrize(("name", "points"), [("rich", 3), ("two_shards", 244)])
def test_a_shard_of_a_server_is_read(store: EdgeStore, root: Path, name: str, points: int) -> None:
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
