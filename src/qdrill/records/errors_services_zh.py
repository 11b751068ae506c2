"""What services that are no store did instead of answering, in Chinese: endpoints, Prometheus, Grafana, the RAG API.

Every such sentence is `SERVICE WHAT; ADVICE`. Names, URLs and a service's own words stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

Patterns = tuple[tuple[str, str], ...]

_WHO = r"(?:(?:metrics|embedder) [\w.…-]+|Prometheus|Grafana|the RAG API) at \S+|Prometheus"
_LABELS: Patterns = (
    (r"metrics ([\w.…-]+) at (\S+)", "指标端点 {0}（{1}）"),
    (r"embedder ([\w.…-]+) at (\S+)", "嵌入器 {0}（{1}）"),
    (r"(Prometheus|Grafana) at (\S+)", "{0}（{1}）"),
    (r"the RAG API at (\S+)", "RAG API（{0}）"),
)

_ADVICE: Mapping[str, str] = {
    "check that it is running and its url in drills.toml": "请检查它是否在运行，以及 drills.toml 中的 url",
    "check that it is running and url in drills.toml": "请检查它是否在运行，以及 drills.toml 中的 url",
    "check its url in drills.toml": "请检查 drills.toml 中的 url",
    "check url in drills.toml": "请检查 drills.toml 中的 url",
    "check url in drills.toml (a proxy or a login may stand in front)": (
        "请检查 drills.toml 中的 url（前面可能有代理或登录页）"
    ),
    "check its url, or name the certificates that it goes by as ca_file in drills.toml": (
        "请检查其 url，或在 drills.toml 中用 ca_file 指定它所用的证书"
    ),
    "set url in drills.toml to where it leads": "请把 drills.toml 中的 url 设为它指向的地址",
    "check the key in the variable that api_key_env names": "请检查 api_key_env 所指变量中的密钥",
    "check url and model in drills.toml": "请检查 drills.toml 中的 url 和 model",
    "check model and url in drills.toml": "请检查 drills.toml 中的 model 和 url",
    "check its url, model and dimension in drills.toml": "请检查 drills.toml 中的 url、model 和 dimension",
    "check that url in [rag_api] is the RAG API's": "请检查 [rag_api] 的 url 是否为 RAG API",
    "check url of [rag_api]": "请检查 [rag_api] 的 url",
    "check the token in the variable that api_key_env of [rag_api] names, and tenant_id": (
        "请检查 [rag_api] 的 api_key_env 所指变量中的令牌，以及 tenant_id"
    ),
    "look at the service's log and try again when it is well": "请查看该服务的日志，待其恢复后重试",
    "look at what the service was asked for": "请核对向该服务请求的内容",
    "try again when the service is well": "请待该服务恢复后重试",
    "look into the log of the service": "请查看该服务的日志",
    "raise its timeout_seconds": "请调大它的 timeout_seconds",
    "check that it is well": "请检查它的状态",
    "check that it is well, or raise timeout_seconds in drills.toml": (
        "请检查它的状态，或调大 drills.toml 中的 timeout_seconds"
    ),
    "make it simpler, or raise timeout_seconds": "请简化查询，或调大 timeout_seconds",
    "mend the expression": "请修正表达式",
    "narrow the query": "请缩小查询范围",
    "narrow the query, or sum over its labels": "请缩小查询范围，或按标签求和",
    "check HTTP_PROXY and NO_PROXY": "请检查 HTTP_PROXY 和 NO_PROXY",
    "write http:// in its url": "请在其 url 中写 http://",
    "write https:// in its url": "请在其 url 中写 https://",
    "install qdrill again": "请重新安装 qdrill",
    "check [grafana] in drills.toml": "请检查 drills.toml 中的 [grafana]",
    "check [grafana] url and dashboard_uid in drills.toml": "请检查 drills.toml 中 [grafana] 的 url 和 dashboard_uid",
    "set [grafana] api_key_env to a variable with a service account token that may edit": (
        "请把 [grafana] 的 api_key_env 设为存有服务账号令牌（须有编辑权限）的变量名"
    ),
}
_ADVISED = "|".join(map(re.escape, _ADVICE))

# What went wrong where there is advice after it.
_ADVISED_FAULTS: Patterns = (
    (r"did not answer within (\S+) s", "在 {0} 秒内没有应答"),
    (r"did not answer in time", "没有及时应答"),
    (r"cannot be reached", "无法连接"),
    (r"cannot be reached: its name is not known", "无法连接：无法解析其主机名"),
    (r"cannot be reached: connection refused", "无法连接：连接被拒绝"),
    (r"cannot be reached through the proxy", "无法经代理连接"),
    (r"is not trusted: its certificate is not right", "不可信：其证书不正确"),
    (r"is not trusted \((.+)\)", "不可信（{0}）"),
    (r"answers without TLS", "不使用 TLS"),
    (r"answers with TLS", "使用 TLS"),
    (r"broke the connection \((\w+)\)", "中断了连接（{0}）"),
    (r"broke the connection before it had answered", "应答之前中断了连接"),
    (r"cannot be asked \((\w+)\)", "无法查询（{0}）"),
    (r"cannot be asked: (.+)", "无法查询：{0}"),
    (r"has an answer that is packed although it must not be", "其应答被压缩，而此处不接受压缩"),
    (r"has an answer that is longer than (\d+ MiB)", "其应答超过 {0}"),
    (r"has an answer that is longer than (\d+) bytes", "其应答超过 {0} 字节"),
    (r"takes longer than (\S+) s to understand", "其内容在 {0} 秒内未能解析完"),
    (r"answers with what cannot be used: it (.+)", "其应答不可用：{0*}"),
    (r"sends elsewhere \((\d+)\)", "转向别处（{0}）"),
    (r"gave the query up \((.+)\)", "放弃了查询（{0}）"),
    (r"refused the query \((.+)\)", "拒绝执行查询（{0}）"),
    (r"was not asked: the query holds what is no Unicode text", "未查询：表达式含有非 Unicode 文本"),
    (r"does not tell its version", "没有给出版本"),
    (r"answered with more than (\S+) series", "应答超过 {0} 条序列"),
    (r"answered with more than (\S+) points", "应答超过 {0} 个数据点"),
    (r"answered with more than (\d+ MiB)", "应答超过 {0}"),
    (r"answered with a web page", "返回的是网页"),
    (r"answered with something that is not Prometheus's JSON", "返回的不是 Prometheus 的 JSON"),
    (r"answered with a kind of result that is not known here", "返回了无法识别的结果类型"),
    (r"answered with an error \(nothing said\)", "返回错误（未说明原因）"),
    (r"answered with an error \((.+)\)", "返回错误（{0}）"),
    (r"answered with a page instead of a picture", "返回的是网页而不是图片"),
    (r"answered with a picture that ([\w ]+)", "返回的图片不可用：{0*}"),
    (r"gave no id of it", "没有返回其 id"),
    (r"refused \((.+)\)", "拒绝请求（{0}）"),
    (r"knows no such dashboard or call \((.+)\)", "没有这个仪表盘或接口（{0}）"),
    (r"sends elsewhere \((.+)\), probably to sign in", "转向别处（{0}），可能是要求登录"),
    (r"answered (\d+)", "返回 {0}"),
    (r"answered (\d+) with a web page", "返回 {0} 和一个网页"),
    (r"answered (\d+) \(nothing said\)", "返回 {0}（未说明原因）"),
    (r"answered (\d+) \((.+)\)", "返回 {0}（{1}）"),
    (r"answered (\d+), (.+)", "返回 {0}，{1}"),
    (r"answered (\d+): an HTML page", "返回 {0} 和一个网页"),
    (r"answered (\d+): (.+)", "返回 {0}：{1}"),
)
# What goes without advice, slot 0 is the service; its words may be so long that no room is left, and end in `…`.
_FAULTS: Patterns = (
    (r"was left before it had answered", "在其应答之前已放弃等待"),
    (r"was not asked: it is closed", "未查询：连接已关闭"),
    (r"was not asked: the time of the query has no zone", "未查询：查询的时间没有时区"),
    (
        r"was not asked: it did not answer an earlier question within (\S+) s",
        "未查询：它在 {1} 秒内没有应答之前的一次查询",
    ),
    (r"was not asked: (.+)", "未查询：{1*}"),
    (
        r"answered with a notice \((\d+x\d+) instead of (\d+x\d+)\), not with the panel; its image renderer is missing "
        r"or failed",
        "返回的是提示图（{1}，应为 {2}），而不是面板；图片渲染器缺失或出错",
    ),
    (r"answered (\d+): (.+…)", "返回 {1}：{2}"),
    (r"answered (\d+) \((.+…)", "返回 {1}（{2}"),
    (r"refused the query \((.+…)", "拒绝执行查询（{1}"),
    (r"gave the query up \((.+…)", "放弃了查询（{1}"),
    (r"answered with an error \((.+…)", "返回错误（{1}"),
)

# What is wrong with an answer or a value: the end of a sentence that begins with it.
_WRONG: Mapping[str, str] = {
    "is a page and not metrics": "是网页而不是指标",
    "ends before its # EOF": "在 # EOF 之前就结束了",
    "is no PNG": "不是 PNG",
    "has no pixels": "没有像素",
    "has too many parts": "分段过多",
    "is cut short": "不完整",
    "is damaged": "已损坏",
    "has no header": "没有文件头",
    "is not JSON": "不是 JSON",
    "is not a JSON object": "不是 JSON 对象",
    "has no list of matches": "没有命中列表",
    "has no list of errors": "没有错误列表",
    "has no list of vectors": "没有向量列表",
    "does not say whether it is ok": "没有说明是否 ok",
    "has a score that is no number": "含有不是数字的得分",
    "must not hold spaces or control characters": "不能包含空格或控制字符",
    "must hold no ? or #; keys belong in an environment variable": "不能包含 ? 或 #；密钥应放在环境变量中",
    "must not hold a user name or password; put the key in an environment variable": (
        "不能包含用户名或密码；请把密钥放进环境变量"
    ),
    "must have a port between 1 and 65535 after its host": "主机之后的端口必须在 1 到 65535 之间",
}
_WRONG_PATTERNS: Patterns = (
    (r"has more than (\S+) series", "超过 {0} 条序列"),
    (r"has the same series twice, again in line (\d+)", "有重复的序列，再次出现在第 {0} 行"),
    (r"breaks off in line (\d+)", "在第 {0} 行中断"),
    (r"has more than (\S+) bytes in line (\d+)", "第 {1} 行超过 {0} 字节"),
    (r"has something else than a sample in line (\d+)", "第 {0} 行不是样本"),
    (r"is about another collection, (.+)", "说的是另一个集合 {0}"),
    (r"counts (\d+) of (\d+) lines where (\d+) were sent", "计为 {1} 行中的 {0} 行，而发送了 {2} 行"),
    (r"has something else than an object as match (\d+)", "第 {0} 个命中不是对象"),
    (r"has no usable id in match (\d+)", "第 {0} 个命中没有可用的 id"),
    (r"has no score in match (\d+)", "第 {0} 个命中没有得分"),
    (r"has no number (\w+)", "没有数字 {0}"),
    (r"has an error without a line between 1 and (\d+)", "有错误未标明 1 到 {0} 之间的行号"),
    (r"has (\d+) vectors for (\d+) texts", "对 {1} 段文本只给出 {0} 个向量"),
    (r"has (\d+) numbers in vector (\d+) where (\d+) belong", "第 {1} 个向量有 {0} 维，应为 {2} 维"),
    (r"has no numbers in vector (\d+)", "第 {0} 个向量没有数值"),
    (r"has something that is not a finite 32-bit number in vector (\d+)", "第 {0} 个向量含有非有限的 32 位数"),
    (r"claims dimension (\d+) and has vectors of (\d+)", "声称 {0} 维，而向量为 {1} 维"),
    (
        r"must begin with http:// or https:// and a host, such as (\S+)",
        "必须以 http:// 或 https:// 加主机开头，例如 {0}",
    ),
    (r"must name a host, such as (\S+)", "必须包含主机，例如 {0}"),
    (r"must hold a right IPv6 address in its brackets, such as (\S+)", "方括号中必须是正确的 IPv6 地址，例如 {0}"),
)

# Keys, tenants and qdrill's own exporter.
_OURS: Patterns = (
    (r"the url of \[grafana\] (.+)", "[grafana] 的 url {0*}"),
    (
        r"(\w+) holds spaces, line breaks or characters that no key has; set it again",
        "{0} 含有空格、换行或密钥中不会有的字符；请重新设置",
    ),
    (
        r"embedder ([\w.…-]+): the variable (\"\w+\") is not set; set it, or take api_key_env out of drills\.toml",
        "嵌入器 {0}：变量 {1} 未设置；请设置它，或从 drills.toml 中去掉 api_key_env",
    ),
    (
        r"(the RAG API|embedder [\w.…-]+): (the variable \"\w+\"|\w+|tenant_id of \[rag_api\]) holds characters that a "
        r"header cannot carry; set it again",
        "{0*}：{1*} 含有请求头不能携带的字符；请重新设置",
    ),
    (r"the RAG API", "RAG API"),
    (r"embedder ([\w.…-]+)", "嵌入器 {0}"),
    (r"the variable (\"\w+\")", "变量 {0}"),
    (r"tenant_id of \[rag_api\]", "[rag_api] 的 tenant_id"),
    (
        r"port (\d+) of (\S+) is in use; name another with --listen or in \[exporter\] listen",
        "{1} 的端口 {0} 已被占用；请用 --listen 或 [exporter] 的 listen 另选一个",
    ),
    (
        r"port (\d+) of (\S+) cannot be listened on \((.+)\); name another with --listen or in \[exporter\] listen",
        "无法监听 {1} 的端口 {0}（{2}）；请用 --listen 或 [exporter] 的 listen 另选一个",
    ),
    (r"cannot listen on (.+): it must be HOST:PORT such as (\S+)", "无法监听 {0}：必须是 HOST:PORT，例如 {1}"),
    (
        r"the Pushgateway (\S+) did not take the metrics: (.+); check it, and its URL",
        "Pushgateway {0} 没有接收指标：{1*}；请检查它及其 URL",
    ),
    (r"no answer within (\S+) s", "{0} 秒内没有应答"),
    (r"internal error (\w+)", "内部错误 {0}"),
)


FIXED: Mapping[str, str] = {
    **_ADVICE,
    **_WRONG,
    "its answer is not HTTP": "其应答不是 HTTP",
}

# The first that fits counts: what says more comes before what says less.
SERVICES: Patterns = (
    (rf"({_WHO}): its answer (.+); ({_ADVISED})", "{0*}：其应答不可用（{1*}）；{2*}"),
    (rf"({_WHO}) (.+); ({_ADVISED})", "{0*}：{1*}；{2*}"),
    *((rf"({_WHO}) {english}", f"{{0*}}：{chinese}") for english, chinese in _FAULTS),
    *_ADVISED_FAULTS,
    *_LABELS,
    *_WRONG_PATTERNS,
    *_OURS,
)
