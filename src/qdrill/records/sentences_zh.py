"""qdrill's own sentences in Chinese: fixed ones by their English text, those with figures in them by pattern.

A sentence that is not here is shown in English; figures, ids and what stores say are never translated.
"""

from __future__ import annotations

from collections.abc import Mapping

from qdrill.records.model import NO_METRICS, UNFINISHED

FIXED: Mapping[str, str] = {
    UNFINISHED: "演练尚未结束",
    NO_METRICS: "本次演练未采集指标",
    "every point compared equal and every objective was met": "全部数据点比对一致，各项目标均已达成",
    "every point compared equal; no objective was set": "全部数据点比对一致；未设目标",
    "at least one point": "至少一个数据点",
    "the source is empty: a drill of nothing proves nothing": "源集合为空：空集合的演练不能证明任何事",
    "no points hidden until they are optimized": "没有等待优化而隐藏的数据点",
    "green or yellow": "green 或 yellow",
    "nothing written while the backup ran": "备份期间没有写入",
    "no row refused by the target": "目标集合没有拒绝任何行",
    "0 rows refused": "没有被拒绝的行",
    "the target is set up as the source was": "目标集合的设置与源集合一致",
    "the target's settings as the restore left them": "目标集合的设置与恢复结束时一致",
    "the same": "一致",
    "every point equal: id, vectors bit for bit, payload": "每个数据点相同：id、向量逐位、payload",
    "every sample search answers as on the source": "每次抽样检索的结果都与源集合一致",
    "the collection has no vectors to search": "集合没有可检索的向量",
    "no search ran": "没有执行检索",
    "no objective set": "未设目标",
    "the recovery time could not be measured": "未能测得恢复时间",
    "the recovery point could not be measured": "未能测得恢复点",
}

# Pattern of the whole sentence, and its Chinese; {0} is the first group.
PATTERNS: tuple[tuple[str, str], ...] = (
    (r"(\d+) points", "{0} 个数据点"),
    (r"(\d+) points in the target", "目标集合中 {0} 个数据点"),
    (r"(\d+) points in the archive", "备份文件中 {0} 个数据点"),
    (r"restored (\d+) of (\d+) points", "恢复 {0} 个数据点，应为 {1} 个"),
    (r"(\d+) of (\d+) equal", "{1} 个中 {0} 个相同"),
    (r"(\d+) of (\d+) equal; (.+)", "{1} 个中 {0} 个相同；{2}"),
    (r"(\d+) of (\d+) right", "{1} 次中 {0} 次正确"),
    (r"(\d+) of (\d+) right; (.+)", "{1} 次中 {0} 次正确；{2}"),
    (r"(\d+) rows refused: (.+)", "{0} 行被拒绝：{1}"),
    (r"(\d+) settings differ, first (.+)", "{0} 项设置不同，第一项 {1}"),
    (r"at most ([\d.]+) s", "不超过 {0} 秒"),
    (r"recovery time actual ([\d.]+) s", "实际恢复时间 {0} 秒"),
    (r"recovery point actual ([\d.]+) s", "实际恢复点 {0} 秒"),
    (r"none: (.+)", "无：{0}"),
    (r"detected: (.+)", "检测到：{0}"),
    (r"unknown: (.+)", "未知：{0}"),
)

CHECKS: Mapping[str, str] = {
    "source_has_points": "源集合有数据",
    "source_shows_all": "源集合数据全部可见",
    "source_status": "源集合状态",
    "backup_complete": "备份完整",
    "writer_during_backup": "备份期间的写入",
    "points_restored": "恢复条目数",
    "rows_accepted": "写入被接受",
    "configuration": "集合设置",
    "configuration_kept": "集合设置未变",
    "sample_searches": "抽样检索",
    "points_compared": "数据点比对",
    "rto": "RTO",
    "rpo": "RPO",
}
