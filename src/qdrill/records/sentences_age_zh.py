"""qdrill's own sentences in Chinese: recovery time and point against their objectives, and how old the data are."""

from __future__ import annotations

from collections.abc import Mapping

FIXED: Mapping[str, str] = {
    "no objective set": "未设目标",
    "the recovery time could not be measured": "未能测得恢复用时",
    "the recovery point could not be measured": "未能测得数据丢失窗口",
    "recovery time not measured": "未测得恢复用时",
    "recovery point not measured": "未测得数据丢失窗口",
}

_S = r"([\d.e+-]+) s"
_WHAT = (("time", "恢复用时"), ("point", "数据丢失窗口"))

# What is measured, most particular first.
_MEASURED: tuple[tuple[str, str], ...] = tuple(
    pair
    for what, chinese in _WHAT
    for pair in (
        (
            rf"recovery {what} actual {_S} or more, objective {_S}: (.+)",
            f"{chinese}至少 {{0}} 秒，目标 {{1}} 秒：{{2*}}",
        ),
        (rf"recovery {what} actual {_S} or more: (.+)", f"{chinese}至少 {{0}} 秒：{{1*}}"),
        (rf"recovery {what} actual {_S}, objective {_S}: (.+)", f"{chinese} {{0}} 秒，目标 {{1}} 秒：{{2*}}"),
        (rf"recovery {what} actual {_S}, objective {_S}", f"{chinese} {{0}} 秒，目标 {{1}} 秒"),
        (rf"recovery {what} actual {_S}: (.+)", f"{chinese} {{0}} 秒：{{1*}}"),
        (rf"recovery {what} actual {_S}", f"{chinese} {{0}} 秒"),
        (rf"recovery {what} not measured: (.+)", f"未测得{chinese}：{{0*}}"),
        (rf"the recovery {what} could not be measured: (.+)", f"未能测得{chinese}：{{0*}}"),
    )
)

# Why the age of the data is open to doubt.
_AGE: tuple[tuple[str, str], ...] = (
    (r"(.+), so the age of the data is not known", "{0*}，因此数据有多旧无从得知"),
    (
        r"(.+): times of day in this record do not fit each other",
        "{0*}：本记录中的时刻前后对不上",
    ),
    (rf"this machine's clock moved ahead by {_S} during the drill", "演练期间本机时钟被拨快 {0} 秒"),
    (rf"this machine's clock moved back by {_S} during the drill", "演练期间本机时钟被拨慢 {0} 秒"),
    (
        rf"the beginning of the backup lies {_S} in the future of this machine's clock",
        "备份的开始时刻比本机时钟晚 {0} 秒",
    ),
    (
        rf"the newest time in the data lies {_S} in the future of this machine's clock",
        "数据中最新的时间比本机时钟晚 {0} 秒",
    ),
    (
        r"(\d+) of (\d+) rows ha(?:s|ve) a time in (.+) that lies after the backup; they do not count",
        "{1} 行中有 {0} 行的 {2} 晚于备份时间，不予采信",
    ),
    (
        r"(\d+) of (\d+) rows ha(?:s|ve) something in (.+) that is no time, first (.+)",
        "{1} 行中有 {0} 行的 {2} 不是时间，第一个是 {3}",
    ),
    (r"none of (\d+) rows has a field (.+) in its payload", "{0} 行的 payload 中都没有字段 {1}"),
    (
        r"the times in (.+) cannot be read from a snapshot; drill by rows, or without payload_time_field",
        "无法从快照中读取 {0} 的时间；请按行演练，或去掉 payload_time_field",
    ),
)
PATTERNS: tuple[tuple[str, str], ...] = (*_MEASURED, *_AGE)
