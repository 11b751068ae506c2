"""qdrill's sentences about the RAG API in Chinese: see `sentences_zh`."""

from __future__ import annotations

from collections.abc import Mapping

FIXED: Mapping[str, str] = {
    "the RAG API finds contexts in the target for every query": "RAG API 对每个查询都能在目标集合中找到上下文",
    "ok, and no context; so it answers for a missing collection, too": ("ok，但没有上下文；对不存在的集合它也这样应答"),
    "no RAG API is configured; add [rag_api] with its url": "未配置 RAG API；请加入 [rag_api] 及其 url",
    "method rag_api needs the RAG API; add [rag_api] with its url to drills.toml": (
        "方式 rag_api 需要 RAG API；请在 drills.toml 中加入 [rag_api] 及其 url"
    ),
    "source and target are in two stores, and the RAG API serves one Qdrant; search by an embedder, or restore into "
    "the source's store": (
        "源与目标在两个存储中，而 RAG API 只服务于一个 Qdrant；请用嵌入器检索，或恢复到源所在的存储"
    ),
    "no vectors": "没有向量",
    "no reason given": "未给出原因",
}

PATTERNS: tuple[tuple[str, str], ...] = (
    (r"(\d+) contexts?", "{0} 个上下文"),
    (r"(\d+) contexts?, best score (\S+)", "{0} 个上下文，最高得分 {1}"),
    (r"(\d+) of (\d+) queries find contexts", "{1} 个查询中 {0} 个找到上下文"),
    (
        r"(\d+) of (\d+) queries find contexts; (text .+? via rag_api): (.+)",
        "{1} 个查询中 {0} 个找到上下文；{2*}：{3*}",
    ),
    (r"not ok: no reason given", "不 ok：未给出原因"),
    (r"refused with (\d+)", "被拒绝（{0}）"),
    (r"the points of (.+) cannot be read: (.+)", "无法读取 {0} 的数据点：{1}"),
    (r"not ok: (.+)", "不 ok：{0}"),
    (
        r"its contexts are of points that the target does not hold \((.+)\)",
        "其上下文来自目标集合中没有的数据点（{0}）",
    ),
    (
        r"the RAG API finds points in (.+) that its store does not hold \((.+)\); let \[rag_api\] be the one that "
        r"serves this store",
        "RAG API 在 {0} 中找到其存储没有的数据点（{1}）；请让 [rag_api] 指向服务于此存储的那一个",
    ),
    (
        r"(.+) cannot be restored through the RAG API, which takes rows with one unnamed dense vector: it has "
        r"(.+); use method rows",
        "{0} 不能经 RAG API 恢复，它只接受带一个未命名稠密向量的行，而此集合为：{1*}；请用方式 rows",
    ),
    (
        r"the RAG API at (\S+) serves another Qdrant than that of (.+): it does not see there what the store "
        r"has; nothing was written: let \[rag_api\] be the one that serves the target's store",
        "RAG API（{0}）服务于另一个 Qdrant，不是 {1} 所在的：它看不到该存储中的内容；未写入任何数据："
        "请让 [rag_api] 指向服务于目标存储的那一个",
    ),
)
