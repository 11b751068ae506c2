"""Rows of the embedded store: exact both ways, and nothing wrong gets in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest

from qdrill.errors import Refused
from qdrill.stores.edge import EdgeStore, EdgeWriter

DATA = Path(__file__).parent / "data"


ENDS = [0.0, -0.0, 1e-45, 1e-7, 1e-6, 8.1e-5, 1e12, 1e13, 3.4028235e38, 16777217]


def rows_of(name: str) -> list[bytes]:
    lines = (DATA / f"edge_{name}.points.json").read_bytes().splitlines()
    # The files were printed by Python, which spells 0.000081 as 8.1e-05; a server 1.19 does not.
    return [orjson.dumps(orjson.loads(line.rstrip(b","))) for line in lines if line.startswith(b"{")]


def body_of(name: str) -> dict[str, Any]:
    """A create body from a collection's info, as a restore makes one."""
    config = json.loads((DATA / f"edge_{name}.info.json").read_text())["config"]
    optimizers = {k: v for k, v in config.pop("optimizer_config").items() if v is not None}
    return {**config.pop("params"), **config, "optimizers_config": optimizers}


@pytest.fixture
def store(tmp_path: Path) -> Any:
    store = EdgeStore(tmp_path / "store", "embedded")
    yield store
    store.close()


@pytest.fixture
def mixed(store: EdgeStore) -> EdgeWriter:
    """A collection with a vector of each kind; the dense one is unnamed in `plain` instead."""
    writer = store.writer("mixed")
    multi = {"size": 2, "distance": "Dot", "multivector_config": {"comparator": "max_sim"}}
    writer.create({"vectors": {"d": {"size": 2, "distance": "Dot"}, "m": multi}, "sparse_vectors": {"s": {}}})
    return writer


@pytest.mark.parametrize("name", ["rich", "two_shards"])
def test_rows_of_a_server_come_back_byte_for_byte(store: EdgeStore, name: str) -> None:
    rows = rows_of(name)
    writer = store.writer(name)
    writer.create(body_of(name))
    writer.upsert([b",".join(rows)], wait=True)
    page = writer.reader.scroll(None, len(rows))
    assert page.next_id is None
    assert bytes(page.rows) == b",".join(rows)


def test_fragments_may_be_cut_anywhere(store: EdgeStore) -> None:
    text = b",".join(rows_of("two_shards"))
    writer = store.writer("cut")
    writer.create(body_of("two_shards"))
    writer.upsert([text[:7], memoryview(text)[7:1000], text[1000:]], wait=False)
    assert bytes(writer.reader.scroll(None, 1000).rows) == text


def test_payload_numbers_key_order_and_text_stay_as_they_are(mixed: EdgeWriter) -> None:
    row = (
        '{"id":18446744073709551615,"payload":{"z":18446744073709551615,"a":-9223372036854775808,"one":1.0,'
        '"int":1,"neg":-0.0,"big":9007199254740993,"tiny":1e-7,"huge":1.8446744073709552e+19,'
        '"t":"登录\\u0000 </x>","e":{},"l":[],"n":null,"b":[true,false]},"vector":{}}'
    ).encode()
    mixed.upsert([row], wait=False)
    assert bytes(mixed.reader.scroll(None, 1).rows) == row


def test_every_f32_comes_back_bit_for_bit(store: EdgeStore) -> None:
    bits = np.random.default_rng(5).integers(0, 1 << 32, 4096, dtype=np.uint32)
    floats = bits.view(np.float32)
    floats = np.concatenate([floats[np.isfinite(floats)], np.array(ENDS, np.float32)])
    writer = store.writer("bits")
    writer.create({"vectors": {"size": len(floats), "distance": "Dot"}})
    row = orjson.dumps({"id": 1, "payload": {}, "vector": floats}, option=orjson.OPT_SERIALIZE_NUMPY)
    writer.upsert([row], wait=False)
    shown = bytes(writer.reader.scroll(None, 1).rows)
    assert shown == row
    assert np.array(json.loads(shown)["vector"], np.float32).tobytes() == floats.tobytes()


def test_vectors_of_each_kind_absent_and_empty(mixed: EdgeWriter) -> None:
    rows = [
        b'{"id":1,"payload":{},"vector":{"d":[1.0,-2.5],"m":[[1.0,2.0],[3.0,4.0]],"s":{"indices":[],"values":[]}}}',
        b'{"id":2,"payload":{},"vector":{}}',
    ]
    mixed.upsert([b",".join(rows)], wait=False)
    assert bytes(mixed.reader.scroll(None, 10).rows) == b",".join(rows)


def test_an_upsert_replaces_the_whole_point_and_the_last_of_two_wins(mixed: EdgeWriter) -> None:
    mixed.upsert([b'{"id":1,"payload":{"a":1},"vector":{"d":[1,2]}}'], wait=False)
    mixed.upsert([b'{"id":1,"vector":{}},{"id":1,"payload":null,"vector":{"m":[5,6]}}'], wait=False)
    assert bytes(mixed.reader.scroll(None, 9).rows) == b'{"id":1,"payload":{},"vector":{"m":[[5.0,6.0]]}}'


