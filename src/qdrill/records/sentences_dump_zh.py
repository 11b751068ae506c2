"""What is said of a dump without a manifest that was adopted as an archive, in Chinese: see `sentences_zh`."""

from __future__ import annotations

from collections.abc import Mapping

FIXED: Mapping[str, str] = {"the dump holds no rows": "转储中没有行"}

PATTERNS: tuple[tuple[str, str], ...] = (
    (
        r"the dump is not whole: it says that more points follow, from id (.+) on; they are not in it",
        "转储不完整：其中注明自 id {0} 起还有数据点，但不在其中",
    ),
    (
        r"vectors made anew from payload\.text, not the source's own: (\d+)",
        "由 payload.text 重新生成、并非源集合原有的向量：{0} 个",
    ),
    (
        r"vectors that are not of length 1, at which a Cosine collection stores them: (\d+); comparing with the dump "
        r"lists them",
        "长度不为 1 的向量（Cosine 集合按长度 1 存储）：{0} 个；与转储比对时会列出",
    ),
    (r"rows with an empty set of vectors, restored so: (\d+)", "向量集为空、照原样恢复的行：{0} 行"),
    (r"keys of rows that an archive does not keep: (.+) and (\d+) more", "归档不保留的行内键：{0}，另有 {1} 个"),
    (r"keys of rows that an archive does not keep: (.+)", "归档不保留的行内键：{0}"),
    (
        r"the schema was inferred from the rows: (.+); everything else is the target's default",
        "结构由各行推断：{0}；其余为目标集合的默认值",
    ),
    (r"the distance named was not used: the schema was given \((.+)\)", "未使用所指定的距离：已给出结构（{0}）"),
    (
        r"the data's time is taken to be the file's last change, (\S+); copying may have renewed it",
        "数据时间取文件的最后修改时间 {0}；复制可能已将其更新",
    ),
    (
        r"rows that were left out: (\d+), of which the first (\d+) are listed",
        "被略去的行：{0} 行，列出其中前 {1} 行",
    ),
)
