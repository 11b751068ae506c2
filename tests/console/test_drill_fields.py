"""The form's fields: a drill survives them, and each error stands at its field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from qdrill.config_model import DrillConfig, SearchConfig
from qdrill.console.i18n import say
from qdrill.console.known_places import default_target, known_addresses
from qdrill.console.panels.drill_fields import others, read_fields, texts_of
from qdrill.results import Objectives
from tests.console.support import samples
from tests.console.support.hostile import HOSTILE

CONFIG = samples.config(
    Path("artifacts"),
    stores={
        "local": samples.store(),
        "prod": samples.store("prod", production=True),
        "frozen": samples.store("frozen", read_only=True),
    },
)
FULL = samples.nightly(
    delay_ms_per_point=0.05,
    after="delete",
    level="sample",
    operator="Ada",
    ticket="OPS-1",
    objectives=Objectives(900.0, 3600.0, 0.9),
    searches=(
        SearchConfig(text="登录", top_k=3, embedder="words", vector="text"),
        SearchConfig(random=5, top_k=3, vector="text"),
        SearchConfig(point=17, top_k=3),
        SearchConfig(text="second", top_k=4),
    ),
)


def english(key: str, **values: object) -> str:
    return say("en", key, **values)


def read(texts: Mapping[str, str], base: DrillConfig = FULL) -> tuple[DrillConfig | None, dict[str, str]]:
    return read_fields({**texts_of(base), **texts}, base, CONFIG, english)


def drill(**texts: str) -> DrillConfig:
    made, wrong = read(texts)
    assert made is not None, wrong
    return made


def test_a_drill_that_nobody_changed_stays_as_it_is() -> None:
    assert drill() == FULL
    assert others(FULL) == 2
    plain = samples.nightly()
    assert read({}, plain) == (plain, {})


def test_everything_can_be_changed() -> None:
    made = drill(
        name="mine", source="local/a", target="local/b", throttle="1.5", rto="60", rpo="", overlap="0.5",
        search_text="reset", search_random="7", top_k="4", embedder="", vector="", level="full", after="keep",
        operator=" Bo ", ticket="",
    )  # fmt: skip
    assert made == replace(
        FULL,
        name="mine", source="local/a", target="local/b", delay_ms_per_point=1.5,
        objectives=Objectives(60.0, None, 0.5), level="full", after="keep", operator="Bo", ticket="",
        searches=(SearchConfig(text="reset", top_k=4), SearchConfig(random=7, top_k=4), *FULL.searches[2:]),
    )  # fmt: skip


def test_searches_can_be_taken_away() -> None:
    assert drill(search_text="", search_random="").searches == FULL.searches[2:]


def test_the_target_follows_the_source_unless_it_is_named() -> None:
    assert drill(source="local/docs", target="").target == "local/docs_restored"
    assert drill(source="local", target="").source == "local/default_collection"
    assert default_target("local/docs", CONFIG) == "local/docs_restored"
    assert default_target("http://somewhere.invalid:6333/docs", CONFIG) == "http://somewhere.invalid:6333/docs_restored"
    assert default_target("nowhere/docs", CONFIG) == ""


@pytest.mark.parametrize(
    ("field", "text", "line"),
    [
        ("source", "", "name a collection"),
        ("source", "nowhere/docs", "there is no store"),
        ("target", samples.SOURCE, "this is the source"),
        ("target", "prod/docs", "production = true"),
        ("target", "frozen/docs", "read_only = true"),
        ("target", "local/a/b", "cannot contain"),
        ("throttle", "fast", "write a number"),
        ("throttle", "-1", "between 0 and"),
        ("throttle", "inf", "between 0 and"),
        ("rto", "nan", "write a number"),
        ("rpo", "1h", "write a number"),
        ("overlap", "1.1", "between 0 and 1"),
        ("search_random", "0", "whole number"),
        ("search_random", "3.5", "whole number"),
        ("top_k", "٣", "whole number"),
        ("top_k", "9" * 5000, "whole number"),
        ("name", " ", "a name"),
    ],
)
def test_what_is_wrong_stands_at_its_field(field: str, text: str, line: str) -> None:
    made, wrong = read({field: text})
    assert made is None
    assert list(wrong) == [field]
    assert line in wrong[field]
    assert "\n" not in wrong[field]


def test_several_errors_are_told_at_once() -> None:
    made, wrong = read({"source": "", "target": "", "rto": "x", "top_k": "0"})
    assert made is None
    assert sorted(wrong) == ["rto", "source", "top_k"]


@pytest.mark.parametrize("field", ["source", "target", "throttle", "rto", "search_random", "name", "ticket", "vector"])
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_are_a_value_or_one_line(field: str, text: str) -> None:
    made, wrong = read({field: text})
    assert (made is None) == bool(wrong)
    assert all("\n" not in line and "\x1b" not in line for line in wrong.values())


def test_addresses_that_are_suggested_are_those_of_the_configuration() -> None:
    assert known_addresses(CONFIG) == [
        samples.SOURCE, samples.TARGET, "prod/default_collection", "frozen/default_collection",
    ]  # fmt: skip


def test_the_method_of_a_drill_is_kept_and_can_be_changed() -> None:
    base: Any = replace(FULL, method="snapshot")
    kept, _ = read({}, base)
    changed, _ = read({"method": "rows"}, base)
    assert kept is not None
    assert changed is not None
    assert (kept.method, changed.method) == ("snapshot", "rows")
