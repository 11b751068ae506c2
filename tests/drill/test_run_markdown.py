"""What the Markdown of a drill that broke off says of what it never did: that it was not done, and nothing better."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from qdrill.control import JobControl
from qdrill.drill.runner import DrillOutcome
from qdrill.errors import StoreError
from qdrill.events import CheckDone, Emit, Event, Progress, StageStarted
from qdrill.records.render_markdown import render_markdown
from qdrill.records.render_toml import load_record
from qdrill.stores.base import Store
from tests.drill.drills import Rehearsal
from tests.drill.recipes import DOT4, points
from tests.support.places import Recipe

pytestmark = pytest.mark.usefixtures("small_chunks")

# What tells that somebody looked and found nothing wrong, by section; in both languages.
CLAIMS = {
    "configuration": ("No differences were found.", "未发现差异"),
    "hits": ("No hits on either side.", "两侧均无命中"),
    "failed": ("No check failed or stayed undecided.", "没有失败或无法判定的检查"),
}
NOT_DONE = {
    "backup": ("No archive is known:", "没有备份信息："),
    "restored": ("**Points restored:** unknown:", "**恢复条目数**：未知"),
    "configuration": ("The configurations were not compared:", "未比对配置："),
    "searches": ("No sample search ran:", "未执行抽样检索"),
    "points": ("The points were not compared:", "未比对数据点"),
    "drift": ("| added | not compared |", "| 新增 | 未比对 |"),
    "rta": ("actual not reached:", "实际未达到："),
}
When = Callable[[Event], bool]


def starts(stage: str) -> When:
    return lambda event: isinstance(event, StageStarted) and event.stage == stage


def under_way(job: str) -> When:
    return lambda event: isinstance(event, Progress) and event.job == job and event.done > 0


def checked(name: str) -> When:
    return lambda event: isinstance(event, CheckDone) and event.check.name == name


# Where it breaks off, and what was done by then.
ENDS: dict[str, tuple[When, set[str]]] = {
    "preflight begins": (starts("preflight"), set()),
    "preflight": (checked("source_status"), set()),
    "backup begins": (starts("backup"), set()),
    "backup": (under_way("backup"), set()),
    "restore begins": (starts("restore"), {"backup"}),
    "restore": (under_way("restore"), {"backup", "restored"}),
    "validate begins": (starts("validate"), {"backup", "restored", "configuration"}),
    "searches": (checked("sample_searches"), {"backup", "restored", "configuration", "searches", "rta"}),
    "points": (checked("points_compared"), {"backup", "restored", "configuration", "searches", "rta", "points"}),
}


def break_off(drill: Rehearsal, when: When, how: str) -> DrillOutcome:
    """Cancel the drill at that event, or let a store fail there."""
    control = JobControl()

    def emit(event: Event) -> None:
        if when(event) and how == "cancelled":
            control.cancel()
        elif when(event):
            raise StoreError("the connection broke")

    sink: Emit = emit
    return drill.run(control=control, emit=sink)


@pytest.mark.parametrize("how", ["cancelled", "failed"])
@pytest.mark.parametrize("end", ENDS)
def test_what_was_not_done_is_called_so(place: Store, tmp_path: Path, end: str, how: str) -> None:
    when, done = ENDS[end]
    drill = Rehearsal(place, tmp_path, Recipe(DOT4, points(range(1, 61))))
    outcome = break_off(drill, when, how)
    assert outcome.result.verdict in ("interrupted", "fail", "inconclusive")
    record = load_record(outcome.record)
    for number, lang in enumerate(("en", "zh")):
        text = (outcome.record.parent / ("drill.md" if lang == "en" else "drill.zh.md")).read_text()
        said = {name for name, words in NOT_DONE.items() if words[number] in text}
        # Where nobody wrote, what the source did is known without a comparison; and a target may just have been made.
        free = {"points": {"drift"}, "restore begins": {"restored"}}.get(end, set())
        assert said - free == NOT_DONE.keys() - done - free, lang
        claims = {name for name, words in CLAIMS.items() if words[number] in text}
        all_ran = {"failed"} if all(one.state != "skipped" for one in record.check) else set()
        assert claims == ({"configuration"} & done) | all_ran, lang
    assert end == "points" or any(one.state == "skipped" for one in record.check)
    assert record.restore is None or record.restore.broke_off == ("configuration" not in done or None)


def test_a_search_that_was_not_answered_has_no_hits_to_speak_of(place: Store, tmp_path: Path) -> None:
    outcome = Rehearsal(place, tmp_path, Recipe(DOT4, points(range(1, 11)))).run()
    record = load_record(outcome.record)
    one = replace(record.search[0], source_ids=(), source_scores=(), target_ids=(), target_scores=())
    silent = replace(record, search=(replace(one, source_ms=None, target_ms=None),))
    half = replace(record, search=(replace(record.search[0], target_ids=(), target_scores=(), target_ms=None),))
    assert "No hits on either side." in render_markdown(replace(record, search=(one,)), "en")
    assert "No hits are on record: not both sides answered." in render_markdown(silent, "en")
    assert "并非两侧都有应答" in render_markdown(silent, "zh")
    assert "| — | — | unknown |" in render_markdown(half, "en")


def test_classes_that_nobody_compared_are_not_counted_as_zero(place: Store, tmp_path: Path) -> None:
    drill = Rehearsal(place, tmp_path, Recipe(DOT4, points(range(1, 11))))
    page = (drill.run(level="count").record.parent / "drill.md").read_text()
    assert "| vector differs | not compared |" in page
    whole = (drill.run(replace=drill.target).record.parent / "drill.md").read_text()
    assert "| vector differs | 0 |" in whole
