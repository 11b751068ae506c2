"""qdrill's own errors in Chinese, by pattern: a store that does not answer, a name, or a query that cannot be asked.

Names, paths and what stores say stay as they are. The slots are those of `words.Words`.
"""

from __future__ import annotations

# What a request was about; it stands before the error, which it must not take in.
_ONE = r"(?:(?!: |; ).)+"
_ASKED: tuple[tuple[str, str], ...] = (
    (rf"reading ({_ONE})", "读取 {0}"),
    (rf"writing ({_ONE})", "写入 {0}"),
    (rf"deleting ({_ONE})", "删除 {0}"),
    (rf"asking ({_ONE}) for its version", "查询 {0} 的版本"),
    (rf"asking ({_ONE}) for its cluster", "查询 {0} 的集群信息"),
    (rf"looking for collection ({_ONE})", "查找集合 {0}"),
    (rf"listing the collections of ({_ONE})", "列出 {0} 的集合"),
    (rf"listing the aliases of ({_ONE})", "列出 {0} 的别名"),
    (rf"making a snapshot of ({_ONE})", "为 {0} 创建快照"),
    (rf"downloading the snapshot of ({_ONE})", "下载 {0} 的快照"),
    (rf"restoring ({_ONE}) from a snapshot", "从快照恢复 {0}"),
)
_WHAT = "|".join(pattern.replace(f"({_ONE})", ".+?") for pattern, _ in _ASKED)

# A store that does not answer, does not have it, or refuses.
_STORES: tuple[tuple[str, str], ...] = (
    (
        rf"({_WHAT}): (.+) \(tried (once|\d+ times)\); check that the server is up and reachable",
        "{0*}：{1*}（已尝试 {2*}）；请检查服务器是否在运行、网络是否可达",
    ),
    (
        rf"({_WHAT}): the certificate of (\S+) is not trusted \((.+)\) \(tried (once|\d+ times)\); "
        r"check its url, or name the certificates that it goes by as ca_file in drills\.toml",
        "{0*}：{1} 的证书不可信（{2}）（已尝试 {3*}）；请检查其 url，或在 drills.toml 中用 ca_file 指定它所用的证书",
    ),
    (
        rf"({_WHAT}): (\S+) answers without TLS \(tried once\); write http:// in its url",
        "{0*}：{1} 不使用 TLS（已尝试 1 次）；请在其 url 中写 http://",
    ),
    (
        rf"({_WHAT}): (.+?) answers with TLS(?: \(tried once\))?; write https:// in its url",
        "{0*}：{1} 使用 TLS；请在其 url 中写 https://",
    ),
    (
        rf"({_WHAT}): (\S+) answers as a gRPC port does \(tried once\); write the port of its HTTP interface in its "
        r"url, 6333 where nobody changed it",
        "{0*}：{1} 是 gRPC 端口（已尝试 1 次）；请在其 url 中写 HTTP 端口，默认是 6333",
    ),
    (
        r"ca_file (.+) cannot be read: (.+); name a file of PEM certificates",
        "ca_file {0} 无法读取：{1}；请指定一个 PEM 证书文件",
    ),
    (
        r"ca_file (.+) holds no certificate in PEM form; name a file of PEM certificates",
        "ca_file {0} 中没有 PEM 格式的证书；请指定一个 PEM 证书文件",
    ),
    (r"once", "1 次"),
    (r"(\d+) times", "{0} 次"),
    (r"(\S+) did not answer within ([\d.]+) s", "{0} 在 {1} 秒内没有应答"),
    (r"(\S+) refuses the connection", "{0} 拒绝连接"),
    (r"the host name (\S+) is not known", "无法解析主机名 {0}"),
    (r"TLS with (\S+) failed: (.+)", "与 {0} 的 TLS 连接失败：{1}"),
    (r"(\S+) ended its answer early", "{0} 的应答提前结束"),
    (r"the connection to (\S+) was lost \((\w+)\)", "与 {0} 的连接中断（{1}）"),
    (rf"({_WHAT}): (.+); (`qdrill collections .+`) lists what is there", "{0*}：{1}；可用 {2} 查看现有集合"),
    (
        rf"({_WHAT}): (.+) answered (\d+) without a reason; is that a Qdrant server\?",
        "{0*}：{1} 返回 {2}，没有说明原因；这是 Qdrant 服务器吗？",
    ),
    (
        rf"({_WHAT}): (.+?) answered (\d+): (.+); (the key is missing or wrong; .+|this key has no .+|make room on .+"
        r"|the request will be refused again as it is)",
        "{0*}：{1} 返回 {2}：{3}；{4*}",
    ),
    (
        r"the key is missing or wrong; set (\S+), or the variable that the store's api_key_env names",
        "密钥缺失或错误；请设置 {0}，或设置该存储 api_key_env 指定的变量",
    ),
    (r"this key has no right to do that; use one that has", "此密钥没有该权限；请换一个有权限的密钥"),
    (r"make room on the server, then run the same command again", "请在服务器上腾出空间，然后重试"),
    (r"the request will be refused again as it is", "同样的请求仍会被拒绝"),
    (r"(.+) gave no list of collections; is that a Qdrant server\?", "{0} 没有返回集合列表；这是 Qdrant 服务器吗？"),
    (r"there is no collection (.+); see (`qdrill collections`)", "没有集合 {0}；可用 {1} 查看现有集合"),
    (
        r"(.+) is in use by another process; end that process and try again",
        "{0} 正被另一个进程使用；请结束该进程后重试",
    ),
    (
        r"the shard is in use by another process \((.+)\); end that process and try again",
        "分片正被另一个进程使用（{0}）；请结束该进程后重试",
    ),
    (r"the embedded engine refused: (.+)", "嵌入式引擎拒绝：{0}"),
    (r"the embedded engine refused while (.+?): (.+)", "嵌入式引擎拒绝（{0}）：{1}"),
    (r"the embedded engine failed while (.+?): (.+)", "嵌入式引擎出错（{0}）：{1}"),
    (r"cannot list the embedded store (.+): (.+)", "无法列出嵌入式存储 {0}：{1}"),
    (
        r"the target refuses every row \((\d+) so far\): (.+); compare the archive's schema with the target's",
        "目标集合拒绝每一行（已 {0} 行）：{1}；请对照归档与目标集合的结构",
    ),
    (
        r"(\w+) is not set, and (.+) takes its key from it; set it, or remove api_key_env",
        "{0} 未设置，而 {1} 要从中读取密钥；请设置它，或去掉 api_key_env",
    ),
)

