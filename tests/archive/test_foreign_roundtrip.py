"""Any rows in any layout come out with the same values and ids, in memory that does not grow with the dump."""

from __future__ import annotations

import json
import os
import struct
import tempfile
import tracemalloc
import uuid
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qdrill.archive import dump_stream
from tests.archive.foreign_dumps import adopt

PEAK = 16 << 20
BIG = "QDRILL_BIG_TESTS"

numbers = st.floats(width=32, allow_nan=False, allow_infinity=False) | st.integers(-(2**20), 2**20)
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.sampled_from(['"', "\\", '\\"', "}]", "[{", "\n", "登录", "\U0001f600", "\x00", "a\u2028b", "true"])
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
payloads = st.dictionaries(st.text(max_size=8) | st.sampled_from(["id", "points", "vector"]), values, max_size=4)
point_ids = st.integers(0, 2**64 - 1) | st.uuids().map(str)
unnamed = st.lists(numbers, min_size=3, max_size=3)
named = st.fixed_dictionaries(
    {},
    optional={
        "a": unnamed,
        'b "c"': st.lists(numbers, min_size=1, max_size=1),
        "multi": st.lists(st.lists(numbers, min_size=2, max_size=2), min_size=1, max_size=3),
        "sparse": st.dictionaries(st.integers(0, 2**32 - 1), numbers, max_size=4).map(
            lambda pairs: {"indices": list(pairs), "values": list(pairs.values())}
        ),
    },
)


def rows_with(vectors: st.SearchStrategy[Any]) -> st.SearchStrategy[list[dict[str, Any]]]:
    return st.lists(
        st.fixed_dictionaries({"id": point_ids, "payload": payloads, "vector": vectors}),
        max_size=8,
        unique_by=lambda row: str(row["id"]),
    )


def spell_id(point_id: Any, draw: Any) -> Any:
    if isinstance(point_id, int):
        return point_id
    spellings = (point_id, point_id.upper(), point_id.replace("-", ""), "{" + point_id + "}", f"urn:uuid:{point_id}")
    return draw(st.sampled_from(spellings))


def lay_out(rows: list[dict[str, Any]], draw: Any) -> bytes:
    """The rows as a dump in a layout that is drawn, keys of each row in an order that is drawn too."""
    spelled = []
    for row in rows:
        members = [("id", spell_id(row["id"], draw)), ("payload", row["payload"])]
        members.append((draw(st.sampled_from(["vector", "vectors"])), row["vector"]))
        members += draw(st.sampled_from([[], [("score", 0.5)], [("version", {"a": ["]"]})]]))
        spelled.append(dict(draw(st.permutations(members))))
    style: dict[str, Any] = {
        "indent": draw(st.sampled_from([None, 0, 2, "\t"])),
        "ensure_ascii": draw(st.booleans()),
        "separators": draw(st.sampled_from([None, (",", ":"), (" , ", " : ")])),
    }
    layout = draw(st.sampled_from(["array", "points", "result", "lines", "pages"]))
    if layout == "lines" and rows:
        return "\n".join(json.dumps(row, **style) for row in spelled).encode()
    if layout == "pages" and rows:
        return "\n".join(json.dumps({"result": {"points": [row]}}, **style) for row in spelled).encode()
    wrapped: Any = {"points": spelled} if layout == "points" else {"result": {"points": spelled}, "status": "ok"}
    return json.dumps(spelled if layout in ("array", "lines") else wrapped, **style).encode()


def order(row: dict[str, Any]) -> tuple[int, int, bytes]:
    point_id = row["id"]
    return (0, point_id, b"") if isinstance(point_id, int) else (1, 0, uuid.UUID(point_id).bytes)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data(), rows=rows_with(unnamed) | rows_with(named), block=st.sampled_from([1, 3, 17, 1 << 20]))
def test_rows_come_out_as_they_went_in(data: st.DataObject, rows: list[dict[str, Any]], block: int) -> None:
    with tempfile.TemporaryDirectory() as directory, pytest.MonkeyPatch.context() as patch:
        patch.setattr(dump_stream, "BLOCK", block)
        dump = Path(directory) / "dump.json"
        dump.write_bytes(lay_out(rows, data.draw))
        found = adopt(dump)
    assert found.adopted.rejected == ()
    # As JSON text: 1 is not 1.0 there, and keys keep their order.
    expected = [{key: row[key] for key in ("id", "payload", "vector")} for row in sorted(rows, key=order)]
    assert json.dumps(found.values) == json.dumps(expected)


@settings(max_examples=150, deadline=None)
@given(
    text=st.binary(max_size=60) | st.text('[]{}",:\\ \n1aeE.-', max_size=40).map(str.encode),
    block=st.sampled_from([1, 64]),
)
def test_no_bytes_at_all_do_worse_than_an_error_of_ours(text: bytes, block: int) -> None:
    from qdrill.errors import ArchiveError

    with tempfile.TemporaryDirectory() as directory, pytest.MonkeyPatch.context() as patch:
        patch.setattr(dump_stream, "BLOCK", block)
        dump = Path(directory) / "dump.json"
        dump.write_bytes(text)
        try:
            found = adopt(dump)
        except ArchiveError as error:
            assert "\n" not in str(error)
        else:
            rows = json.loads(text) if text.strip().startswith(b"[") else None
            assert rows is None or len(rows) == len(found.rows) + found.adopted.rejected_total


def write_big(path: Path, megabytes: int, *, indent: int | None = None) -> int:
    """A dump of about that size, ids counting down; returns its number of rows."""
    floats = struct.unpack("<384f", bytes(range(1, 193)) * 8)
    vector = [value if abs(value) < 1e30 else 0.25 for value in floats]
    row = json.dumps({"id": 987654321, "payload": {"text": '登录 {["', "n": [1, 2]}, "vector": vector}, indent=indent)
    number = megabytes * 1_000_000 // len(row)
    with path.open("w") as stream:
        stream.write("[\n")
        for i in range(number):
            stream.write(row.replace("987654321", str(number - i)) + (",\n" if i + 1 < number else "\n]\n"))
    return number


def peak_of_adopting(dump: Path, number: int) -> int:
    """Most bytes held at once, by the allocations that Python sees."""
    from qdrill.archive.foreign import adopt_dump
    from qdrill.archive.manifest import read_manifest
    from qdrill.control import JobControl
    from qdrill.events import ignore

    tracemalloc.start()
    try:
        adopted = adopt_dump(
            dump, dump.parent / "w", like=None, distance="Dot", embed=None, emit=ignore, control=JobControl()
        )
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    manifest = read_manifest(adopted.archive)
    assert (manifest.points, adopted.rejected_total) == (number, 0)
    assert (manifest.chunks[0].first_id, manifest.chunks[-1].last_id) == (1, number)
    return peak


@pytest.mark.parametrize("indent", [None, 2])
def test_memory_stays_flat(tmp_path: Path, indent: int | None) -> None:
    dump = tmp_path / "big.json"
    number = write_big(dump, 20, indent=indent)
    assert dump.stat().st_size > 19_000_000 > PEAK
    assert peak_of_adopting(dump, number) < PEAK


@pytest.mark.skipif(not os.environ.get(BIG), reason=f"300 MB are written and read; set {BIG}=1 to run it")
def test_memory_stays_as_flat_with_300_mb(tmp_path: Path) -> None:
    dump = tmp_path / "big.json"
    number = write_big(dump, 300)
    assert peak_of_adopting(dump, number) < PEAK
