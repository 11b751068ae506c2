"""qdrill's own sentences in Chinese: a record, or a file of it, that is not as its drill left it."""

from __future__ import annotations

PATTERNS: tuple[tuple[str, str], ...] = (
    (
        r"(\S+) was changed after the drill: its Markdown says something else",
        "{0} 在演练之后被改动：与其 Markdown 不符",
    ),
    (r"(\S+) was changed after the drill: (\S+) is not what was amended", "{0} 在演练之后被改动：{1} 不是补填前的记录"),
    (r"(\S+) was changed after the drill", "{0} 在演练之后被改动"),
    (r"(\S+) is missing", "{0} 缺失"),
    (r"(\S+) points outside of the drill's directory", "{0} 指向演练目录之外"),
    (r"(\S+) cannot be read: (.+)", "无法读取 {0}：{1}"),
    (
        r"an amendment of the record was cut off; amend the drill again to finish it",
        "对记录的补填被中断；请再补填一次以完成它",
    ),
    (r"the record before drill (\S+) is missing or was changed", "演练 {0} 的前一份记录缺失或被改动"),
)
