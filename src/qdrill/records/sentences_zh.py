"""qdrill's own sentences in Chinese: fixed ones by their English text, those with figures in them by pattern.

A sentence that is not here is shown in English; figures, ids and what stores say are never translated.
"""

from __future__ import annotations

from collections.abc import Mapping

from qdrill.records import errors_services_zh as services
from qdrill.records import sentences_age_zh as age
from qdrill.records import sentences_dump_zh as dump
from qdrill.records import sentences_integrity_zh as integrity
from qdrill.records import sentences_metrics_zh as metrics
from qdrill.records import sentences_rag_zh as rag
from qdrill.records import sentences_restore_zh as restore
from qdrill.records.model import UNFINISHED

FIXED: Mapping[str, str] = {
    UNFINISHED: "演练尚未结束",
    **metrics.FIXED,
    **services.FIXED,
    **rag.FIXED,
    **dump.FIXED,
    **age.FIXED,
    **restore.FIXED,
    "every point compared equal and every objective was met": "全部数据点比对一致，各项目标均已达成",
    "every point compared equal; no objective was set": "全部数据点比对一致；未设目标",
    "at least one point": "至少一个数据点",
    "the source is empty: a drill of nothing proves nothing": "源集合为空：空集合的演练不能证明任何事",
    "no points hidden until they are optimized": "没有等待优化而隐藏的数据点",
    "green or yellow": "green 或 yellow",
    "as many as the id pass found": "与 id 遍历所得数目相同",
    "nothing written while the backup ran": "备份期间没有写入",
    "no row refused by the target": "目标集合没有拒绝任何行",
    "0 rows refused": "没有被拒绝的行",
    "the target is set up as the source was": "目标集合的设置与源集合一致",
    "the target's settings as the restore left them": "目标集合的设置与恢复结束时一致",
    "the same": "一致",
    "every point equal: id, vectors bit for bit, payload": "每个数据点相同：id、向量逐位、payload",
    "every sample search answers as on the source": "每次抽样检索的结果都与源集合一致",
    "the collection has no vectors to search": "集合没有可检索的向量",
    "not run: the drill ended before": "未执行：演练在此之前已结束",
    "no search ran": "没有执行检索",
    "operation numbers and counts are the same before and after": "前后的操作序号与点数均相同",
    "the store does not tell its operation numbers; the counts are the same": "存储不提供操作序号；点数前后相同",
    "points were added or removed between the id pass and the fetching of their chunk": (
        "在 id 遍历与读取分块之间，有数据点被新增或删除"
    ),
    "the collection has no vectors: the recovery time ends when all points are loaded": (
        "集合没有向量：恢复时间计至全部数据点写入为止"
    ),
    "interrupted before the drill began": "演练开始之前被中断",
    "the target's scores are not finite numbers": "目标集合的得分不是有限数",
    "the source's own scores are not finite numbers; use another query": "源集合自身的得分不是有限数；请换一个查询",
    "the source itself finds nothing; search for something that it has": "源集合自身没有命中；请检索其中已有的内容",
    "not asked yet": "尚未查询",
    "asked of one collection": "仅查询一个集合",
    "a vector as given": "给定的向量",
    "the source's rows cannot be read as JSON; check the source": "源集合的行无法按 JSON 读取；请检查源集合",
}

_STAGES = (
    ("preflight", "预检"),
    ("backup", "备份"),
    ("restore", "恢复"),
    ("validate", "验证"),
    ("record", "记录"),
)
_CLASSES = (
    ("missing", "目标集合中缺失 {0} 个"),
    ("extra", "目标集合中多出 {0} 个"),
    ("vector", "向量不同 {0} 个"),
    ("payload", "payload 不同 {0} 个"),
    ("float drift", "浮点漂移 {0} 个"),
)
_CLASS = "|".join(name for name, _ in _CLASSES)
_SEARCH = r"random point \S+|point \S+|a vector as given|\d+ random points|text .+?"

