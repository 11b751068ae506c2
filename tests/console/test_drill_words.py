"""Words about a drill: Chinese where there is Chinese, the very text where there is none."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from qdrill.config_model import SearchConfig
from qdrill.console import engine_words
from qdrill.console.i18n import Language, Say, say
from qdrill.console.panels import drill_words as words
from qdrill.drill.start import dry_run
from qdrill.drill.verdict import PASSED
from tests.console.support import samples
from tests.console.support.hostile import HOSTILE

_CHINESE = re.compile("[一-鿿]")


def sayer(language: Language) -> Say:
    return lambda key, **values: say(language, key, **values)


EN, ZH = sayer("en"), sayer("zh")


def test_names_of_checks() -> None:
    assert engine_words.check_name("en", "points_restored") == "points restored"
    assert engine_words.check_name("zh", "points_restored") == "恢复条目数"
    assert engine_words.check_name("zh", "no_such_check") == "no_such_check"


@pytest.mark.parametrize(
    ("english", "en", "zh"),
    [
        (
            "restored 29997 of 30000 points",
            "restored 29,997 of 30,000 points",
            "恢复 29,997 个数据点，应为 30,000 个",
        ),
        ("29997 of 30000 equal", "29,997 of 30,000 equal", "30,000 个中 29,997 个相同"),
        ("about 30000, with a writer at work", "about 30,000, with a writer at work", "约 30,000 个，备份期间有写入"),
        ("random point 12345", "random point 12345", "随机点 12345"),
        ("local/30000 points", "local/30000 points", "local/30000 points"),
    ],
)
def test_amounts_in_checks_are_shown_as_everywhere_else(english: str, en: str, zh: str) -> None:
    assert engine_words.check_words("en", english) == en
    assert engine_words.check_words("zh", english) == zh


def test_sentences() -> None:
    assert engine_words.sentence("en", PASSED) == PASSED
    assert _CHINESE.search(engine_words.sentence("zh", PASSED))
    assert engine_words.sentence("zh", "a server's own words; and more") == "a server's own words; and more"
    assert engine_words.sentence("zh", f"{PASSED}; and more") == f"{engine_words.sentence('zh', PASSED)}；and more"


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_is_not_ours_is_shown_as_it_is(language: Language, text: str) -> None:
    assert engine_words.sentence(language, text) == text
    assert words.dry_words(sayer(language), text) == text


def test_states_are_counted_the_worst_first() -> None:
    checks = [samples.check(state=state) for state in ("pass", "fail", "pass", "skipped", "not_applicable")]
    assert words.count_states(EN, checks) == ["1 fail", "1 skipped", "1 n/a", "2 pass"]
    assert words.count_states(EN, []) == []


def test_searches_of_a_drill() -> None:
    drill = samples.nightly(
        searches=(
            SearchConfig(text="登录", top_k=3, embedder="words", vector="text"),
            SearchConfig(random=5),
            SearchConfig(point=17),
            SearchConfig(query_vector=(1.0, 2.0)),
        )
    )
    assert words.searches_words(EN, drill) == (
        "text 登录, top 3, vector text, embedder words; 5 random points, top 10; point 17, top 10; a vector, top 10"
    )
    assert words.searches_words(sayer("zh"), drill) == (
        "文本 登录，前 3 条，向量 text，嵌入器 words；5 个随机点，前 10 条；数据点 17，前 10 条；给定向量，前 10 条"
    )
    both = samples.nightly(searches=(SearchConfig(text="a", embedder="words", via="rag_api"),))
    assert words.searches_words(EN, both) == "text a, top 10, embedder words, via rag_api"
    assert words.searches_words(EN, samples.nightly()) == "5 random points, top 10"


def test_amounts() -> None:
    assert (words.throttle_words(EN, 0.0), words.throttle_words(EN, 0.05)) == ("off", "0.05 ms a point")
    assert (words.goal_words(900.0), words.goal_words(0.5), words.goal_words(None)) == ("900 s", "0.5 s", "–")
    assert (words.seconds_words(3.62), words.seconds_words(None)) == ("3.6 s", "–")


def test_every_step_of_a_dry_run_is_known_in_both_languages(tmp_path: Path) -> None:
    from qdrill.config import Config
    from qdrill.control import JobControl
    from qdrill.demo.drill import prepare_demo, run_demo
    from qdrill.session import Session

    with Session(Config(), {}, JobControl()) as session:
        plan, ends = prepare_demo(session, tmp_path)
        runs = [dry_run(plan, ends), dry_run(replace(plan, delete_target=True), ends)]
        run_demo(session, tmp_path, sabotage=False)
    with Session(Config(), {}, JobControl()) as session:
        _, ends = prepare_demo(session, tmp_path)
        runs += [dry_run(plan, ends), dry_run(replace(plan, replace=ends.target_collection), ends)]
    for steps in runs:
        for step, text in steps:
            assert say("zh", f"drill.dry.step.{step}")
            if step in ("drill", "record"):
                continue
            assert _CHINESE.search(words.dry_words(ZH, text)), text
            assert words.dry_words(EN, text)
    assert "REFUSED" in words.dry_words(EN, dict(runs[2])["restore"])


def test_a_dry_run_tells_of_aliases_and_metrics() -> None:
    for text in (
        "set a, b; leave live with docs: a drill never moves an alias",
        "leave live with docs: a drill never moves an alias",
        "set live",
        "the source has none",
    ):
        assert words.dry_words(EN, text) == text
        assert _CHINESE.search(words.dry_words(ZH, text)), text
    for step in ("aliases", "metrics"):
        assert _CHINESE.search(say("zh", f"drill.dry.step.{step}"))


def test_a_recovery_has_the_digits_of_the_clock() -> None:
    found = [words.recovery_words(value) for value in (0.0, 0.912, 0.996, 59.99, 125.31, 3723.4, None)]
    assert found == ["0.0 s", "1.0 s", "1.0 s", "1 min 00.0 s", "2 min 05.4 s", "1 h 02 min 03.4 s", "–"]


def test_a_dry_run_by_snapshot_is_known_too() -> None:
    steps = (
        "have the server make a snapshot, write a.snapshot, delete the snapshot on the server",
        "local/b: create it; upload the snapshot",
        "local/b: delete local/b, then create it anew; upload the snapshot",
    )
    assert words.dry_words(EN, steps[0]) == steps[0]
    for text in steps:
        assert "快照" in words.dry_words(ZH, text)
    refused = words.dry_words(ZH, "local/b: REFUSED: it is late", lambda why: f"<{why}>")
    assert refused.endswith("<it is late>")
