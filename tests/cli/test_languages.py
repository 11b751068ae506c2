"""What people read on stdout in Chinese: the summary of a drill, and a record's Markdown."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from qdrill.cli.drill_words import TEXT
from tests.cli.runner import Ran, qdrill

CHINESE = {"LC_ALL": "zh_CN.UTF-8"}
# What stays English: ids, paths, names of checks and of things.
KEPT = re.compile(
    r"[\w./-]+/[\w./-]+|\b(?:[a-z]+_[a-z_]+|rto|rpo|RTO|RPO|RTA|id|payload|green|top|helpdesk|demo|configuration"
    r"|\d{8}T\d{6}Z-\w+|kB|MB|ms|s)\b"
)


def summary(ran: Ran) -> str:
    """The part of the output behind the record's template."""
    return ran.out[ran.out.index("\n演练 ") :]


def english_words(text: str) -> list[str]:
    return re.findall("[A-Za-z]{2,}", KEPT.sub("", text))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


def test_the_summary_of_a_drill_that_passes(home: Path) -> None:
    ran = qdrill("demo", "--headless", "-q", cwd=home, env=CHINESE)
    assert ran.code == 0
    text = summary(ran)
    assert "✓ 通过" in text
    assert "全部数据点比对一致，各项目标均已达成" in text
    assert english_words(text) == []


def test_the_summary_of_a_drill_that_fails(home: Path) -> None:
    ran = qdrill("demo", "--headless", "--sabotage", "-q", cwd=home, env={"LANG": "zh_CN.UTF-8"})
    assert ran.code == 1
    text = summary(ran)
    assert "✗ 失败" in text
    assert "恢复 319 个数据点，应为 320 个" in text
    assert "57（目标集合中缺失）" in text
    before, _, after = text.partition("payload.text:")
    assert english_words(before) == []
    assert english_words(after[after.index("RTO") :]) == []


def test_a_run_speaks_the_language_of_the_locale(home: Path) -> None:
    store = f"edge:{home}/.qdrill/demo/store"
    run = ("run", "--source", f"{store}/helpdesk", "-q", "--random", "2", "--using", "text", "--target")
    chinese = qdrill(*run, f"{store}/one", cwd=home, env=CHINESE)
    english = qdrill(*run, f"{store}/two", cwd=home, env={**CHINESE, "LC_ALL": "en_US.UTF-8"})
    assert (chinese.code, english.code) == (0, 0)
    assert "✓ 通过" in chinese.out
    assert "✓ pass" in english.out
    assert not re.search("[\u4e00-\u9fff]", english.out)


def test_a_record_is_rendered_in_the_language_of_the_locale(home: Path) -> None:
    (first, *_) = sorted(path.name for path in (home / "artifacts" / "drills").iterdir())
    assert "# 演练记录" in qdrill("record", "render", first, cwd=home, env=CHINESE).out
    assert "# Drill record" in qdrill("record", "render", first, cwd=home).out
    assert "# Drill record" in qdrill("record", "render", first, "--lang", "en", cwd=home, env=CHINESE).out
    assert qdrill("record", "render", first, "--json", cwd=home, env=CHINESE).json["lang"] == "zh"


def test_both_languages_say_the_same() -> None:
    def slots(text: str) -> set[str | None]:
        return {name for _, name, _, _ in string.Formatter().parse(text)} - {None}

    assert TEXT["en"].keys() == TEXT["zh"].keys()
    for key, english in TEXT["en"].items():
        assert slots(english) == slots(TEXT["zh"][key]), key
