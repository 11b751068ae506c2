"""Searches kept by hand: while the drill runs, after it, and what the record and its Markdown say of them."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from qdrill.errors import OutputError, UsageError
from qdrill.records.amend import Amendment, amend
from qdrill.records.integrity import check_record
from qdrill.records.kept import keep_search
from qdrill.records.render_toml import load_record
from qdrill.records.save import save_drill
from qdrill.results import Hit, SearchOutcome
from tests.records import samples
from tests.records.test_save import opened

AT = datetime(2026, 11, 22, 23, 20, tzinfo=samples.BEIJING)
SOURCE, TARGET = "local/a", "local/a_restored"


def asked() -> SearchOutcome:
    """A search as the console asks it."""
    hits = (Hit(2**64 - 1, 0.5698, {"text": "登录失败怎么办", "n": 2**60}), Hit(2, float("nan")))
    return SearchOutcome("text 登录", "text", 2, "fail", "", hits, hits[:1], 0.5, True, 0.0, 12.0, 11.2, "text")


def test_a_kept_search_is_written_whole(tmp_path: Path) -> None:
    directory = opened(tmp_path, samples.passed())
    path = keep_search(directory, SOURCE, TARGET, asked(), AT)
    assert path == directory / "evidence/kept/001.json"
    found = json.loads(path.read_text(encoding="utf-8"))
    assert (found["schema"], found["kept_by_hand"], found["drill"]) == ("qdrill.search/1", True, directory.name)
    assert datetime.fromisoformat(found["asked_at"]) == AT
    assert found["source"]["hits"][0] == {
        "id": 2**64 - 1, "score": 0.5698, "payload": {"text": "登录失败怎么办", "n": 2**60},
    }  # fmt: skip
    assert (found["target"]["address"], found["target"]["milliseconds"]) == (TARGET, 11.2)
    assert (found["query"], found["overlap_at_k"], found["same_order"], found["max_score_change"]) == (
        "text 登录", 0.5, True, 0.0,
    )  # fmt: skip


def test_the_record_picks_up_what_was_kept_while_the_drill_ran(tmp_path: Path) -> None:
    result = samples.passed()
    directory = opened(tmp_path, result)
    keep_search(directory, SOURCE, TARGET, asked(), AT)
    alone = replace(asked(), target_hits=(), overlap=None, same_order=None, target_ms=None)
    keep_search(directory, SOURCE, None, alone, AT)
    record = load_record(save_drill(directory, result, who=samples.WHO))
    assert [(one.query, one.path, one.overlap, one.source, one.target, one.at) for one in record.kept] == [
        ("text 登录", "evidence/kept/001.json", 0.5, SOURCE, TARGET, AT),
        ("text 登录", "evidence/kept/002.json", None, SOURCE, None, AT),
    ]
    assert record.verdict == "pass"
    assert check_record(directory, record) == []
    english = (directory / "drill.md").read_text(encoding="utf-8")
    assert "They are not part of the verdict." in english
    assert "[evidence/kept/001.json](evidence/kept/001.json)" in english
    assert "不计入结论" in (directory / "drill.zh.md").read_text(encoding="utf-8")


def test_a_search_kept_after_the_drill_is_listed_by_an_amendment(tmp_path: Path) -> None:
    directory = opened(tmp_path, samples.passed())
    save_drill(directory, samples.passed(), who=samples.WHO)
    keep_search(directory, SOURCE, TARGET, asked(), AT)
    assert load_record(directory).kept == ()
    record = amend(directory, Amendment())
    assert [one.path for one in record.kept] == ["evidence/kept/001.json"]
    assert record.amended[0].changed == ("evidence",)
    assert check_record(directory, record) == []


def test_searches_kept_at_the_same_time_have_files_of_their_own(tmp_path: Path) -> None:
    directory = opened(tmp_path, samples.passed())
    with ThreadPoolExecutor(8) as pool:
        paths = list(pool.map(lambda _: keep_search(directory, SOURCE, TARGET, asked(), AT), range(24)))
    assert sorted(path.name for path in paths) == [f"{number:03d}.json" for number in range(1, 25)]


def test_hostile_searches_are_kept(tmp_path: Path) -> None:
    directory = opened(tmp_path, samples.passed())
    hostile = replace(asked(), name=samples.HOSTILE)
    keep_search(directory, samples.HOSTILE, samples.HOSTILE, hostile, AT)
    record = load_record(save_drill(directory, samples.passed(), who=samples.WHO))
    assert check_record(directory, record) == []
    assert record.kept[0].query == samples.HOSTILE.replace("\udc80", "\\udc80")


def test_a_file_that_is_no_kept_search_stays_evidence(tmp_path: Path) -> None:
    directory = opened(tmp_path, samples.passed())
    kept = directory / "evidence/kept"
    kept.mkdir(parents=True)
    texts = ("not JSON", "[" * 100_000, "5", '{"schema": "qdrill.search/1"}', '{"query": 5}')
    for number, text in enumerate(texts, 1):
        (kept / f"{number:03d}.json").write_text(text)
    (kept / "my notes.json").write_text("{}")
    assert keep_search(directory, SOURCE, TARGET, asked(), AT).name == "006.json"
    record = load_record(save_drill(directory, samples.passed(), who=samples.WHO))
    assert [one.path for one in record.kept] == ["evidence/kept/006.json"]
    assert sum(name.startswith("evidence/kept/") for name in record.integrity.files) == 7


def test_there_must_be_a_drill_to_keep_it_in(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no drill record to keep a search in"):
        keep_search(tmp_path, SOURCE, TARGET, asked(), AT)
    with pytest.raises(UsageError, match="is no drill's directory"):
        keep_search(tmp_path / "none", SOURCE, TARGET, asked(), AT)
    directory = opened(tmp_path, samples.passed())
    (directory / "evidence").mkdir()
    (directory / "evidence/kept").write_text("")
    with pytest.raises(OutputError, match="cannot write"):
        keep_search(directory, SOURCE, TARGET, asked(), AT)