# What a check saw or wanted.
_CHECKED: tuple[tuple[str, str], ...] = (
    (r"(\d+) points?", "{0} 个数据点"),
    (r"(\d+) points? in the target", "目标集合中 {0} 个数据点"),
    (r"(\d+) points? in the archive", "备份文件中 {0} 个数据点"),
    (r"about (\d+), with a writer at work", "约 {0} 个，备份期间有写入"),
    (
        r"(\d+) points? (?:are|is) stored but not yet visible; let the source finish optimizing first",
        "{0} 个数据点已存储但尚不可见；请先等源集合完成优化",
    ),
    (r"(\d+) points? before, (\d+) after", "之前 {0} 个数据点，之后 {1} 个"),
    (r"the operation number moved in (\d+) of (\d+) shards", "{1} 个分片中 {0} 个的操作序号有变化"),
    (r"(\d+) updates were still queued at the start", "开始时仍有 {0} 个更新在排队"),
    (r"restored (\d+) of (\d+) points?", "恢复 {0} 个数据点，应为 {1} 个"),
    (r"(\d+) of (\d+) equal", "{1} 个中 {0} 个相同"),
    (r"(\d+) of (\d+) equal; (.+)", "{1} 个中 {0} 个相同；{2*}"),
    (r"(\d+) of (\d+) sampled points equal", "抽样的 {1} 个数据点中 {0} 个相同"),
    (r"(\d+) of (\d+) sampled points equal; (.+)", "抽样的 {1} 个数据点中 {0} 个相同；{2*}"),
    (r"(\d+) points? counted, none compared; (.+)", "计数为 {0} 个数据点，未逐点比对；{1*}"),
    (r"only level full can pass", "只有级别 full 才能通过"),
    (rf"(\d+ (?:{_CLASS})), (\d+ (?:{_CLASS}).*)", "{0*}，{1*}"),
    *((rf"(\d+) {name}", chinese) for name, chinese in _CLASSES),
    (r"(\S+) \(missing: only here\)", "{0}（目标集合中缺失）"),
    (r"(\S+) \(extra: only there\)", "{0}（目标集合中多出）"),
    (r"(\S+) \(vector: (.+)\)", "{0}（向量不同：{1}）"),
    (r"(\S+) \(payload: (.+)\)", "{0}（payload 不同：{1}）"),
    (r"(\S+) \(float drift: (.+)\)", "{0}（浮点漂移：{1}）"),
    (r"(\d+) of (\d+) right", "{1} 次中 {0} 次正确"),
    (rf"(\d+) of (\d+) right; ({_SEARCH}): (.+)", "{1} 次中 {0} 次正确；{2*}：{3*}"),
    (r"(\d+) of (\d+) right; (.+)", "{1} 次中 {0} 次正确；{2}"),
    (r"(\d+) rows? refused: (no reason given|refused with \d+)", "{0} 行被拒绝：{1*}"),
    (r"(\d+) rows? refused: (.+)", "{0} 行被拒绝：{1}"),
    (r"(\d+) settings? differs?, first (.+): (.+) here, (.+) there", "{0} 项设置不同，第一项 {1}：此处 {2}，目标 {3}"),
    (r"(\d+) settings? differs?, first (.+)", "{0} 项设置不同，第一项 {1}"),
    (r"at most ([\d.e+-]+) s", "不超过 {0} 秒"),
    (r"none: (.+)", "无：{0*}"),
    (r"detected: (.+)", "检测到：{0*}"),
    (r"unknown: (.+)", "未知：{0*}"),
)

# Why a sample search has its state.
_SEARCHED: tuple[tuple[str, str], ...] = (
    (r"random point (\S+)", "随机点 {0}"),
    (r"point (\S+)", "数据点 {0}"),
    (r"(\d+) random points", "{0} 个随机点"),
    (r"(\d+) of (\d+) hits of the source found in the target(.*)", "源集合 {1} 个命中中有 {0} 个在目标集合中找到{2*}"),
    (r" \((\d+) as other points with the same score\)(.*)", "（其中 {0} 个为得分相同的其他点）{1*}"),
    (r", order the same", "，顺序一致"),
    (r", order differs", "，顺序不同"),
    (r", overlap ([\d.e+-]+) needed; lost (.+)", "，要求重合率 {0}；缺失 {1}"),
    (r", and the target finds what the source does not: (.+)", "，且目标集合命中了源集合没有的：{0}"),
    (r", but the score of (.+) changed", "，但 {0} 的得分有变化"),
    (
        r", (\d+) more may be swaps among points with the score of the last hit; "
        r"search for something more specific or with a larger top_k",
        "，另有 {0} 个可能是与末位命中同分的点互换；请检索更具体的内容，或增大 top_k",
    ),
    (r"the target finds nothing; the source finds (\d+)", "目标集合没有命中；源集合命中 {0} 个"),
    (r"the target is missing: (.+)", "目标集合不存在：{0}"),
    (r"the target refused: (.+)", "目标集合拒绝：{0}"),
    (r"the target gave no answer: (.+)", "目标集合没有应答：{0*}"),
    (r"the source gave no answer: (.+)", "源集合没有应答：{0*}"),
    (
        r"a text needs an embedder; add to drills\.toml the lines (.+), and name (\".+\") "
        r"\(--embedder, or embedder in drills\.toml\)",
        "文本检索需要嵌入器；请在 drills.toml 中加入 {0}，并指定 {1}（--embedder，或 drills.toml 中的 embedder）",
    ),
    (
        r"there is no embedder (.+); add to drills\.toml the lines (.+), and name (\".+\") "
        r"\(--embedder, or embedder in drills\.toml\)",
        "没有嵌入器 {0}；请在 drills.toml 中加入 {1}，并指定 {2}（--embedder，或 drills.toml 中的 embedder）",
    ),
    (
        r"several embedders could embed this text; name one: (.+) \(--embedder, or embedder in drills\.toml\)",
        "有多个嵌入器可用于此文本；请指定其一：{0}（--embedder，或 drills.toml 中的 embedder）",
    ),
    (
        r"collection (.+) offers no point with this vector; search by text",
        "集合 {0} 没有带此向量的数据点；请按文本检索",
    ),
    (r"point (.+) is not in collection (.+); name one that is", "集合 {1} 中没有数据点 {0}；请指定已有的数据点"),
    (
        r"(\d+) random points were asked for and (\d+) have this vector; the search is by those",
        "要求 {0} 个随机点，只有 {1} 个数据点有此向量；以这些点检索",
    ),
    (r"point (.+) has no vector (.+); name another point", "数据点 {0} 没有向量 {1}；请指定另一个数据点"),
    (r"text (.+)", "文本 {0}"),
)

