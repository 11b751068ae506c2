"""Files that are no dump, or a damaged one: one line that tells the byte, and nothing left behind."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from qdrill.archive import dump_stream
from qdrill.errors import ArchiveError
from tests.archive.foreign_dumps import adopt

ROW = b'{"id":1,"vector":[1]}'
BROKEN = {
    b"": "is empty .*byte 0",
    b" \n\t ": "is empty .*byte 4",
    b"\xef\xbb\xbf": "is empty .*byte 3",
    b"<!DOCTYPE html><html>": "an HTML or XML page: byte 0",
    b"\n <html>": "an HTML or XML page: byte 2",
    b"\x89PNG\r\n\x1a\n\x00\x00": "something other than JSON: byte 0",
    b"\x00" * 5000: "something other than JSON: byte 0",
    b"\x1f\x8b\x08\x00": r"compressed by gzip \(unpack it first\): byte 0",
    b"\xff\xfe[\x00": "UTF-16 text .*: byte 0",
    b"hello": "something other than JSON: byte 0",
    b'"text"': "something other than JSON: byte 0",
    b"17": "something other than JSON: byte 0",
    b"[": "ends early: .*byte 1 .*after 0 whole rows",
    b"[" + ROW: "ends early: .*byte 22 .*after 1 whole rows",
    b"[" + ROW + b",": "ends early: .*byte 23 .*after 1 whole rows",
    b"[" + ROW[:-1]: "ends early: .*byte 21 .*after 0 whole rows",
    b'[{"id":1,"payload":{"t":"no end': "ends early: .*byte 31",
    b'[{"t":"\\': "ends early: .*byte 8",
    b'{"points":[' + ROW + b"]": "ends early: .*byte 33",
    b'{"points"': "ends early: .*byte 9",
    b'{"points":': "ends early: .*byte 10",
    b'{"result":{"points":[' + ROW + b"]}": "ends early: .*byte 44",
    b"{": "ends early: .*byte 1",
    ROW + b"\n" + ROW[:9]: "ends early: .*byte 31 .*after 1 whole rows",
    b"[" + ROW + b"] x": "broken at byte 24: nothing may follow",
    b"[" + ROW + b"][]": "broken at byte 23: nothing may follow",
    b"[" + ROW + ROW + b"]": "broken at byte 22: a comma or ] belongs here",
    b"[" + ROW + b",]": "broken at byte 23: a value belongs here",
    b"[,]": "broken at byte 1: a value belongs here",
    b"[}": "broken at byte 1: a value belongs here",
    b"[1:2]": "broken at byte 2: a comma or ] belongs here",
    b"[tru]": "broken at byte 1: this is not JSON",
    b"[hello world]": "broken at byte 1: this is not JSON",
    b'[{"id":1,}]': "broken at byte 9: this is not JSON",
    b'[{"id":1]}': "broken at byte 8: this is not JSON",
    b'[{"id":01}]': "broken at byte 8: this is not JSON",
    b"[" + ROW + b',{"id":2 "x":1}]': "broken at byte 31: this is not JSON",
    '[{"é":1,}]'.encode(): "broken at byte 9: this is not JSON",
    b'[{"id":1,"payload":{"a":"\xff"}}]': "broken at byte 25: this is not UTF-8",
    b'[{"id":1,"payload":{"a":"line\nbreak"}}]': "broken at byte 29: this is not JSON",
    b'{"id":1,}': "broken at byte 8: a key in quotes belongs here",
    b"{1:2}": "broken at byte 1: a key in quotes belongs here",
    b'{"a" 1}': "broken at byte 5: : belongs here",
    b'{"a":1 "b":2}': "broken at byte 7: a comma or } belongs here",
    b'{"a":}': "broken at byte 5: a value belongs here",
    b'{"\xff":1}': "broken at byte 1: this key is not text",
    ROW + b",\n" + ROW: "broken at byte 21: a value belongs here",
    ROW + b"\nhello": "broken at byte 22: this is not JSON",
    b'{"points":[' + ROW + b"]}\n[]": "broken at byte 35: something other than another page follows",
    b'{"status":{"error":"Not found"},"time":0}': "holds no rows: byte 0 .*status, time",
    b'{"detail":"Unauthorized"}': "holds no rows: byte 0 .*detail",
    b'{"result":{"points":null}}': "holds no rows",
    b"{}": "holds no rows: byte 0 .*nothing",
    b"[" * 600: "broken at byte 500: rows may nest 499 levels deep",
    b"[" * 600 + b"]" * 600: "broken at byte 500: rows may nest 499 levels deep",
    b'{"id":1,"payload":' + b'{"a":' * 500 + b"1" + b"}" * 500 + b"}": "broken at byte 2513: rows may nest 499",
    b'{"x":' * 501 + b"1" + b"}" * 501: "broken at byte 2500: rows may nest 499 levels deep",
}


@pytest.mark.parametrize("block", [1, 1 << 20])
@pytest.mark.parametrize("text", BROKEN, ids=range(len(BROKEN)))
def test_it_is_refused_and_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: bytes, block: int
) -> None:
    monkeypatch.setattr(dump_stream, "BLOCK", block)
    dump = tmp_path / "d.json"
    dump.write_bytes(text)
    with pytest.raises(ArchiveError) as caught:
        adopt(dump)
    assert re.search(BROKEN[text], str(caught.value))
    assert str(caught.value).startswith(str(dump))
    assert "\n" not in str(caught.value)
    assert list((tmp_path / "work").iterdir()) == []


def test_an_earlier_archive_stays_when_its_dump_breaks(tmp_path: Path) -> None:
    dump = tmp_path / "d.json"
    dump.write_bytes(b"[" + ROW + b"]")
    archive = adopt(dump).adopted.archive
    whole = archive.read_bytes()
    dump.write_bytes(b"[" + ROW)
    with pytest.raises(ArchiveError):
        adopt(dump)
    assert archive.read_bytes() == whole


def test_a_dump_cut_anywhere_is_never_taken_for_a_whole_one(tmp_path: Path) -> None:
    dump = tmp_path / "d.json"
    whole = json.dumps(
        {"result": {"points": [{"id": i, "payload": {"t": '"}]'}, "vector": [1]} for i in (1, 2)]}}
    ).encode()
    for end in range(len(whole)):
        dump.write_bytes(whole[:end])
        with pytest.raises(ArchiveError):
            adopt(dump)


def test_a_string_without_an_end_does_not_fill_the_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dump_stream, "BLOCK", 1000)
    monkeypatch.setattr(dump_stream, "LONGEST_ROW", 1 << 20)
    dump = tmp_path / "d.json"
    dump.write_bytes(b'[{"id":1,"payload":{"t":"' + b"x" * 5_000_000)
    with pytest.raises(ArchiveError, match="broken at byte 1: what begins here does not end within 1 MiB"):
        adopt(dump)


def test_what_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match=r"cannot read .*missing\.json: No such file"):
        adopt(tmp_path / "missing.json")
    (tmp_path / "folder.json").mkdir()
    with pytest.raises(ArchiveError, match="is not a file"):
        adopt(tmp_path / "folder.json")


def test_a_hostile_name_is_escaped(tmp_path: Path) -> None:
    dump = tmp_path / "a\x1b[31m\n.json"
    dump.write_bytes(b"")
    with pytest.raises(ArchiveError, match=r"a\\x1b\[31m\\x0a\.json is empty"):
        adopt(dump)