_QUOTED = r"[\"'].*?[\"']"
_HINT = r"; an address is STORE/COLLECTION, http://HOST:PORT/COLLECTION or edge:DIR/COLLECTION"
INSTEAD = r"; did you mean .+?\?|; known: .+?|; none is configured"
_FORMS = "；地址的写法：STORE/COLLECTION、http://HOST:PORT/COLLECTION 或 edge:DIR/COLLECTION"

# A name or an address that cannot be used.
_NAMES: tuple[tuple[str, str], ...] = (
    (rf"there is no store ({_QUOTED})({INSTEAD}){_HINT}", f"没有存储 {{0}}{{1*}}{_FORMS}"),
    (rf"there is no drill ({_QUOTED})({INSTEAD})", "drills.toml 中没有演练 {0}{1*}"),
    (rf"there is no embedder ({_QUOTED})({INSTEAD})", "没有嵌入器 {0}{1*}"),
    (rf"; did you mean ({_QUOTED})\?", "；是否指 {0}？"),
    (r"; known: (.+)", "；现有：{0}"),
    (r"; none is configured", "；尚未配置"),
    (
        rf"no collection is named in ({_QUOTED}); add its name after the last /",
        "{0} 中没有集合名；请写在最后一个 / 之后",
    ),
    (r"no collection is named; add its name after the last /", "没有集合名；请写在最后一个 / 之后"),
    (
        rf"a collection name cannot contain ({_QUOTED})(?: in ({_QUOTED}))?; use another name",
        "集合名不能包含 {0}；请换一个名称",
    ),
    (
        r"the collection name(?: in .+)? has (\d+) bytes; Qdrant takes (\d+)",
        "集合名有 {0} 字节；Qdrant 最多允许 {1} 字节",
    ),
    (
        r"an address holds no user name or password; put the key in an environment variable",
        "地址中不能包含用户名或密码；请把密钥放进环境变量",
    ),
    (
        r"(.+) is not a directory and a collection; write edge:DIR/COLLECTION",
        "{0} 不是目录加集合；请写成 edge:DIR/COLLECTION",
    ),
    (
        r"after (\S+) only a collection can stand; write %23 for # in its name",
        "{0} 之后只能是集合名；名称中的 # 请写成 %23",
    ),
    (
        r"after (\S+) only a collection can stand; a path before it is not supported",
        "{0} 之后只能是集合名；不支持其前的路径",
    ),
    (
        r"the URL of a collection address must begin with http:// or https:// and a host, such as (\S+)",
        "集合地址的 URL 必须以 http:// 或 https:// 加主机开头，例如 {0}",
    ),
    (r"the URL of a collection address must name a host, such as (\S+)", "集合地址的 URL 必须包含主机，例如 {0}"),
    (
        r"the URL of a collection address must have a port between 1 and 65535 after its host",
        "集合地址的 URL 中，主机之后的端口必须在 1 到 65535 之间",
    ),
    (
        r"the URL of a collection address must not hold a user name or password; .+",
        "集合地址的 URL 不能包含用户名或密码；请把密钥放进环境变量",
    ),
    (
        r"the URL of a collection address must not hold spaces or control characters.*",
        "集合地址的 URL 不能包含空格或控制字符；集合名中的空格请写成 %20",
    ),
    (r"(.+) is no address and no path; see (`qdrill --help`) for what one is", "{0} 既不是地址也不是路径；写法见 {1}"),
    (r"(.+) is neither a whole number from 0 to 2\^64-1 nor a UUID", "{0} 既不是 0 到 2^64-1 的整数，也不是 UUID"),
    (
        r"(.+) and (.+) are the same collection; name two different ones",
        "{0} 与 {1} 是同一个集合；请指定两个不同的集合",
    ),
    (r"(.+) and (.+) are the same archive; name two different ones", "{0} 与 {1} 是同一个归档；请指定两个不同的归档"),
    (
        r"source (.+) and target (.+) are one place; name another target with --target",
        "源集合 {0} 与目标集合 {1} 是同一处；请指定另一个目标",
    ),
)

