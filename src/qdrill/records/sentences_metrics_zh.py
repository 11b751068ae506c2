"""qdrill's sentences about metrics in Chinese: see `sentences_zh`."""

from __future__ import annotations

import re
from collections.abc import Mapping

from qdrill.records.model_metrics import NO_METRICS
from qdrill.signals.own_endpoint import NOT_THIS_DRILL, ONLY_DURING_DRILLS

# What the difference of two readings has to be said about; several are joined by "; ".
_OF_READINGS: Mapping[str, str] = {
    "it does not tell when its process started, so a restart in between could go unseen": (
        "它没有给出进程启动时间，其间的重启可能无法察觉"
    ),
    "import metrics appeared during the restore and count from 0": "导入指标在恢复期间出现，从 0 计起",
    "an import metric is NaN or infinite": "有导入指标为 NaN 或无穷大",
    "the p95 of some durations lies beyond the last bucket and is at least what is shown": (
        "部分耗时的 p95 超出最后一个桶，实际不低于所示值"
    ),
}
_SAID = "|".join(map(re.escape, _OF_READINGS))

FIXED: Mapping[str, str] = {
    NOT_THIS_DRILL: (
        "该处提供的不是本次演练的指标，其他 qdrill 的数据不能证明本次演练；请设置 [exporter] during_drills = true，"
        "并确保其端口未被占用"
    ),
    NO_METRICS: "本次演练未采集指标",
    **_OF_READINGS,
    "no metrics endpoint and no Prometheus is configured": "未配置指标端点，也未配置 Prometheus",
    "the drill ended before metrics were read": "演练在读取指标之前已结束",
    "every metrics endpoint read before and after the restore": "恢复前后均读取到每个指标端点",
    "every query answered by Prometheus": "Prometheus 应答每个查询",
    "no endpoint of a service counted an imported row": "没有端点计到导入的行",
    "a restore straight into Qdrant does not move a service's import metrics": (
        "直接恢复到 Qdrant 不会改变服务的导入指标"
    ),
    "the endpoint was not read": "未读取该端点",
    "the metric is absent, and absent is not 0": "没有该指标，无数据不等于 0",
    "an unknown number of": "未知的数量",
    "it was not read before the restore": "恢复之前未能读取",
    "another process answered than before the restore: it was restarted, or has several workers": (
        "应答的进程与恢复之前不同：它已重启，或有多个工作进程"
    ),
    "import metrics that were there before the restore are gone, as after a restart": (
        "恢复之前已有的导入指标不见了，如同重启之后"
    ),
    "import metrics fell, as after a restart": "导入指标变小了，如同重启之后",
    "it has no import metrics": "它没有导入指标",
    "import metrics appeared during the restore, and without the start time of their process nobody knows whether "
    "they began at 0": "导入指标在恢复期间出现，而没有其进程的启动时间，无从得知是否从 0 计起",
    "import_skipped_total is NaN or infinite": "import_skipped_total 为 NaN 或无穷大",
    "cancelled before Grafana had the annotation": "写入 Grafana 注释之前演练被取消",
    "no panel was rendered: the drill was cancelled": "未渲染面板：演练被取消",
    "no panel was rendered: [grafana] names no panel_id": "未渲染面板：[grafana] 未指定 panel_id",
    "reading the metrics endpoints": "读取指标端点",
    "asking Prometheus": "查询 Prometheus",
    "the annotation": "写入 Grafana 注释",
    "the picture of the metrics": "绘制指标图",
    "handing on qdrill's own metrics": "发布 qdrill 自身的指标",
    "nothing to read metrics from: add [metrics.NAME] with the url of a /metrics endpoint, or [prometheus] with its "
    "url, to drills.toml": (
        "没有可读取指标的来源：请在 drills.toml 中加入 [metrics.NAME] 及 /metrics 端点的 url，或 [prometheus] 及其 url"
    ),
    "there is no Prometheus to ask: add [prometheus] with its url to drills.toml": (
        "没有可查询的 Prometheus：请在 drills.toml 中加入 [prometheus] 及其 url"
    ),
    "no endpoint is a Qdrant: add [metrics.qdrant] with the url of its /metrics to drills.toml": (
        "没有属于 Qdrant 的端点：请在 drills.toml 中加入 [metrics.qdrant] 及其 /metrics 的 url"
    ),
    "it lies beyond the last bucket of the histogram, so it is at least this": (
        "它超出直方图的最后一个桶，实际不低于此值"
    ),
    "no endpoint answered": "没有端点应答",
    "Prometheus did not answer": "Prometheus 没有应答",
    "readings of the endpoint since it was first asked": "该端点自首次读取以来的数据",
    "the expression is empty": "表达式为空",
}

_SHORTER = r"the restore ended less than a scrape interval of \S+ s ago"
_WINDOW = (
    rf"{_SHORTER}(?:; asked after the scrape that followed it"
    r"| and wait_seconds is \S+; the scrape that followed it may be missing)"
)
_ROWS = r"[\w.-]+: \S+ rows?"

