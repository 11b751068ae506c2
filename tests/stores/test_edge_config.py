"""Settings of embedded collections: Qdrant's shape kept, the engine told, what it cannot do named."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from qdrill.errors import QdrillError, Refused, UsageError
from qdrill.stores.edge import EdgeStore
from qdrill.stores.edge_config import config_from_create
from qdrill.stores.edge_patch import patched

PLAIN: Mapping[str, Any] = {"vectors": {"size": 4, "distance": "Cosine"}}
# The body of a create request to a server, and (in the data) the info that the server then gave.
RICH_BODY: Mapping[str, Any] = {
    "vectors": {
        "title": {"size": 4, "distance": "Dot", "on_disk": True, "hnsw_config": {"m": 8}},
        "body": {"size": 3, "distance": "Euclid", "datatype": "float16"},
        "late": {"size": 2, "distance": "Cosine", "multivector_config": {"comparator": "max_sim"}},
        "u8": {"size": 2, "distance": "Manhattan", "datatype": "uint8"},
    },
    "sparse_vectors": {"bm25": {"modifier": "idf"}},
    "quantization_config": {"scalar": {"type": "int8", "quantile": 0.99, "always_ram": True}},
    "on_disk_payload": False,
    "metadata": {"owner": "search-team"},
    "hnsw_config": {"ef_construct": 64},
    "optimizers_config": {"indexing_threshold": 1000},
}
RICH_INFO = json.loads((Path(__file__).parent / "data" / "edge_rich.info.json").read_text())


@pytest.fixture
def store(tmp_path: Path) -> Any:
    store = EdgeStore(tmp_path / "store", "embedded")
    yield store
    store.close()


def engine_config(store: EdgeStore, name: str) -> Any:
    """What the engine itself wrote down."""
    return json.loads((store.path / name / "edge_config.json").read_text())


def test_the_config_is_the_one_that_a_server_shows_key_order_included() -> None:
    assert json.dumps(config_from_create(RICH_BODY)) == json.dumps(RICH_INFO["config"])


def test_info_has_the_shape_and_the_defaults_of_a_server(store: EdgeStore) -> None:
    writer = store.writer("docs")
    writer.create(PLAIN)
    info = writer.reader.info()
    assert json.loads(info.raw) == info.data
    assert list(info.data) == list(RICH_INFO)
    rich = {name: value for name, value in RICH_INFO["config"].items() if name != "metadata"}
    assert info.data["config"] == rich | {
        "params": {
            "vectors": {"size": 4, "distance": "Cosine"},
            "shard_number": 1,
            "replication_factor": 1,
            "write_consistency_factor": 1,
            "on_disk_payload": True,
        },
        "hnsw_config": {**rich["hnsw_config"], "ef_construct": 100},
        "optimizer_config": {**rich["optimizer_config"], "indexing_threshold": 10000},
        "quantization_config": None,
    }
    live = ("status", "points_count", "payload_schema", "update_queue")
    assert {name: info.data[name] for name in live} == {
        "status": "green",
        "points_count": 0,
        "payload_schema": {},
        "update_queue": {"length": 0},
    }


def test_the_engine_is_told_what_it_understands(store: EdgeStore) -> None:
    store.writer("rich").create(RICH_BODY)
    told = engine_config(store, "rich")
    params = copy.deepcopy(RICH_INFO["config"]["params"])
    full_hnsw = {**RICH_INFO["config"]["hnsw_config"], "m": 8}
    assert told["vectors"]["title"].pop("hnsw_config") == full_hnsw
    del params["vectors"]["title"]["hnsw_config"]
    assert told["vectors"] == params["vectors"]
    assert told["sparse_vectors"] == params["sparse_vectors"]
    assert told["hnsw_config"] == RICH_INFO["config"]["hnsw_config"]
    assert told["quantization_config"] == RICH_INFO["config"]["quantization_config"]
    assert told["optimizers"]["indexing_threshold"] == 1000


@pytest.mark.parametrize(
    "quantization",
    [
        {"scalar": {"type": "int8"}},
        {"product": {"compression": "x16", "always_ram": True}},
        {"binary": {"encoding": "one_and_half_bits", "query_encoding": "scalar8bits"}},
        {"turbo": {"bits": "bits1_5"}},
    ],
)
def test_every_quantization(store: EdgeStore, quantization: dict[str, Any]) -> None:
    store.writer("q").create({**PLAIN, "quantization_config": quantization})
    (kind, options), *_ = quantization.items()
    told = engine_config(store, "q")["quantization_config"][kind]
    assert {name: told[name] for name in options} == options


@pytest.mark.parametrize("datatype", ["float32", "float16", "uint8", "turbo4", "turbo8", "turbo16"])
def test_every_datatype(store: EdgeStore, datatype: str) -> None:
    store.writer("t").create({"vectors": {"a": {"size": 4, "distance": "Cosine", "datatype": datatype}}})
    assert engine_config(store, "t")["vectors"]["a"]["datatype"] == datatype


INDEXES: Mapping[str, Any] = {
    "keyword": "keyword",
    "uuid": "uuid",
    "geo": "geo",
    "tenant": {"type": "keyword", "is_tenant": True, "on_disk": True},
    "number": {"type": "integer", "lookup": True, "range": False},
    "float": {"type": "float", "is_principal": True},
    "flag": {"type": "bool", "on_disk": False},
    "at": {"type": "datetime", "is_principal": True, "memory": "cold"},
    "text": {
        "type": "text",
        "tokenizer": "multilingual",
        "min_token_len": 1,
        "max_token_len": 20,
        "lowercase": True,
        "phrase_matching": True,
        "stopwords": {"languages": ["english", "chinese"], "custom": ["的"]},
        "stemmer": {"type": "snowball", "language": "english"},
    },
}


def engine_schema(store: EdgeStore, name: str) -> Any:
    (file, *_) = (store.path / name / "segments").glob("*/payload_index/config.json")
    return json.loads(file.read_text())["indexed_fields"]


def test_indexes_keep_all_their_parameters(store: EdgeStore) -> None:
    writer = store.writer("i")
    writer.create(PLAIN)
    for field, schema in INDEXES.items():
        writer.create_index(field, schema)
    writer.upsert([b'{"id":1,"payload":{"keyword":"a","number":3},"vector":{}}'], wait=True)
    shown = writer.reader.info().data["payload_schema"]
    assert {field: entry.get("params", entry["data_type"]) for field, entry in shown.items()} == INDEXES
    assert {field for field, entry in shown.items() if entry["points"] == 1} == {"keyword", "number"}
    told = engine_schema(store, "i")
    assert INDEXES["tenant"].items() <= told["tenant"].items()
    assert INDEXES["number"].items() <= told["number"].items()
    assert INDEXES["at"].items() <= told["at"].items()
    text = {name: value for name, value in told["text"].items() if value is not None}
    text["stopwords"] = {k: sorted(v) for k, v in text["stopwords"].items()}
    assert text == {**INDEXES["text"], "stopwords": {"languages": ["chinese", "english"], "custom": ["的"]}}


@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [
        ({**PLAIN, "sharding_method": "custom"}, UsageError, "custom sharding"),
        ({"vectors": {}}, UsageError, "without vectors"),
        ({"vectors": {"size": 4, "distance": "Cos"}}, UsageError, 'distance "Cos"'),
        ({"vectors": {"size": 4, "distance": "Dot", "datatype": "f8"}}, UsageError, 'datatype "f8"'),
        ({**PLAIN, "quantization_config": {"magic": {}}}, UsageError, "quantization `magic`"),
        ({"vectors": {"size": 4}}, Refused, "`size` and `distance`"),
        ({"vectors": {"size": -4, "distance": "Dot"}}, Refused, "400|convert|negative"),
        ({"vectors": {"size": 0, "distance": "Dot"}}, QdrillError, "dimension"),
        ({"vectors": {"size": 4, "distance": "Dot", "surprise": 1}}, UsageError, "vector option `surprise`"),
        ({**PLAIN, "hnsw_config": {"m": "many"}}, Refused, "Format error"),
        ({**PLAIN, "hnsw_config": {"surprise": 1}}, Refused, "surprise"),
    ],
)
def test_what_cannot_be_created_is_named_and_leaves_nothing(
    store: EdgeStore, body: dict[str, Any], kind: type[QdrillError], words: str
) -> None:
    writer = store.writer("no")
    with pytest.raises(kind, match=words) as caught:
        writer.create(body)
    assert "\n" not in str(caught.value)
    assert not writer.exists()
    assert store.collections() == ()
    assert not store.path.exists() or list(store.path.iterdir()) == []


@pytest.mark.parametrize(
    ("schema", "kind", "words"),
    [
        ("vector", UsageError, 'index type "vector"'),
        ({"type": "text", "tokenizer": "magic"}, UsageError, 'tokenizer "magic"'),
        ({"type": "keyword", "surprise": True}, Refused, "surprise"),
        ({"lowercase": True}, Refused, "needs a type"),
        ({"type": "text", "stemmer": "x"}, Refused, "stemmer"),
    ],
)
def test_a_wrong_index_is_refused_and_not_remembered(
    store: EdgeStore, schema: Any, kind: type[QdrillError], words: str
) -> None:
    writer = store.writer("i")
    writer.create(PLAIN)
    with pytest.raises(kind, match=words):
        writer.create_index("f", schema)
    assert writer.reader.info().data["payload_schema"] == {}


def test_unknown_fields_of_a_body_are_ignored_as_a_server_does(store: EdgeStore) -> None:
    writer = store.writer("u")
    writer.create({**PLAIN, "surprise": 1})
    writer.patch({"surprise": 1})
    assert writer.reader.info().data["config"] == config_from_create(PLAIN)


def test_patch_merges_as_a_server_does() -> None:
    before = config_from_create({**RICH_BODY, "strict_mode_config": {"enabled": True, "max_query_limit": 10}})
    after = patched(
        before,
        {
            "optimizers_config": {"indexing_threshold": 0, "max_optimization_threads": "auto"},
            "params": {"replication_factor": 2, "read_fan_out_factor": 1, "on_disk_payload": None},
            "hnsw_config": {"m": 24, "ef_construct": None},
            "metadata": {"owner": None, "team": "b"},
            "strict_mode_config": {"max_query_limit": 20},
            "quantization_config": "Disabled",
            "vectors": {"title": {"hnsw_config": {"ef_construct": 7}, "on_disk": False}},
        },
    )
    assert after["optimizer_config"] == {**before["optimizer_config"], "indexing_threshold": 0}
    assert after["params"]["replication_factor"] == 2
    assert after["params"]["read_fan_out_factor"] == 1
    assert after["params"]["on_disk_payload"] is False
    assert after["hnsw_config"] == {**before["hnsw_config"], "m": 24}
    assert after["metadata"] == {"team": "b"}
    assert after["strict_mode_config"] == {"enabled": True, "max_query_limit": 20}
    assert list(after)[-1] == "metadata"
    assert after["quantization_config"] is None
    assert after["params"]["vectors"]["title"]["hnsw_config"] == {"m": 8, "ef_construct": 7}
    assert before["params"]["vectors"]["title"] == {**RICH_INFO["config"]["params"]["vectors"]["title"]}


def test_patch_reaches_the_engine_and_keeps_the_points(store: EdgeStore) -> None:
    writer = store.writer("p")
    writer.create(PLAIN)
    writer.upsert([b'{"id":1,"payload":{},"vector":[1,0,0,0]}'], wait=False)
    reader = store.reader("p")
    changes = {"optimizers_config": {"indexing_threshold": 7}, "hnsw_config": {"m": 5}, "metadata": {"a": 1}}
    writer.patch(changes)
    told = engine_config(store, "p")
    assert (told["optimizers"]["indexing_threshold"], told["hnsw_config"]["m"]) == (7, 5)
    assert reader.count() == 1
    config = reader.info().data["config"]
    assert (config["optimizer_config"]["indexing_threshold"], config["hnsw_config"]["m"]) == (7, 5)
    assert config["metadata"] == {"a": 1}


@pytest.mark.parametrize("body", [{"vectors": {"nope": {}}}, {"hnsw_config": {"m": "x"}}])
def test_a_wrong_patch_changes_nothing(store: EdgeStore, body: dict[str, Any]) -> None:
    writer = store.writer("p")
    writer.create(PLAIN)
    before = writer.reader.info().raw
    with pytest.raises(Refused):
        writer.patch(body)
    assert writer.reader.info().raw == before
    assert writer.reader.count() == 0