# A query that cannot be asked.
_QUERIES: tuple[tuple[str, str], ...] = (
    (
        r"(.+) gives (.+) numbers and (.+) has (\d+|None); use another embedder or vector",
        "{0*} 给出 {1} 维，而 {2*} 为 {3} 维；请换一个嵌入器或向量",
    ),
    (r"the unnamed vector", "未命名向量"),
    (r"vector (\".*?\")", "向量 {0}"),
    (r"the query", "查询"),
    (
        r"(.+) gives a (?:dense|sparse) query and (.+) is (dense|sparse); use another embedder or another vector",
        "{0*} 给出的查询与 {1*} 不符，后者为{2*}；请换一个嵌入器或向量",
    ),
    (r"dense", "稠密向量"),
    (r"sparse", "稀疏向量"),
    (
        r"a text needs an embedder and none is configured; for the sparse vector (.+) the lines (.+) in drills\.toml "
        r"would do",
        "文本检索需要嵌入器，但尚未配置；对稀疏向量 {0}，在 drills.toml 中加入 {1} 即可",
    ),
    (r"collection (.+) has no vectors to search; leave this search out", "集合 {0} 没有可检索的向量；请去掉此检索"),
    (
        r"collection (.+) has several vectors this search could use; name one: (.+) "
        r"\(--using, or vector in drills\.toml\)",
        "集合 {0} 有多个向量可用于此检索；请指定其一：{1}（--using，或 drills.toml 中的 vector）",
    ),
    (
        r"collection (.+) has no vector (\".*?\"); it has (.+); name one that it has "
        r"\(--using, or vector in drills\.toml\)",
        "集合 {0} 没有向量 {1}，现有：{2}；请指定已有的向量（--using，或 drills.toml 中的 vector）",
    ),
    (
        r"the query is empty or holds something that is not a finite number; use another query",
        "查询为空或含有非有限数；请换一个查询",
    ),
    (r"(.+) gave (\d+) vectors for one text; use another embedder", "{0} 对一段文本给出 {1} 个向量；请换一个嵌入器"),
    (r"a search has (top_k|random) = (-?\d+); give at least 1", "检索的 {0} 为 {1}；至少应为 1"),
    (r"(.+) finds no word in the text; give a longer text", "{0} 在文本中找不到词；请给出更长的文本"),
    (
        r"(.+) did not answer within ([\d.]+) s; check that it is running and its url in drills\.toml",
        "{0} 在 {1} 秒内没有应答；请检查它是否在运行，以及 drills.toml 中的 url",
    ),
    (
        r"(.+) cannot be reached; check that it is running and its url in drills\.toml",
        "无法连接 {0}；请检查它是否在运行，以及 drills.toml 中的 url",
    ),
    (
        r"(.+) broke the connection \((\w+)\); check that it is running and its url in drills\.toml",
        "{0} 中断了连接（{1}）；请检查它是否在运行，以及 drills.toml 中的 url",
    ),
    (
        r"(.+) answered (\d+)(?:: (.+))?; check the key in the variable that api_key_env names",
        "{0} 返回 {1}；请检查 api_key_env 指定的变量中的密钥",
    ),
    (
        r"(.+) answered (\d+)(?:: (.+))?; check url and model in drills\.toml",
        "{0} 返回 {1}；请检查 drills.toml 中的 url 和 model",
    ),
    (r"point (\S+)(?: of (.+))? cannot be shown: (.+)", "数据点 {0} 无法显示：{2}"),
    (r"interrupted", "已中断"),
)

# The first that fits counts.
ASKING: tuple[tuple[str, str], ...] = (*_NAMES, *_STORES, *_ASKED, *_QUERIES)
