"""What is said of aliases, of an archive that is not whole, and of a target that looks like its source, in Chinese."""

from __future__ import annotations

import pytest

from qdrill.archive.manifest_file import Source
from qdrill.drill.alike import Named, why_alike, why_source
from qdrill.drill.checks import restore_checks
from qdrill.drill.restore_aliases import NOT_WHOLE, words_of
from qdrill.drill.restore_target import other_name
from qdrill.records.words import WORDS
from qdrill.results import AliasOutcome, Check, Moments, RestoreResult
from tests.records.zh_words import HAN, chinese, left

PARTIAL = "the dump is not whole: it says that more points follow, from id 5 on; they are not in it"
SET, HELD = AliasOutcome("live", "set"), AliasOutcome("live", "held", "docs")
SOURCE = Source("local/docs", "docs", "1.19.0", "peer 7/docs")


def checks(*aliases: AliasOutcome, partial: str = "") -> list[Check]:
    restored = RestoreResult(5, 5, (), 0, 1.0, Moments(), (), created_by_drill=True, aliases=aliases, partial=partial)
    return [check for check in restore_checks(restored) if check.name in ("aliases", "archive_whole")]


@pytest.mark.parametrize(
    "alias",
    [
        SET,
        HELD,
        AliasOutcome("live", "moved", "docs"),
        AliasOutcome("live", "held", "docs", NOT_WHOLE),
        AliasOutcome("live", "failed", "live", "a collection of the target's store has this name"),
        AliasOutcome("live", "failed", "", "the store took it and does not show it"),
    ],
    ids=lambda one: f"{one.state}-{one.reason}",
)
def test_aliases(alias: AliasOutcome) -> None:
    (check,) = checks(alias)
    assert left(check.seen, "live", "docs") == ""
    assert left(check.expected) == ""
    assert HAN.search(WORDS["zh"].check(check.name))
    if alias.state != "set":
        assert left(words_of(alias), "live", "docs") == ""


def test_what_a_store_said_of_an_alias_stays() -> None:
    (check,) = checks(AliasOutcome("live", "failed", "", "no room"))
    assert check.state == "fail"
    assert chinese(check.seen) == "1 个中已设置 0 个；别名 live 未设置：no room"


def test_the_worst_decides_and_all_set_passes() -> None:
    failed = AliasOutcome("b", "failed", "", "no room")
    assert [check.state for check in checks(SET)] == ["pass"]
    assert [check.state for check in checks(SET, HELD)] == ["inconclusive"]
    assert [check.state for check in checks(HELD, failed)] == ["fail"]
    assert checks() == []


def test_the_reason_of_a_drill_that_left_an_alias() -> None:
    """A reason joins checks with the mark that stands within this one too."""
    (check,) = checks(HELD)
    counted = "points_restored: restored 3 of 5 points"
    assert left(f"{check.name}: {check.seen}", "aliases", "live", "docs") == ""
    assert left(f"{counted}; {check.name}: {check.seen}; {counted}", "aliases", "live", "docs") == ""


def test_an_archive_that_is_not_whole() -> None:
    (check,) = checks(partial=PARTIAL)
    assert (check.name, check.state) == ("archive_whole", "inconclusive")
    assert left(check.seen) == left(check.expected) == ""
    assert HAN.search(WORDS["zh"].check(check.name))


@pytest.mark.parametrize("store", ["local", "other"])
def test_a_target_that_is_or_looks_like_the_source(store: str) -> None:
    target, source = Named(f"{store}/docs", store), Named("local/docs", "local")
    drill = why_source(target, source, SOURCE.identity, what="the source local/docs", stage="drill")
    words = "the source of this archive (local/docs)"
    restore = why_source(target, source, SOURCE.identity, what=words, stage="restore")
    for sentence in (f"the target {drill}", restore):
        assert left(sentence, "local/docs", "other/docs", "peer id") == ""
        assert ("7" in sentence) == (store == "other")


def test_servers_that_look_alike_and_a_wrong_name() -> None:
    for processes in (("a", "b"), ("", "")):
        said = why_alike("one/docs", "two/docs", SOURCE.identity, processes)
        assert left(said, "one/docs", "two/docs", "peer id") == ""
    for said in (other_name("lab/copy", "cpoy"), f"the target {other_name('lab/copy', 'cpoy')}"):
        assert chinese(said).startswith("目标 lab/copy 已存在，而 --replace 指定的 cpoy 不是它的集合")


@pytest.mark.parametrize(
    "said",
    [
        "deleting lab/copy takes its aliases with it: live",
        "the target could not be deleted: an alias that this drill did not set leads to it (live), and would be lost; "
        "delete it by hand when nobody needs it",
    ],
)
def test_what_else_is_said_of_aliases(said: str) -> None:
    assert left(said, "lab/copy", "live") == ""
