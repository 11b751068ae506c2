"""qdrill's own errors in Chinese, by pattern: those that a person meets while a drill, a search or a comparison runs.

Names, paths and what stores say stay as they are. The slots are those of `words.Words`.
"""

from __future__ import annotations

from qdrill.records.errors_asking_zh import ASKING
from qdrill.records.errors_console_zh import CONSOLE
from qdrill.records.errors_services_zh import SERVICES

# A target that must not be written into.
_TARGETS: tuple[tuple[str, str], ...] = (
    (
        r"(.+) is in a store marked (production|read_only) = true under its other name (.+), and a restore never "
        r"writes there; name a target in another store",
        "{0} 所在的存储以另一名称 {2} 标记了 {1} = true，恢复绝不写入其中；请在另一个存储中指定目标",
    ),
    (
        r"(.+) is in a store marked (production|read_only) = true, and a restore never writes there; name a target in "
        r"another store",
        "{0} 所在的存储标记了 {1} = true，恢复绝不写入其中；请在另一个存储中指定目标",
    ),
    (
        r"(.+) exists; a restore does not write into what is there: name another target, or repeat the collection's "
        r"name with --replace to delete it first",
        "{0} 已存在；恢复不会写入已有的集合：请指定另一个目标，或用 --replace 加集合名先删除它",
    ),
    (
        r"the (?:archive|snapshot) \((.+)\) does not fit (.+) \((.+)\): (.+); nothing was written: name another target",
        "归档（{0}）与 {1}（{2}）不符：{3}；未写入任何数据：请指定另一个目标",
    ),
    (
        r"(.+) is an alias of (.+); nothing was deleted: name another target",
        "{0} 是 {1} 的别名；未删除任何数据：请指定另一个目标",
    ),
)

