"""qdrill's own sentences in Chinese: those that the engine composes, and what must stay as it is."""

from __future__ import annotations

import re

import pytest

from qdrill.drill import checks as questions
from qdrill.drill.quiet import Observation, compare_observations
from qdrill.drill.recovery_point import RecoveryPoint
from qdrill.drill.search_compare import Answer, compare_answers
from qdrill.drill.search_plan import PlannedSearch
from qdrill.drill.verdict import PASSED, PASSED_WITHOUT_OBJECTIVE, judge
from qdrill.errors import NotFound, QdrillError, Refused, StoreError
from qdrill.records.words import WORDS
from qdrill.results import (
    Check,
    CompareResult,
    ConfigDifference,
    Hit,
    Moments,
    Objectives,
    Rejected,
    RestoreResult,
    SearchOutcome,
)
from qdrill.stores.base import Query, UpdateMarks

ZH, EN = WORDS["zh"], WORDS["en"]
HAN = re.compile("[\u4e00-\u9fff]")
# English that stays: names of checks and fields, and what a store said.
KEPT = re.compile(r"\b(?:[a-z]+_[a-z_]+|rto|rpo|RTO|RPO|id|payload|green|yellow|top_k|configuration|no room|full)\b")


def untranslated(text: str) -> str:
    """English words left in a Chinese sentence."""
    return " ".join(re.findall("[A-Za-z]{2,}", KEPT.sub("", text)))


def hits(*points: tuple[int, float]) -> tuple[Hit, ...]:
    return tuple(Hit(point, score) for point, score in points)


def reason(source: Answer | QdrillError, target: Answer | QdrillError, *, top_k: int = 2, overlap: float = 1.0) -> str:
    planned = PlannedSearch("text 登录", "text", top_k, "", Query(vector=[1.0], limit=top_k))
    return compare_answers(planned, source, target, min_overlap=overlap).reason


FOUND = Answer(hits((1, 0.9), (2, 0.8), (3, 0.7)), 1.0, complete=True)
TIED = Answer(hits((1, 0.9), (2, 0.8), (3, 0.8)), 1.0, complete=True)
OPEN = Answer(hits((1, 0.9), (2, 0.8), (3, 0.8)), 1.0)
SHORT = Answer(hits((1, 0.9)), 1.0, complete=True)
REASONS = {
    "same": reason(FOUND, FOUND),
    "other order": reason(FOUND, Answer(hits((2, 0.9), (1, 0.8)), 1.0), overlap=0.5),
    "lost": reason(FOUND, SHORT),
    "nothing": reason(FOUND, Answer((), 1.0)),
    "swapped": reason(TIED, Answer(hits((1, 0.9), (3, 0.8)), 1.0)),
    "unproven": reason(OPEN, Answer(hits((1, 0.9), (9, 0.8)), 1.0)),
    "added": reason(SHORT, Answer(hits((1, 0.9), (7, 0.1)), 1.0)),
    "score": reason(FOUND, Answer(hits((1, 0.9), (2, 0.79)), 1.0)),
    "source empty": reason(Answer((), 1.0), FOUND),
    "not finite": reason(FOUND, Answer(hits((1, float("nan"))), 1.0)),
    "source not finite": reason(Answer(hits((1, float("inf"))), 1.0), FOUND),
}


@pytest.mark.parametrize("name", REASONS)
def test_reasons_of_searches(name: str) -> None:
    chinese = ZH.sentence(REASONS[name])
    assert HAN.search(chinese)
    assert untranslated(chinese) == ""
    assert sorted(re.findall(r"\d+", chinese)) == sorted(re.findall(r"\d+", REASONS[name]))


def test_what_a_store_said_stays_as_it_is() -> None:
    refused = reason(FOUND, Refused("no room", status=400, reason="no room"))
    assert ZH.sentence(refused) == "目标集合拒绝：no room"
    assert ZH.sentence(reason(FOUND, NotFound("no room"))) == "目标集合不存在：no room"
    assert ZH.sentence(reason(StoreError("no room"), FOUND)) == "源集合没有应答：no room"


def restored(**more: object) -> RestoreResult:
    plain = {
        "points_expected": 5, "points_restored": 1, "rejected": (Rejected(3, "no room"),), "rejected_total": 1,
        "seconds": 1.0, "moments": Moments(), "config_differences": (ConfigDifference("hnsw.m", "16", "8"),),
        "created_by_drill": True,
    }  # fmt: skip
    return RestoreResult(**{**plain, **more})  # type: ignore[arg-type]


def compared(**more: object) -> CompareResult:
    plain = {
        "level": "full", "verdict": "fail", "compared": 9, "equal": 4, "missing": 1, "extra": 1, "vector": 1,
        "payload": 1, "float_drift": 1, "config": (), "differences": (), "left_points": 8, "right_points": 8,
    }  # fmt: skip
    return CompareResult(**{**plain, **more})  # type: ignore[arg-type]