# What checks want and see.
_CHECKED: tuple[tuple[str, str], ...] = (
    (r"(\d+) of (\d+) read", "{1} 个中读取到 {0} 个"),
    (r"(\d+) of (\d+) read; ([\w.-]+): (.+)", "{1} 个中读取到 {0} 个；{2}：{3*}"),
    (r"(\d+) of (\d+) answered", "{1} 个查询中 {0} 个有应答"),
    (r"(\d+) of (\d+) answered, (\d+) without data", "{1} 个查询中 {0} 个有应答，其中 {2} 个无数据"),
    (r"(\d+ of \d+ answered(?:, \d+ without data)?); ([\w. -]+?): (.+)", "{0*}；{1}：{2*}"),
    (r"import metrics that moved count an unknown number of rows", "有变化的导入指标应计的行数未知"),
    (r"import metrics that moved count (\S+) rows?", "有变化的导入指标均计为 {0} 行"),
    (rf"({_ROWS}); ({_ROWS}(?:; {_ROWS}){{0,20}})", "{0*}；{1*}"),
    (r"([\w.-]+): (\S+) rows?", "{0}：{1} 行"),
    (r"([\w.-]+): (import_\w+) of the target rises by (.+)", "{0}：目标集合的 {1} 增加 {2*}"),
    (r"rose by (\S+)", "增加了 {0}"),
    (r"no row was counted as skipped while (\S+) rows? were imported", "导入 {0} 行期间没有行被计为跳过"),
)

# What goes with readings, answers and pictures in a record.
_NOTED: tuple[tuple[str, str], ...] = (
    (rf"({_SAID}); ((?:{_SAID})(?:; (?:{_SAID})){{0,3}})", "{0*}；{1*}"),
    (r"before the restore: (.+)", "恢复之前：{0*}"),
    (r"after the restore: (.+)", "恢复之后：{0*}"),
    (rf"(.+); ({_WINDOW})", "{0*}；{1*}"),
    (rf"({_SHORTER}); asked after the scrape that followed it", "{0*}；已在其后的一次抓取之后查询"),
    (
        rf"({_SHORTER}) and wait_seconds is (\S+); the scrape that followed it may be missing",
        "{0*}，而 wait_seconds 为 {1}；可能缺少其后的一次抓取",
    ),
    (
        rf"({_SHORTER}); waiting (\S+) s for Prometheus to scrape once more",
        "{0*}；等待 {1} 秒，让 Prometheus 再抓取一次",
    ),
    (r"the restore ended less than a scrape interval of (\S+) s ago", "恢复结束距今不足一个抓取间隔（{0} 秒）"),
    (
        r"(native histograms are left out: \d+ series|the answer is the text \".*?\", not a number); "
        r"(Prometheus warns: .+)",
        "{0*}；{1*}",
    ),
    (r"native histograms are left out: (\d+) series", "已略去原生直方图：{0} 条序列"),
    (r"the answer is the text \"(.*)\", not a number", "应答是文本“{0}”，不是数字"),
    (r"Prometheus warns: (.+) \(and (\d+) more\)", "Prometheus 警告：{0}（另有 {1} 条）"),
    (r"Prometheus warns: (.+)", "Prometheus 警告：{0}"),
    (r"no annotation: (.+)", "未写入 Grafana 注释：{0*}"),
    (r"no panel was rendered: (.+)", "未渲染面板：{0*}"),
    (
        r"(reading the metrics endpoints|asking Prometheus|the annotation|the picture of the metrics"
        r"|handing on qdrill's own metrics) broke \((\w+)\); please report it",
        "{0*}时出错（{1}）；请报告此问题",
    ),
    (r"the metrics of this drill are not served: (.+)", "未能提供本次演练的指标：{0*}"),
    (r"the metrics file was not written: (.+)", "未写入指标文件：{0*}"),
    (r"the metrics were not pushed: (.+)", "未推送指标：{0*}"),
)

# What the Metrics screen and `qdrill metrics` say of a number.
_ON_THE_BOARD: tuple[tuple[str, str], ...] = (
    (
        r"(.+); the change is what endpoint ([\w.-]+) told the drill",
        "{0*}；变化值是端点 {1} 在演练中给出的",
    ),
    (r"(?:; )?the change is what endpoint ([\w.-]+) told the drill", "变化值是端点 {0} 在演练中给出的"),
    (r"(.+); readings of the endpoint since it was first asked", "{0*}；以下为该端点自首次读取以来的数据"),
    (r"no endpoint has (\w+) of (.+): absent is not 0", "没有端点提供 {1} 的 {0}：无数据不等于 0"),
    (r"no endpoint has told (\w+) yet", "尚无端点提供 {0}"),
    (r"Qdrant has no (\w+) of (.+)", "Qdrant 没有 {1} 的 {0}"),
    (r"Qdrant has no (\w+)", "Qdrant 没有 {0}"),
    (r"Prometheus has no (\w+) of (.+) now: absent is not 0", "Prometheus 目前没有 {1} 的 {0}：无数据不等于 0"),
    (r"Prometheus has no (\w+) now: absent is not 0", "Prometheus 目前没有 {0}：无数据不等于 0"),
    (r"Prometheus has no (\w+) in this time", "这段时间内 Prometheus 没有 {0}"),
    (r"the sum of (\d+) servers", "{0} 台服务器之和"),
    (r"there is no metric (.+); there are ([\w, ]+)", "没有指标 {0}；现有：{1}"),
    (r"a chart is of 5, 15 or 60 minutes, not (\S+)", "图表为 5、15 或 60 分钟，不能是 {0}"),
)

_OWN = (
    rf"(.+); {re.escape(ONLY_DURING_DRILLS)}",
    "{0*}；qdrill 自身的指标仅在演练期间提供，或由 `qdrill export-metrics` 提供",
)
PATTERNS: tuple[tuple[str, str], ...] = (_OWN, *_NOTED, *_CHECKED, *_ON_THE_BOARD)

CHECKS: Mapping[str, str] = {
    "metrics_endpoints": "指标端点",
    "import_metrics": "导入指标",
    "expect_import_rows_total": "导入行数符合要求",
    "expect_import_batches_total": "导入批次符合要求",
    "expect_import_skipped_total": "跳过行数符合要求",
    "prometheus_queries": "Prometheus 查询",
    "rag_preflight": "RAG 预检",
}