# An archive, a record or a file of our own.
_FILES: tuple[tuple[str, str], ...] = (
    (
        r"(.+): chunk (\d+) of (\d+) \(ids (\S+) to (\S+)\) is damaged: (.+); restore from another backup(.*)",
        "{0}：第 {1} 块（共 {2} 块，id {3} 至 {4}）已损坏：{5*}；请改用另一份备份恢复{6*}",
    ),
    (r"the file ends before it does", "文件在它结束之前就结束了"),
    (r"its bytes are not the ones that were written", "其字节与写入时不同"),
    (r"the file has (\d+) of (\d+) bytes", "文件只有 {0} 字节，应为 {1} 字节"),
    (r"it holds (\d+) rows, (\S+) to (\S+)", "其中有 {0} 行，{1} 至 {2}"),
    (r"the manifest puts it where it cannot be", "清单给出的位置不可能"),
    (
        r" \((.+) holds (\d+) of (\d+) points and stays unfinished; --replace and its name deletes it first\)",
        "（{0} 已有 {1} 个数据点，应为 {2} 个，尚未完成；用 --replace 加集合名可先删除它）",
    ),
    (
        r"(.+) has (\d+) of (\d+) bytes; restore from another backup",
        "{0} 只有 {1} 字节，应为 {2} 字节；请改用另一份备份恢复",
    ),
    (
        r"(.+) does not end where its manifest says; restore from another backup",
        "{0} 的结尾与清单不符；请改用另一份备份恢复",
    ),
    (
        r"(.+): the digest of the whole does not fit its chunks; use another backup",
        "{0}：整体摘要与各块不符；请改用另一份备份",
    ),
    (
        r"(.+): the manifest's chunks do not add up to its points; use another backup",
        "{0}：清单中各块之和与点数不符；请改用另一份备份",
    ),
    (
        r"the manifest (.+) is damaged \(its digest does not fit\); restore from another backup",
        "清单 {0} 已损坏（摘要不符）；请改用另一份备份恢复",
    ),
    (
        r"(.+) is not a manifest of qdrill; name the archive's own manifest",
        "{0} 不是 qdrill 的清单；请指定归档自己的清单",
    ),
    (r"(.+) is a manifest; name the data file beside it", "{0} 是清单；请指定它旁边的数据文件"),
    (
        r"(.+) has schema (.+), made by a later qdrill; use that version",
        "{0} 的格式为 {1}，由更新版本的 qdrill 生成；请使用该版本",
    ),
    (
        r"cannot read (.+): (.+); the manifest is there, its data is not",
        "无法读取 {0}：{1}；清单还在，数据文件不在",
    ),
    (r"cannot read (.+): (.+); without it nothing can be checked.*", "无法读取 {0}：{1}；没有它就无法校验"),
    (
        r"(.+) is a snapshot, whose points cannot be read one by one; (`qdrill restore .+`) makes a collection of it, "
        r"and that can be compared",
        "{0} 是快照，无法逐点读取；可用 {1} 恢复成集合后再对比",
    ),
    (
        r"(.+) has no (\S+) beside it, so nothing tells whether it is whole; (`qdrill restore .+`) makes an archive of "
        r"it in (.+), and that can be compared",
        "{0} 旁边没有 {1}，无法判断是否完整；可用 {2} 在 {3} 中生成归档后再对比",
    ),
    (
        r"searches are asked of both sides, and (.+) is an archive; name a collection as (?:.+)",
        "检索要在两侧执行，而 {0} 是归档；请改为集合",
    ),
    (
        r"cannot write (.+): about (.+) are needed and (.+) are free; make room or name another archive",
        "无法写入 {0}：约需 {1}，剩余 {2}；请腾出空间或另选归档",
    ),
    (
        r"cannot write (.+): the disk is full((?: \(.+\))?); make room or name another place, then run it again",
        "无法写入 {0}：磁盘已满{1*}；请腾出空间或另选位置后重试",
    ),
    (
        r"cannot write (.+): a file of that size is not allowed here((?: \(.+\))?); make room or name another place, "
        r"then run it again",
        "无法写入 {0}：此处不允许这么大的文件{1*}；请另选位置后重试",
    ),
    (r" \(at least (.+) in all are needed, (.+) are free\)", "（共需至少 {0}，剩余 {1}）"),
    (r" \(at least (.+) in all are needed\)", "（共需至少 {0}）"),
    (r" \((.+) are free\)", "（剩余 {0}）"),
    (
        r"cannot write (.+): a file stands there that is no archive of qdrill; move it away, or name another "
        r"archive",
        "无法写入 {0}：那里已有一个不是 qdrill 归档的文件；请移走它，或另选归档",
    ),
    (
        r"cannot write (.+): a file stands there that is no manifest of this archive; move it away, or name another "
        r"archive",
        "无法写入 {0}：那里已有一个不属于该归档清单的文件；请移走它，或另选归档",
    ),
    (
        r"(.+) is a name for a manifest; name the archive itself, such as (.+)",
        "{0} 是清单文件名；请指定归档本身，例如 {1}",
    ),
    (
        r"(.+) is a name for an unfinished archive; name another archive",
        "{0} 是未完成归档的文件名；请另选归档",
    ),
    (
        r"cannot write (.+): a file stands there that is no file of metrics; move it away, or name another place",
        "无法写入 {0}：那里已有一个不是指标文件的文件；请移走它，或另选位置",
    ),
    (
        r"cannot write (.+): a file stands there that is no (?:rendered drill record|recording|.+ of .+); move it "
        r"away, or name another place",
        "无法写入 {0}：那里已有别的文件；请移走它，或另选位置",
    ),
    (
        r"cannot write (.+): it is not a plain file; name another (?:place|archive).*",
        "无法写入 {0}：它不是普通文件；请另选位置",
    ),
    (
        r"cannot write (.+): (.+); check the directory's rights or name another place, then run it again",
        "无法写入 {0}：{1}；请检查目录权限或另选位置后重试",
    ),
    (
        r"another qdrill is writing (.+); wait for it or name another archive",
        "另一个 qdrill 正在写入 {0}；请等待它完成，或另选归档",
    ),
    (
        r"cannot resume: the unfinished backup is of (.+) with other settings or rows of another size; run without "
        r"--resume to start anew",
        "无法继续：未完成的备份属于 {0}，设置或行大小不同；请重新开始",
    ),
    (r"cannot read the drill record (.+): (.+); restore it from a copy", "无法读取演练记录 {0}：{1}；请从副本恢复"),
    (r"cannot list (.+): (.+); check its permissions", "无法列出 {0}：{1}；请检查权限"),
    (
        r"drill (.+) has not finished, or was killed; only a finished drill's record is amended",
        "演练 {0} 尚未结束或被终止；只能补填已结束演练的记录",
    ),
    (
        r"the (.+) must not hold a key or token; leave it out, a record is for others to read",
        "{0} 中不能包含密钥或令牌；请去掉，记录是给他人看的",
    ),
)

# The most particular come first: the first that fits counts.
PATTERNS: tuple[tuple[str, str], ...] = (*CONSOLE, *SERVICES, *_FILES, *_TARGETS, *ASKING)