def all_checks() -> list[Check]:
    """Checks in the states in which a drill leaves them, each from the function that asks the question."""
    wrong = SearchOutcome("random point 17", "random", 3, "fail", REASONS["lost"])
    wanted = Objectives(rto_seconds=60.0, rpo_seconds=0.5)
    sample = compared(level="sample", verdict="inconclusive", missing=0, extra=0, vector=0, payload=0, float_drift=0)
    kept = compared(config=(ConfigDifference("hnsw.m", "16", "8"), ConfigDifference("hnsw.on", "1", "0")))
    return [
        *questions.source_checks(0, UpdateMarks({}, 0, deferred=1), "red"),
        *questions.source_checks(1, None, "green"),
        *questions.restore_checks(restored()),
        *questions.restore_checks(restored(rejected_total=2, points_expected=1)),
        questions.compare_check(compared()),
        questions.compare_check(sample),
        *questions.settings_check(kept, restored(config_differences=())),
        questions.search_check([wrong], True),
        questions.search_check([], True),
        questions.search_check([], False),
        *questions.objective_checks(wanted, 59.0, RecoveryPoint(None)),
        *questions.objective_checks(Objectives(), 59.0, RecoveryPoint(None)),
    ]


@pytest.mark.parametrize("check", all_checks(), ids=lambda check: f"{check.name}-{check.state}")
def test_what_checks_want_and_see(check: Check) -> None:
    for english in (check.expected, check.seen):
        chinese = ZH.sentence(english)
        assert untranslated(chinese).replace("red", "").replace("hnsw on", "").replace("hnsw", "").strip() == ""
        if english not in ("green", "red"):
            assert HAN.search(chinese), english


def test_a_verdict_of_several_checks() -> None:
    verdict, english = judge(all_checks())
    chinese = ZH.sentence(english)
    assert verdict == "fail"
    assert chinese.startswith("恢复条目数 points_restored：恢复 1 个数据点，应为 5 个；写入被接受 rows_accepted：")
    assert chinese.endswith("；另有 5 项")
    assert untranslated(chinese).replace("hnsw", "").strip() == ""


def test_what_stayed_open_in_a_drill_that_passed() -> None:
    writer = "writer_during_backup (detected: the operation number moved in 1 of 2 shards)"
    assert ZH.sentence(f"{PASSED}; open: {writer}, source_status (red)") == (
        "全部数据点比对一致，各项目标均已达成；未决：备份期间的写入 writer_during_backup"
        "（检测到：2 个分片中 1 个的操作序号有变化）、源集合状态 source_status（red）"
    )
    queued = "writer_during_backup (detected: 3 updates were still queued at the start)"
    several = ZH.sentence(f"{PASSED_WITHOUT_OBJECTIVE}; open: {queued}, and 2 more")
    assert several.endswith("仍有 3 个更新在排队）、另有 2 项")
    assert EN.sentence(f"{PASSED}; open: {writer}") == f"{PASSED}; open: {writer}"


def test_other_ends_of_a_drill() -> None:
    assert ZH.sentence(judge([])[1]) == (
        "未执行：源集合有数据 source_has_points、恢复条目数 points_restored、数据点比对 points_compared、"
        "抽样检索 sample_searches"
    )
    assert ZH.sentence("cancelled during backup") == "在备份阶段被取消"
    assert ZH.sentence("restore: no room") == "恢复阶段：no room"
    assert ZH.sentence("backup: cancelled during backup") == "备份阶段：在备份阶段被取消"
    assert ZH.sentence("the drill could not begin: no room") == "演练未能开始：no room"


@pytest.mark.parametrize("moved", [True, False])
def test_whether_anybody_wrote(moved: bool) -> None:
    before, after = UpdateMarks({"1": 5}, 0), UpdateMarks({"1": 6 if moved else 5}, 0)
    pairs = [
        (Observation(5, before), Observation(5, after), False),
        (Observation(5, None), Observation(6 if moved else 5, None), False),
        (Observation(5, before), Observation(5, after), True),
        (Observation(5, UpdateMarks({"1": 6 if moved else 5}, 1)), Observation(5, after), False),
    ]
    for pair in pairs:
        finding, detail = compare_observations(*pair)
        assert untranslated(ZH.sentence(f"{finding}: {detail}")) == ""


def test_data_are_never_translated() -> None:
    """A group that holds somebody's words stays, even where they are words of qdrill."""
    assert ZH.sentence("text the same") == "文本 the same"
    assert ZH.sentence("1 rows refused: the same") == "1 行被拒绝：the same"
    assert ZH.sentence("something of a plugin {0} {1*}") == "something of a plugin {0} {1*}"
    assert ZH.sentence("text {0} {0*} {") == "文本 {0} {0*} {"


def test_english_stays_english() -> None:
    for english in (*REASONS.values(), judge(all_checks())[1]):
        assert EN.sentence(english) == english


def test_one_is_no_plural() -> None:
    seen = {check.name: check.seen for check in questions.restore_checks(restored(points_expected=1))}
    assert seen["configuration"] == "1 setting differs, first hnsw.m"
    assert seen["rows_accepted"] == "1 row refused: no room"
    assert seen["points_restored"] == "restored 1 of 1 point"
    (kept,) = questions.settings_check(
        compared(config=(ConfigDifference("hnsw.m", "16", "8"),)), restored(config_differences=())
    )
    assert kept.seen == "1 setting differs, first hnsw.m: 16 here, 8 there"