# Why a drill ended as it did, and its notes.
_ENDED: tuple[tuple[str, str], ...] = (
    (
        r"(.+); the target (.+) exists, made by this drill; it held (\d+) of (\d+) points when counted afterwards",
        "{0*}；目标集合 {1} 存在，由本次演练创建；之后计数时含 {2} 个数据点，应为 {3} 个",
    ),
    (
        r"(.+); the target (.+) exists, made by this drill; how many of (\d+) points it holds could not be counted",
        "{0*}；目标集合 {1} 存在，由本次演练创建；其数据点数未能计数，应为 {2} 个",
    ),
    (r"([\w, ]+) did not run", "未执行：{0#}"),
    (r"([\w, ]+) did not pass", "未通过：{0#}"),
    (r"and (\d+) more", "另有 {0} 项"),
    *((rf"cancelled during {stage}", f"在{chinese}阶段被取消") for stage, chinese in _STAGES),
    (r"the drill could not begin: (.+)", "演练未能开始：{0*}"),
    (
        r"the target (.+) exists; name another target with --target, or let it be deleted first with --replace and "
        r"the collection's name",
        "目标集合 {0} 已存在；请用 --target 指定另一个目标，或用 --replace 加集合名先删除它",
    ),
    (r"the target could not be deleted: (.+)", "目标集合未能删除：{0}"),
    (r"the target's optimizer reports an error: (.+)", "目标集合的优化器报错：{0}"),
    (r"the target was still optimizing after ([\d.e+]+) s \((.+)\)", "{0} 秒后目标集合仍在优化（{1}）"),
    *((rf"{stage}: (.+)", f"{chinese}阶段：{{0*}}") for stage, chinese in _STAGES),
)

# What somebody did to the drill while it ran.
_STEERED: tuple[tuple[str, str], ...] = (
    (r"the throttle was ([\d.e+-]+) ms a point at the start", "开始时限速为每个数据点 {0} 毫秒"),
    *(
        (
            rf"the throttle was set to ([\d.e+-]+) ms a point after ([\d.]+) s, during {stage}",
            f"{{1}} 秒后限速改为每个数据点 {{0}} 毫秒（{chinese}阶段）",
        )
        for stage, chinese in _STAGES
    ),
    *(
        (rf"the throttle was lifted after ([\d.]+) s, during {stage}", f"{{0}} 秒后取消限速（{chinese}阶段）")
        for stage, chinese in _STAGES
    ),
    *((rf"paused for ([\d.]+) s during {stage}", f"在{chinese}阶段暂停 {{0}} 秒") for stage, chinese in _STAGES),
    (r"steered (\d+) more times", "另有 {0} 次调整"),
    (
        r"it includes a pause of ([\d.]+) s and a throttle of up to ([\d.e+-]+) ms a point",
        "其中包括暂停 {0} 秒，以及每个数据点最多 {1} 毫秒的限速",
    ),
    (r"it includes a pause of ([\d.]+) s", "其中包括暂停 {0} 秒"),
    (r"it includes a throttle of up to ([\d.e+-]+) ms a point", "其中包括每个数据点最多 {0} 毫秒的限速"),
)

# Pattern of the whole sentence, and its Chinese; the slots are those of `words.Words`. The first that fits counts.
PATTERNS: tuple[tuple[str, str], ...] = (
    *metrics.PATTERNS,
    *restore.PATTERNS,
    *_CHECKED,
    *_STEERED,
    *_ENDED,
    *rag.PATTERNS,
    *dump.PATTERNS,
    *age.PATTERNS,
    *integrity.PATTERNS,
    *_SEARCHED,
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
    **restore.CHECKS,
    "sample_searches": "抽样检索",
    "points_compared": "数据点比对",
    "rto": "RTO",
    "rpo": "RPO",
    **metrics.CHECKS,
}
