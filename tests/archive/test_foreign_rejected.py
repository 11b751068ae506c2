"""Every row of a foreign dump that cannot be restored is listed with its reason; the others are in the archive."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.archive.foreign_dumps import adopt, collection, write

GOOD = '{"id":99,"vector":[1,0]}'
LIKE = collection({"size": 2, "distance": "Dot"})
NAMED = collection(
    {
        "a": {"size": 2, "distance": "Dot"},
        "m": {"size": 2, "distance": "Dot", "multivector_config": {"comparator": "max_sim"}},
    },
    {"s": {}},
)
NO_ID = "is not a point id: an unsigned 64-bit integer or a UUID is"
NO_VECTOR = "no vector, and no embedder to make one from payload.text"
INFINITE = "infinity or a number beyond 64-bit floats"

IDS = {
    '{"id":-1,"vector":[1,0]}': ("-1", f"-1 {NO_ID}"),
    '{"id":1.5,"vector":[1,0]}': ("1.5", f"1.5 {NO_ID}"),
    '{"id":1.0,"vector":[1,0]}': ("1.0", f"1.0 {NO_ID}"),
    '{"id":18446744073709551616,"vector":[1,0]}': ("18446744073709551616", f"18446744073709551616 {NO_ID}"),
    '{"id":"abc","vector":[1,0]}': ("abc", f"abc {NO_ID}"),
    '{"id":"17","vector":[1,0]}': ("17", f"17 {NO_ID}"),
    '{"id":"","vector":[1,0]}': ('""', f'"" {NO_ID}'),
    '{"id":"6ec05bad_f7ed42c99733_1d1772972f2","vector":[1,0]}': (
        "6ec05bad_f7ed42c99733_1d1772972f2",
        f"6ec05bad_f7ed42c99733_1d1772972f2 {NO_ID}",
    ),
    '{"id":"a\\u001b[31mb","vector":[1,0]}': ("a\\x1b[31mb", f"a\\x1b[31mb {NO_ID}"),
    '{"id":true,"vector":[1,0]}': ("true", f"true {NO_ID}"),
    '{"id":[1],"vector":[1,0]}': ("[1]", f"[1] {NO_ID}"),
    '{"id":NaN,"vector":[1,0]}': ("row 1 (nan)", "its id holds NaN"),
    '{"id":null,"vector":[1,0]}': ("row 1", "no id"),
    '{"vector":[1,0]}': ("row 1", "no id"),
    "{}": ("row 1", "no id"),
    "17": ("row 1", "not an object"),
    "null": ("row 1", "not an object"),
    "NaN": ("row 1", "not an object"),
    '"{"': ("row 1", "not an object"),
    "[]": ("row 1", "not an object"),
}

VECTORS = {
    "[NaN,0]": "its vector holds NaN",
    "[0,Infinity]": f"its vector holds {INFINITE}",
    "[0,-Infinity]": f"its vector holds {INFINITE}",
    "[1e999,0]": f"its vector holds {INFINITE}",
    "[null,0]": "its vector holds null",
    "[true,0]": "its vector holds something that is not a number",
    '["1",0]': "its vector holds something that is not a number",
    "[1,[2]]": "its vector holds something that is not a number",
    "[1e300,0]": "its vector holds a number that does not fit into 32 bits",
    '"AAAA"': "its vector is not a list of numbers",
    "[]": "its vector has 0 numbers, the schema's has 2",
    "[1]": "its vector has 1 numbers, the schema's has 2",
    "[1,2,3]": "its vector has 3 numbers, the schema's has 2",
    "[[1,2],[3,4]]": "its vector is a multi-vector, the schema's is a single vector",
    '{"a":[1,0]}': "its vector a is named, the schema's vector is unnamed",
    "null": NO_VECTOR,
}

NAMED_VECTORS = {
    "[1,0]": "its vector is unnamed, the schema has a, m, s",
    '{"b":[1,0]}': "its vector b is not in the schema, which has a, m, s",
    '{"a":[1]}': "vector a has 1 numbers, the schema's has 2",
    '{"a":null}': "vector a is null",
    '{"a":[NaN,1]}': "its vector holds NaN",
    '{"a":{"indices":[1],"values":[1]}}': "vector a is a sparse vector, the schema's is a single vector",
    '{"m":[1,0]}': "vector m is a single vector, the schema's is a multi-vector",
    '{"m":[[1,0],[1]]}': "vector m has rows of 1 and of 2 numbers",
    '{"m":[[1,0],2]}': "vector m holds something that is not a number",
    '{"s":[1,0]}': "vector s is a single vector, the schema's is a sparse vector",
    '{"s":{"indices":[1,1],"values":[1,2]}}': "vector s repeats an index",
    '{"s":{"indices":[1,2],"values":[1]}}': "vector s has not as many values as indices",
    '{"s":{"indices":[4294967296],"values":[1]}}': "vector s has an index that is not an unsigned 32-bit integer",
    '{"s":{"indices":[1],"values":[null]}}': "vector s holds null",
    '{"s":{"indices":[1],"values":[1],"x":1}}': "vector s is neither a list of numbers nor indices and values",
    '{"a\\u202eb":[1,0]}': "its vector a\\u202eb is not in the schema, which has a, m, s",
}

PAYLOADS = {
    '"text"': "its payload is not an object",
    "[1]": "its payload is not an object",
    '{"a":NaN}': "its payload holds NaN",
    '{"a":[{"b":-Infinity}]}': f"its payload holds {INFINITE}",
    '{"a":1e999}': f"its payload holds {INFINITE}",
    '{"a":' + "9" * 5000 + "}": f"its payload holds {INFINITE}",
    '{"a":"\\ud800"}': "its payload holds half of a surrogate pair, which is no text",
    '{"a":' + "[" * 130 + "]" * 130 + "}": "it nests 132 levels deep; Qdrant takes 126",
}


@pytest.mark.parametrize("row", IDS)
def test_ids_that_are_none(tmp_path: Path, row: str) -> None:
    found = adopt(write(tmp_path / "d.json", row, GOOD), like=LIKE)
    assert found.reasons == [IDS[row]]
    assert (found.ids, found.adopted.rejected_total) == ([99], 1)


@pytest.mark.parametrize("vector", VECTORS)
def test_vectors_that_do_not_fit(tmp_path: Path, vector: str) -> None:
    found = adopt(write(tmp_path / "d.json", f'{{"id":5,"vector":{vector}}}', GOOD), like=LIKE)
    assert found.reasons == [(5, VECTORS[vector])]
    assert found.ids == [99]


@pytest.mark.parametrize("vector", NAMED_VECTORS)
def test_named_vectors_that_do_not_fit(tmp_path: Path, vector: str) -> None:
    good = '{"id":99,"vector":{"a":[1,0],"m":[[1,0]],"s":{"indices":[],"values":[]}}}'
    found = adopt(write(tmp_path / "d.json", f'{{"id":5,"vector":{vector}}}', good), like=NAMED)
    assert found.reasons == [(5, NAMED_VECTORS[vector])]
    assert found.ids == [99]


@pytest.mark.parametrize("payload", PAYLOADS, ids=range(len(PAYLOADS)))
def test_payloads_that_no_server_takes(tmp_path: Path, payload: str) -> None:
    found = adopt(write(tmp_path / "d.json", f'{{"id":5,"payload":{payload},"vector":[1,0]}}', GOOD), like=LIKE)
    assert found.reasons == [(5, PAYLOADS[payload])]
    assert found.ids == [99]


def test_nan_in_a_dropped_key(tmp_path: Path) -> None:
    found = adopt(write(tmp_path / "d.json", '{"id":5,"score":NaN,"vector":[1,0]}', GOOD), like=LIKE)
    assert found.reasons == [(5, "its score holds NaN")]


def test_both_vector_and_vectors(tmp_path: Path) -> None:
    found = adopt(write(tmp_path / "d.json", '{"id":5,"vector":[1,0],"vectors":[1,0]}', GOOD), like=LIKE)
    assert found.reasons == [(5, 'it has both "vector" and "vectors"')]


def test_the_first_of_an_id_is_kept(tmp_path: Path) -> None:
    uuid = "6ec05bad-f7ed-42c9-9733-1d1772972f2f"
    ids = ["7", json.dumps(uuid), "8", "7", json.dumps(uuid.upper()), "7"]
    rows = [f'{{"id":{i},"payload":{{"n":{n}}},"vector":[1,0]}}' for n, i in enumerate(ids)]
    found = adopt(write(tmp_path / "d.json", *rows), like=LIKE)
    assert [(row["id"], row["payload"]["n"]) for row in found.values] == [(7, 0), (8, 2), (uuid, 1)]
    assert found.reasons == [(7, "duplicate id"), (uuid, "duplicate id"), (7, "duplicate id")]


def test_the_first_of_an_id_that_can_be_restored_is_kept(tmp_path: Path) -> None:
    rows = ['{"id":7,"vector":[NaN,0]}', '{"id":7,"vector":[1]}', '{"id":7,"vector":[1,0]}', '{"id":7,"vector":[2,0]}']
    found = adopt(write(tmp_path / "d.json", *rows), like=LIKE)
    assert found.rows == [b'{"id":7,"payload":{},"vector":[1,0]}']
    assert [reason for _, reason in found.reasons] == [
        "its vector holds NaN",
        "its vector has 1 numbers, the schema's has 2",
        "duplicate id",
    ]


def test_rejected_rows_are_listed_in_the_order_of_the_dump_and_all_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qdrill.archive.foreign.LISTED", 3)
    rows = [f'{{"id":{i},"vector":[1,0]}}' for i in (5, 5)] + ["null", '{"id":-1}', '{"id":4,"vector":[1]}']
    found = adopt(write(tmp_path / "d.json", *rows), like=LIKE)
    assert [name for name, _ in found.reasons] == [5, "row 3", "-1"]
    assert found.adopted.rejected_total == 4
    assert "rows that were left out: 4, of which the first 3 are listed" in found.adopted.notes


def test_a_row_in_json_lines_without_an_id_is_named_by_its_place(tmp_path: Path) -> None:
    dump = tmp_path / "d.jsonl"
    dump.write_text('{"id":1,"vector":[1,0]}\n{"vector":[1,0]}\n')
    assert adopt(dump, like=LIKE).reasons == [("row 2", "no id")]


def test_numbers_beside_true_and_false_in_the_payload(tmp_path: Path) -> None:
    found = adopt(write(tmp_path / "d.json", '{"id":1,"payload":{"a":true,"b":false},"vector":[1,0.5]}'), like=LIKE)
    assert found.ids == [1]
