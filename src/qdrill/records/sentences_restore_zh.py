"""What is said of a restore's aliases, of its archive, and of a target that is its own source, in Chinese.

See `sentences_zh`.
"""

from __future__ import annotations

from collections.abc import Mapping

CHECKS: Mapping[str, str] = {"aliases": "别名", "archive_whole": "归档完整"}

FIXED: Mapping[str, str] = {
    "every alias of the source leads to the target": "源集合的每个别名都指向目标集合",
    "the archive holds all of its source": "归档包含源集合的全部数据",
    "the source has none": "源集合没有别名",
}

_ALIASES: tuple[tuple[str, str], ...] = (
    (r"(\d+) of (\d+) set", "{1} 个中已设置 {0} 个"),
    (r"(\d+) of (\d+) set; (the alias .+)", "{1} 个中已设置 {0} 个；{2*}"),
    (
        r"the alias (.+) was left with (.+), which holds it: it was not moved, because the restored collection is not "
        r"whole",
        "别名 {0} 仍属于持有它的集合 {1}：恢复出的集合不完整，因此未转移",
    ),
    (r"the alias (.+) was left with (.+), which holds it", "别名 {0} 仍属于持有它的集合 {1}"),
    (r"the alias (.+) was moved here from (.+)", "别名 {0} 已从集合 {1} 转移到目标集合"),
    (
        r"the alias (.+) was not set: a collection of the target's store has this name",
        "别名 {0} 未设置：目标存储中已有同名集合",
    ),
    (
        r"the alias (.+) was not set: the store took it and does not show it",
        "别名 {0} 未设置：存储接受了它，但没有列出",
    ),
    (r"the alias (.+) was not set: (.+)", "别名 {0} 未设置：{1}"),
    (r"deleting (.+) takes its aliases with it: (.+)", "删除 {0} 会一并删除它的别名：{1}"),
    (
        r"an alias that this drill did not set leads to it \((.+)\), and would be lost; delete it by hand when nobody "
        r"needs it",
        "有别名（{0}）指向它，并非本次演练所设，删除会使其丢失；请在无人使用后手动删除",
    ),
    (r"the target could not be deleted: (an alias .+)", "目标集合未能删除：{0*}"),
)

# A target that cannot be as the source is, that is the source, or looks like it, and a name that was repeated wrongly.
_TARGETS: tuple[tuple[str, str], ...] = (
    (
        r"the embedded engine keeps one shard and the source has (\d+): every point can come back, shard_number "
        r"cannot, so the configuration will differ; restore into a server to keep it",
        "内嵌引擎只有一个分片，源集合有 {0} 个：所有点都能恢复，但 shard_number 不能，配置将不一致；"
        "要保留它，请恢复到服务器",
    ),
    (
        r"the target (.+) is the source (.+); a drill never writes into its source: name another target",
        "目标集合 {0} 就是源集合 {1}；演练绝不写入源集合：请指定另一个目标",
    ),
    (
        r"(.+) is the source of this (?:archive|snapshot) \((.+)\); a restore never writes into its source: "
        r"name another target",
        "{0} 就是此归档的源集合（{1}）；恢复绝不写入源集合：请指定另一个目标",
    ),
    (
        r"the target (.+) counts as the source (.+): the peer id of both servers is (\d+), as of one server under two "
        r"names, and as of a copy of its storage; a drill never writes into its source: name another collection, or a "
        r"server whose storage is no copy",
        "目标集合 {0} 被视为源集合 {1}：两台服务器的 peer id 同为 {2}，"
        "可能是同一台服务器的两个名称，也可能是其存储目录的副本；演练绝不写入源集合：请指定另一个集合，或存储目录不是副本的服务器",
    ),
    (
        r"(.+) counts as the source of this (?:archive|snapshot) \((.+)\): the peer id of both servers is (\d+), as of "
        r"one server under two names, and as of a copy of its storage; a restore never writes into its source: name "
        r"another collection, or a server whose storage is no copy",
        "{0} 被视为此归档的源集合（{1}）：两台服务器的 peer id 同为 {2}，"
        "可能是同一台服务器的两个名称，也可能是其存储目录的副本；恢复绝不写入源集合：请指定另一个集合，或存储目录不是副本的服务器",
    ),
    (
        r"the servers of (.+) and (.+) answer with the same peer id (\d+): one is a copy of the other's storage",
        "{0} 与 {1} 的服务器返回相同的 peer id {2}：其中一台的存储目录是另一台的副本",
    ),
    (
        r"the servers of (.+) and (.+) answer with the same peer id (\d+): one may be a copy of the other's storage, "
        r"or its proxy",
        "{0} 与 {1} 的服务器返回相同的 peer id {2}：其中一台的存储目录可能是另一台的副本，或只是它的代理",
    ),
    (
        r"(?:the target )?(.+) exists, and --replace names (.+), which is not its collection; repeat the name exactly "
        r"to delete it first; nothing was done",
        "目标 {0} 已存在，而 --replace 指定的 {1} 不是它的集合；要先删除它，请原样重复其集合名；未做任何操作",
    ),
)

PATTERNS: tuple[tuple[str, str], ...] = (*_TARGETS, *_ALIASES)
