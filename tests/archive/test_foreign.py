"""Foreign dumps become archives: layouts, order, spelling, schema, notes."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from qdrill.archive.foreign import adopt_dump, is_foreign
from qdrill.archive.manifest import manifest_path, read_manifest
from qdrill.control import JobControl
from qdrill.errors import ArchiveError, Interrupted, OutputError, UsageError
from qdrill.events import Event, Notice, Progress, ignore
from tests.archive.foreign_dumps import FIXTURES, adopt, collection, write

U1, U2 = "6ec05bad-f7ed-42c9-9733-1d1772972f2f", "00b4fb23-62d7-4a59-ad62-d6ad0fcc7fa7"
ROWS = [{"id": 2, "payload": {"a": 1}, "vector": [1.0, 0.5]}, {"id": 1, "payload": {"b": None}, "vector": [0, -0.0]}]
LAYOUTS: dict[str, Callable[[list[Any]], str]] = {
    "array": json.dumps,
    "compact": lambda rows: json.dumps(rows, separators=(",", ":")),
    "pretty": lambda rows: json.dumps(rows, indent=2),
    "tabs and carriage returns": lambda rows: json.dumps(rows, indent="\t").replace("\n", "\r\n"),
    "points": lambda rows: json.dumps({"points": rows}),
    "points last": lambda rows: json.dumps({"id": "backup", "vectors": {"size": 2}, "points": rows}),
    "points first": lambda rows: json.dumps({"points": rows, "made": [1, {"x": "]}"}]}),
    "scroll": lambda rows: json.dumps({"result": {"points": rows, "next_page_offset": None}, "status": "ok"}),
    "scroll, pretty": lambda rows: json.dumps({"time": 0.1, "result": {"points": rows}}, indent=1),
    "retrieve": lambda rows: json.dumps({"result": rows, "status": "ok"}),
    "pages": lambda rows: "\n".join(json.dumps({"result": {"points": [row]}}) for row in rows),
    "lines": lambda rows: "\n".join(map(json.dumps, rows)),
    "lines, blank ones between": lambda rows: "\n \n".join(map(json.dumps, rows)) + "\n\n",
    "lines, pretty": lambda rows: "\n".join(json.dumps(row, indent=2) for row in rows),
    "lines without a break": lambda rows: "".join(map(json.dumps, rows)),
    "byte order mark": lambda rows: "\ufeff" + json.dumps(rows),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_gives_the_same_rows(tmp_path: Path, layout: str) -> None:
    dump = tmp_path / "dump.json"
    dump.write_bytes(LAYOUTS[layout](ROWS).encode())
    found = adopt(dump)
    assert json.dumps(found.values) == json.dumps(ROWS[::-1])
    assert found.adopted.rejected_total == 0


def test_numbers_and_keys_stay_as_they_were_spelled(tmp_path: Path) -> None:
    payload = '{"z":18446744073709551615,"a":-9223372036854775808,"f":1.0,"e":1E5,"t":"\\u00e9\\/é","d":0.10000}'
    dump = write(tmp_path / "d.json", '{"vector": [1.50,-0.0,1e-45] ,"payload":' + payload + ',"id":9007199254740993}')
    row = b'{"id":9007199254740993,"payload":%b,"vector":[1.50,-0.0,1e-45]}' % payload.encode()
    assert adopt(dump).rows == [row]


def test_newlines_between_values_go_and_nothing_else(tmp_path: Path) -> None:
    row = (
        '{\n "id": 1,\r\n "payload": {\n  "a b": "x  \\n y",\n  "n": [1.0,\n 2]\n },\n "vector": [\n  1.50,\n  2\n ]\n}'
    )
    found = adopt(write(tmp_path / "d.json", row))
    assert found.rows == [b'{"id":1,"payload":{"a b":"x  \\n y","n":[1.0,2]},"vector":[1.50,2]}']


def test_ids_come_in_the_order_of_the_server(tmp_path: Path) -> None:
    given = [f'"{U1}"', "18446744073709551615", "10", f'"urn:uuid:{U2}"', "9", "0"]
    found = adopt(write(tmp_path / "d.json", *(f'{{"id":{i},"vector":[1]}}' for i in given)))
    assert found.ids == [0, 9, 10, 18446744073709551615, U2, U1]


@pytest.mark.parametrize(
    "spelling", [U1, U1.upper(), U1.replace("-", ""), "{" + U1 + "}", f"urn:uuid:{U1}", f"urn:uuid:{U1.upper()}"]
)
def test_uuid_spellings_are_normalised(tmp_path: Path, spelling: str) -> None:
    assert adopt(write(tmp_path / "d.json", json.dumps({"id": spelling, "vector": [1]}))).ids == [U1]


def test_vectors_or_vector(tmp_path: Path) -> None:
    rows = [
        '{"id":1,"vectors":[1,2]}',
        '{"id":2,"vector":null,"vectors":[3,4]}',
        '{"id":3,"vectors":null,"vector":[5,6]}',
    ]
    assert [row["vector"] for row in adopt(write(tmp_path / "d.json", *rows)).values] == [[1, 2], [3, 4], [5, 6]]


def test_a_missing_or_null_payload_is_an_empty_one(tmp_path: Path) -> None:
    found = adopt(write(tmp_path / "d.json", '{"id":1,"vector":[1]}', '{"id":2,"payload":null,"vector":[1]}'))
    assert [row["payload"] for row in found.values] == [{}, {}]


def test_an_empty_set_of_vectors_is_kept_and_noted(tmp_path: Path) -> None:
    found = adopt(write(tmp_path / "d.json", '{"id":1,"vector":{}}', '{"id":2,"vector":{"a":[1]}}'))
    assert found.rows[0] == b'{"id":1,"payload":{},"vector":{}}'
    assert "rows with an empty set of vectors, restored so: 1" in found.adopted.notes


def test_dropped_keys_are_noted_once(tmp_path: Path) -> None:
    rows = [f'{{"id":{i},"version":3,"score":0.5,"shard_key":null,"vector":[1]}}' for i in range(5)]
    found = adopt(write(tmp_path / "d.json", *rows))
    assert [n for n in found.adopted.notes if "keys" in n] == [
        "keys of rows that an archive does not keep: score, shard_key, version"
    ]
    assert found.rows[0] == b'{"id":0,"payload":{},"vector":[1]}'


def test_a_page_that_is_not_the_last_is_called_incomplete(tmp_path: Path) -> None:
    dump = tmp_path / "d.json"
    dump.write_text('{"result":{"points":[{"id":1,"vector":[1]}],"next_page_offset":17},"status":"ok"}')
    assert any("more points follow, from id 17" in note for note in adopt(dump).adopted.notes)
    dump.write_text(
        '{"result":{"points":[{"id":1,"vector":[1]}],"next_page_offset":17}}'
        '{"result":{"points":[{"id":17,"vector":[1]}],"next_page_offset":null}}'
    )
    assert not any("more points follow" in note for note in adopt(dump).adopted.notes)


def test_vectors_that_cosine_would_rescale_are_noted(tmp_path: Path) -> None:
    dump = write(tmp_path / "d.json", '{"id":1,"vector":[0.6,0.8]}', '{"id":2,"vector":[3,4]}')
    assert any("length 1" in n and ": 1;" in n for n in adopt(dump, distance="Cosine").adopted.notes)
    assert not any("length 1" in n for n in adopt(dump, distance="Dot").adopted.notes)


def test_the_manifest_says_what_is_known_and_no_more(tmp_path: Path) -> None:
    dump = write(tmp_path / "my dump.json", '{"id":1,"vector":[1]}')
    os.utime(dump, (1_700_000_000, 1_700_000_000))
    like = collection({"size": 1, "distance": "Euclid"})
    manifest = read_manifest(adopt(dump, like=like).adopted.archive)
    assert manifest.source.address == f"dump {dump}"
    assert (manifest.source.server_version, manifest.writer) == ("unknown", "unknown")
    assert (manifest.count_before, manifest.count_after, manifest.points) == (None, None, 1)
    assert manifest.started == manifest.finished == "2023-11-14T22:13:20+00:00"
    assert bytes(manifest.info) == like.raw


def test_the_archive_has_a_safe_name(tmp_path: Path) -> None:
    dump = write(tmp_path / "a\n[red]b.json", '{"id":1,"vector":[1]}')
    assert adopt(dump).adopted.archive.name == "qdrill_dump_a%0A%5Bred%5Db.json"


def test_chunks_are_of_about_4_mb_and_of_whole_rows(tmp_path: Path) -> None:
    rows = [json.dumps({"id": i, "payload": {"t": "x" * 1_000_000}, "vector": [1]}) for i in range(10)]
    found = adopt(write(tmp_path / "d.json", *rows[::-1]))
    assert found.chunks == 3
    assert found.ids == list(range(10))


def test_a_row_of_40_mb(tmp_path: Path) -> None:
    text = '"\\' * 1000 + "{[" * 20_000_000
    row = json.dumps({"id": 1, "payload": {"t": text}, "vector": [1]})
    found = adopt(write(tmp_path / "d.json", row, '{"id":2,"vector":[1]}'))
    assert len(found.rows[0]) > 40_000_000
    assert found.values[0]["payload"]["t"] == text
    assert found.ids == [1, 2]


def test_recorded_points_with_every_kind_of_vector(tmp_path: Path) -> None:
    info = json.loads((FIXTURES / "rich.info.json").read_text())
    points = (FIXTURES / "rich.points.json").read_bytes()
    dump = tmp_path / "rich.json"
    dump.write_bytes(points)
    like = collection(info["config"]["params"]["vectors"], info["config"]["params"]["sparse_vectors"])
    found = adopt(dump, like=like)
    assert b",".join(found.rows) == b"".join(points.strip()[1:-1].split(b"\n"))
    assert found.adopted.rejected_total == 0


def test_a_schema_is_inferred(tmp_path: Path) -> None:
    dump = tmp_path / "rich.json"
    dump.write_bytes((FIXTURES / "rich.points.json").read_bytes())
    params = adopt(dump, distance="cosine").info["config"]["params"]
    assert params["vectors"] == {
        "body": {"size": 3, "distance": "Cosine"},
        "late": {"size": 2, "distance": "Cosine", "multivector_config": {"comparator": "max_sim"}},
        "title": {"size": 4, "distance": "Cosine"},
        "u8": {"size": 2, "distance": "Cosine"},
    }
    assert params["sparse_vectors"] == {"bm25": {}}


def test_the_majority_decides_the_schema(tmp_path: Path) -> None:
    rows = [
        '{"id":1,"vector":[1]}',
        '{"id":2,"vector":[1,2]}',
        '{"id":3,"vector":[1,2]}',
        '{"id":4,"vector":{"a":[1]}}',
    ]
    found = adopt(write(tmp_path / "d.json", *rows))
    assert found.info["config"]["params"] == {"vectors": {"size": 2, "distance": "Dot"}}
    assert found.reasons == [
        (1, "its vector has 1 numbers, the schema's has 2"),
        (4, "its vector a is named, the schema's vector is unnamed"),
    ]


def test_an_unnamed_vector_beside_a_sparse_one(tmp_path: Path) -> None:
    row = '{"id":1,"vector":{"":[1,2],"s":{"indices":[7],"values":[0.5]}}}'
    found = adopt(write(tmp_path / "d.json", row))
    assert found.info["config"]["params"] == {"vectors": {"size": 2, "distance": "Dot"}, "sparse_vectors": {"s": {}}}
    assert found.values[0]["vector"] == json.loads(row)["vector"]


def test_a_dump_without_rows(tmp_path: Path) -> None:
    found = adopt(write(tmp_path / "d.json"))
    assert found.rows == []
    assert "the dump holds no rows" in found.adopted.notes


def test_neither_like_nor_distance(tmp_path: Path) -> None:
    dump = write(tmp_path / "d.json", '{"id":1,"vector":[1]}')
    with pytest.raises(
        UsageError, match=r"has no manifest, so the distance cannot be known; name a collection .* --like"
    ):
        adopt_dump(dump, tmp_path / "w", like=None, distance=None, embed=None, emit=ignore, control=JobControl())
    assert not (tmp_path / "w").exists()


def test_a_distance_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(
        UsageError, match=r"'?L2'? is not a distance of Qdrant; use one of Cosine, Dot, Euclid, Manhattan"
    ):
        adopt(write(tmp_path / "d.json", '{"id":1,"vector":[1]}'), distance="L2")


def test_progress_and_notices_are_told(tmp_path: Path) -> None:
    events: list[Event] = []
    dump = write(tmp_path / "d.json", *(f'{{"id":{i},"vector":[1]}}' for i in range(1000)))
    found = adopt(dump, emit=events.append)
    progress = [event for event in events if isinstance(event, Progress)]
    assert progress[-1] == Progress("backup", "points", 1000, 1000)
    assert max(event.bytes_done for event in progress if event.phase == "ids") == dump.stat().st_size
    assert tuple(event.text for event in events if isinstance(event, Notice)) == found.adopted.notes


@pytest.mark.parametrize("phase", ["ids", "points"])
def test_cancelling_leaves_nothing_behind(tmp_path: Path, phase: str) -> None:
    control = JobControl()

    def emit(event: Event) -> None:
        if isinstance(event, Progress) and event.phase == phase:
            control.cancel()

    dump = write(tmp_path / "d.json", *(f'{{"id":{i},"vector":[1]}}' for i in range(1000)))
    with pytest.raises(Interrupted):
        adopt(dump, emit=emit, control=control)
    assert list((tmp_path / "work").iterdir()) == []


def test_a_dump_that_changes_meanwhile_is_refused(tmp_path: Path) -> None:
    dump = write(tmp_path / "d.json", '{"id":1,"vector":[1]}')

    def emit(event: Event) -> None:
        if isinstance(event, Progress) and event.phase == "points":
            dump.write_bytes(dump.read_bytes() + b" ")

    with pytest.raises(ArchiveError, match="was changed while it was read"):
        adopt(dump, emit=emit)
    assert list((tmp_path / "work").iterdir()) == []


def test_a_workdir_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "work").write_text("a file")
    with pytest.raises(OutputError, match="cannot write"):
        adopt(write(tmp_path / "d.json", '{"id":1,"vector":[1]}'))


def test_adopting_twice_gives_the_same_file(tmp_path: Path) -> None:
    dump = write(tmp_path / "d.json", *(f'{{"id":{i},"vector":[1]}}' for i in (3, 1, 2)))
    first = adopt(dump).adopted.archive.read_bytes()
    assert adopt(dump).adopted.archive.read_bytes() == first


def test_is_foreign(tmp_path: Path) -> None:
    dump = write(tmp_path / "d.json", '{"id":1,"vector":[1]}')
    assert is_foreign(dump)
    assert not is_foreign(adopt(dump).adopted.archive)
    assert not is_foreign(tmp_path)
    assert not is_foreign(tmp_path / "missing.json")
    manifest_path(dump).write_text("{}")
    assert not is_foreign(dump)
