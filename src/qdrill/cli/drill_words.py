"""What the summary of a drill says, in both languages; sentences and names of checks are those of the records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from qdrill.language import Lang

if TYPE_CHECKING:
    from qdrill.records.words import Words

_EN: Mapping[str, str] = {
    "drill": "drill {id}",
    "source": "source",
    "target": "target",
    "backup": "backup",
    "backup.value": "{points} points, {size} in {seconds}",
    "writer": "writer",
    "restored": "restored",
    "restored.value": "{restored} of {expected} points",
    "moments": "moments",
    "not_reached": "{reached}; not reached: {missing}",
    "list": ", ",
    "objective": "{wanted}, actual {actual}",
    "objective.none": "no objective",
    "unmeasured": "not measured",
    "drift": "drift",
    "drift.value": "{added} added, {changed} changed, {removed} removed on the source since the backup",
    "expected": "expected",
    "more": "and {n} more in the record",
    "note": "note",
    "why": "why",
    "record": "record",
    "search": "search {name}  top {k}  {state}",
    "score": "score",
    "id": "id",
    "text": "text",
    "there": "in the target",
    "missing": "missing",
    "overlap": "overlap {share}",
    "order.same": "order same",
    "order.changed": "order changed",
    "change": "largest score change {change}",
}
_ZH: Mapping[str, str] = {
    "drill": "演练 {id}",
    "source": "源集合",
    "target": "目标集合",
    "backup": "备份",
    "backup.value": "{points} 个数据点，{size}，用时 {seconds}",
    "writer": "备份期间的写入",
    "restored": "恢复条目数",
    "restored.value": "{restored}，应为 {expected}",
    "moments": "时刻",
    "not_reached": "{reached}；未达到：{missing}",
    "list": "，",
    "objective": "目标 {wanted}，实际 {actual}",
    "objective.none": "未设定",
    "unmeasured": "未测得",
    "drift": "源集合的变化",
    "drift.value": "备份之后新增 {added}，修改 {changed}，删除 {removed}",
    "expected": "预期",
    "more": "另有 {n} 个，见记录",
    "note": "备注",
    "why": "原因",
    "record": "记录",
    "search": "检索 {name}  top {k}  {state}",
    "score": "得分",
    "id": "id",
    "text": "文本",
    "there": "目标集合中",
    "missing": "缺失",
    "overlap": "重合率 {share}",
    "order.same": "顺序一致",
    "order.changed": "顺序不同",
    "change": "最大得分变化 {change}",
}
TEXT: Mapping[Lang, Mapping[str, str]] = {"en": _EN, "zh": _ZH}


class DrillWords:
    """One language. Calling it with a key gives the text, `{name}` in it filled from the keywords."""

    def __init__(self, lang: Lang) -> None:
        from qdrill.records.words import WORDS

        self.lang = lang
        self._text = TEXT[lang]
        self._record: Words = WORDS[lang]

    def __call__(self, key: str, **values: object) -> str:
        return self._text[key].format(**values)

    def sentence(self, english: str) -> str:
        """One of qdrill's own sentences; any other text as it is."""
        return self._record.sentence(english)

    def check(self, name: str) -> str:
        """The name of a check, its identifier in it."""
        return self._record.check(name)

    def state(self, value: str) -> str:
        """A state or verdict; in English the very words that records and `--json` have."""
        return value.replace("_", " ") if self.lang == "en" else self._record(f"state.{value}")

    def moment(self, name: str) -> str:
        """A moment of the recovery; in English its identifier."""
        return name if self.lang == "en" else self._record(f"moment.{name}")