def test_any_spelling_of_a_uuid_comes_back_in_lower_case_with_hyphens(mixed: EdgeWriter) -> None:
    mixed.upsert([b'{"id":"5C56C79369F34FBF87E6C4BF54C28C26","vector":{}}'], wait=False)
    assert mixed.reader.scroll_ids(None, 9).ids == ["5c56c793-69f3-4fbf-87e6-c4bf54c28c26"]


DEEP = '{"id":9,"vector":{},"payload":' + '{"a":' * 125 + "1" + "}" * 125 + "}"
WRONG = {
    "negative id": ('{"id":-1,"vector":{}}', "value -1 is not a valid point ID"),
    "fraction as id": ('{"id":1.5,"vector":{}}', "value 1.5 is not a valid point ID"),
    "id of 65 bits": ('{"id":18446744073709551616,"vector":{}}', "is not a valid point ID"),
    "text as id": ('{"id":"abc","vector":{}}', "value abc is not a valid point ID"),
    "control characters as id": (
        '{"id":"a\\u001b[2J","vector":{}}',
        "value a\\x1b[2J is not a valid point ID",
    ),
    "boolean as id": ('{"id":true,"vector":{}}', "value true is not a valid point ID"),
    "no id": ('{"vector":{}}', "missing field `id`"),
    "no vector": ('{"id":9,"payload":{"text":"a"}}', "missing field `vector`"),
    "vector null": ('{"id":9,"vector":null}', "untagged enum VectorStruct"),
    "null in vector": ('{"id":9,"vector":{"d":[null,1]}}', "untagged enum VectorStruct"),
    "text in vector": ('{"id":9,"vector":{"d":["1",1]}}', "untagged enum VectorStruct"),
    "boolean in vector": ('{"id":9,"vector":{"d":[1, true]}}', "untagged enum VectorStruct"),
    "NaN in vector": ('{"id":9,"vector":{"d":[NaN,1]}}', "Format error in JSON body"),
    "too large for f32": ('{"id":9,"vector":{"d":[1e39,1]}}', "32-bit"),
    "unknown name": ('{"id":9,"vector":{"nope":[1,2]}}', "Not existing vector name error: nope"),
    "unnamed": ('{"id":9,"vector":[1,2]}', "Not existing vector name error"),
    "wrong dimension": ('{"id":9,"vector":{"d":[1,2,3]}}', "expected dim: 2, got 3"),
    "empty vector": ('{"id":9,"vector":{"d":[]}}', "expected dim: 2, got 0"),
    "multi for dense": ('{"id":9,"vector":{"d":[[1,2]]}}', "multi and regular"),
    "sparse for dense": ('{"id":9,"vector":{"d":{"indices":[1],"values":[1]}}}', "sparse and regular"),
    "dense for sparse": ('{"id":9,"vector":{"s":[1,2]}}', "sparse and regular"),
    "uneven multi": ('{"id":9,"vector":{"m":[[1,2],[1]]}}', "expected dim: 2, got 1"),
    "empty multi": ('{"id":9,"vector":{"m":[]}}', "expected dim: 2, got 0"),
    "empty row of multi": ('{"id":9,"vector":{"m":[[]]}}', "expected dim: 2, got 0"),
    "sparse twice": ('{"id":9,"vector":{"s":{"indices":[1,1],"values":[1,2]}}}', "must be unique"),
    "sparse uneven": ('{"id":9,"vector":{"s":{"indices":[1,2],"values":[1]}}}', "same length"),
    "sparse index negative": ('{"id":9,"vector":{"s":{"indices":[-1],"values":[1]}}}', "32-bit unsigned"),
    "sparse index too large": (
        '{"id":9,"vector":{"s":{"indices":[4294967296],"values":[1]}}}',
        "32-bit unsigned",
    ),
    "payload list": ('{"id":9,"vector":{},"payload":[1]}', "payload must be an object"),
    "payload too deep": (DEEP, "recursion limit"),
    "not a point": ("7", "must be an object"),
    "not JSON": ('{"id":9,', "Format error in JSON body"),
    "nothing": ("", "Empty update request"),
}


@pytest.mark.parametrize(("row", "words"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_row_is_refused_with_its_whole_batch(mixed: EdgeWriter, row: str, words: str) -> None:
    good = b'{"id":1,"payload":{},"vector":{"d":[1.0,2.0]}}' + (b"," if row else b"")
    before = mixed.reader.update_marks()
    with pytest.raises(Refused) as caught:
        mixed.upsert([good if row else b"", row.encode()], wait=True)
    assert caught.value.status == 400
    assert words in caught.value.reason
    assert "\n" not in str(caught.value)
    assert str(caught.value).isprintable()
    assert mixed.reader.count() == 0
    assert mixed.reader.update_marks() == before
